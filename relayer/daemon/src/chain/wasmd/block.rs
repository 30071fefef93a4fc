use tendermint::abci;
use tendermint_rpc::{Client, Paging};
use tessera_contract_api::event::PREFIX;
use tessera_primitives::{fact::Attribute, Hash, Height, Timestamp};

use super::{block_height, ChainBlock, ChainError, LightBlock, Wasmd};
use crate::chain::ContractEvent;

impl Wasmd {
    pub(super) async fn read_block(&self, height: Height) -> Result<ChainBlock, ChainError> {
        let zone = &self.settings.zone;
        let at = block_height(height).map_err(|e| ChainError::malformed(zone, "height", e))?;
        let commit = self
            .client
            .commit(at)
            .await
            .map_err(self.missing("commit", height))?;
        let results = self
            .client
            .block_results(at)
            .await
            .map_err(self.missing("block results", height))?;
        let header = commit.signed_header.header;
        self.check_chain(header.chain_id.as_str())?;
        let mut events = Vec::new();
        for result in results.txs_results.unwrap_or_default() {
            if result.code.is_ok() {
                for event in &result.events {
                    events.extend(self.read_event(event)?);
                }
            }
        }
        Ok(ChainBlock {
            height,
            time: self.read_time(header.time)?,
            hash: self.read_hash(header.hash().as_bytes())?,
            events,
        })
    }

    pub(super) async fn read_header(&self, height: Height) -> Result<LightBlock, ChainError> {
        let zone = &self.settings.zone;
        let next = height
            .plus(1)
            .map_err(|e| ChainError::malformed(zone, "height", e))?;
        let at = block_height(height).map_err(|e| ChainError::malformed(zone, "height", e))?;
        let after = block_height(next).map_err(|e| ChainError::malformed(zone, "height", e))?;
        let commit = self
            .client
            .commit(at)
            .await
            .map_err(self.missing("commit", height))?;
        self.check_chain(commit.signed_header.header.chain_id.as_str())?;
        let validators = self
            .client
            .validators(at, Paging::All)
            .await
            .map_err(self.missing("validators", height))?;
        let next_validators = self
            .client
            .validators(after, Paging::All)
            .await
            .map_err(self.missing("validators", next))?;
        let proposer = commit.signed_header.header.proposer_address;
        let set = tendermint::validator::Set::with_proposer(validators.validators, proposer)
            .map_err(|error| ChainError::malformed(zone, "validator set", error))?;
        Ok(LightBlock {
            signed_header: commit.signed_header,
            validators: set,
            next_validators: tendermint::validator::Set::without_proposer(
                next_validators.validators,
            ),
        })
    }

    fn check_chain(&self, actual: &str) -> Result<(), ChainError> {
        if actual == self.settings.zone.as_str() {
            return Ok(());
        }
        Err(ChainError::WrongChain {
            endpoint: self.settings.endpoint.clone(),
            expected: self.settings.zone.clone(),
            actual: actual.into(),
        })
    }

    fn read_time(&self, time: tendermint::Time) -> Result<Timestamp, ChainError> {
        u64::try_from(time.unix_timestamp_nanos())
            .map(Timestamp)
            .map_err(|error| ChainError::malformed(&self.settings.zone, "block time", error))
    }

    pub(super) fn read_hash(&self, bytes: &[u8]) -> Result<Hash, ChainError> {
        <[u8; 32]>::try_from(bytes)
            .map(Hash)
            .map_err(|error| ChainError::malformed(&self.settings.zone, "hash", error))
    }

    /// An event of a contract: wasmd prefixes its type.
    fn read_event(&self, event: &abci::Event) -> Result<Option<ContractEvent>, ChainError> {
        if !event.kind.starts_with(PREFIX) {
            return Ok(None);
        }
        let text = |attribute: &abci::EventAttribute| -> Result<Attribute, ChainError> {
            let wrong = |error| ChainError::malformed(&self.settings.zone, "event", error);
            let key = attribute.key_str().map_err(wrong)?;
            let value = attribute.value_str().map_err(wrong)?;
            Ok((key.into(), value.into()))
        };
        Ok(Some(ContractEvent {
            kind: event.kind.clone(),
            attributes: event
                .attributes
                .iter()
                .map(text)
                .collect::<Result<_, _>>()?,
        }))
    }
}
