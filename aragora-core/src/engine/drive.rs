//! The task that runs one debate: carries out what the machine asks for, and tells it what happened.
//!
//! One debate is one task that owns one `JoinSet`. Nothing a later step depends on is asked before the records of the
//! step are durable: records are appended first, then published, then commands are carried out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::inner::Inner;
use super::live::{Control, Live, LiveSink};
use super::log::Log;
use super::machine::{Command, Effects, Input, Machine, Resolution, Stopped, build_request};
use super::stream::EventData;
use super::warm::Warm;
use super::turn::{Turn, TurnDone, attempts_of, observe, outcome_of};
use crate::agents::{Agent, Output};
use crate::clock::{BoxFuture, CancelToken, Deadline};
use crate::debate::{Equivalence, Terminal};
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
    comparing: bool,
    warm: Warm,
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
    streams: bool,
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
            comparing: false,
        }
    }

    /// Runs the debate from its first input to its end.
    pub(super) async fn run(mut self, first: Input, queued: Option<super::inner::Counted>) {
        let counted = self.engine.count_debate();
        let admission = self.engine.admission.clone();
        let admitted = tokio::select! {
            biased;
            permit = admission.acquire_owned() => permit.ok(),
            // A debate that waits for admission can still be cancelled or shut down.
            control = self.controls.recv() => {
                drop(queued);
                let exit = match control {
                    Some(Control::Cancel { by, reason }) => self.inputs(Input::Cancel { by, reason, stopped: Stopped::new() }).await,
                    _ => Ok(Some(Exit::Stopped(shut_down()))),
                };
                return self.leave(exit, counted).await;
            }
        };
        drop(queued);
        let exit = match self.inputs(first).await {
            Ok(None) => self.drive().await,
            done => done,
        };
        drop(admitted);
        self.leave(exit, counted).await;
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
                    self.abort_turns().await;
                    Some(Exit::Stopped(shut_down()))
                }
                Wake::Job(Ok(Job::Turn(done))) => {
                    let input = self.ended(*done);
                    match input {
                        Some(input) => self.inputs(input).await?,
                        None => None,
                    }
                }
                Wake::Job(Ok(Job::Compared(pairs))) => {
                    self.comparing = false;
                    self.inputs(Input::Verdicts(pairs)).await?
                }
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

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        let clock = &self.engine.parts.clock;
        clock.sleep_until(clock.monotonic() + wait)
    }

    // Takes parts, not `self`: timers are not `Sync`, and a borrow of them may not be held over an await.
    async fn handle(engine: &Inner, live: Arc<Live>, blocking: bool, input: Input) -> Result<Effects> {
        let now = engine.parts.clock.now();
        let work = move || match live.machine().as_mut() {
            Some(machine) => machine.handle(input, now),
            None => Err(Error::internal("the debate has no machine")),
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
        let streams = !self.live.bus().is_idle();
        let output = if streams {
            Output::resettable(Arc::new(LiveSink {
                live: self.live.clone(),
                agent: ask.seat.clone(),
                turn: ask.turn.clone(),
                round,
            }))
        } else {
            Output::none()
        };
        let output = self.warm.listen(&ask.turn, output);
        self.running
            .insert(ask.turn.clone(), Running { seat: ask.seat.clone(), cancel, output: output.clone(), streams });
        let turn = Turn {
            engine: self.engine.clone(),
            tenant: self.live.source().tenant.clone(),
            debate: self.live.debate().clone(),
            turn: ask.turn,
            seat: ask.seat,
            agent,
            request,
            output,
            limit,
            debate_deadline: self.deadline,
        };
        self.tasks.spawn(async move { Job::Turn(Box::new(turn.run().await)) });
        Ok(())
    }

    fn ended(&mut self, done: TurnDone) -> Option<Input> {
        let running = self.running.remove(&done.turn)?;
        self.warm.warmed(&done.turn);
        let agent = self.agents.get(&running.seat)?;
        observe(&self.engine, self.live.debate(), agent, &done);
        let attempts = attempts_of(agent, &running.output, Some(&done));
        if let Ok(reply) = &done.result
            && running.streams
        {
            running.output.finish(reply);
            let data = EventData::TokenEnd { turn: done.turn.clone(), chars: reply.text.chars().count() as u64 };
            self.live.publish_live(&running.seat, 0, data);
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
        self.comparing = false;
        let mut stopped = Stopped::new();
        for (turn, running) in self.running.drain() {
            let done = late.get(&turn);
            let answered = done.filter(|done| done.result.is_ok());
            let attempts = self
                .agents
                .get(&running.seat)
                .map(|agent| attempts_of(agent, &running.output, answered))
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

    fn compare(&mut self, pairs: Vec<(Arc<str>, Arc<str>)>) {
        let comparator =
            self.live.machine().as_ref().and_then(|machine| match &machine.transcript().question().format.equal {
                Equivalence::Custom(custom) => custom.get().cloned(),
                _ => None,
            });
        self.comparing = true;
        self.tasks.spawn(async move {
            let Some(comparator) = comparator else {
                return Job::NotCompared(Error::new(
                    ErrorKind::NotConfigured,
                    "the log names a comparator that this engine does not have",
                ));
            };
            let mut verdicts = Vec::with_capacity(pairs.len());
            for (a, b) in pairs {
                match comparator.equal(&a, &b).await {
                    Ok(same) => verdicts.push((a, b, same)),
                    Err(error) => return Job::NotCompared(error),
                }
            }
            Job::Compared(verdicts)
        });
    }

    async fn leave(mut self, exit: Result<Option<Exit>>, counted: super::inner::Counted) {
        self.abort_turns().await;
        let ending = match exit {
            Ok(Some(Exit::Ended) | None) => self.ending(),
            Ok(Some(Exit::Stopped(error))) | Err(error) => Err(error),
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
            Some(Terminal::Failed(error)) => Err(failed(machine, error)),
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
    let causes: Vec<serde_json::Value> =
        machine.transcript().errors().map(|(seat, error)| serde_json::json!({"agent": seat, "error": error})).collect();
    let failure = error.to_error().with("debate", machine.transcript().debate());
    if causes.is_empty() { failure } else { failure.with("causes", serde_json::Value::Array(causes)) }
}
