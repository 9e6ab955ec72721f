use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Storage;
use crate::storage::address::Space;
use crate::storage::table::{Seal, SpaceKind, Table, TableDef, TableRecord};
use crate::telemetry::Parts;

/// How far the clock may lie behind the newest mark.
const BEHIND: Duration = Duration::from_secs(5 * 60);
/// How far it may lie ahead of it.
const AHEAD: Duration = Duration::from_secs(24 * 3_600);
/// How often a mark is written.
const MARK_EVERY: Duration = Duration::from_secs(3_600);
/// How far wall and monotonic time may go apart while they are watched.
const AGREE: Duration = Duration::from_secs(60);

/// The latest moment at which the clock of this store was believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    at: Timestamp,
}

impl TableRecord for Mark {
    type Key = String;
    const DEF: TableDef = TableDef { space: SpaceKind::System, seal: Seal::Plain, ..TableDef::tenant("clock_mark", 1) };

    fn key(&self) -> String {
        KEY.to_owned()
    }
}

const KEY: &str = "retention";

/// Says whether the clock can be believed before something is deleted by it.
///
/// It cannot when it lies more than 5 minutes behind the newest moment that was noted in the store, or more than 24 h
/// ahead of it. Then nothing is deleted until [`Self::confirm_clock`], or until wall and monotonic time have agreed for
/// a whole interval of whoever asks.
#[derive(Clone, Debug)]
pub struct ClockGuard {
    table: Table<Mark>,
    parts: Parts,
    /// Since when a clock that was refused has been going evenly.
    even_since: Arc<Mutex<Option<(Timestamp, Duration)>>>,
}

impl ClockGuard {
    /// The guard of this store. Everybody who deletes from it shares the marks.
    pub fn new(storage: Arc<dyn Storage>, parts: &Parts) -> Self {
        Self {
            table: Table::new(storage, Space::System).with_parts(parts),
            parts: parts.clone(),
            even_since: Arc::default(),
        }
    }

    /// Now, if it can be believed; `clock_jump` otherwise. The interval is how often whoever asks does so.
    pub async fn check(&self, interval: Duration) -> Result<Timestamp> {
        let now = self.parts.clock.now();
        let Some(mark) = self.table.get(&KEY.to_owned()).await? else {
            self.note(now).await?;
            return Ok(now);
        };
        let mark = mark.value.at;
        let believed = now.plus(BEHIND) >= mark && now <= mark.plus(AHEAD);
        if believed || self.was_even_for(interval, now) {
            *self.even_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
            if !believed || now >= mark.plus(MARK_EVERY) {
                self.note(now).await?;
            }
            return Ok(now);
        }
        let side = if now < mark { "behind" } else { "ahead of" };
        let reason = format!("the clock lies far {side} the latest moment that was noted; nothing was deleted");
        Err(Error::new(ErrorKind::ClockJump, reason).with("now", now).with("noted", mark))
    }

    /// Believes the clock as it is now. Whoever calls this has looked at it.
    pub async fn confirm_clock(&self) -> Result<()> {
        *self.even_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.note(self.parts.clock.now()).await
    }

    fn was_even_for(&self, interval: Duration, now: Timestamp) -> bool {
        let monotonic = self.parts.clock.monotonic();
        let mut since = self.even_since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((wall, then)) = *since {
            let passed = monotonic.saturating_sub(then);
            let wall_passed = i128::from(now.as_millis()) - i128::from(wall.as_millis());
            let apart = wall_passed.abs_diff(i128::try_from(passed.as_millis()).unwrap_or(i128::MAX));
            if apart <= AGREE.as_millis() {
                return passed >= interval;
            }
        }
        *since = Some((now, monotonic));
        false
    }

    async fn note(&self, at: Timestamp) -> Result<()> {
        self.table.put(&Mark { at }).await.map(drop)
    }
}
