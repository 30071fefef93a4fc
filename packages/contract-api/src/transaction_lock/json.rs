//! Messages from trees, answers as trees.

use tessera_primitives::{
    deserialize_by_tree, from_json_fields, from_json_variants,
    json::{FromJson, Json, Unfit},
    to_json_fields,
};

use super::*;

from_json_fields! {
    InstantiateMsg { roles, settings }
    Waiting { deadline, task_id }
    Owing { task_id, effect }
    CapOf { zone, asset }
    OwnLeg { task, tx, reversal, tip }
}

impl FromJson for Settings {
    fn from_json(json: Json) -> Result<Settings, Unfit> {
        let mut fields = json.fields()?;
        let (fee, fee_denom) = (fields.take("fee")?, fields.take("fee_denom")?);
        let all = Settings::new(fee, fee_denom, fields.take("treasury")?);
        let settings = Settings {
            min_horizon: fields.take_or("min_horizon", all.min_horizon)?,
            max_horizon: fields.take_or("max_horizon", all.max_horizon)?,
            fresh: fields.take_or("fresh", all.fresh)?,
            fork_grace: fields.take_or("fork_grace", all.fork_grace)?,
            payout_gas: fields.take_or("payout_gas", all.payout_gas)?,
            lock_gas: fields.take_or("lock_gas", all.lock_gas)?,
            ..all
        };
        fields.end()?;
        Ok(settings)
    }
}

from_json_variants! {
    ExecuteMsg {
        "register": Register { task, tx, reversal, tip };
        "register_batch": RegisterBatch { legs };
        "commit": Commit { batch };
        "reject": Reject { batch };
        "settle": Settle { batch };
        "lapse": Lapse { task_id };
        "claim": Claim { task_id, effect };
        "commit_locked": CommitLocked { locking };
        "link_peer": LinkPeer { zone, contract, roots };
        "unlink_peer": UnlinkPeer { zone };
        "link_target": LinkTarget { contract };
        "unlink_target": UnlinkTarget { contract };
        "set_cap": SetCap { zone, asset, max };
        "set_parameters": SetParameters { settings };
        in "roles": Roles;
    }
}

from_json_variants! {
    QueryMsg {
        "roles": Roles {};
        "config": Config {};
        "leg": Leg { task_id };
        "check": Check { task_id };
        "open_tasks": OpenTasks { start_after, limit };
        "owed": Owed { start_after, limit };
        "peers": Peers { start_after, limit };
        "targets": Targets { start_after, limit };
        "open_value": OpenValue { zone, asset };
        "caps": Caps { start_after, limit };
    }
}

to_json_fields! {
    ConfigResponse { zone, contract, parameters }
    LegResponse { state, committed_at, terms }
    TermsResponse { leg, deadline, registrant, funds, tip, calls }
    CheckResponse { tx, reversed }
    OpenTask { deadline, task_id, state }
    OwedResponse { task_id, effect, payout }
    PeerResponse { zone, contract, roots, linked }
    ExposureResponse { zone, asset, max, at_risk }
}

deserialize_by_tree!(InstantiateMsg, ExecuteMsg, QueryMsg);
