use cosmwasm_std::{to_json_binary, Binary, Deps, Env};
use tessera_contract_api::chain_view::{HeaderResponse, QueryMsg, ViewResponse};
use tessera_contract_kit::{pagination::page, roles};
use tessera_primitives::{Height, Timestamp, ZoneId};
use tessera_view::{answer as rule, find, Reads, Refusal};

use crate::{
    state::{self, State},
    ChainViewError,
};

pub(crate) fn answer(deps: Deps, env: &Env, message: QueryMsg) -> Result<Binary, ChainViewError> {
    let now = Timestamp(env.block.time.nanos());
    let reads = State::new(deps.storage);
    let json = match message {
        QueryMsg::Root { zone, height } => to_json_binary(&rule::root(now, &reads, &zone, height)?),
        QueryMsg::Standing { zone } => to_json_binary(&rule::standing(now, &reads, &zone)?),
        QueryMsg::NextRootAfter { zone, height } => {
            to_json_binary(&rule::next_root_after(&reads, &zone, height)?)
        }
        QueryMsg::View { zone } => to_json_binary(&view(now, &reads, &zone)?),
        QueryMsg::ViewList { start_after, limit } => {
            let ids = state::zones(deps.storage, start_after.as_ref(), page(limit))?;
            let views: Result<Vec<ViewResponse>, ChainViewError> =
                ids.iter().map(|zone| view(now, &reads, zone)).collect();
            to_json_binary(&views?)
        }
        QueryMsg::Headers {
            zone,
            start_after,
            limit,
        } => to_json_binary(&headers(&reads, &zone, start_after, page(limit))?),
        QueryMsg::ReserveDenom {} => to_json_binary(&state::reserve_denom(deps.storage)?),
        QueryMsg::Roles {} => to_json_binary(&roles::query(deps.storage)?),
    };
    Ok(json?)
}

fn view(now: Timestamp, reads: &State, zone: &ZoneId) -> Result<ViewResponse, ChainViewError> {
    let viewed = find(reads, zone)?;
    let standing = rule::standing_of(now, reads, &viewed)?;
    let height = viewed.belief.latest;
    let latest = reads.header(viewed.zone.number, height)?;
    let latest = latest.ok_or_else(|| Refusal::UnknownHeader {
        zone: viewed.id.clone(),
        height,
    })?;
    let until = viewed.last_headers();
    Ok(ViewResponse {
        zone: viewed.id,
        chain_id: viewed.zone.chain_id,
        params: viewed.zone.params,
        status: standing.status,
        branch: viewed.belief.branch,
        latest: latest.header,
        base: viewed.zone.base,
        admitted: viewed.zone.admitted,
        validator_sets: viewed.zone.sets.hashes(),
        reserve: viewed.zone.reserve,
        paid_at: viewed.zone.paid_at,
        closing: viewed.zone.closing,
        until,
        fork: viewed.zone.fork,
        branch_fork: viewed.zone.branch_fork,
        first_report: viewed.belief.first_report,
        acceptance_digest: viewed.belief.acceptance_digest,
        accepted: viewed.belief.accepted,
    })
}

fn headers(
    reads: &State,
    zone: &ZoneId,
    start_after: Option<Height>,
    limit: u32,
) -> Result<Vec<HeaderResponse>, ChainViewError> {
    let viewed = find(reads, zone)?;
    // After the greatest height there is nothing.
    let Ok(from) = start_after.map_or(Ok(Height(0)), |after| after.plus(1)) else {
        return Ok(Vec::new());
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = reads.headers_from(viewed.zone.number, from, limit)?;
    let response = |stored: tessera_view::state::StoredHeader| HeaderResponse {
        header: stored.header,
        branch: stored.branch,
        counts: viewed.counts(&stored),
    };
    Ok(page.into_iter().map(response).collect())
}
