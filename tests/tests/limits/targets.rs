//! The targets of an instance.

use std::sync::Arc;

use aragora_core::ErrorKind;
use aragora_core::agents::layers::{Breaker, Call, Concurrency, Layer as _, Policy as _};
use aragora_core::agents::{FnAgent, Roster, Target, TargetId, TargetKey, Targets};
use aragora_core::clock::ManualClock;
use aragora_core::http::Headers;
use aragora_core::telemetry::Parts;
use aragora_tests::agents::agent_id;
use aragora_tests::virtual_time::{Stepped, parts, run};

use super::error;

fn key(model: impl ToString) -> TargetKey {
    TargetKey {
        provider: "openai".into(),
        origin: "https://api.openai.com".into(),
        model: model.to_string(),
        credential: [0; 32],
    }
}

fn open(clock: &ManualClock, target: &Arc<Target>) {
    for _ in 0..target.settings().breaker.failures {
        let fails = |_| std::future::ready(Err::<(), _>(error(ErrorKind::Overloaded)));
        run(clock, Breaker::new(target).run(Call::new(), fails)).unwrap_err();
    }
}

#[test]
fn endpoint_model_and_credential_make_a_target() {
    let targets = Targets::new(parts(&ManualClock::default()));
    let one = targets.get(&key("m"));
    assert!(Arc::ptr_eq(&one, &targets.get(&key("m"))));
    let others = [
        key("n"),
        TargetKey { provider: "azure".into(), ..key("m") },
        TargetKey { origin: "https://eu.api.openai.com".into(), ..key("m") },
        TargetKey { credential: [1; 32], ..key("m") },
    ];
    for other in others {
        assert!(!Arc::ptr_eq(&one, &targets.get(&other)), "{other:?}");
    }
    assert_eq!((one.id().as_str(), one.provider()), ("openai/m", "openai"));
    let openrouter = targets.get(&TargetKey { provider: "openrouter".into(), ..key("m") });
    assert_eq!((one.settings().breaker.failures, openrouter.settings().breaker.failures), (3, 5));
    assert_eq!((one.settings().service_target.as_secs(), openrouter.settings().service_target.as_secs()), (30, 45));
}

#[test]
fn a_credential_is_hashed_under_a_key_of_the_instance() {
    let (one, other) = (Targets::new(Parts::system()), Targets::new(Parts::system()));
    let hash = one.credential(b"sk-canary-key").unwrap();
    assert_eq!(hash, one.credential(b"sk-canary-key").unwrap());
    assert_ne!(hash, one.credential(b"sk-canarz").unwrap());
    assert_ne!(hash, other.credential(b"sk-canary-key").unwrap());
    let target = one.get(&TargetKey { credential: hash, ..key("m") });
    assert!(!format!("{target:?} {one:?}").contains("canary"));
}

#[test]
fn beyond_1024_the_idle_closed_one_that_was_longest_not_asked_for_goes() {
    let clock = ManualClock::default();
    let targets = Targets::new(parts(&clock));
    let held = targets.get(&key(0));
    open(&clock, &targets.get(&key(1)));
    let busy = targets.get(&key(2));
    let gate = Concurrency::new(&busy);
    let mut in_flight = Stepped::new(gate.run(Call::new(), |_| std::future::pending::<aragora_core::Result<()>>()));
    assert!(in_flight.go().is_none());
    for model in 3..1_024 {
        targets.get(&key(model));
    }
    targets.get(&key(3));
    assert_eq!(targets.health().len(), 1_024);
    targets.get(&key("one more"));
    let names: Vec<String> = targets.health().into_iter().map(|health| health.target).collect();
    assert_eq!(names.len(), 1_024);
    let has = |model: &str| names.contains(&format!("openai/{model}"));
    assert!(has("0") && has("1") && has("2") && has("3") && !has("4"), "held, open, busy and asked for just now stay");
    assert!(Arc::ptr_eq(&held, &targets.get(&key(0))));
}

#[test]
fn snapshots_are_documents_for_the_hosts_own_endpoints() {
    let clock = ManualClock::default();
    let targets = Targets::new(parts(&clock));
    let target = targets.get(&key("m"));
    open(&clock, &target);
    let mut headers = Headers::new();
    headers.set("x-ratelimit-limit-requests", "60");
    headers.set("x-ratelimit-remaining-requests", "59");
    headers.set("x-ratelimit-reset-requests", "1s");
    target.observe("openai", &headers);
    let document = |value: serde_json::Value| value[0].clone();
    let health = document(serde_json::to_value(targets.health()).unwrap());
    assert_eq!((&health["state"], &health["available"]), (&"open".into(), &false.into()));
    assert_eq!(health["origin"], "https://api.openai.com");
    let breaker = document(serde_json::to_value(targets.breakers()).unwrap());
    assert_eq!((&breaker["opened_by"], &breaker["retry_after_ms"]), (&"overloaded".into(), &60_000.into()));
    let limits = document(serde_json::to_value(targets.rate_limits()).unwrap());
    let stated = serde_json::json!([{ "name": "requests", "limit": 60, "remaining": 59, "reset_ms": 1_000 }]);
    assert_eq!((&limits["stated"], &limits["paused_ms"]), (&stated, &0.into()));
}

#[test]
fn a_target_is_available_unless_it_is_known_to_be_open() {
    let clock = ManualClock::default();
    let targets = Targets::new(parts(&clock));
    let id = TargetId::new("openai/m");
    assert!(targets.is_available(&id), "nobody has asked it yet");
    open(&clock, &targets.get(&key("m")));
    assert!(!targets.is_available(&id));
    targets.get(&TargetKey { credential: [1; 32], ..key("m") });
    assert!(targets.is_available(&id), "with another credential it is not open");
}

#[test]
fn a_seat_can_be_asked_unless_every_target_of_it_is_open() {
    let clock = ManualClock::default();
    let targets = Targets::new(parts(&clock));
    let (one, two) = (targets.get(&key("one")), targets.get(&key("two")));
    let agent = |name: &str, behind: &[&Arc<Target>]| {
        let agent = FnAgent::new(agent_id(name), |_, _| async { Ok("Yes.") });
        let mut profile =
            aragora_core::agents::AgentProfile::new(agent_id(name), aragora_core::debate::AgentKind::Model);
        profile.targets = behind.iter().map(|target| target.id().clone()).collect();
        let agent: Arc<dyn aragora_core::agents::Agent> = Arc::new(agent.with_profile(profile));
        match behind.first() {
            Some(primary) => Breaker::new(primary).wrap(agent),
            None => agent,
        }
    };
    let roster = Roster::builder()
        .seat(agent("plain", &[]))
        .seat(agent("alone", &[&one]))
        .seat(agent("backed", &[&one, &two]))
        .build()
        .unwrap();
    assert_eq!(roster.available(&targets), 3);
    open(&clock, &one);
    assert_eq!(roster.available(&targets), 2);
    open(&clock, &two);
    assert_eq!(roster.available(&targets), 1);
    clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(roster.available(&targets), 3, "a probe would be let through");
}
