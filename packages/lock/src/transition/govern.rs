//! What the owner decides.

use alloc::vec::Vec;

use tessera_primitives::{Address, Amount, Asset, CanonicalAddress, ZoneId};

use super::read;
use crate::{
    state::{Exposure, Parameters, Peer, Write},
    Event, Now, Reads, Refusal, Refused, Step,
};

fn decided(write: Write, event: Event) -> Step {
    Step {
        writes: Vec::from([write]),
        instructions: Vec::new(),
        events: Vec::from([event]),
    }
}

pub(super) fn link_peer<R: Reads>(
    reads: &R,
    zone: ZoneId,
    contract: CanonicalAddress,
    roots: Address,
) -> Result<Step, Refused<R::Error>> {
    if read(reads.place())?.zone == zone {
        return Err(Refused::Rule(Refusal::OwnZone { zone }));
    }
    let peer = Peer {
        contract: contract.clone(),
        roots: roots.clone(),
        linked: true,
    };
    let event = Event::PeerLinked {
        zone: zone.clone(),
        contract,
        roots,
    };
    Ok(decided(Write::Peer(zone, peer), event))
}

pub(super) fn unlink_peer<R: Reads>(reads: &R, zone: ZoneId) -> Result<Step, Refused<R::Error>> {
    match read(reads.peer(&zone))? {
        Some(peer) if peer.linked => {
            let event = Event::PeerUnlinked { zone: zone.clone() };
            let linked = false;
            Ok(decided(Write::Peer(zone, Peer { linked, ..peer }), event))
        }
        _ => Err(Refused::Rule(Refusal::NotLinked { zone })),
    }
}

pub(super) fn link_target(contract: Address) -> Step {
    let event = Event::TargetLinked {
        contract: contract.clone(),
    };
    decided(Write::Target(contract), event)
}

pub(super) fn unlink_target<R: Reads>(
    reads: &R,
    contract: Address,
) -> Result<Step, Refused<R::Error>> {
    if !read(reads.is_target(&contract))? {
        return Err(Refused::Rule(Refusal::NotTarget { contract }));
    }
    let event = Event::TargetUnlinked {
        contract: contract.clone(),
    };
    Ok(decided(Write::ForgetTarget(contract), event))
}

pub(super) fn set_cap<R: Reads>(
    now: &Now,
    reads: &R,
    zone: ZoneId,
    asset: Asset,
    max: Amount,
) -> Result<Step, Refused<R::Error>> {
    if read(reads.peer(&zone))?.is_none() {
        return Err(Refused::Rule(Refusal::NotLinked { zone }));
    }
    let exposure = match read(reads.exposure(&zone, &asset))? {
        // What is at risk stays counted under a new cap.
        Some(exposure) => Exposure { max, ..exposure },
        None => Exposure::new(max, now.height),
    };
    let event = Event::CapSet {
        zone: zone.clone(),
        asset: asset.clone(),
        max,
    };
    Ok(decided(Write::Exposure(zone, asset, exposure), event))
}

pub(super) fn set_parameters<R: Reads>(
    reads: &R,
    parameters: Parameters,
) -> Result<Step, Refused<R::Error>> {
    parameters.check()?;
    let expected = read(reads.parameters())?.fee_denom;
    if parameters.fee_denom != expected {
        let actual = parameters.fee_denom;
        return Err(Refused::Rule(Refusal::FeeDenom { expected, actual }));
    }
    let event = Event::ParametersSet {
        fee: parameters.fee,
        treasury: parameters.treasury.clone(),
    };
    Ok(decided(Write::Parameters(parameters), event))
}
