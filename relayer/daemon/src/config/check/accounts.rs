use std::{collections::BTreeSet, net::IpAddr};

use tonic::codegen::http::Uri;

use super::{claim, Claim};
use crate::{
    chain::account_bytes,
    config::{ChainConfig, SignerConfig, ViewsConfig},
    keys::is_key_name,
};

/// Names of keys, and addresses.
pub(super) fn accounts(chain: &ChainConfig) -> Vec<Claim> {
    let mut claims = names(chain);
    claims.push(claim(
        is_prefix(&chain.account_prefix),
        "account_prefix",
        "lower-case letters and digits",
        &chain.account_prefix,
    ));
    claims.extend(addresses(chain));
    let own = |views: &ViewsConfig| views.zones.contains(&chain.id);
    claims.push(claim(
        !chain.views.as_ref().is_some_and(own),
        "views.zones",
        "other zones than the chain itself",
        &chain.id,
    ));
    if let Some(signer) = &chain.signer {
        let expected = "an https address with ca, cert and key, or http on loopback without them";
        let other = "something else";
        claims.push(claim(is_guarded(signer), "signer", expected, other));
        claims.push(claim(
            chain.key_names.len() == 1,
            "key_names",
            "one name with a signer",
            chain.key_names.join(", "),
        ));
    }
    claims
}

fn names(chain: &ChainConfig) -> Vec<Claim> {
    const NAME: &str = "letters, digits, '-' and '_', 64 of them at most";
    let names = &chain.key_names;
    let distinct: BTreeSet<&String> = names.iter().collect();
    let packets = chain.packet_key_name.as_ref();
    let prices = chain
        .prices
        .as_ref()
        .and_then(|prices| prices.key_name.as_ref());
    // A key that is elsewhere has the name that its signer knows it by.
    let elsewhere = chain.signer.is_some();
    let sound = |name: &String| is_key_name(name) || (elsewhere && !name.is_empty());
    let wrong = names.iter().find(|name| !sound(name));
    let quoted = |name: Option<&String>| format!("{:?}", name.map_or("", String::as_str));
    vec![
        claim(
            !names.is_empty() || (packets.is_some() && !has_contracts(chain)),
            "key_names",
            "one name or more, unless there is a packet_key_name and no contract",
            "none",
        ),
        claim(
            distinct.len() == names.len(),
            "key_names",
            "distinct names",
            names.join(", "),
        ),
        claim(wrong.is_none(), "key_names", NAME, quoted(wrong)),
        claim(
            packets.is_none_or(|name| !names.contains(name)),
            "packet_key_name",
            "a name that is none of key_names",
            packets.map_or("", String::as_str),
        ),
        claim(
            packets.is_none_or(|name| is_key_name(name)),
            "packet_key_name",
            NAME,
            quoted(packets),
        ),
        claim(
            prices.is_none_or(sound),
            "prices.key_name",
            NAME,
            quoted(prices),
        ),
    ]
}

fn has_contracts(chain: &ChainConfig) -> bool {
    let contracts = [
        chain.views.is_some(),
        chain.locks.is_some(),
        chain.stake.is_some(),
        chain.prices.is_some(),
    ];
    contracts.contains(&true)
}

fn addresses(chain: &ChainConfig) -> Vec<Claim> {
    let prefix = &chain.account_prefix;
    let signer = chain.signer.as_ref().map(|signer| &signer.account);
    let views = chain.views.as_ref().map(|views| &views.contract);
    let locks = chain.locks.as_ref().map(|locks| &locks.contract);
    let stake = chain.stake.as_ref().map(|stake| &stake.contract);
    let prices = chain.prices.as_ref().map(|prices| &prices.contract);
    let given = [
        ("fee_granter", chain.fee_granter.as_ref()),
        ("signer.account", signer),
        ("views.contract", views),
        ("locks.contract", locks),
        ("stake.contract", stake),
        ("prices.contract", prices),
    ];
    let given = given
        .into_iter()
        .filter_map(|(key, address)| Some((key, address?.as_str())));
    let mut claims = Vec::new();
    for (key, address) in given {
        let written = address.rsplit_once('1').map(|(found, _)| found);
        let ours = written == Some(prefix.as_str());
        let expected = "an address with this chain's account_prefix";
        claims.push(claim(ours, key, expected, address));
        claims.push(whole_address(key, address));
    }
    claims
}

/// Its checksum tells a letter that is wrong or missing.
pub(super) fn whole_address(key: &'static str, address: &str) -> Claim {
    let holds = account_bytes(address).is_ok();
    let actual = format!("{address}: it is mistyped or cut off");
    claim(holds, key, "a bech32 address", actual)
}

fn is_guarded(signer: &SignerConfig) -> bool {
    let Ok(uri) = signer.addr.parse::<Uri>() else {
        return false;
    };
    let files = [&signer.ca, &signer.cert, &signer.key];
    match uri.scheme_str() {
        Some("https") => files.iter().all(|file| file.is_some()),
        Some("http") => files.iter().all(|file| file.is_none()) && is_loopback(&uri),
        _ => false,
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn is_prefix(prefix: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=20).contains(&prefix.len()) && prefix.chars().all(plain)
}
