//! Zones with everything that a task needs: the real lock, the real view of every other zone, a token, a harbour with
//! berths, and a villain that is a token and a lockable contract at once. Proofs and signatures are real.

pub mod villain;

use cosmwasm_std::{coin, Addr, Coin as Funds, CosmosMsg};
use cw20::{Cw20Coin, Cw20ExecuteMsg};
use cw_multi_test::{AppResponse, ContractWrapper};
use serde::de::DeserializeOwned;
use tessera_contract_api::{
    booking, chain_view,
    roles::Appointment,
    transaction_lock::{
        ExecuteMsg, ExposureResponse, InstantiateMsg, LegResponse, OpenTask, OwedResponse,
        QueryMsg, Settings,
    },
};
use tessera_lock::{
    evidence::ZoneProof, key, reversal_hash, state::LegState, tx_hash, Batch, Effect, Leg, Refusal,
    Settlement, Task, TaskBody,
};
use tessera_primitives::{
    Address, Amount, Asset, Bytes, Coin, Denom, Hash, Height, Ratio, Seconds, Standing, Timestamp,
};
use tessera_testing::suite::Params;
use tessera_testing::{Zone, ZoneConfig};
use transaction_lock::LockError;

pub const FEE: u128 = 10;
pub const TIP: u128 = 7;
pub const MIN_HORIZON: u64 = 5;
pub const MAX_HORIZON: u64 = 400;
pub const FRESH: u64 = 100;
pub const FORK_GRACE: u64 = 60;
/// Seconds between blocks.
pub const INTERVAL: u64 = 5;
/// How far ahead deadlines lie unless a story says otherwise.
pub const HORIZON: u64 = 40;
pub const RETENTION: u64 = MAX_HORIZON + FORK_GRACE;
pub const CAP: u128 = 1_000_000;
/// What everybody has of each zone's coin and token at first.
pub const PURSE: u128 = 1_000_000;

const NAMES: [(&str, &str); 3] = [
    ("alpha-1", "alpha"),
    ("beta-1", "beta"),
    ("gamma-1", "gamma"),
];
pub const PEOPLE: [&str; 5] = ["ann", "bob", "cleo", "relayer", "thief"];

/// One zone of the world.
pub struct Side {
    pub zone: Zone,
    pub lock: Addr,
    pub view: Addr,
    pub token: Addr,
    pub harbour: Addr,
    pub villain: Addr,
}

pub struct World {
    pub sides: Vec<Side>,
    nonce: u64,
}

/// What a leg of a plan does, on its zone.
#[derive(Clone)]
pub struct Part {
    pub registrant: &'static str,
    pub tx: Vec<Effect>,
    pub reversal: Vec<Effect>,
}

/// A task with all that its zones need to know.
#[derive(Clone)]
pub struct Plan {
    pub task: Task,
    pub parts: Vec<Part>,
    pub tip: u128,
}

impl Plan {
    pub fn id(&self) -> Hash {
        self.task.id()
    }

    /// The body as the event `registered` has it: everything.
    pub fn body(&self, on: usize) -> TaskBody {
        let part = &self.parts[on];
        let (tx, reversal) = (Some(part.tx.clone()), Some(part.reversal.clone()));
        let task = self.task.clone();
        TaskBody { task, tx, reversal }
    }

    /// Renews the hashes after a story has changed the parts.
    pub fn sealed(mut self) -> Plan {
        for (leg, part) in self.task.legs.iter_mut().zip(&self.parts) {
            leg.tx_hash = tx_hash(&part.tx);
            leg.reversal_hash = reversal_hash(&part.reversal);
        }
        self
    }
}

pub fn denom(side: usize) -> String {
    format!("u{}", NAMES[side].1)
}

pub fn coin_of(side: usize) -> Asset {
    Asset::Native(Denom::new(denom(side)).unwrap())
}

/// The refusal of the rule; anything else fails the story.
pub fn rule(result: Result<AppResponse, LockError>) -> Refusal {
    match result {
        Err(LockError::Rule(refusal)) => *refusal,
        other => panic!("not refused by the rule: {other:?}"),
    }
}

/// Why the first task that was passed over was.
pub fn skipped(response: &AppResponse) -> String {
    let mut events = response.events.iter();
    let event = events
        .find(|event| event.ty == "wasm-skipped")
        .expect("a skipped task");
    let reason = event
        .attributes
        .iter()
        .find(|attribute| attribute.key == "reason");
    reason.unwrap().value.clone()
}

impl World {
    /// So many zones that all know each other, and have caps for each other's coins and tokens.
    pub fn new(zones: usize) -> World {
        let sides = (0..zones).map(build).collect();
        let mut world = World { sides, nonce: 0 };
        world.tick(2);
        for on in 0..zones {
            for of in (0..zones).filter(|of| *of != on) {
                world.introduce(on, of);
            }
        }
        world
    }

    /// Seals blocks on all zones, in step.
    pub fn tick(&mut self, blocks: u64) {
        for side in &mut self.sides {
            side.zone.produce(blocks).unwrap();
        }
    }

    /// Until a zone's open block has this height.
    pub fn tick_to(&mut self, on: usize, height: Height) {
        let blocks = height.since(self.sides[on].zone.height());
        self.tick(blocks);
    }

    pub fn height(&self, on: usize) -> Height {
        self.sides[on].zone.height()
    }

    pub fn who(&self, on: usize, name: &str) -> Addr {
        self.sides[on].zone.account(name).unwrap()
    }

    pub fn address(&self, on: usize, name: &str) -> Address {
        Address::new(self.who(on, name).as_str()).unwrap()
    }

    pub fn token(&self, on: usize) -> Asset {
        Asset::Cw20(Address::new(self.sides[on].token.as_str()).unwrap())
    }

    pub fn villain(&self, on: usize) -> Asset {
        Asset::Cw20(Address::new(self.sides[on].villain.as_str()).unwrap())
    }

    pub fn pays(&self, on: usize, to: &str, asset: Asset, amount: u128) -> Effect {
        let to = self.address(on, to);
        Effect::Transfer {
            asset,
            amount: Amount(amount),
            to,
        }
    }

    /// A part in which `registrant` pays an amount to somebody, and gets it back on reversal.
    pub fn payment(
        &self,
        on: usize,
        registrant: &'static str,
        to: &str,
        asset: Asset,
        amount: u128,
    ) -> Part {
        Part {
            registrant,
            tx: vec![self.pays(on, to, asset.clone(), amount)],
            reversal: vec![self.pays(on, registrant, asset, amount)],
        }
    }

    /// A part in which `registrant` calls the villain or the harbour, with coins.
    pub fn call(
        &self,
        on: usize,
        registrant: &'static str,
        contract: &Addr,
        payload: Bytes,
        amount: u128,
    ) -> Part {
        let contract = Address::new(contract.as_str()).unwrap();
        let funds = (amount > 0).then(|| Coin {
            asset: coin_of(on),
            amount: Amount(amount),
        });
        let call = |funds: Vec<Coin>| Effect::Call {
            contract: contract.clone(),
            payload: payload.clone(),
            funds,
        };
        let back = (amount > 0).then(|| self.pays(on, registrant, coin_of(on), amount));
        Part {
            registrant,
            tx: vec![call(funds.into_iter().collect())],
            reversal: std::iter::once(call(Vec::new())).chain(back).collect(),
        }
    }

    /// A part in which `registrant` books berths.
    pub fn booking(&self, on: usize, registrant: &'static str, units: u32, price: u128) -> Part {
        let booking = booking::Booking {
            item: "berth".into(),
            units,
            price: Amount(price),
        };
        let harbour = self.sides[on].harbour.clone();
        self.call(on, registrant, &harbour, booking.payload().unwrap(), price)
    }

    /// Ann pays bob 100 on alpha, bob pays ann 200 on beta.
    pub fn swap(&mut self) -> Plan {
        let parts = vec![
            self.payment(0, "ann", "bob", coin_of(0), 100),
            self.payment(1, "bob", "ann", coin_of(1), 200),
        ];
        self.plan(parts, Settlement::OnProof)
    }

    pub fn plan(&mut self, parts: Vec<Part>, settlement: Settlement) -> Plan {
        self.nonce += 1;
        let legs = parts.iter().zip(&self.sides).map(|(part, side)| Leg {
            zone: side.zone.id().clone(),
            lock: side.zone.canonical(&side.lock).unwrap(),
            registrant: side
                .zone
                .canonical(&side.zone.account(part.registrant).unwrap())
                .unwrap(),
            tx_hash: tx_hash(&part.tx),
            reversal_hash: reversal_hash(&part.reversal),
            deadline: side.zone.height().plus(HORIZON).unwrap(),
            retention: RETENTION,
        });
        let task = Task {
            legs: legs.collect(),
            settlement,
            nonce: self.nonce,
        };
        Plan {
            task,
            parts,
            tip: TIP,
        }
    }

    /// The native coins that a register must bring.
    pub fn price(&self, on: usize, plan: &Plan) -> Vec<Funds> {
        let total: u128 = plan.parts[on]
            .tx
            .iter()
            .map(|effect| match effect {
                Effect::Transfer {
                    asset: Asset::Native(_),
                    amount,
                    ..
                } => amount.0,
                Effect::Transfer { .. } => 0,
                Effect::Call { funds, .. } => funds.iter().map(|coin| coin.amount.0).sum(),
            })
            .sum();
        vec![coin(total + FEE + plan.tip, denom(on))]
    }

    pub fn register(&mut self, on: usize, plan: &Plan) -> Result<AppResponse, LockError> {
        let funds = self.price(on, plan);
        self.register_with(on, plan.parts[on].registrant, plan, &funds)
    }

    pub fn register_with(
        &mut self,
        on: usize,
        sender: &str,
        plan: &Plan,
        funds: &[Funds],
    ) -> Result<AppResponse, LockError> {
        let part = &plan.parts[on];
        let message = ExecuteMsg::Register {
            task: plan.task.clone(),
            tx: part.tx.clone(),
            reversal: part.reversal.clone(),
            tip: Amount(plan.tip),
        };
        self.send(on, sender, &message, funds)
    }

    /// Registers a plan on all its zones, and lets it be seen.
    pub fn register_all(&mut self, plan: &Plan) {
        for on in 0..plan.parts.len() {
            self.register(on, plan).unwrap();
        }
        self.tick(2);
    }

    /// Registers and commits a plan on all its zones, and lets it be seen.
    pub fn commit_all(&mut self, plan: &Plan) {
        self.register_all(plan);
        for on in 0..plan.parts.len() {
            self.commit(on, &[plan]).unwrap();
        }
        self.tick(2);
    }

    pub fn commit(&mut self, on: usize, plans: &[&Plan]) -> Result<AppResponse, LockError> {
        let proofs = self.evidence(on, plans);
        self.commit_with(on, plans, proofs)
    }

    pub fn commit_with(
        &mut self,
        on: usize,
        plans: &[&Plan],
        proofs: Vec<ZoneProof>,
    ) -> Result<AppResponse, LockError> {
        let batch = batch(on, plans, proofs);
        self.send(on, "relayer", &ExecuteMsg::Commit { batch }, &[])
    }

    pub fn settle(&mut self, on: usize, plans: &[&Plan]) -> Result<AppResponse, LockError> {
        let proofs = self.evidence(on, plans);
        self.settle_with(on, plans, proofs)
    }

    pub fn settle_with(
        &mut self,
        on: usize,
        plans: &[&Plan],
        proofs: Vec<ZoneProof>,
    ) -> Result<AppResponse, LockError> {
        let batch = batch(on, plans, proofs);
        self.send(on, "relayer", &ExecuteMsg::Settle { batch }, &[])
    }

    pub fn reject(
        &mut self,
        on: usize,
        sender: &str,
        plan: &Plan,
    ) -> Result<AppResponse, LockError> {
        let proofs = self.evidence(on, &[plan]);
        let batch = batch(on, &[plan], proofs);
        self.send(on, sender, &ExecuteMsg::Reject { batch }, &[])
    }

    pub fn lapse(&mut self, on: usize, plan: &Plan) -> Result<AppResponse, LockError> {
        self.send(on, "thief", &ExecuteMsg::Lapse { task_id: plan.id() }, &[])
    }

    pub fn claim(&mut self, on: usize, plan: &Plan, effect: u8) -> anyhow::Result<AppResponse> {
        let message = ExecuteMsg::Claim {
            task_id: plan.id(),
            effect,
        };
        let (sender, side) = (self.who(on, "thief"), &mut self.sides[on]);
        side.zone
            .execute(&sender, &side.lock.clone(), &message, &[])
    }

    /// Sends a message to a zone's lock.
    pub fn send(
        &mut self,
        on: usize,
        sender: &str,
        message: &ExecuteMsg,
        funds: &[Funds],
    ) -> Result<AppResponse, LockError> {
        let (sender, side) = (self.who(on, sender), &mut self.sides[on]);
        let sent = side
            .zone
            .execute(&sender, &side.lock.clone(), message, funds);
        sent.map_err(|error| error.downcast().expect("a refusal of the lock"))
    }

    /// What zone `on` is shown of all other legs of these plans: the newest sealed state of each zone.
    pub fn evidence(&mut self, on: usize, plans: &[&Plan]) -> Vec<ZoneProof> {
        let legs = plans.iter().map(|plan| plan.parts.len()).max().unwrap();
        let others = (0..legs).filter(|of| *of != on);
        others.map(|of| self.show(on, of, plans)).collect()
    }

    /// The villain of a zone writes what its lock should have, under the key of a plan's leg.
    pub fn forge(&mut self, on: usize, plan: &Plan, value: &[u8]) {
        let write = villain::ExecuteMsg::Write {
            key: key::leg(&plan.id()).into(),
            value: value.into(),
        };
        let (sender, side) = (self.who(on, "thief"), &mut self.sides[on]);
        let villain = side.villain.clone();
        side.zone.execute(&sender, &villain, &write, &[]).unwrap();
    }

    /// Brings zone `of`'s newest header to zone `on`, and proves what the villain there has written for the plans.
    pub fn show_forged(&mut self, on: usize, of: usize, plans: &[&Plan]) -> ZoneProof {
        let height = self.sides[of].zone.sealed();
        self.advance(on, of, height);
        let side = &self.sides[of];
        let keys: Vec<_> = plans.iter().map(|plan| key::leg(&plan.id())).collect();
        let proof = side
            .zone
            .prove_many(&side.villain, &keys, height.minus(1).unwrap());
        ZoneProof {
            zone: side.zone.id().clone(),
            height,
            tasks: Vec::new(),
            proof: proof.unwrap(),
        }
    }

    /// Brings zone `of`'s newest header to zone `on`, and proves the legs there.
    pub fn show(&mut self, on: usize, of: usize, plans: &[&Plan]) -> ZoneProof {
        let height = self.sides[of].zone.sealed();
        self.advance(on, of, height);
        self.proof(of, plans, height)
    }

    /// Proves the legs of plans on zone `of` at a header.
    pub fn proof(&self, of: usize, plans: &[&Plan], height: Height) -> ZoneProof {
        let side = &self.sides[of];
        let keys: Vec<_> = plans.iter().map(|plan| key::leg(&plan.id())).collect();
        let state = height.minus(1).unwrap();
        let proof = match keys.as_slice() {
            [one] => side.zone.prove(&side.lock, one, state).unwrap().to_proof(),
            many => side.zone.prove_many(&side.lock, many, state).unwrap(),
        };
        let zone = side.zone.id().clone();
        ZoneProof {
            zone,
            height,
            tasks: Vec::new(),
            proof,
        }
    }

    pub fn advance(&mut self, on: usize, of: usize, height: Height) {
        let zone = self.sides[of].zone.id().clone();
        let view: chain_view::ViewResponse =
            self.ask_view(on, &chain_view::QueryMsg::View { zone: zone.clone() });
        let trusted = view.latest.height;
        if trusted >= height {
            return;
        }
        let header = self.sides[of]
            .zone
            .standard_header(height, trusted)
            .unwrap();
        let message = chain_view::ExecuteMsg::Advance { zone, header };
        let (relayer, side) = (self.who(on, "relayer"), &mut self.sides[on]);
        side.zone
            .execute(&relayer, &side.view.clone(), &message, &[])
            .unwrap();
    }

    pub fn ask<T: DeserializeOwned>(&self, on: usize, question: &QueryMsg) -> T {
        let side = &self.sides[on];
        side.zone.query(&side.lock, question).unwrap()
    }

    pub fn ask_view<T: DeserializeOwned>(&self, on: usize, question: &chain_view::QueryMsg) -> T {
        let side = &self.sides[on];
        side.zone.query(&side.view, question).unwrap()
    }

    pub fn leg(&self, on: usize, plan: &Plan) -> Option<LegResponse> {
        self.ask(on, &QueryMsg::Leg { task_id: plan.id() })
    }

    pub fn state(&self, on: usize, plan: &Plan) -> LegState {
        self.leg(on, plan).expect("a registered leg").state
    }

    pub fn states(&self, plan: &Plan) -> Vec<LegState> {
        (0..plan.parts.len())
            .map(|on| self.state(on, plan))
            .collect()
    }

    pub fn owed(&self, on: usize) -> Vec<OwedResponse> {
        let (start_after, limit) = (None, Some(100));
        self.ask(on, &QueryMsg::Owed { start_after, limit })
    }

    pub fn open_tasks(&self, on: usize) -> Vec<OpenTask> {
        let (start_after, limit) = (None, Some(100));
        self.ask(on, &QueryMsg::OpenTasks { start_after, limit })
    }

    pub fn at_risk(&self, on: usize, from: usize, asset: Asset) -> u128 {
        let zone = self.sides[from].zone.id().clone();
        let exposure: Option<ExposureResponse> = self.ask(on, &QueryMsg::OpenValue { zone, asset });
        exposure.unwrap().at_risk.0
    }

    /// What somebody has of an asset on a zone.
    pub fn has(&self, on: usize, holder: &Addr, asset: &Asset) -> u128 {
        let zone = &self.sides[on].zone;
        let amount = match asset {
            Asset::Native(denom) => zone.balance(holder, denom.as_str()).unwrap(),
            Asset::Cw20(token) => zone
                .balance_cw20(holder, &Addr::unchecked(token.as_str()))
                .unwrap(),
        };
        amount.0
    }

    pub fn coins(&self, on: usize, name: &str) -> u128 {
        self.has(on, &self.who(on, name), &coin_of(on))
    }

    pub fn escrow(&self, on: usize, asset: &Asset) -> u128 {
        self.has(on, &self.sides[on].lock.clone(), asset)
    }

    pub fn allow(&mut self, on: usize, owner: &str, amount: u128) {
        let (owner, side) = (self.who(on, owner), &mut self.sides[on]);
        let message = Cw20ExecuteMsg::IncreaseAllowance {
            spender: side.lock.to_string(),
            amount: amount.into(),
            expires: None,
        };
        side.zone
            .execute(&owner, &side.token.clone(), &message, &[])
            .unwrap();
    }

    /// From now on the villain fails when it is called in this way, or calls others.
    pub fn arm(&mut self, on: usize, way: &str, fail: bool, send: Vec<CosmosMsg>) {
        let message = villain::ExecuteMsg::Arm {
            way: way.into(),
            fail,
            send,
        };
        let (anyone, side) = (self.who(on, "thief"), &mut self.sides[on]);
        side.zone
            .execute(&anyone, &side.villain.clone(), &message, &[])
            .unwrap();
    }

    /// How those took it whom the villain called.
    pub fn answers(&self, on: usize) -> Vec<String> {
        let side = &self.sides[on];
        side.zone
            .query(&side.villain, &villain::QueryMsg::Answers {})
            .unwrap()
    }

    /// How often the villain was called in a way.
    pub fn calls(&self, on: usize, way: &str) -> u8 {
        let side = &self.sides[on];
        side.zone
            .query(&side.villain, &villain::QueryMsg::Calls { way: way.into() })
            .unwrap()
    }

    /// Sends a message to a zone's view of others.
    pub fn view_message(&mut self, on: usize, sender: &str, message: &chain_view::ExecuteMsg) {
        let (sender, side) = (self.who(on, sender), &mut self.sides[on]);
        side.zone
            .execute(&sender, &side.view.clone(), message, &[])
            .unwrap();
    }

    /// How zone `of` stands, as zone `on` sees it.
    pub fn standing(&self, on: usize, of: usize) -> Standing {
        let zone = self.sides[of].zone.id().clone();
        self.ask_view(on, &chain_view::QueryMsg::Standing { zone })
    }

    /// Another history takes the place of a zone's.
    pub fn replace(&mut self, on: usize, zone: Zone) {
        self.sides[on].zone = zone;
    }

    fn introduce(&mut self, on: usize, of: usize) {
        let (zone, contract) = {
            let other = &self.sides[of];
            (
                other.zone.id().clone(),
                other.zone.canonical(&other.lock).unwrap(),
            )
        };
        let header = self.sides[of]
            .zone
            .first_header(self.sides[of].zone.sealed())
            .unwrap();
        let register = chain_view::ExecuteMsg::RegisterZone {
            zone: zone.clone(),
            header,
            params: params(),
        };
        let (owner, side) = (self.who(on, "owner"), &mut self.sides[on]);
        side.zone
            .execute(&owner, &side.view.clone(), &register, &[])
            .unwrap();
        let roots = Address::new(side.view.as_str()).unwrap();
        let targets = [&side.harbour, &side.villain].map(|target| Address::new(target.as_str()));
        for contract in targets.map(Result::unwrap) {
            let link = ExecuteMsg::LinkTarget { contract };
            self.send(on, "owner", &link, &[]).unwrap();
        }
        let link = ExecuteMsg::LinkPeer {
            zone: zone.clone(),
            contract,
            roots,
        };
        self.send(on, "owner", &link, &[]).unwrap();
        for asset in [coin_of(on), self.token(on), self.villain(on)] {
            let cap = ExecuteMsg::SetCap {
                zone: zone.clone(),
                asset,
                max: Amount(CAP),
            };
            self.send(on, "owner", &cap, &[]).unwrap();
        }
    }
}

pub fn settings(side: usize, treasury: Address) -> Settings {
    Settings {
        min_horizon: MIN_HORIZON,
        max_horizon: MAX_HORIZON,
        fresh: Seconds(FRESH),
        fork_grace: FORK_GRACE,
        ..Settings::new(Amount(FEE), Denom::new(denom(side)).unwrap(), treasury)
    }
}

fn params() -> Params {
    Params {
        trust_level: Ratio::new(1, 3).unwrap(),
        trusting_period: Seconds(14 * 24 * 3600),
        unbonding_period: Seconds(21 * 24 * 3600),
        clock_drift: Seconds(60),
        min_block_interval: 100,
        k: 64,
        refresh_interval: Seconds(60),
        close_delay: Seconds(50),
        advance_reward: Amount(0),
        fork_bounty: Amount(0),
    }
}

fn build(side: usize) -> Side {
    let (id, prefix) = NAMES[side];
    let config = ZoneConfig {
        interval: Seconds(INTERVAL),
        genesis: Timestamp(1_700_000_000_000_000_000),
        ..ZoneConfig::new(id, prefix).unwrap()
    };
    let mut zone = Zone::start(config);
    let owner = zone.account("owner").unwrap();
    let appointment = || Appointment {
        owner: Some(Address::new(owner.as_str()).unwrap()),
        guardian: Some(Address::new(zone.account("guardian").unwrap().as_str()).unwrap()),
    };
    let (lock_roles, view_roles, harbour_roles) = (appointment(), appointment(), appointment());
    let treasury = Address::new(zone.account("treasury").unwrap().as_str()).unwrap();
    let code = zone.store_code(|| {
        use transaction_lock::contract::{execute, instantiate, migrate, query, reply};
        Box::new(
            ContractWrapper::new(execute, instantiate, query)
                .with_reply(reply)
                .with_migrate(migrate),
        )
    });
    let message = InstantiateMsg {
        roles: lock_roles,
        settings: settings(side, treasury),
    };
    let lock = zone.instantiate(&owner, code, &message, "lock").unwrap();
    let code = zone.store_code(tessera_testing::contracts::chain_view);
    let reserve_denom = Denom::new(denom(side)).unwrap();
    let message = chain_view::InstantiateMsg {
        roles: view_roles,
        reserve_denom: reserve_denom.clone(),
    };
    let view = zone.instantiate(&owner, code, &message, "view").unwrap();
    let harbour = build_harbour(&mut zone, &owner, &lock, harbour_roles, reserve_denom);
    let token = build_token(&mut zone, &owner);
    let code = zone.store_code(villain::code);
    let villain = zone
        .instantiate(&owner, code, &villain::InstantiateMsg {}, "villain")
        .unwrap();
    for person in PEOPLE {
        let person = zone.account(person).unwrap();
        zone.mint(&person, PURSE, &denom(side)).unwrap();
    }
    Side {
        zone,
        lock,
        view,
        token,
        harbour,
        villain,
    }
}

fn build_harbour(
    zone: &mut Zone,
    owner: &Addr,
    lock: &Addr,
    roles: Appointment,
    denom: Denom,
) -> Addr {
    let code = zone.store_code(tessera_testing::contracts::booking);
    let message = booking::InstantiateMsg { roles, denom };
    let harbour = zone.instantiate(owner, code, &message, "harbour").unwrap();
    let lock = Address::new(lock.as_str()).unwrap();
    let stock = booking::ExecuteMsg::Stock {
        item: "berth".into(),
        free: 10,
        price: Amount(50),
        reserved_for: None,
    };
    for message in [stock, booking::ExecuteMsg::LinkLock { lock }] {
        zone.execute(owner, &harbour, &message, &[]).unwrap();
    }
    harbour
}

fn build_token(zone: &mut Zone, owner: &Addr) -> Addr {
    let code = zone.store_code(|| {
        use cw20_base::contract::{execute, instantiate, query};
        Box::new(ContractWrapper::new(execute, instantiate, query))
    });
    let balance = |person: &&str| Cw20Coin {
        address: zone.account(person).unwrap().to_string(),
        amount: PURSE.into(),
    };
    let message = cw20_base::msg::InstantiateMsg {
        name: "token".into(),
        symbol: "TOK".into(),
        decimals: 6,
        initial_balances: PEOPLE.iter().map(balance).collect(),
        mint: None,
        marketing: None,
    };
    zone.instantiate(owner, code, &message, "token").unwrap()
}

/// What a message about plans brings, with all their effects.
pub fn batch(on: usize, plans: &[&Plan], proofs: Vec<ZoneProof>) -> Bytes {
    let tasks = plans.iter().map(|plan| plan.body(on)).collect();
    Batch { tasks, proofs }.to_bytes()
}

/// Facts of an answer, by name, in order.
pub fn facts(response: &AppResponse) -> Vec<&str> {
    let events = response
        .events
        .iter()
        .filter_map(|event| event.ty.strip_prefix("wasm-"));
    events.collect()
}
