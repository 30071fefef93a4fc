use serde::Serialize;
use tessera_contract_api::{
    chain_view,
    price_oracle::{self, FeedResponse},
    roles::RolesResponse,
    stake_pool::{self, SlasherResponse, TokenResponse},
    transaction_lock::{self, CapOf, ConfigResponse, ExposureResponse, PeerResponse},
};
use tessera_lock::state::Parameters;
use tessera_price::state::Reporters;
use tessera_primitives::{Address, Amount, CanonicalAddress, Denom, Seconds};
use tessera_stake::state as stake;

use super::Checked;
use crate::{
    chain::account_bytes,
    duties::{ask, ask_all, ask_views},
};

const VIEW: &str = "chain_view";
const LOCK: &str = "transaction_lock";
const ORACLE: &str = "price_oracle";
const POOL: &str = "stake_pool";

impl Checked<'_> {
    /// Roles, parameters, views, peers, caps and targets, and what is there beyond the manifest.
    pub(super) async fn configuration(&mut self) -> anyhow::Result<()> {
        let view = self.record.address(&self.manifest.id, VIEW)?;
        let lock = self.record.address(&self.manifest.id, LOCK)?;
        let roles = ask(&self.chain, &view, &chain_view::QueryMsg::Roles {}).await?;
        self.roles(VIEW, &roles);
        let roles = ask(&self.chain, &lock, &transaction_lock::QueryMsg::Roles {}).await?;
        self.roles(LOCK, &roles);
        self.views(&view).await?;
        self.parameters(&lock).await?;
        self.peers(&lock, &view).await?;
        self.caps(&lock).await?;
        self.targets(&lock).await?;
        self.prices().await?;
        self.stake().await
    }

    fn roles(&mut self, contract: &'static str, roles: &RolesResponse) {
        // Without an owner in the manifest the deploying account became it, which the manifest does not know.
        let owner = self.manifest.owner.as_ref().map(Address::to_string);
        self.note(contract, "owner", owner, address(roles.owner.as_ref()));
        let pending = address(roles.pending_owner.as_ref());
        self.note(contract, "offered to", Some(String::new()), pending);
        let guardian = address(self.manifest.guardian.as_ref());
        let actual = address(roles.guardian.as_ref());
        self.note(contract, "guardian", Some(guardian), actual);
        let paused = roles.paused.to_string();
        self.note(contract, "paused", Some("false".into()), paused);
    }

    async fn views(&mut self, contract: &Address) -> anyhow::Result<()> {
        let question = chain_view::QueryMsg::ReserveDenom {};
        let denom: Denom = ask(&self.chain, contract, &question).await?;
        let expected = self.manifest.views.reserve_denom.to_string();
        self.note(VIEW, "reserve denom", Some(expected), denom.to_string());
        let views = ask_views(&self.chain, contract).await?;
        for other in self.others.clone() {
            let view = views.iter().find(|view| view.zone == other.id);
            let what = format!("view of {}", other.id);
            let actual = view.map_or_else(String::new, |view| told(&view.params));
            self.note(VIEW, what, Some(told(&other.viewed)), actual);
        }
        for view in views {
            if view.zone != self.manifest.id && !self.is_known(view.zone.as_str()) {
                let what = format!("view of {}", view.zone);
                self.note(VIEW, what, Some(String::new()), told(&view.params));
            }
        }
        Ok(())
    }

    async fn parameters(&mut self, lock: &Address) -> anyhow::Result<()> {
        let question = transaction_lock::QueryMsg::Config {};
        let config: ConfigResponse = ask(&self.chain, lock, &question).await?;
        let expected = Parameters::from(self.manifest.locks.settings.clone());
        let (expected, actual) = (told(&expected), told(&config.parameters));
        self.note(LOCK, "settings", Some(expected), actual);
        Ok(())
    }

    async fn peers(&mut self, lock: &Address, view: &Address) -> anyhow::Result<()> {
        let page = |last: Option<&PeerResponse>, limit| transaction_lock::QueryMsg::Peers {
            start_after: last.map(|peer| peer.zone.clone()),
            limit,
        };
        let peers = ask_all(&self.chain, lock, page).await?;
        for other in self.others.clone() {
            let theirs = self.record.address(&other.id, LOCK)?;
            let wanted = PeerResponse {
                zone: other.id.clone(),
                // A lock of another zone, whose prefix may be another: bytes say who it is.
                contract: bytes(&theirs)?,
                roots: view.clone(),
                linked: true,
            };
            let peer = peers.iter().find(|peer| peer.zone == other.id);
            let what = format!("peer {}", other.id);
            self.note(
                LOCK,
                what,
                Some(told(&wanted)),
                peer.map_or_else(String::new, told),
            );
        }
        for peer in peers.iter().filter(|peer| peer.linked) {
            if !self.is_known(peer.zone.as_str()) {
                let what = format!("peer {}", peer.zone);
                self.note(LOCK, what, Some(String::new()), told(peer));
            }
        }
        Ok(())
    }

    async fn caps(&mut self, lock: &Address) -> anyhow::Result<()> {
        let page = |last: Option<&ExposureResponse>, limit| transaction_lock::QueryMsg::Caps {
            start_after: last.map(|last| CapOf {
                zone: last.zone.clone(),
                asset: last.asset.clone(),
            }),
            limit,
        };
        let mut caps = ask_all(&self.chain, lock, page).await?;
        let wanted = &self.manifest.locks.caps;
        let mut found = Vec::new();
        for cap in wanted {
            let same = |set: &ExposureResponse| set.zone == cap.zone && set.asset == cap.asset;
            let set = caps
                .iter()
                .position(same)
                .map(|place| caps.swap_remove(place));
            let set = set.map_or(Amount(0), |set| set.max);
            let what = format!("cap of {} against {}", told(&cap.asset), cap.zone);
            found.push((what, cap.max, set));
        }
        for set in caps {
            let what = format!("cap of {} against {}", told(&set.asset), set.zone);
            found.push((what, Amount(0), set.max));
        }
        for (what, expected, actual) in found {
            self.note(LOCK, what, Some(expected.to_string()), actual.to_string());
        }
        Ok(())
    }

    async fn targets(&mut self, lock: &Address) -> anyhow::Result<()> {
        let page = |last: Option<&Address>, limit| transaction_lock::QueryMsg::Targets {
            start_after: last.cloned(),
            limit,
        };
        let mut actual: Vec<String> = ask_all(&self.chain, lock, page)
            .await?
            .iter()
            .map(Address::to_string)
            .collect();
        let targets = self.manifest.locks.targets.iter();
        let mut expected: Vec<String> = targets.map(Address::to_string).collect();
        actual.sort();
        expected.sort();
        self.note(LOCK, "targets", Some(expected.join(" ")), actual.join(" "));
        Ok(())
    }

    async fn prices(&mut self) -> anyhow::Result<()> {
        let Some(prices) = &self.manifest.prices else {
            return Ok(());
        };
        let oracle = self.record.address(&self.manifest.id, ORACLE)?;
        let roles = ask(&self.chain, &oracle, &price_oracle::QueryMsg::Roles {}).await?;
        self.roles(ORACLE, &roles);
        let question = price_oracle::QueryMsg::Reporters {};
        let set: Reporters = ask(&self.chain, &oracle, &question).await?;
        let sorted = |mut reporters: Vec<Address>| {
            reporters.sort();
            told(&reporters)
        };
        let expected = sorted(prices.reporters.clone());
        let members = set.members.into_iter().map(|member| member.address);
        let actual = sorted(members.collect());
        self.note(ORACLE, "reporters", Some(expected), actual);
        let (expected, actual) = (prices.quorum.to_string(), set.quorum.to_string());
        self.note(ORACLE, "quorum", Some(expected), actual);
        let page = |last: Option<&FeedResponse>, limit| price_oracle::QueryMsg::Feeds {
            start_after: last.map(|last| last.feed.clone()),
            limit,
        };
        let feeds = ask_all(&self.chain, &oracle, page).await?;
        for feed in &prices.feeds {
            let found = feeds.iter().find(|found| found.feed == feed.feed);
            let actual = found.map_or_else(String::new, |found| told(&found.parameters));
            let expected = told(&feed.settings.clone().parameters()?);
            let what = format!("feed {}", feed.feed.as_str());
            self.note(ORACLE, what, Some(expected), actual);
        }
        for found in feeds {
            if prices.feeds.iter().all(|feed| feed.feed != found.feed) {
                let what = format!("feed {}", found.feed.as_str());
                self.note(ORACLE, what, Some(String::new()), told(&found.parameters));
            }
        }
        Ok(())
    }

    /// Tokens and slashers are what stakers have voted since: they are told, not judged.
    async fn stake(&mut self) -> anyhow::Result<()> {
        let Some(stake) = &self.manifest.stake else {
            return Ok(());
        };
        let pool = self.record.address(&self.manifest.id, POOL)?;
        let oracle = match &stake.oracle {
            Some(oracle) => oracle.clone(),
            None => self.record.address(&self.manifest.id, ORACLE)?,
        };
        let roles = ask(&self.chain, &pool, &stake_pool::QueryMsg::Roles {}).await?;
        self.roles(POOL, &roles);
        let question = stake_pool::QueryMsg::Config {};
        let config: stake_pool::ConfigResponse = ask(&self.chain, &pool, &question).await?;
        let settings = stake::Parameters::from(stake.settings.clone());
        let lengths =
            |epoch: Seconds, unbonding: Seconds| format!("{} and {} s", epoch.0, unbonding.0);
        let place = &config.place;
        for (what, expected, actual) in [
            ("oracle", oracle.to_string(), config.oracle.to_string()),
            (
                "epoch and unbonding",
                lengths(stake.epoch, stake.unbonding),
                lengths(place.epoch, place.unbonding),
            ),
            ("settings", told(&settings), told(&config.parameters)),
        ] {
            self.note(POOL, what, Some(expected), actual);
        }
        let page = |last: Option<&TokenResponse>, limit| stake_pool::QueryMsg::Tokens {
            start_after: last.map(|last| last.number),
            limit,
        };
        for token in ask_all(&self.chain, &pool, page).await? {
            let what = format!("token {}", token.number);
            self.note(POOL, what, None, told(&token.token));
        }
        let page = |last: Option<&SlasherResponse>, limit| stake_pool::QueryMsg::Slashers {
            start_after: last.map(|last| last.number),
            limit,
        };
        for slasher in ask_all(&self.chain, &pool, page).await? {
            let what = format!("slasher {}", slasher.number);
            self.note(POOL, what, None, told(&slasher.slasher));
        }
        Ok(())
    }

    fn is_known(&self, zone: &str) -> bool {
        self.others.iter().any(|other| other.id.as_str() == zone)
    }
}

fn address(address: Option<&Address>) -> String {
    address.map_or_else(String::new, Address::to_string)
}

fn bytes(address: &Address) -> anyhow::Result<CanonicalAddress> {
    let known = account_bytes(address.as_str()).map(|(_, bytes)| bytes);
    known.map_err(|reason| anyhow::anyhow!("{address}: {reason}"))
}

/// As the contracts write it; what cannot be written cannot be equal.
fn told(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}
