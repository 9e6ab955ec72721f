//! The same comparisons as the table of figures, one side beside the other, with criterion's statistics.

use aragora_benches::admission::Admission;
use aragora_benches::fold::Recorded;
use aragora_benches::overhead::Overhead;
use aragora_benches::seal::{Ciphers, SealedStores};
use aragora_benches::store::Stores;
use aragora_benches::{bus, rules, talk};
use aragora_core::engine::Engine;
use criterion::{Criterion, criterion_group, criterion_main};

fn engine(c: &mut Criterion) {
    let overhead = Overhead::new(talk::REPLY_BYTES).unwrap();
    let mut group = c.benchmark_group("critique 3 x 3");
    group.bench_function("debate", |b| b.iter(|| overhead.debate(&Engine::in_memory().unwrap(), false).unwrap()));
    group.bench_function("storing its records", |b| b.iter(|| overhead.store().unwrap()));
}

fn log(c: &mut Criterion) {
    let recorded = Recorded::new(talk::critique(false), 9, 1, 36).unwrap();
    let mut group = c.benchmark_group("log of 36 turns");
    group.bench_function("parse", |b| b.iter(|| recorded.parse().unwrap()));
    group.bench_function("fold", |b| b.iter(|| recorded.fold().unwrap()));
    group.bench_function("replay", |b| b.iter(|| recorded.replay().unwrap()));
}

fn counting(c: &mut Criterion) {
    let (electorate, votes) = rules::vote().unwrap();
    let mut group = c.benchmark_group("9 voters x 8 options");
    group.bench_function("pairwise count", |b| b.iter(|| rules::pairwise(&electorate, &votes)));
    for (name, rule) in rules::rules().unwrap() {
        group.bench_function(name, |b| b.iter(|| rule.tally(&electorate, &votes)));
    }
}

fn events(c: &mut Criterion) {
    for subscribers in [1, 100] {
        let mut group = c.benchmark_group(format!("1000 events, {subscribers} subscribers"));
        group.bench_function("bus", |b| b.iter(|| bus::through_bus(subscribers).unwrap()));
        group.bench_function("tokio broadcast", |b| b.iter(|| bus::through_broadcast(subscribers).unwrap()));
    }
}

fn storage(c: &mut Criterion) {
    let stores = Stores::new().unwrap();
    let mut group = c.benchmark_group("1000 rows of 256 B");
    group.bench_function("get", |b| b.iter(|| stores.get().unwrap()));
    group.bench_function("get, bare map", |b| b.iter(|| stores.get_bare()));
    group.bench_function("put", |b| b.iter(|| stores.put().unwrap()));
    group.bench_function("put, bare map", |b| b.iter(|| stores.put_bare()));
}

fn sealing(c: &mut Criterion) {
    for (name, bytes) in [("64 B", 64), ("4 KiB", 4 << 10)] {
        let ciphers = Ciphers::new(bytes).unwrap();
        let mut group = c.benchmark_group(format!("1000 values of {name}"));
        group.bench_function("seal", |b| b.iter(|| ciphers.seal().unwrap()));
        group.bench_function("raw cipher, prepared key", |b| b.iter(|| ciphers.prepared().unwrap()));
        group.bench_function("raw cipher, key set-up", |b| b.iter(|| ciphers.with_set_up().unwrap()));
    }
    let stores = SealedStores::new().unwrap();
    let mut group = c.benchmark_group("1000 records of 1 KiB");
    for (name, sealed) in [("sealed", true), ("plain", false)] {
        group.bench_function(format!("put, {name}"), |b| b.iter(|| stores.put(sealed).unwrap()));
        group.bench_function(format!("get, {name}"), |b| b.iter(|| stores.get(sealed).unwrap()));
    }
}

fn admission(c: &mut Criterion) {
    let admission = Admission::new().unwrap();
    c.bench_function("1000 calls through breaker, rate limit and places", |b| {
        b.iter(|| admission.admit(1_000).unwrap())
    });
}

criterion_group!(benches, engine, log, counting, events, storage, sealing, admission);
criterion_main!(benches);
