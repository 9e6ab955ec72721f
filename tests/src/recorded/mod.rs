//! Replays recorded debates of real models through the public API and compares every figure with the one expected.
//!
//! A folder holds one folder per data set, each with a README, an `expected.json` and the records. Nothing about a
//! particular selection of data is known here: seats, rounds, subjects and expectations are read from what is there.
//! Every figure is taken from what a debate returns or recorded (its decision, its log, the requests its agents got).

mod crash;
mod debate;
mod math;
mod math_figures;
mod math_record;
mod mmlu;
mod mmlu_figures;
mod mmlu_record;
mod read;
mod report;
mod tally;

use std::path::Path;
use std::sync::Arc;

pub use report::{Figure, Report};

/// How much of a folder is replayed.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Debates that run at the same time.
    pub at_once: usize,
    /// Every how many-th debate is also killed after each of its appends and resumed; 0 kills none.
    pub kill_every: usize,
    /// At most this many files of a set; absent means all. Figures of part of a set equal no expectation, so only
    /// those that hold for any selection are compared then.
    pub files: Option<usize>,
}

impl Default for Extent {
    fn default() -> Self {
        Self { at_once: 16, kill_every: 40, files: None }
    }
}

/// Replays every data set found in a folder. What cannot be read is a failed figure that names the file.
pub async fn replay(folder: &Path, extent: Extent) -> Report {
    let mut report = Report::default();
    let sets = match read::folders(folder) {
        Ok(sets) => sets,
        Err(unreadable) => {
            report.unreadable("folder", &unreadable);
            return report;
        }
    };
    for set in sets {
        let name = read::name(&set);
        let done = match name.as_str() {
            "dylan_mmlu" => mmlu::replay(&set, extent, &mut report).await,
            "dylan_math" => math::replay(&set, extent, &mut report).await,
            _ => {
                report.note(format!("not covered yet: {name}"));
                Ok(())
            }
        };
        if let Err(unreadable) = done {
            report.unreadable(&name, &unreadable);
        }
    }
    report
}

/// Runs one task per item, at most `at_once` at a time, and adds up what they found.
async fn gather<T, F>(items: Vec<T>, at_once: usize, each: impl Fn(T) -> F) -> tally::Tally
where
    F: Future<Output = tally::Tally> + Send + 'static,
{
    let permits = Arc::new(tokio::sync::Semaphore::new(at_once.max(1)));
    let mut tasks = tokio::task::JoinSet::new();
    for item in items {
        let (permits, work) = (permits.clone(), each(item));
        tasks.spawn(async move {
            let _permit = permits.acquire_owned().await;
            work.await
        });
    }
    let mut sum = tally::Tally::default();
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(tally) => sum.add(tally),
            Err(error) => sum.trouble(format!("a replay's task ended: {error}")),
        }
    }
    sum
}
