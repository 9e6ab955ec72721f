//! Who made the directory, and for which backend.

use std::fs;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::{damaged, io};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::files::replace;
use crate::telemetry::Parts;

pub(super) const FILE: &str = "aragora.json";
/// The newest form of a directory this library knows.
const FORMAT: u32 = 1;

/// What `aragora.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    format: u32,
    backend: String,
    /// 16 random bytes in hex, the same for the life of the store.
    store_id: String,
    created_at: Timestamp,
    library: String,
}

/// What a newer library may say differently in everything but this.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Identity {
    pub(super) fn read(root: &Path) -> Result<Option<Self>> {
        let path = root.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&path, "read", error)),
        };
        let unreadable = || damaged(root, FILE, "cannot be read");
        let Format { format } = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
        if format > FORMAT {
            let reason = "the directory of the store has a newer format";
            return Err(Error::new(ErrorKind::UnsupportedVersion, reason)
                .with("found", format)
                .with("supported", FORMAT)
                .with("file", path.display()));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|_| unreadable())
    }

    pub(super) fn check(&self, root: &Path, backend: &str) -> Result<()> {
        if self.backend == backend {
            return Ok(());
        }
        let reason = format!("the directory holds a store of {}, not of {backend}", self.backend);
        Err(Error::new(ErrorKind::InvalidConfig, reason)
            .with("found", &self.backend)
            .with("expected", backend)
            .with("path", root.display()))
    }

    pub(super) fn write(root: &Path, backend: &str, parts: &Parts) -> Result<()> {
        let mut id = [0; 16];
        parts.entropy.fill(&mut id)?;
        let identity = Self {
            format: FORMAT,
            backend: backend.to_owned(),
            store_id: HEXLOWER.encode(&id),
            created_at: parts.clock.now(),
            library: env!("CARGO_PKG_VERSION").to_owned(),
        };
        identity.store(root)
    }

    pub(super) fn store_id(&self) -> &str {
        &self.store_id
    }

    pub(super) fn adopt(mut self, root: &Path, store_id: &str) -> Result<()> {
        store_id.clone_into(&mut self.store_id);
        self.store(root)
    }

    fn store(&self, root: &Path) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::internal("the identity of a store has no JSON").caused_by(error))?;
        text.push(b'\n');
        replace(&root.join(FILE), &text)
    }
}
