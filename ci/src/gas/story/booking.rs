//! `booking`: what a lock says to it.

use tessera_contract_api::booking::{Booking, ExecuteMsg};
use tessera_contract_api::lockable::{LockableMsg, Order};
use tessera_primitives::{Amount, Hash};
use tessera_testing::suite::SuiteConfig;

use super::stage::{Stage, HERE};
use super::Reading;
use crate::wasm::Artifact;

pub fn tell(artifacts: &[Artifact]) -> anyhow::Result<Vec<Reading>> {
    let mut stage = Stage::new(SuiteConfig::new(1)?, "booking", artifacts)?;
    let (kept, reversed) = (order(&stage, 1)?, order(&stage, 2)?);
    let back = Order {
        funds: Vec::new(),
        ..reversed.clone()
    };
    let lock = say(&mut stage, "lock", &LockableMsg::Lock(kept.clone()))?;
    let unlock = say(&mut stage, "unlock", &LockableMsg::Unlock(kept))?;
    say(&mut stage, "lock", &LockableMsg::Lock(reversed))?;
    let reverse = say(&mut stage, "reverse", &LockableMsg::Reverse(back))?;
    Ok(vec![lock, unlock, reverse])
}

/// Ann books two berths at 50 each.
fn order(stage: &Stage, task: u8) -> anyhow::Result<Order> {
    let booking = Booking {
        item: "berth".into(),
        units: 2,
        price: Amount(100),
    };
    Ok(Order {
        task_id: Hash([task; 32]),
        registrant: stage.suite.address(HERE, "ann")?,
        payload: booking.payload()?,
        funds: cosmwasm_std::coins(100, &stage.suite.side(HERE)?.denom),
    })
}

/// The lock's own messages, sent from its address: what it is paid to say them is its own story.
fn say(stage: &mut Stage, call: &str, message: &LockableMsg) -> anyhow::Result<Reading> {
    let message = ExecuteMsg::Lockable(message.clone());
    let paid = match &message {
        ExecuteMsg::Lockable(LockableMsg::Unlock(order)) => order.funds.clone(),
        _ => Vec::new(),
    };
    let side = stage.suite.side_mut(HERE)?;
    let (lock, booking, denom) = (side.lock.clone(), side.booking.clone(), side.denom.clone());
    side.zone.mint(&lock, 100, &denom)?;
    stage.measure(call, |suite| {
        let zone = &mut suite.side_mut(HERE)?.zone;
        zone.execute(&lock, &booking, &message, &paid)
    })
}
