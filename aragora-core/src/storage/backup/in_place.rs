//! Putting a copy in the place of a store that exists.
//!
//! The copy is made and checked beside the live store, which goes on meanwhile; then one step makes it the live one. What
//! was live before is kept until it is discarded.

use std::fmt;
use std::sync::Arc;

use super::BackupArchive;
use super::restore::{RestoreOptions, RestoreReport};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{Control, Storage};
use crate::telemetry::Parts;

/// A copy that was made and checked beside a store, and waits to take its place.
pub struct StagedRestore {
    report: RestoreReport,
    place: Place,
}

impl fmt::Debug for StagedRestore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StagedRestore").field("report", &self.report).finish_non_exhaustive()
    }
}

/// Where a store lies that can be replaced.
#[derive(Clone)]
enum Place {
    #[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
    Directory { backend: &'static str, root: std::path::PathBuf, staged: std::path::PathBuf },
    #[cfg(feature = "storage-postgres")]
    Postgres(Box<crate::storage::postgres::PostgresOptions>),
}

impl BackupArchive {
    /// Makes a copy beside the store at this address, which may be open and written to meanwhile, and checks it like
    /// [`BackupArchive::restore`]. Directories get another generation of files, PostgreSQL a schema `<name>_restore`.
    ///
    /// Only backups of that same store: `backup_invalid` for those of another. `not_found` if there is no store,
    /// `conflict` if there is such a schema already, e.g. of a restore that was staged and never switched to, see
    /// [`discard_staged`]; `unsupported` for stores of other backends.
    pub async fn stage_in_place(&self, uri: &str, options: &RestoreOptions) -> Result<StagedRestore> {
        let (place, live) = Place::find(uri, &self.parts).await?;
        let options = match &options.store_id {
            Some(id) if *id != live => {
                let reason = "a backup of another store cannot take the place of this one";
                return Err(super::invalid(reason).with("found", id).with("expected", live));
            }
            _ => RestoreOptions { store_id: Some(live), ..options.clone() },
        };
        // From here on what lies there was made by this call, and a failure takes it away.
        place.refuse_occupied().await?;
        let staged = match place.open(&self.parts).await {
            Ok(staged) => staged,
            Err(error) => {
                drop(place.discard().await);
                return Err(error);
            }
        };
        let restored = self.restore(&staged, &options).await;
        let closed = staged.control(Control::Close).await;
        drop(staged);
        match restored.and_then(|report| closed.map(|_| report)) {
            Ok(report) => Ok(StagedRestore { report, place }),
            Err(error) => {
                drop(place.discard().await);
                Err(error)
            }
        }
    }

    /// Both steps at once: for a store that nobody has open, or, on PostgreSQL, one that may be.
    pub async fn restore_in_place(&self, uri: &str, options: &RestoreOptions) -> Result<RestoreReport> {
        let staged = self.stage_in_place(uri, options).await?;
        let report = staged.report().clone();
        match staged.switch().await {
            Ok(_) => Ok(report),
            Err(error) => {
                drop(staged.discard().await);
                Err(error)
            }
        }
    }
}

impl StagedRestore {
    /// What was restored.
    pub fn report(&self) -> &RestoreReport {
        &self.report
    }

    /// Makes the copy the live store, and gives its generation. What was live is kept beside it, until
    /// [`discard_previous`].
    ///
    /// Of a directory nobody may have it open: `already_open` then, and the copy waits for another try. On PostgreSQL
    /// two schemas are renamed in one transaction, `<name>` to `<name>_previous` and `<name>_restore` to `<name>`, after
    /// the transactions that write; handles that are open go on with the copy. `conflict` if there is a
    /// `<name>_previous`. What else lay in the schema stays in `<name>_previous`, and rights on the tables are to be
    /// granted anew.
    pub async fn switch(&self) -> Result<u64> {
        match self.place.clone() {
            #[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
            Place::Directory { backend, root, staged } => {
                blocking(move || crate::storage::dir::switch(&root, backend, &staged)).await
            }
            #[cfg(feature = "storage-postgres")]
            Place::Postgres(options) => crate::storage::postgres::in_place::switch(&options).await,
        }
    }

    /// Removes the copy, which takes nobody's place then.
    pub async fn discard(self) -> Result<()> {
        self.place.discard().await
    }
}

/// Removes what was live before a restore in place; how many generations. The store may be open.
pub async fn discard_previous(uri: &str, parts: &Parts) -> Result<u64> {
    match Place::find(uri, parts).await?.0 {
        #[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
        Place::Directory { backend, root, .. } => {
            blocking(move || crate::storage::dir::discard_previous(&root, backend)).await
        }
        #[cfg(feature = "storage-postgres")]
        Place::Postgres(options) => crate::storage::postgres::in_place::drop_schema(&options, "previous").await,
    }
}

/// Removes what restores in place have staged and not switched to, e.g. because their process ended; how many there
/// were. Of a directory those that are being filled stay; on PostgreSQL nobody may be filling the schema.
pub async fn discard_staged(uri: &str, parts: &Parts) -> Result<u64> {
    match Place::find(uri, parts).await?.0 {
        #[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
        Place::Directory { root, .. } => blocking(move || crate::storage::dir::discard_staged(&root)).await,
        #[cfg(feature = "storage-postgres")]
        Place::Postgres(options) => crate::storage::postgres::in_place::drop_schema(&options, "restore").await,
    }
}

impl Place {
    /// `conflict` if there is something already where the copy is to be made. A directory's name is made anew each time.
    #[cfg_attr(not(feature = "storage-postgres"), allow(clippy::unused_async, clippy::unused_self))]
    async fn refuse_occupied(&self) -> Result<()> {
        #[cfg(feature = "storage-postgres")]
        if let Self::Postgres(options) = self {
            return crate::storage::postgres::in_place::refuse_occupied(options, "restore").await;
        }
        Ok(())
    }

    /// The place of a store and its id.
    async fn find(uri: &str, parts: &Parts) -> Result<(Self, String)> {
        #[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
        if let Some((backend, path, _)) = crate::storage::open::embedded::locate(uri)? {
            let (root, parts) = (std::path::PathBuf::from(path), parts.clone());
            return blocking(move || {
                let identity = crate::storage::dir::identity_of(&root, backend)?;
                let staged = crate::storage::dir::stage(&root, &parts)?;
                Ok((Self::Directory { backend, root, staged }, identity.store_id))
            })
            .await;
        }
        #[cfg(feature = "storage-postgres")]
        if uri.starts_with("postgres://") || uri.starts_with("postgresql://") {
            let options = crate::storage::postgres::PostgresOptions::from_uri(uri)?;
            let id = crate::storage::postgres::in_place::store_id(&options).await?;
            return Ok((Self::Postgres(Box::new(options)), id));
        }
        let _ = (uri, parts);
        let reason = "only stores in directories and on PostgreSQL can be restored in place; restore into an empty one";
        Err(Error::new(ErrorKind::Unsupported, reason))
    }

    /// An empty store beside it.
    async fn open(&self, parts: &Parts) -> Result<Arc<dyn Storage>> {
        match self {
            #[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
            Self::Directory { backend, staged, .. } => {
                let path = staged.to_string_lossy();
                Ok(crate::storage::open::embedded::at(backend, &path, "", parts).await?)
            }
            #[cfg(feature = "storage-postgres")]
            Self::Postgres(options) => {
                let beside = crate::storage::postgres::in_place::beside(options, "restore")?;
                Ok(Arc::new(crate::storage::postgres::PostgresStorage::open(beside, parts).await?))
            }
            #[cfg(not(any(feature = "storage-redb", feature = "storage-sled", feature = "storage-postgres")))]
            _ => Err(Error::internal(format!("a place that there is not, at {}", parts.clock.now()))),
        }
    }

    async fn discard(&self) -> Result<()> {
        match self.clone() {
            #[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
            Self::Directory { staged, .. } => {
                blocking(move || match std::fs::remove_dir_all(&staged) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        Err(crate::storage::files::io(&staged, "remove", error))
                    }
                    _ => Ok(()),
                })
                .await
            }
            #[cfg(feature = "storage-postgres")]
            Self::Postgres(options) => {
                crate::storage::postgres::in_place::drop_schema(&options, "restore").await.map(drop)
            }
        }
    }
}

#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::internal(format!("the work on a directory ended: {error}"))))
}
