use schemars::JsonSchema;
use serde::Serialize;
use tessera_primitives::{Address, Amount, Seconds, Value};
use tessera_stake::{state::Parameters, Share};

/// The parameters. What is left out has its default. Bounds are in [`Parameters`].
#[derive(Serialize, Clone, Debug, PartialEq, Eq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who gets what slashes take and challengers do not.
    pub treasury: Address,
    /// Least value of an operator's own stake, in micro-units of the reference currency.
    pub min_self_value: Value,
    /// Least value of a proposal's deposits, in micro-units.
    pub min_deposit: Value,
    /// Whether what the treasury would get is burned instead, vouchers never: false.
    pub burn: Option<bool>,
    /// The challenger's share of what a slash takes: 10 %.
    pub challenger_share: Option<Share>,
    /// Greatest size of the active set: 100.
    pub max_validators: Option<u16>,
    /// Above this share of unpriced weight a snapshot keeps the prices of the one before: 10 %.
    pub max_unpriced: Option<Share>,
    /// What each turn distributes from the reserve: nothing.
    pub emission: Option<Amount>,
    /// How much of the weight slashes may take in a `throttle_period`: 10 %.
    pub throttle_fraction: Option<Share>,
    /// The throttle's period: an hour.
    pub throttle_period: Option<Seconds>,
    /// How long a jailed validator stays out: a day.
    pub jail: Option<Seconds>,
    /// How long deposits are gathered: 21 days.
    pub deposit_period: Option<Seconds>,
    /// How long stake votes: 14 days, always shorter than `unbonding`.
    pub voting_period: Option<Seconds>,
    /// How long an accepted proposal waits: 7 days.
    pub enact_delay: Option<Seconds>,
    /// How long a removed token's weight takes to decay: 21 days.
    pub leaving_period: Option<Seconds>,
    /// Least share of the weight that has to vote: 33.4 %.
    pub quorum: Option<Share>,
    /// Share of the votes that vetoes: 33.4 %.
    pub veto: Option<Share>,
    /// Least share of yes among yes, no and veto: 67 %.
    pub threshold: Option<Share>,
    /// Proposals of a snapshot's schedule after which the next snapshot's goes on: 100.
    pub rotation: Option<u16>,
    /// What pushing the pool along pays, from the reserve, in the hub's token: nothing.
    pub pay: Option<Amount>,
}

impl Settings {
    /// All defaults, with what has none.
    pub fn new(treasury: Address, min_self_value: Value, min_deposit: Value) -> Settings {
        Settings {
            treasury,
            min_self_value,
            min_deposit,
            burn: None,
            challenger_share: None,
            max_validators: None,
            max_unpriced: None,
            emission: None,
            throttle_fraction: None,
            throttle_period: None,
            jail: None,
            deposit_period: None,
            voting_period: None,
            enact_delay: None,
            leaving_period: None,
            quorum: None,
            veto: None,
            threshold: None,
            rotation: None,
            pay: None,
        }
    }
}

impl From<Settings> for Parameters {
    fn from(settings: Settings) -> Parameters {
        let (treasury, value) = (settings.treasury, settings.min_self_value);
        let default = Parameters::with_defaults(treasury, value, settings.min_deposit);
        Parameters {
            burn: settings.burn.unwrap_or(default.burn),
            challenger_share: settings
                .challenger_share
                .unwrap_or(default.challenger_share),
            max_validators: settings.max_validators.unwrap_or(default.max_validators),
            max_unpriced: settings.max_unpriced.unwrap_or(default.max_unpriced),
            emission: settings.emission.unwrap_or(default.emission),
            throttle_fraction: settings
                .throttle_fraction
                .unwrap_or(default.throttle_fraction),
            throttle_period: settings.throttle_period.unwrap_or(default.throttle_period),
            jail: settings.jail.unwrap_or(default.jail),
            deposit_period: settings.deposit_period.unwrap_or(default.deposit_period),
            voting_period: settings.voting_period.unwrap_or(default.voting_period),
            enact_delay: settings.enact_delay.unwrap_or(default.enact_delay),
            leaving_period: settings.leaving_period.unwrap_or(default.leaving_period),
            quorum: settings.quorum.unwrap_or(default.quorum),
            veto: settings.veto.unwrap_or(default.veto),
            threshold: settings.threshold.unwrap_or(default.threshold),
            rotation: settings.rotation.unwrap_or(default.rotation),
            pay: settings.pay.unwrap_or(default.pay),
            ..default
        }
    }
}
