//! Files and directories that only their owner can read, and that survive a crash with their name.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};

/// Makes a directory for its owner alone, and those above it; one that is there stays as it is.
pub(crate) fn make_directory(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    above.map_or(Ok(()), make_directory)?;
    let mut builder = DirBuilder::new();
    // Somebody else may have made it meanwhile.
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| io(path, "make", error))?;
    above.map_or(Ok(()), sync_directory)
}

/// How a file for its owner alone is made and opened for writing.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Replaces a file as a whole: whoever reads it finds the old or the new contents, also after a crash.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    let next = path.with_added_extension("tmp");
    let written = private().truncate(true).open(&next).and_then(|mut file| {
        file.write_all(contents)?;
        file.sync_all()
    });
    // What is half written would stay, and nobody looks for it.
    let given_up = |error, path: &Path, what| {
        let _ = fs::remove_file(&next);
        io(path, what, error)
    };
    written.map_err(|error| given_up(error, &next, "write"))?;
    fs::rename(&next, path).map_err(|error| given_up(error, path, "replace"))?;
    path.parent().map_or(Ok(()), sync_directory)
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(path: &Path) -> Result<()> {
    // Elsewhere a directory cannot be opened, and names are durable with their files.
    if cfg!(unix) {
        File::open(path).and_then(|directory| directory.sync_all()).map_err(|error| io(path, "sync", error))?;
    }
    Ok(())
}

/// The error of a call to the file system.
pub(crate) fn io(path: &Path, what: &str, error: std::io::Error) -> Error {
    use std::io::ErrorKind as Io;
    let (kind, reason) = match error.kind() {
        Io::PermissionDenied | Io::ReadOnlyFilesystem => (ErrorKind::ReadOnly, "may not"),
        Io::StorageFull | Io::QuotaExceeded => (ErrorKind::StorageFull, "has no space to"),
        _ => (ErrorKind::Unavailable, "cannot"),
    };
    Error::new(kind, format!("the store {reason} {what} a file or directory of its own: {error}"))
        .with("file", path.display())
        .with("outcome", "not_applied")
        .caused_by(error)
}
