//! The dependency-edge probe: who may see whom.
//!
//! The design's table is [`room`]: a crate's room follows from where it lives, and a room sees other rooms.
//! Normal and build dependencies must stay inside of what the room sees; a dev-dependency may also be
//! `testing`. Two further promises of the design are read off the same metadata: the crates that contracts
//! link have no feature but `schema`, and only `contract-api` and what stands on it sees CosmWasm.

mod metadata;
mod room;

pub use metadata::{Dependency, Kind, Metadata, Package};
pub use room::Room;

use std::collections::BTreeMap;
use std::fmt;

/// One thing that the design does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// A crate of ours sees another one that its room may not see.
    Edge {
        /// The crate that depends.
        from: String,
        /// The crate that it depends on.
        to: String,
        /// In which way.
        kind: Kind,
    },
    /// An edge that only a feature may open is always there.
    Unconditional {
        /// The crate that depends.
        from: String,
        /// The crate that it depends on.
        to: String,
        /// The feature that should open it.
        feature: &'static str,
    },
    /// A crate that must stay pure depends on a runtime.
    Runtime {
        /// The crate that depends.
        from: String,
        /// The runtime.
        to: String,
    },
    /// A crate that contracts link has a feature that could change their checksums.
    Feature {
        /// The crate.
        package: String,
        /// Its feature.
        feature: String,
    },
    /// A crate lives where the design has no room.
    NoRoom {
        /// The crate.
        package: String,
        /// Its folder, relative to the workspace.
        folder: String,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edge { from, to, kind } => write!(f, "{from} may not see {to} ({kind})"),
            Self::Unconditional { from, to, feature } => {
                write!(f, "{from} may see {to} only by its feature `{feature}`")
            }
            Self::Runtime { from, to } => write!(f, "{from} must stay pure: it may not see {to}"),
            Self::Feature { package, feature } => write!(
                f,
                "{package} has the feature `{feature}`: contracts link it, so only `schema` is allowed"
            ),
            Self::NoRoom { package, folder } => write!(f, "{package} lives in {folder}, where there is no room"),
        }
    }
}

/// Everything in the workspace that the design does not allow, in the order of `cargo metadata`.
pub fn wrong(metadata: &Metadata) -> Vec<Wrong> {
    let rooms: BTreeMap<&str, Option<Room>> = metadata
        .members()
        .map(|package| (package.name.as_str(), Room::of(&metadata.folder(package))))
        .collect();
    let mut found = Vec::new();
    for package in metadata.members() {
        match rooms.get(package.name.as_str()).cloned().flatten() {
            Some(room) => {
                found.extend(wrong_features(package, &room));
                for dependency in &package.dependencies {
                    found.extend(wrong_dependency(package, &room, dependency, &rooms));
                }
            }
            None => found.push(Wrong::NoRoom {
                package: package.name.clone(),
                folder: metadata.folder(package),
            }),
        }
    }
    found
}

fn wrong_dependency(
    package: &Package,
    room: &Room,
    dependency: &Dependency,
    rooms: &BTreeMap<&str, Option<Room>>,
) -> Option<Wrong> {
    let (from, to) = (package.name.clone(), dependency.name.clone());
    let Some(other) = rooms.get(dependency.name.as_str()) else {
        let impure = room.is_pure() && dependency.kind != Kind::Dev && is_runtime(&dependency.name);
        return impure.then_some(Wrong::Runtime { from, to });
    };
    // A crate without a room is reported once, as itself.
    let other = other.as_ref()?;
    let kind = dependency.kind;
    if room.sees(other) || (kind == Kind::Dev && *other == Room::Testing) {
        return None;
    }
    match room.sees_by_feature(other) {
        Some(feature) if dependency.optional && package.opens(feature, &dependency.name) => None,
        Some(feature) => Some(Wrong::Unconditional { from, to, feature }),
        None => Some(Wrong::Edge { from, to, kind }),
    }
}

fn wrong_features(package: &Package, room: &Room) -> Vec<Wrong> {
    if !room.is_linked_by_contracts() {
        return Vec::new();
    }
    package
        .features
        .keys()
        .filter(|feature| *feature != "schema")
        .map(|feature| Wrong::Feature {
            package: package.name.clone(),
            feature: feature.clone(),
        })
        .collect()
}

/// Storage, runtimes and anything that does I/O: what pure crates do without.
fn is_runtime(name: &str) -> bool {
    const RUNTIMES: [&str; 7] = [
        "cosmwasm-std",
        "cosmwasm-schema",
        "cosmwasm-vm",
        "cw-storage-plus",
        "cw-multi-test",
        "tendermint-rpc",
        "tokio",
    ];
    RUNTIMES.contains(&name)
}
