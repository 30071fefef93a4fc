use anyhow::Context;
use cosmwasm_std::Addr;
use cw20::Cw20Coin;
use tessera_contract_api::{booking, chain_view, roles::Appointment, transaction_lock};
use tessera_primitives::{Amount, Denom};

use super::{Side, Suite, SuiteConfig, PEOPLE};
use crate::{contracts, Zone};

/// The zone at `index` with its contracts, which know no other yet, and its people.
pub(super) fn deploy(config: &SuiteConfig, index: usize) -> anyhow::Result<Side> {
    let zone = config.zones.get(index).cloned();
    let zone = zone.with_context(|| format!("no configuration of zone {index}"))?;
    let denom = format!("u{}", zone.prefix);
    let mut zone = Zone::start(zone);
    let owner = zone.account("owner")?;
    for person in PEOPLE {
        let person = zone.account(person)?;
        zone.mint(&person, config.purse, &denom)?;
    }
    let roles = Appointment {
        owner: Some(zone.address(&owner)?),
        guardian: Some(zone.address(&zone.account("guardian")?)?),
    };
    let coin = Denom::new(&denom)?;

    // Code and instance numbers make a contract's address. Codes that nobody uses keep them apart from zone to zone, so
    // that contracts with the same job have other addresses, as they have on real zones.
    for _ in 0..index.saturating_mul(4) {
        zone.store_code(contracts::notes::code);
    }

    let code = zone.store_code(contracts::chain_view);
    let message = chain_view::InstantiateMsg {
        roles: roles.clone(),
        reserve_denom: coin.clone(),
    };
    let view = zone.instantiate(&owner, code, &message, "chain-view")?;

    let code = zone.store_code(contracts::transaction_lock);
    let treasury = zone.address(&zone.account("treasury")?)?;
    let message = transaction_lock::InstantiateMsg {
        roles: roles.clone(),
        settings: config.settings(coin.clone(), treasury),
    };
    let lock = zone.instantiate(&owner, code, &message, "transaction-lock")?;

    let code = zone.store_code(contracts::booking);
    let message = booking::InstantiateMsg { roles, denom: coin };
    let booking = zone.instantiate(&owner, code, &message, "booking")?;
    let stock = booking::ExecuteMsg::Stock {
        item: "berth".into(),
        free: 1_000,
        price: Amount(50),
        reserved_for: None,
    };
    let link = booking::ExecuteMsg::LinkLock {
        lock: zone.address(&lock)?,
    };
    for message in [stock, link] {
        zone.execute(&owner, &booking, &message, &[])?;
    }
    let target = transaction_lock::ExecuteMsg::LinkTarget {
        contract: zone.address(&booking)?,
    };
    zone.execute(&owner, &lock, &target, &[])?;

    let token = deploy_token(&mut zone, &owner, config.purse)?;
    Ok(Side {
        zone,
        denom,
        view,
        lock,
        booking,
        token,
    })
}

fn deploy_token(zone: &mut Zone, owner: &Addr, purse: u128) -> anyhow::Result<Addr> {
    let mut initial_balances = Vec::new();
    for person in PEOPLE {
        initial_balances.push(Cw20Coin {
            address: zone.account(person)?.into_string(),
            amount: purse.into(),
        });
    }
    let message = cw20_base::msg::InstantiateMsg {
        name: "token".into(),
        symbol: "TOK".into(),
        decimals: 6,
        initial_balances,
        mint: None,
        marketing: None,
    };
    let code = zone.store_code(contracts::cw20);
    zone.instantiate(owner, code, &message, "token")
}

impl Suite {
    /// Gives zone `on` a view of zone `of` (which may be itself), a link to its lock, and caps in its own coin and token.
    ///
    /// # Errors
    /// What a contract refused.
    pub fn introduce(&mut self, on: usize, of: usize) -> anyhow::Result<()> {
        let other = self.side(of)?;
        let zone = other.zone.id().clone();
        let contract = other.zone.canonical(&other.lock)?;
        let header = other.zone.first_header(other.zone.sealed())?;
        let side = self.side(on)?;
        let (view, lock) = (side.view.clone(), side.lock.clone());
        let roots = side.zone.address(&view)?;
        let register = chain_view::ExecuteMsg::RegisterZone {
            zone: zone.clone(),
            header,
            params: self.config.view,
        };
        self.execute(on, "owner", &view, &register, &[])?;
        if on == of {
            return Ok(());
        }
        let link = transaction_lock::ExecuteMsg::LinkPeer {
            zone: zone.clone(),
            contract,
            roots,
        };
        self.execute(on, "owner", &lock, &link, &[])?;
        for asset in [self.coin(on)?, self.token(on)?] {
            self.set_cap(on, of, asset, self.config.cap)?;
        }
        Ok(())
    }

    /// Caps what may be at risk on zone `on` from zone `of` in an asset.
    ///
    /// # Errors
    /// What the lock refused.
    pub fn set_cap(
        &mut self,
        on: usize,
        of: usize,
        asset: tessera_primitives::Asset,
        max: u128,
    ) -> anyhow::Result<()> {
        let zone = self.side(of)?.zone.id().clone();
        let lock = self.side(on)?.lock.clone();
        let cap = transaction_lock::ExecuteMsg::SetCap {
            zone,
            asset,
            max: Amount(max),
        };
        self.execute(on, "owner", &lock, &cap, &[]).map(drop)
    }
}
