use tessera_primitives::{Address, Amount};

use crate::{
    state::{Parameters, TokenNumber},
    work::{Answer, Work},
    Effect, Event, Reads, Refusal, Refused, Write,
};

impl<R: Reads> Work<'_, R> {
    /// `fund`: the hub's token for the next turn, or for the reserve.
    pub(super) fn fund(
        &mut self,
        sender: &Address,
        amount: Amount,
        reserve: bool,
    ) -> Answer<(), R> {
        if amount.is_zero() {
            return Err(Refused::Rule(Refusal::Zero));
        }
        let pool = &mut self.pool;
        let fund = if reserve {
            &mut pool.reserve
        } else {
            &mut pool.pot
        };
        *fund = fund.plus(amount)?;
        // All that is ever set aside fits too.
        let all = pool.reserve.plus(pool.pot)?;
        all.plus(pool.owed)?;
        let hub = self.hub()?;
        self.collect(sender, hub, amount);
        self.say(Event::Funded {
            sender: sender.clone(),
            amount,
            reserve,
        });
        Ok(())
    }

    /// `collect`: a credit in one token leaves, so that a token that cannot move holds back no other.
    pub(super) fn collect_credit(
        &mut self,
        holder: Option<Address>,
        token: TokenNumber,
    ) -> Answer<(), R> {
        let amount = self.get(self.reads.credit(holder.as_ref(), token))?;
        if amount.is_zero() {
            let what = "credit";
            return Err(Refused::Rule(Refusal::Nothing { what }));
        }
        let asset = self.token(token)?.asset;
        self.write(Write::Credit(holder.clone(), token, Amount::ZERO));
        match &holder {
            Some(to) => self.pay(to, asset, amount),
            None => self.step.effects.push(Effect::Burn { asset, amount }),
        }
        self.say(Event::Collected {
            holder,
            token,
            amount,
        });
        Ok(())
    }

    /// `set_parameters`, by the owner.
    pub(super) fn set_parameters(&mut self, parameters: Parameters) -> Answer<(), R> {
        parameters.check(&self.place)?;
        self.say(Event::ParametersSet {
            treasury: parameters.treasury.clone(),
        });
        self.write(Write::Parameters(parameters));
        Ok(())
    }
}
