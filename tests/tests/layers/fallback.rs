use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::layers::{Decisions, Fallback, Layer};
use aragora_core::agents::{Agent, Author, Delta, Notice, Output, Served, TokenSink};
use aragora_core::clock::{Deadline, ManualClock};
use aragora_core::{Error, ErrorKind};
use aragora_tests::agents::{Heard, agent_id, message, request};
use aragora_tests::stub::{Say, Stub};

use super::{fail, parts, reply};

/// Hears notices.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<Notice>>);

impl TokenSink for Told {
    fn push(&self, _seq: u64, _delta: Delta) {}

    fn notice(&self, notice: &Notice) {
        self.0.lock().unwrap().push(notice.clone());
    }
}

fn chain(clock: &ManualClock, stubs: &[&Stub]) -> Arc<dyn Agent> {
    let others = stubs[1..].iter().map(|stub| stub.shared()).collect();
    Fallback::new(parts(clock).parts, others).wrap(stubs[0].shared())
}

#[tokio::test]
async fn the_next_target_answers_in_the_name_of_the_first() {
    let clock = ManualClock::default();
    let first = Stub::new("me", "p/m1", &clock, [Say::Breaks("Half an ans")]);
    let second = Stub::new("other", "q/m2", &clock, [Say::Pieces(vec!["A whole", " answer"])]);
    let agent = chain(&clock, &[&first, &second]);
    assert_eq!(agent.profile().id, agent_id("me"));
    let targets: Vec<String> = agent.profile().targets.iter().map(ToString::to_string).collect();
    assert_eq!(targets, ["p/m1", "q/m2"]);

    let mut asked = request("r", "Go on.");
    asked.messages.insert(0, message(Author::Agent(agent_id("me")), "my words"));
    asked.messages.insert(1, message(Author::Agent(agent_id("other")), "somebody else's"));
    let heard = Heard::new();
    let told = Arc::new(Told::default());
    let output = Output::resettable(heard.clone()).observed(told.clone());
    let got = agent.respond(asked, output.clone()).await.unwrap();
    assert_eq!(got.text, "A whole answer");
    assert_eq!(heard.text(), got.text, "half an answer is taken back");
    assert_eq!(got.served, Served::Fallback { from: "p/m1".into() });
    assert_eq!((got.provider.as_str(), got.model.as_str()), ("q", "m2"), "whoever answered is named");
    assert_eq!(output.attempts().len(), 2, "both were sent");
    let authors: Vec<Author> = second.asked()[0].messages.iter().map(|m| m.author.clone()).collect();
    assert_eq!(authors[0], Author::Agent(agent_id("other")), "the first one's words are its own now");
    assert_eq!(authors[1], Author::Agent(agent_id("me")), "a namesake is not");
    let [Notice::Fallback { from, to, code }] = &told.0.lock().unwrap()[..] else { panic!("one notice") };
    assert_eq!((from.as_str(), to.as_str(), *code), ("p/m1", "q/m2", "interrupted"));
}

#[tokio::test]
async fn if_all_fail_the_first_ones_error_names_the_others_and_the_shortest_wait() {
    let clock = ManualClock::default();
    let waits = |kind, seconds| Say::Fail(Error::new(kind, "busy").retry_after_of(Duration::from_secs(seconds)));
    let first = Stub::new("me", "p/m1", &clock, [waits(ErrorKind::RateLimited, 90)]);
    let second = Stub::new("me", "q/m2", &clock, [waits(ErrorKind::Overloaded, 7)]);
    let third = Stub::new("me", "r/m3", &clock, [fail(ErrorKind::QuotaExhausted)]);
    let error = chain(&clock, &[&first, &second, &third]).respond(request("r", "?"), Output::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let others: serde_json::Value = serde_json::from_str(&error.context()["fallbacks"]).unwrap();
    assert_eq!(others[0]["target"], "q/m2");
    assert_eq!(others[0]["code"], "overloaded");
    assert_eq!(others[1]["code"], "quota_exhausted");
}

#[tokio::test]
async fn what_another_target_cannot_mend_is_not_passed_on() {
    for kind in [
        ErrorKind::InvalidRequest,
        ErrorKind::ContextTooLong,
        ErrorKind::ModelNotFound,
        ErrorKind::Unauthenticated,
        ErrorKind::Blocked,
        ErrorKind::BudgetExceeded,
        ErrorKind::DeadlineExceeded,
        ErrorKind::InvalidReply,
    ] {
        let clock = ManualClock::default();
        let first = Stub::new("me", "p/m1", &clock, [fail(kind)]);
        let second = Stub::new("me", "q/m2", &clock, [reply("never")]);
        let error = chain(&clock, &[&first, &second]).respond(request("r", "?"), Output::none()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(second.asked().is_empty(), "{kind:?}");
    }
}

#[tokio::test]
async fn the_host_may_move_a_kind() {
    let clock = ManualClock::default();
    let first = Stub::new("me", "p/m1", &clock, [fail(ErrorKind::Unauthenticated)]);
    let second = Stub::new("me", "q/m2", &clock, [reply("fine")]);
    let fallback = Fallback::new(parts(&clock).parts, vec![second.shared()])
        .with_decisions(Arc::new(Decisions::default().fallback_on_auth()));
    let got = fallback.wrap(first.shared()).respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!((got.text.as_str(), got.warnings[0].code.as_str()), ("fine", "fallback_on_auth"));
    assert!(got.warnings[0].detail.contains("p/m1") && got.warnings.len() == 1, "{:?}", got.warnings);
}

#[tokio::test]
async fn what_was_shown_for_good_is_returned_with_the_failure() {
    let clock = ManualClock::default();
    let first = Stub::new("me", "p/m1", &clock, [Say::Breaks("Half")]);
    let second = Stub::new("me", "q/m2", &clock, [reply("never")]);
    let heard = Heard::new();
    let agent = chain(&clock, &[&first, &second]);
    let error = agent.respond(request("r", "?"), Output::live(heard.clone())).await.unwrap_err();
    assert_eq!((error.kind(), heard.text().as_str()), (ErrorKind::Interrupted, "Half"));
    assert!(second.asked().is_empty());
}

#[tokio::test]
async fn nobody_is_asked_once_time_is_up() {
    let clock = ManualClock::default();
    let first = Stub::new("me", "p/m1", &clock, [Say::Hangs("")]);
    let second = Stub::new("me", "q/m2", &clock, [reply("never")]);
    let decisions = Decisions::default().with(
        ErrorKind::DeadlineExceeded,
        aragora_core::agents::layers::Decision::new(aragora_core::agents::layers::Again::No, true, false),
    );
    let agent = Fallback::new(parts(&clock).parts, vec![second.shared()])
        .with_decisions(Arc::new(decisions))
        .wrap(first.shared());
    let mut asked = request("r", "?");
    asked.deadline = Some(Deadline::after(&clock, Duration::from_secs(1)));
    let call = agent.respond(asked, Output::none());
    let (outcome, ()) = tokio::join!(call, async {
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(1));
    });
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    assert!(second.asked().is_empty());
}
