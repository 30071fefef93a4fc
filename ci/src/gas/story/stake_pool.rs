//! `stake-pool`: every verb, and what its cost does with more delegators, tokens and validators.

mod told;

use anyhow::ensure;
use tessera_contract_api::stake_pool::{
    Draft, Entry, ExecuteMsg, PoolResponse, QueryMsg, Settings, SlashOrder,
};
use tessera_primitives::{Amount, Hash, Timestamp};
use tessera_stake::{
    state::{Choice, Content, Kind},
    Share,
};
use tessera_testing::pool::{address, VoteSecret, HUB, TOKEN};

use self::told::Told;
use super::Reading;
use crate::wasm::Artifact;

/// How much of a figure may come from more delegators: a number is a byte longer.
const FLAT_PERCENT: u64 = 5;

/// A pool of some size.
#[derive(Clone, Copy)]
pub struct Size {
    pub tokens: u16,
    pub validators: u32,
    pub delegators: u32,
}

/// The size of the figures.
const USUAL: Size = Size {
    tokens: 4,
    validators: 100,
    delegators: 1_000,
};

pub fn tell(artifacts: &[Artifact]) -> anyhow::Result<Vec<Reading>> {
    let mut readings = Vec::new();
    let mut flat: Vec<Vec<Reading>> = Vec::new();
    for delegators in [10, 1_000, 100_000] {
        let mut told = Told::new(
            Size {
                delegators,
                ..USUAL
            },
            artifacts,
        )?;
        flat.push(told.verbs()?);
    }
    refuse_growth(&flat)?;
    readings.extend(flat.swap_remove(1));
    for tokens in [1, 16] {
        let mut told = Told::new(Size { tokens, ..USUAL }, artifacts)?;
        told.growing(&format!("{tokens} tokens"), &mut readings)?;
    }
    for validators in [10, 300] {
        let mut told = Told::new(
            Size {
                validators,
                ..USUAL
            },
            artifacts,
        )?;
        told.growing(&format!("{validators} validators"), &mut readings)?;
    }
    let large = Size {
        tokens: 8,
        validators: 300,
        delegators: 1_000,
    };
    Told::new(large, artifacts)?.growing("300 validators, 8 tokens", &mut readings)?;
    // All places taken: the snapshot weighs twice as many as are active, and a newcomer is compared with each.
    let full = Size {
        validators: 600,
        ..large
    };
    Told::new(full, artifacts)?.growing("600 candidates, 8 tokens", &mut readings)?;
    Ok(readings)
}

/// Whatever the number of delegators, each verb costs the same.
fn refuse_growth(flat: &[Vec<Reading>]) -> anyhow::Result<()> {
    let (Some(first), rest) = (flat.first(), flat.iter().skip(1)) else {
        return Ok(());
    };
    for other in rest {
        for (one, two) in first.iter().zip(other) {
            let (least, most) = (one.gas.total(), two.gas.total());
            let limit = least.saturating_mul(FLAT_PERCENT.saturating_add(100)) / 100;
            ensure!(
                one.call == two.call && most <= limit,
                "{} grows with delegators: {least}, then {most}",
                one.call
            );
        }
    }
    Ok(())
}

impl Told {
    /// What grows with tokens or validators, and what should not.
    fn growing(&mut self, what: &str, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
        let validators = self.size.validators;
        self.act(
            format!("turn, {what}, all new"),
            "pusher",
            ExecuteMsg::Turn {},
        )?;
        self.epoch()?;
        self.act(format!("turn, {what}"), "pusher", ExecuteMsg::Turn {})?;
        self.weights(format!("weights_at, {what}"))?;
        self.bond(format!("bond, {what}"), "cat", HUB)?;
        self.epoch()?;
        self.say("pusher", ExecuteMsg::Turn {})?;
        self.act(
            format!("withdraw_rewards, {what}"),
            "bob",
            ExecuteMsg::WithdrawRewards { validator: 0 },
        )?;
        let number = validators.saturating_add(1);
        self.create(format!("create_validator, {what}"), number)?;
        readings.append(&mut self.readings);
        Ok(())
    }

    /// Every verb, once.
    fn verbs(&mut self) -> anyhow::Result<Vec<Reading>> {
        self.act("turn, all new", "pusher", ExecuteMsg::Turn {})?;
        self.epoch()?;
        self.act("snapshot", "pusher", ExecuteMsg::Snapshot {})?;
        self.act("turn after snapshot", "pusher", ExecuteMsg::Turn {})?;
        self.epoch()?;
        self.act("turn", "pusher", ExecuteMsg::Turn {})?;
        self.weights("weights_at".into())?;
        let validators = self.size.validators;
        self.create("create_validator".into(), validators.saturating_add(1))?;
        self.bond("bond, first".into(), "cat", HUB)?;
        self.bond("bond".into(), "bob", HUB)?;
        self.bond("bond, cw20".into(), "bob", TOKEN)?;
        self.stake()?;
        self.operate()?;
        self.govern()?;
        self.own()?;
        self.slash()?;
        self.act("burn", "pusher", ExecuteMsg::Burn { token: HUB })?;
        self.withdraw()?;
        Ok(std::mem::take(&mut self.readings))
    }

    fn stake(&mut self) -> anyhow::Result<()> {
        let (validator, token) = (0, HUB);
        let amount = Amount(1_000_000);
        self.act(
            "withdraw_rewards",
            "bob",
            ExecuteMsg::WithdrawRewards { validator },
        )?;
        let unbond = ExecuteMsg::Unbond {
            validator,
            token,
            amount,
        };
        self.act("unbond", "bob", unbond)?;
        let redelegate = ExecuteMsg::Redelegate {
            validator,
            to: 1,
            token,
            amount,
        };
        self.act("redelegate", "bob", redelegate)
    }

    fn operate(&mut self) -> anyhow::Result<()> {
        let edit = ExecuteMsg::Edit {
            name: Some("another name".into()),
            commission: None,
        };
        self.act("edit", "operator0", edit)?;
        let secret = VoteSecret::new(400);
        let pool = self.pool.clone();
        let new = pool.candidacy(self.zone()?, "operator0", &secret)?;
        let rotate = ExecuteMsg::RotateVoteKey {
            vote_key: new.vote_key,
            possession: new.possession,
        };
        self.act("rotate_vote_key", "operator0", rotate)?;
        self.act(
            "withdraw_commission",
            "operator0",
            ExecuteMsg::WithdrawCommission {},
        )?;
        self.act("leave", "operator5", ExecuteMsg::Leave {})?;
        self.act("unjail", "operator5", ExecuteMsg::Unjail {})
    }

    fn govern(&mut self) -> anyhow::Result<()> {
        let proposal = 0;
        let draft = Draft {
            content: Content::ChangeMaxShare {
                token: TOKEN,
                max_share: Share::percent(15),
            },
            link: "https://reports.example/a-report-of-usual-length".into(),
            report: Hash::sha256(b"report"),
        };
        self.enter(
            "propose".into(),
            "cat",
            HUB,
            20_000_000,
            &Entry::Propose(draft),
        )?;
        let deposit = Entry::Deposit { proposal };
        self.enter("deposit".into(), "dan", HUB, 90_000_000, &deposit)?;
        let (validator, choice) = (0, Choice::Yes);
        let vote = ExecuteMsg::Vote {
            proposal,
            validator,
            via: vec![0, 1],
            choice,
        };
        self.act("vote", "bob", vote)?;
        for number in 0..self.size.validators {
            let vote = ExecuteMsg::VoteAsValidator { proposal, choice };
            let who = format!("operator{number}");
            match number {
                0 => self.act("vote_as_validator", &who, vote)?,
                _ => self.say(&who, vote)?,
            }
        }
        self.later(500)?;
        self.act("tally", "pusher", ExecuteMsg::Tally { proposal })?;
        self.later(200)?;
        self.act("enact", "pusher", ExecuteMsg::Enact { proposal })?;
        self.act("refund", "dan", ExecuteMsg::Refund { proposal })?;
        self.act("collect", "dan", ExecuteMsg::Collect { token: HUB })
    }

    /// What the owner sets, so that something is burned, and what anybody gives.
    fn own(&mut self) -> anyhow::Result<()> {
        let settings = Settings {
            burn: Some(true),
            ..self.settings.clone()
        };
        self.act(
            "set_parameters",
            "owner",
            ExecuteMsg::SetParameters { settings },
        )?;
        self.fund("fund")
    }

    fn slash(&mut self) -> anyhow::Result<()> {
        let pool = self.pool.clone();
        let state: PoolResponse = pool.ask(self.zone()?, &QueryMsg::Pool {})?;
        let snapshot = state.pool.snapshot;
        let reward_to = address(self.zone()?, "cat")?;
        let order = SlashOrder {
            validator: 7,
            kind: Kind::Jail,
            from: snapshot,
            to: snapshot,
            fraction: Share::percent(5),
            evidence: Hash::sha256(b"evidence"),
            reward_to,
        };
        self.order("join", ExecuteMsg::Join { validator: 0 })?;
        self.order("hold", ExecuteMsg::Hold { snapshot })?;
        self.order("slash", ExecuteMsg::Slash(order))?;
        self.act("drain, 1 item", "pusher", ExecuteMsg::Drain { limit: 1 })?;
        self.act(
            "drain, the rest",
            "pusher",
            ExecuteMsg::Drain { limit: 100 },
        )?;
        let at = Timestamp(0);
        self.order("release", ExecuteMsg::Release { snapshot, at })
    }

    fn withdraw(&mut self) -> anyhow::Result<()> {
        for _ in 0..12 {
            self.epoch()?;
            self.say("pusher", ExecuteMsg::Turn {})?;
        }
        let validator = 0;
        self.act(
            "withdraw_rewards, 12 epochs",
            "bob",
            ExecuteMsg::WithdrawRewards { validator },
        )?;
        let withdraw = ExecuteMsg::WithdrawUnbonded {
            validator,
            token: HUB,
        };
        self.act("withdraw_unbonded", "bob", withdraw)
    }
}
