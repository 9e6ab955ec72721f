//! The task that runs one debate: carries out what the machine asks for, and tells it what happened.
//!
//! One debate is one task that owns one `JoinSet`. Nothing a later step depends on is asked before the records of the
//! step are durable: records are appended first, then published, then commands are carried out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::inner::{Admitted, Counted, Inner};
use super::live::{Control, Live, LiveSink};
use super::log::Log;
use super::machine::{Command, Effects, Input, Machine, Resolution, Stopped, build_request};
use super::permits::Permit;
use super::stream::EventData;
use super::turn::{Turn, TurnDone, attempts_of, log, outcome_of, panic_text};
use super::warm::Warm;
use crate::agents::{Agent, DebateAccounts, Output};
use crate::clock::{BoxFuture, CancelToken, Deadline};
use crate::debate::{Comparator, Equivalence, Event, Terminal};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, TurnId};
use crate::protocols::Ask;

pub(super) struct Driver {
    pub(super) engine: Arc<Inner>,
    pub(super) live: Arc<Live>,
    pub(super) controls: UnboundedReceiver<Control>,
    pub(super) agents: BTreeMap<AgentId, Arc<dyn Agent>>,
    pub(super) log: Log,
    pub(super) blocking: bool,
    pub(super) deadline: Deadline,
    tasks: JoinSet<Job>,
    running: HashMap<TurnId, Running>,
    cancel: CancelToken,
    step: Option<u32>,
    step_began: Duration,
    grace: Option<BoxFuture<'static, ()>>,
    pause: Option<(String, BoxFuture<'static, ()>)>,
    round_span: tracing::Span,
    step_span: tracing::Span,
    warm: Warm,
    /// The newest failure of an agent, for its cause.
    failed: Option<Error>,
    /// Who says whether answers are the same, once that was asked.
    comparator: Option<Arc<dyn Comparator>>,
    /// The budgets the debate has of its own, as long as it runs.
    pub(super) accounts: Option<DebateAccounts>,
}

#[derive(Debug)]
enum Job {
    Turn(Box<TurnDone>),
    Compared(Vec<(Arc<str>, Arc<str>, bool)>),
    NotCompared(Error),
}

#[derive(Debug)]
struct Running {
    seat: AgentId,
    cancel: CancelToken,
    output: Output,
    round: u32,
    /// Tokens of its prompt, estimated.
    prompt: u64,
}

enum Wake {
    Control(Option<Control>),
    Job(std::result::Result<Job, tokio::task::JoinError>),
    Grace,
    Pause,
    Deadline,
    Renew,
    Warm,
}

/// What became of waiting for admission.
enum Admission {
    /// The debate may run as long as this is held.
    Granted(Permit),
    /// It ended before it was admitted.
    Over(Exit),
}

/// How the task ended.
enum Exit {
    /// The debate has its last record.
    Ended,
    /// The debate stops here and can be resumed.
    Stopped(Error),
}

impl Driver {
    pub(super) fn new(
        engine: Arc<Inner>,
        live: Arc<Live>,
        controls: UnboundedReceiver<Control>,
        agents: BTreeMap<AgentId, Arc<dyn Agent>>,
        log: Log,
        blocking: bool,
        deadline: Deadline,
    ) -> Self {
        let warm_first = live.machine().as_ref().is_some_and(|machine| machine.transcript().options().warm_first);
        Self {
            warm: Warm::new(warm_first),
            failed: None,
            comparator: None,
            accounts: None,
            step: None,
            step_began: engine.parts.clock.monotonic(),
            engine,
            live,
            controls,
            agents,
            log,
            blocking,
            deadline,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            cancel: CancelToken::new(),
            grace: None,
            pause: None,
            round_span: tracing::Span::none(),
            step_span: tracing::Span::none(),
        }
    }

    /// Runs the debate from its first input to its end.
    pub(super) async fn run(mut self, first: Input, admitted: Admitted) {
        let Admitted { debate, queued } = admitted;
        // Whatever goes wrong in here, somebody waits for the result.
        let exit = AssertUnwindSafe(self.wait_and_drive(first, queued)).catch_unwind().await.unwrap_or_else(|panic| {
            Err(Error::internal(format!("the debate's task panicked: {}", panic_text(panic.as_ref()))))
        });
        self.leave(exit, debate).await;
    }

    async fn wait_and_drive(&mut self, first: Input, queued: Counted) -> Result<Option<Exit>> {
        let admitted = self.admitted().await;
        drop(queued);
        let _permit = match admitted? {
            Admission::Granted(permit) => permit,
            Admission::Over(exit) => return Ok(Some(exit)),
        };
        match self.inputs(first).await? {
            None => self.drive().await,
            exit => Ok(exit),
        }
    }

    // A debate that waits for its turn is alive: it keeps its lease, hears people, and can be cancelled, shut down or
    // overtaken by its deadline.
    async fn admitted(&mut self) -> Result<Admission> {
        let (queue, source) = (self.engine.admission.clone(), self.live.source().clone());
        let admission = queue.acquire(&source.tenant, &source.debate);
        tokio::pin!(admission);
        let clock = self.engine.parts.clock.clone();
        let deadline = clock.sleep_until(self.deadline.monotonic());
        tokio::pin!(deadline);
        loop {
            let renew = clock.sleep_until(self.log.renew_at());
            let exit = tokio::select! {
                biased;
                control = self.controls.recv() => match control {
                    Some(Control::Human(input)) => self.inputs(Input::Human(input)).await?,
                    Some(Control::Cancel { by, reason }) => {
                        self.inputs(Input::Cancel { by, reason, stopped: Stopped::new() }).await?
                    }
                    Some(Control::Resolve(resolution)) => self.inputs(Input::Resolved(resolution)).await?,
                    Some(Control::Stop) | None => Some(Exit::Stopped(shut_down())),
                },
                permit = &mut admission => return Ok(Admission::Granted(permit)),
                () = &mut deadline => self.inputs(Input::Deadline(Stopped::new())).await?,
                () = renew => {
                    self.log.renew().await?;
                    None
                }
            };
            if let Some(exit) = exit {
                return Ok(Admission::Over(exit));
            }
        }
    }

    async fn drive(&mut self) -> Result<Option<Exit>> {
        loop {
            let exit = match self.wake().await {
                Wake::Control(Some(Control::Cancel { by, reason })) => {
                    let stopped = self.stop_turns().await;
                    self.inputs(Input::Cancel { by, reason, stopped }).await?
                }
                Wake::Control(Some(Control::Human(input))) => self.inputs(Input::Human(input)).await?,
                Wake::Control(Some(Control::Resolve(resolution))) => {
                    self.pause = None;
                    self.inputs(Input::Resolved(resolution)).await?
                }
                Wake::Control(Some(Control::Stop) | None) => {
                    // Nothing more is recorded, but agents get the time they get in every other cancellation.
                    self.stop_turns().await;
                    Some(Exit::Stopped(shut_down()))
                }
                Wake::Job(Ok(Job::Turn(done))) => {
                    let input = self.ended(*done);
                    match input {
                        Some(input) => self.inputs(input).await?,
                        None => None,
                    }
                }
                Wake::Job(Ok(Job::Compared(pairs))) => self.inputs(Input::Verdicts(pairs)).await?,
                Wake::Job(Ok(Job::NotCompared(error))) => {
                    self.abort_turns().await;
                    self.inputs(Input::Failed(error)).await?
                }
                // A task of ours neither panics nor is aborted while the debate runs; the turn stays open until its
                // deadline, which is the only safe reading.
                Wake::Job(Err(_)) | Wake::Warm => None,
                Wake::Grace => {
                    self.grace = None;
                    let stopped = self.stop_turns().await;
                    self.inputs(Input::GraceOver(stopped)).await?
                }
                Wake::Pause => {
                    let id = self.pause.take().map(|(id, _)| id).unwrap_or_default();
                    self.inputs(Input::Resolved(Resolution {
                        id,
                        action: "continue".into(),
                        guidance: None,
                        by: None,
                        timed_out: true,
                    }))
                    .await?
                }
                Wake::Deadline => {
                    let stopped = self.stop_turns().await;
                    self.inputs(Input::Deadline(stopped)).await?
                }
                Wake::Renew => {
                    self.log.renew().await?;
                    None
                }
            };
            for ask in self.warm.released() {
                self.ask(ask)?;
            }
            if exit.is_some() {
                return Ok(exit);
            }
        }
    }

    async fn wake(&mut self) -> Wake {
        let clock = self.engine.parts.clock.clone();
        let never = std::future::pending::<()>;
        let deadline = clock.sleep_until(self.deadline.monotonic());
        let renew = clock.sleep_until(self.log.renew_at());
        let grace = async {
            match &mut self.grace {
                Some(grace) => grace.await,
                None => never().await,
            }
        };
        let pause = async {
            match &mut self.pause {
                Some((_, wait)) => wait.await,
                None => never().await,
            }
        };
        let warm = self.warm.woken(clock.as_ref());
        tokio::select! {
            biased;
            control = self.controls.recv() => Wake::Control(control),
            () = warm => Wake::Warm,
            Some(job) = self.tasks.join_next() => Wake::Job(job),
            () = grace => Wake::Grace,
            () = pause => Wake::Pause,
            () = deadline => Wake::Deadline,
            () = renew => Wake::Renew,
        }
    }

    /// Gives the machine an input and carries out what follows, until nothing is left to do at once.
    async fn inputs(&mut self, first: Input) -> Result<Option<Exit>> {
        let mut inputs = VecDeque::from([first]);
        while let Some(input) = inputs.pop_front() {
            let effects = Self::handle(&self.engine, self.live.clone(), self.blocking, input).await?;
            self.log.append(&effects.entries).await?;
            self.live.publish(&effects.entries);
            self.enter_spans(&effects.entries);
            for command in effects.commands {
                match command {
                    Command::Ask(ask) => self.admit(*ask)?,
                    Command::CancelOpen => {
                        let stopped = self.stop_turns().await;
                        inputs.push_back(Input::Stopped(stopped));
                    }
                    Command::Grace(grace) => {
                        let elapsed = self.engine.parts.clock.monotonic().saturating_sub(self.step_began);
                        let share = elapsed.mul_f64(f64::from(grace.elapsed_thousandths) / 1_000.0);
                        let wait = Duration::from_millis(grace.at_least_ms).max(share);
                        self.grace = Some(self.sleep(wait));
                    }
                    Command::Compare(pairs) => self.compare(pairs),
                    Command::Pause { id, wait } => self.pause = Some((id, self.sleep(wait))),
                    Command::Done => return Ok(Some(Exit::Ended)),
                }
            }
        }
        Ok(None)
    }

    // Spans debate > round > step > turn; ids and numbers only.
    fn enter_spans(&mut self, entries: &[super::machine::Entry]) {
        for entry in entries {
            match &entry.record.event {
                Event::RoundStart(_) => self.round_span = tracing::info_span!("round", round = entry.record.round),
                Event::StepStart(body) => {
                    self.step_span = tracing::info_span!(parent: &self.round_span, "step", step = body.step, phase = body.phase.as_str());
                }
                _ => {}
            }
        }
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        let clock = &self.engine.parts.clock;
        clock.sleep_until(clock.monotonic() + wait)
    }

    // Takes parts, not `self`: timers are not `Sync`, and a borrow of them may not be held over an await.
    async fn handle(engine: &Inner, live: Arc<Live>, blocking: bool, input: Input) -> Result<Effects> {
        let now = engine.parts.clock.now();
        // The second net, for what a protocol's own does not catch: a rule of the host that panics, or a bug of ours.
        // The log stays as it was, and whoever waits for the result is told.
        let work = move || {
            let handled = catch_unwind(AssertUnwindSafe(|| match live.machine().as_mut() {
                Some(machine) => machine.handle(input, now),
                None => Err(Error::internal("the debate has no machine")),
            }));
            handled.unwrap_or_else(|panic| {
                Err(Error::internal(format!("a panic while the debate was counted: {}", panic_text(panic.as_ref()))))
            })
        };
        if !blocking {
            return work();
        }
        // A protocol of another language may wait for its own thread, so it never runs on a worker of the runtime.
        match tokio::task::spawn_blocking(work).await {
            Ok(effects) => effects,
            Err(error) => Err(Error::internal(format!("the protocol's task failed: {error}"))),
        }
    }

    fn admit(&mut self, ask: Ask) -> Result<()> {
        let now = self.engine.parts.clock.monotonic();
        // By its number: inside a step too there can be moments in which nothing runs, and its grace goes on then.
        let step = self.live.machine().as_ref().and_then(|machine| machine.transcript().open_step().map(|s| s.step));
        if self.step != step {
            self.step = step;
            self.step_began = now;
            self.grace = None;
            self.warm.clear();
        }
        let ask = match self.agents.get(&ask.seat) {
            Some(agent) => self.warm.admit(ask, &agent.profile(), now),
            None => Some(ask),
        };
        ask.map_or(Ok(()), |ask| self.ask(ask))
    }

    fn ask(&mut self, ask: Ask) -> Result<()> {
        let Some(agent) = self.agents.get(&ask.seat).cloned() else {
            return Err(Error::internal(format!("no agent for seat {}", ask.seat)));
        };
        let (mut request, limit, round) = match self.live.machine().as_ref() {
            Some(machine) => {
                let t = machine.transcript();
                (build_request(t, &ask), ask.deadline.unwrap_or(t.limits().turn_timeout), t.round())
            }
            None => return Err(Error::internal("the debate has no machine")),
        };
        let cancel = self.cancel.child();
        request.cancel = cancel.clone();
        // Always connected: whoever subscribes while the turn runs hears the rest, and an idle bus costs one load.
        let output = Output::resettable(Arc::new(LiveSink {
            live: self.live.clone(),
            agent: ask.seat.clone(),
            turn: ask.turn.clone(),
            round,
        }));
        let output = self.warm.listen(&ask.turn, output);
        let (turn, seat, prompt) = (ask.turn.clone(), ask.seat.clone(), ask.prompt.tokens());
        self.running.insert(turn, Running { seat, cancel, output: output.clone(), round, prompt });
        let turn = Turn {
            engine: self.engine.clone(),
            tenant: self.live.source().tenant.clone(),
            debate: self.live.debate().clone(),
            id: ask.turn,
            seat: ask.seat,
            agent,
            request,
            output,
            limit,
            debate_deadline: self.deadline,
        };
        let span = tracing::info_span!(parent: &self.step_span, "turn", turn = %turn.id, agent = %turn.seat);
        self.tasks.spawn(async move { Job::Turn(Box::new(turn.run().await)) }.instrument(span));
        Ok(())
    }

    fn ended(&mut self, done: TurnDone) -> Option<Input> {
        let running = self.running.remove(&done.turn)?;
        self.warm.warmed(&done.turn);
        let agent = self.agents.get(&running.seat)?;
        log(self.live.debate(), &agent.profile(), &done);
        let attempts = attempts_of(&self.engine, agent, &running.output, running.prompt, Some(&done));
        if let Ok(reply) = &done.result
            && !self.live.bus().is_idle()
        {
            running.output.finish(reply);
            let data = EventData::TokenEnd { turn: done.turn.clone(), chars: reply.text.chars().count() as u64 };
            self.live.publish_live(&running.seat, running.round, data);
        }
        if let Err(error) = &done.result {
            self.failed = Some(error.clone());
        }
        Some(Input::Replied { turn: done.turn, result: Box::new(outcome_of(done.result)), attempts })
    }

    /// Stops every running turn: tells them, waits a little for those that do not listen, then drops them. What they
    /// answer now is late and counted nowhere, but what they used is kept.
    async fn stop_turns(&mut self) -> Stopped {
        self.grace = None;
        self.warm.clear();
        for running in self.running.values() {
            running.cancel.cancel();
        }
        let mut late: HashMap<TurnId, TurnDone> = HashMap::new();
        let patience = self.sleep(self.engine.config.cancel_grace);
        tokio::pin!(patience);
        while !self.tasks.is_empty() {
            tokio::select! {
                biased;
                job = self.tasks.join_next() => match job {
                    Some(Ok(Job::Turn(done))) => { late.insert(done.turn.clone(), *done); }
                    Some(_) => {}
                    None => break,
                },
                () = &mut patience => break,
            }
        }
        self.tasks.shutdown().await;
        let mut stopped = Stopped::new();
        for (turn, running) in self.running.drain() {
            let done = late.get(&turn);
            let answered = done.filter(|done| done.result.is_ok());
            let attempts = self
                .agents
                .get(&running.seat)
                .map(|agent| attempts_of(&self.engine, agent, &running.output, running.prompt, answered))
                .unwrap_or_default();
            stopped.insert(turn, attempts);
        }
        stopped
    }

    async fn abort_turns(&mut self) {
        self.cancel.cancel();
        self.warm.clear();
        self.tasks.shutdown().await;
        self.running.clear();
    }

    // Kept as long as the debate runs: an answer that is compared with many others gets its vector once.
    fn comparator(&mut self) -> Result<Arc<dyn Comparator>> {
        if let Some(comparator) = &self.comparator {
            return Ok(Arc::clone(comparator));
        }
        let equal = self.live.machine().as_ref().map(|machine| machine.transcript().question().format.equal.clone());
        let found = match equal {
            Some(Equivalence::Custom(custom)) => custom.get().cloned(),
            Some(Equivalence::Semantic { min, embedder }) => Some(self.engine.semantic(&embedder, min)?),
            _ => None,
        };
        let comparator = found.ok_or_else(|| {
            let reason = "the log names a comparator that this engine does not have";
            Error::new(ErrorKind::NotConfigured, reason)
        })?;
        self.comparator = Some(Arc::clone(&comparator));
        Ok(comparator)
    }

    fn compare(&mut self, pairs: Vec<(Arc<str>, Arc<str>)>) {
        let comparator = self.comparator();
        self.tasks.spawn(async move {
            let comparator = match comparator {
                Ok(comparator) => comparator,
                Err(error) => return Job::NotCompared(error),
            };
            let mut verdicts = Vec::with_capacity(pairs.len());
            for (a, b) in pairs {
                match AssertUnwindSafe(comparator.equal(&a, &b)).catch_unwind().await {
                    Ok(Ok(same)) => verdicts.push((a, b, same)),
                    Ok(Err(error)) => return Job::NotCompared(error),
                    Err(panic) => {
                        let reason = format!("the comparator panicked: {}", panic_text(panic.as_ref()));
                        return Job::NotCompared(Error::new(ErrorKind::AgentFailed, reason));
                    }
                }
            }
            Job::Compared(verdicts)
        });
    }

    async fn leave(mut self, exit: Result<Option<Exit>>, counted: Counted) {
        self.abort_turns().await;
        let ending = match exit {
            Ok(Some(Exit::Ended) | None) => self.ending(),
            Ok(Some(Exit::Stopped(error))) => {
                self.engine.note_stopped();
                Err(error)
            }
            Err(error) => Err(error),
        };
        if let Some(machine) = self.live.machine().as_ref().filter(|machine| machine.is_done()) {
            self.engine.observe_end(machine.transcript(), ending.as_ref().ok().map(AsRef::as_ref));
        }
        self.log.release().await;
        self.engine.leave(&self.live);
        // Counters go down before anybody is told, so that whoever waits for the result finds them at rest.
        drop(counted);
        self.live.end(ending);
    }

    fn ending(&self) -> super::live::Ending {
        let guard = self.live.machine();
        let Some(machine) = guard.as_ref() else { return Err(Error::internal("the debate has no machine")) };
        match machine.terminal() {
            Some(Terminal::Finished) => machine
                .transcript()
                .decision()
                .cloned()
                .ok_or_else(|| Error::internal("a finished debate without a decision")),
            Some(Terminal::Failed(error)) => {
                let failure = failed(machine, error);
                Err(match machine.broken().or(self.failed.as_ref()) {
                    Some(cause) => failure.caused_by(cause.clone()),
                    None => failure,
                })
            }
            Some(Terminal::Cancelled { by, reason }) => {
                let error = Error::new(ErrorKind::Cancelled, format!("the debate was cancelled by {by}: {reason}"));
                Err(match machine.partial().map(|decision| serde_json::to_string(&decision)) {
                    Ok(Ok(decision)) => error.with("decision", decision),
                    _ => error,
                })
            }
            None => Err(Error::internal("the debate's task ended before the debate")),
        }
    }
}

fn shut_down() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the engine is shutting down; the debate stopped at its last record and can be resumed",
    )
    .with("outcome", "not_applied")
}

// Every cause is attached, in roster order.
fn failed(machine: &Machine, error: &crate::debate::ErrorInfo) -> Error {
    let causes: Vec<serde_json::Value> = machine
        .transcript()
        .last_errors()
        .map(|(seat, error)| serde_json::json!({"agent": seat, "error": error}))
        .collect();
    let failure = error.to_error().with("debate", machine.transcript().debate());
    if causes.is_empty() { failure } else { failure.with("causes", serde_json::Value::Array(causes)) }
}
