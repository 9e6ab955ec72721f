//! A fork at every seq: the parent never changes, what was taken over is copied unchanged, and the fork is a debate
//! like any other.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::ScriptedAgent;
use aragora_core::clock::ManualClock;
use aragora_core::debate::{
    DebateOptions, Edit, Event, GatePolicy, Join, Limits, Parent, Record, RuleConfig, RuleKind, Transcript,
};
use aragora_core::engine::{Activity, DebateState, Engine, ForkBuilder, ResumeBuilder};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::testing::storage::Moment;
use aragora_core::{DebateId, ErrorKind, Result};
use aragora_tests::agents::agent_id;
use aragora_tests::durable::cases::{DEBATE, DebateCase, cases, critique_3x3};
use aragora_tests::durable::gate::GateStorage;
use aragora_tests::durable::log::assert_asked_once;
use aragora_tests::durable::seats::{CountedSeat, Desk, Manner};
use aragora_tests::durable::steps::{assert_at_rest, settle, ticks};
use aragora_tests::durable::{debate_id, engine, runtime, tenant};
use aragora_tests::replay::assert_replays_once;

const CHILD: &str = "deb_child";

struct World {
    engine: Engine,
    clock: ManualClock,
    desk: Arc<Desk>,
    case: DebateCase,
}

impl World {
    fn new(case: DebateCase) -> Self {
        let clock = ManualClock::default();
        let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        Self { engine: engine(&store, &clock), clock, desk: Desk::new(), case }
    }

    async fn parent(&self) -> Vec<Record> {
        let handle = self.case.builder(&self.engine, &self.desk, &self.clock).start().await.unwrap();
        drop(handle.result().await);
        self.log(DEBATE).await
    }

    async fn log(&self, id: &str) -> Vec<Record> {
        self.engine.log(&tenant(), &debate_id(id)).await.unwrap()
    }

    fn fork(&self, of: &str, at: u64, id: &str) -> ForkBuilder {
        let fork = self.engine.fork(debate_id(of), at).id(debate_id(id));
        self.case.seats(&self.desk, &self.clock).into_iter().fold(fork, ForkBuilder::seat)
    }

    async fn lines(&self, id: &str) -> Vec<Vec<u8>> {
        self.log(id).await.iter().map(|record| record.to_line().unwrap()).collect()
    }
}

fn stop_of(log: &[Record]) -> u64 {
    let last = |record: &Record| matches!(record.event, Event::Stop(_) | Event::DebateFailed(_));
    log.iter().find(|record| last(record)).unwrap().seq
}

fn message_before(log: &[Record], at: u64) -> Option<aragora_core::ids::MessageId> {
    log.iter().take(at as usize + 1).rev().find_map(|record| match &record.event {
        Event::AgentMessage(body) => Some(body.message.clone()),
        _ => None,
    })
}

/// One edit of each kind, if there is something to edit by then.
fn edits(log: &[Record], at: u64) -> Vec<(&'static str, Vec<Edit>)> {
    let mut all = vec![
        ("none", Vec::new()),
        ("insert human", vec![Edit::InsertHuman { by: "host".into(), text: "Think of the costs.".into() }]),
        ("drop seat", vec![Edit::DropSeat { seat: agent_id("b") }]),
        ("set rule", vec![Edit::SetRule { rule: RuleConfig::from(RuleKind::Plurality) }]),
        ("set limits", vec![Edit::SetLimits { limits: limits(4) }]),
        ("set belief", vec![Edit::SetBelief { seat: agent_id("a"), belief: std::collections::BTreeMap::new() }]),
    ];
    let mut added = Transcript::fold(&log[..1]).unwrap().seats().next().unwrap().clone();
    added.id = agent_id("d");
    all.push(("add seat", vec![Edit::AddSeat { seat: added }]));
    if let Some(message) = message_before(log, at) {
        let text = "FINAL ANSWER: something else";
        all.push(("replace message", vec![Edit::ReplaceMessage { message, text: text.into() }]));
    }
    all
}

fn limits(rounds: u32) -> Limits {
    Limits { rounds, ..Limits::default() }
}

/// A fork keeps every promise that does not depend on its edits.
async fn assert_is_fork(world: &World, parent: &[Record], at: u64, id: &str, edits: &[Edit], context: &str) {
    let log = world.log(id).await;
    let Event::DebateStart(start) = &log[0].event else { panic!("{context}: no debate_start") };
    let of = match &parent[0].event {
        Event::DebateStart(start) => start.debate.clone(),
        _ => unreachable!(),
    };
    assert_eq!(start.parent, Some(Parent { debate: of, seq: at }), "{context}");
    let taken = 1..=at as usize;
    assert_eq!(log[taken.clone()], parent[taken], "{context}: copied unchanged");
    let edited: Vec<&Edit> = log[at as usize + 1..]
        .iter()
        .map_while(|record| match &record.event {
            Event::ForkEdit(body) => Some(&body.edit),
            _ => None,
        })
        .collect();
    assert_eq!(edited, edits.iter().collect::<Vec<_>>(), "{context}: edits follow");
    let (transcript, before) = (Transcript::fold(&log).unwrap(), Transcript::fold(&parent[..=at as usize]).unwrap());
    assert!(transcript.terminal().is_some(), "{context}");
    assert!(transcript.ledger().reserved.is_empty(), "{context}");
    if at > 0 {
        assert_eq!(transcript.spent().inherited.as_ref(), Some(&before.spent().total), "{context}: apart");
    }
    let own = log[at as usize + 1..].iter();
    let mut calls = std::collections::BTreeSet::new();
    for record in own {
        if let Event::TurnStart(body) = &record.event {
            calls.insert(body.turn.clone());
        }
    }
    assert_eq!(transcript.spent().calls, calls.len() as u64, "{context}: budgets start at zero");
    let header = world.engine.get(&tenant(), &debate_id(id)).await.unwrap();
    assert_eq!(header.calls, calls.len() as u64, "{context}: the header counts own calls");
    assert_ne!(header.state, DebateState::Running, "{context}");
    assert_replays_once(&world.engine, &log);
}

fn forked_everywhere(case: DebateCase, every: usize, with_edits: bool) {
    let name = case.name;
    let world = World::new(case);
    runtime().block_on(async {
        let parent = world.parent().await;
        let before = world.lines(DEBATE).await;
        for at in (name.len() as u64 % every as u64..stop_of(&parent)).step_by(every) {
            let all = if with_edits { edits(&parent, at) } else { vec![("none", Vec::new())] };
            for (kind, edits) in all {
                let context = format!("{name}, forked at {at} ({}), {kind}", parent[at as usize].event.name());
                let id = format!("deb_{at}_{}", kind.replace(' ', "_"));
                let spare = CountedSeat::new(agent_id("d"), Manner::Ready, &world.desk, Arc::new(world.clock.clone()));
                let fork = edits.iter().cloned().fold(world.fork(DEBATE, at, &id).seat(spare), ForkBuilder::edit);
                let handle = fork.start().await.expect(&context);
                if let Err(error) = handle.result().await {
                    assert_eq!(error.kind(), ErrorKind::AllAgentsFailed, "{context}: {error}");
                }
                assert_is_fork(&world, &parent, at, &id, &edits, &context).await;
                assert_eq!(world.engine.activity(), Activity::default(), "{context}");
            }
        }
        assert_eq!(world.lines(DEBATE).await, before, "{name}: the parent never changes");
        settle(&world.clock).await;
        assert_at_rest(&world.engine, &world.desk, &world.clock, name);
    });
}

#[test]
fn a_fork_at_every_third_seq_of_every_protocol_is_a_debate_of_its_own() {
    // Every third for the time it takes; the next test but one forks the 3x3 debate at every seq.
    for case in cases() {
        forked_everywhere(case, 3, false);
    }
}

#[test]
fn a_fork_with_each_edit_at_every_third_seq_is_a_debate_of_its_own() {
    forked_everywhere(critique_3x3(), 3, true);
}

#[test]
fn a_fork_without_edits_decides_as_its_parent_wherever_it_was_taken() {
    let world = World::new(critique_3x3());
    runtime().block_on(async {
        let parent = world.parent().await;
        for at in 0..stop_of(&parent) {
            let id = format!("deb_same_{at}");
            let decision = world.fork(DEBATE, at, &id).start().await.unwrap().result().await.unwrap();
            let Some(original) = Transcript::fold(&parent).unwrap().decision().cloned() else { unreachable!() };
            assert_eq!(decision.outcome, original.outcome, "forked at {at}");
            assert_eq!(decision.answer, original.answer, "forked at {at}");
            assert_eq!(decision.rounds_used, original.rounds_used, "forked at {at}");
            // Everything that was said is said again, in the same order.
            let said = |log: &[Record]| -> Vec<(String, String)> {
                let t = Transcript::fold(log).unwrap();
                t.messages().iter().map(|m| (m.id.to_string(), m.text.to_string())).collect()
            };
            assert_eq!(said(&world.log(&id).await), said(&parent), "forked at {at}");
            let checks = |log: &[Record]| Transcript::fold(log).unwrap().checks().len();
            assert_eq!(checks(&world.log(&id).await), checks(&parent), "forked at {at}: nothing is counted twice");
        }
    });
}

#[test]
fn a_fork_of_a_fork_of_a_fork_holds_the_same_promises() {
    let world = World::new(critique_3x3());
    runtime().block_on(async {
        let mut parent = world.parent().await;
        let mut of = DEBATE.to_owned();
        for generation in 1..=4u64 {
            let at = stop_of(&parent) * (5 - generation) / 5;
            let id = format!("deb_gen{generation}");
            let edit = Edit::InsertHuman { by: "host".into(), text: format!("generation {generation}").into() };
            let fork = world.fork(&of, at, &id).edit(edit.clone());
            fork.start().await.unwrap().result().await.unwrap();
            assert_is_fork(&world, &parent, at, &id, &[edit], &id).await;
            parent = world.log(&id).await;
            of = id;
        }
    });
}

#[test]
fn a_replaced_message_is_what_the_others_see_from_then_on() {
    let clock = ManualClock::default();
    let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    let engine = engine(&store, &clock);
    let seat = |id: &str| {
        ScriptedAgent::new(agent_id(id))
            .by(|_| "FINAL ANSWER: old".into())
            .at_end(aragora_core::agents::ScriptEnd::Repeat)
            // Deadlines are instants of the engine's clock; the machine's would be past them in a long run.
            .with_clock(Arc::new(clock.clone()))
    };
    runtime().block_on(async {
        let mut options = DebateOptions::default();
        (options.gate, options.stop_when, options.stalemate) = (GatePolicy::Off, None, false);
        let debate = engine.debate("Which?".into()).id(debate_id(DEBATE)).seed(1).options(options).rounds(1);
        let debate = debate.seat(seat("a")).seat(seat("b")).seat(seat("c"));
        drop(debate.start().await.unwrap().result().await);
        let log = engine.log(&tenant(), &debate_id(DEBATE)).await.unwrap();
        let end = log.iter().find(|record| matches!(record.event, Event::StepEnd(_))).unwrap().seq;
        let message = message_before(&log, end).unwrap();
        let text: Arc<str> = "FINAL ANSWER: a new thought".into();
        let listeners = [seat("a"), seat("b"), seat("c")];
        let fork = engine.fork(debate_id(DEBATE), end).edit(Edit::ReplaceMessage { message: message.clone(), text });
        let fork = listeners.iter().cloned().fold(fork, ForkBuilder::seat);
        let handle = fork.start().await.unwrap();
        drop(handle.result().await);
        let log = engine.log(&tenant(), handle.id()).await.unwrap();
        let transcript = Transcript::fold(&log).unwrap();
        assert!(transcript.message(&message).unwrap().edited);
        let heard = listeners[0]
            .requests()
            .iter()
            .any(|request| request.messages.iter().any(|message| message.text.contains("a new thought")));
        assert!(heard, "the next prompt holds the new text");
        assert_replays_once(&engine, &log);
    });
}

#[test]
fn a_fork_stopped_anywhere_can_be_resumed() {
    let world = World::new(critique_3x3());
    runtime().block_on(async {
        let parent = world.parent().await;
        for at in (0..stop_of(&parent)).step_by(5) {
            for polls in [0, 3, 9, 20] {
                let id = format!("deb_{at}_{polls}");
                let edit = Edit::InsertHuman { by: "host".into(), text: "Once more.".into() };
                let first = engine(world.engine.storage(), &world.clock);
                let desk = Desk::new();
                let slow = world.case.clone().with_manner(Manner::Yields).seats(&desk, &world.clock);
                let fork = first.fork(debate_id(DEBATE), at).id(debate_id(&id)).edit(edit.clone());
                let handle = slow.into_iter().fold(fork, ForkBuilder::seat).start().await.unwrap();
                ticks(polls).await;
                first.shutdown(Duration::ZERO).await;
                drop(handle.result().await);
                let seats = world.case.seats(&desk, &world.clock).into_iter();
                let resumed = seats.fold(world.engine.resume(debate_id(&id)), ResumeBuilder::seat).start().await;
                let context = format!("forked at {at}, stopped after {polls} polls");
                match resumed {
                    Ok(handle) => drop(handle.result().await.expect(&context)),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidState, "{context}: {error}"),
                }
                assert_is_fork(&world, &parent, at, &id, &[edit], &context).await;
                let mut own = world.log(&id).await;
                own.drain(1..=at as usize);
                assert_asked_once(&desk.asked(), &own, &context);
            }
        }
    });
}

#[test]
fn a_fork_killed_at_its_first_append_never_was_or_can_be_resumed() {
    for moment in [Moment::Before, Moment::After] {
        let clock = ManualClock::default();
        let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        let case = critique_3x3();
        let desk = Desk::new();
        let run = async {
            let engine = engine(&store, &clock);
            drop(case.builder(&engine, &desk, &clock).start().await.unwrap().result().await);
            engine.log(&tenant(), &debate_id(DEBATE)).await.unwrap()
        };
        let parent = runtime().block_on(run);
        let gate = GateStorage::new(store.clone(), 1, moment);
        let gated: Arc<dyn Storage> = gate.clone();
        runtime().block_on(async {
            let engine = engine(&gated, &clock);
            let fork = engine.fork(debate_id(DEBATE), 9).id(debate_id(CHILD));
            let fork = case.seats(&desk, &clock).into_iter().fold(fork, ForkBuilder::seat).start();
            tokio::select! {
                biased;
                () = gate.reached() => {}
                _ = fork => panic!("the fork got past its append"),
            }
        });
        clock.advance(Duration::from_secs(61));
        runtime().block_on(async {
            let engine = engine(&store, &clock);
            assert_eq!(engine.log(&tenant(), &debate_id(DEBATE)).await.unwrap(), parent);
            let seats = case.seats(&desk, &clock).into_iter();
            let resumed = seats.fold(engine.resume(debate_id(CHILD)), ResumeBuilder::seat).start().await;
            if moment == Moment::Before {
                assert_eq!(resumed.unwrap_err().kind(), ErrorKind::NotFound);
                return;
            }
            resumed.unwrap().result().await.unwrap();
            let log = engine.log(&tenant(), &debate_id(CHILD)).await.unwrap();
            assert_eq!(log[1..=9], parent[1..=9]);
            assert_replays_once(&engine, &log);
        });
    }
}

#[test]
fn what_cannot_be_forked_is_explained_and_nothing_is_written() {
    let world = World::new(critique_3x3());
    runtime().block_on(async {
        let parent = world.parent().await;
        let stop = stop_of(&parent);
        let refused = async |fork: ForkBuilder| -> aragora_core::Error {
            let error = fork.start().await.map(|handle| handle.id().clone()).unwrap_err();
            let missing: Result<DebateId> =
                world.engine.get(&tenant(), &debate_id(CHILD)).await.map(|header| header.debate);
            assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound, "{error}");
            error
        };
        let fork = |at| world.fork(DEBATE, at, CHILD);
        for at in [stop, stop + 1, parent.len() as u64, u64::MAX] {
            let error = refused(fork(at)).await;
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
            assert!(error.reason().contains(&at.to_string()), "{error}");
        }
        let unknown = refused(world.fork("deb_nobody", 0, CHILD)).await;
        assert_eq!(unknown.kind(), ErrorKind::NotFound);
        let zero = limits(0);
        let added = Transcript::fold(&parent[..1]).unwrap().seats().next().unwrap().clone();
        let wrong = [
            (
                Edit::ReplaceMessage { message: aragora_core::ids::MessageId::new("m0").unwrap(), text: "x".into() },
                "/edits/0/message",
            ),
            (Edit::InsertHuman { by: " ".into(), text: "x".into() }, "/edits/0/by"),
            (Edit::InsertHuman { by: "host".into(), text: "\0".into() }, "/edits/0/text"),
            (Edit::DropSeat { seat: agent_id("nobody") }, "/edits/0/seat"),
            (Edit::AddSeat { seat: added }, "/edits/0/seat/id"),
            (Edit::SetLimits { limits: zero }, "/edits/0/limits/rounds"),
            (Edit::SetRule { rule: RuleKind::Hybrid { rules: Vec::new() }.into() }, "/edits/0/rule"),
            (Edit::SetBelief { seat: agent_id("nobody"), belief: std::collections::BTreeMap::new() }, "/edits/0/seat"),
        ];
        for (edit, pointer) in wrong {
            let error = refused(fork(9).edit(edit)).await;
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
            assert!(format!("{error:?}").contains(pointer), "{pointer}: {error:?}");
        }
        let everybody = ["a", "b", "c"].map(|seat| Edit::DropSeat { seat: agent_id(seat) });
        let error = refused(everybody.into_iter().fold(fork(9), ForkBuilder::edit)).await;
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        let without = world.engine.fork(debate_id(DEBATE), 9).id(debate_id(CHILD));
        assert_eq!(refused(without).await.kind(), ErrorKind::InvalidRequest);
        let taken = world.fork(DEBATE, 9, DEBATE).start().await.map(|_| ()).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict, "{taken}");
        let before: Vec<_> = parent.iter().map(|record| record.to_line().unwrap()).collect();
        assert_eq!(world.lines(DEBATE).await, before);
        settle(&world.clock).await;
        assert_at_rest(&world.engine, &world.desk, &world.clock, "after refusals");
    });
}

#[test]
fn a_fork_that_races_to_its_join_replays() {
    let joins = cases().into_iter().filter(|case| matches!(case.options.join, Join::First | Join::Consensus(_)));
    for case in joins {
        forked_everywhere(case, 2, true);
    }
}
