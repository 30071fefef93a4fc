//! What somebody might ask next: any verb, mostly with sense.

use rand::{seq::SliceRandom, Rng};
use rand_chacha::ChaCha8Rng;
use tessera_primitives::{Amount, Hash, Price, Timestamp};
use tessera_stake::{
    input::{Candidacy, SlashOrder},
    state::{Choice, Content, Kind, Phase, ProposalNumber, ValidatorNumber},
    Input, Share,
};

use crate::world::{address, asset, parameters, share, World, EPOCH};

pub const USERS: [&str; 5] = ["ann", "ben", "cat", "dan", "eve"];
pub const OPERATORS: [&str; 6] = ["op0", "op1", "op2", "op3", "op4", "op5"];
pub const SLASHERS: [&str; 3] = ["core", "league", "late"];

pub struct Generator {
    pub random: ChaCha8Rng,
    pub secrets: usize,
}

impl Generator {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from.choose(&mut self.random).unwrap().clone()
    }

    fn who(&mut self) -> &'static str {
        let all = [&USERS[..], &OPERATORS[..]].concat();
        self.pick(&all)
    }

    fn validator(&mut self, world: &World) -> ValidatorNumber {
        self.random
            .gen_range(0..world.pool.pool.next_validator.max(1))
    }

    fn token(&mut self, world: &World) -> u16 {
        let tokens: Vec<u16> = world.pool.tokens.keys().copied().collect();
        self.pick(&tokens)
    }

    /// One that is voted on, if there is one.
    fn voted(&mut self, world: &World) -> ProposalNumber {
        let voting = world.pool.proposals.iter();
        let voting = voting.filter(|(_, proposal)| matches!(proposal.phase, Phase::Voting { .. }));
        let voting: Vec<u64> = voting.map(|(number, _)| *number).collect();
        voting.choose(&mut self.random).copied().unwrap_or(0)
    }

    fn proposal(&mut self, world: &World) -> ProposalNumber {
        let open: Vec<u64> = world
            .pool
            .proposals
            .iter()
            .filter(|(_, p)| !p.phase.refunds())
            .map(|(n, _)| *n)
            .collect();
        if open.is_empty() || self.random.gen_bool(0.1) {
            return self
                .random
                .gen_range(0..world.pool.pool.next_proposal.max(1));
        }
        self.pick(&open)
    }

    /// Amounts around a million units of each token; sometimes tiny, so that roundings show.
    pub fn amount(&mut self) -> Amount {
        Amount(match self.random.gen_range(0..10) {
            0 => self.random.gen_range(1..20),
            1..=3 => self.random.gen_range(1..100_000),
            _ => self.random.gen_range(1..100_000_000),
        })
    }

    /// A delegation that exists, if there is one.
    fn delegation(&mut self, world: &World) -> (String, ValidatorNumber) {
        let keys: Vec<_> = world.pool.delegations.keys().collect();
        match keys.choose(&mut self.random) {
            Some((who, number)) => (who.as_str().into(), *number),
            None => (self.who().into(), 0),
        }
    }

    /// Time passes and prices move, also to nothing and back.
    pub fn pass(&mut self, world: &mut World) {
        world.time += match self.random.gen_range(0..10) {
            0..=5 => self.random.gen_range(1..30),
            6..=8 => EPOCH - world.time % EPOCH,
            _ => self.random.gen_range(30..400),
        };
        if self.random.gen_bool(0.4) {
            let token = self.token(world);
            let unit = if token == 3 {
                1
            } else {
                1_000_000_000_000_000u128
            };
            let price = match self.random.gen_range(0..12) {
                0 => None,
                1 => Some(Price(0)),
                _ => Some(Price(unit * self.random.gen_range(1..20_000))),
            };
            world.prices.insert(token, price);
        }
    }

    /// What delegators do.
    pub fn stake(&mut self, world: &World) -> Input {
        let (who, number) = self.delegation(world);
        let delegator = address(&who);
        let token = self.token(world);
        let worth = world.worth(&who, number, token).max(1);
        let part = match self.random.gen_range(0..3) {
            0 => worth,
            _ => self.random.gen_range(1..=worth),
        };
        match self.random.gen_range(0..20) {
            0..=7 => Input::Bond {
                delegator: address(self.who()),
                validator: self.validator(world),
                quote: world.quote(token),
                amount: self.amount(),
            },
            8..=11 => Input::Unbond {
                delegator,
                validator: number,
                token,
                amount: Amount(part),
            },
            12..=14 => {
                let to = self.validator(world);
                Input::Redelegate {
                    delegator,
                    validator: number,
                    to,
                    token,
                    amount: Amount(part),
                }
            }
            15..=17 => Input::WithdrawUnbonded {
                delegator,
                validator: number,
                token,
            },
            _ => Input::WithdrawRewards {
                delegator,
                validator: number,
            },
        }
    }

    pub fn candidacy(&mut self, world: &World) -> Candidacy {
        let free = |name: &&&str| !world.pool.operators.contains_key(&address(name));
        let operator = OPERATORS.iter().find(free).copied().unwrap_or("op0");
        self.secrets += 1;
        let tokens = self.random.gen_range(1..200) * 1_000_000;
        world.candidacy(operator, self.secrets, tokens)
    }

    pub fn slash(&mut self, world: &World) -> SlashOrder {
        let epoch = world.epoch();
        let to = epoch.saturating_sub(self.random.gen_range(0..6));
        let from = to.saturating_sub(self.random.gen_range(0..4));
        let kind = self.pick(&[
            Kind::Leak,
            Kind::Jail,
            Kind::Jail,
            Kind::Jail,
            Kind::Tombstone,
        ]);
        let tombstones = self.random.gen_bool(0.1);
        SlashOrder {
            slasher: address(self.pick(&SLASHERS)),
            validator: self.validator(world),
            kind: if kind == Kind::Tombstone && !tombstones {
                Kind::Jail
            } else {
                kind
            },
            from,
            to,
            fraction: Share::new(self.random.gen_range(1..250_000_000)).unwrap(),
            evidence: Hash::sha256(&[self.random.gen()]),
            reward_to: address("challenger"),
        }
    }

    /// What operators, slashers and pushers do.
    pub fn operate(&mut self, world: &World) -> Input {
        let operator = address(self.pick(&OPERATORS));
        let slasher = address(self.pick(&SLASHERS));
        let caller = address("pusher");
        let epoch = world.epoch();
        match self.random.gen_range(0..40) {
            0..=9 => Input::Turn {
                caller,
                prices: world.quotes(),
            },
            10 => Input::Snapshot {
                prices: world.quotes(),
            },
            11..=13 => Input::Slash(self.slash(world)),
            14..=21 => Input::Drain {
                caller,
                limit: self.random.gen_range(1..8),
            },
            22 => Input::Join {
                slasher,
                validator: self.validator(world),
            },
            23..=24 => Input::Hold {
                slasher,
                snapshot: world.pool.pool.snapshot,
            },
            25..=27 => {
                let snapshot = epoch.saturating_sub(self.random.gen_range(0..20));
                let held = world
                    .pool
                    .holds
                    .values()
                    .flatten()
                    .filter(|hold| hold.open > 0);
                let held: Vec<u32> = held.map(|hold| hold.snapshot).collect();
                let snapshot = held.choose(&mut self.random).copied().unwrap_or(snapshot);
                let at =
                    Timestamp(world.now().time.0 + self.random.gen_range(0..500) * 1_000_000_000);
                Input::Release {
                    slasher,
                    snapshot,
                    at,
                }
            }
            28 => Input::Leave { operator },
            29..=31 => Input::Unjail { operator },
            32..=33 => Input::WithdrawCommission { operator },
            34 => {
                let commission = Share::new(self.random.gen_range(0..500_000_000)).unwrap();
                Input::Edit {
                    operator,
                    name: Some("name".into()),
                    commission: self.random.gen_bool(0.5).then_some(commission),
                }
            }
            35..=36 => Input::Fund {
                sender: address("patron"),
                amount: Amount(self.random.gen_range(1..1_000_000_000)),
                reserve: self.random.gen_bool(0.5),
            },
            37 => {
                let holder = self.pick(&["challenger", "treasury", "ann", "ben", "cat"]);
                let holder = self.random.gen_bool(0.8).then(|| address(holder));
                Input::Collect {
                    holder,
                    token: self.token(world),
                }
            }
            38 if self.random.gen_bool(0.05) && world.pool.operators.contains_key(&operator) => {
                self.secrets += 1;
                Input::RotateVoteKey {
                    key: world.key(&operator, self.secrets),
                    operator,
                }
            }
            _ if world.pool.operators.len() < OPERATORS.len() => {
                Input::CreateValidator(self.candidacy(world))
            }
            _ => {
                let burn = self.random.gen_bool(0.5);
                let pay = Amount(self.random.gen_range(0..5));
                let fraction = share(self.pick(&[10, 50, 100]));
                Input::SetParameters {
                    parameters: tessera_stake::state::Parameters {
                        burn,
                        pay,
                        throttle_fraction: fraction,
                        ..parameters()
                    },
                }
            }
        }
    }

    fn content(&mut self, world: &World) -> Content {
        let token = self.token(world);
        match self.random.gen_range(0..7) {
            0..=1 => {
                let known = self.random.gen_bool(0.5);
                let number = if known {
                    token
                } else {
                    world.pool.pool.next_token
                };
                let decimals = world
                    .pool
                    .tokens
                    .get(&number)
                    .map_or(6, |token| token.decimals);
                let feed = "FEED/USD".into();
                Content::AddToken {
                    asset: asset(number),
                    decimals,
                    feed,
                    max_share: share(20),
                }
            }
            2..=3 => Content::RemoveToken { token },
            4 => Content::ChangeFeed {
                token,
                feed: "OTHER/USD".into(),
            },
            5 => Content::ChangeMaxShare {
                token,
                max_share: share(self.pick(&[5, 20, 33])),
            },
            _ if self.random.gen_bool(0.5) => {
                let slashers: Vec<u16> = world.pool.slashers.keys().copied().collect();
                Content::RevokeSlasher {
                    slasher: self.pick(&slashers),
                }
            }
            _ => Content::RegisterSlasher {
                address: address(self.pick(&SLASHERS)),
                max_fraction: share(60),
            },
        }
    }

    /// What voters do.
    pub fn govern(&mut self, world: &World) -> Input {
        let proposal = self.proposal(world);
        let (who, number) = self.delegation(world);
        let choice = match self.random.gen_range(0..16) {
            0 => Choice::No,
            1 => Choice::Abstain,
            2 => Choice::Veto,
            _ => Choice::Yes,
        };
        let caller = address("pusher");
        let token = self.token(world);
        let open = world
            .pool
            .proposals
            .values()
            .filter(|p| matches!(p.phase, Phase::Deposit { .. } | Phase::Voting { .. }));
        let open = open.count();
        match self.random.gen_range(0..20) {
            0..=2 if open < 4 => Input::Propose {
                proposer: address(self.who()),
                content: self.content(world),
                link: "https://reports.example/1".into(),
                report: Hash::sha256(b"report"),
                quote: world.quote(token),
                amount: Amount(self.random.gen_range(1..200_000_000)),
            },
            0..=5 => Input::Deposit {
                depositor: address(self.who()),
                proposal,
                token,
                amount: self.amount(),
                prices: world.quotes(),
            },
            6..=11 => {
                let all: Vec<u32> = world.pool.validators.keys().copied().collect();
                let via = if self.random.gen_bool(0.7) {
                    all
                } else {
                    vec![number]
                };
                Input::Vote {
                    voter: address(&who),
                    proposal: self.voted(world),
                    validator: self.validator(world),
                    via,
                    choice,
                }
            }
            12..=14 => Input::VoteAsValidator {
                operator: address(self.pick(&OPERATORS)),
                proposal: self.voted(world),
                choice,
            },
            15..=17 => Input::Tally { caller, proposal },
            18 => Input::Enact { caller, proposal },
            _ => {
                let keys: Vec<_> = world.pool.deposits.keys().cloned().collect();
                let chosen = keys.choose(&mut self.random).cloned();
                let (proposal, depositor) = chosen.unwrap_or((0, address("ann")));
                Input::Refund {
                    depositor,
                    proposal,
                }
            }
        }
    }

    /// Any of them.
    pub fn any(&mut self, world: &World) -> Input {
        match self.random.gen_range(0..10) {
            0..=4 => self.stake(world),
            5..=7 => self.operate(world),
            _ => self.govern(world),
        }
    }
}
