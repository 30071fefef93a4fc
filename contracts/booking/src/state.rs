//! What the contract remembers. The maps are private: the rest speaks in sentences.

use cosmwasm_std::Storage;
use tessera_contract_kit::packed::{PackedItem, PackedMap};
use tessera_primitives::{Address, Amount, Denom, Hash};

use crate::{
    inventory::{Item, Reservation},
    BookingError,
};

type Reply<T> = Result<T, BookingError>;

const DENOM: PackedItem<Denom> = PackedItem::new("denom");
const EARNED: PackedItem<Amount> = PackedItem::new("earned");
const ITEMS: PackedMap<String, Item> = PackedMap::new("items");
const LOCKS: PackedMap<Address, bool> = PackedMap::new("locks");
/// By lock and task: two locks may have tasks of one id, and neither may touch the other's.
const RESERVATIONS: PackedMap<(Address, Hash), Reservation> = PackedMap::new("reservations");
const HELD: PackedMap<(Address, String), u32> = PackedMap::new("held");

pub fn open(storage: &mut dyn Storage, denom: &Denom) -> Reply<()> {
    EARNED.save(storage, &Amount::ZERO)?;
    Ok(DENOM.save(storage, denom)?)
}

pub fn denom(storage: &dyn Storage) -> Reply<Denom> {
    Ok(DENOM.load(storage)?)
}

pub fn earned(storage: &dyn Storage) -> Reply<Amount> {
    Ok(EARNED.load(storage)?)
}

pub fn note_earned(storage: &mut dyn Storage, amount: Amount) -> Reply<()> {
    Ok(EARNED.save(storage, &amount)?)
}

pub fn item(storage: &dyn Storage, name: &str) -> Reply<Option<Item>> {
    Ok(ITEMS.may_load(storage, &name.into())?)
}

pub fn known_item(storage: &dyn Storage, name: &str) -> Reply<Item> {
    item(storage, name)?.ok_or_else(|| BookingError::UnknownItem { item: name.into() })
}

pub fn keep_item(storage: &mut dyn Storage, name: &str, item: &Item) -> Reply<()> {
    Ok(ITEMS.save(storage, &name.into(), item)?)
}

pub fn items(
    storage: &dyn Storage,
    start_after: Option<String>,
    limit: u32,
) -> Reply<Vec<(String, Item)>> {
    Ok(ITEMS.range(storage, start_after.as_ref(), limit)?)
}

pub fn is_linked(storage: &dyn Storage, lock: &Address) -> bool {
    LOCKS.exists(storage, lock)
}

pub fn link(storage: &mut dyn Storage, lock: &Address) -> Reply<()> {
    Ok(LOCKS.save(storage, lock, &true)?)
}

pub fn unlink(storage: &mut dyn Storage, lock: &Address) {
    LOCKS.remove(storage, lock);
}

pub fn reservation(
    storage: &dyn Storage,
    lock: &Address,
    task: &Hash,
) -> Reply<Option<Reservation>> {
    Ok(RESERVATIONS.may_load(storage, &(lock.clone(), *task))?)
}

pub fn reserve(
    storage: &mut dyn Storage,
    lock: &Address,
    task: &Hash,
    reservation: &Reservation,
) -> Reply<()> {
    Ok(RESERVATIONS.save(storage, &(lock.clone(), *task), reservation)?)
}

pub fn end_reservation(storage: &mut dyn Storage, lock: &Address, task: &Hash) {
    RESERVATIONS.remove(storage, &(lock.clone(), *task));
}

pub fn held(storage: &dyn Storage, holder: &Address, item: &str) -> Reply<u32> {
    let held = HELD.may_load(storage, &(holder.clone(), item.into()))?;
    Ok(held.unwrap_or_default())
}

pub fn hold(storage: &mut dyn Storage, holder: &Address, item: &str, units: u32) -> Reply<()> {
    let key = (holder.clone(), item.into());
    if units == 0 {
        HELD.remove(storage, &key);
        Ok(())
    } else {
        Ok(HELD.save(storage, &key, &units)?)
    }
}
