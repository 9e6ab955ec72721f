//! What the tests of stores in directories share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aragora_core::clock::{Clock, ManualClock};
use aragora_core::entropy::SystemEntropy;
use aragora_core::storage::{Address, Storage, TableName, open};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::{key, tenant, text};
use aragora_core::{Error, ErrorKind, Result};

/// The backends that are compiled in.
pub const BACKENDS: &[&str] = if cfg!(feature = "sled") { &["redb", "sled"] } else { &["redb"] };

/// The parts of a store that goes by this clock.
pub fn parts(clock: &ManualClock) -> Parts {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    Parts::new(clock, Arc::new(SystemEntropy))
}

/// Opens a directory; `options` begin with `?` or are empty.
pub async fn opened(backend: &str, directory: &Path, options: &str) -> Result<Arc<dyn Storage>> {
    open(&format!("{backend}:{}{options}", directory.display()), &parts(&ManualClock::default())).await
}

/// An address of the table these tests write to.
///
/// # Panics
///
/// Never: the name of the table is one.
#[allow(clippy::expect_used)]
pub fn at(name: &str) -> Address {
    Address::new(tenant(), TableName::new("kept").expect("a table name"), key(name))
}

/// What lies there.
pub async fn value(store: &Arc<dyn Storage>, name: &str) -> Result<Option<String>> {
    store.get(at(name)).await?.map(|entry| text(&entry)).transpose()
}

/// The file most of a store's bytes lie in.
pub fn data_file(backend: &str, directory: &Path) -> PathBuf {
    directory.join("store-1").join(if backend == "sled" { "db" } else { "data.redb" })
}

/// A directory for stores whose tests are about contents and not about the disk: in memory where there is plenty of it,
/// because every group of every store is synced.
///
/// # Panics
///
/// If no directory can be made.
#[allow(clippy::expect_used)]
pub fn scratch() -> tempfile::TempDir {
    const PLENTY: u64 = 2 << 30;
    let memory = Path::new("/dev/shm");
    if room(memory).is_some_and(|room| room >= PLENTY)
        && let Ok(directory) = tempfile::tempdir_in(memory)
    {
        return directory;
    }
    tempfile::tempdir().expect("a temporary directory")
}

#[cfg(unix)]
fn room(place: &Path) -> Option<u64> {
    rustix::fs::statvfs(place).ok().map(|found| found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<u64> {
    None
}

/// Copies a directory and what is in it.
pub fn copy_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(&entry.path(), &target)?
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Numbers that look random and are the same on every machine.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A row of numbers of its own for each seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        dice.next(2);
        dice
    }

    /// The next number below this one, which is not zero.
    pub fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }
}

/// A small file system of its own, mounted while this value lives. Only the system's administrator may mount one.
#[derive(Debug)]
pub struct Mount(PathBuf);

impl Mount {
    /// A file system in memory of so many MiB.
    pub fn tmpfs(at: &Path, mebibytes: u32) -> Result<Self> {
        run(&["mount", "-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs", &at.display().to_string()])?;
        Ok(Self(at.to_owned()))
    }

    /// Gives it another size.
    pub fn resize(&self, mebibytes: u32) -> Result<()> {
        run(&["mount", "-o", &format!("remount,size={mebibytes}m"), &self.0.display().to_string()])
    }

    /// Makes it read-only, or writable again.
    pub fn read_only(&self, yes: bool) -> Result<()> {
        let mode = if yes { "remount,ro" } else { "remount,rw" };
        // A child that another test starts holds every open file for a moment.
        for _ in 0..200 {
            if run(&["mount", "-o", mode, &self.0.display().to_string()]).is_ok() {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        run(&["mount", "-o", mode, &self.0.display().to_string()])
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A mount that stays is seen by whoever removes its directory.
        let _ = run(&["umount", "--lazy", &self.0.display().to_string()]);
    }
}

fn run(command: &[&str]) -> Result<()> {
    let failed = |reason: String| Error::new(ErrorKind::PermissionDenied, reason);
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let output = std::process::Command::new(program).args(arguments).output().map_err(|e| failed(e.to_string()))?;
    if output.status.success() { Ok(()) } else { Err(failed(String::from_utf8_lossy(&output.stderr).into_owned())) }
}
