use anyhow::Context;
use cosmwasm_std::{
    coins, from_json, Addr, Api, BalanceResponse, BankQuery, CanonicalAddr, QueryRequest,
};
use cw_multi_test::{BankSudo, SudoMsg};
use tessera_primitives::{Address, Amount, CanonicalAddress, Hash};

use crate::{Zone, ZoneError};

impl Zone {
    /// The account of a name: 20 bytes that the name decides, in this zone's bech32.
    ///
    /// # Errors
    /// [`ZoneError::Address`] when the zone's prefix is none.
    pub fn account(&self, name: &str) -> Result<Addr, ZoneError> {
        let bytes = Hash::sha256(name.as_bytes()).0;
        let (bytes, _) = bytes.split_at(20);
        let address = self.api().addr_humanize(&CanonicalAddr::from(bytes));
        address.map_err(|_| self.no_address(name))
    }

    /// Raw bytes of an address.
    ///
    /// # Errors
    /// [`ZoneError::Address`] when it is none of this zone.
    pub fn canonical(&self, address: &Addr) -> Result<CanonicalAddress, ZoneError> {
        let wrong = || self.no_address(address.as_str());
        let bytes = self
            .api()
            .addr_canonicalize(address.as_str())
            .map_err(|_| wrong())?;
        CanonicalAddress::new(bytes.to_vec()).map_err(|_| wrong())
    }

    /// The address of raw bytes.
    ///
    /// # Errors
    /// [`ZoneError::Address`] when the zone's prefix is none.
    pub fn humanise(&self, address: &CanonicalAddress) -> Result<Addr, ZoneError> {
        let bytes = CanonicalAddr::from(address.as_bytes());
        let text = self.api().addr_humanize(&bytes);
        text.map_err(|_| self.no_address(&address.to_string()))
    }

    /// An address as the rules write it.
    ///
    /// # Errors
    /// [`ZoneError::Address`] when it is none of this zone.
    pub fn address(&self, address: &Addr) -> Result<Address, ZoneError> {
        self.canonical(address)?;
        Address::new(address.as_str()).map_err(|_| self.no_address(address.as_str()))
    }

    fn no_address(&self, text: &str) -> ZoneError {
        ZoneError::Address {
            zone: self.id.to_string(),
            text: text.into(),
        }
    }

    /// Mints native coins, vouchers (`ibc/…`) among them, by bank sudo.
    ///
    /// # Errors
    /// What the bank says.
    pub fn mint(&mut self, to: &Addr, amount: u128, denom: &str) -> anyhow::Result<()> {
        let mint = BankSudo::Mint {
            to_address: to.to_string(),
            amount: coins(amount, denom),
        };
        self.with_app(|app| app.sudo(SudoMsg::Bank(mint))).map(drop)
    }

    /// From now on native coins cannot be sent to an account, as to a module account on a real chain. Minting to it
    /// still works.
    pub fn close_account(&mut self, account: &Addr) {
        std::sync::Arc::make_mut(&mut self.bank.closed).insert(account.clone());
    }

    /// Takes [`Zone::close_account`] back.
    pub fn open_account(&mut self, account: &Addr) {
        std::sync::Arc::make_mut(&mut self.bank.closed).remove(account);
    }

    /// How much of a denom somebody holds.
    ///
    /// # Errors
    /// What the bank says.
    pub fn balance(&self, holder: &Addr, denom: &str) -> anyhow::Result<Amount> {
        let query = BankQuery::Balance {
            address: holder.to_string(),
            denom: denom.into(),
        };
        let answer: BalanceResponse = from_json(self.ask(QueryRequest::Bank(query))?)?;
        Ok(Amount(answer.amount.amount.u128()))
    }

    /// How much somebody holds of a cw20 token.
    ///
    /// # Errors
    /// What the token says.
    pub fn balance_cw20(&self, holder: &Addr, token: &Addr) -> anyhow::Result<Amount> {
        let question = cw20::Cw20QueryMsg::Balance {
            address: holder.to_string(),
        };
        let answer: cw20::BalanceResponse = self
            .query(token, &question)
            .with_context(|| format!("balance of {token}"))?;
        Ok(Amount(answer.balance.u128()))
    }
}
