//! `transaction-lock`: tasks of two and three legs, alone and in batches, and the ways in which one may end.

use cosmwasm_std::Addr;
use tessera_contract_api::transaction_lock::ExecuteMsg;
use tessera_lock::Settlement;
use tessera_testing::suite::{Part, Plan, Suite, SuiteConfig};

use super::stage::{Stage, HERE};
use super::Reading;
use crate::wasm::Artifact;

const PEOPLE: [&str; 3] = ["ann", "bob", "cleo"];

pub fn tell(artifacts: &[Artifact]) -> anyhow::Result<Vec<Reading>> {
    let stage = Stage::new(SuiteConfig::new(3)?, "transaction_lock", artifacts)?;
    let mut readings = Vec::new();
    for legs in [2, 3] {
        for batch in [1, 10, 30] {
            keep(stage.clone(), legs, batch, &mut readings)?;
        }
    }
    with_a_call(stage.clone(), &mut readings)?;
    with_a_token(stage.clone(), &mut readings)?;
    after_deadlines(stage.clone(), &mut readings)?;
    reverse(stage.clone(), &mut readings)?;
    withdraw(stage.clone(), &mut readings)?;
    owe(stage, &mut readings)?;
    Ok(readings)
}

/// So many tasks in which people pay each other in a ring, one payment a zone.
fn keep(
    mut stage: Stage,
    legs: usize,
    batch: usize,
    readings: &mut Vec<Reading>,
) -> anyhow::Result<()> {
    let mut plans = Vec::new();
    for _ in 0..batch {
        let parts = ring(&stage.suite, legs)?;
        plans.push(stage.suite.plan(parts, Settlement::OnProof)?);
    }
    let plans: Vec<&Plan> = plans.iter().collect();
    let what = match batch {
        1 => format!("{legs} legs"),
        _ => format!("{legs} legs, {batch} tasks"),
    };
    readings.push(stage.measure(
        format!("register, {what}"),
        |suite| match plans.as_slice() {
            [alone] => suite.register(HERE, alone),
            plans => suite.register_batch(HERE, plans),
        },
    )?);
    for on in 1..legs {
        for plan in &plans {
            stage.suite.register(on, plan)?;
        }
    }
    stage.suite.tick(2)?;
    readings.push(commit(&mut stage, &format!("commit, {what}"), &plans)?);
    for on in 1..legs {
        let proofs = stage.suite.evidence(on, &plans)?;
        stage.suite.commit(on, &plans, proofs)?;
    }
    stage.suite.tick(2)?;
    readings.push(settle(&mut stage, &format!("settle, {what}"), &plans)?);
    Ok(())
}

/// Ann books two berths here, and pays for something on the other zone.
fn with_a_call(mut stage: Stage, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
    let suite = &mut stage.suite;
    let mut parts = ring(suite, 2)?;
    if let Some((_, part)) = parts.first_mut() {
        *part = suite.booking(HERE, "ann", 2)?;
    }
    let plan = suite.plan(parts, Settlement::OnProof)?;
    readings.push(stage.measure("register, 2 legs, a call", |suite| {
        suite.register(HERE, &plan)
    })?);
    stage.suite.register(1, &plan)?;
    stage.suite.tick(2)?;
    readings.push(commit(&mut stage, "commit, 2 legs, a call", &[&plan])?);
    let mut late = stage.clone();
    let proofs = stage.suite.evidence(1, &[&plan])?;
    stage.suite.commit(1, &[&plan], proofs)?;
    stage.suite.tick(2)?;
    readings.push(settle(&mut stage, "settle, 2 legs, a call", &[&plan])?);
    late.suite.tick(late.suite.config.horizon)?;
    readings.push(settle(
        &mut late,
        "settle, 2 legs, a call, reversed",
        &[&plan],
    )?);
    Ok(())
}

/// Ann pays in a token, of whose own gas nothing counts here: it is not ours.
fn with_a_token(mut stage: Stage, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
    let suite = &mut stage.suite;
    let token = suite.token(HERE)?;
    let mut parts = ring(suite, 2)?;
    if let Some((_, part)) = parts.first_mut() {
        *part = suite.payment(HERE, "ann", "bob", &token, 100)?;
    }
    let plan = suite.plan(parts, Settlement::OnProof)?;
    readings.push(stage.measure("register, 2 legs, a token", |suite| {
        suite.register(HERE, &plan)
    })?);
    stage.suite.register(1, &plan)?;
    stage.suite.tick(2)?;
    stage.suite.commit_all(&plan)?;
    readings.push(settle(&mut stage, "settle, 2 legs, a token", &[&plan])?);
    Ok(())
}

/// Both legs commit, and nobody may settle before the deadlines.
fn after_deadlines(mut stage: Stage, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
    let parts = ring(&stage.suite, 2)?;
    let plan = stage.suite.plan(parts, Settlement::AfterDeadlines)?;
    stage.suite.register_all(&plan)?;
    stage.suite.commit_all(&plan)?;
    stage.suite.tick(stage.suite.config.horizon)?;
    let call = "settle, 2 legs, after deadlines";
    readings.push(settle(&mut stage, call, &[&plan])?);
    Ok(())
}

/// The other leg never commits.
fn reverse(mut stage: Stage, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
    let plan = swap(&mut stage.suite)?;
    stage.suite.register_all(&plan)?;
    let proofs = stage.suite.evidence(HERE, &[&plan])?;
    stage.suite.commit(HERE, &[&plan], proofs)?;
    stage.suite.tick(stage.suite.config.horizon)?;
    readings.push(settle(&mut stage, "settle, 2 legs, reversed", &[&plan])?);
    Ok(())
}

/// Legs that go back before they commit: because the other is not there, and because nobody came.
fn withdraw(mut stage: Stage, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
    let (rejected, lapsed) = (swap(&mut stage.suite)?, swap(&mut stage.suite)?);
    for plan in [&rejected, &lapsed] {
        stage.suite.register(HERE, plan)?;
    }
    stage.suite.tick(2)?;
    let proofs = stage.suite.evidence(HERE, &[&rejected])?;
    readings.push(stage.measure("reject, 2 legs", |suite| {
        suite.reject(HERE, &rejected, proofs.clone())
    })?);
    stage.suite.tick(stage.suite.config.horizon)?;
    readings.push(stage.measure("lapse", |suite| suite.lapse(HERE, &lapsed))?);
    Ok(())
}

/// Bob cannot be paid when the task settles, and can later.
fn owe(mut stage: Stage, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
    let plan = swap(&mut stage.suite)?;
    stage.suite.register_all(&plan)?;
    stage.suite.commit_all(&plan)?;
    let bob: Addr = stage.suite.side(HERE)?.zone.account("bob")?;
    stage.suite.side_mut(HERE)?.zone.close_account(&bob);
    readings.push(settle(&mut stage, "settle, 2 legs, payout owed", &[&plan])?);
    stage.suite.side_mut(HERE)?.zone.open_account(&bob);
    let lock = stage.suite.side(HERE)?.lock.clone();
    let claim = ExecuteMsg::Claim {
        task_id: plan.id(),
        effect: 0,
    };
    readings.push(stage.measure("claim", |suite| {
        suite.execute(HERE, "relayer", &lock, &claim, &[])
    })?);
    Ok(())
}

fn swap(suite: &mut Suite) -> anyhow::Result<Plan> {
    let parts = ring(suite, 2)?;
    suite.plan(parts, Settlement::OnProof)
}

/// On each zone one pays the next, in the zone's own coin.
fn ring(suite: &Suite, legs: usize) -> anyhow::Result<Vec<(usize, Part)>> {
    let payers = PEOPLE.iter().take(legs);
    let payees = PEOPLE.iter().cycle().skip(1);
    payers
        .zip(payees)
        .enumerate()
        .map(|(on, (from, to))| Ok((on, suite.payment(on, from, to, &suite.coin(on)?, 100)?)))
        .collect()
}

/// Views are advanced before, natively: what they cost is another story.
fn commit(stage: &mut Stage, call: &str, plans: &[&Plan]) -> anyhow::Result<Reading> {
    let proofs = stage.suite.evidence(HERE, plans)?;
    stage.measure(call, |suite| suite.commit(HERE, plans, proofs.clone()))
}

fn settle(stage: &mut Stage, call: &str, plans: &[&Plan]) -> anyhow::Result<Reading> {
    let proofs = stage.suite.evidence(HERE, plans)?;
    stage.measure(call, |suite| suite.settle(HERE, plans, proofs.clone()))
}
