//! The one thread that writes: takes what waits, works it out as one group, commits it once, answers all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::disk::{Changes, Failure, Part};
use super::plan::Plan;
use super::point::{StoragePoint, reached};
use super::queue::{Done, Queued, Work};
use super::state::State;
use super::{Shared, poisoned};
use crate::error::{Error, Result};
use crate::storage::backup::Freeze;
use crate::storage::batch::not_applied;

/// Most batches of one group.
const GROUP: usize = 256;
/// Most bytes of one group (4 MiB), a larger batch on its own.
const GROUP_BYTES: usize = 4 << 20;
/// Relaxed batches reach stable storage after this long, well within the second that is promised.
const RELAXED: Duration = Duration::from_millis(500);
/// Most entries one sweep removes.
const SWEEP: usize = 1_000;

pub(super) struct Writer {
    shared: Arc<Shared>,
    state: State,
    // No space: what writes waits until the reserve could be made again, or until as much was deleted.
    full: bool,
    // Bytes deleted and not written again since then.
    freed: i64,
    // When the first group was committed that a crash would still take back.
    unsynced: Option<Instant>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, state: State) -> Self {
        Self { shared, state, full: false, freed: 0, unsynced: None }
    }

    /// Serves until the store is closed or its last handle is gone.
    pub(super) fn run(mut self, queue: &Receiver<Queued>) {
        let closing = loop {
            let Some(first) = self.next(queue) else { break None };
            let mut group = Vec::new();
            let mut alone = None;
            let mut bytes = 0;
            let mut next = Some(first);
            while let Some(queued) = next {
                if queued.work.is_alone() {
                    alone = Some(queued);
                    break;
                }
                bytes += queued.work.bytes();
                group.push(queued);
                next = if group.len() < GROUP && bytes < GROUP_BYTES { queue.try_recv().ok() } else { None };
            }
            if !group.is_empty() {
                self.guarded(|writer| writer.group(group));
            }
            match alone {
                Some(Queued { work: Work::Close, answer, .. }) => break Some(answer),
                Some(queued) => self.guarded(|writer| writer.alone(queued)),
                None => {}
            }
        };
        self.guarded(|writer| drop(writer.flush()));
        self.guarded(|writer| writer.shared.disk.close());
        self.shared.hub.close();
        // Before anybody is told that the store is closed.
        self.shared.unlock();
        if let Some(answer) = closing {
            let _ = answer.send(Ok(Done::Nothing));
        }
    }

    fn next(&mut self, queue: &Receiver<Queued>) -> Option<Queued> {
        loop {
            let Some(since) = self.unsynced else { return queue.recv().ok() };
            match queue.recv_timeout(RELAXED.saturating_sub(since.elapsed())) {
                Ok(queued) => return Some(queued),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.guarded(|writer| drop(writer.flush())),
            }
        }
    }

    /// A panic below leaves a store nobody can trust to write.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            self.unsynced = None;
            self.shared.poison(Error::internal("the store panicked while writing"));
            self.shared.disk.abandon();
        }
    }

    fn group(&mut self, mut members: Vec<Queued>) {
        if let Some(cause) = self.shared.poison_cause() {
            for member in members {
                let _ = member.answer.send(Err(not_applied(poisoned(&cause))));
            }
            return;
        }
        if self.full {
            members = self.relieved(members);
        }
        let relief: Vec<Option<Work>> =
            members.iter().map(|member| member.work.is_relief().then(|| member.work.clone())).collect();
        let worked = self.work_out(&mut members);
        let (changes, state, results, freed) = match worked {
            Ok(worked) => worked,
            Err(error) => {
                for member in members {
                    let _ = member.answer.send(Err(not_applied(error.clone())));
                }
                return;
            }
        };
        match self.commit(&changes, state, members.iter().any(|member| !member.work.is_relaxed())) {
            Ok(()) => {
                self.freed += freed;
                self.shared.group_size.observe(members.len() as f64);
                for (member, result) in members.iter().zip(&results) {
                    if let (Work::Moved(_, to), Ok(_)) = (&member.work, result) {
                        self.shared.gate().moved(to);
                    }
                }
                reached(StoragePoint::BeforeAnswer);
                answer(members, results);
            }
            Err(Failure::Refused(error)) => refuse(members, &not_applied(error)),
            Err(Failure::Lost(error)) => {
                self.shared.poison(error.clone());
                self.shared.disk.freeze();
                refuse(members, &poisoned(&error).with("outcome", "unknown"));
            }
            Err(Failure::Full(error)) => {
                (self.full, self.freed) = (true, 0);
                let mut again = Vec::new();
                for (mut member, work) in members.into_iter().zip(relief) {
                    match work {
                        Some(work) => {
                            member.work = work;
                            again.push(member);
                        }
                        None => drop(member.answer.send(Err(not_applied(error.clone())))),
                    }
                }
                self.relieve(again);
            }
        }
    }

    /// While the disk is full, only what frees space or keeps what is held goes on.
    fn relieved(&mut self, members: Vec<Queued>) -> Vec<Queued> {
        if members.iter().all(|member| member.work.is_relief()) {
            return members;
        }
        let restored = self.shared.directory.as_ref().is_none_or(|directory| directory.restore_reserve().is_ok());
        if restored {
            self.full = false;
            return members;
        }
        // Twice, because a page holds more than one row.
        let mut left = self.freed / 2;
        let (relief, rest): (Vec<Queued>, Vec<Queued>) = members.into_iter().partition(|member| {
            let size = member.work.bytes() as i64;
            let fits = member.work.is_relief() || size <= left;
            left -= if fits { size } else { 0 };
            fits
        });
        for member in rest {
            let _ = member.answer.send(Err(not_applied(crate::storage::dir::full())));
        }
        relief
    }

    /// Does once more what frees space, now with the space that was set aside.
    fn relieve(&mut self, mut members: Vec<Queued>) {
        if members.is_empty() {
            return;
        }
        let done =
            self.work_out(&mut members).map_err(Failure::Refused).and_then(|(changes, state, results, freed)| {
                self.commit(&changes, state, true)?;
                self.freed += freed;
                Ok(results)
            });
        match done {
            Ok(results) => answer(members, results),
            Err(Failure::Refused(error) | Failure::Full(error)) => refuse(members, &not_applied(error)),
            Err(Failure::Lost(error)) => {
                self.shared.poison(error.clone());
                self.shared.disk.freeze();
                refuse(members, &poisoned(&error).with("outcome", "unknown"));
            }
        }
    }

    fn work_out(&self, members: &mut [Queued]) -> Result<(Changes, State, Vec<Result<Done>>, i64)> {
        let snapshot = self.shared.disk.snapshot()?;
        let mut plan = Plan::new(&*snapshot, self.state, self.shared.clock.now());
        let open = self.shared.gate().check(|| self.shared.clock.monotonic());
        let results = members
            .iter_mut()
            .map(|member| match &open {
                Err(error) if member.work.is_write() => Err(not_applied(error.clone())),
                _ => self.may_move(&member.work).and_then(|()| work_out(&mut plan, &mut member.work)),
            })
            .collect();
        if !plan.is_empty() {
            plan.seal(self.shared.journal)?;
        }
        Ok((plan.changes, plan.state, results, plan.freed))
    }

    /// A move ends only while writers are held off for it.
    fn may_move(&self, work: &Work) -> Result<()> {
        let Work::Moved(hold, to) = work else { return Ok(()) };
        let now = self.shared.clock.monotonic();
        self.shared.gate().freeze(hold, &Freeze::Moved(to.clone()), now).map_err(not_applied)
    }

    fn commit(&mut self, changes: &Changes, state: State, sync: bool) -> Result<(), Failure> {
        if changes.is_empty() {
            // Nothing to write, but what was read may be relaxed.
            return if sync { self.flush() } else { Ok(()) };
        }
        // Before anybody can see the group, so that whoever sees it finds its keys noted.
        let shared = self.shared.clone();
        let group = shared.tracks.group(changes);
        let committed = match self.shared.disk.commit(changes, state.group, sync) {
            Err(Failure::Full(error)) => self.settle(error, state),
            other => other,
        };
        drop(group);
        committed?;
        self.state = state;
        self.unsynced = if sync { None } else { self.unsynced.or_else(|| Some(Instant::now())) };
        if !self.shared.hub.is_idle() {
            let keys: Vec<_> =
                changes.keys().filter(|(part, _)| *part == Part::Records).map(|(_, key)| key.clone()).collect();
            self.shared.hub.touched_keys(&keys);
        }
        Ok(())
    }

    /// After a commit that found no space: makes the store usable again and finds out whether the group is in it.
    fn settle(&mut self, error: Error, state: State) -> Result<(), Failure> {
        if let Some(directory) = &self.shared.directory {
            directory.release_reserve();
        }
        let disk = &self.shared.disk;
        let found = disk.recover().and_then(|()| State::load(&*disk.snapshot()?)).map_err(Failure::Lost)?;
        self.unsynced = None;
        if found.group == state.group { Ok(()) } else { Err(Failure::Full(error)) }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.unsynced.is_none() {
            return Ok(());
        }
        self.unsynced = None;
        let mut synced = self.shared.disk.sync();
        if let Err(Failure::Full(error)) = synced {
            // The relaxed groups are visible already, so they may not disappear quietly.
            synced = self.settle(error, self.state);
        }
        if let Err(Failure::Lost(error) | Failure::Refused(error) | Failure::Full(error)) = &synced {
            self.shared.poison(error.clone());
            self.shared.disk.freeze();
        }
        synced
    }

    fn alone(&mut self, queued: Queued) {
        let done = match (self.shared.poison_cause(), &queued.work) {
            // What is there can be looked at whatever happened.
            (_, Work::Check) => self.flush().map_err(reason).and_then(|()| self.shared.disk.check()),
            (Some(cause), _) => Err(poisoned(&cause)),
            (None, Work::Compact) => self.flush().map_err(reason).and_then(|()| self.shared.disk.compact()),
            (None, _) => self.flush().map_err(reason),
        };
        let _ = queued.answer.send(done.map(|()| Done::Nothing));
    }
}

fn reason(failure: Failure) -> Error {
    match failure {
        Failure::Refused(error) | Failure::Full(error) => error,
        Failure::Lost(error) => poisoned(&error),
    }
}

fn work_out(plan: &mut Plan<'_>, work: &mut Work) -> Result<Done> {
    match work {
        Work::Apply(batch) => plan.apply(batch).map(Done::Commit),
        Work::Claim(claim) => plan.claim(claim).map(Done::Leases),
        Work::Renew(lease, ttl) => plan.renew(lease.clone(), *ttl).map(Done::Lease),
        Work::Sweep => plan.sweep(SWEEP).map(|(removed, more)| Done::Swept(removed, more)),
        Work::CutJournal(through) => plan.cut_journal(*through).map(|()| Done::Nothing),
        Work::Load(rows) => plan.load(std::mem::take(rows)).map(|()| Done::Nothing),
        Work::Loaded(counters, journal) => plan.loaded(*counters, journal).map(|()| Done::Nothing),
        Work::Moved(_, to) => plan.moved(to).map(|()| Done::Nothing),
        Work::Flush | Work::Check | Work::Compact | Work::Close => Ok(Done::Nothing),
    }
    .map_err(not_applied)
}

fn answer(members: Vec<Queued>, results: Vec<Result<Done>>) {
    for (member, result) in members.into_iter().zip(results) {
        // Whoever asked may be gone; the work is done.
        let _ = member.answer.send(result);
    }
}

fn refuse(members: Vec<Queued>, error: &Error) {
    for member in members {
        let _ = member.answer.send(Err(error.clone()));
    }
}
