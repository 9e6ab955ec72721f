use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::storage::address::{Space, TableName};
use crate::storage::watch::{Watch, WatchSignal};

/// What a server's signal names: one table of one space. 12 bytes, so that a payload shows no name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Topic([u8; 12]);

impl Topic {
    pub(crate) fn of(space: &Space, table: &TableName) -> Self {
        let tenant = if let Space::Tenant(org) = space { org.as_str() } else { "" };
        let mut sum = Sha256::new();
        sum.update(b"aragora/signal/v1");
        for part in [tenant, table.as_str()] {
            sum.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            sum.update(part);
        }
        Self(sum.finalize().first_chunk().copied().unwrap_or_default())
    }

    pub(crate) fn to_hex(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// The watches of one store in this process, by topic. Keys are not told apart: a signal is a hint.
#[derive(Debug, Default)]
pub(crate) struct SignalHub(Mutex<HashMap<Topic, Vec<WatchSignal>>>);

impl SignalHub {
    pub(crate) fn subscribe(&self, topic: Topic, poll_every: Duration) -> Watch {
        let (signal, watch) = Watch::new(Some(poll_every));
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watches.retain(|_, signals| {
            signals.retain(|signal| !signal.is_dropped());
            !signals.is_empty()
        });
        watches.entry(topic).or_default().push(signal);
        watch
    }

    pub(crate) fn signal(&self, topic: Topic) {
        if let Some(signals) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&topic) {
            signals.retain(|signal| {
                signal.signal();
                !signal.is_dropped()
            });
        }
    }

    /// After a connection was lost nobody knows what was missed.
    pub(crate) fn signal_all(&self) {
        for signal in self.0.lock().unwrap_or_else(PoisonError::into_inner).values().flatten() {
            signal.signal();
        }
    }

    /// Ends every watch.
    pub(crate) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrgId;

    #[test]
    fn a_topic_is_the_one_of_the_specification() {
        let acme = Space::Tenant(OrgId::new("acme").unwrap());
        let topic = Topic::of(&acme, &TableName::new("event").unwrap());
        assert_eq!(topic.to_hex(), "b31b80e439109769b63aba2e");
        assert_eq!(Topic::from_hex(&topic.to_hex()), Some(topic));
        assert_eq!(Topic::from_hex("b31b"), None);
    }
}
