//! The stories: what people do, and how it must end.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use anyhow::{bail, ensure};
use cosmwasm_std::Addr;
use tessera_contract_api::{
    booking::{self, Booking},
    chain_view,
    transaction_lock::{self, LegResponse},
};
use tessera_lock::{reversal_hash, tx_hash, Effect, Leg, Settlement, Task};
use tessera_primitives::{Amount, Hash, Height, Standing, ZoneStatus};
use tessera_view::state::Block;

use super::{
    report::{is_conserved, name, transactions, Check, Moment},
    stake,
    world::{Side, World, FEE, MIN_HORIZON},
    Report, SceneReport,
};
use crate::chain::{embedded::Embedded, Chain};

/// Tip of every leg of the demo.
const TIP: u128 = 20;
/// What is sent in it.
const AMOUNT: u128 = 1_000;
/// Rounds after which a story has failed.
const PATIENCE: u32 = 150;

/// What somebody wants to be told while it goes on: the story's number and name.
pub type Progress<'a> = &'a mut dyn FnMut(usize, &'static str);

/// The number of stories.
pub const SCENES: usize = 5;

/// Plays all stories.
///
/// # Errors
/// When a zone or the relayer fails; what ends differently than it should is in the report.
pub async fn play(progress: Progress<'_>) -> anyhow::Result<Report> {
    let began = Instant::now();
    let mut world = World::start().await?;
    let mut scenes = Vec::new();
    progress(0, "kept");
    scenes.push(kept(&world).await?);
    progress(1, "reversed");
    scenes.push(reversed(&world).await?);
    progress(2, "rejected");
    scenes.push(rejected(&world).await?);
    progress(3, "forked");
    scenes.push(forked(&mut world).await?);
    progress(4, "stake");
    let stake = stake::play().await?;
    progress(SCENES, "done");
    let mut conserved = BTreeMap::new();
    let mut total: usize = 0;
    for side in world.sides() {
        conserved.insert(name(side), is_conserved(side)?);
        total = total.saturating_add(transactions(side));
    }
    Ok(Report {
        scenes,
        stake,
        conserved,
        transactions: total,
        milliseconds: began.elapsed().as_millis(),
    })
}

async fn kept(world: &World) -> anyhow::Result<SceneReport> {
    let story =
        "alice pays bob shells on sea-1, bob pays alice acorns on land-1: both legs are kept";
    let mut scene = scene("kept", story, "kept", "kept");
    let before = Moment::now(world)?;
    let sea = transfer(&world.sea, "alice", "bob")?;
    let land = transfer(&world.land, "bob", "alice")?;
    let task = task(world, &sea, &land, 1, Settlement::OnProof, (20, 20))?;
    sea.register(&task)?;
    land.register(&task)?;
    finish(world, &task).await?;
    end(world, &task, before, &mut scene)?;
    let sent: usize = scene.transactions.values().sum();
    scene
        .checks
        .push(check("it took 6 transactions at most", sent <= 6));
    Ok(scene)
}

async fn reversed(world: &World) -> anyhow::Result<SceneReport> {
    let story = "alice pays bob on sea-1 while bob books the last cabin on land-1, which is gone: \
                 his leg never commits, and hers is reversed";
    let mut scene = scene("reversed", story, "reversed", "lapsed");
    let stock = booking::ExecuteMsg::Stock {
        item: "cabin".into(),
        free: 0,
        price: Amount(AMOUNT),
        reserved_for: None,
    };
    world.land.execute("owner", &world.land.inn, &stock, 0)?;
    world.round().await?;
    let before = Moment::now(world)?;
    let sea = transfer(&world.sea, "alice", "bob")?;
    let land = stay(&world.land, "bob")?;
    let task = task(world, &sea, &land, 2, Settlement::OnProof, (20, 20))?;
    sea.register(&task)?;
    land.register(&task)?;
    rounds(world, 4).await?;
    let locked = leg(&world.sea, &task.id())? == "committed";
    scene
        .checks
        .push(check("alice's coins were locked meanwhile", locked));
    finish(world, &task).await?;
    end(world, &task, before, &mut scene)?;
    Ok(scene)
}

async fn rejected(world: &World) -> anyhow::Result<SceneReport> {
    let story =
        "the relayer's own key registers on sea-1 and bob never comes on land-1: once that is \
                 proven, the relayer takes its leg back long before its deadline";
    let mut scene = scene("rejected", story, "rejected", "unregistered");
    let before = Moment::now(world)?;
    let sea = transfer(&world.sea, "relayer", "bob")?;
    let land = transfer(&world.land, "bob", "relayer")?;
    let task = task(world, &sea, &land, 3, Settlement::OnProof, (200, 12))?;
    sea.register(&task)?;
    finish(world, &task).await?;
    let deadline = task
        .legs
        .iter()
        .find(|leg| leg.zone.as_str() == name(&world.sea));
    let early = deadline.is_some_and(|leg| world.sea.chain.zone().height() < leg.deadline);
    scene
        .checks
        .push(check("it came back before its deadline", early));
    end(world, &task, before, &mut scene)?;
    Ok(scene)
}

async fn forked(world: &mut World) -> anyhow::Result<SceneReport> {
    let story = "land-1's validators sign two histories: its task freezes on sea-1 until land-1's \
                 network admits one of them, and is then kept on both";
    let mut scene = scene("forked", story, "kept", "kept");
    let before = Moment::now(world)?;
    let sea = transfer(&world.sea, "alice", "bob")?;
    let land = transfer(&world.land, "bob", "alice")?;
    let task = task(world, &sea, &land, 4, Settlement::AfterDeadlines, (30, 30))?;
    sea.register(&task)?;
    land.register(&task)?;
    rounds(world, 6).await?;
    let both =
        leg(&world.sea, &task.id())? == "committed" && leg(&world.land, &task.id())? == "committed";
    scene
        .checks
        .push(check("both legs were locked before the fork", both));

    let other = other_history(world)?;
    rounds(world, 3).await?;
    let status = standing(world)?.status;
    let reported = status == ZoneStatus::Forked;
    scene
        .checks
        .push(check("the relayer proved the fork to sea-1", reported));
    let deadline = task
        .legs
        .iter()
        .map(|leg| leg.deadline)
        .max()
        .unwrap_or_default();
    while world.sea.chain.zone().height() <= Height(deadline.0.saturating_add(5)) {
        other.zone().next_block()?;
        world.round().await?;
    }
    let frozen = leg(&world.sea, &task.id())? == "committed";
    scene.checks.push(check(
        "past its deadline the task is frozen on sea-1",
        frozen,
    ));

    admit(world)?;
    finish(world, &task).await?;
    let standing = standing(world)?;
    let healed = standing.status == ZoneStatus::Active && standing.branch == 1;
    scene
        .checks
        .push(check("sea-1 follows the admitted branch", healed));
    end(world, &task, before, &mut scene)?;
    Ok(scene)
}

/// A second history of land-1 from its open block on, signed by the same validators; the relayer has a node of each.
fn other_history(world: &mut World) -> anyhow::Result<Embedded> {
    let fork = world.land.chain.zone().fork()?;
    let sender = fork.account("relayer")?;
    let other = Embedded::new(fork, sender)?;
    other.zone().next_block()?;
    let zone = Chain::zone(&other).clone();
    world.relay.add_witness(&zone, Arc::new(other.clone()));
    Ok(other)
}

/// land-1's network admits the history that the world goes on with.
fn admit(world: &World) -> anyhow::Result<()> {
    let land = world.land.chain.zone();
    let header = land.first_header(land.sealed())?;
    let zone = land.id().clone();
    let fork = standing(world)?.fork;
    let below = fork.map(|fork| fork.height.minus(1)).transpose()?;
    let block = |height| anyhow::Ok((height, land.block(height)?.hash));
    let parent = below.map(block).transpose()?;
    let parent = parent.map(|(height, hash)| Block { height, hash });
    drop(land);
    let admit = chain_view::ExecuteMsg::AdmitBranch {
        zone,
        header,
        parent,
    };
    world.sea.execute("owner", &world.sea.view, &admit, 0)
}

fn standing(world: &World) -> anyhow::Result<Standing> {
    let zone = Chain::zone(&world.land.chain).clone();
    let question = chain_view::QueryMsg::Standing { zone };
    world.sea.query(&world.sea.view, &question)
}

/// One leg as its registrant brings it.
struct Brought<'a> {
    side: &'a Side,
    registrant: &'static str,
    tx: Vec<Effect>,
    reversal: Vec<Effect>,
}

impl Brought<'_> {
    fn register(&self, task: &Task) -> anyhow::Result<()> {
        let register = transaction_lock::ExecuteMsg::Register {
            task: task.clone(),
            tx: self.tx.clone(),
            reversal: self.reversal.clone(),
            tip: Amount(TIP),
        };
        let funds = AMOUNT.saturating_add(FEE).saturating_add(TIP);
        self.side
            .execute(self.registrant, &self.side.lock, &register, funds)
    }

    fn leg(&self, deadline: Height) -> anyhow::Result<Leg> {
        Ok(Leg {
            zone: Chain::zone(&self.side.chain).clone(),
            lock: self.side.canonical(&self.side.lock)?,
            registrant: self.side.canonical(&self.side.account(self.registrant)?)?,
            tx_hash: tx_hash(&self.tx),
            reversal_hash: reversal_hash(&self.reversal),
            deadline,
            retention: 2_000,
        })
    }
}

fn pay(side: &Side, to: &str) -> anyhow::Result<Effect> {
    Ok(Effect::Transfer {
        asset: side.asset()?,
        amount: Amount(AMOUNT),
        to: side.address(to)?,
    })
}

fn transfer<'a>(side: &'a Side, from: &'static str, to: &str) -> anyhow::Result<Brought<'a>> {
    Ok(Brought {
        side,
        registrant: from,
        tx: vec![pay(side, to)?],
        reversal: vec![pay(side, from)?],
    })
}

/// A leg that books a cabin.
fn stay<'a>(side: &'a Side, guest: &'static str) -> anyhow::Result<Brought<'a>> {
    let contract = side.chain.zone().address(&side.inn)?;
    let booking = Booking {
        item: "cabin".into(),
        units: 1,
        price: Amount(AMOUNT),
    };
    let payload = booking.payload()?;
    let call = |funds| Effect::Call {
        contract: contract.clone(),
        payload: payload.clone(),
        funds,
    };
    let price = tessera_primitives::Coin {
        asset: side.asset()?,
        amount: Amount(AMOUNT),
    };
    Ok(Brought {
        side,
        registrant: guest,
        tx: vec![call(vec![price])],
        reversal: vec![call(Vec::new()), pay(side, guest)?],
    })
}

/// A task of two legs whose deadlines lie so many blocks ahead.
fn task(
    world: &World,
    sea: &Brought<'_>,
    land: &Brought<'_>,
    nonce: u64,
    settlement: Settlement,
    (at_sea, on_land): (u64, u64),
) -> anyhow::Result<Task> {
    ensure!(at_sea >= MIN_HORIZON && on_land >= MIN_HORIZON, "too near");
    let ahead = |side: &Side, blocks| side.chain.zone().height().plus(blocks);
    let mut legs = vec![
        sea.leg(ahead(&world.sea, at_sea)?)?,
        land.leg(ahead(&world.land, on_land)?)?,
    ];
    legs.sort_by(|a, b| a.zone.cmp(&b.zone));
    Ok(Task {
        legs,
        settlement,
        nonce,
    })
}

async fn rounds(world: &World, count: u32) -> anyhow::Result<()> {
    for _ in 0..count {
        world.round().await?;
    }
    Ok(())
}

/// Goes on until the relayer has seen the task to its end.
async fn finish(world: &World, task: &Task) -> anyhow::Result<()> {
    let id = task.id();
    for _ in 0..PATIENCE {
        world.round().await?;
        let ledger = world.relay.ledger().lock().await;
        let known = ledger.knowledge().finished() > 0 || ledger.knowledge().task(&id).is_some();
        if known && ledger.knowledge().task(&id).is_none() && over(world, &id)? {
            return Ok(());
        }
    }
    bail!(
        "task {id} has not ended after {PATIENCE} rounds: {} on {}, {} on {}",
        leg(&world.sea, &id)?,
        name(&world.sea),
        leg(&world.land, &id)?,
        name(&world.land)
    )
}

/// Whether no leg can change any more.
fn over(world: &World, task: &Hash) -> anyhow::Result<bool> {
    let open = ["registered", "committed", "conceded"];
    Ok(!open.contains(&leg(&world.sea, task)?.as_str())
        && !open.contains(&leg(&world.land, task)?.as_str()))
}

/// How a leg stands, as its lock says.
fn leg(side: &Side, task: &Hash) -> anyhow::Result<String> {
    let lock: &Addr = &side.lock;
    let question = transaction_lock::QueryMsg::Leg { task_id: *task };
    let answer: Option<LegResponse> = side.query(lock, &question)?;
    Ok(answer
        .map_or("unregistered", |leg| leg.state.name())
        .to_string())
}

fn scene(
    title: &'static str,
    story: &'static str,
    sea: &'static str,
    land: &'static str,
) -> SceneReport {
    SceneReport {
        name: title,
        story,
        expected: [("sea-1", sea), ("land-1", land)]
            .map(|(zone, ended)| (zone.to_string(), ended.to_string()))
            .into(),
        legs: BTreeMap::new(),
        checks: Vec::new(),
        balances: BTreeMap::new(),
        messages: BTreeMap::new(),
        transactions: BTreeMap::new(),
        failed: BTreeMap::new(),
        blocks: 0,
    }
}

fn end(world: &World, task: &Task, before: Moment, scene: &mut SceneReport) -> anyhow::Result<()> {
    for side in world.sides() {
        scene.legs.insert(name(side), leg(side, &task.id())?);
    }
    before.tell(world, scene)
}

fn check(what: &str, holds: bool) -> Check {
    Check {
        what: what.into(),
        holds,
    }
}
