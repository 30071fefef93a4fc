use tessera_primitives::{Address, Asset};

use super::deposit::wrong_phase;
use crate::{
    content::refuse_content,
    state::{Content, Phase, ProposalNumber, Slasher, SlasherNumber, Token, TokenNumber},
    work::{Answer, Work},
    Event, Reads, Refused, Share, Write,
};

impl<R: Reads> Work<'_, R> {
    /// `enact`: does what was accepted, if it still can be done: of two proposals about one token the second may fail.
    pub(super) fn enact(&mut self, caller: &Address, number: ProposalNumber) -> Answer<(), R> {
        let parameters = self.get(self.reads.parameters())?;
        let mut proposal = self.proposal(number)?;
        match proposal.phase {
            Phase::Accepted { at } if at <= self.now => {}
            _ => {
                return Err(Refused::Rule(wrong_phase(
                    number,
                    "accepted and waited for",
                    &proposal,
                )))
            }
        }
        let phase = match refuse_content(self, &proposal.content) {
            Ok(()) => {
                self.fulfil(&proposal.content)?;
                Phase::Enacted
            }
            Err(Refused::Rule(_)) => Phase::Failed,
            Err(Refused::Read(error)) => return Err(Refused::Read(error)),
        };
        self.conclude(number, &mut proposal, phase);
        self.pay_pusher(caller, parameters.pay, 1)
    }

    fn fulfil(&mut self, content: &Content) -> Answer<(), R> {
        match content {
            Content::AddToken {
                asset,
                decimals,
                feed,
                max_share,
            } => self.add_token(asset, *decimals, feed, *max_share),
            Content::RemoveToken { token } => self.remove_token(*token),
            Content::ChangeFeed { token, feed } => {
                let mut changed = self.token(*token)?;
                changed.feed.clone_from(feed);
                self.change_token(*token, changed)
            }
            Content::ChangeMaxShare { token, max_share } => {
                let mut changed = self.token(*token)?;
                changed.max_share = *max_share;
                self.change_token(*token, changed)
            }
            Content::RegisterSlasher {
                address,
                max_fraction,
            } => self.register_slasher(address, *max_fraction),
            Content::RevokeSlasher { slasher } => self.revoke_slasher(*slasher),
        }
    }

    fn add_token(
        &mut self,
        asset: &Asset,
        decimals: u8,
        feed: &str,
        max_share: Share,
    ) -> Answer<(), R> {
        let number = match self.get(self.reads.token_of(asset))? {
            Some(number) => number,
            None => {
                let number = self.pool.next_token;
                self.pool.next_token = number.saturating_add(1);
                number
            }
        };
        let token = Token {
            asset: asset.clone(),
            decimals,
            feed: feed.into(),
            max_share,
            leaving: None,
        };
        // One that left and was not weighed since may still be listed.
        self.pool.tokens.retain(|other| *other != number);
        let after = self.pool.tokens.iter().position(|other| *other > number);
        let place = after.unwrap_or(self.pool.tokens.len());
        self.pool.tokens.insert(place, number);
        self.write(Write::Token(number, token));
        self.say(Event::TokenAdded {
            token: number,
            asset: asset.clone(),
        });
        Ok(())
    }

    fn remove_token(&mut self, number: TokenNumber) -> Answer<(), R> {
        let mut token = self.token(number)?;
        let period = self.get(self.reads.parameters())?.leaving_period;
        let until = self.now.plus(period)?;
        token.leaving = Some(until);
        self.write(Write::Token(number, token));
        self.say(Event::TokenLeaving {
            token: number,
            until,
        });
        Ok(())
    }

    fn change_token(&mut self, number: TokenNumber, token: Token) -> Answer<(), R> {
        self.write(Write::Token(number, token));
        self.say(Event::TokenChanged { token: number });
        Ok(())
    }

    /// One that was revoked comes back under its number: its validators are known by it.
    fn register_slasher(&mut self, address: &Address, max_fraction: Share) -> Answer<(), R> {
        let number = match self.get(self.reads.slasher_of(address))? {
            Some(number) => number,
            None => {
                let number = self.pool.next_slasher;
                self.pool.next_slasher = number.saturating_add(1);
                number
            }
        };
        self.pool.slashers.push(number);
        let slasher = Slasher {
            address: address.clone(),
            max_fraction,
            revoked: false,
        };
        self.write(Write::Slasher(number, slasher));
        self.say(Event::SlasherRegistered {
            slasher: number,
            address: address.clone(),
        });
        Ok(())
    }

    /// What it held is free; what it slashed stays slashed, and who joined it has joined it, should it come back.
    fn revoke_slasher(&mut self, number: SlasherNumber) -> Answer<(), R> {
        if let Some(slasher) = self.get(self.reads.slasher(number))? {
            let revoked = true;
            self.write(Write::Slasher(number, Slasher { revoked, ..slasher }));
        }
        self.write(Write::Holds(number, alloc::vec::Vec::new()));
        self.pool.slashers.retain(|other| *other != number);
        self.say(Event::SlasherRevoked { slasher: number });
        Ok(())
    }
}
