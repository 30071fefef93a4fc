//! A zone with several histories, and a `chain-view` in memory that is shown parts of them. Evidence is made here, not
//! verified: signatures are tried in the contract's stories.
// Each story uses its own part.
#![allow(dead_code)]

use tessera_header::{TrustedHeader, Validator, ValidatorKey, ValidatorSet};
use tessera_primitives::{
    Address, Amount, Hash, Height, Ratio, Root, Seconds, Standing, Timestamp, ZoneId,
};
use tessera_view::{
    answer, find,
    input::{Anchor, ForkEvidence, Grounds, Line, Shown},
    memory::Memory,
    state::{Block, Params, StoredHeader, Viewed},
    transition, Input, Now, Reads, Refusal, Refused, Step,
};

pub const SECOND: u64 = 1_000_000_000;
/// Seconds from one header to the next.
pub const PACE: u64 = 10;
/// When the reading zone's clock starts: header `n` is as old then as it is lower than 100.
pub const START: u64 = 1_700_000_000;

pub fn zone() -> ZoneId {
    ZoneId::new("east-1").unwrap()
}

pub fn id(text: &str) -> ZoneId {
    ZoneId::new(text).unwrap()
}

pub fn address(text: &str) -> Address {
    Address::new(text).unwrap()
}

pub fn params() -> Params {
    Params {
        trust_level: Ratio::new(1, 3).unwrap(),
        trusting_period: Seconds(2_000),
        unbonding_period: Seconds(3_000),
        clock_drift: Seconds(10),
        min_block_interval: 1000,
        k: 64,
        refresh_interval: Seconds(300),
        close_delay: Seconds(600),
        advance_reward: Amount(5),
        fork_bounty: Amount(100),
    }
}

pub fn validators(seed: u8) -> ValidatorSet {
    let key = ValidatorKey([seed; 32]);
    ValidatorSet::new(vec![Validator { key, power: 1 }]).unwrap()
}

/// Histories of one zone. History 0 is there from the start; another leaves its parent at some height.
pub struct Histories(Vec<History>);

struct History {
    parent: usize,
    from: u64,
    /// Added to the time of every header, in nanoseconds.
    skew: i64,
}

impl Histories {
    pub fn new() -> Histories {
        Histories(vec![History {
            parent: 0,
            from: 0,
            skew: 0,
        }])
    }

    /// A history whose first own header is at `from`.
    pub fn fork(&mut self, parent: usize, from: u64) -> usize {
        self.fork_skewed(parent, from, self.0.len() as i64)
    }

    pub fn fork_skewed(&mut self, parent: usize, from: u64, skew: i64) -> usize {
        self.0.push(History { parent, from, skew });
        self.0.len() - 1
    }

    /// The history that owns the header at a height.
    fn owner(&self, history: usize, height: u64) -> usize {
        match &self.0[history] {
            _ if history == 0 => 0,
            own if height >= own.from => history,
            own => self.owner(own.parent, height),
        }
    }

    pub fn hash(&self, history: usize, height: u64) -> Hash {
        if height == 0 {
            return Hash::ZERO;
        }
        let owner = self.owner(history, height) as u64;
        Hash::sha256_of(&[&owner.to_be_bytes(), &height.to_be_bytes()])
    }

    pub fn header(&self, history: usize, height: u64) -> TrustedHeader {
        let owner = self.owner(history, height);
        let time = (START + (height * PACE) - 100 * PACE) * SECOND;
        TrustedHeader {
            height: Height(height),
            hash: self.hash(history, height),
            time: Timestamp(time.checked_add_signed(self.0[owner].skew).unwrap()),
            app_hash: Hash::sha256(self.hash(history, height).as_bytes()),
            next_validators_hash: validators(1).hash(),
            parent: self.hash(history, height - 1),
        }
    }

    pub fn block(&self, history: usize, height: u64) -> Block {
        let hash = self.hash(history, height);
        let height = Height(height);
        Block { height, hash }
    }

    /// Hashes from `height` downwards, `count` of them.
    pub fn hashes_down(&self, history: usize, height: u64, count: u64) -> Vec<Hash> {
        (0..count)
            .map_while(|deep| height.checked_sub(deep))
            .map(|height| self.hash(history, height))
            .collect()
    }
}

/// The reading zone.
#[derive(Clone)]
pub struct Reader {
    pub memory: Memory,
    pub now: Now,
}

impl Reader {
    /// With history 0 registered at height 50, when header 100 is being made.
    pub fn new(histories: &Histories) -> Reader {
        Reader::with(histories, params())
    }

    pub fn with(histories: &Histories, params: Params) -> Reader {
        let mut reader = Reader {
            memory: Memory::default(),
            now: Now {
                time: Timestamp(START * SECOND),
                height: Height(1_000),
            },
        };
        reader
            .register(&zone(), histories.header(0, 50), params)
            .unwrap();
        reader
    }

    pub fn run(&mut self, input: Input) -> Result<Step, Refusal> {
        let step = self.try_run(input)?;
        self.memory.apply(step.writes.clone());
        Ok(step)
    }

    pub fn try_run(&self, input: Input) -> Result<Step, Refusal> {
        transition(&self.now, &self.memory, input).map_err(|refused| match refused {
            Refused::Rule(refusal) => refusal,
            Refused::Read(never) => match never {},
        })
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        self.now.time.0 += seconds * SECOND;
        self.now.height.0 += seconds;
    }

    pub fn register(
        &mut self,
        zone: &ZoneId,
        header: TrustedHeader,
        params: Params,
    ) -> Result<Step, Refusal> {
        let zone = zone.clone();
        let anchor = anchor(header);
        self.run(Input::RegisterZone {
            zone,
            anchor,
            params,
        })
    }

    pub fn fund(&mut self, amount: u128) {
        let amount = Amount(amount);
        self.run(Input::Fund {
            zone: zone(),
            amount,
        })
        .unwrap();
    }

    pub fn advance(&mut self, from: u64, header: TrustedHeader) -> Result<Step, Refusal> {
        let header = verified(from, header);
        self.run(advance(header))
    }

    pub fn fill_by_hash(&mut self, header: TrustedHeader) -> Result<Step, Refusal> {
        self.run(advance(Shown {
            header,
            grounds: Grounds::Hash,
            keep: None,
        }))
    }

    pub fn report(&mut self, a: Line, b: Line) -> Result<Step, Refusal> {
        let evidence = ForkEvidence::Pair {
            a: Box::new(a),
            b: Box::new(b),
        };
        self.run(report(evidence))
    }

    pub fn links(&mut self, branch: u32, a: Vec<Hash>, b: Vec<Hash>) -> Result<Step, Refusal> {
        self.run(report(ForkEvidence::Links { branch, a, b }))
    }

    /// The owner admits a branch and says nothing of what lies below the fork.
    pub fn admit(&mut self, header: TrustedHeader) -> Result<Step, Refusal> {
        self.admit_above(header, None)
    }

    pub fn admit_above(
        &mut self,
        header: TrustedHeader,
        parent: Option<Block>,
    ) -> Result<Step, Refusal> {
        let chain_id = self.viewed().zone.chain_id;
        self.admit_as(chain_id, header, parent)
    }

    pub fn admit_as(
        &mut self,
        chain_id: ZoneId,
        header: TrustedHeader,
        parent: Option<Block>,
    ) -> Result<Step, Refusal> {
        let anchor = anchor(header);
        self.run(Input::AdmitBranch {
            zone: zone(),
            chain_id,
            anchor,
            parent,
        })
    }

    pub fn renew(&mut self, chain_id: &str, header: TrustedHeader) -> Result<Step, Refusal> {
        let (chain_id, anchor) = (id(chain_id), anchor(header));
        self.run(Input::Renew {
            zone: zone(),
            chain_id,
            anchor,
        })
    }

    pub fn close(&mut self) -> Result<Step, Refusal> {
        self.run(Input::CloseZone { zone: zone() })
    }

    pub fn prune(&mut self, limit: u32) -> Result<Step, Refusal> {
        self.run(Input::Prune {
            zone: zone(),
            limit,
        })
    }

    pub fn viewed(&self) -> Viewed {
        find(&self.memory, &zone()).unwrap()
    }

    pub fn standing(&self) -> Standing {
        answer::standing(self.now.time, &self.memory, &zone()).unwrap()
    }

    pub fn root(&self, height: u64) -> Result<Root, Refusal> {
        answer::root(self.now.time, &self.memory, &zone(), Height(height)).map_err(|refused| {
            match refused {
                Refused::Rule(refusal) => refusal,
                Refused::Read(never) => match never {},
            }
        })
    }

    pub fn next_after(&self, height: u64) -> Option<u64> {
        let next = answer::next_root_after(&self.memory, &zone(), Height(height)).unwrap();
        next.map(|height| height.0)
    }

    pub fn stored(&self) -> Vec<StoredHeader> {
        self.memory.headers_from(1, Height(0), usize::MAX).unwrap()
    }

    pub fn heights(&self) -> Vec<u64> {
        let stored = self.stored();
        stored.iter().map(|stored| stored.header.height.0).collect()
    }
}

pub fn anchor(header: TrustedHeader) -> Anchor {
    let validators = validators(1);
    Anchor {
        header,
        validators_hash: validators.hash(),
        validators,
    }
}

pub fn verified(from: u64, header: TrustedHeader) -> Shown {
    Shown {
        header,
        grounds: Grounds::VerifiedFrom(Height(from)),
        keep: None,
    }
}

pub fn stored(header: TrustedHeader) -> Shown {
    Shown {
        header,
        grounds: Grounds::Stored,
        keep: None,
    }
}

pub fn line(top: Shown, below: Vec<Hash>) -> Line {
    Line { top, below }
}

pub fn advance(header: Shown) -> Input {
    Input::Advance {
        zone: zone(),
        header,
        caller: address("relayer"),
    }
}

pub fn report(evidence: ForkEvidence) -> Input {
    Input::ReportFork {
        zone: zone(),
        evidence,
        caller: address("watcher"),
    }
}

/// A header that the honest chain does not have, on a parent that somebody named.
pub fn forged(height: u64, parent: Hash, seed: &str) -> TrustedHeader {
    TrustedHeader {
        hash: Hash::sha256_of(&[seed.as_bytes(), &height.to_be_bytes(), parent.as_bytes()]),
        parent,
        ..Histories::new().header(0, height)
    }
}

/// A hash that no block has.
pub fn nothing() -> Hash {
    Hash::sha256(b"a block that never was")
}

/// The reader holds 50, 60 and 80 of the honest chain.
pub fn honest() -> (Histories, Reader) {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader.advance(50, histories.header(0, 60)).unwrap();
    reader.advance(60, histories.header(0, 80)).unwrap();
    (histories, reader)
}

/// Two headers at 75 that name a block which never was; and that block's header, with any root they like.
pub fn on_an_invented_parent(reader: &mut Reader) -> TrustedHeader {
    let invented = forged(74, nothing(), "invented");
    let pair = |seed| line(verified(60, forged(75, invented.hash, seed)), vec![]);
    reader.report(pair("one"), pair("two")).unwrap();
    invented
}

/// The height of branch 0's fork, and whether it is exact.
pub fn fork(reader: &Reader) -> (u64, bool) {
    let fork = reader.standing().fork.unwrap();
    (fork.height.0, fork.exact)
}

/// Histories 0 and 1, which part at 70; the reader holds 50, 60 and 80 of history 0, and a reserve.
pub fn forked_at_70() -> (Histories, Reader) {
    let mut histories = Histories::new();
    histories.fork(0, 70);
    let mut reader = Reader::new(&histories);
    reader.advance(50, histories.header(0, 60)).unwrap();
    reader.advance(60, histories.header(0, 80)).unwrap();
    reader.fund(1_000);
    (histories, reader)
}
