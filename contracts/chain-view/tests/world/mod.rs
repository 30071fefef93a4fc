//! Two zones: `east-1`, which is viewed, and `west-1`, on which the contract views it.
// Each story uses its own part.
#![allow(dead_code)]

use chain_view::ChainViewError;
use cosmwasm_std::{coins, Addr};
use cw_multi_test::{AppResponse, ContractWrapper};
use serde::de::DeserializeOwned;
use tessera_contract_api::{
    chain_view::{ExecuteMsg, HeaderResponse, InstantiateMsg, QueryMsg, ViewResponse},
    roles::Appointment,
};
use tessera_header::{Header, LastBlockIdProof};
use tessera_primitives::{Amount, Denom, Height, Ratio, Root, Seconds, Standing, ZoneId};
use tessera_testing::{Validators, Zone, ZoneConfig};
use tessera_view::{
    evidence::{ForkProof, Sighted, Sighting},
    state::Block,
    state::Params,
    Refusal,
};

pub const DENOM: &str = "uwest";

#[derive(Clone)]
pub struct World {
    pub east: Zone,
    pub west: Zone,
    pub code: u64,
    pub view: Addr,
    pub owner: Addr,
    pub guardian: Addr,
    pub relayer: Addr,
}

pub fn third() -> Ratio {
    Ratio::new(1, 3).unwrap()
}

pub fn params() -> Params {
    Params {
        trust_level: third(),
        trusting_period: Seconds(2_000),
        unbonding_period: Seconds(3_000),
        clock_drift: Seconds(10),
        min_block_interval: 100,
        k: 64,
        refresh_interval: Seconds(60),
        close_delay: Seconds(600),
        advance_reward: Amount(5),
        fork_bounty: Amount(100),
    }
}

impl World {
    /// East with so many validators of equal power, viewed from its block 3 on; both zones have made 10 blocks.
    pub fn new(validators: usize) -> World {
        World::with(Validators::equal("east-1", validators, 10).unwrap())
    }

    pub fn with(validators: Validators) -> World {
        let mut world = World::empty(validators);
        let header = world.east.first_header(Height(3)).unwrap();
        let owner = world.owner.clone();
        world.execute(&owner, &register(header)).unwrap();
        world
    }

    /// The same, before the zone is registered.
    pub fn empty(validators: Validators) -> World {
        let config = ZoneConfig::new("east-1", "east").unwrap();
        let mut east = Zone::start(ZoneConfig {
            validators,
            ..config
        });
        let mut west = Zone::new("west-1", "west").unwrap();
        let code = west.store_code(|| {
            Box::new(
                ContractWrapper::new(
                    chain_view::contract::execute,
                    chain_view::contract::instantiate,
                    chain_view::contract::query,
                )
                .with_migrate(chain_view::contract::migrate),
            )
        });
        let account = |name| west.account(name).unwrap();
        let (owner, guardian, relayer) =
            (account("owner"), account("guardian"), account("relayer"));
        let message = InstantiateMsg {
            roles: Appointment {
                owner: Some(west.address(&owner).unwrap()),
                guardian: Some(west.address(&guardian).unwrap()),
            },
            reserve_denom: Denom::new(DENOM).unwrap(),
        };
        let view = west
            .instantiate(&owner, code, &message, "chain-view")
            .unwrap();
        east.produce(10).unwrap();
        west.produce(10).unwrap();
        World {
            east,
            west,
            code,
            view,
            owner,
            guardian,
            relayer,
        }
    }

    /// Both zones make so many blocks, 5 seconds each.
    pub fn produce(&mut self, blocks: u64) {
        self.east.produce(blocks).unwrap();
        self.west.produce(blocks).unwrap();
    }

    /// Both clocks move, in one block.
    pub fn wait(&mut self, seconds: u64) {
        self.east.next_block_after(Seconds(seconds)).unwrap();
        self.west.next_block_after(Seconds(seconds)).unwrap();
    }

    pub fn execute(
        &mut self,
        sender: &Addr,
        message: &ExecuteMsg,
    ) -> Result<AppResponse, ChainViewError> {
        self.execute_with(sender, message, &[])
    }

    pub fn execute_with(
        &mut self,
        sender: &Addr,
        message: &ExecuteMsg,
        funds: &[cosmwasm_std::Coin],
    ) -> Result<AppResponse, ChainViewError> {
        let outcome = self.west.execute(sender, &self.view, message, funds);
        outcome.map_err(|error| match error.downcast::<ChainViewError>() {
            Ok(refusal) => refusal,
            Err(other) => panic!("{other:#}"),
        })
    }

    pub fn advance(&mut self, header: Header) -> Result<AppResponse, ChainViewError> {
        let relayer = self.relayer.clone();
        self.execute(&relayer, &advance(header))
    }

    /// The refusal of the rule that an advance meets.
    pub fn refused(&mut self, header: Header) -> Refusal {
        refusal(self.advance(header))
    }

    pub fn report(&mut self, proof: ForkProof) -> Result<AppResponse, ChainViewError> {
        let relayer = self.relayer.clone();
        let zone = east();
        self.execute(&relayer, &ExecuteMsg::ReportFork { zone, proof })
    }

    pub fn fund(&mut self, amount: u128) {
        let relayer = self.relayer.clone();
        self.west.mint(&relayer, amount, DENOM).unwrap();
        let message = ExecuteMsg::Fund { zone: east() };
        self.execute_with(&relayer, &message, &coins(amount, DENOM))
            .unwrap();
    }

    pub fn standard(&self, height: u64, trusted: u64) -> Header {
        self.east
            .standard_header(Height(height), Height(trusted))
            .unwrap()
    }

    /// The compact form, when the set of east's header 3 is cached.
    pub fn compact(&self, height: u64, trusted: u64) -> Header {
        let first = self.east.block(Height(3)).unwrap().validators.clone();
        self.compact_with(height, trusted, &[first], false)
    }

    pub fn compact_with(
        &self,
        height: u64,
        trusted: u64,
        cached: &[Validators],
        keep: bool,
    ) -> Header {
        let heights = (Height(height), Height(trusted));
        self.east
            .compact_header(heights.0, heights.1, third(), cached, keep)
            .unwrap()
    }

    pub fn query<T: DeserializeOwned>(&self, question: &QueryMsg) -> T {
        self.west.query(&self.view, question).unwrap()
    }

    pub fn standing(&self) -> Standing {
        self.query(&QueryMsg::Standing { zone: east() })
    }

    pub fn view(&self) -> ViewResponse {
        self.query(&QueryMsg::View { zone: east() })
    }

    pub fn root(&self, height: u64) -> anyhow::Result<Root> {
        let (zone, height) = (east(), Height(height));
        self.west
            .query(&self.view, &QueryMsg::Root { zone, height })
    }

    pub fn heights(&self) -> Vec<u64> {
        let headers: Vec<HeaderResponse> = self.query(&QueryMsg::Headers {
            zone: east(),
            start_after: None,
            limit: Some(100),
        });
        headers
            .iter()
            .map(|stored| stored.header.height.0)
            .collect()
    }
}

pub fn east() -> ZoneId {
    ZoneId::new("east-1").unwrap()
}

pub fn register(header: Header) -> ExecuteMsg {
    let (zone, params) = (east(), params());
    ExecuteMsg::RegisterZone {
        zone,
        header,
        params,
    }
}

pub fn advance(header: Header) -> ExecuteMsg {
    let zone = east();
    ExecuteMsg::Advance { zone, header }
}

/// The owner admits a branch and says nothing of what lies below the fork.
pub fn admit(header: Header) -> ExecuteMsg {
    admit_above(header, None)
}

pub fn admit_above(header: Header, parent: Option<Block>) -> ExecuteMsg {
    let zone = east();
    ExecuteMsg::AdmitBranch {
        zone,
        header,
        parent,
    }
}

pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, ChainViewError>) -> Refusal {
    match outcome {
        Err(ChainViewError::View(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

pub fn shown(header: Header) -> Sighting {
    Sighting {
        header: Sighted::Shown(header),
        links: Vec::new(),
    }
}

/// Links of `count` headers from `height` downwards, on one history of a zone.
pub fn links(zone: &Zone, height: u64, count: u64) -> Vec<LastBlockIdProof> {
    (0..count)
        .map(|deep| {
            let block = zone.block(Height(height - deep)).unwrap();
            LastBlockIdProof::of(&block.signed_header.header).unwrap()
        })
        .collect()
}

/// The bytes of a header, changed.
pub fn mangled(header: Header, change: impl FnOnce(&mut Vec<u8>)) -> Header {
    match header {
        Header::Compact(mut bytes) => {
            change(&mut bytes.0);
            Header::Compact(bytes)
        }
        Header::Standard(mut bytes) => {
            change(&mut bytes.0);
            Header::Standard(bytes)
        }
    }
}
