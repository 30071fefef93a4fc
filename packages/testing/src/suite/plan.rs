use anyhow::Context;
use cosmwasm_std::Coin as Funds;
use cw20::Cw20ExecuteMsg;
use cw_multi_test::AppResponse;
use tessera_contract_api::{
    booking::Booking,
    transaction_lock::{ExecuteMsg, LegResponse, OwnLeg, QueryMsg},
};
use tessera_lock::{
    evidence::ZoneProof, reversal_hash, state::LegState, tx_hash, Batch, Effect, Leg, Settlement,
    Task, TaskBody,
};
use tessera_primitives::{Amount, Asset, Bytes, Coin, Denom, Hash};

use super::Suite;

/// What a leg of a plan does, on its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Who registers it.
    pub registrant: String,
    /// What happens when the task is kept.
    pub tx: Vec<Effect>,
    /// What happens when it is reversed.
    pub reversal: Vec<Effect>,
}

/// A task with all that its zones need to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The task.
    pub task: Task,
    /// Zone (index in the suite) and part of each leg, in the order of the task's legs.
    pub parts: Vec<(usize, Part)>,
    /// What each leg offers to relayers.
    pub tip: u128,
}

impl Plan {
    /// The task's id.
    pub fn id(&self) -> Hash {
        self.task.id()
    }

    /// The zones of its legs, by their indices in the suite.
    pub fn zones(&self) -> Vec<usize> {
        self.parts.iter().map(|(on, _)| *on).collect()
    }

    /// The part on a zone.
    ///
    /// # Errors
    /// It has none there.
    pub fn part(&self, on: usize) -> anyhow::Result<&Part> {
        let part = self.parts.iter().find(|(zone, _)| *zone == on);
        let (_, part) = part.with_context(|| format!("no leg on zone {on}"))?;
        Ok(part)
    }

    /// The body of its leg on a zone, with both lists of effects.
    ///
    /// # Errors
    /// It has none there.
    pub fn body(&self, on: usize) -> anyhow::Result<TaskBody> {
        let part = self.part(on)?;
        Ok(TaskBody {
            task: self.task.clone(),
            tx: Some(part.tx.clone()),
            reversal: Some(part.reversal.clone()),
        })
    }
}

impl Suite {
    /// A part in which `from` pays `to`, and gets it back on reversal.
    ///
    /// # Errors
    /// None has this index.
    pub fn payment(
        &self,
        on: usize,
        from: &str,
        to: &str,
        asset: &Asset,
        amount: u128,
    ) -> anyhow::Result<Part> {
        let pays = |to| -> anyhow::Result<Effect> {
            Ok(Effect::Transfer {
                asset: asset.clone(),
                amount: Amount(amount),
                to: self.address(on, to)?,
            })
        };
        Ok(Part {
            registrant: from.into(),
            tx: vec![pays(to)?],
            reversal: vec![pays(from)?],
        })
    }

    /// A part in which `registrant` books units of `berth` at 50 each.
    ///
    /// # Errors
    /// None has this index.
    pub fn booking(&self, on: usize, registrant: &str, units: u32) -> anyhow::Result<Part> {
        let side = self.side(on)?;
        let price = Amount(u128::from(units).saturating_mul(50));
        let item = "berth".into();
        let payload = Booking { item, units, price }.payload()?;
        let contract = side.zone.address(&side.booking)?;
        let asset = self.coin(on)?;
        let call = |funds| Effect::Call {
            contract: contract.clone(),
            payload: payload.clone(),
            funds,
        };
        let back = Effect::Transfer {
            asset: asset.clone(),
            amount: price,
            to: self.address(on, registrant)?,
        };
        let funds = vec![Coin {
            asset,
            amount: price,
        }];
        Ok(Part {
            registrant: registrant.into(),
            tx: vec![call(funds)],
            reversal: vec![call(Vec::new()), back],
        })
    }

    /// A task of these parts, with deadlines `horizon` blocks ahead; a number makes each a task of its own. The parts'
    /// zones ascend.
    ///
    /// # Errors
    /// None has this index.
    pub fn plan(
        &mut self,
        parts: Vec<(usize, Part)>,
        settlement: Settlement,
    ) -> anyhow::Result<Plan> {
        self.nonce = self.nonce.saturating_add(1);
        let mut legs = Vec::new();
        for (on, part) in &parts {
            let side = self.side(*on)?;
            let registrant = side.zone.account(&part.registrant)?;
            legs.push(Leg {
                zone: side.zone.id().clone(),
                lock: side.zone.canonical(&side.lock)?,
                registrant: side.zone.canonical(&registrant)?,
                tx_hash: tx_hash(&part.tx),
                reversal_hash: reversal_hash(&part.reversal),
                deadline: side.zone.height().plus(self.config.horizon)?,
                retention: self
                    .config
                    .max_horizon
                    .saturating_add(self.config.fork_grace),
            });
        }
        Ok(Plan {
            task: Task {
                legs,
                settlement,
                nonce: self.nonce,
            },
            parts,
            tip: self.config.tip,
        })
    }

    /// The native coins that registering plans' legs takes: their funds, fees and tips.
    ///
    /// # Errors
    /// A plan has no leg there, or a denom is none.
    pub fn price(&self, on: usize, plans: &[&Plan]) -> anyhow::Result<Vec<Funds>> {
        let asset = self.coin(on)?;
        let mut sums = std::collections::BTreeMap::<Denom, u128>::new();
        for plan in plans {
            let fee = Coin {
                asset: asset.clone(),
                amount: Amount(self.config.fee.saturating_add(plan.tip)),
            };
            for coin in funds(&plan.part(on)?.tx).0.into_iter().chain([fee]) {
                if let Asset::Native(denom) = coin.asset {
                    let sum = sums.entry(denom).or_default();
                    *sum = sum.saturating_add(coin.amount.0);
                }
            }
        }
        let coins = sums.into_iter().filter(|(_, amount)| *amount > 0);
        Ok(coins
            .map(|(denom, amount)| Funds::new(amount, String::from(denom)))
            .collect())
    }

    /// Registers a plan's leg on a zone, by its registrant, with allowances for its tokens.
    ///
    /// # Errors
    /// What the lock or a token refused.
    pub fn register(&mut self, on: usize, plan: &Plan) -> anyhow::Result<AppResponse> {
        let OwnLeg {
            task,
            tx,
            reversal,
            tip,
        } = self.own_leg(on, plan)?;
        let message = ExecuteMsg::Register {
            task,
            tx,
            reversal,
            tip,
        };
        self.send_legs(on, &[plan], &message)
    }

    /// Registers the legs that one person has in plans on a zone by one message, with allowances for their tokens.
    ///
    /// # Errors
    /// What the lock or a token refused; that there are no plans.
    pub fn register_batch(&mut self, on: usize, plans: &[&Plan]) -> anyhow::Result<AppResponse> {
        let legs = plans.iter().map(|plan| self.own_leg(on, plan));
        let legs = legs.collect::<anyhow::Result<_>>()?;
        self.send_legs(on, plans, &ExecuteMsg::RegisterBatch { legs })
    }

    fn own_leg(&self, on: usize, plan: &Plan) -> anyhow::Result<OwnLeg> {
        let part = plan.part(on)?;
        Ok(OwnLeg {
            task: plan.task.clone(),
            tx: part.tx.clone(),
            reversal: part.reversal.clone(),
            tip: Amount(plan.tip),
        })
    }

    fn send_legs(
        &mut self,
        on: usize,
        plans: &[&Plan],
        message: &ExecuteMsg,
    ) -> anyhow::Result<AppResponse> {
        let registrant = plans.first().context("no plans")?.part(on)?;
        let registrant = registrant.registrant.clone();
        let lock = self.side(on)?.lock.clone();
        for plan in plans {
            for coin in funds(&plan.part(on)?.tx).1 {
                self.allow(on, &registrant, &coin)?;
            }
        }
        let price = self.price(on, plans)?;
        self.execute(on, &registrant, &lock, message, &price)
    }

    /// Lets the lock take a token from somebody.
    fn allow(&mut self, on: usize, holder: &str, coin: &Coin) -> anyhow::Result<()> {
        let Asset::Cw20(token) = &coin.asset else {
            return Ok(());
        };
        let allow = Cw20ExecuteMsg::IncreaseAllowance {
            spender: self.side(on)?.lock.to_string(),
            amount: coin.amount.0.into(),
            expires: None,
        };
        let token = cosmwasm_std::Addr::unchecked(token.as_str());
        self.execute(on, holder, &token, &allow, &[])?;
        Ok(())
    }

    /// Registers a plan on all its zones, and seals what makes it provable.
    ///
    /// # Errors
    /// As [`Suite::register`].
    pub fn register_all(&mut self, plan: &Plan) -> anyhow::Result<()> {
        for on in plan.zones() {
            self.register(on, plan)?;
        }
        self.tick(2)
    }

    /// Commits the legs of plans on a zone, with these proofs.
    ///
    /// # Errors
    /// What the lock refused.
    pub fn commit(
        &mut self,
        on: usize,
        plans: &[&Plan],
        proofs: Vec<ZoneProof>,
    ) -> anyhow::Result<AppResponse> {
        let batch = batch(on, plans, proofs)?;
        let lock = self.side(on)?.lock.clone();
        self.execute(on, "relayer", &lock, &ExecuteMsg::Commit { batch }, &[])
    }

    /// Commits a plan on all its zones with the newest evidence, and seals what makes it provable.
    ///
    /// # Errors
    /// As [`Suite::commit`].
    pub fn commit_all(&mut self, plan: &Plan) -> anyhow::Result<()> {
        for on in plan.zones() {
            let proofs = self.evidence(on, &[plan])?;
            self.commit(on, &[plan], proofs)?;
        }
        self.tick(2)
    }

    /// Settles the legs of plans on a zone, with these proofs.
    ///
    /// # Errors
    /// What the lock refused.
    pub fn settle(
        &mut self,
        on: usize,
        plans: &[&Plan],
        proofs: Vec<ZoneProof>,
    ) -> anyhow::Result<AppResponse> {
        let batch = batch(on, plans, proofs)?;
        let lock = self.side(on)?.lock.clone();
        self.execute(on, "relayer", &lock, &ExecuteMsg::Settle { batch }, &[])
    }

    /// Settles a plan on all its zones with the newest evidence, and seals what makes it provable.
    ///
    /// # Errors
    /// As [`Suite::settle`].
    pub fn settle_all(&mut self, plan: &Plan) -> anyhow::Result<()> {
        for on in plan.zones() {
            let proofs = self.evidence(on, &[plan])?;
            self.settle(on, &[plan], proofs)?;
        }
        self.tick(2)
    }

    /// Takes a plan's leg on a zone back, by its registrant, with these proofs.
    ///
    /// # Errors
    /// What the lock refused.
    pub fn reject(
        &mut self,
        on: usize,
        plan: &Plan,
        proofs: Vec<ZoneProof>,
    ) -> anyhow::Result<AppResponse> {
        let registrant = plan.part(on)?.registrant.clone();
        let batch = batch(on, &[plan], proofs)?;
        let lock = self.side(on)?.lock.clone();
        self.execute(on, &registrant, &lock, &ExecuteMsg::Reject { batch }, &[])
    }

    /// Gives a plan's leg on a zone back after its deadline.
    ///
    /// # Errors
    /// What the lock refused.
    pub fn lapse(&mut self, on: usize, plan: &Plan) -> anyhow::Result<AppResponse> {
        let lock = self.side(on)?.lock.clone();
        let task_id = plan.id();
        self.execute(on, "relayer", &lock, &ExecuteMsg::Lapse { task_id }, &[])
    }

    /// Where a plan's leg on a zone stands; none when it is not registered.
    ///
    /// # Errors
    /// What the lock says.
    pub fn state(&self, on: usize, plan: &Plan) -> anyhow::Result<Option<LegState>> {
        let side = self.side(on)?;
        let question = QueryMsg::Leg { task_id: plan.id() };
        let leg: Option<LegResponse> = side.zone.query(&side.lock, &question)?;
        Ok(leg.map(|leg| leg.state))
    }

    /// Where all legs of a plan stand.
    ///
    /// # Errors
    /// As [`Suite::state`].
    pub fn states(&self, plan: &Plan) -> anyhow::Result<Vec<Option<LegState>>> {
        plan.zones()
            .into_iter()
            .map(|on| self.state(on, plan))
            .collect()
    }
}

fn batch(on: usize, plans: &[&Plan], proofs: Vec<ZoneProof>) -> anyhow::Result<Bytes> {
    let tasks: anyhow::Result<_> = plans.iter().map(|plan| plan.body(on)).collect();
    Ok(Batch {
        tasks: tasks?,
        proofs,
    }
    .to_bytes())
}

/// What effects take: native coins, and tokens.
fn funds(tx: &[Effect]) -> (Vec<Coin>, Vec<Coin>) {
    let coins = tx.iter().flat_map(|effect| match effect {
        Effect::Transfer { asset, amount, .. } => vec![Coin {
            asset: asset.clone(),
            amount: *amount,
        }],
        Effect::Call { funds, .. } => funds.clone(),
    });
    coins.partition(|coin| matches!(coin.asset, Asset::Native(_)))
}
