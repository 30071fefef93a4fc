//! Headers for a view: the compact form for newer ones, over intermediate heights where too few of the trusted
//! validators have signed; the standard form for holes.

use tendermint::validator;
use tessera_contract_api::chain_view::{ExecuteMsg, QueryMsg, ViewResponse};
use tessera_header::{
    encode_compact, encode_standard, Header, Known, Validator, ValidatorKey, ValidatorSet,
};
use tessera_planner::RootAt;
use tessera_primitives::{Hash, Height, ZoneId};

use super::DutyError;
use crate::{
    chain::{Chain, ChainError, LightBlock},
    relay::{Relay, RelayError, Zone},
};

/// A header with its validator sets, in the words of the header package.
pub struct Shown {
    block: LightBlock,
    validators: ValidatorSet,
    next_validators: ValidatorSet,
}

impl Shown {
    /// The header's hash.
    ///
    /// # Errors
    /// [`DutyError::Header`].
    pub fn hash(&self, zone: &ZoneId) -> Result<Hash, RelayError> {
        let header = &self.block.signed_header.header;
        let hash = <[u8; 32]>::try_from(header.hash().as_bytes());
        let height = Height(header.height.value());
        Ok(Hash(hash.map_err(wrong(zone, height))?))
    }

    /// The header in the standard form, to be verified from a trusted one.
    ///
    /// # Errors
    /// [`DutyError::Header`].
    pub fn standard(
        &self,
        zone: &ZoneId,
        trusted: Option<(Height, &Shown)>,
    ) -> Result<Header, RelayError> {
        let trusted = trusted.map(|(height, trusted)| (height, &trusted.next_validators));
        let height = Height(self.block.signed_header.header.height.value());
        let bytes = encode_standard(&self.light(), zone, trusted);
        Ok(Header::Standard(bytes.map_err(wrong(zone, height))?))
    }

    fn light(&self) -> tessera_header::LightBlock<'_> {
        tessera_header::LightBlock {
            header: &self.block.signed_header.header,
            commit: &self.block.signed_header.commit,
            validators: &self.validators,
        }
    }
}

/// Messages that show a view this header.
pub(super) async fn messages(
    relay: &Relay,
    on: &Zone,
    of: &ZoneId,
    height: Height,
) -> Result<Vec<ExecuteMsg>, RelayError> {
    let view = ask_view(on, of).await?;
    let source = relay.zone(of)?;
    let chain = source.chain.as_ref();
    if height > view.latest.height {
        return advances(chain, &view, height).await;
    }
    let trusted = trusted_header(relay, on, of, height).await?;
    let anchor = light_block(chain, trusted).await?;
    let target = light_block(chain, height).await?;
    let header = target.standard(&view.chain_id, Some((trusted, &anchor)))?;
    let zone = of.clone();
    Ok(vec![ExecuteMsg::Advance { zone, header }])
}

/// Messages that lead a view from its newest header to a newer one.
///
/// # Errors
/// [`RelayError`].
pub async fn advances(
    chain: &dyn Chain,
    view: &ViewResponse,
    height: Height,
) -> Result<Vec<ExecuteMsg>, RelayError> {
    let advance = |header| ExecuteMsg::Advance {
        zone: view.zone.clone(),
        header,
    };
    let headers = newer(chain, view, height).await?;
    Ok(headers.into_iter().map(advance).collect())
}

/// What a view says of itself.
///
/// # Errors
/// [`RelayError`].
pub async fn ask_view(on: &Zone, of: &ZoneId) -> Result<ViewResponse, RelayError> {
    super::ask(
        on.chain.as_ref(),
        &on.view,
        &QueryMsg::View { zone: of.clone() },
    )
    .await
}

/// Height of the highest header below this one that the view verifies from.
///
/// # Errors
/// [`DutyError::NoTrust`] when there is none.
pub async fn trusted_header(
    relay: &Relay,
    on: &Zone,
    of: &ZoneId,
    height: Height,
) -> Result<Height, RelayError> {
    let ledger = relay.ledger().lock().await;
    let id = on.chain.zone();
    let trusted = ledger.knowledge().trusted_below(id, of, height);
    trusted.ok_or_else(|| {
        let root = RootAt {
            zone: of.clone(),
            header: height,
        };
        DutyError::NoTrust {
            on: id.clone(),
            root,
        }
        .into()
    })
}

/// Headers that lead from a view's newest to a newer one: one, unless too few of the validators that the view trusts
/// have signed it.
async fn newer(
    chain: &dyn Chain,
    view: &ViewResponse,
    target: Height,
) -> Result<Vec<Header>, RelayError> {
    let mut headers = Vec::new();
    let mut trusted_height = view.latest.height;
    let mut trusted = trusted_sets(chain, view, target).await?;
    let mut ahead = vec![target];
    while let Some(height) = ahead.last().copied() {
        let shown = light_block(chain, height).await?;
        match compact(view, trusted_height, &trusted, &shown, headers.is_empty()) {
            Ok(header) => {
                headers.push(header);
                ahead.pop();
                (trusted_height, trusted) = (height, shown.into());
            }
            Err(reason) => {
                let middle = height.since(trusted_height) / 2;
                if middle == 0 {
                    return Err(wrong(&view.chain_id, height)(reason).into());
                }
                ahead.push(Height(trusted_height.0.saturating_add(middle)));
            }
        }
    }
    Ok(headers)
}

/// The validators of a trusted header, and those that it announces.
struct Sets {
    validators: ValidatorSet,
    next_validators: ValidatorSet,
}

impl From<Shown> for Sets {
    fn from(shown: Shown) -> Sets {
        Sets {
            validators: shown.validators,
            next_validators: shown.next_validators,
        }
    }
}

/// The sets of a view's newest header. A node that has pruned it still has them while they have not changed.
async fn trusted_sets(
    chain: &dyn Chain,
    view: &ViewResponse,
    target: Height,
) -> Result<Sets, RelayError> {
    let missing = match light_block(chain, view.latest.height).await {
        Ok(shown) => return Ok(shown.into()),
        Err(error @ RelayError::Chain(ChainError::Missing { .. })) => error,
        Err(error) => return Err(error),
    };
    let set = light_block(chain, target).await?.validators;
    if set.hash() != view.latest.next_validators_hash {
        return Err(missing);
    }
    Ok(Sets {
        validators: set.clone(),
        next_validators: set,
    })
}

fn compact(
    view: &ViewResponse,
    height: Height,
    trusted: &Sets,
    shown: &Shown,
    first: bool,
) -> Result<Header, tessera_header::Refusal> {
    // Sets that an intermediate header would have the view keep are not known to be kept yet.
    let sets = [&trusted.validators, &trusted.next_validators];
    let cached: Vec<ValidatorSet> = sets
        .into_iter()
        .filter(|set| view.validator_sets.contains(&set.hash()))
        .cloned()
        .collect();
    let known = Known {
        zone: &view.chain_id,
        height,
        announced: &trusted.next_validators,
        cached: &cached,
        trust_level: view.params.trust_level,
    };
    let keep = first && !view.validator_sets.contains(&shown.validators.hash());
    encode_compact(&shown.light(), &known, keep).map(Header::Compact)
}

/// A header of a zone, with its sets.
///
/// # Errors
/// [`RelayError`] when the node does not have it, or its sets are none.
pub async fn light_block(chain: &dyn Chain, height: Height) -> Result<Shown, RelayError> {
    let block = chain.header(height).await?;
    let zone = chain.zone();
    Ok(Shown {
        validators: validator_set(&block.validators).map_err(wrong(zone, height))?,
        next_validators: validator_set(&block.next_validators).map_err(wrong(zone, height))?,
        block,
    })
}

fn validator_set(set: &validator::Set) -> Result<ValidatorSet, String> {
    let validators = set.validators().iter().map(|info| {
        let key = info.pub_key.ed25519().ok_or("a key is not ed25519")?;
        let key = <[u8; 32]>::try_from(key.as_bytes()).map_err(|_| "a key is not 32 bytes")?;
        Ok(Validator {
            key: ValidatorKey(key),
            power: info.power.value(),
        })
    });
    let validators: Result<Vec<Validator>, &str> = validators.collect();
    ValidatorSet::new(validators?).map_err(|error| error.to_string())
}

fn wrong<E: ToString>(zone: &ZoneId, header: Height) -> impl Fn(E) -> DutyError + '_ {
    move |reason| DutyError::Header {
        zone: zone.clone(),
        header,
        reason: reason.to_string(),
    }
}
