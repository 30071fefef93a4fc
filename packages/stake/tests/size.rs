//! How large records are as contracts pack them: what is read and written is what gas is spent on.

mod world;

use std::{cell::Cell, convert::Infallible};

use tessera_primitives::{Address, Amount, Asset, Hash};
use tessera_stake::{evidence::VoteKey, memory::Memory, state::*, transition, Input, Reads};
use world::{address, World, HUB};

/// 10²⁷: a thousand million tokens of 18 decimals.
const LARGE: Amount = Amount(1_000_000_000_000_000_000_000_000_000);

#[test]
fn a_validator_with_eight_tokens_is_one_small_item() {
    let mut world = World::new();
    world.create("alice", 100);
    world.epochs(2);
    let holding = |token| Holding {
        token,
        counted: LARGE,
        next: LARGE,
        own_counted: LARGE,
        own_next: LARGE,
    };
    let validator = Validator {
        operator: world::address(&"c".repeat(65)),
        joined: vec![1, 2, 3, 4],
        earned: LARGE,
        holdings: (0..8).map(holding).collect(),
        ..world.validator(0)
    };
    let packed = postcard::to_allocvec(&validator).unwrap();
    assert!(packed.len() <= 600, "{}", packed.len());
    assert_eq!(
        postcard::from_bytes::<Validator>(&packed).unwrap(),
        validator
    );
}

/// A pool's storage that counts the items and bytes that are read.
struct Counting<'a> {
    memory: &'a Memory,
    read: Cell<(usize, usize)>,
}

macro_rules! counted {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl Reads for Counting<'_> {
            type Error = Infallible;

            $(fn $name(&self, $($argument: $kind),*) -> Result<$answer, Infallible> {
                let answer = self.memory.$name($($argument),*)?;
                let (items, bytes) = self.read.get();
                let packed = postcard::to_allocvec(&answer).unwrap().len();
                self.read.set((items + 1, bytes + packed));
                Ok(answer)
            })*
        }
    };
}

counted! {
    place() -> Place;
    parameters() -> Parameters;
    pool() -> Pool;
    token(number: TokenNumber) -> Option<Token>;
    token_of(asset: &Asset) -> Option<TokenNumber>;
    candidates() -> Vec<ValidatorNumber>;
    validator(number: ValidatorNumber) -> Option<Validator>;
    validator_of(operator: &Address) -> Option<ValidatorNumber>;
    key_owner(key: &VoteKey) -> Option<ValidatorNumber>;
    delegation(delegator: &Address, validator: ValidatorNumber) -> Delegation;
    cells(key: &CellKey) -> Cells;
    next_cells(from: &CellKey) -> Option<CellKey>;
    tagged(key: &TaggedKey) -> Option<Tagged>;
    next_tagged(from: &TaggedKey) -> Option<TaggedKey>;
    term_at(validator: ValidatorNumber, epoch: Epoch) -> Option<Term>;
    next_term(validator: ValidatorNumber, epoch: Epoch) -> Option<Epoch>;
    indices(epoch: Epoch) -> Indices;
    snapshot(epoch: Epoch) -> Option<Snapshot>;
    snapshot_at(epoch: Epoch) -> Option<Snapshot>;
    members(epoch: Epoch) -> Vec<Member>;
    priorities(epoch: Epoch) -> Vec<Priority>;
    slash(number: SlashNumber) -> Option<Slash>;
    marks(validator: ValidatorNumber) -> Vec<Mark>;
    has_evidence(validator: ValidatorNumber, evidence: &Hash) -> bool;
    spent(slasher: SlasherNumber, validator: ValidatorNumber) -> Vec<Spent>;
    slasher(number: SlasherNumber) -> Option<Slasher>;
    slasher_of(address: &Address) -> Option<SlasherNumber>;
    holds(slasher: SlasherNumber) -> Vec<Hold>;
    proposal(number: ProposalNumber) -> Option<Proposal>;
    deposits(proposal: ProposalNumber, depositor: &Address) -> Vec<(TokenNumber, Amount)>;
    seat(proposal: ProposalNumber, validator: ValidatorNumber) -> Seat;
    ballot(proposal: ProposalNumber, delegator: &Address, validator: ValidatorNumber) -> Option<Ballot>;
    credit(holder: Option<&Address>, token: TokenNumber) -> Amount;
}

/// What a verb reads and writes: items and bytes read, writes.
fn cost(world: &World, input: Input) -> (usize, usize, usize) {
    let counting = Counting {
        memory: &world.pool,
        read: Cell::new((0, 0)),
    };
    let step = transition(&world.now(), &counting, input).unwrap();
    let (items, bytes) = counting.read.get();
    (items, bytes, step.writes.len())
}

/// A pool with so many delegators at its first validator, one of them Bob, and every kind of thing pending.
fn crowd(delegators: usize) -> World {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.fund(1 << 40, true);
    world.bond("bob", 0, HUB, 1_000_000).unwrap();
    // The same sums, whoever holds them: only numbers differ.
    let each = (1 << 50) / delegators as u128;
    for delegator in 0..delegators {
        world
            .bond(&format!("user{delegator}"), 0, HUB, each)
            .unwrap();
    }
    world.epochs(1);
    for delegator in 0..delegators.min(50) {
        world
            .unbond(&format!("user{delegator}"), 0, HUB, 1 << 10)
            .unwrap();
    }
    world.unbond("bob", 0, HUB, 1_000).unwrap();
    world.epochs(12);
    let slow = Input::Propose {
        proposer: address("pat"),
        content: Content::RemoveToken { token: 1 },
        link: String::new(),
        report: Hash::ZERO,
        quote: world.quote(HUB),
        amount: Amount(1 << 40),
    };
    world.act(slow).unwrap();
    for delegator in 0..delegators {
        let voter = address(&format!("user{delegator}"));
        let (proposal, validator, choice) = (0, 0, Choice::Yes);
        let via = vec![0];
        world
            .act(Input::Vote {
                voter,
                proposal,
                validator,
                via,
                choice,
            })
            .unwrap();
    }
    world
}

/// No verb reads or writes more where there are more delegators.
#[test]
fn no_verbs_cost_grows_with_delegators() {
    let measured = |delegators| {
        let (mut world, proposal) = (crowd(delegators), 0);
        let (delegator, operator, caller) = (address("bob"), address("alice"), address("pusher"));
        let (validator, token, amount) = (0, HUB, Amount(100));
        let quote = world.quote(HUB);
        let mut costs = Vec::new();
        for input in [
            Input::Bond {
                delegator: delegator.clone(),
                validator,
                quote,
                amount,
            },
            Input::Unbond {
                delegator: delegator.clone(),
                validator,
                token,
                amount,
            },
            Input::Redelegate {
                delegator: delegator.clone(),
                validator,
                to: 1,
                token,
                amount,
            },
            Input::WithdrawUnbonded {
                delegator: delegator.clone(),
                validator,
                token,
            },
            Input::WithdrawRewards {
                delegator: delegator.clone(),
                validator,
            },
            Input::WithdrawCommission {
                operator: operator.clone(),
            },
            Input::Vote {
                voter: delegator,
                proposal,
                validator,
                via: vec![0],
                choice: Choice::No,
            },
            Input::VoteAsValidator {
                operator,
                proposal,
                choice: Choice::No,
            },
        ] {
            costs.push(cost(&world, input));
        }
        let order = world.order(0, 10, 10, 14);
        costs.push(cost(&world, Input::Slash(order.clone())));
        world.act(Input::Slash(order)).unwrap();
        costs.push(cost(
            &world,
            Input::Drain {
                caller: caller.clone(),
                limit: 100,
            },
        ));
        world.drain().unwrap();
        world.time += 100;
        let prices = world.quotes();
        costs.push(cost(
            &world,
            Input::Turn {
                caller: caller.clone(),
                prices,
            },
        ));
        world.time += 500;
        costs.push(cost(&world, Input::Tally { caller, proposal }));
        costs
    };
    let (few, many) = (measured(8), measured(2_048));
    println!("items read, bytes read, writes: {few:?}");
    for ((items, bytes, writes), few) in many.into_iter().zip(few) {
        assert_eq!((items, writes), (few.0, few.2));
        // Packed numbers differ by a byte or two.
        assert!(bytes.abs_diff(few.1) <= few.1 / 20, "{bytes}, {}", few.1);
    }
}
