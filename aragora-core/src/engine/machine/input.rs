use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::agents::{AgentReply, Attempt, PartialReply};
use crate::debate::{AttemptOutcome, CostSource, Edit, ErrorInfo, Grace, HumanInput, Usage};
use crate::error::{Error, ErrorKind};
use crate::ids::{MicroUsd, TurnId};
use crate::protocols::Ask;

/// What can happen to a debate.
#[derive(Debug)]
pub(crate) enum Input {
    /// Plan the first step.
    Begin,
    /// A turn ended.
    Replied { turn: TurnId, result: Box<Result<AgentReply, TurnError>>, attempts: Vec<AttemptFacts> },
    /// The grace for stragglers is over; their attempts so far.
    GraceOver(Stopped),
    /// The turns that [`Command::CancelOpen`] named have stopped.
    Stopped(Stopped),
    /// The debate's time is up.
    Deadline(Stopped),
    /// Somebody cancelled.
    Cancel { by: String, reason: String, stopped: Stopped },
    /// A person said something.
    Human(HumanInput),
    /// A breakpoint was answered or timed out.
    Resolved(Resolution),
    /// A comparator's verdicts.
    Verdicts(Vec<(Arc<str>, Arc<str>, bool)>),
    /// Another owner took over, perhaps with an accepted change of protocol or templates.
    Resumed { config_changed: bool },
    /// A fork goes on from what it took over.
    Continue,
    /// A fork's edits.
    Edit(Vec<Edit>),
    /// The debate cannot go on.
    Failed(Error),
}

/// Attempts of turns that were stopped, by turn.
pub(crate) type Stopped = BTreeMap<TurnId, Vec<AttemptFacts>>;

/// A failed turn.
#[derive(Clone, Debug)]
pub(crate) struct TurnError {
    pub(crate) error: ErrorInfo,
    pub(crate) partial: Option<Arc<str>>,
}

impl From<&Error> for TurnError {
    fn from(error: &Error) -> Self {
        let partial = PartialReply::of(error)
            .map(|partial| Arc::from(partial.text.as_str()))
            .filter(|text: &Arc<str>| !text.is_empty());
        Self { error: error.into(), partial }
    }
}

impl TurnError {
    pub(crate) fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self { error: (&Error::new(kind, reason)).into(), partial: None }
    }
}

/// An answer to a breakpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolution {
    pub(crate) id: String,
    pub(crate) action: String,
    pub(crate) guidance: Option<String>,
    pub(crate) by: Option<String>,
    pub(crate) timed_out: bool,
}

/// What the log keeps of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AttemptFacts {
    pub(crate) target: String,
    pub(crate) outcome: AttemptOutcome,
    pub(crate) usage: Option<Usage>,
    pub(crate) cost: Option<MicroUsd>,
    pub(crate) cost_source: CostSource,
    pub(crate) latency_ms: u64,
    pub(crate) hedge: bool,
    pub(crate) error: Option<ErrorInfo>,
}

impl From<&Attempt> for AttemptFacts {
    fn from(attempt: &Attempt) -> Self {
        let error = attempt.code.as_ref().map(|code| ErrorInfo {
            code: code.clone(),
            reason: String::new(),
            retryable: ErrorKind::from_code(code).is_some_and(ErrorKind::retryable_by_default),
            retry_after_ms: None,
        });
        Self {
            target: attempt.target.to_string(),
            outcome: attempt.outcome,
            usage: attempt.usage,
            cost: attempt.cost,
            cost_source: attempt.cost_source.clone(),
            latency_ms: u64::try_from(attempt.latency.as_millis()).unwrap_or(u64::MAX),
            hedge: attempt.hedge,
            error,
        }
    }
}

/// What the driver must do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Ask this turn.
    Ask(Box<Ask>),
    /// Stop every running turn and report with [`Input::Stopped`].
    CancelOpen,
    /// Wait for stragglers, then report with [`Input::GraceOver`].
    Grace(Grace),
    /// Compare these answers and report with [`Input::Verdicts`].
    Compare(Vec<(Arc<str>, Arc<str>)>),
    /// Wait for a person, then report with [`Input::Resolved`].
    Pause { id: String, wait: Duration },
    /// The debate ended.
    Done,
}
