use tendermint_rpc::Client;
use tessera_primitives::{Bytes, CanonicalAddress, Height};

use super::{block_height, ChainError, Wasmd};
use crate::chain::Proven;

/// wasmd's prefix of contract storage in its store.
const CONTRACT_STORE: u8 = 3;

impl Wasmd {
    /// `store/wasm/key` at height q answers the IAVL proof of the key and the proof of the store, which verify up to
    /// the app hash in header q + 1.
    pub(super) async fn read_proof(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, ChainError> {
        let zone = &self.settings.zone;
        let at = block_height(state).map_err(|e| ChainError::malformed(zone, "height", e))?;
        let full = [&[CONTRACT_STORE], contract.as_bytes(), key].concat();
        let path = Some("store/wasm/key".into());
        let answer = self
            .client
            .abci_query(path, full.clone(), Some(at), true)
            .await
            .map_err(|error| self.unreachable(error))?;
        if answer.code.is_err() {
            return Err(ChainError::Missing {
                zone: zone.clone(),
                what: "contract storage",
                height: state,
                reason: answer.log,
            });
        }
        let wrong = |reason: String| ChainError::malformed(zone, "proof", reason);
        if answer.height.value() != state.0 {
            return Err(wrong(format!(
                "it is of height {}, not {state}",
                answer.height
            )));
        }
        let operations = answer.proof.map(|proof| proof.ops).unwrap_or_default();
        match operations.as_slice() {
            [item, store]
                if item.field_type == "ics23:iavl" && store.field_type == "ics23:simple" =>
            {
                if item.key != full {
                    return Err(wrong("it is of another key".into()));
                }
                Ok(Proven {
                    value: Some(answer.value).filter(|value| !value.is_empty()),
                    item: Bytes(item.data.clone()),
                    store: Bytes(store.data.clone()),
                })
            }
            other => Err(wrong(format!(
                "ics23:iavl and ics23:simple were expected, not {:?}",
                other
                    .iter()
                    .map(|op| op.field_type.as_str())
                    .collect::<Vec<_>>()
            ))),
        }
    }
}
