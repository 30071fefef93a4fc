use alloc::vec::Vec;

use tessera_primitives::Amount;

use crate::{
    state::{Delegation, Part, TokenNumber, ValidatorNumber},
    work::{Answer, Work},
    Reads, Refusal, Refused,
};

impl<R: Reads> Work<'_, R> {
    /// Takes an amount out of a delegation's bonded parts of a token, the oldest first, of one age those without a tag, and
    /// says of which. Parts that wait for a slash to be drained, and with `untagged` those with a tag, are passed over.
    pub(super) fn draw(
        &self,
        number: ValidatorNumber,
        delegation: &mut Delegation,
        token: TokenNumber,
        amount: Amount,
        untagged: bool,
    ) -> Answer<Vec<Part>, R> {
        if amount.is_zero() {
            return Err(Refused::Rule(Refusal::Zero));
        }
        let bonded = |part: &&Part| part.token == token && part.is_bonded();
        if delegation
            .parts
            .iter()
            .filter(bonded)
            .any(|part| !self.is_paid(part))
        {
            return Err(Refused::Rule(Refusal::ClaimFirst { validator: number }));
        }
        delegation.parts.sort_by_key(|part| (part.from, part.tag));
        let (mut left, mut drawn, mut frozen) = (amount, Vec::new(), Amount::ZERO);
        for part in &mut delegation.parts {
            if part.token != token || !part.is_bonded() {
                continue;
            }
            let (worth, waits) = self.worth(number, part)?;
            if waits || untagged && part.tag.is_some() {
                frozen = frozen.plus(worth)?;
                continue;
            }
            if left.is_zero() || !self.settle(number, part)? {
                continue;
            }
            let taken = part.raw.min(left);
            drawn.push(Part {
                raw: taken,
                ..*part
            });
            part.raw = part.raw.minus(taken)?;
            left = left.minus(taken)?;
        }
        if !left.is_zero() {
            return Err(Refused::Rule(Refusal::Insufficient {
                token,
                asked: amount,
                available: amount.minus(left)?,
                frozen,
            }));
        }
        delegation.parts.retain(|part| !part.raw.is_zero());
        Ok(drawn
            .into_iter()
            .filter(|part| !part.raw.is_zero())
            .collect())
    }

    /// A delegation with its rewards reckoned and what can be merged merged.
    pub(super) fn delegation(
        &mut self,
        delegator: &tessera_primitives::Address,
        number: ValidatorNumber,
    ) -> Answer<Delegation, R> {
        let mut delegation = self.get(self.reads.delegation(delegator, number))?;
        self.claim(number, &mut delegation)?;
        self.tidy(number, &mut delegation)?;
        Ok(delegation)
    }
}
