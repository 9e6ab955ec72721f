//! Counters, gauges and histograms of one instance.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use super::bus::{Bus, OnLag, Subscriber};
use super::catalogue::{METRICS, MetricDef, MetricKind, names};
use super::integrity::IntegrityEvent;
use super::labels::{Seen, combinations};

/// Most series of one metric.
const MAX_SERIES: usize = 2_000;

/// The metrics of one instance; clones share them. Nothing is global.
///
/// Hot paths keep the handle they get: incrementing it is one atomic addition, finding it takes a lock.
#[derive(Clone)]
pub struct Telemetry(Arc<Registry>);

struct Registry {
    families: RwLock<BTreeMap<&'static str, Arc<Family>>>,
    integrity: OnceLock<Bus<IntegrityEvent>>,
}

struct Family {
    def: MetricDef,
    series: RwLock<HashMap<String, Arc<Series>>>,
    seen: Mutex<Vec<Seen>>,
}

#[derive(Debug)]
struct Series {
    labels: Vec<String>,
    cell: Cell,
}

/// A counter's number, a gauge's bits, or a histogram.
#[derive(Debug)]
struct Cell {
    number: AtomicU64,
    buckets: Box<[AtomicU64]>,
    sum: AtomicU64,
    bounds: &'static [f64],
    followed: Mutex<Option<Weak<dyn Followed>>>,
}

/// What a gauge can follow: it shows the number of the moment in which it is read, not that of the last change.
pub(crate) trait Followed: Send + Sync {
    /// The number of this moment.
    fn reading(&self) -> f64;
}

/// A number that only rises.
#[derive(Clone, Debug)]
pub struct Counter(Arc<Series>);

/// A number that is set.
#[derive(Clone, Debug)]
pub struct Gauge(Arc<Series>);

/// Observations by upper bound.
#[derive(Clone, Debug)]
pub struct Histogram(Arc<Series>);

/// One series at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The metric.
    pub def: MetricDef,
    /// Its label values, in the order of the definition.
    pub labels: Vec<String>,
    /// What it shows.
    pub value: SampleValue,
}

/// What a series shows.
#[derive(Clone, Debug, PartialEq)]
pub enum SampleValue {
    /// Of a counter.
    Counter(u64),
    /// Of a gauge.
    Gauge(f64),
    /// Of a histogram.
    Histogram(HistogramSnapshot),
}

/// A histogram at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramSnapshot {
    /// Observations up to each bound of the definition, smaller ones included.
    pub cumulative: Vec<u64>,
    /// All observations.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
}

impl Telemetry {
    /// A registry with every metric of the catalogue; series whose labels are closed exist at 0.
    pub fn new() -> Self {
        let this = Self(Arc::new(Registry { families: RwLock::default(), integrity: OnceLock::new() }));
        for def in METRICS {
            this.family(def);
        }
        this
    }

    /// Whether this is the other one's registry.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Everything that happens from now on to keys, to the schema and to what is stored, for an audit log. A reader that
    /// falls 10,000 events behind misses some, and is told how many.
    pub fn integrity_events(&self) -> Subscriber<IntegrityEvent> {
        self.integrity().subscribe(OnLag::CatchUp)
    }

    /// Tells of such an event, in the log too.
    pub(crate) fn tell(&self, event: IntegrityEvent) {
        tracing::info!(action = event.action(), ?event, "integrity");
        self.integrity().publish(event);
    }

    fn integrity(&self) -> &Bus<IntegrityEvent> {
        self.0.integrity.get_or_init(|| Bus::new(10_000, self))
    }

    /// The counter of these label values, in the order of the definition.
    pub fn counter(&self, def: &MetricDef, labels: &[&str]) -> Counter {
        debug_assert!(matches!(def.kind, MetricKind::Counter), "{} is no counter", def.name);
        Counter(self.series(def, labels))
    }

    /// The gauge of these label values.
    pub fn gauge(&self, def: &MetricDef, labels: &[&str]) -> Gauge {
        debug_assert!(matches!(def.kind, MetricKind::Gauge), "{} is no gauge", def.name);
        Gauge(self.series(def, labels))
    }

    /// The histogram of these label values.
    pub fn histogram(&self, def: &MetricDef, labels: &[&str]) -> Histogram {
        debug_assert!(matches!(def.kind, MetricKind::Histogram(_)), "{} is no histogram", def.name);
        Histogram(self.series(def, labels))
    }

    /// Every series by name and labels.
    pub fn snapshot(&self) -> Vec<Sample> {
        let families = self.0.families.read().unwrap_or_else(PoisonError::into_inner);
        let mut samples = Vec::new();
        for family in families.values() {
            let series = family.series.read().unwrap_or_else(PoisonError::into_inner);
            let start = samples.len();
            samples.extend(series.values().map(|series| Sample {
                def: family.def,
                labels: series.labels.clone(),
                value: series.cell.value(family.def.kind),
            }));
            if let Some(own) = samples.get_mut(start..) {
                own.sort_by(|a, b| a.labels.cmp(&b.labels));
            }
        }
        samples
    }

    /// What a counter shows, 0 if nothing was counted under these labels.
    pub fn count_of(&self, def: &MetricDef, labels: &[&str]) -> u64 {
        self.snapshot().into_iter().find(|sample| sample.def.name == def.name && sample.labels == labels).map_or(
            0,
            |sample| match sample.value {
                SampleValue::Counter(count) | SampleValue::Histogram(HistogramSnapshot { count, .. }) => count,
                SampleValue::Gauge(value) => value as u64,
            },
        )
    }

    fn family(&self, def: &MetricDef) -> Arc<Family> {
        if let Some(family) = self.0.families.read().unwrap_or_else(PoisonError::into_inner).get(def.name) {
            return family.clone();
        }
        let mut families = self.0.families.write().unwrap_or_else(PoisonError::into_inner);
        families.entry(def.name).or_insert_with(|| Arc::new(Family::new(*def))).clone()
    }

    fn series(&self, def: &MetricDef, labels: &[&str]) -> Arc<Series> {
        debug_assert_eq!(labels.len(), def.labels.len(), "labels of {}", def.name);
        let family = self.family(def);
        if let Some(series) = family.existing(labels) {
            return series;
        }
        let (series, overflow) = family.admit(labels);
        if overflow && def.name != names::TELEMETRY_LABEL_OVERFLOW_TOTAL.name {
            self.counter(&names::TELEMETRY_LABEL_OVERFLOW_TOTAL, &[def.name]).add(1);
        }
        series
    }
}

impl Family {
    fn new(def: MetricDef) -> Self {
        let family = Self {
            def,
            series: RwLock::default(),
            seen: Mutex::new(def.labels.iter().map(|_| Seen::default()).collect()),
        };
        for labels in combinations(def.labels) {
            family.insert(labels.iter().map(|word| (*word).to_owned()).collect());
        }
        family
    }

    fn existing(&self, labels: &[&str]) -> Option<Arc<Series>> {
        self.series.read().unwrap_or_else(PoisonError::into_inner).get(&joined(labels)).cloned()
    }

    fn admit(&self, labels: &[&str]) -> (Arc<Series>, bool) {
        let mut overflow = false;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted: Vec<String> = self
            .def
            .labels
            .iter()
            .zip(labels.iter().copied().chain(std::iter::repeat("")))
            .zip(seen.iter_mut())
            .map(|((label, value), seen)| {
                let (text, over) = seen.admit(label, value).into_text();
                overflow |= over;
                text.into_owned()
            })
            .collect();
        let full = self.series.read().unwrap_or_else(PoisonError::into_inner).len() >= MAX_SERIES;
        let words: Vec<&str> = admitted.iter().map(String::as_str).collect();
        if full && self.existing(&words).is_none() {
            return (self.insert(vec!["other".to_owned(); self.def.labels.len()]), true);
        }
        (self.insert(admitted), overflow)
    }

    fn insert(&self, labels: Vec<String>) -> Arc<Series> {
        let words: Vec<&str> = labels.iter().map(String::as_str).collect();
        let key = joined(&words);
        let mut series = self.series.write().unwrap_or_else(PoisonError::into_inner);
        series.entry(key).or_insert_with(|| Arc::new(Series { labels, cell: Cell::new(self.def.kind) })).clone()
    }
}

// No label value holds a control character.
fn joined(labels: &[&str]) -> String {
    labels.join("\u{1f}")
}

impl Cell {
    fn new(kind: MetricKind) -> Self {
        let bounds = if let MetricKind::Histogram(bounds) = kind { bounds } else { &[] };
        Self {
            number: AtomicU64::new(0),
            buckets: bounds.iter().map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
            bounds,
            followed: Mutex::default(),
        }
    }

    /// Of a gauge.
    fn shown(&self) -> f64 {
        let followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(Weak::upgrade);
        followed.map_or_else(|| f64::from_bits(self.number.load(Ordering::Relaxed)), |source| source.reading())
    }

    fn value(&self, kind: MetricKind) -> SampleValue {
        let number = self.number.load(Ordering::Relaxed);
        match kind {
            MetricKind::Counter => SampleValue::Counter(number),
            MetricKind::Gauge => SampleValue::Gauge(self.shown()),
            MetricKind::Histogram(_) => {
                let mut below = 0;
                let cumulative = self.buckets.iter().map(|bucket| {
                    below += bucket.load(Ordering::Relaxed);
                    below
                });
                SampleValue::Histogram(HistogramSnapshot {
                    cumulative: cumulative.collect(),
                    count: number,
                    sum: f64::from_bits(self.sum.load(Ordering::Relaxed)),
                })
            }
        }
    }
}

impl Counter {
    /// Counts this many more.
    pub fn add(&self, more: u64) {
        self.0.cell.number.fetch_add(more, Ordering::Relaxed);
    }

    /// Counts one more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// What was counted.
    pub fn get(&self) -> u64 {
        self.0.cell.number.load(Ordering::Relaxed)
    }
}

impl Gauge {
    /// Shows this number.
    pub fn set(&self, value: f64) {
        self.0.cell.number.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Shows this much more, or less.
    pub fn add(&self, more: f64) {
        add_bits(&self.0.cell.number, more);
    }

    /// What it shows.
    pub fn get(&self) -> f64 {
        self.0.cell.shown()
    }

    /// Shows what this says whenever it is read, as long as it exists, and what was set last thereafter.
    pub(crate) fn follow(&self, source: Weak<dyn Followed>) {
        let mut followed = self.0.cell.followed.lock().unwrap_or_else(PoisonError::into_inner);
        if !followed.as_ref().is_some_and(|known| known.ptr_eq(&source)) {
            *followed = Some(source);
        }
    }
}

impl Histogram {
    /// Notes one observation; NaN is left out, because it would make the sum unreadable for ever.
    pub fn observe(&self, value: f64) {
        if value.is_nan() {
            return;
        }
        let cell = &self.0.cell;
        let place = cell.bounds.partition_point(|bound| *bound < value);
        if let Some(bucket) = cell.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        cell.number.fetch_add(1, Ordering::Relaxed);
        add_bits(&cell.sum, value);
    }

    /// Notes a duration in seconds.
    pub fn observe_seconds(&self, duration: std::time::Duration) {
        self.observe(duration.as_secs_f64());
    }
}

fn add_bits(cell: &AtomicU64, more: f64) {
    let _ =
        cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bits| Some((f64::from_bits(bits) + more).to_bits()));
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families = self.0.families.read().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Telemetry").field("metrics", &families).finish()
    }
}
