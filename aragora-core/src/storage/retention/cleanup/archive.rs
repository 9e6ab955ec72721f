use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

const PIECE: usize = 1 << 16;

/// The path with every link of what exists of it followed; `None` unless it is absolute and without `..`.
pub(super) fn settled(path: &Path) -> Option<PathBuf> {
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    let there = path.ancestors().find(|ancestor| ancestor.exists())?;
    let rest = path.strip_prefix(there).ok()?;
    Some(there.canonicalize().ok()?.join(rest))
}

/// Copies a file, syncs the copy, reads it back and compares it with what was read. What an earlier run of the same plan
/// left there, maybe in part, is replaced; the folder belongs to that plan alone.
pub(super) fn copy(source: &mut File, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut copy = match options.open(to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(to)?;
            options.open(to)?
        }
        opened => opened?,
    };
    source.seek(SeekFrom::Start(0))?;
    let written = digest(source, |piece| copy.write_all(piece))?;
    copy.sync_all()?;
    copy.seek(SeekFrom::Start(0))?;
    if digest(&mut copy, |_| Ok(()))? != written {
        return Err(io::Error::other("the archive does not give back what was written"));
    }
    File::open(folder)?.sync_all()
}

/// The SHA-256 of what follows in a file, each piece of which is passed on.
fn digest(file: &mut File, mut pass: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        let count = file.read(&mut piece)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { return Ok(hash.finalize().into()) };
        hash.update(read);
        pass(read)?;
    }
}
