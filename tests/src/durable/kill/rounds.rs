//! Lives that are ended by `SIGKILL`, and what must be true of the store after the last one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use aragora_core::clock::ManualClock;
use aragora_core::debate::{Decision, Event, Record};
use aragora_core::engine::{Check, Engine};
use aragora_core::storage::{Control, MemoryStorage, Storage};
use aragora_core::{Error, ErrorKind, Result};

use super::child::clock_of;
use super::{DEBATES, builder, engine_of, store_of};
use crate::durable::log::{lost, undisturbed};
use crate::durable::seats::Desk;
use crate::durable::{debate_id, engine, runtime, tenant};
use crate::embedded::Dice;

/// When to kill: after so many lines, or after the first line with this word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kill {
    /// After this many lines.
    After(u64),
    /// Right after the first line with this word.
    At(&'static str),
    /// The server of the store instead of the process, after this many lines.
    Server(u64),
    /// Not at all.
    Never,
}

/// What one store looked like after its last life.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Lives it took.
    pub lives: u32,
    /// How many of them had their server hit instead.
    pub strikes: u32,
    /// Records whose writing was acknowledged to a process before it died.
    pub acknowledged: usize,
    /// Those of them that are not there any more.
    pub lost: usize,
    /// Participants asked again although their answer was recorded, or more often than their askers died.
    pub asked_twice: usize,
    /// Everything that is not as it should be.
    pub faults: Vec<String>,
}

impl Verdict {
    /// Whether all is as it should be.
    pub fn passed(&self) -> bool {
        self.faults.is_empty()
    }
}

/// The same debates, run in peace.
pub fn in_peace() -> Result<Vec<Vec<Record>>> {
    runtime().block_on(async {
        let clock = ManualClock::default();
        let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        let engine = engine(&store, &clock);
        let mut logs = Vec::new();
        for number in 0..DEBATES {
            let handle = builder(&engine, number, &Desk::new(), &clock).start().await?;
            handle.result().await?;
            logs.push(engine.log(&tenant(), handle.id()).await?);
        }
        Ok(logs)
    })
}

/// One to five kills, after 1 to 60 lines each, the same for each number on every machine.
pub fn kills_of(round: u64) -> Vec<Kill> {
    let mut dice = Dice::new(round);
    (0..1 + dice.next(5)).map(|_| Kill::After(1 + dice.next(60))).collect()
}

/// [`kills_of`], of which every second hits the server.
pub fn kills_with_server(round: u64) -> Vec<Kill> {
    let turned = |(number, kill): (u64, Kill)| match kill {
        Kill::After(lines) if (number + round).is_multiple_of(2) => Kill::Server(lines),
        kill => kill,
    };
    (0_u64..).zip(kills_of(round)).map(turned).collect()
}

/// A server that can be hit.
pub trait Server: Debug {
    /// Kills what serves the store, with no time to say goodbye, and sees to it that the server comes back.
    fn strike(&self) -> Result<()>;
}

/// How to start a life; the URI, the notes and the number of the life are added.
#[derive(Clone, Debug)]
pub struct Program<'a> {
    /// The executable.
    pub path: &'a Path,
    /// What stands before its arguments.
    pub first: &'a [&'a str],
    /// Whom [`Kill::Server`] hits.
    pub server: Option<&'a dyn Server>,
}

/// Lives over this store until one ends by itself, then the verdict.
pub fn survive(
    program: &Program<'_>,
    uri: &str,
    notes: &Path,
    kills: impl IntoIterator<Item = Kill>,
    expected: &[Vec<Record>],
) -> Result<Verdict> {
    let mut lives = 0;
    let mut strikes = 0;
    for kill in kills.into_iter().chain([Kill::Never]) {
        lives += 1;
        strikes += u32::from(matches!(kill, Kill::Server(_)));
        if live(program, uri, notes, lives, kill)? {
            break;
        }
    }
    let mut verdict = Verdict { lives, strikes, ..Verdict::default() };
    let text = std::fs::read_to_string(notes).map_err(|error| failed(&error))?;
    let driven = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    driven.map_err(|error| failed(&error))?.block_on(judge(uri, &text, lives + 1, expected, &mut verdict))?;
    Ok(verdict)
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Unavailable, error.to_string())
}

/// Runs one life; whether it ended by itself.
fn live(program: &Program<'_>, uri: &str, notes: &Path, life: u32, kill: Kill) -> Result<bool> {
    let mut child = Command::new(program.path)
        .args(program.first)
        .arg(uri)
        .arg(notes)
        .arg(life.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let mut killed = false;
    for (number, line) in (1..).zip(child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines())) {
        let line = line.map_err(|error| failed(&error))?;
        let now = match kill {
            Kill::After(lines) | Kill::Server(lines) => number == lines,
            Kill::At(word) => line.split(' ').any(|other| other == word),
            Kill::Never => false,
        };
        if now && !killed {
            match (kill, program.server) {
                // A life whose store does not answer ends by itself, or does not notice.
                (Kill::Server(_), Some(server)) => server.strike()?,
                _ => child.kill().map_err(|error| failed(&error))?,
            }
            killed = true;
        }
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    if status.success() || killed {
        return Ok(status.success());
    }
    Err(Error::internal(format!("life {life} ended with {status} by itself")))
}

async fn judge(uri: &str, notes: &str, life: u32, expected: &[Vec<Record>], verdict: &mut Verdict) -> Result<()> {
    let clock = clock_of(life);
    let store = store_of(uri, &clock).await?;
    let engine = engine_of(&store, &clock)?;
    for (number, expected) in expected.iter().enumerate() {
        let id = format!("deb_{number}");
        match engine.log(&tenant(), &debate_id(&id)).await {
            Ok(log) => debate(&engine, &id, notes, &log, expected, verdict),
            Err(error) => verdict.faults.push(format!("{id}: its log cannot be read: {error}")),
        }
    }
    store.control(Control::Close).await.map(drop)
}

fn debate(engine: &Engine, id: &str, notes: &str, log: &[Record], expected: &[Record], verdict: &mut Verdict) {
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    let mut recorded = BTreeSet::new();
    let mut acknowledged = BTreeSet::new();
    for note in notes.lines() {
        match note.split(' ').collect::<Vec<_>>()[..] {
            ["ask", request] if request.starts_with(&format!("{id}/")) => {
                if recorded.contains(request) {
                    verdict.asked_twice += 1;
                    verdict.faults.push(format!("{request} was recorded and asked again"));
                }
                *asked.entry(request.to_owned()).or_default() += 1;
            }
            ["rec", debate, seq, kind, turn] if debate == id => {
                let Ok(seq) = seq.parse::<usize>() else { continue };
                let kept = log.get(seq).map(|record| record.event.name());
                if acknowledged.insert(seq) && kept != Some(kind) {
                    verdict.lost += 1;
                    verdict.faults.push(format!("{id}: record {seq} ({kind}) was acknowledged and is {kept:?}"));
                }
                if kind == "agent_message" {
                    recorded.insert(format!("{id}/{turn}"));
                }
            }
            // The last line may be torn by the kill, and then the file goes on with the next life's.
            _ => {}
        }
    }
    verdict.acknowledged += acknowledged.len();
    let lost = lost(log);
    for (request, times) in asked {
        let allowed = 1 + lost.get(&request).copied().unwrap_or(0);
        if times > allowed {
            verdict.asked_twice += 1;
            verdict.faults.push(format!("{request} was asked {times} times, {allowed} at most"));
        }
    }
    let (went, peace) = (undisturbed(log), undisturbed(expected));
    if went != peace {
        let at = went.iter().zip(&peace).position(|(one, other)| one != other).unwrap_or(went.len().min(peace.len()));
        let show = |list: &[serde_json::Value]| list.get(at).map(ToString::to_string);
        let (found, wanted) = (show(&went), show(&peace));
        verdict.faults.push(format!("{id} went another way than in peace: {found:?}, expected {wanted:?}"));
    }
    if decision(log) != decision(expected) {
        verdict.faults.push(format!("{id} decided otherwise than in peace"));
    }
    match engine.replay(log, Check::Strict) {
        Ok(report) if report.matches => {}
        Ok(report) => verdict.faults.push(format!("{id} does not replay: {:?}", report.difference)),
        Err(error) => verdict.faults.push(format!("{id} does not replay: {error}")),
    }
}

fn decision(log: &[Record]) -> Option<&Decision> {
    log.iter().find_map(|record| match &record.event {
        Event::Decision(body) => Some(&body.decision),
        _ => None,
    })
}
