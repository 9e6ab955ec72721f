//! Ten thousand debates at once: that all finish, what each takes of memory, and whether a small tenant notices.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aragora_core::agents::FnAgent;
use aragora_core::engine::{DebateHandle, Engine, EngineConfig};
use aragora_core::ids::{AgentId, OrgId};
use aragora_core::protocols::Simultaneous;
use tokio::sync::watch;

use crate::row::{Row, Target};
use crate::timing::share_of;
use crate::{Result, talk};

const CROWD: usize = 10_000;
const SEATS: usize = 3;
const ROUNDS: u32 = 2;
const REPLY: Duration = Duration::from_millis(100);

fn engine(permits: usize) -> Result<Engine> {
    let mut config = EngineConfig::default();
    config.max_debates = CROWD;
    config.turn_permits = permits;
    Ok(Engine::builder().config(config).build()?)
}

// Answers 100 ms after it was asked, but nobody does before the gate is open.
fn seats(bytes: usize, gate: &watch::Receiver<bool>) -> Result<Vec<FnAgent>> {
    (1..=SEATS)
        .map(|n| {
            let id = format!("agent-{n}");
            let text: Arc<str> = talk::answer(&id, bytes).into();
            let gate = gate.clone();
            Ok(FnAgent::new(AgentId::new(&id)?, move |_request, _output| {
                let (text, mut gate) = (text.clone(), gate.clone());
                async move {
                    let _open = gate.wait_for(|open| *open).await.map(drop);
                    tokio::time::sleep(REPLY).await;
                    Ok(text.to_string())
                }
            }))
        })
        .collect()
}

fn value_of(member: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(member)).ok_or("the system tells no memory figures")?;
    let kib: u64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse()?;
    Ok(kib << 10)
}

/// Resident bytes of this process.
pub fn resident() -> Result<u64> {
    value_of("VmRSS")
}

async fn ended(handles: Vec<DebateHandle>) -> Result<usize> {
    let mut finished = 0;
    for handle in handles {
        finished += usize::from(handle.result().await?.rounds_used == ROUNDS);
    }
    Ok(finished)
}

async fn crowd(bytes: usize) -> Result<Vec<Row>> {
    let engine = engine(CROWD * SEATS)?;
    let (open, gate) = watch::channel(false);
    let seats = seats(bytes, &gate)?;
    let before = resident()?;
    let mut handles = Vec::with_capacity(CROWD);
    for _ in 0..CROWD {
        handles.push(talk::debate(&engine, &seats, Simultaneous::default(), ROUNDS).start().await?);
    }
    while engine.activity().turns < CROWD * SEATS {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let start = Instant::now();
    open.send(true)?;
    let finished = ended(handles).await?;
    let took = start.elapsed();
    // The highest of the whole run, its logs in the memory store included.
    let each = (value_of("VmHWM")? - before) as f64 / CROWD as f64;
    // As they are kept: in the log and in the transcript.
    let texts = 2.0 * (talk::QUESTION.len() + bytes * SEATS * ROUNDS as usize) as f64;
    let turns = (finished * SEATS * ROUNDS as usize) as f64;
    Ok(vec![
        Row::new(
            format!("{CROWD} debates at once, replies of {bytes} B after 100 ms: finished"),
            format!("{finished} in {:.1} s, {:.0} turns/s", took.as_secs_f64(), turns / took.as_secs_f64()),
            format!("{CROWD}"),
            finished as f64 / CROWD as f64,
            Target::AtLeast(1.0),
        ),
        Row::new(
            "their memory each without their texts, in log and transcript, against 32 KiB",
            format!("{:.1} KiB", (each - texts) / 1_024.0),
            format!("32 KiB beside {:.1} KiB of texts", texts / 1_024.0),
            (each - texts) / f64::from(32 << 10),
            Target::AtMost(1.0),
        ),
    ])
}

// p95 over ten waves of twenty debates of a tenant.
async fn light(engine: &Engine, seats: &[FnAgent]) -> Result<Duration> {
    let tenant = OrgId::new("light")?;
    let mut times = Vec::new();
    for _ in 0..10 {
        let mut wave = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let debate = talk::debate(engine, seats, Simultaneous::default(), ROUNDS).tenant(tenant.clone());
            wave.spawn(async move {
                let start = Instant::now();
                debate.start().await?.result().await?;
                Ok::<_, aragora_core::Error>(start.elapsed())
            });
        }
        while let Some(time) = wave.join_next().await {
            times.push(time??);
        }
    }
    Ok(share_of(&mut times, 0.95))
}

async fn fairness() -> Result<Row> {
    const HEAVY: usize = 5_000;
    let engine = engine(EngineConfig::default().turn_permits)?;
    let (open, gate) = watch::channel(true);
    let seats = seats(200, &gate)?;
    light(&engine, &seats).await?;
    let alone = light(&engine, &seats).await?;
    let heavy = OrgId::new("heavy")?;
    let mut handles = Vec::with_capacity(HEAVY);
    for _ in 0..HEAVY {
        let debate = talk::debate(&engine, &seats, Simultaneous::default(), ROUNDS).tenant(heavy.clone());
        handles.push(debate.start().await?);
    }
    let beside = light(&engine, &seats).await?;
    let left = handles.iter().filter(|handle| !handle.is_finished()).count();
    ended(handles).await?;
    drop(open);
    Ok(Row::new(
        format!("p95 of a light tenant beside {HEAVY} debates of another ({left} still ran afterwards), against alone"),
        format!("{:.0} ms", beside.as_secs_f64() * 1e3),
        format!("{:.0} ms", alone.as_secs_f64() * 1e3),
        beside.as_secs_f64() / alone.as_secs_f64(),
        Target::AtMost(2.0),
    ))
}

/// The figures of many debates at once.
pub fn rows() -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut rows = crowd(talk::REPLY_BYTES).await?;
        rows.push(fairness().await?);
        Ok(rows)
    })
}
