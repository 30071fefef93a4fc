use cw_multi_test::AppResponse;
use tessera_contract_api::chain_view::{ExecuteMsg, HeaderResponse, QueryMsg, ViewResponse};
use tessera_header::Header;
use tessera_lock::{evidence::ZoneProof, key};
use tessera_primitives::{Hash, Height};
use tessera_view::evidence::{ForkProof, Sighted, Sighting};

use super::{Plan, Suite};
use crate::{Validators, Zone};

impl Suite {
    /// What zone `on` knows of zone `of`.
    ///
    /// # Errors
    /// What the view says.
    pub fn view(&self, on: usize, of: usize) -> anyhow::Result<ViewResponse> {
        let zone = self.side(of)?.zone.id().clone();
        let side = self.side(on)?;
        side.zone.query(&side.view, &QueryMsg::View { zone })
    }

    /// Brings zone `of`'s newest sealed header to zone `on`, and gives its height.
    ///
    /// # Errors
    /// What the view refused.
    pub fn advance(&mut self, on: usize, of: usize) -> anyhow::Result<Height> {
        let height = self.side(of)?.zone.sealed();
        self.advance_to(on, of, height)?;
        Ok(height)
    }

    /// Brings a header of zone `of` to zone `on`, unless it is there: in the compact form when it is the newest, in the
    /// standard form when it fills a hole.
    ///
    /// # Errors
    /// What the view refused.
    pub fn advance_to(&mut self, on: usize, of: usize, height: Height) -> anyhow::Result<()> {
        let view = self.view(on, of)?;
        let zone = self.side(of)?.zone.id().clone();
        if let Some(header) = self.header_for(on, of, &view, height)? {
            let message = ExecuteMsg::Advance { zone, header };
            let contract = self.side(on)?.view.clone();
            self.execute(on, "relayer", &contract, &message, &[])?;
        }
        Ok(())
    }

    fn header_for(
        &self,
        on: usize,
        of: usize,
        view: &ViewResponse,
        height: Height,
    ) -> anyhow::Result<Option<Header>> {
        let (side, other) = (self.side(on)?, self.side(of)?);
        let newest = view.latest.height;
        if height > newest {
            let kept = view.validator_sets.iter();
            let kept = kept.filter_map(|hash| other.zone.validators_by_hash(hash).cloned());
            let kept: Vec<Validators> = kept.collect();
            let set = other.zone.block(height)?.validators.hash();
            let keep = kept.iter().all(|one| one.hash() != set);
            let level = self.config.view.trust_level;
            let header = other
                .zone
                .compact_header(height, newest, level, &kept, keep)?;
            return Ok(Some(header));
        }
        let mut below = None;
        let mut start_after = None;
        loop {
            let question = QueryMsg::Headers {
                zone: other.zone.id().clone(),
                start_after,
                limit: Some(100),
            };
            let page: Vec<HeaderResponse> = side.zone.query(&side.view, &question)?;
            for found in &page {
                if found.header.height == height {
                    return Ok(None);
                }
                if found.header.height < height {
                    below = Some(found.header.height);
                }
            }
            start_after = page.last().map(|last| last.header.height);
            if start_after.is_none_or(|last| last > height) {
                break;
            }
        }
        let trusted = below.ok_or_else(|| anyhow::anyhow!("nothing trusted below {height}"))?;
        Ok(Some(other.zone.standard_header(height, trusted)?))
    }

    /// Proves the legs of tasks on zone `of` under the header at `height`: their states after the block below.
    ///
    /// # Errors
    /// When that header or state is not there.
    pub fn prove_legs(
        &self,
        of: usize,
        tasks: &[Hash],
        height: Height,
    ) -> anyhow::Result<ZoneProof> {
        let side = self.side(of)?;
        let keys: Vec<_> = tasks.iter().map(key::leg).collect();
        let state = height.minus(1)?;
        let proof = match keys.as_slice() {
            [key] => side.zone.prove(&side.lock, key, state)?.to_proof(),
            keys => side.zone.prove_many(&side.lock, keys, state)?,
        };
        Ok(ZoneProof {
            zone: side.zone.id().clone(),
            height,
            tasks: Vec::new(),
            proof,
        })
    }

    /// All that zone `on` needs to know of the other legs of plans: advances its views to each other zone's newest
    /// header, and proves the legs there. The plans have the same zones.
    ///
    /// # Errors
    /// What a view refused.
    pub fn evidence(&mut self, on: usize, plans: &[&Plan]) -> anyhow::Result<Vec<ZoneProof>> {
        let tasks: Vec<Hash> = plans.iter().map(|plan| plan.id()).collect();
        let others = plans.first().map(|plan| plan.zones()).unwrap_or_default();
        let mut proofs = Vec::new();
        for of in others.into_iter().filter(|of| *of != on) {
            let height = self.advance(on, of)?;
            proofs.push(self.prove_legs(of, &tasks, height)?);
        }
        Ok(proofs)
    }

    /// Shows zone `on` that zone `of` and `fork` are two histories of one zone: their headers at `height`.
    ///
    /// # Errors
    /// What the view refused.
    pub fn report_fork(
        &mut self,
        on: usize,
        of: usize,
        fork: &Zone,
        height: Height,
    ) -> anyhow::Result<AppResponse> {
        let zone = &self.side(of)?.zone;
        let view = self.view(on, of)?;
        let trusted = view.latest.height.min(height.minus(1)?);
        let sighting = |header| Sighting {
            header: Sighted::Shown(header),
            links: Vec::new(),
        };
        let message = ExecuteMsg::ReportFork {
            zone: zone.id().clone(),
            proof: ForkProof::Pair {
                a: sighting(zone.standard_header(height, trusted)?),
                b: sighting(fork.standard_header(height, trusted)?),
            },
        };
        let contract = self.side(on)?.view.clone();
        self.execute(on, "relayer", &contract, &message, &[])
    }
}
