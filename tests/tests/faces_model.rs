//! The neutral model against the core: its source, and what debates really write.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::Aragora;
use aragora_core::agents::{AgentRequest, Phase, ScriptEnd, ScriptStep, ScriptedAgent};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{Event, Question, RuleKind};
use aragora_core::engine::{Check, DebateQuery, Engine, EventStream};
use aragora_core::foreign::EventDocument;
use aragora_core::ids::OptionId;
use aragora_core::protocols::{Critique, DebateProtocol, Dynamic, Sequential, Simultaneous, VoteOnlyProtocol};
use aragora_core::telemetry::Parts;
use aragora_tests::agents::agent_id;
use aragora_tests::faces::{self, model::Kind, model::Model};
use aragora_tests::rehearsal::{fails, says};
use aragora_tests::stage::Stage;
use serde_json::{Value, json};

// The environment is split over the first event, the label is a word inside an analysis, a comparator is a case of its
// union, and the log's events are a part of all events.
const INSIDE: &[&str] = &["ConvergenceLabel", "CustomComparator", "Environment", "LoggedEvent"];

fn model() -> Model {
    faces::build().unwrap()
}

fn rust_files(folder: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// The public types of a file that derive a schema, by the name they have in documents.
fn documents(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending: Option<Option<String>> = None;
    for line in source.lines().map(str::trim) {
        if line.contains("derive(schemars::JsonSchema)") {
            let renamed = line.split_once("rename = \"").and_then(|(_, rest)| rest.split_once('"'));
            pending = Some(renamed.map(|(name, _)| name.to_owned()));
        } else if let Some(declared) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))
            && let Some(renamed) = pending.take()
        {
            let name: String = declared.chars().take_while(char::is_ascii_alphanumeric).collect();
            found.extend(Some(renamed.unwrap_or(name)).filter(|name| !name.is_empty()));
        }
    }
    found
}

#[test]
fn every_type_with_a_schema_is_in_the_model() {
    let mut sources = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../aragora-core/src"), &mut sources);
    let declared: BTreeSet<String> = sources.iter().flat_map(|source| documents(source)).collect();
    assert!(declared.len() > 80, "only {} types were found in the source", declared.len());
    let model = model();
    let missing: Vec<&String> =
        declared.iter().filter(|name| model.get(name).is_none() && !INSIDE.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} have a schema and are in no document of the model");
}

#[test]
fn every_type_member_and_error_is_documented() {
    let model = model();
    for ty in &model.types {
        assert!(!ty.doc.is_empty(), "{} has no documentation", ty.name);
        let (fields, cases) = match &ty.kind {
            Kind::Record { fields } => (fields.clone(), Vec::new()),
            Kind::Union { cases, .. } => {
                (cases.iter().flat_map(|case| case.fields.clone().unwrap_or_default()).collect(), cases.clone())
            }
            Kind::Words { cases, .. } => {
                assert!(cases.iter().all(|word| !word.doc.is_empty()), "a word of {} has no documentation", ty.name);
                continue;
            }
            Kind::Alias { .. } => continue,
        };
        assert!(fields.iter().all(|field| !field.doc.is_empty()), "a member of {} has no documentation", ty.name);
        assert!(cases.iter().all(|case| !case.doc.is_empty()), "a case of {} has no documentation", ty.name);
    }
    assert!(model.errors.len() > 60 && model.errors.iter().all(|error| error.doc.ends_with('.')));
}

fn answer(id: &'static str, request: &AgentRequest) -> ScriptStep {
    let view = if request.round == 1 || id > "c" { id } else { "b" };
    match request.phase {
        Phase::Critique => says(
            json!({"critiques": [{"target": "Agent-2", "issues": ["unproven"], "suggestions": [], "severity": 4, "reasoning": "no source"}]})
                .to_string(),
        ),
        Phase::Revise if id == "c" => fails(),
        Phase::Vote if id == "c" => says("I refuse to vote."),
        Phase::Vote => says("CHOICE: A\nCONFIDENCE: .9\nREASON: it is sourced"),
        Phase::Rank => says("The best are [1,2]."),
        Phase::Synthesize => says("All in all: b."),
        _ => ScriptStep::stream([format!("Because of {}.\nCONFIDENCE: 0.7\n", request.round), format!("FINAL ANSWER: {view}")]),
    }
}

async fn collect(mut stream: EventStream) -> Vec<Value> {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(serde_json::to_value(EventDocument::from(&event.unwrap())).unwrap());
    }
    events
}

/// Plays a debate and holds everything a host sees of it against the model.
async fn hold(model: &Model, protocol: Arc<dyn DebateProtocol>, question: Question) -> BTreeSet<String> {
    let engine = Engine::builder().parts(Parts::system().with_clock(ManualClock::default())).build().unwrap();
    let aragora = Aragora::with_engine(engine);
    let mut builder = aragora.debate(question).protocol_arc(protocol).rounds(2).seed(7).tag("faces");
    for id in ["a", "b", "c", "d"] {
        let agent = ScriptedAgent::new(agent_id(id)).by(move |request| answer(id, request)).at_end(ScriptEnd::Repeat);
        builder = builder.seat(agent);
    }
    let handle = builder.start().await.unwrap();
    let mut seen = BTreeSet::new();
    for event in collect(handle.events(0)).await {
        seen.insert(event["type"].as_str().unwrap().to_owned());
        model.fits("Event", &event).unwrap();
    }
    let decision = handle.result().await.unwrap();
    model.fits("Decision", &serde_json::to_value(&decision).unwrap()).unwrap();
    model.fits("Decision", &serde_json::to_value(handle.partial().unwrap()).unwrap()).unwrap();
    let tenant = "default".try_into().unwrap();
    let log = aragora.debates().log(&tenant, handle.id()).await.unwrap();
    let report = aragora.debates().replay(&log, Check::Strict).unwrap();
    model.fits("ReplayReport", &serde_json::to_value(&report).unwrap()).unwrap();
    for record in &log {
        let mut document = serde_json::to_value(record).unwrap();
        document.as_object_mut().unwrap().retain(|key, _| !["v", "seq", "at", "round"].contains(&key.as_str()));
        model.fits("EventData", &document).unwrap();
    }
    let page = aragora.debates().list(&tenant, &DebateQuery::default()).await.unwrap();
    model.fits("DebatePage", &serde_json::to_value(&page).unwrap()).unwrap();
    let transcript = aragora.debates().transcript(&tenant, handle.id()).await.unwrap();
    let fits = |name: &str, parts: Value| {
        for part in parts.as_array().unwrap() {
            model.fits(name, part).unwrap();
        }
    };
    fits("TranscriptMessage", json!(transcript.messages()));
    fits("SeatView", json!(transcript.seats().collect::<Vec<_>>()));
    fits("RoundView", json!(transcript.rounds()));
    fits("StepView", json!(transcript.steps()));
    fits("TurnView", json!(transcript.turns().collect::<Vec<_>>()));
    fits("VoteView", json!(transcript.votes()));
    fits("Position", json!(transcript.positions()));
    fits("OptionView", json!(transcript.option_views()));
    model.fits("Spent", &json!(transcript.spent())).unwrap();
    seen
}

#[tokio::test]
async fn whatever_debates_write_is_of_the_model() {
    let model = model();
    let options = || {
        let option =
            |question: Question, id: &str| question.with_option(OptionId::new(id).unwrap(), format!("It is {id}"));
        ["a", "b"].into_iter().fold(Question::new("a or b?"), option)
    };
    let played: [(Arc<dyn DebateProtocol>, Question); 8] = [
        (Arc::new(Critique::default()), Question::new("Which?")),
        (Arc::new(Critique { pairwise: true, synthesis: Some(agent_id("a")) }), Question::new("Which?")),
        (Arc::new(Critique::default()), options()),
        (Arc::new(Simultaneous::default()), Question::new("Which?").with_context("It matters.")),
        (Arc::new(Sequential { full: true, rotate: true }), Question::new("Which?")),
        (Arc::new(VoteOnlyProtocol { samples: 2, ballots: true }), Question::new("Which?")),
        (Arc::new(Dynamic { prune_round: 2, ratings: true, ..Dynamic::default() }), Question::new("Which?")),
        (Arc::new(Dynamic { sequential_visibility: true, ..Dynamic::default() }), Question::new("Which?")),
    ];
    let mut seen = BTreeSet::new();
    for (protocol, question) in played {
        seen.extend(hold(&model, protocol, question).await);
    }
    for kind in ["debate_start", "vote", "critique", "turn_failed", "consensus_check", "debate_end"] {
        assert!(seen.contains(kind), "no debate had the event {kind}, only {seen:?}");
    }
}

#[tokio::test]
async fn live_events_are_of_the_model() {
    let model = model();
    let stage = Stage::new();
    let builder = ["a", "b"].iter().fold(stage.debate("Ship it?"), |debate, name| {
        let wait = ScriptStep::Delay(Duration::from_millis(10));
        debate.seat(stage.seat(name).step(wait).step(ScriptStep::stream(["FINAL ", "ANSWER: ", "yes"])))
    });
    let handle = builder.protocol(Simultaneous::default()).start().await.unwrap();
    let events = tokio::spawn(collect(handle.events(0)));
    stage.finish(&handle).await;
    let seen = stage.until(events).await.unwrap();
    let kinds: BTreeSet<&str> = seen.iter().filter_map(|event| event["type"].as_str()).collect();
    for kind in ["token_start", "token_delta", "token_end", "debate_end"] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
    for event in seen {
        model.fits("Event", &event).unwrap();
    }
}

#[test]
fn a_wrong_document_is_found() {
    let model = model();
    let start = json!({"type": "turn_start", "turn": "r1.answer.a", "seat": "a", "request_id": "x/r1.answer.a"});
    model.fits("EventData", &start).unwrap();
    let with = |key: &str, value: Value| {
        let mut wrong = start.clone();
        wrong[key] = value;
        model.fits("EventData", &wrong).unwrap_err()
    };
    assert_eq!(with("surprise", json!(1)), "EventData/surprise: the model has no such member");
    assert!(with("seat", json!(1)).starts_with("EventData/seat"));
    assert!(with("type", json!("nobody_knows")).contains("none of its cases"));
    let mut wrong = start.clone();
    wrong.as_object_mut().unwrap().remove("seat");
    assert!(model.fits("EventData", &wrong).unwrap_err().ends_with("is required and not there"));
}

/// `document` without what only `written` has: members the core fills in.
fn covers(written: &Value, document: &Value) -> bool {
    match (written, document) {
        (Value::Object(written), Value::Object(document)) => document
            .iter()
            .all(|(key, value)| written.get(key).map_or(value.is_null(), |written| covers(written, value))),
        (Value::Array(written), Value::Array(document)) => {
            written.len() == document.len() && written.iter().zip(document).all(|(a, b)| covers(a, b))
        }
        _ => written == document,
    }
}

#[test]
fn the_core_reads_every_sample_a_host_may_build() {
    let model = model();
    let files = faces::render(&model, "{}").unwrap();
    let file = files.iter().find(|file| file.path.ends_with("values.json")).unwrap();
    let samples: Value = serde_json::from_str(&file.text).unwrap();
    let mut built = 0;
    for (name, documents) in samples["types"].as_object().unwrap() {
        for document in documents.as_array().unwrap() {
            model.fits(name, document).unwrap();
            if let Some(written) = faces::through_the_core(name, document) {
                let written = written.unwrap_or_else(|error| panic!("{name}: the core refuses {document}: {error}"));
                assert!(covers(&written, document), "{name}: {document} was written as {written}");
                model.fits(name, &written).unwrap();
                built += 1;
            }
        }
    }
    assert!(built > 150, "only {built} samples went through the core");
}

#[test]
fn every_recorded_event_is_a_case() {
    let Kind::Union { cases, .. } = &model().get("EventData").unwrap().kind.clone() else { panic!("no union") };
    let names: Vec<&str> = cases.iter().map(|case| case.json.as_str()).collect();
    assert_eq!(names[..Event::TYPES.len()], *Event::TYPES);
}

#[test]
fn inputs_need_what_has_no_default_only() {
    let model = model();
    let defaults = [
        ("Limits", json!({})),
        ("DebateOptions", json!({})),
        ("Question", json!({"text": "Which?"})),
        ("RuleConfig", json!({"rule": {"name": "supermajority"}})),
        ("Join", json!({"quorum": {"min": 2}})),
    ];
    for (name, document) in defaults {
        model.fits(name, &document).unwrap();
    }
    let written = serde_json::to_value(RuleKind::default()).unwrap();
    model.fits("RuleKind", &written).unwrap();
    assert!(model.fits("Question", &json!({})).is_err());
}
