//! The page at `/`: what an operator looks at first. It asks for nothing from elsewhere and runs no script.

use maud::{html, Markup, PreEscaped, DOCTYPE};
use tessera_primitives::{Seconds, Timestamp, ZoneStatus};

use super::{ClientStatus, Health, State, ZoneState};

/// Seconds after which a browser asks again.
const REFRESH: u64 = 5;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c62828; --warn: #a15c00; }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff7b72; --warn: #e3a53c; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
.about { opacity: .7; } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; opacity: .7; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
";

/// The page of a state.
pub(super) fn render(state: &State, health: &Health) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="refresh" content=(REFRESH);
                title { "tessera" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (top(state, health))
                (zones(state))
                (nodes(state))
                (views(state))
                (clients(state))
                (tasks(state))
                (wallets(state))
                (trouble(state))
            }
        }
    }
    .into_string()
}

fn top(state: &State, health: &Health) -> Markup {
    html! {
        h1 {
            "tessera "
            @if health.ready { span.good { "keeps up" } } @else { span.bad { "does not keep up" } }
        }
        p.about {
            "version " (state.version) ", running for " (length(state.now.since(state.started)))
            "; " (state.open) " tasks open, " (state.finished) " seen to their end"
        }
        @for alarm in &state.alarms { p.bad role="alert" { (alarm) } }
    }
}

fn zones(state: &State) -> Markup {
    html! {
        h2 { "Zones" }
        div.scroll { table {
            thead { tr {
                th { "zone" } th.number { "read up to" } th.number { "behind" } th { "node" }
                th.number { "open legs" } th.number { "oldest, blocks" } th.number { "next deadline, blocks" }
                th.number { "sent" } th.number { "failed" }
            } }
            tbody { @for zone in &state.zones { (zone_row(zone, state.now)) } }
        } }
    }
}

fn zone_row(zone: &ZoneState, now: Timestamp) -> Markup {
    let behind = zone.tip.map(|tip| tip.0.saturating_sub(zone.height.0));
    html! {
        tr {
            td { (zone.zone) }
            td.number { (zone.height) }
            td.number { (or_dash(behind)) }
            td { @match zone.answered {
                Some(at) => { "answered " (length(now.since(at))) " ago" }
                None => { span.bad { "never answered" } }
            } }
            td.number { (zone.open) }
            td.number { (or_dash(zone.oldest_blocks)) }
            td.number { @match zone.deadline_blocks {
                Some(blocks) if blocks <= 0 => { span.warn { (blocks) } }
                other => { (or_dash(other)) }
            } }
            td.number { (zone.included) }
            td.number { (zone.failed) }
        }
    }
}

fn nodes(state: &State) -> Markup {
    html! {
        @if state.zones.iter().any(|zone| !zone.nodes.is_empty()) {
            h2 { "Nodes" }
            div.scroll { table {
                thead { tr {
                    th { "zone" } th { "node" } th { "state" } th.number { "newest block" } th.number { "oldest block" }
                    th.number { "answers in, ms" }
                } }
                tbody { @for zone in &state.zones { @for node in &zone.nodes {
                    tr {
                        td { (zone.zone) }
                        td { code { (node.endpoint) } }
                        td {
                            @if node.serves { span.good { "serves" } } @else { span.bad { "rests" } }
                            @if let Some(fault) = &node.fault { " (" (fault) ")" }
                        }
                        td.number { (or_dash(node.tip)) }
                        td.number { (or_dash(node.earliest)) }
                        td.number { (or_dash(node.latency_ms)) }
                    }
                } } }
            } }
        }
    }
}

fn views(state: &State) -> Markup {
    html! {
        h2 { "Views" }
        div.scroll { table {
            thead { tr {
                th { "on" } th { "of" } th { "status" } th.number { "height" } th.number { "age, blocks" }
                th { "expires in" } th.number { "branch" }
            } }
            tbody { @for zone in &state.zones { @for view in &zone.views {
                tr {
                    td { (zone.zone) }
                    td { (view.of) }
                    td class=(tone(view.status)) {
                        (format!("{:?}", view.status).to_lowercase())
                        @if let Some(fork) = view.open_fork { " at " (fork) }
                    }
                    td.number { (view.height) }
                    td.number { (or_dash(view.age_blocks)) }
                    td { (length(view.expires_in)) }
                    td.number { (view.branch) }
                }
            } } }
        } }
    }
}

fn clients(state: &State) -> Markup {
    html! {
        @if state.zones.iter().any(|zone| !zone.clients.is_empty()) {
            h2 { "Clients of ordinary IBC" }
            div.scroll { table {
                thead { tr {
                    th { "on" } th { "client" } th { "of" } th { "status" } th.number { "height" } th { "expires in" }
                } }
                tbody { @for zone in &state.zones { @for client in &zone.clients {
                    tr {
                        td { (zone.zone) }
                        td { (client.client) }
                        td { (client.of) }
                        td class=(if client.status == ClientStatus::Active { "good" } else { "bad" }) {
                            (format!("{:?}", client.status).to_lowercase())
                        }
                        td.number { (client.height) }
                        td { (length(client.expires_in)) }
                    }
                } } }
            } }
        }
    }
}

fn tasks(state: &State) -> Markup {
    let hidden = state.open.saturating_sub(state.tasks.len());
    html! {
        h2 { "Open tasks, nearest deadline first" }
        @if state.tasks.is_empty() { p.about { "none" } } @else {
            div.scroll { table {
                thead { tr { th { "task" } th.number { "deadline" } th { "legs" } } }
                tbody { @for task in &state.tasks {
                    tr {
                        td { code { (task.task) } }
                        td.number { (task.deadline) }
                        td { @for (zone, leg) in &task.legs {
                            div { (zone) ": " (leg.unwrap_or("unregistered")) }
                        } }
                    }
                } }
            } }
            @if hidden > 0 { p.about { "and " (hidden) " more" } }
        }
    }
}

fn wallets(state: &State) -> Markup {
    html! {
        h2 { "Wallets" }
        div.scroll { table {
            thead { tr {
                th { "zone" } th { "account" } th.number { "balance" } th.number { "spent on gas" } th { "lasts for" }
            } }
            tbody { @for zone in &state.zones { @for (account, wallet) in &zone.wallets {
                tr {
                    td { (zone.zone) }
                    td { code { (account) } }
                    td.number { (wallet.balance) " " (wallet.denom) }
                    td.number { (wallet.spent) " " (wallet.denom) }
                    td { @match runway(state, wallet.balance.0, wallet.spent.0) {
                        Some(left) if left < Seconds(86_400) => { span.warn { (length(left)) } }
                        Some(left) => { (length(left)) }
                        None => { "—" }
                    } }
                }
            } } }
        } }
    }
}

fn trouble(state: &State) -> Markup {
    html! {
        @if !state.stuck.is_empty() {
            h2 { "Fails again and again" }
            div.scroll { table {
                thead { tr { th { "what" } th.number { "times" } th { "now" } th { "why" } } }
                tbody { @for stuck in &state.stuck {
                    tr {
                        td { (stuck.what) }
                        td.number { (stuck.times) }
                        td { @if stuck.aside { span.warn { "set aside" } } @else { "tried again" } }
                        td { code { (stuck.reason) } }
                    }
                } }
            } }
        }
        (left(state))
        h2 { "Last errors" }
        @if state.errors.is_empty() { p.about { "none" } } @else {
            div.scroll { table {
                thead { tr { th { "when" } th { "zone" } th.number { "times" } th { "what" } } }
                tbody { @for error in &state.errors {
                    tr {
                        td { (length(state.now.since(error.at))) " ago" }
                        td { (error.zone) }
                        td.number { (error.times) }
                        td { code { (error.reason) } }
                    }
                } }
            } }
        }
    }
}

fn left(state: &State) -> Markup {
    let hidden = state.left_legs.saturating_sub(state.left.len());
    html! {
        @if !state.left.is_empty() {
            h2 { "Left to others" }
            div.scroll { table {
                thead { tr { th { "what" } th { "why" } } }
                tbody { @for left in &state.left {
                    tr { td { (left.what) } td { (left.reason) } }
                } }
            } }
            @if hidden > 0 { p.about { "and " (hidden) " more" } }
        }
    }
}

fn tone(status: ZoneStatus) -> &'static str {
    match status {
        ZoneStatus::Active => "good",
        ZoneStatus::Closed => "warn",
        ZoneStatus::Expired | ZoneStatus::Forked => "bad",
    }
}

/// How long a balance lasts at the rate since the start; none while nothing was spent.
fn runway(state: &State, balance: u128, spent: u128) -> Option<Seconds> {
    let running = u128::from(state.now.since(state.started).0);
    let left = balance.checked_mul(running)?.checked_div(spent)?;
    Some(Seconds(u64::try_from(left).unwrap_or(u64::MAX)))
}

fn or_dash(number: Option<impl ToString>) -> String {
    number.map_or_else(|| "—".into(), |number| number.to_string())
}

/// A length of time in its largest unit and the one below.
fn length(Seconds(seconds): Seconds) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600, seconds / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        (1..=9_999, _, _) => format!("{days} d {} h", hours % 24),
        _ => "years".into(),
    }
}
