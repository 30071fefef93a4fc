//! From messages to a signed transaction: tried out on the lane's node, with a margin of gas, within the operator's limits.

use std::time::Duration;

use cosmrs::{
    proto::cosmwasm::wasm::v1::{MsgInstantiateContract, MsgStoreCode},
    tx::{BodyBuilder, Fee, SignDoc, SignerInfo},
    AccountId, Any,
};
use prost::Message;
use tessera_primitives::{Amount, Asset, Denom, Hash, Height};

use super::{
    block_height,
    lane::{Flight, Place, State},
    node::Objection,
    price::fee,
    ChainError, Prepared, Wasmd,
};
use crate::keys::unsigned;

/// The SDK's own codes.
pub(super) const SDK: &str = "sdk";
const INSUFFICIENT_FUNDS: u32 = 5;
const OUT_OF_GAS: u32 = 11;
const INSUFFICIENT_FEE: u32 = 13;
pub(super) const WRONG_SEQUENCE: u32 = 32;
/// Whoever grants the fees grants too little, or nothing.
const FEEGRANT: &str = "feegrant";

impl Wasmd {
    /// Signs a transaction that uploads code.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with what the zone says: nothing was sent.
    pub async fn prepare_code(&self, wasm: Vec<u8>) -> Result<Prepared, ChainError> {
        let message = MsgStoreCode {
            sender: self.lane()?.account.to_string(),
            wasm_byte_code: wasm,
            instantiate_permission: None,
        };
        let message = any("/cosmwasm.wasm.v1.MsgStoreCode", &message);
        // Code is larger than anything that a relayer packs, and stands alone.
        self.sign(vec![message], 0, usize::MAX).await
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
            sender: self.lane()?.account.to_string(),
            admin: admin.unwrap_or_default(),
            code_id: code,
            label,
            msg: message,
            funds: Vec::new(),
        };
        let message = any("/cosmwasm.wasm.v1.MsgInstantiateContract", &message);
        self.sign(vec![message], 0, self.settings().max_bytes).await
    }

    /// Simulates and signs with the lane's next sequence, which is taken when the transaction is accepted. A transaction of
    /// this lane whose fate is unknown is resolved before.
    pub(super) async fn sign(
        &self,
        messages: Vec<Any>,
        spare: u64,
        max_bytes: usize,
    ) -> Result<Prepared, ChainError> {
        let zone = self.id();
        let mut state = self.state().await?;
        self.resolve(&mut state).await?;
        let latest = self.caught_up(&mut state).await?;
        let until = latest
            .plus(self.settings().timeout_blocks)
            .map_err(|error| ChainError::malformed(zone, "height", error))?;
        let price = self.price().await;
        let draft = Draft {
            messages: &messages,
            until,
            price,
        };
        let (place, used) = self.try_out(&mut state, &draft, max_bytes).await?;
        let gas_limit = self.padded(used, spare)?;
        let document = self.document(&draft, place, gas_limit)?;
        let signed = self.lane()?.key.sign(document).await;
        let bytes = signed.map_err(|error| ChainError::malformed(zone, "transaction", error))?;
        let hash = Hash::sha256(&bytes);
        state.signed = Some(Flight {
            hash,
            sequence: place.sequence,
            until,
            bytes: bytes.clone(),
            unknown: false,
        });
        Ok(Prepared {
            hash,
            bytes,
            until,
            gas_limit,
            fee: fee(gas_limit, price),
        })
    }

    /// The height of the lane's node, once it has what the messages may rest on: another one may have been read from. One
    /// that does not come so far in a while is tried all the same.
    async fn caught_up(&self, state: &mut State) -> Result<Height, ChainError> {
        const TRIES: u32 = 10;
        let mut tries = 0;
        loop {
            let latest = self
                .on_lane(state, "height", |node| async move { node.tip().await })
                .await?;
            if latest >= self.pool().told() || tries >= TRIES {
                return Ok(latest);
            }
            tries = tries.saturating_add(1);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The gas that messages take, and the place in line at which they were tried. A place that has been taken meanwhile,
    /// by another process with this key, fails as if the messages were refused: the expected one is named, and is tried
    /// once. A contract that invents such a text has its own message refused all the same.
    async fn try_out(
        &self,
        state: &mut State,
        draft: &Draft<'_>,
        max_bytes: usize,
    ) -> Result<(Place, u64), ChainError> {
        let place = self.place(state).await?;
        let refused = match self.simulate(state, draft, place, max_bytes).await? {
            Ok(used) => return Ok((place, used)),
            Err(objection) => objection,
        };
        let now = match (refused.expected_sequence(), state.place) {
            (Some(sequence), _) => Place { sequence, ..place },
            // The node changed under way, and with it what is in the mempool.
            (None, None) => self.place(state).await?,
            (None, Some(_)) => place,
        };
        if now == place {
            return Err(self.untried(refused).await?);
        }
        state.place = Some(now);
        match self.simulate(state, draft, now, max_bytes).await? {
            Ok(used) => Ok((now, used)),
            Err(objection) => {
                state.place = None;
                Err(self.untried(objection).await?)
            }
        }
    }

    async fn simulate(
        &self,
        state: &mut State,
        draft: &Draft<'_>,
        place: Place,
        max_bytes: usize,
    ) -> Result<Result<u64, Objection>, ChainError> {
        // With a fee, however small: paying it takes gas too, 20,000 that a small transaction would lack.
        let bytes = unsigned(self.document(draft, place, 1)?);
        // The real fee and limit are written longer: some bytes more.
        let (actual, limit) = (bytes.len().saturating_add(32), max_bytes);
        if actual > limit {
            return Err(ChainError::TooLarge {
                zone: self.id().clone(),
                actual,
                limit,
            });
        }
        let bytes = bytes.as_slice();
        self.on_lane(
            state,
            "simulation",
            |node| async move { node.gas(bytes).await },
        )
        .await
    }

    /// Simulated gas with the operator's margin.
    #[allow(clippy::cast_possible_truncation)] // Saturates, and is compared with the limit.
    fn padded(&self, used: u64, spare: u64) -> Result<u64, ChainError> {
        let gas = &self.settings().gas;
        let needed = ((used as f64 * gas.multiplier).ceil() as u64).saturating_add(spare);
        if needed > gas.limit {
            return Err(ChainError::GasLimit {
                zone: self.id().clone(),
                needed,
                limit: gas.limit,
            });
        }
        Ok(needed)
    }

    /// What is signed.
    fn document(
        &self,
        draft: &Draft<'_>,
        place: Place,
        gas_limit: u64,
    ) -> Result<SignDoc, ChainError> {
        let zone = self.id();
        let settings = self.settings();
        let key = &self.lane()?.key;
        let wrong = |reason: String| ChainError::malformed(zone, "transaction", reason);
        let timeout = block_height(draft.until).map_err(|error| wrong(error.to_string()))?;
        let body = BodyBuilder::new()
            .msgs(draft.messages.iter().cloned())
            .memo(&settings.memo)
            .timeout_height(timeout)
            .finish();
        let denom = &settings.gas.denom;
        let coin = cosmrs::Coin {
            denom: denom
                .parse()
                .map_err(|error: cosmrs::ErrorReport| wrong(error.to_string()))?,
            amount: fee(gas_limit, draft.price).0,
        };
        let mut fee = Fee::from_amount_and_gas(coin, gas_limit);
        if let Some(granter) = &settings.fee_granter {
            let granter: AccountId = granter
                .as_str()
                .parse()
                .map_err(|error: cosmrs::ErrorReport| wrong(format!("fee_granter: {error}")))?;
            fee.granter = Some(granter);
        }
        let info = SignerInfo::single_direct(Some(key.public()), place.sequence).auth_info(fee);
        let chain = zone
            .as_str()
            .parse()
            .map_err(|error: tendermint::Error| wrong(error.to_string()))?;
        SignDoc::new(&body, &info, &chain, place.account_number)
            .map_err(|error| wrong(error.to_string()))
    }

    /// What a failed simulation means: its code says nothing of an empty wallet, and its text may be a contract's.
    async fn untried(&self, objection: Objection) -> Result<ChainError, ChainError> {
        let gas = &self.settings().gas;
        if gas.price > 0.0 && self.purse().await?.is_zero() {
            return Ok(self.poor("it holds none".into()));
        }
        if let (Some(granter), false) = (&self.settings().fee_granter, self.is_granted().await?) {
            let account = &self.lane()?.account;
            return Ok(self.poor(format!("{granter} has granted {account} no fees")));
        }
        Ok(self.objection(objection))
    }

    /// What whoever pays the fees holds of their denom.
    async fn purse(&self) -> Result<Amount, ChainError> {
        let settings = self.settings();
        let wrong = |error| ChainError::malformed(self.id(), "fee denom", error);
        let denom = Denom::new(settings.gas.denom.as_str()).map_err(wrong)?;
        let payer = settings.fee_granter.as_ref();
        let payer = payer.unwrap_or(&self.lane()?.account);
        self.ask_balance(payer, &Asset::Native(denom)).await
    }

    /// What a refusal means that came before the transaction was in a block: only its payment was tried.
    pub(super) fn refused(&self, objection: Objection) -> ChainError {
        match (objection.codespace.as_str(), objection.code) {
            (SDK, INSUFFICIENT_FUNDS) | (FEEGRANT, _) => self.poor(objection.reason),
            (SDK, INSUFFICIENT_FEE) => ChainError::Underpriced {
                zone: self.id().clone(),
                reason: objection.reason,
            },
            _ => self.objection(objection),
        }
    }

    /// The payer has too little.
    pub(super) fn poor(&self, reason: String) -> ChainError {
        let settings = self.settings();
        let own = self.lane.as_ref().map(|lane| lane.account.clone());
        match settings.fee_granter.clone().or(own) {
            Some(account) => ChainError::NoMoney {
                zone: self.id().clone(),
                account,
                needed: format!("fees in {}", settings.gas.denom),
                reason,
            },
            None => ChainError::NoKey {
                zone: self.id().clone(),
            },
        }
    }

    /// A refusal as it is.
    pub(super) fn objection(&self, objection: Objection) -> ChainError {
        ChainError::Refused {
            zone: self.id().clone(),
            code: objection.code,
            codespace: objection.codespace,
            reason: objection.reason,
        }
    }

    /// Another transaction has this one's place: it can never be included.
    pub(super) fn overtaken(&self, sequence: u64) -> ChainError {
        ChainError::Refused {
            zone: self.id().clone(),
            code: WRONG_SEQUENCE,
            codespace: SDK.into(),
            reason: format!("another transaction of this account took sequence {sequence}"),
        }
    }
}

/// What is signed, save its place and gas.
struct Draft<'a> {
    messages: &'a [Any],
    until: Height,
    price: f64,
}

impl ChainError {
    /// Whether the account's sequence was another than the one that was signed: worth signing again at once.
    pub fn is_sequence(&self) -> bool {
        self.is_sdk(WRONG_SEQUENCE)
    }

    /// Whether the transaction had too little gas.
    pub fn is_out_of_gas(&self) -> bool {
        self.is_sdk(OUT_OF_GAS)
    }

    fn is_sdk(&self, wanted: u32) -> bool {
        matches!(self, ChainError::Refused { code, codespace, .. }
            if *code == wanted && codespace == SDK)
    }
}

pub(super) fn any(url: &str, message: &impl Message) -> Any {
    Any {
        type_url: url.into(),
        value: message.encode_to_vec(),
    }
}
