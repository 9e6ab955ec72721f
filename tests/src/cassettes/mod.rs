//! Replays recorded traffic of real providers through the public adapters, over a real socket, and compares every
//! reply with an independent reading of the same bytes.
//!
//! A folder holds one folder per provider with one exchange per JSON file, and `EXPECTED.json` with the reading of
//! each. Nothing about a particular selection of files is known here: wire, manner and expectation are read from what
//! is there. The same code runs the fixtures of this repository.

mod around;
mod ask;
mod compare;
mod exchange;
mod folder;
pub mod fuzz;
mod memory;
mod mutate;
mod report;
mod sent;
mod server;
mod through_genai;
mod turn;

use std::path::Path;
use std::sync::Arc;

pub use ask::{Adapter, CANARY_HIDDEN, CANARY_KEY, agent, asked};
pub use exchange::{Exchange, Recorded};
pub use folder::Folder;
pub use memory::{Playback, Played, play};
pub use mutate::{Mutation, holds, is_made_of, mutated, strings};
pub use report::{Difference, Outcome, Report, Verdict};

use server::Server;

/// How many exchanges are replayed at the same time.
const AT_ONCE: usize = 8;

/// Replays every exchange of a folder. What cannot be read is a failure that names the file.
pub async fn replay(folder: &Path) -> Report {
    match Folder::read(folder) {
        Ok(folder) => replay_folder(folder).await,
        Err(reason) => Report::unreadable(reason),
    }
}

/// Replays the exchanges of a folder that was read already.
pub async fn replay_folder(folder: Folder) -> Report {
    let exchanges: Vec<Arc<Exchange>> = folder.exchanges.into_iter().map(Arc::new).collect();
    let server = match Server::start(&exchanges).await {
        Ok(server) => Arc::new(server),
        Err(error) => return Report::unreadable(format!("no server on this machine: {error}")),
    };
    let permits = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut tasks = tokio::task::JoinSet::new();
    for exchange in exchanges {
        let (permits, server) = (Arc::clone(&permits), Arc::clone(&server));
        tasks.spawn(async move {
            let _permit = permits.acquire_owned().await;
            turn::replay(&exchange, &server).await
        });
    }
    let mut report = Report::default();
    for problem in folder.problems {
        report.add(Outcome::broken(problem));
    }
    while let Some(done) = tasks.join_next().await {
        report.add(done.unwrap_or_else(|error| Outcome::broken(format!("a replay's task ended: {error}"))));
    }
    report.sort();
    report
}
