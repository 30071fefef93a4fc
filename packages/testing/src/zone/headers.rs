use tessera_header::{encode_compact, encode_standard, Header, Known, LightBlock as Parts};
use tessera_primitives::{Hash, Height, Ratio};

use crate::{seal, Block, LightBlock, Validators, Zone, ZoneError};

impl Zone {
    /// A sealed header with all that verifies it, in CometBFT's types.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`].
    pub fn light_block(&self, height: Height) -> Result<LightBlock, ZoneError> {
        self.block(height).map(|block| block.light_block())
    }

    /// A validator set that a sealed block has, or announces, by its hash: the newest first.
    pub fn validators_by_hash(&self, hash: &Hash) -> Option<&Validators> {
        let blocks = self.blocks.iter().rev();
        let mut sets = blocks.flat_map(|block| [&block.next_validators, &block.validators]);
        sets.find(|set| set.hash().as_bytes() == hash.as_bytes())
    }

    /// A sealed block as CometBFT's nodes hand it around: protobuf.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`].
    pub fn block_bytes(&self, height: Height) -> Result<Vec<u8>, ZoneError> {
        let block = self.block(height)?;
        let below = height.0.checked_sub(1).filter(|below| *below > 0);
        let below = below.map(|below| self.block(Height(below))).transpose()?;
        let last_commit = below.map(|below| &below.signed_header.commit);
        let header = &block.signed_header.header;
        Ok(seal::block_bytes(header, &block.transactions, last_commit))
    }

    /// A header in the standard form that nothing is trusted for: what a zone's owner registers.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`].
    pub fn first_header(&self, height: Height) -> Result<Header, ZoneError> {
        let block = self.block(height)?;
        let validators = block.validators.known()?;
        let bytes = encode_standard(&parts(block, &validators), &self.id, None);
        Ok(Header::Standard(bytes.map_err(wrong)?))
    }

    /// A header in the standard form, for who trusts the one at `trusted`.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`].
    pub fn standard_header(&self, height: Height, trusted: Height) -> Result<Header, ZoneError> {
        let block = self.block(height)?;
        let validators = block.validators.known()?;
        let announced = self.block(trusted)?.next_validators.known()?;
        let trusted = Some((trusted, &announced));
        let bytes = encode_standard(&parts(block, &validators), &self.id, trusted);
        Ok(Header::Standard(bytes.map_err(wrong)?))
    }

    /// A header in the compact form, for who trusts the one at `trusted` at this trust level and has cached the sets
    /// `cached`; `keep` asks it to cache this header's set.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`]; [`ZoneError::Malformed`] when `height` is not above `trusted`, or what signed it does not
    /// reach the trust level of the trusted set.
    pub fn compact_header(
        &self,
        height: Height,
        trusted: Height,
        trust_level: Ratio,
        cached: &[Validators],
        keep: bool,
    ) -> Result<Header, ZoneError> {
        let block = self.block(height)?;
        let validators = block.validators.known()?;
        let announced = self.block(trusted)?.next_validators.known()?;
        let cached: Vec<_> = cached
            .iter()
            .map(Validators::known)
            .collect::<Result<_, _>>()?;
        let known = Known {
            zone: &self.id,
            height: trusted,
            announced: &announced,
            cached: &cached,
            trust_level,
        };
        let bytes = encode_compact(&parts(block, &validators), &known, keep);
        Ok(Header::Compact(bytes.map_err(wrong)?))
    }
}

fn parts<'a>(block: &'a Block, validators: &'a tessera_header::ValidatorSet) -> Parts<'a> {
    Parts {
        header: &block.signed_header.header,
        commit: &block.signed_header.commit,
        validators,
    }
}

fn wrong(refusal: tessera_header::Refusal) -> ZoneError {
    ZoneError::malformed("header")(refusal)
}
