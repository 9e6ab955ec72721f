//! Where the bytes of a redb file come from.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::PathBuf;

use redb::StorageBackend;
use redb::backends::FileBackend;

/// Opens the file, for writing or for reading only.
pub(crate) type Medium = Box<dyn Fn(bool) -> io::Result<Box<dyn StorageBackend>> + Send + Sync>;

/// The file of this path, made for its owner alone if it is to be written.
pub(super) fn file_medium(path: PathBuf) -> Medium {
    Box::new(move |write| {
        let mut options = OpenOptions::new();
        options.read(true).write(write).create(write).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        let room = file.try_clone()?;
        let file = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Box::new(Whole { file, room }))
    })
}

/// A file without holes: what it grows by is set aside at once, so that a full disk refuses growth and never a write
/// to space the file has already. Deleting then always works.
#[derive(Debug)]
struct Whole {
    file: FileBackend,
    room: File,
}

impl Whole {
    #[cfg(target_os = "linux")]
    fn set_aside(&self, from: u64, to: u64) -> io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(&self.room, FallocateFlags::empty(), from, to.saturating_sub(from)) {
            // Not every file system can; there a full disk may refuse more than it has to.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
            done => Ok(done?),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn set_aside(&self, _: u64, _: u64) -> io::Result<()> {
        let _ = &self.room;
        Ok(())
    }
}

impl StorageBackend for Whole {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let now = self.file.len()?;
        if len > now {
            self.set_aside(now, len)?;
        }
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

/// The file as it is. Locks are left out: the directory has one, and a check reads the file beside its owner.
#[derive(Debug)]
pub(super) struct Live(pub(super) Box<dyn StorageBackend>);

impl StorageBackend for Live {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }
}
