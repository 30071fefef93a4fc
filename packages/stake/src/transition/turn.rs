use tessera_primitives::{wide, Address, Amount, Value};

use crate::{
    input::Quote,
    reward::PRECISION,
    state::Snapshot,
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Write,
};

impl<R: Reads> Work<'_, R> {
    /// `turn`: once an epoch, the pot and the emission are added to one index a token: `R × unit weight / S` a base unit
    /// (the paper's `R × S_v / S × S_(v,i) / S_v`, where S_v cancels). An epoch that nobody turned distributes nothing.
    pub(super) fn turn(&mut self, caller: &Address, prices: &[Quote]) -> Answer<(), R> {
        let epoch = self.epoch;
        if self.pool.turned == epoch {
            return Err(Refused::Rule(Refusal::Turned { epoch }));
        }
        let parameters = self.get(self.reads.parameters())?;
        let snapshot = self.snapshot(prices)?;
        self.pay_pusher(caller, parameters.pay, 1)?;
        let distributed = self.distribute(&snapshot, parameters.emission)?;
        self.pool.turned = epoch;
        self.say(Event::Turned {
            epoch,
            distributed,
            caller: caller.clone(),
        });
        Ok(())
    }

    /// Each token's share of R and its index are rounded down; what a share leaves stays in the pot.
    fn distribute(&mut self, snapshot: &Snapshot, emission: Amount) -> Answer<Amount, R> {
        let mut whole = Value::ZERO;
        for unit in &snapshot.units {
            whole = whole.plus(unit.value)?;
        }
        if snapshot.total.is_zero() || whole.is_zero() {
            return Ok(Amount::ZERO);
        }
        let emitted = Amount(emission.0.min(self.pool.reserve.0));
        self.pool.reserve = self.pool.reserve.minus(emitted)?;
        let reward = self.pool.pot.plus(emitted)?;
        let mut indices = self.indices(self.epoch)?;
        let mut distributed = Amount::ZERO;
        for unit in &snapshot.units {
            if unit.amount.is_zero() {
                continue;
            }
            let share = Amount(wide::multiply_divide(reward.0, unit.value.0, whole.0)?);
            let growth = wide::multiply(share.0, PRECISION).divided(unit.amount.0)?;
            let sum = indices.of(unit.token).plus(growth)?;
            indices.set(unit.token, sum);
            distributed = distributed.plus(share)?;
        }
        self.pool.pot = reward.minus(distributed)?;
        self.pool.owed = self.pool.owed.plus(distributed)?;
        self.write(Write::Indices(self.epoch, indices));
        Ok(distributed)
    }
}
