//! The journal: what was seen, promised and concluded, in one redb file. An entry is on disk before it is absorbed, so a
//! kill at any instant loses nothing; replaying it is absorbing it again.
//!
//! Blocks in which our contracts said nothing are not appended: only the newest of each zone is kept, beside the log.

use std::{
    fs,
    path::{Path, PathBuf},
};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tessera_planner::{Entry, Knowledge, Observation};
use tessera_primitives::{Height, ZoneId};

/// Sequence number → entry.
const ENTRIES: TableDefinition<u64, &[u8]> = TableDefinition::new("entries");
/// Zone → its newest block.
const CURSORS: TableDefinition<&str, &[u8]> = TableDefinition::new("cursors");
/// Facts about the journal itself.
const ABOUT: TableDefinition<&str, u64> = TableDefinition::new("about");
const FORMAT: u64 = 1;

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder could not be made.
    #[error("{path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process has it open.
    #[error("{path} is in use: another relayer runs on this journal")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The store failed.
    #[error("{path}: {reason}")]
    Store {
        /// The file.
        path: PathBuf,
        /// What redb says.
        reason: String,
    },
    /// Another version wrote it.
    #[error("{path} has format {actual}, this version reads {FORMAT}")]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        actual: u64,
    },
    /// An entry that cannot be read.
    #[error("{path}: entry {number} is malformed: {reason}")]
    Entry {
        /// The file.
        path: PathBuf,
        /// Its number.
        number: u64,
        /// What is wrong.
        reason: String,
    },
}

/// An open journal. One process at a time: redb locks the file.
pub struct Journal {
    path: PathBuf,
    store: Database,
    next: u64,
}

impl Journal {
    /// Opens or makes a journal.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(path: &Path) -> Result<Journal, JournalError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| JournalError::Folder {
                path: folder.into(),
                source,
            })?;
        }
        let store = Database::create(path).map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => JournalError::InUse { path: path.into() },
            error => failed(path)(error),
        })?;
        Journal::prepare(path.into(), store)
    }

    /// A journal that lives as long as the process: for the demo.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn in_memory() -> Result<Journal, JournalError> {
        let path = PathBuf::from("(memory)");
        let backend = redb::backends::InMemoryBackend::new();
        let store = Database::builder()
            .create_with_backend(backend)
            .map_err(failed(&path))?;
        Journal::prepare(path, store)
    }

    fn prepare(path: PathBuf, store: Database) -> Result<Journal, JournalError> {
        let write = store.begin_write().map_err(failed(&path))?;
        let next = {
            let mut about = write.open_table(ABOUT).map_err(failed(&path))?;
            let format = about.get("format").map_err(failed(&path))?;
            let format = format.map(|found| found.value());
            if let Some(actual) = format.filter(|format| *format != FORMAT) {
                return Err(JournalError::Format { path, actual });
            }
            about.insert("format", FORMAT).map_err(failed(&path))?;
            write.open_table(CURSORS).map_err(failed(&path))?;
            let entries = write.open_table(ENTRIES).map_err(failed(&path))?;
            let last = entries.last().map_err(failed(&path))?;
            last.map_or(0, |(number, _)| number.value().saturating_add(1))
        };
        write.commit().map_err(failed(&path))?;
        Ok(Journal { path, store, next })
    }

    /// Absorbs everything that was written, in order.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn replay(&self, knowledge: &mut Knowledge) -> Result<u64, JournalError> {
        let read = self.store.begin_read().map_err(failed(&self.path))?;
        let entries = read.open_table(ENTRIES).map_err(failed(&self.path))?;
        let mut count: u64 = 0;
        for line in entries.iter().map_err(failed(&self.path))? {
            let (number, bytes) = line.map_err(failed(&self.path))?;
            tessera_planner::absorb(knowledge, self.decode(number.value(), bytes.value())?);
            count = count.saturating_add(1);
        }
        let cursors = read.open_table(CURSORS).map_err(failed(&self.path))?;
        for line in cursors.iter().map_err(failed(&self.path))? {
            let (_, bytes) = line.map_err(failed(&self.path))?;
            tessera_planner::absorb(knowledge, self.decode(count, bytes.value())?);
        }
        Ok(count)
    }

    /// Height of the newest block of a zone that was written down.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn cursor(&self, zone: &ZoneId) -> Result<Option<Height>, JournalError> {
        let read = self.store.begin_read().map_err(failed(&self.path))?;
        let cursors = read.open_table(CURSORS).map_err(failed(&self.path))?;
        let found = cursors.get(zone.as_str()).map_err(failed(&self.path))?;
        match found
            .map(|bytes| self.decode(0, bytes.value()))
            .transpose()?
        {
            Some(Entry::Observed(Observation::Block(block))) => Ok(Some(block.height)),
            _ => Ok(None),
        }
    }

    /// Writes entries down, all or none, before they are absorbed.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        let path = &self.path;
        let mut next = self.next;
        let write = self.store.begin_write().map_err(failed(path))?;
        {
            let mut log = write.open_table(ENTRIES).map_err(failed(path))?;
            let mut cursors = write.open_table(CURSORS).map_err(failed(path))?;
            for entry in entries {
                let bytes = postcard::to_stdvec(entry).map_err(failed(path))?;
                if let Entry::Observed(Observation::Block(block)) = entry {
                    let mut bare = block.clone();
                    bare.facts.clear();
                    let bare = Entry::Observed(Observation::Block(bare));
                    let bare = postcard::to_stdvec(&bare).map_err(failed(path))?;
                    let zone = block.zone.as_str();
                    cursors
                        .insert(zone, bare.as_slice())
                        .map_err(failed(path))?;
                    if block.facts.is_empty() {
                        continue;
                    }
                }
                log.insert(next, bytes.as_slice()).map_err(failed(path))?;
                next = next.saturating_add(1);
            }
        }
        write.commit().map_err(failed(path))?;
        self.next = next;
        Ok(())
    }

    fn decode(&self, number: u64, bytes: &[u8]) -> Result<Entry, JournalError> {
        postcard::from_bytes(bytes).map_err(|error| JournalError::Entry {
            path: self.path.clone(),
            number,
            reason: error.to_string(),
        })
    }
}

fn failed<E: ToString>(path: &Path) -> impl FnOnce(E) -> JournalError + '_ {
    move |error| JournalError::Store {
        path: path.into(),
        reason: error.to_string(),
    }
}
