//! Where the bytes of a redb file come from.

use std::fs::OpenOptions;
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
        let file = FileBackend::new(options.open(&path)?).map_err(io::Error::other)?;
        Ok(Box::new(file))
    })
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
