//! A zone inside this process: `tessera-testing`'s, with real proofs and real signatures. A transaction is in the block
//! that is open when it is sent; whoever owns the zone seals blocks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cosmwasm_std::{Addr, Coin, CosmosMsg, WasmMsg};
use prost::Message;
use tessera_contract_api::event::PREFIX;
use tessera_primitives::{Address, Amount, Asset, Bytes, CanonicalAddress, Hash, Height, ZoneId};
use tessera_testing::{Block, Zone};

use super::{
    Call, Chain, ChainBlock, ChainError, ContractEvent, Included, LightBlock, Offered, Prepared,
    Proven,
};

/// A zone that a relayer and whoever seals its blocks share.
#[derive(Clone)]
pub struct Embedded {
    id: ZoneId,
    account: Address,
    sender: Addr,
    zone: Arc<Mutex<Zone>>,
}

/// Blocks after which a transaction counts as lost; none ever is.
const TIMEOUT: u64 = 100;

impl Embedded {
    /// A zone, and the account that the relayer uses there.
    ///
    /// # Errors
    /// [`ChainError::Address`] when the account is none of the zone's.
    pub fn new(zone: Zone, sender: Addr) -> Result<Embedded, ChainError> {
        let id = zone.id().clone();
        let account = zone.address(&sender).map_err(|error| ChainError::Address {
            zone: id.clone(),
            text: sender.to_string(),
            reason: error.to_string(),
        })?;
        Ok(Embedded {
            id,
            account,
            sender,
            zone: Arc::new(Mutex::new(zone)),
        })
    }

    /// The same zone as another account uses it.
    ///
    /// # Errors
    /// [`ChainError::Address`] when the account is none of the zone's.
    pub fn with_account(&self, sender: Addr) -> Result<Embedded, ChainError> {
        let account = Embedded::zone(self).address(&sender);
        let account = account.map_err(|error| ChainError::Address {
            zone: self.id.clone(),
            text: sender.to_string(),
            reason: error.to_string(),
        })?;
        Ok(Embedded {
            id: self.id.clone(),
            account,
            sender,
            zone: self.zone.clone(),
        })
    }

    /// The zone itself.
    pub fn zone(&self) -> MutexGuard<'_, Zone> {
        // A panic of another holder leaves the zone as it was before the call that panicked.
        self.zone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn missing<E: ToString>(
        &self,
        what: &'static str,
        height: Height,
    ) -> impl FnOnce(E) -> ChainError + '_ {
        move |error| ChainError::Missing {
            zone: self.id.clone(),
            what,
            height,
            reason: error.to_string(),
        }
    }

    fn refused(&self, reason: impl ToString) -> ChainError {
        ChainError::Refused {
            zone: self.id.clone(),
            code: 1,
            codespace: "embedded".into(),
            reason: reason.to_string(),
        }
    }

    fn messages(calls: &[Call]) -> Vec<CosmosMsg> {
        let execute = |call: &Call| WasmMsg::Execute {
            contract_addr: call.contract.to_string(),
            msg: call.message.clone().into(),
            funds: call
                .funds
                .iter()
                .map(|(denom, amount)| Coin::new(amount.0, denom.clone()))
                .collect(),
        };
        calls.iter().map(|call| execute(call).into()).collect()
    }
}

#[async_trait]
impl Chain for Embedded {
    fn zone(&self) -> &ZoneId {
        &self.id
    }

    fn account(&self) -> Option<&Address> {
        Some(&self.account)
    }

    async fn tip(&self) -> Result<Height, ChainError> {
        Ok(Embedded::zone(self).sealed())
    }

    async fn block(&self, height: Height) -> Result<ChainBlock, ChainError> {
        let zone = Embedded::zone(self);
        let block = zone.block(height).map_err(self.missing("block", height))?;
        Ok(ChainBlock {
            height,
            time: block.time,
            hash: block.hash,
            events: events(block),
        })
    }

    async fn header(&self, height: Height) -> Result<LightBlock, ChainError> {
        let zone = Embedded::zone(self);
        let block = zone.light_block(height);
        let block = block.map_err(self.missing("header", height))?;
        Ok(LightBlock {
            signed_header: block.signed_header,
            validators: block.validators,
            next_validators: block.next_validators,
        })
    }

    async fn prove(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, ChainError> {
        let zone = Embedded::zone(self);
        let wrong = self.missing("contract storage", state);
        let proven = zone
            .humanise(contract)
            .and_then(|contract| zone.prove(&contract, key, state));
        let proven = proven.map_err(wrong)?;
        Ok(Proven {
            value: proven.value,
            item: Bytes(proven.item.encode_to_vec()),
            store: Bytes(proven.store.encode_to_vec()),
        })
    }

    async fn query(&self, contract: &Address, question: &[u8]) -> Result<Vec<u8>, ChainError> {
        let contract_address = Addr::unchecked(contract.as_str());
        let answer = Embedded::zone(self).query_raw(&contract_address, question.to_vec());
        answer.map_err(|error| ChainError::Query {
            zone: self.id.clone(),
            contract: contract.clone(),
            reason: format!("{error:#}"),
        })
    }

    async fn balance(&self, holder: &Address, asset: &Asset) -> Result<Amount, ChainError> {
        let holder = Addr::unchecked(holder.as_str());
        let zone = Embedded::zone(self);
        let balance = match asset {
            Asset::Native(denom) => zone.balance(&holder, denom.as_str()),
            Asset::Cw20(token) => zone.balance_cw20(&holder, &Addr::unchecked(token.as_str())),
        };
        balance.map_err(|error| ChainError::malformed(&self.id, "balance", format!("{error:#}")))
    }

    fn canonical(&self, address: &Address) -> Result<CanonicalAddress, ChainError> {
        let text = Addr::unchecked(address.as_str());
        let canonical = Embedded::zone(self).canonical(&text);
        canonical.map_err(|error| ChainError::Address {
            zone: self.id.clone(),
            text: address.to_string(),
            reason: error.to_string(),
        })
    }

    fn humanise(&self, address: &CanonicalAddress) -> Result<Address, ChainError> {
        let zone = Embedded::zone(self);
        let text = zone
            .humanise(address)
            .and_then(|address_text| zone.address(&address_text));
        text.map_err(|error| ChainError::Address {
            zone: self.id.clone(),
            text: address.to_string(),
            reason: error.to_string(),
        })
    }

    async fn prepare(&self, calls: &[Call]) -> Result<Prepared, ChainError> {
        let zone = Embedded::zone(self);
        zone.simulate(&self.sender, Self::messages(calls))
            .map_err(|error| self.refused(format!("{error:#}")))?;
        let bytes = serde_json::to_vec(&Self::messages(calls))
            .map_err(|error| ChainError::malformed(&self.id, "transaction", error))?;
        Ok(Prepared {
            hash: Hash::sha256(&bytes),
            bytes,
            until: Height(zone.height().0.saturating_add(TIMEOUT)),
            gas_limit: 0,
            fee: Amount::default(),
        })
    }

    async fn offer(&self, prepared: &Prepared) -> Result<Offered, ChainError> {
        let messages: Vec<CosmosMsg> = serde_json::from_slice(&prepared.bytes)
            .map_err(|error| ChainError::malformed(&self.id, "transaction", error))?;
        let mut zone = Embedded::zone(self);
        zone.transact(&self.sender, messages)
            .map_err(|error| self.refused(format!("{error:#}")))?;
        Ok(Offered::Queued)
    }

    /// It is in the block that is open since it was offered.
    async fn settled(&self, prepared: &Prepared) -> Result<Included, ChainError> {
        Ok(Included {
            height: Embedded::zone(self).height(),
            hash: prepared.hash,
            gas_used: 0,
        })
    }
}

fn events(block: &Block) -> Vec<ContractEvent> {
    let transactions = block.transactions.iter();
    transactions
        .flat_map(|transaction| transaction.events())
        .filter(|event| event.ty.starts_with(PREFIX))
        .map(|event| ContractEvent {
            kind: event.ty.clone(),
            attributes: event
                .attributes
                .iter()
                .map(|attribute| (attribute.key.clone(), attribute.value.clone()))
                .collect(),
        })
        .collect()
}
