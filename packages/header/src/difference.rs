use alloc::{collections::BTreeMap, vec::Vec};

use tessera_primitives::{Canonical, Hash, Malformed, Reader, Writer};

use crate::{varint, Refusal, Validator, ValidatorKey, ValidatorSet};

/// What a difference starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// Nothing: the set is spelled out.
    Nothing,
    /// The set that the trusted header announced.
    Announced,
    /// A cached set.
    Cached(Hash),
}

/// The next validators of a set that is being described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// `more + 1` validators of the base as they are, from this place on.
    Copy { from: u8, more: u8 },
    /// One validator of the base with another power.
    Power { of: u8, power: u64 },
    /// A validator that the base does not have.
    Join(Validator),
}

/// A validator set as a difference to another: the base, and the set in its own order. Spelling the order out asks
/// nothing of how a zone orders its validators, and needs no addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub base: Base,
    pub edits: Vec<Edit>,
}

impl Difference {
    /// The shortest difference that leads to `set` from one of the bases or from nothing.
    pub fn shortest(set: &ValidatorSet, bases: &[(Base, &ValidatorSet)]) -> Difference {
        let none = BTreeMap::new();
        let mut best = Difference::between(Base::Nothing, &none, set);
        for (base, members) in bases {
            let places: BTreeMap<ValidatorKey, (u8, u64)> = (0..=u8::MAX)
                .zip(members.validators())
                .map(|(place, each)| (each.key, (place, each.power)))
                .collect();
            let difference = Difference::between(*base, &places, set);
            if difference.size() < best.size() {
                best = difference;
            }
        }
        best
    }

    fn between(
        base: Base,
        places: &BTreeMap<ValidatorKey, (u8, u64)>,
        set: &ValidatorSet,
    ) -> Difference {
        let mut edits: Vec<Edit> = Vec::new();
        for validator in set.validators() {
            let edit = match places.get(&validator.key) {
                None => Edit::Join(*validator),
                Some((from, power)) if *power == validator.power => Edit::Copy {
                    from: *from,
                    more: 0,
                },
                Some((of, _)) => Edit::Power {
                    of: *of,
                    power: validator.power,
                },
            };
            match (edits.last_mut(), edit) {
                (Some(Edit::Copy { from, more }), Edit::Copy { from: next, .. })
                    if Some(next)
                        == from.checked_add(*more).and_then(|last| last.checked_add(1)) =>
                {
                    // At most 255: the places of a base are one byte.
                    *more = more.saturating_add(1);
                }
                (_, edit) => edits.push(edit),
            }
        }
        Difference { base, edits }
    }

    fn size(&self) -> usize {
        tessera_primitives::canonical::encode(self).len()
    }

    /// The set that it leads to.
    pub fn apply(&self, base: &[Validator]) -> Result<ValidatorSet, Refusal> {
        let mut validators = Vec::new();
        for edit in &self.edits {
            match *edit {
                Edit::Join(validator) => validators.push(validator),
                Edit::Power { of, power } => {
                    let Validator { key, .. } = *taken(base, usize::from(of))?;
                    validators.push(Validator { key, power });
                }
                Edit::Copy { from, more } => {
                    let last = usize::from(from).saturating_add(usize::from(more));
                    taken(base, last)?;
                    let run = base.get(usize::from(from)..=last).unwrap_or_default();
                    validators.extend_from_slice(run);
                }
            }
            // Checked as the set grows: few bytes of copies could ask for much memory.
            let (max, actual) = (ValidatorSet::MAX_VALIDATORS, validators.len());
            if actual > max {
                return Err(Refusal::ValidatorCount { max, actual });
            }
        }
        ValidatorSet::new(validators)
    }
}

fn taken(base: &[Validator], index: usize) -> Result<&Validator, Refusal> {
    let size = base.len();
    base.get(index).ok_or(Refusal::Difference { index, size })
}

impl Canonical for Difference {
    fn write(&self, writer: &mut Writer) {
        match &self.base {
            Base::Nothing => writer.byte(0),
            Base::Announced => writer.byte(1),
            Base::Cached(hash) => writer.byte(2).value(hash),
        };
        // Every edit adds a validator, so there are 1 to 256.
        writer.byte(u8::try_from(self.edits.len().saturating_sub(1)).unwrap_or(u8::MAX));
        self.edits.iter().for_each(|edit| edit.write(writer));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Difference, Malformed> {
        let base = match reader.byte()? {
            0 => Base::Nothing,
            1 => Base::Announced,
            2 => Base::Cached(reader.value()?),
            _ => return Err(reader.wrong()),
        };
        let last = reader.byte()?;
        let edits: Result<_, _> = (0..=last).map(|_| reader.value()).collect();
        Ok(Difference {
            base,
            edits: edits?,
        })
    }
}

impl Canonical for Edit {
    fn write(&self, writer: &mut Writer) {
        match self {
            Edit::Copy { from, more } => {
                writer.byte(0).byte(*from).byte(*more);
            }
            Edit::Power { of, power } => {
                writer.byte(1).byte(*of);
                varint::write(*power, |byte| {
                    writer.byte(byte);
                });
            }
            Edit::Join(validator) => {
                writer.byte(2).value(validator);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Edit, Malformed> {
        match reader.byte()? {
            0 => Ok(Edit::Copy {
                from: reader.byte()?,
                more: reader.byte()?,
            }),
            1 => Ok(Edit::Power {
                of: reader.byte()?,
                power: varint::read(reader)?,
            }),
            2 => reader.value().map(Edit::Join),
            _ => Err(reader.wrong()),
        }
    }
}
