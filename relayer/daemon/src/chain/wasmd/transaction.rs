use std::time::Duration;

use cosmrs::{
    proto::{
        cosmos::base::v1beta1::Coin,
        cosmwasm::wasm::v1::{MsgExecuteContract, MsgInstantiateContract, MsgStoreCode},
    },
    tx::{BodyBuilder, Fee, SignDoc, SignerInfo},
    Any,
};
use prost::Message;
use tendermint::abci::Event;
use tendermint_rpc::Client;
use tessera_primitives::{Address, Amount, Hash, Height};

use super::{abci::Objection, block_height, Call, ChainError, Included, Prepared, Wasmd};

/// The signing account's place in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) account_number: u64,
    pub(super) sequence: u64,
}

/// The SDK's own codes.
const SDK: &str = "sdk";
const INSUFFICIENT_FUNDS: u32 = 5;
const INSUFFICIENT_FEE: u32 = 13;
const WRONG_SEQUENCE: u32 = 32;

impl Wasmd {
    /// Uploads code and answers its number.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn store_code(&self, wasm: Vec<u8>) -> Result<(u64, Included), ChainError> {
        let message = MsgStoreCode {
            sender: self.signer()?.account.to_string(),
            wasm_byte_code: wasm,
            instantiate_permission: None,
        };
        let message = any("/cosmwasm.wasm.v1.MsgStoreCode", &message);
        let (included, events) = self.broadcast(self.sign(vec![message], 0).await?).await?;
        let code = self.attribute(&events, "store_code", "code_id")?;
        let code = code
            .parse()
            .map_err(|error| ChainError::malformed(&self.settings.zone, "code id", error))?;
        Ok((code, included))
    }

    /// Makes a contract of stored code and answers its address.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn instantiate(
        &self,
        code: u64,
        admin: Option<String>,
        label: String,
        message: Vec<u8>,
    ) -> Result<(String, Included), ChainError> {
        let message = MsgInstantiateContract {
            sender: self.signer()?.account.to_string(),
            admin: admin.unwrap_or_default(),
            code_id: code,
            label,
            msg: message,
            funds: Vec::new(),
        };
        let message = any("/cosmwasm.wasm.v1.MsgInstantiateContract", &message);
        let (included, events) = self.broadcast(self.sign(vec![message], 0).await?).await?;
        let address = self.attribute(&events, "instantiate", "_contract_address")?;
        Ok((address, included))
    }

    fn attribute(&self, events: &[Event], kind: &str, key: &str) -> Result<String, ChainError> {
        let attributes = events
            .iter()
            .filter(|event| event.kind == kind)
            .flat_map(|event| &event.attributes);
        let mut found =
            attributes.filter(|attribute| attribute.key_str().is_ok_and(|found| found == key));
        found
            .next()
            .and_then(|attribute| attribute.value_str().ok().map(String::from))
            .ok_or_else(|| {
                let reason = format!("no {kind} event with {key}");
                ChainError::malformed(&self.settings.zone, "transaction result", reason)
            })
    }

    /// Simulates and signs with the lane's next sequence, which is taken when the transaction is accepted.
    pub(super) async fn sign(
        &self,
        messages: Vec<Any>,
        spare: u64,
    ) -> Result<Prepared, ChainError> {
        let zone = &self.settings.zone;
        let lane = self.lane().await?;
        let latest = super::Chain::tip(self).await?;
        let until = latest
            .plus(self.settings.timeout_blocks)
            .map_err(|error| ChainError::malformed(zone, "height", error))?;
        let draft = self.signed(&messages, lane, until, 0)?;
        let used = self
            .ask_gas(draft)
            .await?
            .map_err(|objection| self.objection(objection))?;
        let gas_limit = self.padded(used, spare)?;
        let bytes = self.signed(&messages, lane, until, gas_limit)?;
        Ok(Prepared {
            hash: Hash::sha256(&bytes),
            bytes,
            until,
            gas_limit,
            fee: Amount(self.fee(gas_limit)),
        })
    }

    async fn lane(&self) -> Result<Lane, ChainError> {
        let mut lane = self.lane.lock().await;
        match *lane {
            Some(lane) => Ok(lane),
            None => {
                let asked = self.ask_lane().await?;
                *lane = Some(asked);
                Ok(asked)
            }
        }
    }

    /// Simulated gas with the operator's margin.
    #[allow(clippy::cast_possible_truncation)] // Saturates, and is compared with the limit.
    fn padded(&self, used: u64, spare: u64) -> Result<u64, ChainError> {
        let gas = &self.settings.gas;
        let needed = ((used as f64 * gas.multiplier).ceil() as u64).saturating_add(spare);
        if needed > gas.limit {
            return Err(ChainError::GasLimit {
                zone: self.settings.zone.clone(),
                needed,
                limit: gas.limit,
            });
        }
        Ok(needed)
    }

    #[allow(clippy::cast_possible_truncation)] // Saturates; no zone has such a fee.
    fn fee(&self, gas_limit: u64) -> u128 {
        (gas_limit as f64 * self.settings.gas.price).ceil() as u128
    }

    fn signed(
        &self,
        messages: &[Any],
        lane: Lane,
        until: Height,
        gas_limit: u64,
    ) -> Result<Vec<u8>, ChainError> {
        let zone = &self.settings.zone;
        let key = &self.signer()?.key;
        let wrong = |reason: String| ChainError::malformed(zone, "transaction", reason);
        let timeout = block_height(until).map_err(|error| wrong(error.to_string()))?;
        let body = BodyBuilder::new()
            .msgs(messages.iter().cloned())
            .memo(&self.settings.memo)
            .timeout_height(timeout)
            .finish();
        let denom = &self.settings.gas.denom;
        let fee = cosmrs::Coin {
            denom: denom
                .parse()
                .map_err(|error: cosmrs::ErrorReport| wrong(error.to_string()))?,
            amount: self.fee(gas_limit),
        };
        let info = SignerInfo::single_direct(Some(key.public()), lane.sequence)
            .auth_info(Fee::from_amount_and_gas(fee, gas_limit));
        let chain = zone
            .as_str()
            .parse()
            .map_err(|error: tendermint::Error| wrong(error.to_string()))?;
        let document = SignDoc::new(&body, &info, &chain, lane.account_number)
            .map_err(|error| wrong(error.to_string()))?;
        key.sign(document).map_err(|error| wrong(error.to_string()))
    }

    /// Sends and waits. The lane's sequence is forgotten after any refusal, since somebody else may use the key.
    pub(super) async fn broadcast(
        &self,
        prepared: Prepared,
    ) -> Result<(Included, Vec<Event>), ChainError> {
        let answer = self
            .client
            .broadcast_tx_sync(prepared.bytes.clone())
            .await
            .map_err(|error| self.unreachable(error))?;
        let mut lane = self.lane.lock().await;
        if answer.code.is_err() {
            *lane = None;
            return Err(self.objection(Objection {
                code: answer.code.value(),
                codespace: answer.codespace,
                reason: answer.log,
            }));
        }
        if let Some(lane) = lane.as_mut() {
            lane.sequence = lane.sequence.saturating_add(1);
        }
        drop(lane);
        let outcome = self.confirm(&prepared).await;
        if outcome.is_err() {
            *self.lane.lock().await = None;
        }
        outcome
    }

    async fn confirm(&self, prepared: &Prepared) -> Result<(Included, Vec<Event>), ChainError> {
        let hash = tendermint::Hash::Sha256(prepared.hash.0);
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            // The tip is read first: what was in a block up to it is found afterwards.
            let tip = super::Chain::tip(self).await?;
            match self.client.tx(hash, false).await {
                Ok(found) if found.tx_result.code.is_ok() => {
                    let included = Included {
                        height: Height(found.height.value()),
                        hash: prepared.hash,
                        gas_used: u64::try_from(found.tx_result.gas_used).unwrap_or_default(),
                    };
                    return Ok((included, found.tx_result.events));
                }
                Ok(found) => {
                    return Err(self.objection(Objection {
                        code: found.tx_result.code.value(),
                        codespace: found.tx_result.codespace,
                        reason: found.tx_result.log,
                    }));
                }
                Err(_) if tip <= prepared.until => {}
                Err(_) => {
                    return Err(ChainError::TimedOut {
                        zone: self.settings.zone.clone(),
                        transaction: prepared.hash,
                        until: prepared.until,
                    });
                }
            }
        }
    }

    fn objection(&self, objection: Objection) -> ChainError {
        let poor = matches!(objection.code, INSUFFICIENT_FUNDS | INSUFFICIENT_FEE);
        if let (SDK, true, Some(signer)) = (objection.codespace.as_str(), poor, &self.signer) {
            return ChainError::NoMoney {
                zone: self.settings.zone.clone(),
                account: signer.account.clone(),
                needed: format!("fees in {}", self.settings.gas.denom),
                reason: objection.reason,
            };
        }
        ChainError::Refused {
            zone: self.settings.zone.clone(),
            code: objection.code,
            codespace: objection.codespace,
            reason: objection.reason,
        }
    }
}

/// A call as the SDK writes it: its coins in the order of their denoms.
pub(super) fn execute_message(sender: &Address, call: &Call) -> Any {
    let mut funds: Vec<Coin> = call
        .funds
        .iter()
        .map(|(denom, amount)| Coin {
            denom: denom.clone(),
            amount: amount.to_string(),
        })
        .collect();
    funds.sort_by(|a, b| a.denom.cmp(&b.denom));
    let message = MsgExecuteContract {
        sender: sender.to_string(),
        contract: call.contract.to_string(),
        msg: call.message.clone(),
        funds,
    };
    any("/cosmwasm.wasm.v1.MsgExecuteContract", &message)
}

impl ChainError {
    /// Whether the account's sequence was another than the one that was signed: worth signing again at once.
    pub fn is_sequence(&self) -> bool {
        matches!(self, ChainError::Refused { code, codespace, .. }
            if *code == WRONG_SEQUENCE && codespace == SDK)
    }
}

fn any(url: &str, message: &impl Message) -> Any {
    Any {
        type_url: url.into(),
        value: message.encode_to_vec(),
    }
}
