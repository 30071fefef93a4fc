use serde_json::Value;
use tessera_lock::Settlement;

use crate::{
    ground::{until, Ground},
    shape,
};

/// What can be done beside a running relayer: hear what it hears, and change what it logs. Its service manager knows that
/// it is ready and moves.
pub fn it_is_heard_and_told(ground: &Ground) {
    let start = ground.sites[0].start.to_string();
    let mut listen = ground.command("config.toml");
    let listen = listen.args(["--json", "listen", "--chain", ground.id(0)]);
    let listen = listen.args(["--from", start.as_str(), "--blocks", "150"]);
    let heard = listen.output().unwrap();
    assert!(heard.status.success(), "{heard:?}");
    let lines: Vec<Value> = heard
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let (result, events) = lines.split_last().unwrap();
    assert_eq!(result["result"]["events"], events.len());
    shape::expect(&["listen"], result);
    let said = |name: &str| {
        let mut events = events.iter();
        events.any(|event| event["event"].as_str().unwrap().ends_with(name))
    };
    for name in ["zone_registered", "registered", "committed", "kept"] {
        assert!(
            said(name),
            "{name} was not heard in {} events",
            events.len()
        );
    }

    let logs = |arguments: &[&str]| {
        let verb = [&["logs"], arguments].concat();
        ground.try_tessera_with("relayer.toml", &verb)
    };
    let refused = logs(&["set-raw-filter", "--raw-filter", "tessera=loud"]).unwrap_err();
    assert!(refused.contains("tessera=loud"), "{refused}");
    logs(&["set-raw-filter", "--raw-filter", "info,tessera=debug"]).unwrap();
    logs(&["set-log-level", "--log-level", "trace"]).unwrap();
    logs(&["reset"]).unwrap();
    let log = ground.log();
    assert!(log.contains("the log filter was changed"), "{log}");
    assert!(
        !log.contains("websocket of event_source does not serve"),
        "{log}"
    );
    for word in ["READY=1", "WATCHDOG=1"] {
        until("told", || ground.told(), |told| told.contains(word));
    }
}

/// Without a relayer, what is due is done once; with one, it is the relayer's.
pub fn what_is_due_is_done_once(ground: &Ground) {
    let clear = || ground.try_tessera_with("relayer.toml", &["clear", "tasks"]);
    let refused = clear().unwrap_err();
    assert!(refused.contains("relays with this journal"), "{refused}");
    ground.stop_relayer();
    assert!(ground.told().contains("STOPPING=1"));

    let [alice, bob] = ground.people(["cleared-alice", "cleared-bob"]);
    let legs = [
        ground.payment(0, &alice, &bob, 300),
        ground.payment(1, &bob, &alice, 300),
    ];
    let draft = ground.draft(Settlement::OnProof, &legs);
    let task = ground.register(0, &alice, &draft).task;
    ground.register(1, &bob, &draft);
    let cleared = clear().unwrap();
    assert_eq!(cleared["finished"], 1, "{cleared}");
    assert_eq!(cleared["stuck"], Value::Array(Vec::new()), "{cleared}");
    ground.expect(&task, &[(0, "kept"), (1, "kept")]);
    // Nothing is due any longer.
    assert_eq!(clear().unwrap()["finished"], 0);
}
