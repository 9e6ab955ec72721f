//! Space set aside, so that a store on a full disk can still free some.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::io;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::files::private;

pub(super) const FILE: &str = "reserve";
/// 4 MiB.
const SIZE: u64 = 4 << 20;

pub(super) fn is_whole(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() == SIZE)
}

/// Makes the file if it is not whole. What cannot be set aside whole is not set aside at all.
pub(super) fn make(path: &Path) -> Result<()> {
    if is_whole(path) {
        return Ok(());
    }
    let made = private().open(path).and_then(|mut file| {
        allocate(&mut file)?;
        file.sync_all()
    });
    made.map_err(|error| {
        release(path);
        io(path, "set aside", error)
    })
}

pub(super) fn release(path: &Path) {
    // A file that was never made is released already.
    let _ = File::options().write(true).open(path).and_then(|file| file.set_len(0).and_then(|()| file.sync_all()));
    let _ = fs::remove_file(path);
}

// A file with holes would hold no space.
fn allocate(file: &mut File) -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(&*file, FallocateFlags::empty(), 0, SIZE) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            done => return done.map_err(std::io::Error::from),
        }
    }
    let zeros = vec![0; 64 << 10];
    for _ in 0..SIZE / zeros.len() as u64 {
        file.write_all(&zeros)?;
    }
    Ok(())
}

/// The error of a write while nothing could be set aside again.
pub(crate) fn full() -> Error {
    Error::new(ErrorKind::StorageFull, "the disk of the store is full").with("outcome", "not_applied")
}
