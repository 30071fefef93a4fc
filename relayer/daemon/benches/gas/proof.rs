//! `proof_gas`: a whole `commit` of some tasks whose other legs are proven out of a tree of a depth. The other zone is
//! embedded, so that its tree can be as deep as is wanted; the zone that commits is real.

use anyhow::Context;
use cosmwasm_std::Coin;
use serde_json::json;
use tessera::{
    chain::{embedded::Embedded, Chain},
    duties::{self, ask, call},
};
use tessera_contract_api::{
    chain_view::{self, QueryMsg, ViewResponse},
    transaction_lock::ExecuteMsg,
};
use tessera_lock::{key, reversal_hash, tx_hash, Batch, Effect, Leg, Settlement, Task, TaskBody};
use tessera_primitives::{Amount, Hash, Seconds, Timestamp, ZoneId};
use tessera_testing::suite::{Suite, SuiteConfig};

use crate::{
    advance,
    figure::Figures,
    site::{send, viewed, Site},
    task,
    trace::Gas,
};

/// Measures every case on the last zone.
pub async fn measure(sites: &[Site], figures: &mut Figures) -> anyhow::Result<()> {
    let site = sites.last().context("a zone")?;
    for depth in [10_u32, 20] {
        let mut deep = Deep::grow(depth)?;
        deep.link(site).await?;
        for keys in [1_u64, 30] {
            let gas = deep.commit(site, keys).await?;
            let case = json!({ "depth": depth, "keys": keys });
            figures.add_gas("proof_gas", &case, gas, None);
        }
    }
    Ok(())
}

/// The mark of a kept leg.
const KEPT: [u8; 9] = [3, 0, 0, 0, 0, 0, 0, 0, 1];

/// An embedded zone whose contract store is a tree of a depth.
struct Deep {
    suite: Suite,
    nonce: u64,
}

impl Deep {
    fn grow(depth: u32) -> anyhow::Result<Deep> {
        let mut config = SuiteConfig::new(1)?;
        config.max_horizon = 20_000;
        let zone = config.zones.first_mut().context("a zone")?;
        zone.zone = ZoneId::new(format!("deep-{depth}"))?;
        zone.genesis = Timestamp(advance::now()?.saturating_sub(300_000_000_000));
        zone.interval = Seconds(1);
        let mut suite = Suite::with(config)?;
        let side = suite.side_mut(0)?;
        let lock = side.lock.clone();
        // A balanced tree of so many leaves has about this depth. They are legs, among which those of our tasks lie
        // scattered: apart from them, all of ours would share one path.
        side.zone.with_app(|app| {
            let mut storage = app.contract_storage_mut(&lock);
            for number in 0..1_u64 << depth {
                storage.set(&key::leg(&Hash::sha256(&number.to_be_bytes())), &KEPT);
            }
        });
        suite.tick(2)?;
        Ok(Deep { suite, nonce: 0 })
    }

    /// Has both zones view each other, and both locks believe each other.
    async fn link(&mut self, site: &Site) -> anyhow::Result<()> {
        let side = self.suite.side(0)?;
        let zone = side.zone.id().clone();
        let register = chain_view::ExecuteMsg::RegisterZone {
            zone: zone.clone(),
            header: side.zone.first_header(side.zone.sealed())?,
            params: viewed()?,
        };
        send(&site.owner, &[call(&site.view, &register)?]).await?;
        let peer = side.zone.canonical(&side.lock)?;
        send(&site.owner, &task::peer(site, &zone, peer)?).await?;

        let (view, lock) = (side.view.clone(), side.lock.clone());
        let roots = side.zone.address(&view)?;
        let asset = self.suite.coin(0)?;
        let tip = site.owner.tip().await?.minus(1)?;
        let shown = duties::light_block(site.owner.as_ref(), tip).await?;
        let register = chain_view::ExecuteMsg::RegisterZone {
            zone: site.zone().clone(),
            header: shown.standard(site.zone(), None)?,
            params: tessera_view::state::Params {
                // The embedded zone is minutes behind.
                clock_drift: Seconds(3_600),
                ..viewed()?
            },
        };
        self.suite.execute(0, "owner", &view, &register, &[])?;
        let link = ExecuteMsg::LinkPeer {
            zone: site.zone().clone(),
            contract: site.owner.canonical(&site.lock)?,
            roots,
        };
        self.suite.execute(0, "owner", &lock, &link, &[])?;
        let cap = ExecuteMsg::SetCap {
            zone: site.zone().clone(),
            asset,
            max: Amount(1_000_000),
        };
        self.suite.execute(0, "owner", &lock, &cap, &[]).map(drop)
    }

    /// Registers tasks on both zones and commits them on the real one.
    async fn commit(&mut self, site: &Site, keys: u64) -> anyhow::Result<Gas> {
        let mut tasks = Vec::new();
        for _ in 0..keys {
            let task = self.task(site).await?;
            self.register(&task)?;
            tasks.push(task);
        }
        self.suite.tick(2)?;
        send(&site.user, &[task::register(site, &tasks, 1)?]).await?;

        let zone = &self.suite.side(0)?.zone;
        let height = zone.sealed();
        let embedded = Embedded::new(zone.clone(), zone.account("nobody")?)?;
        let question = QueryMsg::View {
            zone: zone.id().clone(),
        };
        let view: ViewResponse = ask(site.relayer.as_ref(), &site.view, &question).await?;
        for message in duties::advances(&embedded, &view, height).await? {
            send(&site.relayer, &[call(&site.view, &message)?]).await?;
        }
        let ids: Vec<Hash> = tasks.iter().map(Task::id).collect();
        let proofs = vec![self.suite.prove_legs(0, &ids, height)?];
        let bodies = tasks.iter().map(|task| TaskBody {
            task: task.clone(),
            tx: None,
            reversal: None,
        });
        let batch = Batch {
            tasks: bodies.collect(),
            proofs,
        };
        let commit = ExecuteMsg::Commit {
            batch: batch.to_bytes(),
        };
        let included = send(&site.relayer, &[call(&site.lock, &commit)?]).await?;
        site.spent(included.gas_used)
    }

    fn effects(&self, to: &str) -> anyhow::Result<Vec<Effect>> {
        Ok(vec![Effect::Transfer {
            asset: self.suite.coin(0)?,
            amount: Amount(100),
            to: self.suite.address(0, to)?,
        }])
    }

    async fn task(&mut self, site: &Site) -> anyhow::Result<Task> {
        self.nonce += 1;
        let side = self.suite.side(0)?;
        let tx = task::payment(site)?;
        let user = site.user.account().context("an account")?;
        Ok(Task {
            legs: vec![
                Leg {
                    zone: side.zone.id().clone(),
                    lock: side.zone.canonical(&side.lock)?,
                    registrant: side.zone.canonical(&side.zone.account("ann")?)?,
                    tx_hash: tx_hash(&self.effects("bob")?),
                    reversal_hash: reversal_hash(&self.effects("ann")?),
                    deadline: side.zone.height().plus(5_000)?,
                    retention: 30_000,
                },
                Leg {
                    zone: site.zone().clone(),
                    lock: site.owner.canonical(&site.lock)?,
                    registrant: site.user.canonical(user)?,
                    tx_hash: tx_hash(&tx),
                    reversal_hash: reversal_hash(&task::reversal(site)?),
                    deadline: site.owner.tip().await?.plus(400)?,
                    retention: 30_000,
                },
            ],
            settlement: Settlement::OnProof,
            nonce: self.nonce,
        })
    }

    fn register(&mut self, task: &Task) -> anyhow::Result<()> {
        let message = ExecuteMsg::Register {
            task: task.clone(),
            tx: self.effects("bob")?,
            reversal: self.effects("ann")?,
            tip: Amount(0),
        };
        let side = self.suite.side(0)?;
        let funds = [Coin::new(110_u128, side.denom.clone())];
        let lock = side.lock.clone();
        self.suite.execute(0, "ann", &lock, &message, &funds)?;
        Ok(())
    }
}
