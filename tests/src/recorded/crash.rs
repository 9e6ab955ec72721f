//! Kills a debate after each of its appends and resumes it from what was stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use aragora_core::Result;
use aragora_core::clock::{ManualClock, Timestamp};
use aragora_core::debate::{Event, GiveUp, Record};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::testing::storage::{Call, Fault, FaultStorage};

use super::debate::{Heard, Recorded, Run, engine, tenant};
use super::tally::Tally;

/// A debate without an end would be killed for ever; no recorded one makes so many appends.
const MOST_APPENDS: u64 = 1_000;

/// Kills after every append in turn. Counts `kills`, `resumed_logs_equal` and `asked_again`.
pub(super) async fn kill_and_resume(recorded: &Recorded, whole: &Run) -> Result<Tally> {
    let mut tally = Tally::default();
    let wanted = without_traces(&whole.log)?;
    for appends in 1..MOST_APPENDS {
        let clock = ManualClock::default();
        let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        let dying = Arc::new(FaultStorage::new(store.clone(), Arc::new(clock.clone())));
        dying.plan(Fault::Cut { call: Call::Apply, nth: appends + 1 });
        let survived = recorded.start(&engine(dying, &clock)?, &clock, &Heard::default()).await.is_ok();
        if survived {
            break;
        }
        let engine = engine(store, &clock)?;
        let heard = Heard::default();
        let kept: BTreeSet<String> =
            engine.log(&tenant()?, &recorded.id).await?.iter().filter_map(|record| settled(recorded, record)).collect();
        let mut resumed = engine.resume(recorded.id.clone());
        for seat in recorded.seats(&clock, &heard) {
            resumed = resumed.seat(seat);
        }
        resumed.start().await?.result().await?;
        tally.count("kills", 1_u64);
        let log = engine.log(&tenant()?, &recorded.id).await?;
        tally.count_if("resumed_logs_equal", without_traces(&log)? == wanted);
        let again = heard.requests().iter().filter(|request| kept.contains(request.id.as_str())).count();
        tally.count("asked_again", again);
    }
    Ok(tally)
}

// The request id of a turn whose reply or failure is in the log.
fn settled(recorded: &Recorded, record: &Record) -> Option<String> {
    let turn = match &record.event {
        Event::AgentMessage(body) => &body.turn,
        Event::TurnFailed(body) => &body.turn,
        _ => return None,
    };
    Some(format!("{}/{turn}", recorded.id))
}

// The log without what a resumption adds: its own record, turns whose owner was lost, their second start, and the
// places of the records after them.
fn without_traces(log: &[Record]) -> Result<Vec<Vec<u8>>> {
    let mut started = BTreeSet::new();
    let mut lines = Vec::with_capacity(log.len());
    for record in log {
        let trace = match &record.event {
            Event::DebateResumed(_) => true,
            Event::TurnCancelled(body) => body.why == GiveUp::OwnerLost,
            Event::TurnStart(body) => !started.insert(body.turn.clone()),
            _ => false,
        };
        if !trace {
            lines.push(Record { seq: 0, at: Timestamp::from_millis(0), ..record.clone() }.to_line()?);
        }
    }
    Ok(lines)
}
