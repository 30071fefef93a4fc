//! A pool with four tokens, a bank beside it that knows nothing of the rule, and the time.
// Each story uses its own part.
#![allow(dead_code)]

mod checks;
pub mod governance;

use std::collections::BTreeMap;

use cosmwasm_crypto::{
    bls12_381_aggregate_g1, bls12_381_aggregate_g2, bls12_381_hash_to_g2,
    bls12_381_pairing_equality, HashFunction,
};
use tessera_primitives::{Address, Amount, Asset, Hash, Price, Seconds, Timestamp, Value, ZoneId};
use tessera_proof::{is_identity, Crypto, BLS_DOMAIN};
use tessera_stake::{
    answer, evidence, genesis,
    input::{Candidacy, Quote, SlashOrder},
    key,
    memory::Memory,
    state::{Kind, Parameters, Place, TokenNumber, Validator, ValidatorNumber},
    transition, Effect, Event, FirstToken, Input, Now, Refusal, Refused, Share,
};

pub const EPOCH: u64 = 100;
pub const UNBONDING: u64 = 1_000;
pub const HUB: TokenNumber = 0;
pub const VOUCHER: TokenNumber = 1;
pub const CW20: TokenNumber = 2;
pub const WHOLE: TokenNumber = 3;
pub const DECIMALS: [u8; 4] = [6, 6, 18, 0];

/// The generator of G1.
const GENERATOR: &str = "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";

fn generator() -> Vec<u8> {
    let digits = (0..48).map(|byte| &GENERATOR[2 * byte..2 * byte + 2]);
    digits
        .map(|digits| u8::from_str_radix(digits, 16).unwrap())
        .collect()
}

/// BLS with secrets that are small numbers, so that adding points is all it takes to sign.
pub struct Native;

impl Crypto for Native {
    fn ed25519_batch_verify(&self, _: &[&[u8]], _: &[&[u8]], _: &[&[u8]]) -> bool {
        false
    }

    fn bls_verify(&self, message: &[u8], signature: &[u8], key: &[u8]) -> bool {
        if is_identity(signature) || is_identity(key) {
            return false;
        }
        let hashed = bls12_381_hash_to_g2(HashFunction::Sha256, message, BLS_DOMAIN);
        bls12_381_pairing_equality(&generator(), signature, key, &hashed).unwrap_or(false)
    }
}

pub fn vote_key(secret: usize) -> [u8; 48] {
    bls12_381_aggregate_g1(&generator().repeat(secret)).unwrap()
}

pub fn sign(secret: usize, message: &Hash) -> [u8; 96] {
    let hashed = bls12_381_hash_to_g2(HashFunction::Sha256, message.as_bytes(), BLS_DOMAIN);
    bls12_381_aggregate_g2(&hashed.repeat(secret)).unwrap()
}

pub fn address(name: &str) -> Address {
    Address::new(name).unwrap()
}

pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

pub fn asset(token: TokenNumber) -> Asset {
    match token {
        HUB => Asset::Native("uhub".parse().unwrap()),
        VOUCHER => Asset::Native("ibc/0123456789ABCDEF".parse().unwrap()),
        CW20 => Asset::Cw20(address("cw20token")),
        WHOLE => Asset::Native("whole".parse().unwrap()),
        other => Asset::Native(format!("token{other}").parse().unwrap()),
    }
}

pub fn place() -> Place {
    Place {
        chain: ZoneId::new("hub-1").unwrap(),
        pool: address("pool"),
        start: at(1_000_000),
        epoch: Seconds(EPOCH),
        unbonding: Seconds(UNBONDING),
    }
}

pub fn parameters() -> Parameters {
    Parameters {
        max_validators: 4,
        emission: Amount(1_000),
        deposit_period: Seconds(500),
        voting_period: Seconds(500),
        enact_delay: Seconds(200),
        leaving_period: Seconds(400),
        jail: Seconds(150),
        rotation: 7,
        throttle_fraction: Share::ONE,
        pay: Amount(1),
        ..Parameters::with_defaults(address("treasury"), Value(1_000_000), Value(100_000_000))
    }
}

/// The same, where slashes take a tenth of the weight an hour.
pub fn throttled() -> Parameters {
    Parameters {
        throttle_fraction: share(10),
        throttle_period: Seconds(3_600),
        ..parameters()
    }
}

pub fn share(percent: u32) -> Share {
    Share::percent(percent)
}

pub struct World {
    pub pool: Memory,
    /// What the pool's account holds.
    pub held: BTreeMap<Asset, i128>,
    /// What went to whom.
    pub paid: BTreeMap<(Address, Asset), u128>,
    pub burned: BTreeMap<Asset, u128>,
    pub time: u64,
    pub prices: BTreeMap<TokenNumber, Option<Price>>,
    pub evidence: u64,
}

impl World {
    pub fn new() -> World {
        World::with(parameters())
    }

    pub fn with(parameters: Parameters) -> World {
        let mut pool = Memory::new(place(), parameters.clone());
        let tokens = (0..4).map(|token| FirstToken {
            asset: asset(token),
            decimals: DECIMALS[usize::from(token)],
            feed: format!("T{token}/USD"),
            max_share: share(20),
        });
        let slashers = ["core", "league"].map(|name| (address(name), share(60)));
        let step = genesis(&place(), parameters, tokens.collect(), slashers.to_vec()).unwrap();
        pool.apply(&step);
        // A whole token is worth one unit, a whole one without decimals a micro-unit's million.
        let prices = (0..4).map(|token| (token, Some(Price(1_000_000_000_000_000_000))));
        World {
            pool,
            held: BTreeMap::new(),
            paid: BTreeMap::new(),
            burned: BTreeMap::new(),
            time: 1_000_000,
            prices: prices.collect(),
            evidence: 0,
        }
    }

    pub fn now(&self) -> Now {
        Now {
            time: at(self.time),
        }
    }

    pub fn epoch(&self) -> u32 {
        self.pool.place.epoch_at(at(self.time))
    }

    pub fn act(&mut self, input: Input) -> Result<Vec<Event>, Refusal> {
        match transition(&self.now(), &self.pool, input) {
            Ok(step) => {
                self.pool.apply(&step);
                for effect in &step.effects {
                    self.follow(effect);
                }
                Ok(step.events)
            }
            Err(Refused::Rule(refusal)) => Err(refusal),
            Err(Refused::Read(never)) => match never {},
        }
    }

    fn follow(&mut self, effect: &Effect) {
        let (asset, change) = match effect {
            Effect::Collect { asset, amount, .. } => (asset, amount.0 as i128),
            Effect::Pay { to, asset, amount } => {
                let paid = self.paid.entry((to.clone(), asset.clone())).or_default();
                *paid += amount.0;
                (asset, -(amount.0 as i128))
            }
            Effect::Burn { asset, amount } => {
                *self.burned.entry(asset.clone()).or_default() += amount.0;
                (asset, -(amount.0 as i128))
            }
        };
        assert!(change != 0, "an effect of nothing");
        *self.held.entry(asset.clone()).or_default() += change;
    }

    pub fn quote(&self, token: TokenNumber) -> Quote {
        let price = self.prices.get(&token).copied().flatten();
        Quote { token, price }
    }

    pub fn quotes(&self) -> Vec<Quote> {
        let numbers = self.pool.tokens.keys();
        numbers.map(|token| self.quote(*token)).collect()
    }

    pub fn key(&self, operator: &Address, secret: usize) -> evidence::ProvenKey {
        let key = vote_key(secret);
        let place = &self.pool.place;
        let message = key::possession(&place.chain, &place.pool, operator, &key);
        let signature = sign(secret, &message);
        evidence::possession(&Native, place, operator, &key, &signature).unwrap()
    }

    pub fn candidacy(&self, name: &str, secret: usize, amount: u128) -> Candidacy {
        let operator = address(name);
        Candidacy {
            key: self.key(&operator, secret),
            operator,
            name: name.into(),
            commission: share(10),
            max_commission: share(50),
            max_change: share(5),
            bond: self.quote(HUB),
            amount: Amount(amount),
        }
    }

    /// A validator with a whole number of hub tokens of its own.
    pub fn create(&mut self, name: &str, tokens: u128) -> ValidatorNumber {
        let number = self.pool.pool.next_validator;
        let secret = number as usize + 1;
        let candidacy = self.candidacy(name, secret, tokens * 1_000_000);
        self.act(Input::CreateValidator(candidacy)).unwrap();
        number
    }

    pub fn bond(
        &mut self,
        who: &str,
        validator: ValidatorNumber,
        token: TokenNumber,
        amount: u128,
    ) -> Result<Vec<Event>, Refusal> {
        self.act(Input::Bond {
            delegator: address(who),
            validator,
            quote: self.quote(token),
            amount: Amount(amount),
        })
    }

    pub fn unbond(
        &mut self,
        who: &str,
        validator: ValidatorNumber,
        token: TokenNumber,
        amount: u128,
    ) -> Result<Vec<Event>, Refusal> {
        self.act(Input::Unbond {
            delegator: address(who),
            validator,
            token,
            amount: Amount(amount),
        })
    }

    pub fn redelegate(
        &mut self,
        who: &str,
        validator: ValidatorNumber,
        to: ValidatorNumber,
        token: TokenNumber,
        amount: u128,
    ) -> Result<Vec<Event>, Refusal> {
        self.act(Input::Redelegate {
            delegator: address(who),
            validator,
            to,
            token,
            amount: Amount(amount),
        })
    }

    pub fn withdraw(
        &mut self,
        who: &str,
        validator: ValidatorNumber,
        token: TokenNumber,
    ) -> Result<Vec<Event>, Refusal> {
        self.act(Input::WithdrawUnbonded {
            delegator: address(who),
            validator,
            token,
        })
    }

    pub fn rewards(
        &mut self,
        who: &str,
        validator: ValidatorNumber,
    ) -> Result<Vec<Event>, Refusal> {
        self.act(Input::WithdrawRewards {
            delegator: address(who),
            validator,
        })
    }

    pub fn fund(&mut self, amount: u128, reserve: bool) {
        self.act(Input::Fund {
            sender: address("patron"),
            amount: Amount(amount),
            reserve,
        })
        .unwrap();
    }

    pub fn turn(&mut self) -> Result<Vec<Event>, Refusal> {
        let prices = self.quotes();
        self.act(Input::Turn {
            caller: address("pusher"),
            prices,
        })
    }

    /// So many epochs pass, each turned.
    pub fn epochs(&mut self, number: u64) {
        for _ in 0..number {
            self.time += EPOCH;
            self.turn().unwrap();
        }
    }

    pub fn order(
        &mut self,
        validator: ValidatorNumber,
        percent: u32,
        from: u32,
        to: u32,
    ) -> SlashOrder {
        self.evidence += 1;
        SlashOrder {
            slasher: address("core"),
            validator,
            kind: Kind::Jail,
            from,
            to,
            fraction: share(percent),
            evidence: Hash::sha256(&self.evidence.to_be_bytes()),
            reward_to: address("challenger"),
        }
    }

    pub fn slash(
        &mut self,
        validator: ValidatorNumber,
        percent: u32,
        from: u32,
        to: u32,
    ) -> Vec<Event> {
        self.convict(Kind::Jail, validator, percent, [from, to])
    }

    pub fn convict(
        &mut self,
        kind: Kind,
        validator: ValidatorNumber,
        percent: u32,
        [from, to]: [u32; 2],
    ) -> Vec<Event> {
        let order = self.order(validator, percent, from, to);
        self.act(Input::Slash(SlashOrder { kind, ..order }))
            .unwrap()
    }

    pub fn drain(&mut self) -> Result<Vec<Event>, Refusal> {
        self.act(Input::Drain {
            caller: address("pusher"),
            limit: 100,
        })
    }

    pub fn validator(&self, number: ValidatorNumber) -> Validator {
        answer::validator(&self.now(), &self.pool, number).unwrap()
    }

    pub fn parts(&self, who: &str, validator: ValidatorNumber) -> Vec<answer::PartView> {
        let view = answer::delegation(&self.now(), &self.pool, &address(who), validator);
        view.unwrap().parts
    }

    /// What somebody's stake in a token at a validator is worth.
    pub fn worth(&self, who: &str, validator: ValidatorNumber, token: TokenNumber) -> u128 {
        let parts = self.parts(who, validator).into_iter();
        let of = parts.filter(|view| view.part.token == token);
        of.map(|view| view.worth.0).sum()
    }

    pub fn pending(&self, who: &str, validator: ValidatorNumber) -> u128 {
        let view = answer::delegation(&self.now(), &self.pool, &address(who), validator);
        view.unwrap().rewards.0
    }

    pub fn paid(&self, who: &str, token: TokenNumber) -> u128 {
        let key = (address(who), asset(token));
        self.paid.get(&key).copied().unwrap_or(0)
    }

    pub fn credit(&self, who: &str, token: TokenNumber) -> u128 {
        let key = (Some(address(who)), token);
        self.pool.credits.get(&key).map_or(0, |amount| amount.0)
    }
}

impl World {
    /// The same again.
    pub fn copy(&self) -> World {
        World {
            pool: self.pool.clone(),
            held: self.held.clone(),
            paid: self.paid.clone(),
            burned: self.burned.clone(),
            time: self.time,
            prices: self.prices.clone(),
            evidence: self.evidence,
        }
    }
}
