//! What a zone's contracts have to be told of the other zones, as far as they do not say it already.

use serde::{de::DeserializeOwned, Serialize};
use tessera_contract_api::{
    chain_view::{self, ViewResponse},
    transaction_lock::{self, ExposureResponse, PeerResponse},
};
use tessera_primitives::Address;

use super::{record::Record, Site};
use crate::{
    chain::{Call, Chain},
    duties::{call, light_block},
};

impl Site<'_> {
    /// Has this zone view the others, and its lock believe theirs: a transaction for each of them,
    /// and one for the lock's targets.
    pub(super) async fn link(&self, sites: &[Site<'_>], record: &Record) -> anyhow::Result<()> {
        let view = record.address(self.id(), "chain_view")?;
        let lock = record.address(self.id(), "transaction_lock")?;
        for other in sites.iter().filter(|site| site.id() != self.id()) {
            let mut calls = self.viewing(&view, other).await?;
            calls.extend(self.peering(&lock, &view, other, record).await?);
            calls.extend(self.capping(&lock, other).await?);
            self.tell(other.id().as_str(), calls).await?;
        }
        self.tell("targets", self.targeting(&lock).await?).await
    }

    async fn tell(&self, of: &str, calls: Vec<Call>) -> anyhow::Result<()> {
        if calls.is_empty() {
            return Ok(());
        }
        let prepared = self.chain.prepare(&calls).await?;
        self.chain.send(prepared).await?;
        tracing::info!(zone = %self.id(), of, messages = calls.len(), "linked");
        Ok(())
    }

    /// Registers a zone and fills its reserve, in one transaction: where the view is there, the reserve was filled.
    async fn viewing(&self, view: &Address, other: &Site<'_>) -> anyhow::Result<Vec<Call>> {
        if self.is_viewed(view, other).await? {
            return Ok(Vec::new());
        }
        // The newest header has a commit that may still grow; the one below is final.
        let height = other.chain.tip().await?.minus(1)?;
        let shown = light_block(&other.chain, height).await?;
        let register = chain_view::ExecuteMsg::RegisterZone {
            zone: other.id().clone(),
            header: shown.standard(other.id(), None)?,
            params: other.manifest.viewed,
        };
        let mut calls = vec![call(view, &register)?];
        let reserve = self.manifest.views.reserve;
        if !reserve.is_zero() {
            let zone = other.id().clone();
            let mut fund = call(view, &chain_view::ExecuteMsg::Fund { zone })?;
            let denom = self.manifest.views.reserve_denom.to_string();
            fund.funds.push((denom, reserve));
            calls.push(fund);
        }
        Ok(calls)
    }

    async fn is_viewed(&self, view: &Address, other: &Site<'_>) -> anyhow::Result<bool> {
        let mut start_after = None;
        loop {
            let question = chain_view::QueryMsg::ViewList {
                start_after,
                limit: Some(100),
            };
            let page: Vec<ViewResponse> = self.ask(view, &question).await?;
            if page.iter().any(|view| view.zone == *other.id()) {
                return Ok(true);
            }
            match page.last() {
                Some(last) if page.len() == 100 => start_after = Some(last.zone.clone()),
                _ => return Ok(false),
            }
        }
    }

    async fn peering(
        &self,
        lock: &Address,
        view: &Address,
        other: &Site<'_>,
        record: &Record,
    ) -> anyhow::Result<Vec<Call>> {
        let theirs = record.address(other.id(), "transaction_lock")?;
        let wanted = PeerResponse {
            zone: other.id().clone(),
            contract: other.chain.canonical(&theirs)?,
            roots: view.clone(),
            linked: true,
        };
        if self.peers(lock).await?.contains(&wanted) {
            return Ok(Vec::new());
        }
        let link = transaction_lock::ExecuteMsg::LinkPeer {
            zone: wanted.zone,
            contract: wanted.contract,
            roots: wanted.roots,
        };
        Ok(vec![call(lock, &link)?])
    }

    async fn peers(&self, lock: &Address) -> anyhow::Result<Vec<PeerResponse>> {
        let mut peers: Vec<PeerResponse> = Vec::new();
        loop {
            let question = transaction_lock::QueryMsg::Peers {
                start_after: peers.last().map(|peer| peer.zone.clone()),
                limit: Some(100),
            };
            let page: Vec<PeerResponse> = self.ask(lock, &question).await?;
            let full = page.len() == 100;
            peers.extend(page);
            if !full {
                return Ok(peers);
            }
        }
    }

    /// The caps of the manifest that the lock does not have so.
    async fn capping(&self, lock: &Address, other: &Site<'_>) -> anyhow::Result<Vec<Call>> {
        let mut calls = Vec::new();
        let caps = self.manifest.locks.caps.iter();
        for cap in caps.filter(|cap| cap.zone == *other.id()) {
            let question = transaction_lock::QueryMsg::OpenValue {
                zone: cap.zone.clone(),
                asset: cap.asset.clone(),
            };
            let set: Option<ExposureResponse> = self.ask(lock, &question).await?;
            if set.is_some_and(|set| set.max == cap.max) {
                continue;
            }
            let cap = transaction_lock::ExecuteMsg::SetCap {
                zone: cap.zone.clone(),
                asset: cap.asset.clone(),
                max: cap.max,
            };
            calls.push(call(lock, &cap)?);
        }
        Ok(calls)
    }

    /// The targets of the manifest that the lock does not call yet.
    async fn targeting(&self, lock: &Address) -> anyhow::Result<Vec<Call>> {
        let mut linked: Vec<Address> = Vec::new();
        loop {
            let question = transaction_lock::QueryMsg::Targets {
                start_after: linked.last().cloned(),
                limit: Some(100),
            };
            let page: Vec<Address> = self.ask(lock, &question).await?;
            let full = page.len() == 100;
            linked.extend(page);
            if !full {
                break;
            }
        }
        let wanted = self.manifest.locks.targets.iter();
        wanted
            .filter(|target| !linked.contains(target))
            .map(|target| {
                let contract = target.clone();
                let link = transaction_lock::ExecuteMsg::LinkTarget { contract };
                Ok(call(lock, &link)?)
            })
            .collect()
    }

    async fn ask<A: DeserializeOwned>(
        &self,
        contract: &Address,
        question: &impl Serialize,
    ) -> anyhow::Result<A> {
        let question = serde_json::to_vec(question)?;
        let answer = self.chain.query(contract, &question).await?;
        Ok(serde_json::from_slice(&answer)?)
    }
}
