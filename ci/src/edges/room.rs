//! The design's table: a crate's room, and which rooms it sees.

/// Where a crate stands. Rules, contracts and relayer crates carry their folder's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    /// `packages/primitives`.
    Primitives,
    /// `packages/proof`.
    Proof,
    /// `packages/header`.
    Header,
    /// `packages/archive`.
    Archive,
    /// Any other package: one protocol's rules.
    Rule(String),
    /// `packages/contract-api`.
    ContractApi,
    /// `packages/contract-kit`.
    ContractKit,
    /// `contracts/*`.
    Contract(String),
    /// `packages/testing`.
    Testing,
    /// `relayer/planner`.
    Planner,
    /// `relayer/analysis`.
    Analysis,
    /// `relayer/daemon`.
    Daemon,
    /// `schema`.
    Schema,
    /// `ci`.
    Ci,
}

impl Room {
    /// The room of the crate in a folder, given relative to the workspace with `/` between its parts.
    pub fn of(folder: &str) -> Option<Self> {
        let room = match folder.split_once('/').unwrap_or((folder, "")) {
            ("packages", "primitives") => Self::Primitives,
            ("packages", "proof") => Self::Proof,
            ("packages", "header") => Self::Header,
            ("packages", "archive") => Self::Archive,
            ("packages", "contract-api") => Self::ContractApi,
            ("packages", "contract-kit") => Self::ContractKit,
            ("packages", "testing") => Self::Testing,
            ("packages", rule) if is_name(rule) => Self::Rule(rule.to_owned()),
            ("contracts", contract) if is_name(contract) => Self::Contract(contract.to_owned()),
            ("relayer", "planner") => Self::Planner,
            ("relayer", "analysis") => Self::Analysis,
            ("relayer", "daemon") => Self::Daemon,
            ("schema", "") => Self::Schema,
            ("ci", "") => Self::Ci,
            _ => return None,
        };
        Some(room)
    }

    /// Whether this room always sees the other: a row of the table.
    pub fn sees(&self, other: &Self) -> bool {
        let first_four = other.is_one_of_the_first_four();
        let rule = matches!(other, Self::Rule(_));
        match self {
            Self::Primitives => false,
            Self::Proof => *other == Self::Primitives,
            Self::Header | Self::Archive => matches!(other, Self::Primitives | Self::Proof),
            Self::Rule(_) => first_four,
            Self::ContractApi => first_four || rule,
            Self::ContractKit => first_four || *other == Self::ContractApi,
            Self::Contract(name) => {
                first_four
                    || serves(name, other)
                    || matches!(other, Self::ContractApi | Self::ContractKit)
            }
            Self::Testing => {
                first_four
                    || rule
                    || matches!(
                        other,
                        Self::ContractApi | Self::ContractKit | Self::Contract(_)
                    )
            }
            Self::Planner => first_four || rule,
            Self::Analysis => first_four || rule || *other == Self::Planner,
            Self::Daemon => {
                first_four
                    || rule
                    || matches!(other, Self::Planner | Self::Analysis | Self::ContractApi)
            }
            Self::Schema => first_four || rule || *other == Self::ContractApi,
            Self::Ci => {
                rule || matches!(other, Self::Primitives | Self::ContractApi | Self::Testing)
            }
        }
    }

    /// The feature that lets this room see the other, where it does not always.
    pub fn sees_by_feature(&self, other: &Self) -> Option<&'static str> {
        match (self, other) {
            (Self::Daemon, Self::Testing | Self::Contract(_)) => Some("demo"),
            _ => None,
        }
    }

    /// Whether the crate has no storage, runtime or I/O.
    pub fn is_pure(&self) -> bool {
        self.is_one_of_the_first_four() || matches!(self, Self::Rule(_) | Self::Planner)
    }

    /// Whether contracts link the crate, so that its features could change their checksums.
    pub fn is_linked_by_contracts(&self) -> bool {
        self.is_one_of_the_first_four()
            || matches!(self, Self::Rule(_) | Self::ContractApi | Self::ContractKit)
    }

    fn is_one_of_the_first_four(&self) -> bool {
        matches!(
            self,
            Self::Primitives | Self::Proof | Self::Header | Self::Archive
        )
    }
}

/// A contract sees one rule. Which one is a table, since their names say what people look for, not the same word twice.
fn serves(contract: &str, other: &Room) -> bool {
    let own = match contract {
        "chain-view" => "view",
        "transaction-lock" => "lock",
        "price-oracle" => "price",
        "stake-pool" => "stake",
        "meta-block-core" | "checkpoint-finality" => "finality",
        "gateway" | "cogateway" => "message-bus",
        "randomness-beacon" => "beacon",
        "committee" => "committee",
        "believable-league" => "believability",
        _ => return false,
    };
    matches!(other, Room::Rule(rule) if rule == own)
}

fn is_name(folder: &str) -> bool {
    !folder.is_empty() && !folder.contains('/')
}
