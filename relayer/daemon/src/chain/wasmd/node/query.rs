use prost::Message;
use tendermint::abci::{types::ExecTxResult, Code};
use tendermint_rpc::endpoint::{abci_query, broadcast::tx_sync, tx};
use tessera_primitives::{Bytes, CanonicalAddress, Hash, Height};
use tessera_proof::{open, Proof, StoragePath};

use super::{excerpt, read::heights, Fault, Node, Trouble, MAX_ANSWER};
use crate::chain::{
    wasmd::transaction::{SDK, WRONG_SEQUENCE},
    Proven,
};

/// What the SDK says of a wrong place in line, before the sequence that it expects.
const MISPLACED: &str = "account sequence mismatch, expected ";

/// What the application answers with a code that is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::chain::wasmd) struct Objection {
    pub(in crate::chain::wasmd) code: u32,
    pub(in crate::chain::wasmd) codespace: String,
    pub(in crate::chain::wasmd) reason: String,
}

impl Objection {
    fn new(code: Code, codespace: String, log: &str) -> Objection {
        Objection {
            code: code.value(),
            codespace,
            reason: excerpt(log),
        }
    }

    /// A simulation's objection, as the queue would make it: what stands before the node's own words, and the code, are
    /// gRPC's. Only a wrong place in line is known by its words alone; what a contract says stands behind others.
    pub(in crate::chain::wasmd) fn of_simulation(self) -> Objection {
        let own = self
            .reason
            .strip_prefix("rpc error: code = Unknown desc = ");
        match own.filter(|own| own.starts_with(MISPLACED)) {
            Some(own) => Objection {
                code: WRONG_SEQUENCE,
                codespace: SDK.into(),
                reason: own.into(),
            },
            None => self,
        }
    }

    /// The sequence that `account sequence mismatch, expected 12, got 10` asks for.
    pub(in crate::chain::wasmd) fn expected_sequence(&self) -> Option<u64> {
        let rest = self.reason.strip_prefix(MISPLACED)?;
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    }

    /// The objection in a transaction's result, if it failed.
    pub(in crate::chain::wasmd) fn of(result: &ExecTxResult) -> Option<Objection> {
        let failed = result.code.is_err();
        failed.then(|| Objection::new(result.code, result.codespace.clone(), &result.log))
    }
}

impl Node {
    /// Calls a gRPC method of the application through `abci_query`.
    pub(in crate::chain::wasmd) async fn call<A: Message, B: Message + Default>(
        &self,
        path: &'static str,
        request: &A,
    ) -> Result<Result<B, Objection>, Trouble> {
        let request =
            abci_query::Request::new(Some(path.into()), request.encode_to_vec(), None, false);
        let answer = self.ask(path, MAX_ANSWER, request).await?.response;
        if answer.code.is_err() {
            let objection = Objection::new(answer.code, answer.codespace, &answer.log);
            return Ok(Err(objection));
        }
        let decoded = B::decode(answer.value.as_slice());
        let decoded = decoded.map_err(|error| Fault::Garbled(format!("{path}: {error}")))?;
        Ok(Ok(decoded))
    }

    /// `store/wasm/key` at height q answers the IAVL proof of the key and the proof of the store. They must verify up to
    /// the app hash in the node's own header q + 1: a proof that the zone would refuse is not worth a transaction.
    pub(in crate::chain::wasmd) async fn prove(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, Trouble> {
        let place = StoragePath {
            contract: contract.clone(),
            key: key.to_vec(),
        };
        let full = place.full_key();
        let path = Some("store/wasm/key".into());
        let request = abci_query::Request::new(path, full.clone(), Some(heights(state)?), true);
        let answer = self.ask("proof", MAX_ANSWER, request).await?.response;
        if answer.code.is_err() {
            return Err(Trouble::Lacks(excerpt(&answer.log)));
        }
        if answer.height.value() != state.0 {
            let actual = answer.height;
            let reason = format!("asked for a proof at {state}, got one at {actual}");
            return Err(Fault::Garbled(reason).into());
        }
        let operations = answer.proof.map(|proof| proof.ops).unwrap_or_default();
        let (item, store) = match operations.as_slice() {
            [item, store]
                if item.field_type == "ics23:iavl" && store.field_type == "ics23:simple" =>
            {
                (Bytes(item.data.clone()), Bytes(store.data.clone()))
            }
            _ => {
                let reason = "a proof is not one of ics23:iavl and one of ics23:simple";
                return Err(Fault::Garbled(reason.into()).into());
            }
        };
        let root = self.root(Height(state.0.saturating_add(1))).await?;
        let proof = Proof::Single {
            item: item.clone(),
            store: store.clone(),
        };
        let held = open(&root, contract, &[key.to_vec()], &proof);
        let held = held.map_err(|refusal| Fault::Forged(refusal.to_string()))?;
        Ok(Proven {
            value: held.into_iter().next().flatten(),
            item,
            store,
        })
    }

    /// Puts a transaction into the node's mempool. One that is there already is there.
    pub(in crate::chain::wasmd) async fn broadcast(
        &self,
        bytes: Vec<u8>,
    ) -> Result<Result<(), Objection>, Trouble> {
        let request = tx_sync::Request::new(bytes);
        match self.ask("broadcast_tx_sync", MAX_ANSWER, request).await {
            Ok(answer) if answer.code.is_ok() => Ok(Ok(())),
            Ok(answer) => {
                let objection = Objection::new(answer.code, answer.codespace, &answer.log);
                Ok(Err(objection))
            }
            Err(Trouble::Lacks(said)) if said.contains("already exists in cache") => Ok(Ok(())),
            Err(trouble) => Err(trouble),
        }
    }

    /// A transaction that is in a block. None only when the node says so: any other answer leaves it unknown.
    pub(in crate::chain::wasmd) async fn transaction(
        &self,
        hash: Hash,
    ) -> Result<Option<tx::Response>, Trouble> {
        let request = tx::Request::new(tendermint::Hash::Sha256(hash.0), false);
        match self.ask("tx", super::MAX_BLOCK, request).await {
            Ok(found) if Hash::sha256(&found.tx) == hash => Ok(Some(found)),
            Ok(_) => Err(Fault::Garbled("another transaction than asked for".into()).into()),
            Err(Trouble::Lacks(said)) if said.contains("not found") => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}
