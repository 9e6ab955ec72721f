//! A debate outlives its process: it stops half-way, is found in its store, and goes on where it stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aragora_core::agents::FnAgent;
use aragora_core::config::Config;
use aragora_core::engine::{DebateQuery, DebateState};
use aragora_core::ids::OrgId;
use aragora_core::protocols::VoteOnlyProtocol;
use aragora_core::storage::Control;
use aragora_core::{AgentId, Aragora, Result};
use futures_util::TryStreamExt as _;

/// Counts how often it was asked. One that is away lets everybody wait.
#[derive(Debug, Default)]
struct Member {
    asked: AtomicUsize,
    away: AtomicBool,
}

impl Member {
    fn seat(self: &Arc<Self>, id: &str, view: &'static str) -> Result<FnAgent> {
        let member = self.clone();
        Ok(FnAgent::new(AgentId::new(id)?, move |_, _| {
            let member = member.clone();
            async move {
                member.asked.fetch_add(1, Ordering::Relaxed);
                if member.away.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
                Ok(format!("FINAL ANSWER: {view}"))
            }
        }))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let [ada, bob, eve]: [Arc<Member>; 3] = Default::default();
    eve.away.store(true, Ordering::Relaxed);
    let seats =
        || Ok::<_, aragora_core::Error>([ada.seat("ada", "yes")?, bob.seat("bob", "yes")?, eve.seat("eve", "no")?]);
    let folder = std::env::temp_dir().join(format!("durable-debate-{}", std::process::id()));
    // START durable_debate
    // A path, or redb:, sled:, postgres:// with an address: every record is durable before the next step depends on it.
    let (uri, config) = (format!("redb:{}", folder.display()), Config::load([("", "")])?);
    let tenant = OrgId::new("default")?;
    let aragora = Aragora::open(&uri, &config).await?;
    let debate = aragora.debate("Do we rewrite it?").protocol(VoteOnlyProtocol::default());
    let handle = seats()?.into_iter().fold(debate, |debate, seat| debate.seat(seat)).start().await?;
    let (mut events, mut answered) = (handle.events(0), 0);
    while answered < 2
        && let Some(event) = events.next().await
    {
        answered += usize::from(event?.kind() == "agent_message");
    }
    // Eve does not answer, and this process has to go. What runs stops at its last record; killing it does the same.
    let report = aragora.shutdown(Duration::ZERO).await;
    println!("stopped: {}", report.stopped);
    aragora.storage().whole().control(Control::Close).await?;

    // Another process, later: whatever has not ended is found and goes on.
    eve.away.store(false, Ordering::Relaxed);
    let aragora = Aragora::open(&uri, &config).await?;
    let engine = aragora.debates();
    let running = DebateQuery { state: Some(DebateState::Running), ..DebateQuery::default() };
    for found in engine.list(&tenant, &running).await?.items {
        let resume = engine.resume(found.debate.clone());
        let resumed = seats()?.into_iter().fold(resume, |resume, seat| resume.seat(seat)).start().await?;
        let decision = resumed.result().await?;
        println!("{} {}, dissent of {:?}", found.question, decision.outcome.as_str(), decision.dissenters);
    }

    // Answers that were recorded are not asked for again, and not paid for again.
    let [ada, bob, eve] = [&ada, &bob, &eve].map(|member| member.asked.load(Ordering::Relaxed));
    println!("asked: ada {ada}, bob {bob}, eve {eve}");

    // Everything as JSON lines: the summary of each debate, then its log.
    let exported: Vec<Vec<u8>> = engine.export(tenant, DebateQuery::default()).try_collect().await?;
    for lines in exported {
        println!("exported {} lines", lines.iter().filter(|byte| **byte == b'\n').count());
    }
    // END durable_debate
    aragora.storage().whole().control(Control::Close).await?;
    drop(std::fs::remove_dir_all(folder));
    Ok(())
}
