//! The event bus against Tokio's broadcast channel, and what listening costs a debate.

use std::hint::black_box;
use std::time::Duration;

use aragora_core::engine::Engine;
use aragora_core::telemetry::{Bus, BusEvent, OnLag, Telemetry};
use tokio::sync::broadcast;

use crate::crowd::resident;
use crate::row::{Row, Target};
use crate::timing::{compare, nanos, timed, used};
use crate::{Result, one_thread, talk};

/// Events per sample.
pub const EVENTS: u32 = 1_000;
const CAPACITY: usize = 10_000;

/// A recorded event.
#[derive(Clone, Debug)]
pub struct Recorded(u64);

impl BusEvent for Recorded {
    fn recorded_seq(&self) -> Option<u64> {
        Some(self.0)
    }
    fn merges(&self, _next: &Self) -> bool {
        false
    }
    fn merge(&mut self, _next: &Self) {}
}

/// Publishes every event and has every subscriber take it.
pub fn through_bus(subscribers: usize) -> Result<Duration> {
    let bus: Bus<Recorded> = Bus::new(CAPACITY, &Telemetry::new());
    let mut readers: Vec<_> = (0..subscribers).map(|_| bus.subscribe(OnLag::CatchUp)).collect();
    timed(|| {
        for seq in 0..EVENTS {
            bus.publish(Recorded(u64::from(seq)));
            for reader in &mut readers {
                black_box(reader.try_recv().ok_or("no event")?)?;
            }
        }
        Ok(())
    })
}

/// The same through Tokio's channel, events shared as ours are.
pub fn through_broadcast(subscribers: usize) -> Result<Duration> {
    let (sender, first) = broadcast::channel(CAPACITY);
    let mut readers: Vec<_> = (1..subscribers).map(|_| sender.subscribe()).collect();
    readers.push(first);
    timed(|| {
        for seq in 0..EVENTS {
            sender.send(std::sync::Arc::new(Recorded(u64::from(seq))))?;
            for reader in &mut readers {
                black_box(reader.try_recv()?);
            }
        }
        Ok(())
    })
}

/// One 3 x 3 critique, with a subscriber who never reads or with none.
pub fn debate(runtime: &tokio::runtime::Runtime, stalled: bool) -> Result<Duration> {
    let engine = Engine::in_memory()?;
    let seats = talk::seats(3, talk::REPLY_BYTES)?;
    runtime.block_on(async {
        let start = used();
        let handle = talk::debate(&engine, &seats, talk::critique(false), 3).start().await?;
        let events = stalled.then(|| handle.events(0));
        handle.result().await?;
        let took = used() - start;
        drop(events);
        Ok(took)
    })
}

// Resident bytes of one bus that nobody subscribed to.
fn idle_bytes() -> Result<f64> {
    const BUSES: usize = 100_000;
    let telemetry = Telemetry::new();
    let mut buses: Vec<Bus<Recorded>> = Vec::with_capacity(BUSES);
    let before = resident()?;
    for _ in 0..BUSES {
        let bus = Bus::new(CAPACITY, &telemetry);
        bus.publish(Recorded(0));
        buses.push(bus);
    }
    let after = resident()?;
    drop(black_box(buses));
    Ok((after - before) as f64 / BUSES as f64)
}

/// The figures of events.
pub fn rows() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let idle = idle_bytes()?;
    rows.push(Row::new(
        "memory of a bus without subscribers",
        format!("{idle:.0} B"),
        "1024 B",
        idle / 1_024.0,
        Target::AtMost(1.0),
    ));
    for subscribers in [1, 100] {
        let samples = if subscribers == 1 { 300 } else { 50 };
        let pair = compare(samples, || through_bus(subscribers), || through_broadcast(subscribers))?;
        rows.push(Row::new(
            format!("publish and receive, {subscribers} subscribers, against tokio::sync::broadcast"),
            nanos(pair.ours, EVENTS),
            nanos(pair.reference, EVENTS),
            pair.ratio(),
            Target::AtMost(2.0),
        ));
    }
    let runtime = one_thread()?;
    let pair = compare(500, || debate(&runtime, true), || debate(&runtime, false))?;
    rows.push(Row::new(
        "a debate with a stalled subscriber, against one without, instant agents",
        crate::timing::micros(pair.ours),
        crate::timing::micros(pair.reference),
        pair.ratio(),
        Target::AtMost(1.05),
    ));
    Ok(rows)
}
