//! Debates per second beside the PyPI package `aragora-debate`, in the same job.

use std::process::Command;
use std::time::{Duration, Instant};

use aragora_core::engine::Engine;
use serde_json::Value;

use crate::row::{Row, Target};
use crate::timing::share_of;
use crate::{Result, one_thread, talk};

/// Debates at once, as the peer runs them.
pub const DEBATES: u32 = 200;

/// The time of 200 concurrent pairwise 3 x 3 critiques on one thread, and the calls of each.
pub fn ours() -> Result<(Duration, u64)> {
    let engine = Engine::in_memory()?;
    // The peer's texts are one sentence long.
    let seats = talk::seats(3, 120)?;
    one_thread()?.block_on(async {
        let mut calls = 0;
        let mut handles = Vec::new();
        let start = Instant::now();
        for _ in 0..DEBATES {
            handles.push(talk::debate(&engine, &seats, talk::critique(true), 3).start().await?);
        }
        for handle in handles {
            let decision = handle.result().await?;
            if decision.answer.is_none() || decision.rounds_used != 3 {
                return Err(format!("{} rounds, {:?}", decision.rounds_used, decision.outcome).into());
            }
            calls = decision.calls.made;
        }
        Ok((start.elapsed(), calls))
    })
}

// The program of the peer prints its figures as the last line.
fn theirs() -> Result<Value> {
    let done = Command::new("cargo").args(["xtask", "peers", "debate", &DEBATES.to_string()]).output()?;
    let text = String::from_utf8(done.stdout)?;
    let line = text.lines().last().filter(|_| done.status.success()).ok_or("the peer did not run")?;
    Ok(serde_json::from_str(line)?)
}

/// The figures beside the peer's.
pub fn rows() -> Result<Vec<Row>> {
    let peer = theirs()?;
    let mut runs = (0..5).map(|_| ours()).collect::<Result<Vec<_>>>()?;
    let calls = runs.first().map_or(0, |run| run.1);
    let mut times: Vec<Duration> = runs.drain(..).map(|run| run.0).collect();
    let ours = f64::from(DEBATES) / share_of(&mut times, 0.5).as_secs_f64();
    let row = |member: &str, with: &str| -> Result<Row> {
        let theirs = peer.get(member).and_then(Value::as_f64).ok_or("a figure of the peer is missing")?;
        Ok(Row::new(
            format!("debates/s, 3 x 3 critique, {DEBATES} at once, instant agents, against aragora-debate {with}"),
            format!("{ours:.0}/s, {calls} calls each"),
            format!("{theirs:.0}/s, {} calls each", peer.get("calls_per_debate").unwrap_or(&Value::Null)),
            ours / theirs,
            Target::AtLeast(10.0),
        ))
    };
    Ok(vec![
        row("debates_per_second", "with its defaults")?,
        row("debates_per_second_observed", "with its events and convergence check")?,
    ])
}
