use std::collections::BTreeSet;

use tessera_primitives::{Address, ZoneId};

use super::{accounts::whole_address, claim, Claim};
use crate::config::{format_duration, Config};

/// What is about no chain, or about several.
pub(super) fn claims(config: &Config) -> Vec<Claim> {
    let (rest, telemetry) = (&config.rest, &config.telemetry);
    let meet = rest.host == telemetry.host
        || rest.host.is_unspecified()
        || telemetry.host.is_unspecified();
    let taken = rest.enabled && telemetry.enabled && meet && rest.port == telemetry.port;
    let packets = &config.mode.packets;
    let refresh = telemetry.refresh_interval;
    let mut claims = vec![
        claim(
            !taken || rest.port == 0,
            "telemetry.port",
            "another port than that of [rest]",
            telemetry.port,
        ),
        claim(
            (1..=86_400).contains(&refresh.as_secs()),
            "telemetry.refresh_interval",
            "from 1s to 1day",
            format_duration(refresh),
        ),
        claim(
            packets.clear_limit > 0,
            "mode.packets.clear_limit",
            "1 or more",
            packets.clear_limit,
        ),
    ];
    let (allow, deny) = (&config.policy.allow, &config.policy.deny);
    let listed: [(&'static str, &BTreeSet<Address>); 4] = [
        ("policy.allow.locks", &allow.locks),
        ("policy.allow.registrants", &allow.registrants),
        ("policy.deny.locks", &deny.locks),
        ("policy.deny.registrants", &deny.registrants),
    ];
    for (key, addresses) in listed {
        claims.extend(addresses.iter().map(|one| whole_address(key, one.as_str())));
    }
    claims
}

/// What is odd, and could be meant: zones that no section is about.
pub(in crate::config) fn notes(config: &Config) -> Vec<String> {
    let known: BTreeSet<&ZoneId> = config.chains.iter().map(|chain| &chain.id).collect();
    let unknown = |key: &str, zones: &BTreeSet<ZoneId>| {
        let strangers = zones.iter().filter(|zone| !known.contains(zone));
        let note = |zone| format!("{key} names {zone}, and there is no [[chains]] section of it");
        strangers.map(note).collect::<Vec<_>>()
    };
    let mut notes = unknown("policy.allow.zones", &config.policy.allow.zones);
    notes.extend(unknown("policy.deny.zones", &config.policy.deny.zones));
    for chain in &config.chains {
        if let Some(views) = &chain.views {
            let key = format!("chain {}: views.zones", chain.id);
            notes.extend(unknown(&key, &views.zones));
        }
    }
    notes
}
