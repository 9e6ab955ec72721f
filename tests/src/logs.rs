//! Everything that is logged, at every level: into memory for a test that reads it, and into files for the suite that
//! searches what all tests left.

use std::fmt::{self, Debug, Write as _};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Names the folder into which every process of tests logs.
pub const FOLDER: &str = "ARAGORA_TEST_LOGS";

/// Logs whatever this process does from now on into a file of its own, if the environment names a folder. A test that
/// listens itself still hears everything on its thread, and then the file does not.
pub fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
        if let Some(file) = file_in(&folder) {
            let layer = Logged { memory: Arc::default(), file: Some(Arc::new(file)) };
            // Another subscriber of the whole process is a test's own choice.
            let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
        }
    });
}

fn file_in(folder: &Path) -> Option<File> {
    let program = std::env::current_exe().ok()?;
    let name = format!("{}-{}.log", program.file_stem()?.to_string_lossy(), std::process::id());
    File::options().create(true).append(true).open(folder.join(name)).ok()
}

/// What was logged: fields and messages of events and spans, as their `Debug` shows them.
#[derive(Clone, Debug, Default)]
pub struct Logged {
    memory: Arc<Mutex<String>>,
    file: Option<Arc<File>>,
}

impl Logged {
    /// Everything that was logged so far.
    pub fn text(&self) -> String {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn line(&self, fill: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(String::new());
        fill(&mut fields);
        fields.0.push('\n');
        match self.file.as_deref() {
            // A disk that is full loses logs of tests, and no test.
            Some(mut file) => drop(file.write_all(fields.0.as_bytes())),
            None => self.memory.lock().unwrap_or_else(PoisonError::into_inner).push_str(&fields.0),
        }
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl<S: Subscriber> Layer<S> for Logged {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.line(|fields| {
            let _ = write!(fields.0, "{} {} ", event.metadata().level(), event.metadata().target());
            event.record(fields);
        });
    }

    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        self.line(|fields| {
            let _ = write!(fields.0, "span {} ", span.metadata().name());
            span.record(fields);
        });
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.line(|fields| values.record(fields));
    }
}
