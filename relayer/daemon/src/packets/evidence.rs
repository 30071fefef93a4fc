//! Evidence for a client of ordinary IBC: two headers of one height, each signed by validators that the client trusts; or
//! one, where the client has the other.

use ibc_proto::google::protobuf::Any;
use ibc_relayer_types::{
    clients::ics07_tendermint::{header::Header, misbehaviour::Misbehaviour},
    core::{
        ics02_client::msgs::update_client::MsgUpdateClient,
        ics24_host::identifier::{ChainId, ClientId},
    },
    signer::Signer,
    tx_msg::Msg,
    Height,
};
use tendermint::{validator, Hash};

use crate::chain::LightBlock;

/// A header that a client has, from which both headers of the evidence are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// Its height.
    pub height: u64,
    /// The hash of the validators that it announces.
    pub next_validators: Hash,
}

/// Two headers of one height as ibc-go takes them: it verifies each against the client's header at `trusted`, whose
/// announced validators are `announced`.
///
/// # Errors
/// With why they prove nothing: they are one header, or not of one height, or as [`header`].
pub fn misbehaviour(
    client: &ClientId,
    trusted: Trusted,
    announced: &validator::Set,
    [one, other]: [&LightBlock; 2],
) -> Result<Misbehaviour, String> {
    let (height, theirs) = (height(one), height(other));
    if height != theirs {
        return Err(format!("two heights: {height} and {theirs}"));
    }
    if one.signed_header.header.hash() == other.signed_header.header.hash() {
        return Err(format!("both have the same header at {height}"));
    }
    Ok(Misbehaviour {
        client_id: client.clone(),
        header1: header(trusted, announced, one)?,
        header2: header(trusted, announced, other)?,
    })
}

/// A header as ibc-go takes it. A client that has another one of its height, or a later one of an earlier time, is frozen
/// by it.
///
/// # Errors
/// With why the client would not verify it: it is not above the trusted one, or the validators are not those that that
/// announces.
pub fn header(
    trusted: Trusted,
    announced: &validator::Set,
    block: &LightBlock,
) -> Result<Header, String> {
    let (height, below) = (height(block), trusted.height);
    if height <= below {
        return Err(format!("{height} is not above the trusted {below}"));
    }
    if announced.hash() != trusted.next_validators {
        return Err(format!(
            "other validators than the header at {below} announces"
        ));
    }
    let chain = block.signed_header.header.chain_id.as_str();
    let trusted_height = Height::new(ChainId::chain_version(chain), trusted.height);
    Ok(Header {
        signed_header: block.signed_header.clone(),
        validator_set: block.validators.clone(),
        trusted_height: trusted_height.map_err(|error| error.to_string())?,
        trusted_validator_set: announced.clone(),
    })
}

/// The message that shows a client evidence. ibc-go 10 takes it as it takes headers; its own message is no longer there.
pub fn update(client: &ClientId, evidence: Any, signer: Signer) -> Any {
    MsgUpdateClient::new(client.clone(), evidence, signer).to_any()
}

fn height(block: &LightBlock) -> u64 {
    block.signed_header.header.height.value()
}
