//! How far the store had come, beside sled's own files.
//!
//! sled takes a damaged end of its log for one that was never written and opens with older values. The number of the
//! last group that was on stable storage is therefore written to a file of its own: without a sync of its own, so that
//! it is never ahead of the log, and a process that is killed leaves it exact.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::storage::dir::{io, private_file};

const FILE: &str = "group";

#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    state: Mutex<(File, u64)>,
}

impl Mark {
    pub(super) fn open(store: &Path) -> Result<Self> {
        let path = store.join(FILE);
        let mut file = private_file(&path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| io(&path, "read", error))?;
        let group = bytes.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        Ok(Self { path, state: Mutex::new((file, group)) })
    }

    pub(super) fn group(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    pub(super) fn set(&self, group: u64) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, last) = &mut *state;
        let written = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&group.to_le_bytes()));
        written.map_err(|error| io(&self.path, "write", error))?;
        *last = group;
        Ok(())
    }

    pub(super) fn sync(&self) -> Result<()> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.sync_data().map_err(|error| io(&self.path, "sync", error))
    }
}
