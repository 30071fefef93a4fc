//! A random walk: whatever locks, holders and the owner do in whatever order, each unit is in one place and the money is
//! where the books say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod harbour;

use std::collections::BTreeMap;

use cosmwasm_std::coin;
use harbour::{end, harbour, order, stock, Harbour, DENOM};
use proptest::prelude::*;
use tessera_contract_api::booking::ExecuteMsg;

#[derive(Clone, Debug)]
enum Move {
    Lock { lock: usize, task: u8, units: u32 },
    Unlock { lock: usize, task: u8, paid: u128 },
    Reverse { lock: usize, task: u8 },
    Return { units: u32 },
    Stock { free: u32 },
    Withdraw,
}

const LOCKS: [&str; 3] = ["lock", "other lock", "stranger"];

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        (0..3usize, 0..4u8, 0..5u32).prop_map(|(lock, task, units)| Move::Lock {
            lock,
            task,
            units
        }),
        (0..3usize, 0..4u8, 0..30u128).prop_map(|(lock, task, paid)| Move::Unlock {
            lock,
            task,
            paid
        }),
        (0..3usize, 0..4u8).prop_map(|(lock, task)| Move::Reverse { lock, task }),
        (0..4u32).prop_map(|units| Move::Return { units }),
        (0..12u32).prop_map(|free| Move::Stock { free }),
        Just(Move::Withdraw),
    ]
}

fn play(harbour: &mut Harbour, step: &Move) -> bool {
    let played = match *step {
        Move::Lock { lock, task, units } => {
            harbour.lock(LOCKS[lock], order(task, units, u128::from(units) * 7))
        }
        Move::Unlock { lock, task, paid } => {
            // Half of the time what is due, so that some bookings are paid.
            let due = harbour
                .reservation(LOCKS[lock], task)
                .map(|found| found.due.0);
            let paid = if paid % 2 == 0 {
                due.unwrap_or(paid)
            } else {
                paid
            };
            let funds: Vec<_> = (paid > 0).then(|| coin(paid, DENOM)).into_iter().collect();
            harbour.unlock(LOCKS[lock], end(task), &funds)
        }
        Move::Reverse { lock, task } => harbour.reverse(LOCKS[lock], end(task)),
        Move::Return { units } => harbour.send(
            "user",
            ExecuteMsg::Return {
                item: "berth".into(),
                units,
            },
        ),
        Move::Stock { free } => harbour.send("owner", stock("berth", free, 7)),
        Move::Withdraw => harbour.send("owner", ExecuteMsg::Withdraw {}),
    };
    played.is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn units_and_money_are_conserved(walk in prop::collection::vec(moves(), 1..60)) {
        let mut harbour = harbour();
        harbour.send("owner", ExecuteMsg::LinkLock { lock: harbour::address("other lock") }).unwrap();
        let mut total = 10;
        for step in &walk {
            let (free, ..) = harbour.berths();
            let done = play(&mut harbour, step);
            if let (Move::Stock { free: stocked }, true) = (step, done) {
                total = total - free + stocked;
            }
            let (free, reserved, taken) = harbour.berths();
            prop_assert_eq!(free + reserved + taken, total);
            prop_assert_eq!(taken, harbour.held("user"));
            let mut reservations = BTreeMap::new();
            for lock in LOCKS {
                for task in 0..4 {
                    let units = harbour.reservation(lock, task).map_or(0, |found| found.units);
                    reservations.insert((lock, task), units);
                }
            }
            prop_assert_eq!(reserved, reservations.values().sum::<u32>());
            let contract = harbour.contract.clone();
            let held = harbour.app.wrap().query_balance(contract, DENOM).unwrap().amount.u128();
            prop_assert_eq!(held, harbour.earned());
        }
    }
}
