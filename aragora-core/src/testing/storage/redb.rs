use std::io;
use std::sync::Arc;

use redb::StorageBackend;

use crate::error::{Error, Result};
use crate::storage::Storage;
use crate::telemetry::Parts;

/// Gives the bytes a redb store lies in, to be written if asked `true`, to be read only otherwise. Asked again after a
/// full disk, after a failed write and for every check.
pub type RedbMedium = Box<dyn Fn(bool) -> io::Result<Box<dyn StorageBackend>> + Send + Sync>;

/// A redb store without a directory, over bytes that a test can cut, tear or make fail.
pub async fn redb_over(medium: RedbMedium, parts: &Parts) -> Result<Arc<dyn Storage>> {
    let parts = parts.clone();
    let opened = tokio::task::spawn_blocking(move || crate::storage::redb::over(medium, false, &parts)).await;
    let store = opened.map_err(|error| Error::internal("opening did not end").caused_by(error))??;
    Ok(Arc::new(store))
}
