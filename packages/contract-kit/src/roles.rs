//! Owner, guardian and pause, and the enforcement of permissions.

use cosmwasm_std::{Addr, Api, Env, Storage};
use serde::{Deserialize, Serialize};
use tessera_contract_api::{
    permission::{Paused, Permitted, Who},
    roles::{Appointment, RolesMsg, RolesResponse},
};
use tessera_primitives::Address;

use crate::{
    address::{self, AddressError},
    packed::{PackedError, PackedItem},
};

/// Why a message may not be sent, by this sender or now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RolesError {
    /// The sender is not who may send this.
    #[error("only {} may send this: {}, not {sender}", .who, .expected.as_ref().map_or("nobody", |address| address.as_str()))]
    Unauthorized {
        /// Who may.
        who: Who,
        /// The account that is that now.
        expected: Option<Address>,
        /// Who tried.
        sender: Addr,
    },
    /// Entries are refused while the contract is paused.
    #[error("the contract is paused: exits work, this does not")]
    Paused,
    /// An address is not one of this zone.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The roles cannot be read.
    #[error(transparent)]
    Storage(#[from] PackedError),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Roles {
    owner: Option<Address>,
    pending_owner: Option<Address>,
    guardian: Option<Address>,
    paused: bool,
}

const ROLES: PackedItem<Roles> = PackedItem::new("roles");

/// Appoints the first owner and guardian, when the contract is made.
///
/// # Errors
/// [`RolesError::Address`].
pub fn appoint(
    storage: &mut dyn Storage,
    api: &dyn Api,
    appointment: Appointment,
) -> Result<(), RolesError> {
    address::validate_option(api, appointment.owner.as_ref())?;
    address::validate_option(api, appointment.guardian.as_ref())?;
    let roles = Roles {
        owner: appointment.owner,
        guardian: appointment.guardian,
        ..Roles::default()
    };
    Ok(ROLES.save(storage, &roles)?)
}

/// Refuses a message that its sender may not send, or not while the contract is paused. Reads nothing for messages
/// that anyone may always send.
///
/// # Errors
/// [`RolesError::Unauthorized`], [`RolesError::Paused`].
pub fn permit<M: Permitted>(
    storage: &dyn Storage,
    env: &Env,
    sender: &Addr,
    message: &M,
) -> Result<(), RolesError> {
    let permission = message.permission();
    if (permission.who, permission.paused) == (Who::Anyone, Paused::Works) {
        return Ok(());
    }
    let roles = ROLES.load(storage)?;
    let (allowed, expected) = match permission.who {
        Who::Anyone => (true, None),
        Who::Owner => (is(&roles.owner, sender), roles.owner),
        Who::PendingOwner => (is(&roles.pending_owner, sender), roles.pending_owner),
        Who::Guardian => (
            is(&roles.guardian, sender) || is(&roles.owner, sender),
            roles.guardian.or(roles.owner),
        ),
        Who::Itself => (
            *sender == env.contract.address,
            Some(address::of(&env.contract.address)?),
        ),
    };
    if !allowed {
        return Err(RolesError::Unauthorized {
            who: permission.who,
            expected,
            sender: sender.clone(),
        });
    }
    if roles.paused && permission.paused == Paused::Refused {
        return Err(RolesError::Paused);
    }
    Ok(())
}

/// Does what the owner or the guardian says. [`permit`] has been asked before.
///
/// # Errors
/// [`RolesError::Address`] for an account that is not of this zone.
pub fn execute(
    storage: &mut dyn Storage,
    api: &dyn Api,
    message: RolesMsg,
) -> Result<(), RolesError> {
    let roles = ROLES.load(storage)?;
    let roles = match message {
        RolesMsg::OfferOwner { to } => {
            address::validate_option(api, to.as_ref())?;
            Roles {
                pending_owner: to,
                ..roles
            }
        }
        RolesMsg::AcceptOwner {} => Roles {
            owner: roles.pending_owner,
            pending_owner: None,
            ..roles
        },
        RolesMsg::RenounceOwner {} => Roles {
            owner: None,
            pending_owner: None,
            ..roles
        },
        RolesMsg::SetGuardian { guardian } => {
            address::validate_option(api, guardian.as_ref())?;
            Roles { guardian, ..roles }
        }
        RolesMsg::Pause {} => Roles {
            paused: true,
            ..roles
        },
        RolesMsg::Unpause {} => Roles {
            paused: false,
            ..roles
        },
    };
    Ok(ROLES.save(storage, &roles)?)
}

/// Who has which role, and whether the contract is paused.
///
/// # Errors
/// [`RolesError::Storage`].
pub fn query(storage: &dyn Storage) -> Result<RolesResponse, RolesError> {
    let roles = ROLES.load(storage)?;
    Ok(RolesResponse {
        owner: roles.owner,
        pending_owner: roles.pending_owner,
        guardian: roles.guardian,
        paused: roles.paused,
    })
}

fn is(role: &Option<Address>, sender: &Addr) -> bool {
    role.as_ref()
        .is_some_and(|role| role.as_str() == sender.as_str())
}
