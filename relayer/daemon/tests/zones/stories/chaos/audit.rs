//! Whether everything adds up: how tasks ended, where the coins are, who has sent what and why.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread::sleep,
    time::Duration,
};

use tessera::{chain::Chain, duties::ask};
use tessera_contract_api::transaction_lock::{LegResponse, QueryMsg};
use tessera_lock::{state::LegState, Event};
use tessera_planner::Fact;
use tessera_primitives::{Address, Hash};

use super::{
    chain::{self, Sent},
    explain::explain,
    relayers::Relayer,
    users::Made,
    Scene,
};
use crate::{
    batch::User,
    ground::{until, Ground},
    operator::FEE,
    task::TIP,
};

/// What everybody had before the first task, by zone and account, and the zones' heights then.
pub struct Books {
    before: BTreeMap<(usize, Address), u128>,
    heights: [u64; 2],
    treasury: Address,
}

/// Everything that was sent since, by anybody.
struct Since {
    sent: Vec<Sent>,
    /// How each task's legs stand, by zone.
    ends: BTreeMap<Hash, [Option<LegState>; 2]>,
}

impl Books {
    pub fn open(scene: &Scene, users: &[User]) -> Books {
        let ground = scene.ground;
        let treasury = ground.address_of(0, "deployer");
        let mut accounts: Vec<Address> = users
            .iter()
            .map(|user| user.person.address.clone())
            .collect();
        let keys = scene.relayers.iter().flat_map(|relayer| relayer.keys);
        accounts.extend(keys.map(|key| ground.address_of(0, key)));
        accounts.extend([treasury.clone(), scene.stranger.vault.address.clone()]);
        let both = accounts
            .iter()
            .flat_map(|account| [(0, account), (1, account)]);
        let before = both.map(|(zone, account)| {
            let coins = ground.coins(zone, account);
            ((zone, account.clone()), coins)
        });
        Books {
            before: before.collect(),
            heights: [0, 1].map(|zone| ground.height(zone)),
            treasury,
        }
    }

    /// Compares what is there with what should be.
    pub fn close(&self, scene: &Scene, users: &[User], made: &[Made]) {
        let ground = scene.ground;
        let since = Since::read(ground, self.heights, made);
        since.assert_ends(made);
        self.assert_coins(scene, users, made, &since);
        let keys = scene.relayers.iter().flat_map(|relayer| relayer.keys);
        let keys: BTreeSet<Address> = keys.map(|key| ground.address_of(0, key)).collect();
        let stranger = scene.stranger.sent.lock().unwrap();
        let strange = |sent: &&Sent| stranger.contains_key(&(sent.zone, sent.hash));
        let of_keys = since.sent.iter().filter(|sent| keys.contains(&sent.signer));
        let others: Vec<&Sent> = of_keys.filter(strange).collect();
        println!(
            "another program sent {} transactions with a relayer's keys",
            others.len()
        );
        let journal = scene.relayers[0].journal(ground);
        let explained = explain(&journal, &[0, 1].map(|zone| ground.id(zone)), &others);
        assert_eq!(
            explained.unexplained.len(),
            others.len(),
            "no journal explains them"
        );
        assert!(!others.is_empty(), "the stranger never got a place");
        for relayer in &scene.relayers {
            let own = relayer.keys.map(|key| ground.address_of(0, key));
            let sent = since.sent.iter().filter(|sent| own.contains(&sent.signer));
            let sent: Vec<&Sent> = sent.filter(|sent| !strange(sent)).collect();
            report(ground, relayer, &sent);
        }
    }

    /// To the unit: users have lost what they paid by kept legs, in fees and in tips, and no more; relayers have earned the
    /// tips; the treasury the fees; and the locks hold nothing.
    fn assert_coins(&self, scene: &Scene, users: &[User], made: &[Made], since: &Since) {
        let mut expected: BTreeMap<(usize, Address), i128> = BTreeMap::new();
        for (account, coins) in &self.before {
            expected.insert(account.clone(), *coins as i128);
        }
        let mut book = |zone: usize, account: &Address, coins: i128| {
            *expected.entry((zone, account.clone())).or_default() += coins;
        };
        for made in made {
            let id = made.swap.task.id();
            for zone in [0, 1] {
                let [payer, payee] =
                    [zone, 1 - zone].map(|at| &users[made.between[at]].person.address);
                let Some(end) = since.ends[&id][zone] else {
                    continue;
                };
                book(zone, payer, -(FEE as i128));
                book(zone, &self.treasury, FEE as i128);
                let amount = made.swap.amounts[zone] as i128;
                match end {
                    LegState::Kept => {
                        book(zone, payer, -amount - TIP as i128);
                        book(zone, payee, amount);
                    }
                    LegState::Reversed => book(zone, payer, -(TIP as i128)),
                    _ => {}
                }
            }
        }
        for ((zone, account), coins) in scene.refills.lock().unwrap().iter() {
            book(*zone, account, *coins as i128);
        }
        for sent in &since.sent {
            book(sent.zone, &sent.signer, -(sent.fee as i128));
            let sends = scene.stranger.sent.lock().unwrap();
            if let (true, Some((from, coins))) =
                (sent.succeeded, sends.get(&(sent.zone, sent.hash)))
            {
                book(sent.zone, from, -(*coins as i128));
                book(sent.zone, &scene.stranger.vault.address, *coins as i128);
            }
            for fact in &sent.facts {
                match fact {
                    Fact::Lock(Event::Committed { caller, .. }) => {
                        book(sent.zone, caller, (TIP / 2) as i128)
                    }
                    Fact::Lock(Event::Kept { caller, .. } | Event::Reversed { caller, .. }) => {
                        book(sent.zone, caller, (TIP - TIP / 2) as i128);
                    }
                    _ => {}
                }
            }
        }
        for (zone, account) in self.before.keys() {
            let holds = scene.ground.coins(*zone, account) as i128;
            let should = expected[&(*zone, account.clone())];
            assert_eq!(holds, should, "{account} on zone {zone}, fees taken off");
        }
        for zone in [0, 1] {
            scene.ground.assert_nothing_is_open(zone);
        }
    }
}

impl Since {
    /// Reads once nothing is under way any more.
    fn read(ground: &Ground, from: [u64; 2], made: &[Made]) -> Since {
        for zone in [0, 1] {
            until(
                "nothing waits for a block",
                || chain::waiting(ground, zone),
                |waiting| *waiting == 0,
            );
        }
        sleep(Duration::from_secs(2));
        let sent =
            [0, 1].map(|zone| chain::read(ground, zone, from[zone] + 1..=ground.height(zone)));
        let mut ends: BTreeMap<Hash, [Option<LegState>; 2]> = BTreeMap::new();
        for zone in [0, 1] {
            let (chain, lock) = (ground.chain(zone, "relayer"), &ground.sites[zone].lock);
            for made in made {
                let task_id = made.swap.task.id();
                let question = QueryMsg::Leg { task_id };
                let leg: Option<LegResponse> = ground
                    .runtime
                    .block_on(ask(&chain as &dyn Chain, lock, &question))
                    .unwrap();
                ends.entry(task_id).or_default()[zone] = leg.map(|leg| leg.state);
            }
        }
        Since {
            sent: sent.into_iter().flatten().collect(),
            ends,
        }
    }

    /// Kept on both zones or on none, and each leg committed and ended at most once.
    fn assert_ends(&self, made: &[Made]) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for made in made {
            let id = made.swap.task.id();
            let ends = self.ends[&id];
            let kept = ends
                .iter()
                .filter(|end| **end == Some(LegState::Kept))
                .count();
            assert!(kept == 0 || kept == 2, "{id}: {ends:?}");
            let open = |end: &LegState| {
                matches!(
                    end,
                    LegState::Registered | LegState::Committed | LegState::Conceded
                )
            };
            assert!(!ends.iter().flatten().any(open), "{id}: {ends:?}");
            *counts.entry(format!("{ends:?}")).or_default() += 1;
        }
        for (ends, count) in counts {
            println!("{count:5} tasks ended {ends}");
        }
        let mut once = BTreeSet::new();
        for sent in &self.sent {
            for fact in &sent.facts {
                let (task, what) = match fact {
                    Fact::Lock(Event::Committed { task, .. }) => (task, "committed"),
                    Fact::Lock(Event::Kept { task, .. } | Event::Reversed { task, .. }) => {
                        (task, "ended")
                    }
                    Fact::Lock(Event::Rejected { task } | Event::Lapsed { task }) => {
                        (task, "ended")
                    }
                    _ => continue,
                };
                assert!(
                    once.insert((sent.zone, *task, what)),
                    "{task} {what} twice on {}",
                    sent.zone
                );
            }
        }
    }
}

/// Says what a relayer has sent and how much of it was for nothing; its journal must explain all of it.
fn report(ground: &Ground, relayer: &Relayer, sent: &[&Sent]) {
    let ids = [0, 1].map(|zone| ground.id(zone));
    let explained = explain(&relayer.journal(ground), &ids, sent);
    let useless = |fact: &Fact| {
        matches!(
            fact,
            Fact::Lock(Event::Skipped { .. } | Event::LockFailed { .. })
                | Fact::View(tessera_view::Event::HeaderKnown { .. })
        )
    };
    let failed = sent.iter().filter(|sent| !sent.succeeded);
    let superfluous = sent
        .iter()
        .filter(|sent| sent.succeeded && sent.facts.iter().all(useless));
    let fees: u128 = sent.iter().map(|sent| sent.fee).sum();
    let wasted = failed.clone().chain(superfluous.clone());
    let wasted: u128 = wasted.map(|sent| sent.fee).sum();
    println!(
        "{}: {} promised, {} in blocks, of these {} failed and {} came too late; {wasted} of {fees} in fees were for nothing",
        relayer.name,
        explained.promised,
        sent.len(),
        failed.count(),
        superfluous.count(),
    );
    for failed in sent.iter().filter(|sent| !sent.succeeded) {
        let verbs = failed.deeds.iter().map(|deed| deed.split(' ').next());
        let verbs: Vec<_> = verbs.flatten().collect();
        let log: String = failed.log.chars().take(160).collect();
        println!("          failed on {}: {verbs:?}: {log}", ids[failed.zone]);
    }
    assert!(!sent.is_empty(), "{} did nothing", relayer.name);
    assert_eq!(explained.unexplained, [""; 0], "{}", relayer.name);
    assert_eq!(explained.false_conclusions, [], "{}", relayer.name);
}
