//! 41 cases of single steps from a trusted header.

use std::collections::BTreeMap;

use tendermint::{block::signed_header::SignedHeader, validator};
use tessera_header::{Params, Refusal, ValidatorSet, Verified};
use tessera_primitives::{Ratio, Seconds, ZoneId};

use crate::{cases, parse, timestamp, trusted, Block, Reader};

/// The vectors' words for a verdict.
fn word(verdict: &Result<Verified, Refusal>) -> &'static str {
    match verdict {
        Ok(_) => "SUCCESS",
        Err(Refusal::TooLittleTrust { .. }) => "NOT_ENOUGH_TRUST",
        Err(_) => "INVALID",
    }
}

#[test]
fn single_steps() {
    let cases = cases("model_based/single_step");
    assert_eq!(cases.len(), 41);
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for (name, case) in cases {
        let initial = &case["initial"];
        let signed: SignedHeader = parse(&initial["signed_header"]);
        let period: u64 = initial["trusting_period"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let mut reader = Reader {
            zone: ZoneId::new(signed.header.chain_id.as_str()).unwrap(),
            params: Params {
                trust_level: Ratio::new(1, 3).unwrap(),
                trusting_period: Seconds(period / 1_000_000_000),
                clock_drift: Seconds(0),
            },
            trusted: trusted(&signed),
            announced: ValidatorSet::try_from(&parse::<validator::Set>(
                &initial["next_validator_set"],
            ))
            .unwrap(),
        };
        for (step, input) in case["input"].as_array().unwrap().iter().enumerate() {
            let block = Block::read(&input["block"]);
            let now = timestamp(parse(&input["now"]));
            let expected = input["verdict"].as_str().unwrap();
            let standard = reader.standard(&block, now);
            assert_eq!(
                word(&standard),
                expected,
                "{name}, step {step}: {standard:?}"
            );
            let compact = reader.compact(&block, now);
            match (&compact, &standard) {
                (Ok(compact), Ok(standard)) => assert_eq!(compact.header, standard.header),
                (Err(_), Err(_)) => {}
                _ => panic!("{name}, step {step}: {compact:?} in the compact form"),
            }
            *words.entry(expected.into()).or_default() += 1;
            if standard.is_ok() {
                reader.trust(&block);
            }
        }
    }
    // Every kind of verdict occurred.
    println!("single steps: {words:?}");
    assert_eq!(words.len(), 3);
}
