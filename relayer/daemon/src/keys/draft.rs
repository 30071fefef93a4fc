use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use tessera_primitives::ZoneId;

use super::KeyError;

/// A key's file that is written, readable by its owner alone, and not in its place yet. Dropped, it is gone.
pub struct Draft {
    zone: ZoneId,
    name: String,
    path: PathBuf,
    file: NamedTempFile,
    overwrite: bool,
}

impl Draft {
    pub(super) fn write(
        (zone, name): (&ZoneId, &str),
        path: PathBuf,
        text: &[u8],
        overwrite: bool,
    ) -> Result<Draft, KeyError> {
        match written(&path, text) {
            Ok(file) => Ok(Draft {
                zone: zone.clone(),
                name: name.into(),
                path,
                file,
                overwrite,
            }),
            Err(source) => Err(KeyError::File { path, source }),
        }
    }

    /// Puts it into its place, whole or not at all; an existing one is replaced only if that is wanted.
    ///
    /// # Errors
    /// [`KeyError::Exists`], [`KeyError::File`].
    pub fn keep(self) -> Result<(), KeyError> {
        let path = self.path;
        let kept = if self.overwrite {
            self.file.persist(&path)
        } else {
            self.file.persist_noclobber(&path)
        };
        let kept = kept.map_err(|error| error.error);
        let synced = kept.and_then(|_| fs::File::open(folder(&path))?.sync_all());
        synced.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyError::exists(&self.zone, &self.name),
            _ => KeyError::File { path, source },
        })
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn written(path: &Path, text: &[u8]) -> io::Result<NamedTempFile> {
    let folder = folder(path);
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    Ok(file)
}
