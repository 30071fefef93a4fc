//! Who may send a message, and whether it works while the contract is paused.

use std::fmt;

use cosmwasm_schema::cw_serde;

/// Who may send a message.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(Copy, Eq)]
pub enum Who {
    /// Any account. What it may do is then the rule's business: a registrant, a validator, a link.
    Anyone,
    /// The owner, who sets parameters.
    Owner,
    /// The account to which the owner has offered the contract.
    PendingOwner,
    /// The guardian or the owner.
    Guardian,
    /// The contract itself, in a submessage.
    Itself,
}

/// Whether a message works while the contract is paused. Entries are refused, exits never are.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(Copy, Eq)]
pub enum Paused {
    /// It works: an exit, or something that nobody's money depends on.
    Works,
    /// It is refused: an entry.
    Refused,
}

/// The permission of a message.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(Copy, Eq)]
pub struct Permission {
    /// Who may send it.
    pub who: Who,
    /// Whether it works while paused.
    pub paused: Paused,
}

/// A message that knows its permission. Implemented by [`permissions!`](crate::permissions).
pub trait Permitted {
    /// The permission of this message.
    fn permission(&self) -> Permission;

    /// The permissions of all messages of this kind, by name, in the order of their declaration.
    fn table() -> Vec<(&'static str, Permission)>;
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Who::Anyone => "anyone",
            Who::Owner => "the owner",
            Who::PendingOwner => "the pending owner",
            Who::Guardian => "the guardian or the owner",
            Who::Itself => "the contract itself",
        })
    }
}

/// Declares the permissions of a message enum, beside it: [`Permitted`], by a `match` without wildcard.
///
/// `in` hands a variant over to the permissions of the message that it wraps.
///
/// ```
/// use tessera_contract_api::{permission::{Paused, Permission, Permitted, Who}, permissions, roles};
///
/// enum ExecuteMsg {
///     Book { units: u32 },
///     Roles(roles::RolesMsg),
/// }
///
/// permissions! {
///     ExecuteMsg {
///         "book": ExecuteMsg::Book { .. } => Anyone, Refused;
///         in roles::RolesMsg: ExecuteMsg::Roles;
///     }
/// }
///
/// let book = Permission { who: Who::Anyone, paused: Paused::Refused };
/// assert_eq!(ExecuteMsg::Book { units: 1 }.permission(), book);
/// assert_eq!(ExecuteMsg::table()[0], ("book", book));
/// ```
#[macro_export]
macro_rules! permissions {
    (
        $message:ident {
            $( $name:literal : $pattern:pat => $who:ident, $paused:ident; )*
            $( in $inner:ty : $variant:path; )*
        }
    ) => {
        impl $crate::permission::Permitted for $message {
            fn permission(&self) -> $crate::permission::Permission {
                match self {
                    $( $pattern => $crate::permission::Permission {
                        who: $crate::permission::Who::$who,
                        paused: $crate::permission::Paused::$paused,
                    }, )*
                    $( $variant(inner) => $crate::permission::Permitted::permission(inner), )*
                }
            }

            fn table() -> Vec<(&'static str, $crate::permission::Permission)> {
                let own: &[(&'static str, $crate::permission::Permission)] = &[$( ($name, $crate::permission::Permission {
                    who: $crate::permission::Who::$who,
                    paused: $crate::permission::Paused::$paused,
                }) ),*];
                let inner: &[fn() -> Vec<(&'static str, $crate::permission::Permission)>] =
                    &[$( <$inner as $crate::permission::Permitted>::table ),*];
                own.iter().copied().chain(inner.iter().flat_map(|table| table())).collect()
            }
        }
    };
}
