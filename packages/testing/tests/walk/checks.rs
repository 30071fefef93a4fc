//! What must hold at every step, and in the end.

use std::collections::BTreeMap;

use cosmwasm_std::Addr;
use tessera_contract_api::transaction_lock::{
    ExecuteMsg, LegResponse, OpenTask, OwedResponse, QueryMsg, Waiting,
};
use tessera_lock::state::LegState;
use tessera_primitives::Asset;
use tessera_testing::suite::{Plan, PEOPLE};

use super::{Walk, ZONES};

impl Walk {
    /// All that anybody has of a zone's coin and token.
    pub fn total(&self, on: usize) -> [u128; 2] {
        let side = &self.suite.sides[on];
        let people = PEOPLE.iter().chain(&["treasury"]);
        let mut holders: Vec<Addr> = people
            .map(|name| side.zone.account(name).unwrap())
            .collect();
        holders.extend([&side.view, &side.lock, &side.booking, &side.token].map(Addr::clone));
        self.assets(on).map(|asset| {
            holders
                .iter()
                .map(|holder| self.suite.holds(on, holder, &asset).unwrap())
                .sum()
        })
    }

    pub fn assets(&self, on: usize) -> [Asset; 2] {
        [self.suite.coin(on).unwrap(), self.suite.token(on).unwrap()]
    }

    /// Invariant 2: escrow is what open legs brought, and what is owed.
    pub fn check_escrow(&self, on: usize) {
        let side = &self.suite.sides[on];
        let [coin, token] = self.assets(on);
        let mut expected = BTreeMap::from([(coin.clone(), 0u128), (token.clone(), 0)]);
        for open in self.open(on) {
            let question = QueryMsg::Leg {
                task_id: open.task_id,
            };
            let leg: Option<LegResponse> = side.zone.query(&side.lock, &question).unwrap();
            let leg = leg.unwrap();
            let terms = leg.terms.unwrap();
            for funds in terms.funds {
                *expected.get_mut(&funds.asset).unwrap() += funds.amount.0;
            }
            let paid = if leg.state == LegState::Committed {
                terms.tip.0 / 2
            } else {
                0
            };
            *expected.get_mut(&coin).unwrap() += terms.tip.0 - paid;
        }
        let question = QueryMsg::Owed {
            start_after: None,
            limit: Some(100),
        };
        let owed: Vec<OwedResponse> = side.zone.query(&side.lock, &question).unwrap();
        assert!(owed.is_empty(), "nobody here refuses to be paid: {owed:?}");
        for (asset, amount) in expected {
            assert_eq!(
                self.suite.holds(on, &side.lock, &asset).unwrap(),
                amount,
                "{asset}"
            );
        }
    }

    pub fn open(&self, on: usize) -> Vec<OpenTask> {
        let side = &self.suite.sides[on];
        let mut all: Vec<OpenTask> = Vec::new();
        loop {
            let start_after = all.last().map(|last| Waiting {
                deadline: last.deadline,
                task_id: last.task_id,
            });
            let question = QueryMsg::OpenTasks {
                start_after,
                limit: Some(100),
            };
            let page: Vec<OpenTask> = side.zone.query(&side.lock, &question).unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// Invariant 1: never kept here and given back there.
    pub fn check_never_mixed(&self, plans: &[Plan]) {
        for plan in plans {
            let states = self.suite.states(plan).unwrap();
            if states.contains(&Some(LegState::Kept)) {
                let fine = |state: &Option<LegState>| {
                    matches!(state, Some(LegState::Kept | LegState::Committed))
                };
                assert!(states.iter().all(fine), "{states:?} of {plan:?}");
            }
        }
    }

    /// Invariant 3: after all deadlines, whatever is open can be ended by whoever relays.
    pub fn finish(&mut self) {
        self.suite.tick(self.suite.config.horizon + 2).unwrap();
        for on in 0..ZONES {
            for open in self.open(on) {
                if open.state == LegState::Registered {
                    let lapse = ExecuteMsg::Lapse {
                        task_id: open.task_id,
                    };
                    self.send(on, "relayer", lapse).unwrap();
                }
            }
        }
        self.suite.tick(2).unwrap();
        for on in 0..ZONES {
            for open in self.open(on) {
                let plan = self.plans.iter().find(|plan| plan.id() == open.task_id);
                let plan = plan.unwrap().clone();
                let proofs = self.suite.evidence(on, &[&plan]).unwrap();
                self.suite.settle(on, &[&plan], proofs).unwrap();
            }
            assert_eq!(self.open(on), [], "on {on}");
            self.check_escrow(on);
            assert_eq!(self.total(on), self.totals[on]);
        }
        for plan in &self.plans {
            let states = self.suite.states(plan).unwrap();
            let kept = states
                .iter()
                .filter(|state| **state == Some(LegState::Kept))
                .count();
            assert!(kept == 0 || kept == states.len(), "{states:?}");
        }
    }
}
