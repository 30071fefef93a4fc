//! One zone.

mod accounts;
mod block;
mod evidence;
mod fork;
mod headers;
mod run;

use std::{collections::BTreeSet, sync::Arc};

use cosmwasm_std::Empty;
use cw_multi_test::Contract;
use tendermint::account;
use tessera_primitives::{Hash, Height, Seconds, Timestamp, ZoneId};

pub use block::{Block, LightBlock};
pub use evidence::Proven;
pub use run::ZoneApp;

use crate::{bank::GuardedBank, Multistore, State, Transaction, Validators, ZoneError};

/// How to make the contract of a code, each time the zone runs a transaction.
pub type Code = Arc<dyn Fn() -> Box<dyn Contract<Empty>> + Send + Sync>;

/// What a zone starts with.
#[derive(Clone, Debug)]
pub struct ZoneConfig {
    /// Its chain id.
    pub zone: ZoneId,
    /// What its addresses begin with.
    pub prefix: &'static str,
    /// The validators of its first two blocks.
    pub validators: Validators,
    /// Time of its first block.
    pub genesis: Timestamp,
    /// Time from a block to the next.
    pub interval: Seconds,
}

impl ZoneConfig {
    /// Four validators of equal power whose keys come from the chain id, blocks every 5 s from 14 November 2023 on.
    ///
    /// # Errors
    /// [`ZoneError::Malformed`] when `zone` is no chain id.
    pub fn new(zone: &str, prefix: &'static str) -> Result<ZoneConfig, ZoneError> {
        tendermint::chain::Id::try_from(zone).map_err(ZoneError::malformed("chain id"))?;
        Ok(ZoneConfig {
            zone: ZoneId::new(zone).map_err(ZoneError::malformed("chain id"))?,
            prefix,
            validators: Validators::equal(zone, 4, 10)?,
            genesis: Timestamp(1_700_000_000_000_000_000),
            interval: Seconds(5),
        })
    }
}

/// A zone inside this process. See the crate's documentation for how it lives.
#[derive(Clone)]
pub struct Zone {
    id: ZoneId,
    prefix: &'static str,
    interval: Seconds,
    codes: Vec<Code>,
    bank: GuardedBank,
    state: State,
    stores: Multistore,
    blocks: Vec<Arc<Block>>,
    /// The block that transactions go to now.
    height: u64,
    time: Timestamp,
    transactions: Vec<Transaction>,
    validators: Validators,
    next_validators: Validators,
    /// Asked for in the open block: takes its turn two blocks later.
    announced: Option<Validators>,
    silent: BTreeSet<account::Id>,
    /// Number of transactions so far, failed ones included.
    number: u64,
    /// Number of forks between the first history and this one.
    branch: u32,
}

impl Zone {
    /// A zone whose first block is open for transactions.
    pub fn start(config: ZoneConfig) -> Zone {
        Zone {
            id: config.zone,
            prefix: config.prefix,
            interval: config.interval,
            codes: Vec::new(),
            bank: GuardedBank::default(),
            state: State::default(),
            stores: Multistore::default(),
            blocks: Vec::new(),
            height: 1,
            time: config.genesis,
            transactions: Vec::new(),
            next_validators: config.validators.clone(),
            validators: config.validators,
            announced: None,
            silent: BTreeSet::new(),
            number: 0,
            branch: 0,
        }
    }

    /// A zone as [`ZoneConfig::new`] describes it.
    ///
    /// # Errors
    /// As [`ZoneConfig::new`].
    pub fn new(zone: &str, prefix: &'static str) -> Result<Zone, ZoneError> {
        ZoneConfig::new(zone, prefix).map(Zone::start)
    }

    /// Its chain id.
    pub fn id(&self) -> &ZoneId {
        &self.id
    }

    /// What its addresses begin with.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The block that transactions go to now: what contracts see as `env.block.height`.
    pub fn height(&self) -> Height {
        Height(self.height)
    }

    /// The open block's time.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// The newest sealed block; zero before the first.
    pub fn sealed(&self) -> Height {
        Height(self.height.saturating_sub(1))
    }

    /// Number of forks between this history and the first one of this zone.
    pub fn branch(&self) -> u32 {
        self.branch
    }

    /// The validators of the open block.
    pub fn validators(&self) -> &Validators {
        &self.validators
    }

    /// The validators of the block after the open one.
    pub fn next_validators(&self) -> &Validators {
        &self.next_validators
    }

    /// Changes the validators as an application does: what is asked for in block H is announced by header H + 1 and
    /// signs from block H + 2 on. The last call in a block counts.
    pub fn change_validators(&mut self, validators: Validators) {
        self.announced = Some(validators);
    }

    /// Validators that do not vote from the open block on, until the next call.
    pub fn silence(&mut self, silent: impl IntoIterator<Item = account::Id>) {
        self.silent = silent.into_iter().collect();
    }

    /// Seals the open block and opens the next one, an interval later.
    ///
    /// # Errors
    /// [`ZoneError::NoQuorum`] when too many validators are silent; then nothing changes.
    pub fn next_block(&mut self) -> Result<Arc<Block>, ZoneError> {
        self.next_block_after(self.interval)
    }

    /// Seals blocks, each an interval after the one before.
    ///
    /// # Errors
    /// As [`Zone::next_block`].
    pub fn produce(&mut self, blocks: u64) -> Result<(), ZoneError> {
        (0..blocks).try_for_each(|_| self.next_block().map(drop))
    }

    /// Seals blocks until the open one is at `height`; none when it is there already.
    ///
    /// # Errors
    /// As [`Zone::next_block`].
    pub fn produce_to(&mut self, height: Height) -> Result<(), ZoneError> {
        self.produce(height.since(self.height()))
    }

    /// The app hash of the state after the newest sealed block, which the open block's header carries.
    pub fn app_hash(&self) -> Hash {
        self.blocks.last().map_or_else(
            // What the SDK answers to `InitChain`.
            || Hash::sha256(&[]),
            |block| block.stores.hash(),
        )
    }

    /// A sealed block.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`].
    pub fn block(&self, height: Height) -> Result<&Arc<Block>, ZoneError> {
        let index = height
            .0
            .checked_sub(1)
            .and_then(|index| usize::try_from(index).ok());
        let block = index.and_then(|index| self.blocks.get(index));
        block.ok_or_else(|| ZoneError::NoBlock {
            zone: self.id.to_string(),
            height,
            newest: self.sealed(),
        })
    }

    /// All sealed blocks, oldest first.
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zone")
            .field("id", &self.id)
            .field("height", &self.height)
            .field("branch", &self.branch)
            .finish_non_exhaustive()
    }
}
