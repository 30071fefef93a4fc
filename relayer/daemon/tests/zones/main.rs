//! Real wasmd zones, relayed by `tessera start`: the binary as operators run it, on codes that were pinned by proposal.
//!
//! The zones are started once for all stories of a test, which then run side by side, each with accounts of its own. The
//! contracts come from `artifacts/` (`TESSERA_ARTIFACTS` names another folder).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

#[path = "../bad_node/mod.rs"]
mod bad_node;
mod batch;
mod ground;
mod ibc;
mod operator;
mod people;
mod shape;
mod stories;
mod task;

use ground::Ground;

/// A name and what happens. Stories of one row run one after another, rows side by side.
type Row<'a> = (&'a str, fn(&Ground));

#[test]
#[ignore = "starts real zones"]
fn tasks_on_three_zones_end_as_they_should() {
    let rows: [Row; 10] = [
        ("kept", stories::kept::both_are_paid),
        (
            "rejected",
            stories::rejected::who_waits_in_vain_takes_it_back,
        ),
        ("lapsed", stories::lapsed::the_funds_come_back),
        ("swapped", stories::swapped::a_coin_against_a_token),
        ("booked", stories::booked::a_berth_for_a_payment),
        (
            "after deadlines",
            stories::after_deadlines::a_killed_relayer_takes_up,
        ),
        (
            "reversed, then three",
            stories::reversed::a_commit_is_undone,
        ),
        ("signed", stories::signed::a_key_that_is_elsewhere),
        (
            "from the registry",
            stories::signed::a_configuration_from_the_registry,
        ),
        ("refused", stories::refused::bad_input_changes_nothing),
    ];
    let ground = Ground::new(3);
    ground.start_relayer();
    let failed = side_by_side(&ground, &rows);
    assert!(
        failed.is_empty(),
        "these failed: {failed:?}\n{}",
        ground.log_end()
    );
    stories::shown::how_it_stands(&ground);
    stories::reloaded::the_same_process_goes_on(&ground);
    stories::beside::it_is_heard_and_told(&ground);
    stories::beside::what_is_due_is_done_once(&ground);
    let log = ground.log();
    for account in &ground.record.accounts {
        assert!(!log.contains(&account.mnemonic), "the log has a mnemonic");
    }
    for zone in 0..3 {
        ground.assert_nothing_is_open(zone);
    }
}

#[test]
#[ignore = "starts real zones"]
fn coins_are_carried_and_staked_until_a_zone_forks_and_its_tasks_stop() {
    let mut ground = Ground::new(2);
    ground.use_packets();
    stories::vouchers::deploy(&mut ground);
    let story = |ground: &Ground| {
        stories::packets::a_channel_is_refused(ground);
        let (channel, people) = stories::packets::coins_go_and_come_home(ground);
        stories::vouchers::one_is_staked_and_sent_home(ground, &channel, &people);
        stories::packets::they_go_on_by_way_of_another_node(ground, &channel, &people);
        let other = ground.open_channel(0, 1);
        stories::forked::it_is_proven_by_transaction(ground, |twin| {
            stories::packets::a_client_that_was_shown_it_is_frozen(ground, &other, twin);
            assert_eq!(
                ground.client_status(&channel[0]),
                "Active",
                "it does not know"
            );
        });
        stories::packets::a_witness_freezes_the_others(ground, &channel);
    };
    let failed = side_by_side(&ground, &[("packets, then forked", story)]);
    assert!(failed.is_empty(), "{}", ground.log_end());
}

#[test]
#[ignore = "starts real zones"]
fn lanes_do_everything_once() {
    let rows: [Row; 6] = [
        ("an answer is lost", stories::lanes::an_answer_is_lost),
        (
            "a transaction is lost",
            stories::lanes::a_transaction_is_lost,
        ),
        ("two are under way", stories::lanes::two_are_under_way),
        (
            "the key is used elsewhere",
            stories::lanes::the_key_is_used_elsewhere,
        ),
        ("the node changes", stories::lanes::the_node_changes),
        ("the wallet is empty", stories::lanes::the_wallet_is_empty),
    ];
    let ground = Ground::new(2);
    let failed = side_by_side(&ground, &rows);
    assert!(failed.is_empty(), "these failed: {failed:?}");
}

#[test]
#[ignore = "starts real zones"]
fn whatever_happens_every_task_ends_alike_on_all_zones() {
    let ground = Ground::of_validators(2, 4);
    stories::chaos::everything_adds_up(&ground);
}

/// The names of the rows that failed; what they panicked with is printed under their names.
fn side_by_side<'a>(ground: &Ground, rows: &[Row<'a>]) -> Vec<&'a str> {
    std::thread::scope(|scope| {
        let started: Vec<_> = rows
            .iter()
            .map(|(name, story)| {
                let thread = std::thread::Builder::new().name((*name).into());
                (*name, thread.spawn_scoped(scope, || story(ground)).unwrap())
            })
            .collect();
        let ended = started
            .into_iter()
            .filter_map(|(name, row)| row.join().is_err().then_some(name));
        ended.collect()
    })
}
