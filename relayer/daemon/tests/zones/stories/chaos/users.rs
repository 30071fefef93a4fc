//! What users want while things go wrong.

use std::{thread::sleep, time::Duration};

use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use tessera_lock::Settlement;

use super::Scene;
use crate::{
    batch::{register, swap, Swap, Terms, User, BATCH},
    ground::Ground,
};

/// How users come by their tasks.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// With time enough.
    Patient,
    /// With deadlines that what goes wrong may well let pass.
    Hasty,
    /// The second party never comes.
    Lonely,
    /// Settled only when all deadlines have passed.
    AfterDeadlines,
}

/// A task, and which of the users are its parties.
pub struct Made {
    pub swap: Swap,
    pub between: [usize; 2],
}

/// So many batches, each kind at least once where there are four, one after another.
pub fn register_all(
    scene: &Scene,
    users: &[User],
    batches: usize,
    mut chance: StdRng,
) -> Vec<Made> {
    let often = [
        Kind::Patient,
        Kind::Hasty,
        Kind::Lonely,
        Kind::AfterDeadlines,
        Kind::Patient,
        Kind::Hasty,
    ];
    let mut all = Vec::new();
    let mut kinds = Vec::new();
    for _ in 0..batches {
        if kinds.is_empty() {
            kinds = often[..batches.min(often.len())].to_vec();
            kinds.shuffle(&mut chance);
        }
        let kind = kinds.pop().unwrap();
        println!(
            "{:6.1} s  {BATCH} tasks: {kind:?}",
            scene.began.elapsed().as_secs_f64()
        );
        all.extend(batch(scene.ground, users, kind, &mut chance));
        sleep(Duration::from_millis(chance.gen_range(0..scene.longest)));
    }
    all
}

fn batch(ground: &Ground, users: &[User], kind: Kind, chance: &mut StdRng) -> Vec<Made> {
    let mut places: Vec<usize> = (0..users.len()).collect();
    places.shuffle(chance);
    let places = [places[0], places[1]];
    let between = places.map(|place| &users[place]);
    let (ahead, settlement) = match kind {
        Kind::Patient => (300..600, Settlement::OnProof),
        Kind::Hasty => (12..24, Settlement::OnProof),
        Kind::Lonely => (15..40, Settlement::OnProof),
        Kind::AfterDeadlines => (20..40, Settlement::AfterDeadlines),
    };
    let deadlines = [0, 1].map(|zone| ground.height(zone) + chance.gen_range(ahead.clone()));
    let terms = Terms {
        deadlines,
        settlement,
    };
    let swaps = (0..BATCH).map(|_| {
        let amounts = [0; 2].map(|_: u8| chance.gen_range(1..1_000));
        swap(ground, between, terms, amounts)
    });
    let swaps: Vec<Swap> = swaps.collect();
    let first = chance.gen_range(0..2);
    let comes = if matches!(kind, Kind::Lonely) { 1 } else { 2 };
    for zone in [first, 1 - first].into_iter().take(comes) {
        // Refused, it is told what that was: then it is a task of one leg, which must be given back as well.
        if let Err(refused) = register(ground, zone, between, &swaps) {
            println!("          not registered on {zone}: {refused}");
        }
        sleep(Duration::from_millis(chance.gen_range(0..1_000)));
    }
    let made = |swap| Made {
        swap,
        between: places,
    };
    swaps.into_iter().map(made).collect()
}
