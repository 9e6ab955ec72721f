use std::collections::VecDeque;

use bytes::Bytes;

use crate::clock::Timestamp;
use crate::storage::backup::{JournalLag, JournalMark};

/// Which keys each batch changed, since the journal was last cut.
#[derive(Debug, Default)]
pub(super) struct Journal {
    batches: VecDeque<(u64, Timestamp, Vec<Bytes>)>,
    last: u64,
    cut: u64,
    // Of a store that was filled from a copy: its numbers are not those of the store that was copied.
    name: String,
}

impl Journal {
    /// An empty one that no mark of another leads into.
    pub(super) fn named(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    pub(super) fn note(&mut self, now: Timestamp, keys: &[Bytes]) {
        if !keys.is_empty() {
            self.last += 1;
            self.batches.push_back((self.last, now, keys.to_vec()));
        }
    }

    pub(super) fn mark(&self) -> JournalMark {
        JournalMark::new(format!("{}/{}", self.name, self.last))
    }

    /// The number of a mark that the journal reaches back to.
    fn number(&self, mark: &JournalMark) -> Option<u64> {
        let (name, number) = mark.as_str().split_once('/')?;
        let number = number.parse().ok().filter(|number| (self.cut..=self.last).contains(number));
        number.filter(|_| name == self.name)
    }

    fn after(&self, number: u64) -> impl Iterator<Item = &(u64, Timestamp, Vec<Bytes>)> {
        self.batches.iter().filter(move |(at, ..)| *at > number)
    }

    /// The keys that changed after this mark, some more than once; `None` if it does not reach back that far.
    pub(super) fn keys(&self, since: &JournalMark) -> Option<impl Iterator<Item = &Bytes>> {
        let number = self.number(since)?;
        Some(self.after(number).flat_map(|(_, _, keys)| keys))
    }

    pub(super) fn cut(&mut self, through: &JournalMark) {
        if let Some(number) = self.number(through) {
            self.batches.retain(|(at, ..)| *at > number);
            self.cut = number;
        }
    }

    pub(super) fn lag(&self, since: &JournalMark) -> JournalLag {
        let number = self.number(since).unwrap_or(self.cut);
        let bytes = self.batches.iter().flat_map(|(_, _, keys)| keys).map(|key| key.len() as u64).sum();
        JournalLag { oldest: self.after(number).next().map(|(_, at, _)| *at), bytes }
    }
}
