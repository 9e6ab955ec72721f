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
}

impl Journal {
    pub(super) fn note(&mut self, now: Timestamp, keys: &[Bytes]) {
        if !keys.is_empty() {
            self.last += 1;
            self.batches.push_back((self.last, now, keys.to_vec()));
        }
    }

    pub(super) fn mark(&self) -> JournalMark {
        JournalMark::new(self.last.to_string())
    }

    /// The number of a mark that the journal reaches back to.
    fn number(&self, mark: &JournalMark) -> Option<u64> {
        mark.as_str().parse().ok().filter(|number| (self.cut..=self.last).contains(number))
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
