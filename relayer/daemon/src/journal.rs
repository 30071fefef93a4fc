//! The journal: what was seen, promised and concluded, in one redb file. An entry is on disk before it is absorbed, so a
//! kill at any instant loses nothing; replaying it is absorbing it again.
//!
//! Blocks in which our contracts said nothing are not appended: only the newest of each zone is kept, beside the log. Every
//! ten thousand entries what is known is written down as a whole, and replaying begins there: so a start takes as long as
//! what is open and these entries, however many tasks there were. Older entries are kept for a while to explain what was
//! submitted, and then dropped. Snapshot and dropping are one write, so a kill leaves both or neither.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tessera_planner::{absorb, Block, Entry, Knowledge, Observation, Policy};
use tessera_primitives::{Height, ZoneId};

/// Sequence number → entry.
const ENTRIES: TableDefinition<u64, &[u8]> = TableDefinition::new("entries");
/// Zone → its newest block.
const CURSORS: TableDefinition<&str, &[u8]> = TableDefinition::new("cursors");
/// Facts about the journal itself.
const ABOUT: TableDefinition<&str, u64> = TableDefinition::new("about");
/// Number of the first entry that is not in it → knowledge; one, or none.
const SNAPSHOTS: TableDefinition<u64, &[u8]> = TableDefinition::new("snapshots");
const FORMAT: u64 = 4;
/// Bytes of the file that are kept in memory: what is written is read again at the start alone. redb would keep a gigabyte.
const CACHE: usize = 2 << 20;
/// Entries after which a snapshot is taken: some tenths of a second to replay.
const LONG: u64 = 10_000;
/// Entries below a snapshot that are kept for explanation.
const RETENTION: u64 = 100_000;

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
    /// It is no journal, or was damaged.
    #[error("{path} cannot be read ({reason}): move it away, and what is open is read again from the zones")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What redb says.
        reason: String,
    },
    /// The disk is full or broken.
    #[error("{path}: {source}. Nothing is sent that cannot be written down: make room, or mend the disk, and start again; nothing is lost")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another version wrote it.
    #[error("{path} has format {actual}, this version reads {FORMAT}: move it away, and what is open is read again from the zones")]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        actual: u64,
    },
    /// An entry that cannot be read.
    #[error("{path}: entry {number} is malformed ({reason}): move it away, and what is open is read again from the zones")]
    Entry {
        /// The file.
        path: PathBuf,
        /// Its number.
        number: u64,
        /// What is wrong.
        reason: String,
    },
}

/// What a ledger asks of its journal.
pub trait Log: Send {
    /// What was written, absorbed under a policy, and how many entries were replayed for that.
    ///
    /// # Errors
    /// [`JournalError`].
    fn load(&self, policy: Policy) -> Result<(Knowledge, u64), JournalError>;

    /// Height of the newest block of a zone that was written down.
    ///
    /// # Errors
    /// [`JournalError`].
    fn cursor(&self, zone: &ZoneId) -> Result<Option<Height>, JournalError>;

    /// Writes entries down, all or none, before they are absorbed.
    ///
    /// # Errors
    /// [`JournalError`].
    fn append(&mut self, entries: &[Entry]) -> Result<(), JournalError>;

    /// Whether a replay would take so long that a snapshot is worth its while.
    fn is_long(&self) -> bool;

    /// Has the next replay begin with what is known now, which must be all that was written.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is changed then.
    fn compact(&mut self, knowledge: &Knowledge) -> Result<(), JournalError>;
}

/// An open journal. One process at a time: redb locks the file.
pub struct Journal {
    path: PathBuf,
    store: Database,
    next: u64,
    /// The first entry that no snapshot covers.
    fresh: u64,
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
        let created = Database::builder().set_cache_size(CACHE).create(path);
        let store = created.map_err(|error| match error {
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
        let (next, fresh) = {
            let mut about = write.open_table(ABOUT).map_err(failed(&path))?;
            let format = about.get("format").map_err(failed(&path))?;
            let format = format.map(|found| found.value());
            if let Some(actual) = format.filter(|format| *format != FORMAT) {
                return Err(JournalError::Format { path, actual });
            }
            about.insert("format", FORMAT).map_err(failed(&path))?;
            write.open_table(CURSORS).map_err(failed(&path))?;
            let snapshots = write.open_table(SNAPSHOTS).map_err(failed(&path))?;
            let fresh = snapshots.last().map_err(failed(&path))?;
            let fresh = fresh.map_or(0, |(number, _)| number.value());
            let entries = write.open_table(ENTRIES).map_err(failed(&path))?;
            let last = entries.last().map_err(failed(&path))?;
            let next = last.map_or(0, |(number, _)| number.value().saturating_add(1));
            (next.max(fresh), fresh)
        };
        write.commit().map_err(failed(&path))?;
        Ok(Journal {
            path,
            store,
            next,
            fresh,
        })
    }

    /// Tells what is written down, in order, with its number: what explains every transaction that was sent. What is older
    /// than a snapshot and its retention is gone.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn entries(&self, mut each: impl FnMut(u64, Entry)) -> Result<(), JournalError> {
        let read = self.store.begin_read().map_err(failed(&self.path))?;
        let entries = read.open_table(ENTRIES).map_err(failed(&self.path))?;
        for line in entries.iter().map_err(failed(&self.path))? {
            let (number, bytes) = line.map_err(failed(&self.path))?;
            let number = number.value();
            each(number, self.decode(number, bytes.value())?);
        }
        Ok(())
    }

    fn decode<T: serde::de::DeserializeOwned>(
        &self,
        number: u64,
        bytes: &[u8],
    ) -> Result<T, JournalError> {
        postcard::from_bytes(bytes).map_err(|error| JournalError::Entry {
            path: self.path.clone(),
            number,
            reason: error.to_string(),
        })
    }
}

impl Log for Journal {
    fn load(&self, policy: Policy) -> Result<(Knowledge, u64), JournalError> {
        let read = self.store.begin_read().map_err(failed(&self.path))?;
        let snapshots = read.open_table(SNAPSHOTS).map_err(failed(&self.path))?;
        let mut knowledge = match snapshots.last().map_err(failed(&self.path))? {
            Some((number, bytes)) => {
                let known: Knowledge = self.decode(number.value(), bytes.value())?;
                known.under(policy)
            }
            None => Knowledge::new(policy),
        };
        let entries = read.open_table(ENTRIES).map_err(failed(&self.path))?;
        let mut count: u64 = 0;
        for line in entries.range(self.fresh..).map_err(failed(&self.path))? {
            let (number, bytes) = line.map_err(failed(&self.path))?;
            absorb(&mut knowledge, self.decode(number.value(), bytes.value())?);
            count = count.saturating_add(1);
        }
        let cursors = read.open_table(CURSORS).map_err(failed(&self.path))?;
        for line in cursors.iter().map_err(failed(&self.path))? {
            let (_, bytes) = line.map_err(failed(&self.path))?;
            absorb(&mut knowledge, self.decode(self.next, bytes.value())?);
        }
        Ok((knowledge, count))
    }

    fn cursor(&self, zone: &ZoneId) -> Result<Option<Height>, JournalError> {
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

    fn append(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        let path = &self.path;
        let mut next = self.next;
        let write = self.store.begin_write().map_err(failed(path))?;
        {
            let mut log = write.open_table(ENTRIES).map_err(failed(path))?;
            let mut cursors = write.open_table(CURSORS).map_err(failed(path))?;
            for entry in entries {
                if let Some(bare) = bare_block(entry) {
                    let zone = bare.zone.clone();
                    let bare = Entry::Observed(Observation::Block(bare));
                    let bytes = postcard::to_stdvec(&bare).map_err(unwritable(path))?;
                    cursors
                        .insert(zone.as_str(), bytes.as_slice())
                        .map_err(failed(path))?;
                    if *entry == bare {
                        continue;
                    }
                }
                let bytes = postcard::to_stdvec(entry).map_err(unwritable(path))?;
                log.insert(next, bytes.as_slice()).map_err(failed(path))?;
                next = next.saturating_add(1);
            }
        }
        write.commit().map_err(failed(path))?;
        self.next = next;
        Ok(())
    }

    fn is_long(&self) -> bool {
        self.next.saturating_sub(self.fresh) >= LONG
    }

    fn compact(&mut self, knowledge: &Knowledge) -> Result<(), JournalError> {
        let path = &self.path;
        let bytes = postcard::to_stdvec(knowledge).map_err(unwritable(path))?;
        let write = self.store.begin_write().map_err(failed(path))?;
        {
            let mut snapshots = write.open_table(SNAPSHOTS).map_err(failed(path))?;
            snapshots.retain(|_, _| false).map_err(failed(path))?;
            snapshots
                .insert(self.next, bytes.as_slice())
                .map_err(failed(path))?;
            let mut log = write.open_table(ENTRIES).map_err(failed(path))?;
            let kept = self.next.saturating_sub(RETENTION);
            log.retain_in(..kept, |_, _| false).map_err(failed(path))?;
        }
        write.commit().map_err(failed(path))?;
        self.fresh = self.next;
        Ok(())
    }
}

/// What is kept of an entry to know up to where a zone was read.
fn bare_block(entry: &Entry) -> Option<Block> {
    let (zone, height, time) = match entry {
        Entry::Observed(Observation::Block(block)) => (&block.zone, block.height, block.time),
        Entry::Observed(Observation::Survey(survey)) => (&survey.zone, survey.height, survey.time),
        _ => return None,
    };
    Some(Block {
        zone: zone.clone(),
        height,
        time,
        facts: Vec::new(),
    })
}

fn failed<E: Into<redb::Error>>(path: &Path) -> impl FnOnce(E) -> JournalError + '_ {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    move |error| match error.into() {
        // What is no journal is an error of its content.
        redb::Error::Io(source) if !matches!(source.kind(), InvalidData | UnexpectedEof) => {
            JournalError::Disk {
                path: path.into(),
                source,
            }
        }
        error @ (redb::Error::Io(_)
        | redb::Error::Corrupted(_)
        | redb::Error::UpgradeRequired(_)
        | redb::Error::TableTypeMismatch { .. }) => JournalError::Broken {
            path: path.into(),
            reason: error.to_string(),
        },
        error => JournalError::Store {
            path: path.into(),
            reason: error.to_string(),
        },
    }
}

fn unwritable(path: &Path) -> impl FnOnce(postcard::Error) -> JournalError + '_ {
    move |error| JournalError::Store {
        path: path.into(),
        reason: error.to_string(),
    }
}
