//! People as participants.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::{
    Agent, AgentReply, AgentRequest, Author, Expect, HumanAgent, HumanDesk, HumanEvent, HumanReply, Output,
    PendingQuery, TurnState, Visibility,
};
use aragora_core::clock::{Clock, Deadline, ManualClock, SystemClock};
use aragora_core::debate::{BallotKind, BallotShape, Label};
use aragora_core::ids::{OrgId, PrincipalId, RequestId};
use aragora_core::storage::{
    Address, Batch, Capability, Commit, Control, ControlReport, Entry, KeyRange, Lease, LeaseClaim, PageRequest,
    ScanPage, Space, Storage, Table, Watch, open,
};
use aragora_core::telemetry::Parts;
use aragora_core::testing::agents::{AgentUnderTest, Mood, agent_suite};
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{agent_id, message, request};
use tokio::task::JoinHandle;

async fn store() -> Arc<dyn Storage> {
    open("memory:", &Parts::system()).await.unwrap()
}

fn desk(store: &Arc<dyn Storage>, clock: impl Clock + 'static) -> HumanDesk {
    let table = Table::new(Arc::clone(store), Space::Tenant(OrgId::new("acme").unwrap()));
    HumanDesk::new(table, Arc::new(clock))
}

fn ann() -> PrincipalId {
    PrincipalId::new("ann").unwrap()
}

fn asked(desk: &Arc<HumanDesk>, request: AgentRequest) -> JoinHandle<Result<AgentReply>> {
    let agent = HumanAgent::new(agent_id("ann"), Arc::clone(desk));
    tokio::spawn(async move { agent.respond(request, Output::none()).await })
}

async fn until_pending(desk: &HumanDesk, id: &str) {
    let id = RequestId::new(id);
    while desk.turn(&id).await.map_or(true, |turn| turn.state != TurnState::Pending) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_person_keeps_the_contract() {
    let store = store().await;
    let checks = AtomicU32::new(0);
    agent_suite(|mood| {
        // Every check asks under the same ids and this store remembers, so each gets a table of its own.
        let tenant = OrgId::new(format!("check{}", checks.fetch_add(1, Ordering::Relaxed))).unwrap();
        let table = Table::new(Arc::clone(&store), Space::Tenant(tenant));
        let plain = Arc::new(HumanDesk::new(table, Arc::new(SystemClock::new())));
        let answering = plain.clone();
        // A person who answers the moment the question is on the desk.
        let eager = (*plain).clone().on_event(move |event| {
            if let (HumanEvent::Requested(turn), Mood::Answers) = (event, mood) {
                let (desk, id) = (answering.clone(), turn.id.clone());
                tokio::spawn(async move { desk.submit(&id, HumanReply::text("Wet."), &ann()).await });
            }
        });
        Some(AgentUnderTest::new(HumanAgent::new(agent_id("ann"), Arc::new(eager))))
    })
    .await;
}

#[tokio::test]
async fn an_answer_reaches_the_call_that_waits_for_it() {
    let store = store().await;
    let events = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&events);
    let desk = Arc::new(desk(&store, ManualClock::default()).on_event(move |event| {
        noted.lock().unwrap().push(match event {
            HumanEvent::Requested(_) => "requested",
            HumanEvent::Answered(_) => "answered",
            _ => "other",
        });
    }));
    let mut question = request("d/1", "Shall we?");
    let mut hidden = message(Author::Moderator, "do not tell ann");
    hidden.visibility = Visibility::Except([agent_id("ann")].into());
    question.messages.insert(0, hidden);
    let call = asked(&desk, question);
    until_pending(&desk, "d/1").await;
    let listed = desk.pending(PendingQuery::default()).await.unwrap();
    assert_eq!(listed.turns.len(), 1);
    assert!(!format!("{listed:?}").contains("do not tell"), "a hidden message lies on the desk");
    desk.submit(&RequestId::new("d/1"), HumanReply::text("Yes."), &ann()).await.unwrap();
    let reply = call.await.unwrap().unwrap();
    assert_eq!((reply.text.as_str(), reply.provider.as_str()), ("Yes.", "human"));
    assert!(desk.pending(PendingQuery::default()).await.unwrap().turns.is_empty());
    assert_eq!(*events.lock().unwrap(), ["requested", "answered"]);
}

#[tokio::test]
async fn of_many_submissions_exactly_one_wins() {
    let store = store().await;
    let desk = Arc::new(desk(&store, ManualClock::default()));
    let call = asked(&desk, request("d/1", "Shall we?"));
    until_pending(&desk, "d/1").await;
    let id = RequestId::new("d/1");
    let submissions = (0..16).map(|i| {
        let (desk, id) = (&desk, &id);
        async move { desk.submit(id, HumanReply::text(format!("answer {i}")), &ann()).await.map(|()| i) }
    });
    let (won, lost): (Vec<_>, Vec<_>) =
        futures_util::future::join_all(submissions).await.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|outcome| outcome.as_ref().unwrap_err().kind() == ErrorKind::Conflict));
    assert_eq!(call.await.unwrap().unwrap().text, format!("answer {}", won[0].as_ref().unwrap()));
}

#[tokio::test]
async fn an_answer_of_the_wrong_shape_leaves_the_turn_pending() {
    let store = store().await;
    let desk = Arc::new(desk(&store, ManualClock::default()));
    let mut question = request("d/1", "Vote.");
    let label = |label: &str| Label { label: label.into(), option: label.parse().unwrap() };
    question.expect = Expect::Ballot(BallotShape {
        kind: BallotKind::Choice,
        labels: vec![label("A"), label("B")],
        may_abstain: false,
        confidence: false,
        reason: false,
    });
    let call = asked(&desk, question);
    until_pending(&desk, "d/1").await;
    let id = RequestId::new("d/1");
    for wrong in ["Choice: Q", "I refuse to vote.", ""] {
        let error = desk.submit(&id, HumanReply::text(wrong), &ann()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidReply, "{wrong:?}");
        assert_eq!(desk.turn(&id).await.unwrap().state, TurnState::Pending);
    }
    desk.submit(&id, HumanReply::structured(serde_json::json!({ "choice": "B" })), &ann()).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().text, r#"{"choice":"B"}"#);
}

#[tokio::test]
async fn a_declined_turn_says_so() {
    let store = store().await;
    let desk = Arc::new(desk(&store, ManualClock::default()));
    let call = asked(&desk, request("d/1", "Shall we?"));
    until_pending(&desk, "d/1").await;
    desk.decline(&RequestId::new("d/1"), "on holiday".into(), &ann()).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::HumanDeclined);
}

#[tokio::test]
async fn nobody_waits_longer_than_the_deadline_or_half_an_hour() {
    for (deadline, patience) in [(Some(Duration::from_mins(5)), 300), (None, 1_800)] {
        let (store, clock) = (store().await, ManualClock::default());
        let desk = Arc::new(desk(&store, clock.clone()));
        let mut question = request("d/1", "Shall we?");
        question.deadline = deadline.map(|wait| Deadline::after(&clock, wait));
        let call = asked(&desk, question);
        until_pending(&desk, "d/1").await;
        while !call.is_finished() {
            // One look per second at most: the clock moves from look to look.
            clock.advance_to_next();
            tokio::task::yield_now().await;
        }
        let error = call.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.context()["phase"].as_str()), (ErrorKind::Timeout, "total"));
        assert_eq!(clock.monotonic(), Duration::from_secs(patience));
        let id = RequestId::new("d/1");
        assert_eq!(desk.turn(&id).await.unwrap().state, TurnState::Expired);
        let late = desk.submit(&id, HumanReply::text("Yes."), &ann()).await.unwrap_err();
        assert_eq!(late.kind(), ErrorKind::Conflict);
    }
}

#[tokio::test]
async fn cancelling_cancels_the_turn_and_dropping_leaves_it() {
    let store = store().await;
    let desk = Arc::new(desk(&store, ManualClock::default()));
    let question = request("d/1", "Shall we?");
    let cancel = question.cancel.clone();
    let call = asked(&desk, question);
    until_pending(&desk, "d/1").await;
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(desk.turn(&RequestId::new("d/1")).await.unwrap().state, TurnState::Cancelled);

    let call = asked(&desk, request("d/2", "Shall we?"));
    until_pending(&desk, "d/2").await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(desk.turn(&RequestId::new("d/2")).await.unwrap().state, TurnState::Pending);
}

#[tokio::test]
async fn a_restarted_process_finds_the_turn_again_and_asks_once() {
    let store = store().await;
    let requested = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&requested);
    let desk = Arc::new(desk(&store, ManualClock::default()).on_event(move |event| {
        *counted.lock().unwrap() += u32::from(matches!(event, HumanEvent::Requested(_)));
    }));
    let id = RequestId::new("d/1");
    for _ in 0..3 {
        let call = asked(&desk, request("d/1", "Shall we?"));
        until_pending(&desk, "d/1").await;
        call.abort();
        let _ = call.await;
    }
    desk.submit(&id, HumanReply::text("Yes."), &ann()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(asked(&desk, request("d/1", "Shall we?")).await.unwrap().unwrap().text, "Yes.");
    }
    assert_eq!(*requested.lock().unwrap(), 1);
    let other = asked(&desk, request("d/1", "Something else?")).await.unwrap().unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Conflict, "an answer to one question is none to another");
}

/// A store whose watches never say anything, as if every answer came from another process.
#[derive(Debug)]
struct Deaf(Arc<dyn Storage>);

#[async_trait::async_trait]
impl Storage for Deaf {
    fn capability(&self) -> Capability {
        self.0.capability()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        self.0.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.0.scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        self.0.apply(batch).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.0.claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.0.renew(lease, ttl).await
    }

    async fn watch(&self, _range: KeyRange) -> Result<Watch> {
        // The signalling end is dropped at once: the watch closes after its first signal.
        Ok(Watch::new(None).1)
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        self.0.control(control).await
    }
}

#[tokio::test]
async fn an_answer_given_without_a_signal_is_found_at_the_next_look() {
    let deaf: Arc<dyn Storage> = Arc::new(Deaf(store().await));
    let clock = ManualClock::default();
    let desk = Arc::new(desk(&deaf, clock.clone()));
    let call = asked(&desk, request("d/1", "Shall we?"));
    until_pending(&desk, "d/1").await;
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    desk.submit(&RequestId::new("d/1"), HumanReply::text("Yes."), &ann()).await.unwrap();
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished(), "nothing has told it yet");
    clock.advance(Duration::from_secs(1));
    assert_eq!(call.await.unwrap().unwrap().text, "Yes.");
}
