//! A running debate and its events, as a host of another language holds them.

use std::sync::{Arc, PoisonError};

use futures_util::FutureExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::contain::contain;
use super::documents::EventDocument;
use super::json::{read, write};
use super::process::{Owned, Process};
use super::session::Inner;

use crate::clock::CancelToken;
use crate::engine::{DebateHandle, EventStream};
use crate::error::{Error, Result};

/// A debate. Dropping it cancels the debate unless it was detached.
#[derive(Debug)]
pub struct Debate {
    running: Owned<Arc<Running>>,
}

#[derive(Debug)]
pub(super) struct Running {
    session: Arc<Inner>,
    pub(super) handle: DebateHandle,
    // Opened with the debate for whoever asks for events first.
    early: std::sync::Mutex<Option<EventStream>>,
}

impl Running {
    pub(super) fn new(session: Arc<Inner>, handle: DebateHandle, listen: bool) -> Self {
        let early = std::sync::Mutex::new(listen.then(|| handle.events(0)));
        Self { session, handle, early }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StreamOptions {
    from: u64,
    lag: Lag,
    live_only: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Lag {
    #[default]
    CatchUp,
    Disconnect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    by: String,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vote {
    by: String,
    option: String,
    #[serde(default)]
    intensity: Option<u8>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resolve {
    breakpoint: String,
    action: String,
    #[serde(default)]
    guidance: Option<String>,
    by: String,
}

impl Debate {
    pub(super) fn new(process: &'static Process, running: Arc<Running>) -> Self {
        Self { running: Owned::new(process, running) }
    }

    fn open(&self) -> Result<&Arc<Running>> {
        let running = self.running.get()?;
        running.session.is_open()?;
        Ok(running)
    }

    /// The debate's id.
    pub fn id(&self) -> Result<String> {
        Ok(self.running.get()?.handle.id().to_string())
    }

    /// Waits for the decision.
    pub async fn result(&self) -> Result<String> {
        let handle = self.open()?.handle.clone();
        write(&handle.result().await?)
    }

    /// Cancels the debate; returns at once, may be called again, and does nothing in a forked child.
    pub fn cancel(&self, reason: &str) {
        if let Ok(running) = self.running.get() {
            running.handle.cancel(reason);
        }
    }

    /// Lets the debate run on when its handles are dropped.
    pub fn detach(&self) {
        if let Ok(running) = self.running.get() {
            running.handle.detach();
        }
    }

    /// Its events: `{"from"?, "lag"?: "catch_up" | "disconnect", "live_only"?}`.
    pub fn events(&self, options: &str) -> Result<Events> {
        let running = self.open()?;
        let options: StreamOptions = read("options of a stream", options)?;
        let handle = &running.handle;
        let early = || running.early.lock().unwrap_or_else(PoisonError::into_inner).take();
        let whole = matches!(options, StreamOptions { from: 0, lag: Lag::CatchUp, live_only: false });
        let stream = match (options.live_only, options.lag) {
            _ if whole => early().unwrap_or_else(|| handle.events(0)),
            (true, _) => handle.events_live(),
            (false, Lag::CatchUp) => handle.events(options.from),
            (false, Lag::Disconnect) => handle.events_or_lagged(options.from),
        };
        let events = Pull { stream: Arc::new(Mutex::new(Source::Open(stream))), closed: CancelToken::new() };
        Ok(Events { pull: Owned::new(running.session.process, Arc::new(events)) })
    }

    /// `partial` and `human.resolve`: what must look at the debate's state, which a protocol in the host's language
    /// may be holding while it waits for the very thread that asks.
    pub async fn call(&self, op: &str, args: &str) -> Result<String> {
        let running = self.open()?.clone();
        let (op, args) = (op.to_owned(), args.to_owned());
        let work = move || match op.as_str() {
            "partial" => write(&running.handle.partial()?),
            "human.resolve" => {
                let Resolve { breakpoint, action, guidance, by } = read(&op, &args)?;
                running.handle.human().resolve(&breakpoint, &action, guidance.as_deref(), &by)?;
                Ok(Value::Null.to_string())
            }
            other => Err(Error::internal(format!("a binding called a debate for {other:?}"))),
        };
        let done = tokio::task::spawn_blocking(move || contain(work)).await;
        done.map_err(|error| Error::internal(format!("a question was lost: {error}")))?
    }

    /// `finished`, and what a person says: `human.message`, `human.guidance`, `human.vote`. Answers at once.
    pub fn ask(&self, op: &str, args: &str) -> Result<String> {
        let running = self.open()?;
        let voice = running.handle.human();
        let said: Result<()> = match op {
            "finished" => return Ok(json!(running.handle.is_finished()).to_string()),
            "human.message" => read::<Words>(op, args).and_then(|words| voice.message(&words.by, &words.text)),
            "human.guidance" => read::<Words>(op, args).and_then(|words| voice.guidance(&words.by, &words.text)),
            "human.vote" => read::<Vote>(op, args).and_then(|v| voice.vote(&v.by, &v.option, v.intensity)),
            other => Err(Error::internal(format!("a binding asked a debate for {other:?}"))),
        };
        said.map(|()| Value::Null.to_string())
    }
}

/// A stream of events that is pulled. Concurrent pulls are served in order.
#[derive(Debug)]
pub struct Events {
    pull: Owned<Arc<Pull>>,
}

#[derive(Debug)]
struct Pull {
    stream: Arc<Mutex<Source>>,
    closed: CancelToken,
}

/// What is still to come: events, or the error that ends them.
#[derive(Debug)]
enum Source {
    Open(EventStream),
    Failed(Error),
    Ended,
}

impl Events {
    /// Waits for at least one event and takes up to `max` that are there, as a JSON array; `None` after the last.
    ///
    /// The place in the queue is taken here and not when the answer is first waited for: what waits is a task of its own
    /// in every binding, and tasks overtake each other.
    pub fn next_batch(&self, max: usize) -> impl Future<Output = Result<Option<String>>> + Send + 'static {
        let queued = self.pull.get().map(|pull| {
            let mut place = Box::pin(pull.stream.clone().lock_owned());
            let free = place.as_mut().now_or_never();
            (pull.clone(), place, free)
        });
        async move {
            let (pull, place, free) = queued?;
            let source = if let Some(source) = free {
                source
            } else {
                tokio::select! {
                    biased;
                    () = pull.closed.cancelled() => return Ok(None),
                    source = place => source,
                }
            };
            pull.batch(source, max).await
        }
    }

    /// Ends the stream; a pull that waits gets `None`.
    pub fn close(&self) {
        if let Ok(pull) = self.pull.get() {
            pull.closed.cancel();
        }
    }
}

impl Pull {
    async fn batch(&self, mut source: OwnedMutexGuard<Source>, max: usize) -> Result<Option<String>> {
        let events = match &mut *source {
            Source::Open(events) => events,
            Source::Failed(error) => {
                let error = error.clone();
                *source = Source::Ended;
                return Err(error);
            }
            Source::Ended => return Ok(None),
        };
        let first = tokio::select! {
            biased;
            () = self.closed.cancelled() => None,
            event = events.next() => event.transpose()?,
        };
        let Some(first) = first else {
            *source = Source::Ended;
            return Ok(None);
        };
        let mut batch = vec![EventDocument::from(&first)];
        while batch.len() < max {
            match events.next().now_or_never() {
                Some(Some(Ok(event))) => batch.push(EventDocument::from(&event)),
                Some(Some(Err(error))) => {
                    *source = Source::Failed(error);
                    break;
                }
                Some(None) => {
                    *source = Source::Ended;
                    break;
                }
                None => break,
            }
        }
        write(&batch).map(Some)
    }
}
