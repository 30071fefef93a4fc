//! Roots of other zones, from whoever the owner linked as their source.

use cosmwasm_std::QuerierWrapper;
use tessera_contract_api::roots::RootsClient;
use tessera_lock::{state::Peer, Reads, Refusal};
use tessera_primitives::{Height, Root, Standing, ZoneId};

use crate::{state::Book, LockError};

/// The roots that one message needs, and how their zones stand. Each is asked for once: a call of another contract is
/// what costs most after bytes.
pub struct Roots<'a> {
    querier: QuerierWrapper<'a>,
    known: Vec<(ZoneId, Height, Root)>,
    standings: Vec<(ZoneId, Standing)>,
}

impl<'a> Roots<'a> {
    pub fn new(querier: QuerierWrapper<'a>) -> Roots<'a> {
        Roots {
            querier,
            known: Vec::new(),
            standings: Vec::new(),
        }
    }

    /// The root of a zone's header, as its source answers now. A zone whose link was taken away still has its source:
    /// committed legs are settled by it.
    pub fn root(&mut self, book: &Book, zone: &ZoneId, height: Height) -> Result<Root, LockError> {
        let mut known = self.known.iter();
        if let Some((_, _, root)) = known.find(|known| known.0 == *zone && known.1 == height) {
            return Ok(*root);
        }
        let source_of_roots = peer(book, zone)?.roots;
        let client = RootsClient(source_of_roots.clone());
        let root = client
            .root(&self.querier, zone, height)
            .map_err(|error| LockError::NoRoot {
                zone: zone.clone(),
                height,
                source_of_roots,
                reason: error.to_string(),
            })?;
        self.known.push((zone.clone(), height, root));
        Ok(root)
    }

    /// How a zone stands, as its source answers now.
    pub fn standing(&mut self, book: &Book, zone: &ZoneId) -> Result<Standing, LockError> {
        if let Some((_, standing)) = self.standings.iter().find(|known| known.0 == *zone) {
            return Ok(*standing);
        }
        let source_of_roots = peer(book, zone)?.roots;
        let client = RootsClient(source_of_roots.clone());
        let standing =
            client
                .standing(&self.querier, zone)
                .map_err(|error| LockError::NoStanding {
                    zone: zone.clone(),
                    source_of_roots,
                    reason: error.to_string(),
                })?;
        self.standings.push((zone.clone(), standing));
        Ok(standing)
    }
}

fn peer(book: &Book, zone: &ZoneId) -> Result<Peer, LockError> {
    let zone = zone.clone();
    let found = book.peer(&zone)?;
    found.ok_or_else(|| Refusal::NotLinked { zone }.into())
}
