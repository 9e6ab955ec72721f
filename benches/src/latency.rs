//! How long a debate takes when replies do, on a clock that jumps from one event to the next.
//!
//! The debates are real: only their participants wait for a drawn time instead of thinking. The published figures
//! close a step the instant its quorum is in, so they are compared with a grace of zero; the default grace waits for
//! stragglers and is printed beside them.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::FnAgent;
use aragora_core::clock::{Clock, ManualClock};
use aragora_core::debate::{DebateOptions, Grace, Join};
use aragora_core::engine::Engine;
use aragora_core::ids::AgentId;
use aragora_core::protocols::Simultaneous;
use aragora_core::telemetry::Parts;

use crate::row::{Row, Target};
use crate::timing::share_of;
use crate::{Result, talk};

const SEATS: u64 = 5;
const ROUNDS: u32 = 3;
const SIGMA: f64 = 0.8;
/// Debates per policy, as many as the published figures have.
pub const DEBATES: u64 = 20_000;

/// Times of so many debates that end their steps by this policy, in units of the mean reply.
pub fn times(join: &Join, debates: u64) -> Result<Vec<Duration>> {
    let clock = ManualClock::default();
    let jumps = clock.clone();
    // A thread parks when nothing is left to do at this instant; only then may time go on.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .on_thread_park(move || {
            jumps.advance_to_next();
        })
        .build()?;
    let mut parts = Parts::system();
    parts.clock = Arc::new(clock.clone());
    let engine = Engine::builder().parts(parts).build()?;
    runtime.block_on(async {
        let mut times = Vec::new();
        for run in 0..debates {
            let seats = (0..SEATS).map(|seat| waiting(&clock, run * SEATS + seat)).collect::<Result<Vec<_>>>()?;
            let options = DebateOptions { join: join.clone(), ..talk::whole_length(ROUNDS) };
            let debate = talk::debate(&engine, &seats, Simultaneous::default(), ROUNDS).options(options).seed(run);
            let start = clock.monotonic();
            let decision = debate.start().await?.result().await?;
            times.push(clock.monotonic() - start);
            if decision.rounds_used != ROUNDS {
                return Err(format!("{} rounds, expected {ROUNDS}", decision.rounds_used).into());
            }
        }
        Ok(times)
    })
}

// A participant whose replies take lognormal times with mean 1 s, the same ones for every policy.
fn waiting(clock: &ManualClock, stream: u64) -> Result<FnAgent> {
    let sleeper = clock.clone();
    let agent = FnAgent::new(AgentId::new(format!("agent-{stream}"))?, move |request, _output| {
        let wait = lognormal(stream * 16 + u64::from(request.round));
        let over = sleeper.sleep_until(sleeper.monotonic() + wait);
        async move {
            over.await;
            Ok(format!("FINAL ANSWER: {stream}"))
        }
    });
    Ok(agent.with_clock(Arc::new(clock.clone())))
}

fn lognormal(index: u64) -> Duration {
    let unit = |n: u64| (mix(n) >> 11) as f64 / (1u64 << 53) as f64;
    let (a, b) = (1.0 - unit(2 * index), unit(2 * index + 1));
    let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
    Duration::from_secs_f64((SIGMA * normal - SIGMA * SIGMA / 2.0).exp())
}

// SplitMix64 (Steele, Lea, Flood 2014) at a place of its sequence.
fn mix(place: u64) -> u64 {
    let mut z = place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn quorum(grace: Grace) -> Join {
    Join::Quorum { min: 4, grace }
}

/// The figures of waiting for everybody and for four of five.
pub fn rows() -> Result<Vec<Row>> {
    let none = Grace { at_least_ms: 0, elapsed_thousandths: 0 };
    let policies = [
        ("all", Join::All, Some((6.42, 14.2))),
        ("4 of 5, no grace", quorum(none), Some((3.58, 6.6))),
        ("4 of 5, default grace", quorum(Grace::default()), None),
    ];
    let mut rows = Vec::new();
    for (name, join, published) in policies {
        let mut times = times(&join, DEBATES)?;
        let mean = times.iter().sum::<Duration>().as_secs_f64() / times.len() as f64;
        let p99 = share_of(&mut times, 0.99).as_secs_f64();
        let figures = [("mean", mean, published.map(|p| p.0)), ("p99", p99, published.map(|p| p.1))];
        for (which, value, published) in figures {
            rows.push(Row::new(
                format!("{which} time, join {name}, 3 rounds x 5 seats, {DEBATES} debates"),
                format!("{value:.3} mean replies"),
                published.map_or("-".to_owned(), |published| format!("{published} published")),
                published.map_or(value, |published| value / published),
                if published.is_some() { Target::Near(1.0, 0.03) } else { Target::Told },
            ));
        }
    }
    Ok(rows)
}
