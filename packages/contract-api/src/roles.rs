//! Owner, guardian and pause: the messages and the query that every contract embeds.
//!
//! The owner sets parameters and is handed over in two steps, so that a mistyped address cannot lose the contract. The
//! guardian may pause entries and never exits. Either can be a governance account, or nobody, for good.

use cosmwasm_schema::cw_serde;
use tessera_primitives::{from_json_fields, from_json_variants, to_json_fields, Address};

use crate::permissions;

/// Who starts as owner and guardian, in a contract's instantiate message.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The owner; nobody when absent, and then for good.
    pub owner: Option<Address>,
    /// The guardian.
    pub guardian: Option<Address>,
}

/// What the owner and the guardian do with their roles.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum RolesMsg {
    /// Offers the contract to another owner, or withdraws the offer. Sent by the owner.
    OfferOwner {
        /// Who may accept; nobody when absent.
        to: Option<Address>,
    },
    /// Accepts the offer. Sent by the account that it names.
    AcceptOwner {},
    /// Leaves the contract without an owner, for good: parameters are then fixed. Sent by the owner.
    RenounceOwner {},
    /// Names the guardian. Sent by the owner.
    SetGuardian {
        /// The guardian; nobody when absent.
        guardian: Option<Address>,
    },
    /// Stops entries; exits go on working. Sent by the guardian or the owner.
    Pause {},
    /// Lets entries work again. Sent by the owner: a guardian whose key was stolen can only stop, and be replaced.
    Unpause {},
}

from_json_fields! {
    Appointment { owner, guardian }
}

to_json_fields! {
    RolesResponse { owner, pending_owner, guardian, paused }
}

from_json_variants! {
    RolesMsg {
        "offer_owner": OfferOwner { to };
        "accept_owner": AcceptOwner {};
        "renounce_owner": RenounceOwner {};
        "set_guardian": SetGuardian { guardian };
        "pause": Pause {};
        "unpause": Unpause {};
    }
}

permissions! {
    RolesMsg {
        "offer_owner": RolesMsg::OfferOwner { .. } => Owner, Works;
        "accept_owner": RolesMsg::AcceptOwner {} => PendingOwner, Works;
        "renounce_owner": RolesMsg::RenounceOwner {} => Owner, Works;
        "set_guardian": RolesMsg::SetGuardian { .. } => Owner, Works;
        "pause": RolesMsg::Pause {} => Guardian, Works;
        "unpause": RolesMsg::Unpause {} => Owner, Works;
    }
}

/// How a contract's roles stand.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct RolesResponse {
    /// The owner, if there is one.
    pub owner: Option<Address>,
    /// Who may accept the contract, if it is offered.
    pub pending_owner: Option<Address>,
    /// The guardian, if there is one.
    pub guardian: Option<Address>,
    /// Whether entries are refused.
    pub paused: bool,
}
