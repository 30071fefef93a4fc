//! What the tests share: zones with names, locks that know each other, tasks over them.
// Each story uses its own part.
#![allow(dead_code)]

use tessera_lock::{
    memory::Memory,
    reversal_hash,
    state::{Exposure, LegState, Mark, Parameters, Peer, Place},
    transition, tx_hash, Effect, Input, Leg, Now, Refusal, Refused, Registration, Settlement,
    Sighting, Step, Task, TaskBody,
};
use tessera_primitives::{
    Address, Amount, Asset, CanonicalAddress, Coin, Denom, Hash, Height, Root, Seconds, Standing,
    Timestamp, ZoneId, ZoneStatus,
};

/// The zones' names, in the order of tasks.
pub fn zone(index: usize) -> ZoneId {
    ZoneId::new(format!("zone-{}", char::from(b'a' + index as u8))).unwrap()
}

/// The lock contract of a zone.
pub fn lock(index: usize) -> CanonicalAddress {
    CanonicalAddress::new([0xa0 + index as u8; 32]).unwrap()
}

/// A user, by a number that is the same on every zone.
pub fn user(number: u8) -> CanonicalAddress {
    CanonicalAddress::new([number; 20]).unwrap()
}

/// An address as the zones of these tests write it.
pub fn text(address: &CanonicalAddress) -> Address {
    Memory::write_address(address).unwrap()
}

/// Who relays.
pub fn relayer() -> Address {
    text(&user(0xee))
}

/// Who gets the fees.
pub fn treasury() -> Address {
    text(&user(0xdd))
}

/// The coin that fees and tips are paid in.
pub fn fee_denom() -> Denom {
    Denom::new("ufee").unwrap()
}

/// A native coin of some denom.
pub fn native(denom: &str) -> Asset {
    Asset::Native(Denom::new(denom).unwrap())
}

/// A cw20 token.
pub fn cw20(number: u8) -> Asset {
    Asset::Cw20(text(&CanonicalAddress::new([number; 32]).unwrap()))
}

/// Small parameters, so that horizons are reached.
pub fn parameters() -> Parameters {
    Parameters {
        fee: Amount(7),
        fee_denom: fee_denom(),
        treasury: treasury(),
        min_horizon: 2,
        max_horizon: 20,
        fresh: Seconds(60),
        fork_grace: 5,
        payout_gas: 200_000,
        lock_gas: 300_000,
    }
}

/// The lock of one of `n` zones, linked with all others, with a cap for each asset given.
pub fn linked(own: usize, n: usize, parameters: Parameters, caps: &[(Asset, u128)]) -> Memory {
    let place = Place {
        zone: zone(own),
        contract: lock(own),
        address: text(&lock(own)),
    };
    parameters.check().unwrap();
    let mut memory = Memory::new(place, parameters);
    let targets = (0xc0..=0xcf).map(|number| text(&CanonicalAddress::new([number; 32]).unwrap()));
    memory.targets = targets.collect();
    for other in (0..n).filter(|other| *other != own) {
        let peer = Peer {
            contract: lock(other),
            roots: text(&CanonicalAddress::new([0xb0 + other as u8; 32]).unwrap()),
            linked: true,
        };
        memory.peers.insert(zone(other), peer);
        for (asset, max) in caps {
            let exposure = Exposure::new(Amount(*max), Height(1));
            memory
                .exposures
                .insert((zone(other), asset.clone()), exposure);
        }
    }
    memory
}

/// `amount` of an asset to a user.
pub fn transfer(asset: &Asset, amount: u128, to: u8) -> Effect {
    Effect::Transfer {
        asset: asset.clone(),
        amount: Amount(amount),
        to: text(&user(to)),
    }
}

/// A leg of a zone.
pub fn leg(
    index: usize,
    registrant: u8,
    tx: &[Effect],
    reversal: &[Effect],
    deadline: u64,
    parameters: &Parameters,
) -> Leg {
    Leg {
        zone: zone(index),
        lock: lock(index),
        registrant: user(registrant),
        tx_hash: tx_hash(tx),
        reversal_hash: reversal_hash(reversal),
        deadline: Height(deadline),
        retention: parameters.min_retention(),
    }
}

/// A task of one transfer a leg: user `10 + i` of zone i pays 100 `ucoin` to user `20 + i`.
pub fn plain_task(deadlines: &[u64], settlement: Settlement, nonce: u64) -> Task {
    let legs = deadlines.iter().enumerate().map(|(index, deadline)| {
        let (tx, reversal) = plain_effects(index);
        let registrant = 10 + index as u8;
        leg(index, registrant, &tx, &reversal, *deadline, &parameters())
    });
    Task {
        legs: legs.collect(),
        settlement,
        nonce,
    }
}

/// The `tx` and the reversal of a leg of [`plain_task`].
pub fn plain_effects(index: usize) -> (Vec<Effect>, Vec<Effect>) {
    let (payer, payee) = (10 + index as u8, 20 + index as u8);
    let coin = native("ucoin");
    let tx = vec![transfer(&coin, 100, payee)];
    let reversal = vec![transfer(&coin, 100, payer)];
    (tx, reversal)
}

/// The body of [`plain_task`] on a zone, with everything.
pub fn plain_body(task: &Task, index: usize) -> TaskBody {
    let (tx, reversal) = plain_effects(index);
    TaskBody {
        task: task.clone(),
        tx: Some(tx),
        reversal: Some(reversal),
    }
}

/// A coin of the fee's denom.
pub fn fee_coin(amount: u128) -> Coin {
    Coin {
        asset: Asset::Native(fee_denom()),
        amount: Amount(amount),
    }
}

/// An Active zone without forks, whose newest header is `latest`.
pub fn active(latest: u64) -> Standing {
    Standing {
        status: ZoneStatus::Active,
        branch: 0,
        fork: None,
        branch_fork: None,
        closing: None,
        latest: Height(latest),
    }
}

/// A root of a zone that stands so.
pub fn root(state_height: u64, time: Timestamp, standing: Standing) -> Root {
    Root {
        app_hash: Hash::ZERO,
        state_height: Height(state_height),
        time,
        branch: 0,
        standing,
        next: None,
    }
}

/// A block at this height, six seconds a block.
pub fn now(height: u64) -> Now {
    Now {
        height: Height(height),
        time: time(height),
    }
}

/// The time of a block.
pub fn time(height: u64) -> Timestamp {
    Timestamp::from_seconds(1_000 + height * 6).unwrap()
}

/// What a root of another zone shows of a leg: as fresh as its height, on a zone without forks.
pub fn seen(leg: u8, state_height: u64, state: Option<LegState>) -> Sighting {
    let standing = active(state_height + 1);
    Sighting {
        leg,
        root: root(state_height, time(state_height), standing),
        mark: state
            .map(|state| Mark {
                state,
                committed_at: Height(2),
            })
            .into(),
    }
}

/// One lock under test: zone a's, of so many zones, with caps of 1,000.
pub struct Stage {
    pub lock: Memory,
    pub height: u64,
    zones: usize,
}

impl Stage {
    pub fn new(zones: usize) -> Stage {
        let assets = [native("ucoin"), native("ufee"), cw20(0x70)];
        let caps: Vec<(Asset, u128)> = assets.into_iter().map(|asset| (asset, 1_000)).collect();
        Stage {
            lock: linked(0, zones, parameters(), &caps),
            height: 1,
            zones,
        }
    }

    /// Takes a step if the rule allows it.
    pub fn take(&mut self, input: Input) -> Result<Step, Refusal> {
        let before = self.lock.clone();
        match transition(&now(self.height), &self.lock, input) {
            Ok(step) => {
                self.lock.apply(&step);
                Ok(step)
            }
            Err(Refused::Rule(refusal)) => {
                assert_eq!(before, self.lock, "a refused input changed something");
                Err(refusal)
            }
            Err(Refused::Read(malformed)) => panic!("{malformed}"),
        }
    }

    /// What user 10 sends to register his leg of a task.
    pub fn registration(
        &self,
        task: &Task,
        tx: Vec<Effect>,
        reversal: Vec<Effect>,
    ) -> Registration {
        let coin = Coin {
            asset: native("ucoin"),
            amount: Amount(100),
        };
        Registration {
            sender: text(&user(10)),
            task: task.clone(),
            tx,
            reversal,
            tip: Amount(5),
            sent: vec![coin, fee_coin(12)],
            standings: vec![active(1); self.zones - 1],
        }
    }

    pub fn register(&mut self, task: &Task) -> Result<Step, Refusal> {
        let (tx, reversal) = plain_effects(0);
        let registration = self.registration(task, tx, reversal);
        self.take(Input::Register(registration))
    }

    pub fn commit(&mut self, task: &Task, sightings: Vec<Sighting>) -> Result<Step, Refusal> {
        self.take(Input::Commit {
            caller: relayer(),
            body: plain_body(task, 0),
            sightings,
        })
    }

    pub fn settle(&mut self, task: &Task, sightings: Vec<Sighting>) -> Result<Step, Refusal> {
        self.take(Input::Settle {
            caller: relayer(),
            body: plain_body(task, 0),
            sightings,
        })
    }

    /// Registers at height 1 and commits at 3, all others being registered.
    pub fn committed(&mut self, task: &Task) {
        self.register(task).unwrap();
        self.height = 3;
        let others = 1..self.zones as u8;
        let ready = others.map(|leg| seen(leg, 2, Some(LegState::Registered)));
        self.commit(task, ready.collect()).unwrap();
    }

    pub fn state(&self, task: &Task) -> LegState {
        self.lock.marks[&task.id()].state
    }
}
