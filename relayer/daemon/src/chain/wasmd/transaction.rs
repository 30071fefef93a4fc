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
use tessera_primitives::{Address, Amount, Asset, Denom, Hash, Height, ZoneId};

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

/// What became of a transaction that is in a block.
pub struct Outcome {
    zone: ZoneId,
    /// Where it is.
    pub included: Included,
    events: Vec<Event>,
}

impl Outcome {
    /// The number of the code that it stored.
    ///
    /// # Errors
    /// [`ChainError::Malformed`] when it stored none.
    pub fn code_id(&self) -> Result<u64, ChainError> {
        let code = self.attribute("store_code", "code_id")?;
        let wrong = |error| ChainError::malformed(&self.zone, "code id", error);
        code.parse().map_err(wrong)
    }

    /// The address of the contract that it made.
    ///
    /// # Errors
    /// [`ChainError::Malformed`] when it made none.
    pub fn contract(&self) -> Result<Address, ChainError> {
        let address = self.attribute("instantiate", "_contract_address")?;
        let wrong = |error| ChainError::malformed(&self.zone, "contract address", error);
        Address::new(address).map_err(wrong)
    }

    fn attribute(&self, kind: &str, key: &str) -> Result<String, ChainError> {
        let events = self.events.iter().filter(|event| event.kind == kind);
        let mut named = events
            .flat_map(|event| &event.attributes)
            .filter(|attribute| attribute.key_str().is_ok_and(|found| found == key));
        let value = named.next().and_then(|found| found.value_str().ok());
        value.map(String::from).ok_or_else(|| {
            let reason = format!("no {kind} event with {key}");
            ChainError::malformed(&self.zone, "transaction result", reason)
        })
    }
}

impl Wasmd {
    /// Signs a transaction that uploads code.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with what the zone says: nothing was sent.
    pub async fn prepare_code(&self, wasm: Vec<u8>) -> Result<Prepared, ChainError> {
        let message = MsgStoreCode {
            sender: self.signer()?.account.to_string(),
            wasm_byte_code: wasm,
            instantiate_permission: None,
        };
        let message = any("/cosmwasm.wasm.v1.MsgStoreCode", &message);
        self.sign(vec![message], 0).await
    }

    /// Signs a transaction that makes a contract of stored code.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with what the zone says: nothing was sent.
    pub async fn prepare_contract(
        &self,
        code: u64,
        admin: Option<String>,
        label: String,
        message: Vec<u8>,
    ) -> Result<Prepared, ChainError> {
        let message = MsgInstantiateContract {
            sender: self.signer()?.account.to_string(),
            admin: admin.unwrap_or_default(),
            code_id: code,
            label,
            msg: message,
            funds: Vec::new(),
        };
        let message = any("/cosmwasm.wasm.v1.MsgInstantiateContract", &message);
        self.sign(vec![message], 0).await
    }

    /// Simulates and signs with the lane's next sequence, which is taken when the transaction is accepted.
    pub(super) async fn sign(
        &self,
        messages: Vec<Any>,
        spare: u64,
    ) -> Result<Prepared, ChainError> {
        let zone = &self.settings.zone;
        let latest = super::Chain::tip(self).await?;
        let until = latest
            .plus(self.settings.timeout_blocks)
            .map_err(|error| ChainError::malformed(zone, "height", error))?;
        let (lane, used) = self.try_out(&messages, until).await?;
        let gas_limit = self.padded(used, spare)?;
        let bytes = self.signed(&messages, lane, until, gas_limit).await?;
        Ok(Prepared {
            hash: Hash::sha256(&bytes),
            bytes,
            until,
            gas_limit,
            fee: Amount(self.fee(gas_limit)),
        })
    }

    /// The gas that messages take, and the place in line at which they were tried. A place that has been taken meanwhile,
    /// by another process with this key or by a transaction whose answer was lost, fails as if the messages were refused:
    /// the place is asked for again before that is believed.
    async fn try_out(&self, messages: &[Any], until: Height) -> Result<(Lane, u64), ChainError> {
        let lane = self.lane().await?;
        let refused = match self.simulate(messages, lane, until).await? {
            Ok(used) => return Ok((lane, used)),
            Err(objection) => objection,
        };
        *self.lane.lock().await = None;
        let now = self.lane().await?;
        if now == lane {
            return Err(self.untried(refused).await?);
        }
        match self.simulate(messages, now, until).await? {
            Ok(used) => Ok((now, used)),
            Err(objection) => Err(self.untried(objection).await?),
        }
    }

    async fn simulate(
        &self,
        messages: &[Any],
        lane: Lane,
        until: Height,
    ) -> Result<Result<u64, Objection>, ChainError> {
        // With a fee, however small: paying it takes gas too, 20,000 that a small transaction would lack.
        let draft = self.signed(messages, lane, until, 1).await?;
        self.ask_gas(draft).await
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

    async fn signed(
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
        key.sign(document)
            .await
            .map_err(|error| wrong(error.to_string()))
    }

    /// Sends and waits. The lane's sequence is forgotten after any refusal, since somebody else may use the key.
    ///
    /// # Errors
    /// As [`super::Chain::send`].
    pub async fn broadcast(&self, prepared: Prepared) -> Result<Outcome, ChainError> {
        let answer = self.client.broadcast_tx_sync(prepared.bytes).await;
        let mut lane = self.lane.lock().await;
        let answer = answer.map_err(|error| {
            // It may be in the node's queue all the same.
            *lane = None;
            self.unreachable(error)
        })?;
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
        let outcome = self.outcome(prepared.hash, prepared.until).await;
        if outcome.is_err() {
            *self.lane.lock().await = None;
        }
        outcome
    }

    /// Waits until a transaction is in a block, or can no longer be.
    ///
    /// # Errors
    /// [`ChainError::Refused`] when it failed in its block, [`ChainError::TimedOut`].
    pub async fn outcome(&self, transaction: Hash, until: Height) -> Result<Outcome, ChainError> {
        let hash = tendermint::Hash::Sha256(transaction.0);
        loop {
            // The tip is read first: what was in a block up to it is found afterwards.
            let tip = super::Chain::tip(self).await?;
            match self.client.tx(hash, false).await {
                Ok(found) if found.tx_result.code.is_ok() => {
                    let included = Included {
                        height: Height(found.height.value()),
                        hash: transaction,
                        gas_used: u64::try_from(found.tx_result.gas_used).unwrap_or_default(),
                    };
                    return Ok(Outcome {
                        zone: self.settings.zone.clone(),
                        included,
                        events: found.tx_result.events,
                    });
                }
                Ok(found) => {
                    return Err(self.objection(Objection {
                        code: found.tx_result.code.value(),
                        codespace: found.tx_result.codespace,
                        reason: found.tx_result.log,
                    }));
                }
                Err(_) if tip <= until => {}
                Err(_) => {
                    return Err(ChainError::TimedOut {
                        zone: self.settings.zone.clone(),
                        transaction,
                        until,
                    });
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// What a failed simulation means: its code says nothing of an empty wallet, and its text may be a contract's.
    async fn untried(&self, objection: Objection) -> Result<ChainError, ChainError> {
        let signer = self.signer()?;
        let gas = &self.settings.gas;
        let wrong = |error| ChainError::malformed(&self.settings.zone, "fee denom", error);
        let denom = Asset::Native(Denom::new(gas.denom.as_str()).map_err(wrong)?);
        let held = self.ask_balance(&signer.account, &denom).await?;
        if gas.price > 0.0 && held.is_zero() {
            return Ok(ChainError::NoMoney {
                zone: self.settings.zone.clone(),
                account: signer.account.clone(),
                needed: format!("fees in {}", gas.denom),
                reason: "it holds none".into(),
            });
        }
        Ok(self.objection(objection))
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
