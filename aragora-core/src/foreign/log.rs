//! The log sink: what the library tells, as JSON records on a thread of its own.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::{Clock as _, SystemClock};
use crate::error::{Error, ErrorKind, Result};

/// Records that wait for a slow sink; more are counted and told with the next one that fits.
const QUEUE: usize = 10_000;

/// Sends records of this level and above to a sink, from now until the process ends: `{time, level, target, text,
/// fields}`. Levels are `error`, `warning`, `info`, `debug`, `trace`. A second call is `invalid_state`.
pub fn log_to(level: &str, mut sink: impl FnMut(String) + Send + 'static) -> Result<()> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    let filter = filter(level)?;
    let taken = || Error::new(ErrorKind::InvalidState, "a log sink is set already; it is set once per process");
    if TAKEN.swap(true, Ordering::AcqRel) {
        return Err(taken());
    }
    let (queue, records) = sync_channel::<Value>(QUEUE);
    let run = move || {
        while let Ok(record) = records.recv() {
            sink(record.to_string());
        }
    };
    let failed = |error| Error::new(ErrorKind::Unavailable, format!("no thread could be started: {error}"));
    std::thread::Builder::new().name("aragora-log".to_owned()).spawn(run).map_err(failed)?;
    let layer = ToSink { queue, lost: AtomicU64::new(0) }.with_filter(filter);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).map_err(|_| taken())
}

fn filter(level: &str) -> Result<LevelFilter> {
    match level.to_ascii_lowercase().as_str() {
        "error" => Ok(LevelFilter::ERROR),
        "warning" | "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(Error::new(
            ErrorKind::InvalidRequest,
            format!("level {level:?}, expected error, warning, info, debug or trace"),
        )),
    }
}

struct ToSink {
    queue: SyncSender<Value>,
    lost: AtomicU64,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ToSink {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut members = Members::default();
            attributes.record(&mut members);
            span.extensions_mut().insert(members);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Map::new();
        for span in context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(members) = span.extensions().get::<Members>() {
                fields.extend(members.fields.clone());
            }
        }
        let mut members = Members::default();
        event.record(&mut members);
        fields.extend(members.fields);
        // The word hosts look for.
        if let Some(debate) = fields.remove("debate") {
            fields.insert("debate_id".to_owned(), debate);
        }
        let lost = self.lost.swap(0, Ordering::AcqRel);
        if lost > 0 {
            fields.insert("records_lost".to_owned(), json!(lost));
        }
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => "error",
            tracing::Level::WARN => "warning",
            tracing::Level::INFO => "info",
            tracing::Level::DEBUG => "debug",
            tracing::Level::TRACE => "trace",
        };
        let record = json!({
            "time": SystemClock::new().now().to_string(),
            "level": level,
            "target": event.metadata().target(),
            "text": members.text,
            "fields": fields,
        });
        if let Err(TrySendError::Full(_)) = self.queue.try_send(record) {
            self.lost.fetch_add(lost + 1, Ordering::AcqRel);
        }
    }
}

#[derive(Debug, Default)]
struct Members {
    text: String,
    fields: Map<String, Value>,
}

impl Members {
    fn add(&mut self, field: &Field, value: Value) {
        self.fields.insert(field.name().to_owned(), value);
    }
}

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.text, "{value:?}");
        } else {
            self.add(field, json!(format!("{value:?}")));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, json!(value));
    }
}
