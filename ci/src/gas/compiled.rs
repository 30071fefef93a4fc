//! A built artifact in a contract's place.

use std::collections::BTreeMap;
use std::sync::{mpsc, Arc};
use std::thread;

use anyhow::anyhow;
use cosmwasm_std::{
    from_json, to_json_vec, Attribute, Binary, ContractResult, Deps, DepsMut, Empty, Env,
    MessageInfo, Order, QuerierWrapper, Reply, Response, Storage,
};
use cosmwasm_vm::testing::MockApi;
use cosmwasm_vm::{
    call_execute_raw, call_instantiate_raw, call_migrate_raw, call_query_raw, call_reply_raw,
    call_sudo_raw, Backend, Instance, InstanceOptions, Size, VmResult,
};
use cw_multi_test::Contract;

use super::meter::{Gas, Meter, VM_GAS};
use super::querier::Asking;
use super::storage::Metered;
use crate::wasm::Artifact;

/// VM gas that a call may use: far above any block, so that what is too costly is measured and not cut off.
const LIMIT: u64 = 1_000_000_000_000_000;

/// wasmd's default.
const MEMORY: Size = Size::mebi(32);

/// Loading a pinned contract (2,000), and what the chain reads to find it: the contract's record and its code's, together
/// about 280 bytes, and whether the code is pinned.
const ENTER: u64 = 2_000 + 2 * 1_000 + 3 * 280 + 1_000;

type Vm = Instance<MockApi, Metered, Asking>;
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;
type Native = fn() -> Box<dyn Contract<Empty>>;

/// A contract that a zone runs in the VM.
#[derive(Clone)]
pub struct Compiled {
    artifact: Arc<Artifact>,
    prefix: &'static str,
    meter: Meter,
}

/// What a run has left: an answer in JSON, and the storage.
struct Done {
    answer: Vec<u8>,
    compute: u64,
    storage: Metered,
}

impl Compiled {
    /// The artifact, on a zone whose addresses begin with `prefix`; what its calls cost goes to `meter`.
    pub fn new(artifact: Artifact, prefix: &'static str, meter: &Meter) -> Self {
        Self {
            artifact: Arc::new(artifact),
            prefix,
            meter: meter.clone(),
        }
    }

    /// The code, in the form that a zone stores: this while the meter runs, else the same contract natively.
    pub fn code(
        self,
        native: Native,
    ) -> impl Fn() -> Box<dyn Contract<Empty>> + Send + Sync + 'static {
        move || {
            if self.meter.runs() {
                Box::new(self.clone())
            } else {
                native()
            }
        }
    }

    /// Runs one call that may write.
    fn change(
        &self,
        deps: DepsMut,
        call: impl FnOnce(&mut Vm) -> VmResult<Vec<u8>> + Send,
    ) -> anyhow::Result<Response> {
        let (response, changes) =
            self.run::<Response>(&*deps.storage, &deps.querier, call, said)?;
        for (key, value) in changes {
            match value {
                Some(value) => deps.storage.set(&key, &value),
                None => deps.storage.remove(&key),
            }
        }
        Ok(response)
    }

    /// Runs one call and counts it, refused or not; `said` is what its answer costs beside its bytes.
    fn run<T: serde::de::DeserializeOwned>(
        &self,
        storage: &dyn Storage,
        querier: &QuerierWrapper,
        call: impl FnOnce(&mut Vm) -> VmResult<Vec<u8>> + Send,
        said: impl FnOnce(&T) -> u64,
    ) -> anyhow::Result<(T, Changes)> {
        let done = self.answered(storage, querier, call)?;
        let answer: ContractResult<T> = from_json(&done.answer)?;
        let events = match &answer {
            ContractResult::Ok(answer) => said(answer),
            ContractResult::Err(_) => 0,
        };
        let gas = Gas {
            compute: done.compute.div_ceil(VM_GAS),
            storage: done.storage.gas(),
            calls: ENTER
                .saturating_add(length(&done.answer))
                .saturating_add(events),
        };
        self.meter.add(&self.artifact.name, gas);
        let answer = answer.into_result().map_err(|refusal| anyhow!(refusal))?;
        Ok((answer, done.storage.into_changes()))
    }

    /// Runs one call in a thread of its own, and answers what it asks.
    fn answered(
        &self,
        storage: &dyn Storage,
        querier: &QuerierWrapper,
        call: impl FnOnce(&mut Vm) -> VmResult<Vec<u8>> + Send,
    ) -> anyhow::Result<Done> {
        let (ask, questions) = mpsc::channel();
        let (answer, answers) = mpsc::channel();
        let backend = Backend {
            api: MockApi::default().with_prefix(self.prefix),
            storage: Metered::new(storage.range(None, None, Order::Ascending).collect()),
            querier: Asking {
                questions: ask,
                answers,
            },
        };
        thread::scope(|scope| {
            let vm = scope.spawn(move || self.in_vm(backend, call));
            // Ends when the VM's thread has dropped its end.
            for question in questions {
                let reply = to_json_vec(&querier.raw_query(&question))?;
                if answer.send(reply).is_err() {
                    break;
                }
            }
            vm.join().map_err(|_| anyhow!("the VM panicked"))?
        })
    }

    fn in_vm(
        &self,
        backend: Backend<MockApi, Metered, Asking>,
        call: impl FnOnce(&mut Vm) -> VmResult<Vec<u8>>,
    ) -> anyhow::Result<Done> {
        let options = InstanceOptions { gas_limit: LIMIT };
        let mut vm = Instance::from_code(&self.artifact.bytes, backend, options, Some(MEMORY))?;
        let answer = call(&mut vm)?;
        let compute = vm.create_gas_report().used_internally;
        let backend = vm
            .recycle()
            .ok_or_else(|| anyhow!("the VM keeps its storage"))?;
        Ok(Done {
            answer,
            compute,
            storage: backend.storage,
        })
    }
}

/// What a chain charges for attributes and events, the free bytes subtracted. Bank transfers and other contracts in
/// submessages say things of their own, which are not counted here.
fn said(response: &Response) -> u64 {
    const FREE_BYTES: u64 = 100;
    let of = |attributes: &[Attribute]| {
        let lengths = attributes.iter();
        let lengths = lengths
            .map(|one| length(one.key.as_bytes()).saturating_add(length(one.value.as_bytes())));
        lengths.fold((0_u64, 0_u64), |(count, bytes), more| {
            (count.saturating_add(10), bytes.saturating_add(more))
        })
    };
    let (mut flat, mut bytes) = of(&response.attributes);
    for event in &response.events {
        let (count, more) = of(&event.attributes);
        flat = flat
            .saturating_add(20)
            .saturating_add(length(event.ty.as_bytes()))
            .saturating_add(count);
        bytes = bytes.saturating_add(more);
    }
    flat.saturating_add(bytes.saturating_sub(FREE_BYTES))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

impl Contract<Empty> for Compiled {
    fn instantiate(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> anyhow::Result<Response> {
        let (env, info) = (to_json_vec(&env)?, to_json_vec(&info)?);
        self.change(deps, move |vm| call_instantiate_raw(vm, &env, &info, &msg))
    }

    fn execute(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> anyhow::Result<Response> {
        let (env, info) = (to_json_vec(&env)?, to_json_vec(&info)?);
        self.change(deps, move |vm| call_execute_raw(vm, &env, &info, &msg))
    }

    fn query(&self, deps: Deps, env: Env, msg: Vec<u8>) -> anyhow::Result<Binary> {
        let env = to_json_vec(&env)?;
        let call = move |vm: &mut Vm| call_query_raw(vm, &env, &msg);
        let (answer, _) = self.run(deps.storage, &deps.querier, call, |_| 0)?;
        Ok(answer)
    }

    fn reply(&self, deps: DepsMut, env: Env, msg: Reply) -> anyhow::Result<Response> {
        let (env, msg) = (to_json_vec(&env)?, to_json_vec(&msg)?);
        self.change(deps, move |vm| call_reply_raw(vm, &env, &msg))
    }

    fn sudo(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> anyhow::Result<Response> {
        let env = to_json_vec(&env)?;
        self.change(deps, move |vm| call_sudo_raw(vm, &env, &msg))
    }

    fn migrate(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> anyhow::Result<Response> {
        let env = to_json_vec(&env)?;
        self.change(deps, move |vm| call_migrate_raw(vm, &env, &msg))
    }
}
