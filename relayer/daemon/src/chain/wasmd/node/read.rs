use std::sync::atomic::Ordering;

use tendermint::{
    abci,
    block::{signed_header::SignedHeader, Height as BlockHeight},
    validator,
};
use tendermint_rpc::endpoint::{self, status::SyncInfo};
use tessera_contract_api::event::PREFIX;
use tessera_primitives::{fact::Attribute, Hash, Height, Timestamp};

use super::{Fault, Node, Status, Trouble, MAX_ANSWER, MAX_BLOCK, MAX_RESULTS};
use crate::chain::{block_height, ChainBlock, ContractEvent, LightBlock};

/// Most pages of validators that are asked for: CometBFT allows 10,000 validators.
const PAGES: usize = 100;
/// CometBFT's greatest page.
const PAGE: u8 = 100;

impl Node {
    /// What the node says of itself.
    pub(in crate::chain::wasmd) async fn status(&self) -> Result<Status, Trouble> {
        let info = self.sync_info().await?;
        Ok(Status {
            tip: Height(info.latest_block_height.value()),
            earliest: Height(info.earliest_block_height.value()),
        })
    }

    /// How far the node says that it is, if it serves our chain.
    pub(in crate::chain::wasmd) async fn sync_info(&self) -> Result<SyncInfo, Trouble> {
        let status = self
            .ask("status", MAX_ANSWER, endpoint::status::Request)
            .await?;
        self.check_chain(status.node_info.network.as_str())?;
        Ok(status.sync_info)
    }

    /// What the application has committed: the node stores a block before it has that block's results. A height that is
    /// claimed and not shown is not believed; several nodes behind one address may differ by some blocks.
    pub(in crate::chain::wasmd) async fn tip(&self) -> Result<Height, Trouble> {
        const BEHIND_ONE_ADDRESS: u64 = 2;
        let info = self
            .ask("abci_info", MAX_ANSWER, endpoint::abci_info::Request)
            .await?;
        let tip = Height(info.response.last_block_height.value());
        let mut reason = String::new();
        for back in 0..=BEHIND_ONE_ADDRESS {
            let height = Height(tip.0.saturating_sub(back));
            if height.0 <= self.shown.load(Ordering::Relaxed) {
                return Ok(height);
            }
            match self.signed_header(height).await {
                Ok(_) => {
                    self.shown.fetch_max(height.0, Ordering::Relaxed);
                    return Ok(height);
                }
                Err(Trouble::Lacks(said)) => reason = said,
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::Boasting { tip, reason }.into())
    }

    /// A header with its commit: of the height that was asked for, of our chain, and the one that its commit is for.
    pub(in crate::chain::wasmd) async fn signed_header(
        &self,
        height: Height,
    ) -> Result<SignedHeader, Trouble> {
        let at = heights(height)?;
        let request = endpoint::commit::Request::new(at);
        let signed = self.ask("commit", MAX_ANSWER, request).await?.signed_header;
        let header = &signed.header;
        self.check_chain(header.chain_id.as_str())?;
        if header.height != at || signed.commit.height != at {
            let (actual, commit) = (header.height, signed.commit.height);
            return Err(garbled(format!(
                "asked for header {height}, got {actual} with a commit for {commit}"
            )));
        }
        if header.hash() != signed.commit.block_id.hash {
            return Err(garbled(format!(
                "header {height} has another hash than its commit is for"
            )));
        }
        if let Ok(root) = Hash::try_from(header.app_hash.as_bytes()) {
            self.remember_root(height, root);
        }
        Ok(signed)
    }

    /// The app hash in the header of a height.
    pub(super) async fn root(&self, header: Height) -> Result<Hash, Trouble> {
        let known = self.roots().get(&header).copied();
        if let Some(root) = known {
            return Ok(root);
        }
        let signed = self.signed_header(header).await?;
        Hash::try_from(signed.header.app_hash.as_bytes())
            .map_err(|_| garbled(format!("the app hash of header {header} has not 32 bytes")))
    }

    /// A block, as far as we read it.
    pub(in crate::chain::wasmd) async fn block(
        &self,
        height: Height,
    ) -> Result<ChainBlock, Trouble> {
        let header = self.signed_header(height).await?.header;
        let at = heights(height)?;
        let request = endpoint::block_results::Request::new(at);
        let results = self.ask("block_results", MAX_RESULTS, request).await?;
        if results.height != at {
            return Err(garbled(format!(
                "asked for the results of {height}, got those of {}",
                results.height
            )));
        }
        let mut events = Vec::new();
        for result in results.txs_results.unwrap_or_default() {
            if result.code.is_ok() {
                for event in &result.events {
                    events.extend(contract_event(event)?);
                }
            }
        }
        let time = u64::try_from(header.time.unix_timestamp_nanos());
        let hash = Hash::try_from(header.hash().as_bytes());
        Ok(ChainBlock {
            height,
            time: Timestamp(time.map_err(|_| garbled("a block time before 1970"))?),
            hash: hash.map_err(|_| garbled("a header hash that has not 32 bytes"))?,
            events,
        })
    }

    /// Hashes of a block's transactions, in order.
    pub(in crate::chain::wasmd) async fn transactions(
        &self,
        height: Height,
    ) -> Result<Vec<Hash>, Trouble> {
        let at = heights(height)?;
        let request = endpoint::block::Request::new(at);
        let block = self.ask("block", MAX_BLOCK, request).await?.block;
        self.check_chain(block.header.chain_id.as_str())?;
        if block.header.height != at {
            let actual = block.header.height;
            return Err(garbled(format!("asked for block {height}, got {actual}")));
        }
        Ok(block.data.iter().map(|bytes| Hash::sha256(bytes)).collect())
    }

    /// A transaction's result by its place in a block.
    pub(in crate::chain::wasmd) async fn result(
        &self,
        height: Height,
        index: usize,
    ) -> Result<abci::types::ExecTxResult, Trouble> {
        let at = heights(height)?;
        let request = endpoint::block_results::Request::new(at);
        let results = self.ask("block_results", MAX_RESULTS, request).await?;
        let results = results.txs_results.unwrap_or_default();
        let result = results.into_iter().nth(index);
        result.ok_or_else(|| garbled(format!("block {height} has no result {index}")))
    }

    /// A header with the sets that sign it and the next one.
    pub(in crate::chain::wasmd) async fn light_block(
        &self,
        height: Height,
    ) -> Result<LightBlock, Trouble> {
        let signed_header = self.signed_header(height).await?;
        let header = &signed_header.header;
        let next = Height(height.0.saturating_add(1));
        let validators = self.validators(height).await?;
        let validators = validator::Set::with_proposer(validators, header.proposer_address)
            .map_err(|error| garbled(format!("validators of {height}: {error}")))?;
        let next_validators = validator::Set::without_proposer(self.validators(next).await?);
        if validators.hash() != header.validators_hash
            || next_validators.hash() != header.next_validators_hash
        {
            return Err(garbled(format!(
                "validators that are not those of header {height}"
            )));
        }
        Ok(LightBlock {
            signed_header,
            validators,
            next_validators,
        })
    }

    async fn validators(&self, height: Height) -> Result<Vec<validator::Info>, Trouble> {
        let at = heights(height)?;
        let mut all: Vec<validator::Info> = Vec::new();
        for page in 1..=PAGES {
            let request =
                endpoint::validators::Request::new(Some(at), Some(page.into()), Some(PAGE.into()));
            let answer = self.ask("validators", MAX_ANSWER, request).await?;
            if answer.block_height != at || answer.validators.is_empty() {
                return Err(garbled(format!(
                    "no page {page} of the validators of {height}"
                )));
            }
            all.extend(answer.validators);
            if i32::try_from(all.len()).is_ok_and(|count| count >= answer.total) {
                break;
            }
        }
        // No chain has more, and a set that has cannot be made.
        let most = validator::Set::MAX_TOTAL_VOTING_POWER;
        let mut powers = all.iter().map(validator::Info::power);
        let total = powers.try_fold(0u64, u64::checked_add);
        if total.is_none_or(|total| total > most) {
            return Err(garbled(format!(
                "validators of {height} with more power than there can be"
            )));
        }
        Ok(all)
    }

    fn check_chain(&self, actual: &str) -> Result<(), Trouble> {
        if actual == self.zone.as_str() {
            return Ok(());
        }
        Err(Fault::WrongChain(super::excerpt(actual)).into())
    }
}

fn garbled(reason: impl Into<String>) -> Trouble {
    Fault::Garbled(reason.into()).into()
}

/// A height above what CometBFT can count to is one that no node has.
pub(super) fn heights(height: Height) -> Result<BlockHeight, Trouble> {
    block_height(height).map_err(|error| Trouble::Lacks(error.to_string()))
}

/// An event of a contract: wasmd prefixes its type.
fn contract_event(event: &abci::Event) -> Result<Option<ContractEvent>, Trouble> {
    if !event.kind.starts_with(PREFIX) {
        return Ok(None);
    }
    let text = |attribute: &abci::EventAttribute| -> Result<Attribute, Trouble> {
        let wrong = |error: tendermint::Error| garbled(format!("an event: {error}"));
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
