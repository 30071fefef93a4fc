//! What the model lists.

use tessera_stake::state::FOREVER;

pub const ONE: u128 = 1_000_000_000;

/// What one epoch's turn owes: not reckoned before the epoch ends or somebody claims, since a slash in it still takes.
#[derive(Clone)]
pub struct Due {
    pub reward: u128,
    pub of: u128,
    pub commission: u128,
}

#[derive(Clone)]
pub struct Lot {
    pub owner: String,
    pub token: u16,
    pub amount: u128,
    /// Where it counted, and counts: validator, first and last epoch.
    pub places: Vec<(u32, u32, u32)>,
    pub due: Vec<Due>,
    pub gone: bool,
}

impl Lot {
    pub fn here(&self) -> (u32, u32, u32) {
        *self.places.last().unwrap()
    }

    pub fn counted_at(&self, epoch: u32) -> Option<u32> {
        let place = self
            .places
            .iter()
            .find(|(_, from, until)| *from <= epoch && epoch <= *until);
        place.map(|(validator, ..)| *validator)
    }

    pub fn meets(&self, slash: &Slash) -> bool {
        let (of, from, to) = (slash.validator, slash.from, slash.to);
        self.places
            .iter()
            .any(|(validator, a, u)| *validator == of && *a.max(&from) <= *u.min(&to))
    }

    pub fn tag(&self, horizon: u32) -> Option<(u32, u32, u32)> {
        let before = self.places.len().checked_sub(2)?;
        Some(self.places[before]).filter(|(_, _, until)| *until >= horizon)
    }
}

pub struct Slash {
    pub number: u32,
    pub validator: u32,
    pub from: u32,
    pub to: u32,
}

pub fn near(a: u128, b: u128, by: u128, what: &str) {
    assert!(
        a.abs_diff(b) <= by,
        "{what}: the pool says {a}, the model {b}, {by} allowed"
    );
}

pub fn bonded(owner: &str, validator: u32, token: u16, amount: u128, epoch: u32) -> Lot {
    Lot {
        owner: owner.into(),
        token,
        amount,
        places: vec![(validator, epoch + 1, FOREVER)],
        due: Vec::new(),
        gone: false,
    }
}
