//! Caps and rotation against other ways to reckon them.

mod world;

use proptest::prelude::*;
use tessera_primitives::{Amount, Price, Value, Weight};
use tessera_stake::{
    rotation,
    state::{Member, Unit, MAX_SHARE},
    weigh::{value_of, weigh, Stake},
    Share,
};

fn stakes() -> impl Strategy<Value = Vec<Stake>> {
    let value = prop_oneof![0..50u128, 0..1_000_000_000u128, 0..(1u128 << 113)];
    let other = (value.clone(), 1..=MAX_SHARE).prop_map(|(value, share)| Stake {
        value: Value(value),
        max_share: Share::new(share).unwrap(),
    });
    (value, prop::collection::vec(other, 0..16)).prop_map(|(hub, mut others)| {
        let hub = Stake {
            value: Value(hub),
            max_share: Share::ONE,
        };
        others.insert(0, hub);
        others
    })
}

/// Σ min(V, m W), times a billion, without dividing.
fn sum_at(stakes: &[Stake], total: u128) -> u128 {
    let at = |stake: &Stake| {
        let share = u128::from(stake.max_share.billionths());
        // Values here are small enough for this to fit.
        (stake.value.0 * 1_000_000_000).min(share * total)
    };
    stakes.iter().map(at).sum()
}

/// The largest whole W with W <= Σ min(V, m W), by bisection: the sum is concave and starts at zero.
fn by_bisection(stakes: &[Stake]) -> u128 {
    let (mut low, mut high) = (
        0u128,
        stakes.iter().map(|stake| stake.value.0).sum::<u128>() + 1,
    );
    while high - low > 1 {
        let middle = (low + high) / 2;
        if sum_at(stakes, middle) >= middle * 1_000_000_000 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_total_is_the_largest_that_its_caps_allow(mut stakes in stakes()) {
        stakes.iter_mut().for_each(|stake| stake.value.0 >>= 25);
        let weights = weigh(&stakes).unwrap();
        prop_assert_eq!(weights.total.0, by_bisection(&stakes));
    }

    #[test]
    fn no_token_counts_for_more_than_its_share_or_value(stakes in stakes()) {
        let weights = weigh(&stakes).unwrap();
        let mut sum = 0u128;
        for (stake, counted) in stakes.iter().zip(&weights.counted) {
            prop_assert!(*counted <= stake.value);
            // One more, since the total was rounded down too.
            prop_assert!(counted.0 <= stake.max_share.of(weights.total.0 + 1) + 1);
            sum += counted.0;
        }
        prop_assert!(sum <= weights.total.0);
        prop_assert!(weights.total.0 - sum <= stakes.len() as u128);
    }

    #[test]
    fn weight_is_monotone_in_every_value(stakes in stakes(), at: prop::sample::Index, more in 1..1u128 << 60) {
        let before = weigh(&stakes).unwrap();
        let mut grown = stakes.clone();
        let index = at.index(stakes.len());
        grown[index].value = Value((grown[index].value.0 + more).min(1 << 113));
        let after = weigh(&grown).unwrap();
        prop_assert!(after.total >= before.total);
        prop_assert!(after.counted[index] >= before.counted[index]);
    }

    #[test]
    fn a_value_is_monotone_in_amount_and_price(amount: u128, price: u128, decimals in 0..19u8) {
        let value = value_of(Amount(amount), Price(price), decimals);
        prop_assert!(value_of(Amount(amount.saturating_add(1)), Price(price), decimals) >= value);
        prop_assert!(value_of(Amount(amount), Price(price.saturating_add(1)), decimals) >= value);
    }

    #[test]
    fn parts_weigh_no_more_than_their_sum(a in 0..1u128 << 117, b in 0..1u128 << 117, value in 0..1u128 << 113) {
        let unit = Unit { token: 0, price: Price(1), priced: true, value: Value(value), missed: Value(0), amount: Amount(a + b) };
        let (one, other) = (unit.weigh(Amount(a)), unit.weigh(Amount(b)));
        prop_assert!(one.0 + other.0 <= unit.weigh(Amount(a + b)).0);
        prop_assert!(unit.weigh(Amount(a + b)).0 <= value);
    }

    #[test]
    fn proposers_are_those_of_the_reference(
        sets in prop::collection::vec(prop::collection::btree_map(0..12u32, 1..10_000u64, 1..8), 1..6),
        rounds in 1..40u16,
    ) {
        let mut ours = Vec::new();
        let mut reference = Reference::default();
        for (index, set) in sets.iter().enumerate() {
            let members: Vec<Member> = set
                .iter()
                .map(|(validator, power)| Member { validator: *validator, weight: Weight((*power).into()) })
                .collect();
            let before = world_carry(&ours, if index == 0 { 0 } else { rounds }, &members);
            if index > 0 {
                for _ in 0..rounds {
                    reference.next();
                }
            }
            reference.update(set);
            prop_assert_eq!(rotation::schedule(&before, 50), reference.clone().increment(50));
            ours = before;
        }
    }
}

fn world_carry(
    before: &[tessera_stake::state::Priority],
    rounds: u16,
    members: &[Member],
) -> Vec<tessera_stake::state::Priority> {
    rotation::carry(before, rounds, members)
}

/// CometBFT's proposer priority as its specification tells it, over maps and 64 bits.
#[derive(Clone, Default)]
struct Reference {
    power: std::collections::BTreeMap<u32, i64>,
    priority: std::collections::BTreeMap<u32, i64>,
}

impl Reference {
    fn total(&self) -> i64 {
        self.power.values().sum()
    }

    /// RescalePriorities and shiftByAvgProposerPriority.
    fn settle(&mut self) {
        let most = *self.priority.values().max().unwrap();
        let least = *self.priority.values().min().unwrap();
        let window = 2 * self.total();
        let ratio = (most - least + window - 1) / window;
        if most - least > window {
            self.priority
                .values_mut()
                .for_each(|priority| *priority /= ratio);
        }
        let sum: i64 = self.priority.values().sum();
        let average = sum.div_euclid(self.priority.len() as i64);
        self.priority
            .values_mut()
            .for_each(|priority| *priority -= average);
    }

    /// UpdateWithChangeSet.
    fn update(&mut self, set: &std::collections::BTreeMap<u32, u64>) {
        let mut before_removals = self.power.clone();
        before_removals.extend(
            set.iter()
                .map(|(validator, power)| (*validator, *power as i64)),
        );
        let total: i64 = before_removals.values().sum();
        self.power = set
            .iter()
            .map(|(validator, power)| (*validator, *power as i64))
            .collect();
        let old = std::mem::take(&mut self.priority);
        let newcomer = -(total + (total >> 3));
        let priority = |validator: &u32| old.get(validator).copied().unwrap_or(newcomer);
        self.priority = set
            .keys()
            .map(|validator| (*validator, priority(validator)))
            .collect();
        self.settle();
    }

    fn next(&mut self) -> u32 {
        for (validator, power) in &self.power {
            *self.priority.get_mut(validator).unwrap() += power;
        }
        let most = *self.priority.values().max().unwrap();
        let (first, _) = self
            .priority
            .iter()
            .find(|(_, priority)| **priority == most)
            .unwrap();
        let first = *first;
        *self.priority.get_mut(&first).unwrap() -= self.total();
        first
    }

    /// IncrementProposerPriority, and who proposes each time.
    fn increment(mut self, times: u16) -> Vec<u32> {
        self.settle();
        (0..times).map(|_| self.next()).collect()
    }
}

#[test]
fn caps_by_hand() {
    let stake = |value, percent| Stake {
        value: Value(value),
        max_share: Share::percent(percent),
    };
    // 80 of the hub and 1000 of another at 20 %: W = 80 / 0.8.
    let weights = weigh(&[stake(80, 100), stake(1_000, 20)]).unwrap();
    assert_eq!((weights.total.0, weights.counted[1].0), (100, 20));
    // Capping one caps the next: 60 / 0.6 = 100.
    let weights = weigh(&[stake(60, 100), stake(1_000, 20), stake(21, 20)]).unwrap();
    assert_eq!((weights.total.0, weights.counted[2].0), (100, 20));
    // Without the hub nothing can be its share of anything.
    let weights = weigh(&[stake(0, 100), stake(1_000, 20), stake(1_000, 20)]).unwrap();
    assert_eq!(weights.total.0, 0);
    // The odd unit is nobody's: 79 / 0.8 = 98.75, a fifth of it 19.75.
    let weights = weigh(&[stake(79, 100), stake(1_000, 20)]).unwrap();
    assert_eq!((weights.total.0, weights.counted[1].0), (98, 19));
    assert_eq!(weigh(&[]).unwrap().total.0, 0);
}

/// A pumped token gains no more than its share, whatever its price.
#[test]
fn a_pumped_token_is_capped() {
    let mut world = world::World::new();
    let first = world.create("alice", 800);
    world
        .bond("whale", first, world::CW20, 1_000_000_000_000_000_000)
        .unwrap();
    world.prices.insert(world::CW20, Some(Price(u128::MAX)));
    world.epochs(1);
    let snapshot = &world.pool.snapshots[&2];
    assert_eq!(snapshot.total.0, 1_000_000_000);
    assert_eq!(snapshot.unit(world::CW20).unwrap().value.0, 200_000_000);
}

#[test]
fn the_frequency_of_proposals_is_the_share_of_weight() {
    let members = [(1, 1u128), (2, 2), (3, 7)].map(|(validator, weight)| Member {
        validator,
        weight: Weight(weight),
    });
    let schedule = rotation::schedule(&rotation::carry(&[], 0, &members), 1_000);
    let of = |validator| schedule.iter().filter(|other| **other == validator).count();
    assert_eq!((of(1), of(2), of(3)), (100, 200, 700));
}
