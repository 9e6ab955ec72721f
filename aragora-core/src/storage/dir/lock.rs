//! One owner at a time. The system gives the lock back with the process, so a kill leaves nothing stale.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::io;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::files::private;

const FILE: &str = "LOCK";
/// How long the writer of a handle of this process, dropped a moment ago, is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(5);

/// The lock, held as long as its file is open.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code)] File);

/// Who holds it, for the message of whoever is refused.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    host: Option<String>,
}

impl Lock {
    /// Alone, or shared with other readers. `None` where nothing can be locked and nothing will be written.
    pub(super) fn take(root: &Path, read_only: bool) -> Result<Option<Self>> {
        let path = root.join(FILE);
        let opened = if read_only { OpenOptions::new().read(true).open(&path) } else { private().open(&path) };
        let mut file = match opened {
            Ok(file) => file,
            // A copy of a directory may come without it.
            Err(error) if read_only && error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&path, "open", error)),
        };
        let began = Instant::now();
        loop {
            match if read_only { file.try_lock_shared() } else { file.try_lock() } {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    let holder = holder(&path);
                    let ours = holder.as_ref().is_some_and(|holder| holder.pid == std::process::id());
                    if !ours || began.elapsed() >= PATIENCE {
                        return Err(held(&path, holder));
                    }
                    thread::sleep(PAUSE);
                }
                Err(TryLockError::Error(error)) => return Err(io(&path, "lock", error)),
            }
        }
        if !read_only {
            let holder = Holder { pid: std::process::id(), host: host() };
            let text = serde_json::to_vec(&holder).unwrap_or_default();
            let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&text));
            match written {
                Ok(()) => {}
                // Only the courtesy of a name is missing.
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {}
                Err(error) => return Err(io(&path, "write", error)),
            }
        }
        Ok(Some(Self(file)))
    }
}

fn holder(path: &Path) -> Option<Holder> {
    let mut text = String::new();
    File::open(path).ok()?.take(4_096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn held(path: &Path, holder: Option<Holder>) -> Error {
    let error = |reason: String| Error::new(ErrorKind::AlreadyOpen, reason).with("file", path.display());
    let Some(Holder { pid, host }) = holder else {
        return error("another handle holds the directory of the store".to_owned());
    };
    let host = host.unwrap_or_else(|| "an unknown host".to_owned());
    error(format!("process {pid} on {host} holds the directory of the store")).with("pid", pid).with("host", host)
}

#[cfg(unix)]
fn host() -> Option<String> {
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    None
}
