//! What may be signed, and why a document is not.

use std::collections::BTreeSet;

use cosmrs::{
    proto::{
        cosmos::tx::{
            signing::v1beta1::SignMode,
            v1beta1::{mode_info::Sum, AuthInfo, SignDoc, TxBody},
        },
        cosmwasm::wasm::v1::MsgExecuteContract,
    },
    Any,
};
use prost::Message;
use tessera_primitives::Address;
use tonic::Status;

use crate::keys::proto::SignRequest;

/// All that a relayer sends.
pub const EXECUTE: &str = "/cosmwasm.wasm.v1.MsgExecuteContract";

/// What may be signed.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// Types of messages.
    pub messages: BTreeSet<String>,
    /// Contracts that may be called; none allows all.
    pub contracts: BTreeSet<Address>,
    /// Greatest fee of a transaction, in base units of whichever denom it is paid in; none allows any.
    pub max_fee: Option<u128>,
}

/// Why a signer does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has no such key.
    #[error("no key {name:?} on chain {chain:?} here")]
    NoKey {
        /// The chain.
        chain: String,
        /// The key's name.
        name: String,
    },
    /// It is no protobuf of what it should be.
    #[error("the {0} cannot be read")]
    Unread(&'static str),
    /// A chain might read it differently than it was read here.
    #[error("the {0} holds more than is known here, or holds it in another form")]
    OtherForm(&'static str),
    /// The document and the request name two chains.
    #[error("the document is for chain {document:?}, the request for {request:?}")]
    OtherChain {
        /// The document's.
        document: String,
        /// The request's.
        request: String,
    },
    /// Extension options change what a transaction means.
    #[error("the document has extension options")]
    Extended,
    /// Nothing would be done, but for the fee.
    #[error("the document has no messages")]
    Empty,
    /// Somebody else's signature is asked for, too.
    #[error("the document has {0} signers, not one")]
    Signers(usize),
    /// Anything but SIGN_MODE_DIRECT.
    #[error("the document is not signed directly")]
    Indirect,
    /// Another key shall have signed it.
    #[error("the document is for another key")]
    OtherKey,
    /// The fee alone could empty the wallet.
    #[error("the fee is {fee}, and {max} is the most that is signed here")]
    Fee {
        /// The fee's amount, as it is written.
        fee: String,
        /// The most.
        max: u128,
    },
    /// A type of messages that is not on the list.
    #[error("{kind} is not signed here; {allowed:?} is")]
    Message {
        /// The message's.
        kind: String,
        /// The list.
        allowed: BTreeSet<String>,
    },
    /// A contract that is not on the list.
    #[error("contract {0} is not called here")]
    Contract(String),
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Status {
        let text = refusal.to_string();
        match refusal {
            Refusal::NoKey { .. } => Status::not_found(text),
            Refusal::Unread(_) => Status::invalid_argument(text),
            _ => Status::permission_denied(text),
        }
    }
}

/// Reads a document as the chain would, and says why it is not signed, if there is a reason.
pub(super) fn check(
    asked: &SignRequest,
    public_key: &[u8],
    allowed: &Allowed,
) -> Result<(), Refusal> {
    let document: SignDoc = exact("document", &asked.sign_doc)?;
    let body: TxBody = exact("body", &document.body_bytes)?;
    let auth: AuthInfo = exact("list of signers", &document.auth_info_bytes)?;
    if document.chain_id != asked.chain_id {
        return Err(Refusal::OtherChain {
            document: document.chain_id,
            request: asked.chain_id.clone(),
        });
    }
    if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
        return Err(Refusal::Extended);
    }
    if body.messages.is_empty() {
        return Err(Refusal::Empty);
    }
    check_signers(&auth, public_key)?;
    check_fee(&auth, allowed.max_fee)?;
    let messages = &mut body.messages.iter();
    messages.try_for_each(|message| check_message(message, allowed))
}

/// What encodes to the same bytes again, so that nothing in it was left unread.
fn exact<M: Message + Default>(what: &'static str, bytes: &[u8]) -> Result<M, Refusal> {
    let read = M::decode(bytes).map_err(|_| Refusal::Unread(what))?;
    if read.encode_to_vec() == bytes {
        Ok(read)
    } else {
        Err(Refusal::OtherForm(what))
    }
}

/// One signer, this key, by SIGN_MODE_DIRECT: anything else would be signed for a purpose that is not known here.
fn check_signers(auth: &AuthInfo, public_key: &[u8]) -> Result<(), Refusal> {
    let [info] = auth.signer_infos.as_slice() else {
        return Err(Refusal::Signers(auth.signer_infos.len()));
    };
    let mode = info.mode_info.as_ref().and_then(|mode| mode.sum.as_ref());
    let direct = i32::from(SignMode::Direct);
    if !matches!(mode, Some(Sum::Single(single)) if single.mode == direct) {
        return Err(Refusal::Indirect);
    }
    // The key's own bytes are the last of its protobuf.
    let key = info.public_key.as_ref();
    if key.is_some_and(|key| key.value.ends_with(public_key)) {
        Ok(())
    } else {
        Err(Refusal::OtherKey)
    }
}

fn check_fee(auth: &AuthInfo, max: Option<u128>) -> Result<(), Refusal> {
    let Some(max) = max else {
        return Ok(());
    };
    let coins = auth.fee.iter().flat_map(|fee| &fee.amount);
    let within = |amount: &str| amount.parse::<u128>().is_ok_and(|amount| amount <= max);
    match coins
        .map(|coin| &coin.amount)
        .find(|amount| !within(amount))
    {
        Some(fee) => Err(Refusal::Fee {
            fee: fee.clone(),
            max,
        }),
        None => Ok(()),
    }
}

fn check_message(message: &Any, allowed: &Allowed) -> Result<(), Refusal> {
    if !allowed.messages.contains(&message.type_url) {
        return Err(Refusal::Message {
            kind: message.type_url.clone(),
            allowed: allowed.messages.clone(),
        });
    }
    if message.type_url != EXECUTE || allowed.contracts.is_empty() {
        return Ok(());
    }
    let call: MsgExecuteContract = exact("message", &message.value)?;
    let mut known = allowed.contracts.iter();
    if known.any(|contract| contract.as_str() == call.contract) {
        Ok(())
    } else {
        Err(Refusal::Contract(call.contract))
    }
}
