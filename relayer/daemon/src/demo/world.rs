//! The two zones, their contracts, and the people.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use anyhow::Context;
use cosmwasm_std::{to_json_vec, Addr, Coin, WasmMsg};
use serde::Serialize;
use tessera_contract_api::{
    booking, chain_view,
    roles::Appointment,
    transaction_lock::{self, Settings},
};
use tessera_planner::Policy;
use tessera_primitives::{
    Address, Amount, Asset, CanonicalAddress, Denom, Height, Ratio, Seconds, Timestamp,
};
use tessera_testing::{contracts, Zone};
use tessera_view::state::Params;

use crate::{
    chain::{embedded::Embedded, Chain},
    journal::Journal,
    ledger::Ledger,
    relay::{Relay, Zone as Served},
    submit, watch,
};

/// Native coins that everybody starts with.
const START: u128 = 1_000_000;
/// Least and greatest distance of a deadline, in blocks.
pub(super) const MIN_HORIZON: u64 = 10;
const MAX_HORIZON: u64 = 1_000;
/// Blocks that an admitted branch is waited for.
const FORK_GRACE: u64 = 200;
/// What a register costs.
pub(super) const FEE: u128 = 5;

/// One zone of the demo.
pub struct Side {
    /// The zone.
    pub chain: Embedded,
    /// Its own coin.
    pub denom: &'static str,
    /// Its chain-view.
    pub view: Addr,
    /// Its transaction-lock.
    pub lock: Addr,
    /// Its booking contract.
    pub inn: Addr,
    /// What was minted of its coin.
    pub minted: u128,
}

/// The two zones and the relayer between them.
pub struct World {
    /// The zone that tasks begin on.
    pub sea: Side,
    /// The other one.
    pub land: Side,
    /// The relayer.
    pub relay: Relay,
}

/// Everybody who holds coins, on both zones.
pub const PEOPLE: [&str; 5] = ["alice", "bob", "owner", "treasury", "relayer"];

impl Side {
    fn start(id: &str, prefix: &'static str, denom: &'static str) -> anyhow::Result<Side> {
        let mut zone = Zone::new(id, prefix)?;
        let owner = zone.account("owner")?;
        let mut minted = 0u128;
        for name in PEOPLE {
            let holder = zone.account(name)?;
            zone.mint(&holder, START, denom)?;
            minted = minted.saturating_add(START);
        }
        let view = zone.store_code(contracts::chain_view);
        let lock = zone.store_code(contracts::transaction_lock);
        let inn = zone.store_code(contracts::booking);
        let roles = Appointment {
            owner: Some(zone.address(&owner)?),
            guardian: None,
        };
        let coin = Denom::new(denom)?;
        let make_view = chain_view::InstantiateMsg {
            roles: roles.clone(),
            reserve_denom: coin.clone(),
        };
        let view = zone.instantiate(&owner, view, &make_view, "chain-view")?;
        let treasury = zone.account("treasury")?;
        let settings = Settings {
            min_horizon: MIN_HORIZON,
            max_horizon: MAX_HORIZON,
            fork_grace: FORK_GRACE,
            ..Settings::new(Amount(FEE), coin.clone(), zone.address(&treasury)?)
        };
        let make_lock = transaction_lock::InstantiateMsg {
            roles: roles.clone(),
            settings,
        };
        let lock = zone.instantiate(&owner, lock, &make_lock, "transaction-lock")?;
        let make_inn = booking::InstantiateMsg { roles, denom: coin };
        let inn = zone.instantiate(&owner, inn, &make_inn, "booking")?;
        let link = booking::ExecuteMsg::LinkLock {
            lock: zone.address(&lock)?,
        };
        zone.execute(&owner, &inn, &link, &[])?;
        let target = transaction_lock::ExecuteMsg::LinkTarget {
            contract: zone.address(&inn)?,
        };
        zone.execute(&owner, &lock, &target, &[])?;
        zone.next_block()?;
        let relayer = zone.account("relayer")?;
        Ok(Side {
            chain: Embedded::new(zone, relayer)?,
            denom,
            view,
            lock,
            inn,
            minted,
        })
    }

    /// An account of this zone.
    ///
    /// # Errors
    /// Never for these names.
    pub fn account(&self, name: &str) -> anyhow::Result<Addr> {
        Ok(self.chain.zone().account(name)?)
    }

    /// An account of this zone, as messages name it.
    ///
    /// # Errors
    /// Never for these names.
    pub fn address(&self, name: &str) -> anyhow::Result<Address> {
        let zone = self.chain.zone();
        Ok(zone.address(&zone.account(name)?)?)
    }

    /// The bytes of an address of this zone.
    ///
    /// # Errors
    /// When it is none.
    pub fn canonical(&self, address: &Addr) -> anyhow::Result<CanonicalAddress> {
        Ok(self.chain.zone().canonical(address)?)
    }

    /// The zone's coin.
    ///
    /// # Errors
    /// Never: the denoms are well-formed.
    pub fn asset(&self) -> anyhow::Result<Asset> {
        Ok(Asset::Native(Denom::new(self.denom)?))
    }

    /// How much of the zone's coin somebody holds.
    ///
    /// # Errors
    /// What the bank says.
    pub fn balance(&self, holder: &Addr) -> anyhow::Result<u128> {
        Ok(self.chain.zone().balance(holder, self.denom)?.0)
    }

    /// A transaction of one message, in the open block.
    ///
    /// # Errors
    /// What the contract refused.
    pub fn execute(
        &self,
        sender: &str,
        contract: &Addr,
        message: &impl Serialize,
        funds: u128,
    ) -> anyhow::Result<()> {
        let call = WasmMsg::Execute {
            contract_addr: contract.to_string(),
            msg: to_json_vec(message)?.into(),
            funds: match funds {
                0 => Vec::new(),
                _ => vec![Coin::new(funds, self.denom)],
            },
        };
        let mut zone = self.chain.zone();
        let sender = zone.account(sender)?;
        zone.transact(&sender, vec![call.into()])?;
        Ok(())
    }

    /// What a contract answers.
    ///
    /// # Errors
    /// What the contract refused.
    pub fn query<T: serde::de::DeserializeOwned>(
        &self,
        contract: &Addr,
        question: &impl Serialize,
    ) -> anyhow::Result<T> {
        self.chain.zone().query(contract, question)
    }

    /// Has this zone view the other, and its lock believe the other's.
    fn link(&self, other: &Side) -> anyhow::Result<()> {
        let zone = Chain::zone(&other.chain).clone();
        let height = other.chain.zone().sealed();
        let header = other.chain.zone().first_header(height)?;
        let params = Params {
            trust_level: Ratio::new(1, 3)?,
            trusting_period: Seconds(14 * 86_400),
            unbonding_period: Seconds(21 * 86_400),
            clock_drift: Seconds(30),
            min_block_interval: 100,
            k: 64,
            refresh_interval: Seconds(300),
            close_delay: Seconds(86_400),
            advance_reward: Amount(1),
            fork_bounty: Amount(100),
        };
        let register = chain_view::ExecuteMsg::RegisterZone {
            zone: zone.clone(),
            header,
            params,
        };
        self.execute("owner", &self.view, &register, 0)?;
        let fund = chain_view::ExecuteMsg::Fund { zone: zone.clone() };
        self.execute("owner", &self.view, &fund, 1_000)?;
        let link = transaction_lock::ExecuteMsg::LinkPeer {
            zone: zone.clone(),
            contract: other.canonical(&other.lock)?,
            roots: self.chain.zone().address(&self.view)?,
        };
        self.execute("owner", &self.lock, &link, 0)?;
        let cap = transaction_lock::ExecuteMsg::SetCap {
            zone,
            asset: self.asset()?,
            max: Amount(START),
        };
        self.execute("owner", &self.lock, &cap, 0)
    }

    fn served(&self) -> anyhow::Result<Served> {
        let zone = self.chain.zone();
        Ok(Served {
            lock: zone.address(&self.lock)?,
            view: zone.address(&self.view)?,
            chain: Arc::new(self.chain.clone()),
            lanes: vec![Arc::new(self.chain.clone())],
            witnesses: Vec::new(),
            start: Height(1),
            poll: Duration::from_millis(50),
            wake: None,
            pool: None,
            max_messages: 30,
        })
    }
}

impl World {
    /// Starts two zones, deploys and links the contracts, and starts a relayer with a journal in memory.
    ///
    /// # Errors
    /// When anything in it fails: then this build is broken.
    pub async fn start() -> anyhow::Result<World> {
        World::start_with(|_| Ok(None)).await
    }

    /// The same, with what `prepare` makes on the first zone: a stake-pool, if it answers one, that the relayer pushes along.
    ///
    /// # Errors
    /// As [`World::start`].
    pub async fn start_with(
        prepare: impl FnOnce(&Side) -> anyhow::Result<Option<Address>>,
    ) -> anyhow::Result<World> {
        let sea = Side::start("sea-1", "sea", "shell")?;
        let land = Side::start("land-1", "land", "acorn")?;
        sea.link(&land)?;
        land.link(&sea)?;
        let pool = prepare(&sea)?;
        let mut pools = BTreeSet::new();
        if pool.is_some() {
            pools.insert(Chain::zone(&sea.chain).clone());
        }
        let policy = Policy {
            first_pause: Seconds(30),
            pools,
            ..Policy::default()
        };
        let ledger = Ledger::open(Journal::in_memory()?, policy)?;
        let zones = vec![
            Served {
                pool,
                ..sea.served()?
            },
            land.served()?,
        ];
        let clock = sea.chain.clone();
        let relay = Relay::new(zones, ledger)
            .with_clock(Box::new(move || -> Timestamp { clock.zone().time() }));
        let world = World { sea, land, relay };
        world.seal()?;
        for zone in world.relay.zones() {
            watch::survey(&world.relay, zone).await?;
        }
        Ok(world)
    }

    /// Both sides.
    pub fn sides(&self) -> [&Side; 2] {
        [&self.sea, &self.land]
    }

    /// One round: the relayer reads new blocks and does what is due, then every zone seals a block.
    ///
    /// # Errors
    /// What the relayer or a zone refused.
    pub async fn round(&self) -> anyhow::Result<()> {
        for zone in self.relay.zones() {
            let id = zone.chain.zone();
            let read = watch::catch_up(&self.relay, zone).await;
            read.with_context(|| format!("watching {id}"))?;
        }
        for zone in self.relay.zones() {
            let id = zone.chain.zone();
            let done = submit::work(&self.relay, zone).await;
            done.with_context(|| format!("working on {id}"))?;
        }
        self.seal()
    }

    /// Seals the open block of every zone.
    ///
    /// # Errors
    /// When too few validators sign.
    pub fn seal(&self) -> anyhow::Result<()> {
        for side in self.sides() {
            side.chain.zone().next_block()?;
        }
        Ok(())
    }
}
