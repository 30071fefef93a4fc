//! Those who sign what they like, and bring hashes that nobody signed for.

use proptest::prelude::Rng;
use tessera_header::TrustedHeader;
use tessera_primitives::{Hash, Height};
use tessera_view::{input::Line, Refusal, Step};

use crate::{world::*, Walk};

impl Walk {
    /// The height of some stored header.
    pub(super) fn trusted(&mut self) -> u64 {
        let heights = self.reader.heights();
        match self.below(2) {
            0 => self.reader.standing().latest.0,
            _ => heights[self.below(heights.len() as u64) as usize],
        }
    }

    /// A header of those who sign what they like, on a parent that is true, forged or never was.
    pub(super) fn forge(&mut self) -> TrustedHeader {
        let heights = self.reader.heights();
        let near = heights[self.below(heights.len() as u64) as usize];
        let height = match self.below(30) {
            0 => u64::MAX / 2 - self.below(3),
            1..=15 => near + 1 + self.below(3),
            _ => self.tip().height.0 + 10 - self.below(40),
        };
        let on: Vec<_> = self
            .forged
            .iter()
            .filter(|f| f.height.0 + 1 == height)
            .collect();
        let invented = Hash::sha256_of(&[b"invented", &height.to_be_bytes()]);
        let forged = on.last().map_or(invented, |below| below.hash);
        let parent = match self.below(3) {
            0 => self.honest.hash(0, height - 1),
            1 => forged,
            _ => invented,
        };
        let true_time = self.honest.header(0, height.min(1_000_000)).time.0;
        let skew = [-50, -1, 0, 0, 0, 0, 1, 50][self.below(8) as usize] * SECOND as i64;
        let hash = Hash::sha256(&self.random.next_u64().to_be_bytes());
        let mut header = self.honest.header(0, 50);
        header.height = Height(height);
        header.hash = hash;
        header.app_hash = hash;
        header.parent = parent;
        header.time.0 = true_time.checked_add_signed(skew).unwrap();
        self.forged.push(header);
        header
    }

    /// A forged header, and two right above it that name the true one in its place.
    pub(super) fn frame(&mut self) -> Result<Step, Refusal> {
        let heights = self.reader.heights();
        let from = heights[self.below(heights.len() as u64) as usize];
        let height = from + 1 + self.below(3);
        let headers = [height, height + 1, height + 1].map(|height| {
            let hash = Hash::sha256(&self.random.next_u64().to_be_bytes());
            let app_hash = hash;
            let honest = self.honest.header(0, height);
            TrustedHeader {
                hash,
                app_hash,
                ..honest
            }
        });
        self.forged.extend(headers);
        let [planted, one, two] = headers;
        self.reader.advance(from, planted)?;
        let [one, two] = [one, two].map(|top| line(verified(from, top), Vec::new()));
        let step = self.reader.report(one, two)?;
        self.count("framed");
        Ok(step)
    }

    /// A burst of headers, each as far above the last as the drift would let one be, and a nanosecond later.
    pub(super) fn ratchet(&mut self) -> Result<Step, Refusal> {
        let mut newest = self.reader.stored().pop().unwrap().header;
        loop {
            let from = newest.height.0;
            newest.height.0 += 1 + 10;
            newest.time.0 += 1;
            newest.parent = Hash::sha256(newest.hash.as_bytes());
            newest.hash = Hash::sha256(newest.parent.as_bytes());
            newest.app_hash = newest.hash;
            self.forged.push(newest);
            match self.reader.advance(from, newest) {
                Ok(_) => self.check(),
                Err(refusal) => {
                    self.count("no ratchet");
                    return Err(refusal);
                }
            }
        }
    }

    /// A later header below the fork, and a higher one that is not later: as high as the time since allows.
    pub(super) fn veto(&mut self) -> (Line, Line) {
        let viewed = self.reader.viewed();
        let fork = viewed.open_fork().map_or(60, |fork| fork.height().0);
        let newest = self.reader.stored().pop().unwrap().header;
        let passed = self.reader.now.time.0.saturating_sub(newest.time.0) / SECOND;
        let heights = [fork - 1 - self.below(3), newest.height.0 + passed];
        let from = self.trusted();
        let [low, high] = heights.map(|height| {
            let mut header = self.forge();
            header.height = Height(height);
            header.time = self.reader.now.time;
            self.forged.push(header);
            line(verified(from, header), Vec::new())
        });
        (low, high)
    }

    /// Two headers of one height on one parent, true or not, which make a fork exact.
    pub(super) fn twins(&mut self) -> (Line, Line) {
        let (from, one) = (self.trusted(), self.forge());
        let mut two = one;
        two.hash = Hash::sha256(one.hash.as_bytes());
        self.forged.push(two);
        (
            line(verified(from, one), Vec::new()),
            line(verified(from, two), Vec::new()),
        )
    }

    pub(super) fn line(&mut self) -> Line {
        let top = match self.below(6) {
            0 => {
                let held = self.reader.stored();
                stored(held[self.below(held.len() as u64) as usize].header)
            }
            1 => {
                let height = self.tip().height.0 - self.below(40);
                verified(self.trusted(), self.honest.header(0, height))
            }
            2 if !self.forged.is_empty() => {
                let index = self.below(self.forged.len() as u64) as usize;
                verified(self.trusted(), self.forged[index])
            }
            _ => verified(self.trusted(), self.forge()),
        };
        let below = self.down(top.header.parent, None);
        line(top, below)
    }

    /// Hashes below a block: the true ones below a true one, else what whoever forged it named.
    pub(super) fn down(&mut self, hash: Hash, deep: Option<u64>) -> Vec<Hash> {
        let deep = deep.unwrap_or(self.below(3) * self.below(25));
        let mut hashes = Vec::new();
        let mut at = hash;
        for _ in 0..deep {
            let tip = self.tip().height.0;
            let honest = (1..=tip)
                .rev()
                .take(200)
                .find(|h| self.honest.hash(0, *h) == at);
            let forged = self.forged.iter().find(|header| header.hash == at).copied();
            at = match (honest, forged) {
                (Some(height), _) => self.honest.hash(0, height - 1),
                (None, Some(header)) => header.parent,
                // Whoever made it up makes up what is below it, or puts it on something true.
                (None, None) if self.below(2) == 0 => Hash::sha256(at.as_bytes()),
                (None, None) => {
                    let height = tip - self.below(50);
                    self.honest.hash(0, height)
                }
            };
            hashes.push(at);
        }
        hashes
    }
}
