//! Where backups are kept.

use std::fmt::Debug;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use crate::error::{Error, ErrorKind, Result};
use crate::storage::files::{self, make_directory, replace, sync_directory};

/// Objects by name, written whole and never changed. Names are `[A-Za-z0-9._-]` in parts joined by `/`.
#[async_trait]
pub trait BackupTarget: Send + Sync + Debug + 'static {
    /// Stores an object durably and whole, in place of one of that name.
    async fn put(&self, name: String, bytes: Vec<u8>) -> Result<()>;
    /// An object; `not_found` if there is none.
    async fn get(&self, name: String) -> Result<Vec<u8>>;
    /// The objects whose names begin with this, in order of their names.
    async fn list(&self, prefix: String) -> Result<Vec<ObjectInfo>>;
    /// Removes an object; one that is not there is no error.
    async fn delete(&self, name: String) -> Result<()>;
}

/// An object that is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectInfo {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A folder on this machine: each object is written beside its place, synced and renamed, and its folder synced. Folders
/// are made with mode 0700 and files with 0600; what is there keeps its own.
#[derive(Clone, Debug)]
pub struct DirTarget {
    root: PathBuf,
}

impl DirTarget {
    /// This folder, made when the first object is put.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(name.split('/').fold(self.root.clone(), |path, part| path.join(part)))
    }
}

/// `invalid_request` unless every part of the name is plain, so that no name leads out of a folder.
fn check_name(name: &str) -> Result<()> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    if name.split('/').all(plain) && name.len() <= 512 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidRequest, "a name of a backup's object has parts of [A-Za-z0-9._-] joined by `/`"))
}

#[async_trait]
impl BackupTarget for DirTarget {
    async fn put(&self, name: String, bytes: Vec<u8>) -> Result<()> {
        let path = self.path(&name)?;
        blocking(move || {
            path.parent().map_or(Ok(()), make_directory)?;
            replace(&path, &bytes)
        })
        .await
    }

    async fn get(&self, name: String) -> Result<Vec<u8>> {
        let path = self.path(&name)?;
        let read = move || match std::fs::read(&path) {
            Err(error) if error.kind() == Io::NotFound => {
                Err(Error::new(ErrorKind::NotFound, "there is no such object of a backup").caused_by(error))
            }
            read => read.map_err(|error| files::io(&path, "read", error)),
        };
        blocking(read).await.map_err(|error| error.with("object", name))
    }

    async fn list(&self, prefix: String) -> Result<Vec<ObjectInfo>> {
        // Nothing beside the folder of a prefix has it.
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let place = if folder.is_empty() { self.root.clone() } else { self.path(&folder)? };
        let mut found = blocking(move || {
            let mut found = Vec::new();
            walk(&place, &folder, &mut found).map_err(|error| files::io(&place, "list", error))?;
            Ok(found)
        })
        .await?;
        found.retain(|object| object.name.starts_with(&prefix));
        found.sort();
        Ok(found)
    }

    async fn delete(&self, name: String) -> Result<()> {
        let path = self.path(&name)?;
        blocking(move || match std::fs::remove_file(&path) {
            Err(error) if error.kind() == Io::NotFound => Ok(()),
            Err(error) => Err(files::io(&path, "remove", error)),
            Ok(()) => {
                let folder = path.parent().unwrap_or(&path);
                sync_directory(folder)?;
                // An empty folder says nothing; one that is not empty stays.
                drop(std::fs::remove_dir(folder));
                Ok(())
            }
        })
        .await
    }
}

fn walk(folder: &Path, name: &str, found: &mut Vec<ObjectInfo>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == Io::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(part) = entry.file_name().into_string() else { continue };
        let name = if name.is_empty() { part } else { format!("{name}/{part}") };
        // Links are not followed.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), &name, found)?;
        } else if kind.is_file() && entry.path().extension().is_none_or(|extension| extension != "tmp") {
            found.push(ObjectInfo { name, bytes: entry.metadata()?.len() });
        }
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::internal(format!("a backup's file work ended: {error}"))))
}
