//! A file that is read and never written: what redb writes to it lies in memory and is forgotten.
//!
//! It lets a store be read that may not be written, goes on reading after a failed write, and lets an integrity check
//! repair whatever it likes without touching the file.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

const BLOCK: usize = 4_096;

/// Blocks that were written, over a file.
#[derive(Debug)]
pub(super) struct Overlay {
    file: Box<dyn StorageBackend>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    len: u64,
    // How much of the file still shows: what was cut off once is zero when it grows again.
    shown: u64,
    blocks: BTreeMap<u64, Box<[u8; BLOCK]>>,
}

impl Overlay {
    pub(super) fn new(file: Box<dyn StorageBackend>) -> io::Result<Self> {
        let len = file.len()?;
        Ok(Self { file, state: Mutex::new(State { len, shown: len, blocks: BTreeMap::new() }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it is seen.
    fn block(&self, state: &State, number: u64) -> io::Result<Box<[u8; BLOCK]>> {
        if let Some(block) = state.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = Box::new([0; BLOCK]);
        let start = number * BLOCK as u64;
        let there = state.shown.saturating_sub(start).min(BLOCK as u64) as usize;
        if let Some(part) = block.get_mut(..there).filter(|part| !part.is_empty()) {
            self.file.read(start, part)?;
        }
        Ok(block)
    }

    /// Calls with every block of a span: its number, where in it the span begins, and how much of the span was before.
    fn blocks(
        offset: u64,
        len: usize,
        mut each: impl FnMut(u64, usize, usize, usize) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut done = 0;
        while done < len {
            let at = offset + done as u64;
            let within = (at % BLOCK as u64) as usize;
            let part = (BLOCK - within).min(len - done);
            each(at / BLOCK as u64, within, done, part)?;
            done += part;
        }
        Ok(())
    }
}

fn outside() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "beyond the end of the file")
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > state.len) {
            return Err(outside());
        }
        if state.blocks.is_empty() && offset + out.len() as u64 <= state.shown {
            return self.file.read(offset, out);
        }
        Self::blocks(offset, out.len(), |number, within, done, part| {
            let block = self.block(&state, number)?;
            let (from, to) = (block.get(within..within + part), out.get_mut(done..done + part));
            if let (Some(from), Some(to)) = (from, to) {
                to.copy_from_slice(from);
            }
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        if len < state.len {
            let last = len / BLOCK as u64;
            let mut edge = self.block(&state, last)?;
            if let Some(rest) = edge.get_mut((len % BLOCK as u64) as usize..) {
                rest.fill(0);
            }
            state.blocks.retain(|number, _| *number < last);
            state.blocks.insert(last, edge);
            state.shown = state.shown.min(len);
        }
        state.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        if offset.checked_add(data.len() as u64).is_none_or(|end| end > state.len) {
            return Err(outside());
        }
        Self::blocks(offset, data.len(), |number, within, done, part| {
            let mut block = self.block(&state, number)?;
            if let (Some(to), Some(from)) = (block.get_mut(within..within + part), data.get(done..done + part)) {
                to.copy_from_slice(from);
            }
            state.blocks.insert(number, block);
            Ok(())
        })
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}
