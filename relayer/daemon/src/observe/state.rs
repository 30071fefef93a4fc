use std::collections::BTreeMap;

use serde::Serialize;
use tessera_planner::{Knowledge, Left, Mark};
use tessera_primitives::{Address, Hash, Height, Seconds, Timestamp, ZoneId, ZoneStatus};

use super::{
    activity::{Client, Wallet},
    Activity, Mishap,
};
use crate::chain::wasmd::Service;

/// Tasks that a state lists, those with the nearest deadlines first, and legs that are left to others.
const TASKS: usize = 100;
/// Failures from which on something is shown: one or two are everyday, somebody else was first.
const SHOWN: u32 = 3;

/// How a running relayer stands: what `/state` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// This program's version.
    pub version: &'static str,
    /// When it was started, by its own clock.
    pub started: Timestamp,
    /// When this was read, by the same clock.
    pub now: Timestamp,
    /// The served zones, by chain id.
    pub zones: Vec<ZoneState>,
    /// Tasks that are not over on every served zone.
    pub open: usize,
    /// At most 100 of them, by their nearest deadline.
    pub tasks: Vec<TaskState>,
    /// Tasks that were seen to their end, by the journal.
    pub finished: u64,
    /// What fails again and again, what of it is set aside, and commits that were given up.
    pub stuck: Vec<StuckState>,
    /// How many legs have not ended and are left to others, as the policy says.
    pub left_legs: usize,
    /// At most 100 of them.
    pub left: Vec<LeftState>,
    /// What an owner or operator should look at.
    pub alarms: Vec<String>,
    /// What went wrong last, the newest first.
    pub errors: Vec<Mishap>,
}

/// A served zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ZoneState {
    /// Its chain id.
    pub zone: ZoneId,
    /// Whether contracts of ours are on it; packets of ordinary IBC alone are relayed where not.
    pub contracts: bool,
    /// The newest block that was read.
    pub height: Height,
    /// That block's time; 1970 where none was read.
    pub time: Timestamp,
    /// The node's newest block; none before it first answered.
    pub tip: Option<Height>,
    /// When the node last answered; none before it first did.
    pub answered: Option<Timestamp>,
    /// Its nodes; none where it is embedded.
    pub nodes: Vec<NodeState>,
    /// Our keys' accounts, and what they can pay.
    pub wallets: Vec<(Address, Wallet)>,
    /// What it knows of other zones.
    pub views: Vec<ViewState>,
    /// Its clients of ordinary IBC that packets go through.
    pub clients: Vec<ClientState>,
    /// Legs that have not ended.
    pub open: usize,
    /// Blocks since the oldest of them was registered.
    pub oldest_blocks: Option<u64>,
    /// Blocks until the nearest deadline of a leg that waits to be committed; negative after it.
    pub deadline_blocks: Option<i64>,
    /// Transactions that were included and succeeded since the start.
    pub included: u64,
    /// Transactions that failed or were lost since the start.
    pub failed: u64,
}

/// One node of a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeState {
    /// Its address, without what may be secret in it.
    pub endpoint: String,
    /// Whether it is asked.
    pub serves: bool,
    /// Mean time of its answers, in milliseconds.
    pub latency_ms: Option<u64>,
    /// Its newest block when it was last asked for that.
    pub tip: Option<Height>,
    /// Its oldest block.
    pub earliest: Option<Height>,
    /// What was last wrong with it.
    pub fault: Option<String>,
}

/// A zone's view of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViewState {
    /// The viewed zone.
    pub of: ZoneId,
    /// The newest header that it was shown.
    pub height: Height,
    /// How it stands.
    pub status: ZoneStatus,
    /// Blocks of the viewed zone that it was not shown; none when that zone is not served.
    pub age_blocks: Option<u64>,
    /// Until it expires unless it is advanced; zero once it has.
    pub expires_in: Seconds,
    /// How many branches were admitted.
    pub branch: u32,
    /// The fork that waits for a branch to be admitted.
    pub open_fork: Option<Height>,
}

/// A client of ordinary IBC on a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientState {
    /// Its id.
    pub client: String,
    /// The chain that it follows.
    pub of: ZoneId,
    /// The newest header that it was shown.
    pub height: Height,
    /// How it stands.
    pub status: ClientStatus,
    /// Until it expires unless it is shown a newer header; zero once it has.
    pub expires_in: Seconds,
}

/// How a client of ordinary IBC stands: in the words of ibc-go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ClientStatus {
    /// It takes headers.
    Active,
    /// It was shown none for too long: governance alone can renew it.
    Expired,
    /// It was shown a fork.
    Frozen,
}

/// An open task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskState {
    /// Its id.
    pub task: Hash,
    /// Its nearest deadline.
    pub deadline: Height,
    /// Each leg's zone and state.
    pub legs: Vec<(ZoneId, Option<&'static str>)>,
}

/// Something that failed repeatedly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StuckState {
    /// What it keeps from being done.
    pub what: String,
    /// How often it failed since anything changed.
    pub times: u32,
    /// Whether it is set aside or given up; else it is tried again after a pause.
    pub aside: bool,
    /// What the zone said last.
    pub reason: String,
}

/// A leg that is left to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftState {
    /// Which.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// A zone as its nodes show it.
pub struct Seen {
    /// How each serves; none where it is embedded.
    pub services: Vec<Service>,
    /// See [`ZoneState::contracts`].
    pub contracts: bool,
}

impl State {
    /// Reads a relayer's state off what it knows and does.
    pub fn read(
        knowledge: &Knowledge,
        activity: &Activity,
        seen: &BTreeMap<ZoneId, Seen>,
        started: Timestamp,
        now: Timestamp,
    ) -> State {
        let tasks = knowledge.nearest(TASKS).into_iter();
        let mut all_left = knowledge.all_left();
        let left = all_left.by_ref().take(TASKS).map(LeftState::from);
        let left: Vec<LeftState> = left.collect();
        State {
            version: env!("CARGO_PKG_VERSION"),
            started,
            now,
            zones: seen
                .iter()
                .map(|(zone, seen)| ZoneState::read(knowledge, activity, seen, zone, now))
                .collect(),
            open: knowledge.open_tasks().count(),
            tasks: tasks
                .map(|(task, deadline)| TaskState::read(knowledge, task, deadline))
                .collect(),
            finished: knowledge.finished(),
            stuck: stuck(knowledge),
            left_legs: left.len().saturating_add(all_left.count()),
            left,
            alarms: knowledge.alarms().map(ToString::to_string).collect(),
            errors: activity.mishaps(),
        }
    }
}

impl ZoneState {
    fn read(
        knowledge: &Knowledge,
        activity: &Activity,
        seen: &Seen,
        id: &ZoneId,
        now: Timestamp,
    ) -> ZoneState {
        let done = activity.on(id);
        let tip = done.tip.map(|(tip, _)| tip);
        let height = if seen.contracts {
            knowledge.height(id)
        } else {
            tip
        };
        let height = height.unwrap_or_default();
        let backlog = knowledge.backlog(id);
        let views = knowledge.views(id).into_iter().map(|view| ViewState {
            height: view.latest,
            status: view.status,
            age_blocks: knowledge
                .height(&view.of)
                .map(|height| height.0.saturating_sub(view.latest.0)),
            expires_in: view.expires.since(now),
            branch: view.branch,
            open_fork: view.open_fork,
            of: view.of,
        });
        ZoneState {
            zone: id.clone(),
            contracts: seen.contracts,
            height,
            time: knowledge.time(id).unwrap_or_default(),
            tip,
            answered: done.tip.map(|(_, at)| at),
            nodes: seen.services.iter().map(NodeState::from).collect(),
            wallets: done.wallets.into_iter().collect(),
            views: views.collect(),
            clients: done
                .clients
                .into_iter()
                .map(|client| ClientState::read(client, now))
                .collect(),
            open: backlog.open,
            oldest_blocks: backlog.oldest.map(|since| height.0.saturating_sub(since.0)),
            deadline_blocks: backlog.deadline.map(|deadline| {
                let left = i128::from(deadline.0).saturating_sub(i128::from(height.0));
                i64::try_from(left).unwrap_or(i64::MAX)
            }),
            included: done.included,
            failed: done.failed,
        }
    }
}

impl ClientState {
    fn read(client: Client, now: Timestamp) -> ClientState {
        let expires_in = client.expires.since(now);
        ClientState {
            status: match (client.frozen, expires_in) {
                (true, _) => ClientStatus::Frozen,
                (false, Seconds(0)) => ClientStatus::Expired,
                (false, _) => ClientStatus::Active,
            },
            expires_in,
            height: client.height,
            of: client.of,
            client: client.id,
        }
    }
}

impl From<(Mark, Left)> for LeftState {
    fn from((mark, left): (Mark, Left)) -> LeftState {
        LeftState {
            what: mark.to_string(),
            reason: left.to_string(),
        }
    }
}

impl From<&Service> for NodeState {
    fn from(service: &Service) -> NodeState {
        let latency = service.latency.map(|latency| latency.as_millis());
        NodeState {
            endpoint: service.endpoint.clone(),
            serves: service.serves,
            latency_ms: latency.map(|latency| u64::try_from(latency).unwrap_or(u64::MAX)),
            tip: service.tip,
            earliest: service.earliest,
            fault: service.fault.as_ref().map(ToString::to_string),
        }
    }
}

impl TaskState {
    fn read(knowledge: &Knowledge, task: Hash, deadline: Height) -> TaskState {
        let legs = knowledge.legs(&task).unwrap_or_default().into_iter();
        TaskState {
            task,
            deadline,
            legs: legs
                .map(|leg| (leg.zone, leg.state.map(|state| state.name())))
                .collect(),
        }
    }
}

fn stuck(knowledge: &Knowledge) -> Vec<StuckState> {
    let stuck = knowledge.stuck(SHOWN).into_iter().map(|stuck| StuckState {
        what: stuck.mark.to_string(),
        times: stuck.count,
        aside: stuck.aside,
        reason: stuck.reason,
    });
    stuck.collect()
}
