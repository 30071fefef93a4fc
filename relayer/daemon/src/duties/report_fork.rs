//! Evidence of a fork: two headers of one height, from nodes that follow different histories, or from a node and from
//! the view itself.

use tessera_contract_api::chain_view::{ExecuteMsg, HeaderResponse, QueryMsg};
use tessera_primitives::{Hash, Height, ZoneId};
use tessera_view::evidence::{ForkProof, Sighted, Sighting};

use super::{
    advance::{ask_view, light_block, trusted_header, Shown},
    signed::{verify, Against},
    DutyError,
};
use crate::{
    chain::Chain,
    relay::{Relay, RelayError, Zone},
};

pub(super) async fn message(
    relay: &Relay,
    on: &Zone,
    of: &ZoneId,
    height: Height,
) -> Result<ExecuteMsg, RelayError> {
    let source = relay.zone(of)?;
    let chain_id = ask_view(on, of).await?.chain_id;
    let stored = stored(on, of, height).await?;
    let trusted = trusted_header(relay, on, of, height).await?;
    let anchor = light_block(source.chain.as_ref(), trusted).await?;
    let ours = light_block(source.chain.as_ref(), height).await?;
    let mut evidence = Evidence {
        chain_id: &chain_id,
        trusted,
        anchor: &anchor,
        found: Vec::new(),
    };
    if let Some(hash) = stored {
        evidence.add(hash, Sighted::Stored(height));
    }
    evidence.show(&ours)?;
    for witness in &source.witnesses {
        let shown = match witness.chain().await {
            Ok(chain) => seen(relay, chain.as_ref(), height, trusted, &anchor).await,
            Err(error) => Err(error.to_string()),
        };
        // One that does not answer, or lies, must not keep what another shows from being told.
        match shown {
            Ok(shown) => evidence.show(&shown)?,
            Err(reason) => {
                tracing::warn!(zone = %of, %height, reason, "a witness shows no signed header");
            }
        }
    }
    let mut found = evidence.found.into_iter();
    match (found.next(), found.next()) {
        (Some((_, a)), Some((_, b))) => Ok(ExecuteMsg::ReportFork {
            zone: of.clone(),
            proof: ForkProof::Pair { a, b },
        }),
        _ => Err(DutyError::NoWitness {
            zone: of.clone(),
            height,
        }
        .into()),
    }
}

/// A witness's header, if it is signed.
async fn seen(
    relay: &Relay,
    chain: &dyn Chain,
    height: Height,
    trusted: Height,
    anchor: &Shown,
) -> Result<Shown, String> {
    let text = |error: RelayError| error.to_string();
    let shown = light_block(chain, height).await.map_err(text)?;
    let against = Against::Below(trusted, anchor);
    verify(chain.zone(), &shown, &against, relay.now()).map_err(text)??;
    Ok(shown)
}

/// Headers of one height, each hash once.
struct Evidence<'a> {
    chain_id: &'a ZoneId,
    trusted: Height,
    anchor: &'a Shown,
    found: Vec<(Hash, Sighting)>,
}

impl Evidence<'_> {
    fn show(&mut self, shown: &Shown) -> Result<(), RelayError> {
        let hash = shown.hash(self.chain_id)?;
        let header = shown.standard(self.chain_id, Some((self.trusted, self.anchor)))?;
        self.add(hash, Sighted::Shown(header));
        Ok(())
    }

    fn add(&mut self, hash: Hash, header: Sighted) {
        if self.found.iter().all(|(known, _)| *known != hash) {
            let links = Vec::new();
            self.found.push((hash, Sighting { header, links }));
        }
    }
}

/// The hash of the header that the view has stored at a height.
async fn stored(on: &Zone, of: &ZoneId, height: Height) -> Result<Option<Hash>, RelayError> {
    let question = QueryMsg::Headers {
        zone: of.clone(),
        start_after: Some(Height(height.0.saturating_sub(1))),
        limit: Some(1),
    };
    let page: Vec<HeaderResponse> = super::ask(on.chain.as_ref(), &on.view, &question).await?;
    let found = page.into_iter().find(|found| found.header.height == height);
    Ok(found.map(|found| found.header.hash))
}
