//! Two light clients, and zones for them to read.
#![allow(dead_code)] // each story uses its own part

use std::{convert::Infallible, time::Duration};

use tendermint_light_client_verifier::{
    options::Options,
    types::{TrustThreshold, TrustedBlockState, UntrustedBlockState},
    ProdVerifier, Verdict, Verifier,
};
use tessera_header::{
    anchor, verify, CachedSets, Header, Params, Trust, TrustedHeader, ValidatorSet,
};
use tessera_primitives::{Hash, Height, Ratio, Seconds};
use tessera_testing::{LightBlock, NativeCrypto, Validators, Zone, ZoneConfig};

pub fn third() -> Ratio {
    Ratio::new(1, 3).unwrap()
}

/// What `tendermint-light-client-verifier` says, an hour after the header's time.
pub fn light_client(trusted: &LightBlock, untrusted: &LightBlock) -> Verdict {
    let options = Options {
        trust_threshold: TrustThreshold::ONE_THIRD,
        trusting_period: Duration::from_secs(14 * 86_400),
        clock_drift: Duration::from_secs(10),
    };
    let header = &trusted.signed_header.header;
    ProdVerifier::default().verify_update_header(
        UntrustedBlockState {
            signed_header: &untrusted.signed_header,
            validators: &untrusted.validators,
            next_validators: Some(&untrusted.next_validators),
        },
        TrustedBlockState {
            chain_id: &header.chain_id,
            header_time: header.time,
            height: header.height,
            next_validators: &trusted.next_validators,
            next_validators_hash: header.next_validators_hash,
        },
        &options,
        (untrusted.signed_header.header.time + Duration::from_secs(3_600)).unwrap(),
    )
}

pub struct Cached(Vec<ValidatorSet>);

impl CachedSets for Cached {
    type Error = Infallible;

    fn set(&self, hash: &Hash) -> Result<Option<ValidatorSet>, Infallible> {
        Ok(self.0.iter().find(|set| set.hash() == *hash).cloned())
    }

    fn cached(&self) -> Result<Vec<Hash>, Infallible> {
        Ok(self.0.iter().map(ValidatorSet::hash).collect())
    }
}

/// Our own light client, which starts from the zone's header at `first` and follows the given ones.
pub fn follow(
    zone: &Zone,
    first: Height,
    headers: &[Header],
    cached: Vec<ValidatorSet>,
) -> TrustedHeader {
    let untrusted = zone.first_header(first).unwrap().open().unwrap();
    let mut trusted = anchor(&NativeCrypto, zone.id(), &untrusted)
        .unwrap()
        .to_trusted()
        .unwrap();
    let params = Params {
        trust_level: third(),
        trusting_period: Seconds(14 * 86_400),
        clock_drift: Seconds(10),
    };
    for header in headers {
        let trust = Trust {
            zone: zone.id(),
            header: &trusted,
            params: &params,
        };
        let sets = Cached(cached.clone());
        let verified = verify(
            &NativeCrypto,
            &trust,
            &sets,
            &header.open().unwrap(),
            zone.time(),
        );
        trusted = verified.unwrap().to_trusted().unwrap();
    }
    trusted
}

pub fn zone_with(validators: Validators) -> Zone {
    let config = ZoneConfig {
        validators,
        ..ZoneConfig::new("beta-3", "beta").unwrap()
    };
    Zone::start(config)
}
