//! A disk in memory that remembers every write and sync, so that the image of a crash at any moment can be made.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use aragora_core::testing::storage::RedbMedium;
use redb::StorageBackend;

use crate::embedded::Dice;

/// Something that was asked of the disk.
#[derive(Clone, Debug)]
pub enum DiskEvent {
    /// Bytes at an offset.
    Write(u64, Vec<u8>),
    /// Another length.
    SetLen(u64),
    /// Everything before is on stable storage.
    Sync,
}

/// What fails from some call on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiskFault {
    /// Nothing.
    #[default]
    None,
    /// Writes, with this error.
    Writes(io::ErrorKind),
    /// Syncs.
    Syncs(io::ErrorKind),
    /// Reads.
    Reads(io::ErrorKind),
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    events: Vec<DiskEvent>,
    fault: DiskFault,
    // How many calls of the faulty kind go well before.
    after: usize,
    held: bool,
}

/// The disk; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct CrashDisk(Arc<Mutex<State>>, Arc<Condvar>);

impl CrashDisk {
    /// A disk that holds this image.
    pub fn of(image: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(State { bytes: image, ..State::default() })), Arc::default())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What redb is given.
    pub fn medium(&self) -> RedbMedium {
        let disk = self.clone();
        Box::new(move |_| Ok(Box::new(disk.clone())))
    }

    /// Everything asked of it so far.
    pub fn events(&self) -> Vec<DiskEvent> {
        self.state().events.clone()
    }

    /// How much was asked of it so far.
    pub fn moment(&self) -> usize {
        self.state().events.len()
    }

    /// Fails like this once so many further calls of the kind went well.
    pub fn fail(&self, fault: DiskFault, after: usize) {
        let mut state = self.state();
        (state.fault, state.after) = (fault, after);
    }

    /// Lets no sync end until it is let go again.
    pub fn hold(&self, held: bool) {
        self.state().held = held;
        self.1.notify_all();
    }

    fn check(state: &mut State, asked: impl Fn(DiskFault) -> Option<io::ErrorKind>) -> io::Result<()> {
        let Some(kind) = asked(state.fault) else { return Ok(()) };
        if state.after > 0 {
            state.after -= 1;
            return Ok(());
        }
        Err(io::Error::from(kind))
    }
}

impl StorageBackend for CrashDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.state();
        Self::check(&mut state, |fault| if let DiskFault::Reads(kind) = fault { Some(kind) } else { None })?;
        let start = offset as usize;
        let there = start.checked_add(out.len()).and_then(|end| state.bytes.get(start..end));
        out.copy_from_slice(there.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        Self::check(&mut state, |fault| if let DiskFault::Writes(kind) = fault { Some(kind) } else { None })?;
        state.bytes.resize(len as usize, 0);
        state.events.push(DiskEvent::SetLen(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let held = self.1.wait_while(self.state(), |state| state.held);
        let mut state = held.unwrap_or_else(PoisonError::into_inner);
        Self::check(&mut state, |fault| if let DiskFault::Syncs(kind) = fault { Some(kind) } else { None })?;
        state.events.push(DiskEvent::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        Self::check(&mut state, |fault| if let DiskFault::Writes(kind) = fault { Some(kind) } else { None })?;
        put(&mut state.bytes, offset, data);
        state.events.push(DiskEvent::Write(offset, data.to_vec()));
        Ok(())
    }
}

fn put(image: &mut Vec<u8>, offset: u64, data: &[u8]) {
    let start = offset as usize;
    if image.len() < start + data.len() {
        image.resize(start + data.len(), 0);
    }
    if let Some(place) = image.get_mut(start..start + data.len()) {
        place.copy_from_slice(data);
    }
}

/// What of the writes after the last sync reached the disk.
#[derive(Clone, Copy, Debug)]
pub enum Unsynced {
    /// None of them.
    Lost,
    /// All of them.
    Kept,
    /// All but the last, of which this many sectors of 512 bytes.
    Torn(usize),
    /// Some, in whatever order, each torn or not.
    Some(u64),
}

/// The image after a crash before event `until`, of which everything before `synced` is on stable storage.
pub fn image(events: &[DiskEvent], synced: usize, until: usize, unsynced: Unsynced) -> Vec<u8> {
    let mut image = Vec::new();
    let mut play = |event: &DiskEvent, sectors: Option<usize>| match event {
        DiskEvent::Write(offset, data) => {
            let kept = sectors.map_or(data.len(), |sectors| (sectors * 512).min(data.len()));
            put(&mut image, *offset, data.get(..kept).unwrap_or_default());
        }
        DiskEvent::SetLen(len) => image.resize(*len as usize, 0),
        DiskEvent::Sync => {}
    };
    let (before, after) = events.get(..until).unwrap_or(events).split_at(synced.min(until));
    before.iter().for_each(|event| play(event, None));
    match unsynced {
        Unsynced::Lost => {}
        Unsynced::Kept => after.iter().for_each(|event| play(event, None)),
        Unsynced::Torn(sectors) => {
            if let Some((last, others)) = after.split_last() {
                others.iter().for_each(|event| play(event, None));
                play(last, Some(sectors));
            }
        }
        Unsynced::Some(seed) => {
            let mut dice = Dice::new(seed);
            let mut kept: Vec<&DiskEvent> = after.iter().filter(|_| dice.next(2) == 0).collect();
            // Two neighbours may change places, which is enough to turn any order into any other.
            for at in 1..kept.len() {
                if dice.next(4) == 0 {
                    kept.swap(at - 1, at);
                }
            }
            for event in kept {
                let sectors = (dice.next(4) == 0).then(|| dice.next(9) as usize);
                play(event, sectors);
            }
        }
    }
    image
}
