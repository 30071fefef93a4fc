//! Figures: read, replaced, compared.

use tessera_ci::figures::{grown, merge, parse, table, write, Line};

fn line(contract: &str, value: u64, goal: Option<u64>, commit: &str) -> Line {
    let text = format!(
        r#"{{"measure":"wasm_bytes","case":{{"contract":"{contract}"}},"value":{value},"unit":"bytes","goal":{},"commit":"{commit}","date":"2026-11-21"}}"#,
        goal.map_or("null".to_owned(), |goal| goal.to_string())
    );
    parse(&text).unwrap().remove(0)
}

#[test]
fn a_file_that_is_read_is_written_the_same() {
    let text = write(&[line("b", 2, None, "c1"), line("a", 1, Some(3), "c1")]).unwrap();
    assert_eq!(write(&parse(&text).unwrap()).unwrap(), text);
    assert!(text.starts_with(
        r#"{"measure":"wasm_bytes","case":{"contract":"a"},"value":1,"unit":"bytes","goal":3,"#
    ));
}

#[test]
fn a_malformed_line_is_named_by_its_number() {
    let text = write(&[line("a", 1, None, "c1")]).unwrap() + "\n{\"measure\":\"x\"}\n";
    assert!(format!("{:#}", parse(&text).unwrap_err()).starts_with("line 3: missing field"));
}

#[test]
fn a_run_replaces_what_it_measures_again_and_keeps_the_rest() {
    let committed = [
        line("a", 1, None, "c1"),
        line("b", 2, None, "c1"),
        line("c", 3, None, "c1"),
    ];
    let measured = [
        line("a", 5, None, "c2"),
        line("b", 2, None, "c2"),
        line("d", 4, None, "c2"),
    ];
    let merged = merge(&committed, &measured);
    let expected = [
        line("a", 5, None, "c2"),
        line("b", 2, None, "c1"),
        line("c", 3, None, "c1"),
        line("d", 4, None, "c2"),
    ];
    assert_eq!(merged, expected);
}

#[test]
fn another_limit_is_another_result_of_the_same_figure() {
    let limited = |limit: &str, value| {
        let mut figure = line("a", value, None, "c1");
        figure.case.insert("limit".to_owned(), limit.into());
        figure
    };
    let now = limited("blocks", 7);
    let merged = merge(&[limited("relayer", 5)], std::slice::from_ref(&now));
    assert_eq!(merged, [now]);
}

#[test]
fn numbers_in_a_case_are_sorted_as_numbers() {
    let of = |legs: u64| {
        let mut figure = line("a", 1, None, "c1");
        figure.case = [("batch".to_owned(), legs.into())].into();
        figure
    };
    assert_eq!(
        merge(&[], &[of(100), of(4), of(25)]),
        [of(4), of(25), of(100)]
    );
}

#[test]
fn a_goal_is_missed_only_above_it() {
    assert!(!line("a", 100, Some(100), "c1").misses_goal());
    assert!(line("a", 101, Some(100), "c1").misses_goal());
    assert!(!line("a", 101, None, "c1").misses_goal());
    let shown = table(&[line("a", 101, Some(100), "c1")]);
    assert!(
        shown.ends_with("wasm_bytes  contract=a  101    bytes  100   missed\n"),
        "{shown}"
    );
}

#[test]
fn growth_is_tolerated_up_to_two_percent_and_only_counted_for_gas_and_bytes() {
    let committed = [line("a", 1_000, None, "c1")];
    assert_eq!(grown(&committed, &[line("a", 1_020, None, "c2")]), []);
    let found = grown(&committed, &[line("a", 1_021, None, "c2")]);
    assert_eq!(
        found[0].to_string(),
        "wasm_bytes contract=a: 1021 bytes: 2.1 % over the committed 1000"
    );
    let mut transactions = line("a", 2_000, None, "c2");
    transactions.unit = "transactions".to_owned();
    assert_eq!(grown(&committed, &[transactions]), []);
    assert_eq!(grown(&[], &[line("a", 9, None, "c2")]), []);
}

#[test]
fn the_table_shows_parts_beside_their_whole() {
    let gas = |measure: &str, case: &str, value: u64| {
        let text = format!(
            r#"{{"measure":"{measure}","case":{case},"value":{value},"unit":"gas","goal":null,"commit":"c1","date":"2026-11-21"}}"#
        );
        parse(&text).unwrap().remove(0)
    };
    let shown = table(&[
        gas("task_gas", r#"{"batch":1}"#, 30),
        gas("task_gas_part", r#"{"batch":1,"part":"compute"}"#, 10),
        gas("task_gas_part", r#"{"batch":1,"part":"storage"}"#, 20),
        gas("task_gas_part", r#"{"batch":2,"part":"storage"}"#, 99),
    ]);
    assert_eq!(shown.lines().count(), 2);
    assert!(shown.ends_with("compute 10, storage 20\n"), "{shown}");
}
