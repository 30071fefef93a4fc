//! What a zone's contracts have to be told of the other zones, as far as they do not say it already.

use tessera_contract_api::{
    chain_view::{self, ViewResponse},
    transaction_lock::{self, ExposureResponse, PeerResponse},
};
use tessera_primitives::Address;

use super::{record::Record, Site};
use crate::{
    chain::{Call, Chain},
    duties::{ask, ask_all, ask_views, call, light_block},
};

impl Site<'_> {
    /// Has this zone view the others, and its lock believe theirs: a transaction for each of them,
    /// and one for the lock's targets.
    pub(super) async fn link(&self, sites: &[Site<'_>], record: &Record) -> anyhow::Result<()> {
        let view = record.address(self.id(), "chain_view")?;
        let lock = record.address(self.id(), "transaction_lock")?;
        let views = ask_views(&self.chain, &view).await?;
        let page = |last: Option<&PeerResponse>, limit| transaction_lock::QueryMsg::Peers {
            start_after: last.map(|peer| peer.zone.clone()),
            limit,
        };
        let peers = ask_all(&self.chain, &lock, page).await?;
        for other in sites.iter().filter(|site| site.id() != self.id()) {
            let mut calls = self.viewing(&view, &views, other).await?;
            calls.extend(peering(&lock, &view, &peers, other, record)?);
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
    async fn viewing(
        &self,
        view: &Address,
        views: &[ViewResponse],
        other: &Site<'_>,
    ) -> anyhow::Result<Vec<Call>> {
        if views.iter().any(|view| view.zone == *other.id()) {
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

    /// The caps of the manifest that the lock does not have so.
    async fn capping(&self, lock: &Address, other: &Site<'_>) -> anyhow::Result<Vec<Call>> {
        let mut calls = Vec::new();
        let caps = self.manifest.locks.caps.iter();
        for cap in caps.filter(|cap| cap.zone == *other.id()) {
            let question = transaction_lock::QueryMsg::OpenValue {
                zone: cap.zone.clone(),
                asset: cap.asset.clone(),
            };
            let set: Option<ExposureResponse> = ask(&self.chain, lock, &question).await?;
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
        let page = |last: Option<&Address>, limit| transaction_lock::QueryMsg::Targets {
            start_after: last.cloned(),
            limit,
        };
        let linked = ask_all(&self.chain, lock, page).await?;
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
}

fn peering(
    lock: &Address,
    view: &Address,
    peers: &[PeerResponse],
    other: &Site<'_>,
    record: &Record,
) -> anyhow::Result<Option<Call>> {
    let theirs = record.address(other.id(), "transaction_lock")?;
    let wanted = PeerResponse {
        zone: other.id().clone(),
        contract: other.chain.canonical(&theirs)?,
        roots: view.clone(),
        linked: true,
    };
    if peers.contains(&wanted) {
        return Ok(None);
    }
    let link = transaction_lock::ExecuteMsg::LinkPeer {
        zone: wanted.zone,
        contract: wanted.contract,
        roots: wanted.roots,
    };
    Ok(Some(call(lock, &link)?))
}
