//! Evidence of a fork: two headers of one height, from nodes that follow different histories, or from a node and from
//! the view itself.

use tessera_contract_api::chain_view::{ExecuteMsg, HeaderResponse, QueryMsg};
use tessera_primitives::{Hash, Height, ZoneId};
use tessera_view::evidence::{ForkProof, Sighted, Sighting};

use super::{
    advance::{light_block, trusted_header, view, Shown},
    DutyError,
};
use crate::relay::{Relay, RelayError, Zone};

pub(super) async fn message(
    relay: &Relay,
    on: &Zone,
    of: &ZoneId,
    height: Height,
) -> Result<ExecuteMsg, RelayError> {
    let source = relay.zone(of)?;
    let chain_id = view(on, of).await?.chain_id;
    let stored = stored(on, of, height).await?;
    let trusted = trusted_header(relay, on, of, height).await?;
    let anchor = light_block(source.chain.as_ref(), trusted).await?;
    let sighting = |header| Sighting {
        header,
        links: Vec::new(),
    };
    let mut found: Vec<(Hash, Sighting)> = Vec::new();
    if let Some(hash) = stored {
        found.push((hash, sighting(Sighted::Stored(height))));
    }
    for chain in std::iter::once(&source.chain).chain(&source.witnesses) {
        let shown: Shown = light_block(chain.as_ref(), height).await?;
        let hash = shown.hash(of)?;
        if found.iter().all(|(known, _)| *known != hash) {
            let header = shown.standard(&chain_id, Some((trusted, &anchor)))?;
            found.push((hash, sighting(Sighted::Shown(header))));
        }
    }
    let mut found = found.into_iter();
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
