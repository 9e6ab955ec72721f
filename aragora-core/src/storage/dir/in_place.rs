//! Another generation of files beside the live one, and the switch to it.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

use super::identity::{self, Identity};
use super::lock::Lock;
use super::{CURRENT, GENERATION, current, damaged};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::StoreIdentity;
use crate::storage::files::{io, replace, sync_directory};
use crate::telemetry::Parts;

/// What a directory begins with in which the next generation is made.
const STAGED: &str = "restore-";

/// Which store lies in a directory that may be open elsewhere. `not_found` if none does, `invalid_config` if it is one
/// of another backend.
pub(crate) fn identity_of(root: &Path, backend: &str) -> Result<StoreIdentity> {
    let (Some(found), Some(generation)) = (Identity::read(root)?, current(root)?) else {
        let reason = "there is no store in this directory; restore into it as into an empty one";
        return Err(Error::new(ErrorKind::NotFound, reason).with("path", root.display()));
    };
    found.check(root, backend)?;
    Ok(StoreIdentity { store_id: found.store_id().to_owned(), generation })
}

/// A name inside the directory, on the same file system, at which a store can be made that becomes the next generation.
pub(crate) fn stage(root: &Path, parts: &Parts) -> Result<PathBuf> {
    let mut random = [0; 8];
    parts.entropy.fill(&mut random)?;
    Ok(root.join(format!("{STAGED}{}", HEXLOWER.encode(&random))))
}

/// Whether a name is one of [`stage`].
pub(super) fn is_staged(name: &str) -> bool {
    name.starts_with(STAGED)
}

/// Makes the files of a closed store the next generation of this directory and gives its number. `already_open` while
/// somebody holds the directory. The generation before stays as it is, and is live until the last step.
pub(crate) fn switch(root: &Path, backend: &str, staged: &Path) -> Result<u64> {
    let lock = Lock::take(root, false)?;
    let live = identity_of(root, backend)?;
    let made = current(staged)?.ok_or_else(|| damaged(staged, CURRENT, "is missing"))?;
    if Identity::read(staged)?.is_none_or(|identity| identity.store_id() != live.store_id) {
        return Err(damaged(staged, identity::FILE, "is of another store"));
    }
    let (next, files) = (live.generation + 1, staged.join(format!("{GENERATION}{made}")));
    let place = root.join(format!("{GENERATION}{next}"));
    // An attempt that failed in between has moved the files already.
    if files.exists() {
        if place.exists() {
            // Left over from something else: nothing above the live generation is anybody's.
            fs::remove_dir_all(&place).map_err(|error| io(&place, "remove", error))?;
        }
        fs::rename(&files, &place).map_err(|error| io(&files, "rename", error))?;
    }
    sync_directory(&place)?;
    sync_directory(root)?;
    replace(&root.join(CURRENT), format!("{next}\n").as_bytes())?;
    // What stays is left over, which `Probe` tells.
    let _ = fs::remove_dir_all(staged);
    drop(lock);
    Ok(next)
}

/// Removes what was staged and is not being filled; how many there were.
pub(crate) fn discard_staged(root: &Path) -> Result<u64> {
    let mut removed = 0;
    for entry in fs::read_dir(root).map_err(|error| io(root, "list", error))? {
        let path = entry.map_err(|error| io(root, "list", error))?.path();
        let staged = path.file_name().and_then(|name| name.to_str()).is_some_and(is_staged);
        if staged && let Ok(lock) = Lock::take(&path, false) {
            fs::remove_dir_all(&path).map_err(|error| io(&path, "remove", error))?;
            removed += 1;
            drop(lock);
        }
    }
    sync_directory(root)?;
    Ok(removed)
}

/// Removes every generation before the live one; how many there were. The store may be open.
pub(crate) fn discard_previous(root: &Path, backend: &str) -> Result<u64> {
    let live = identity_of(root, backend)?.generation;
    let mut removed = 0;
    for entry in fs::read_dir(root).map_err(|error| io(root, "list", error))? {
        let entry = entry.map_err(|error| io(root, "list", error))?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(GENERATION)?.parse::<u64>().ok());
        if number.is_some_and(|number| number < live) {
            fs::remove_dir_all(entry.path()).map_err(|error| io(&entry.path(), "remove", error))?;
            removed += 1;
        }
    }
    sync_directory(root)?;
    Ok(removed)
}
