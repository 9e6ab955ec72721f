//! Pure functions: no instance, no I/O.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::cipher::{generate_key, record_key};
use super::contain::contain;
use super::json::{read, write};
use super::settings::ConfigDocument;
use crate::config::Config;
use crate::consensus::{self, Candidate, Electorate, RuleSet, Voter};
use crate::debate::{
    AnswerFormat, BallotShape, CastVote, Equivalence, Reputation, RuleConfig, Seed, StopReason, Weight, normalise,
    parse_ballot, parse_critiques, parse_signals,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, OptionId};
use crate::protocols::Registry;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TallyArgs {
    rule: RuleConfig,
    seats: Vec<VoterDocument>,
    options: Vec<CandidateDocument>,
    votes: Vec<CastVote>,
    #[serde(default)]
    seed: Seed,
    #[serde(default)]
    active: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VoterDocument {
    id: AgentId,
    #[serde(default)]
    weight: Option<f64>,
    #[serde(default)]
    family: String,
    #[serde(default)]
    reputation: Option<Reputation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CandidateDocument {
    id: OptionId,
    #[serde(default)]
    authors: Vec<AgentId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyText {
    text: String,
    #[serde(default)]
    structured: Option<Value>,
    #[serde(default)]
    stop: StopReason,
    #[serde(default)]
    shape: Option<BallotShape>,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    format: Option<AnswerFormat>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compare {
    equal: Equivalence,
    a: String,
    b: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failing {
    code: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    retry_after_ms: Option<u64>,
    #[serde(default)]
    context: BTreeMap<String, String>,
}

/// One pure operation on a JSON document.
pub fn compute(op: &str, args: &str) -> Result<String> {
    contain(|| run(op, args))
}

fn run(op: &str, args: &str) -> Result<String> {
    match op {
        "version" => write(env!("CARGO_PKG_VERSION")),
        "errors.list" => {
            let row = |kind: &ErrorKind| json!({"code": kind.code(), "retryable": kind.retryable_by_default()});
            write(&ErrorKind::ALL.iter().map(row).collect::<Vec<_>>())
        }
        "protocols.list" => {
            let registry = Registry::default();
            let row = |name: &&str| {
                let info = registry.named(name, &Value::Null)?.describe();
                Ok(json!({
                    "name": info.name, "version": info.version, "params": info.params,
                    "min_seats": info.min_seats, "max_seats": info.max_seats,
                }))
            };
            write(&Registry::BUILT_IN.iter().map(row).collect::<Result<Vec<_>>>()?)
        }
        "config.load" => {
            let document: ConfigDocument = read(op, args)?;
            let config = Config::load(&document.env)?;
            let providers: Vec<&str> = config.providers.keys.keys().map(String::as_str).collect();
            write(&json!({"events": {"buffer_size": config.events.buffer_size}, "providers": providers}))
        }
        "encryption.generate_key" => write(&generate_key()?),
        "encryption.record_key" => write(&record_key(&read::<Vec<String>>(op, args)?)?),
        "consensus.tally" => write(&tally(read(op, args)?)?),
        "parse.answer" => {
            let a: ReplyText = read(op, args)?;
            let format = a.format.unwrap_or_default().compile()?;
            write(&format.extract(&a.text, a.structured.as_ref()))
        }
        "parse.ballot" => {
            let a: ReplyText = read(op, args)?;
            let shape =
                a.shape.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, "a ballot is read with a shape"))?;
            write(&parse_ballot(&a.text, a.structured.as_ref(), &a.stop, &shape))
        }
        "parse.critiques" => {
            let a: ReplyText = read(op, args)?;
            let targets: Vec<&str> = a.targets.iter().map(String::as_str).collect();
            write(&parse_critiques(&a.text, a.structured.as_ref(), &targets))
        }
        "parse.signals" => {
            let a: ReplyText = read(op, args)?;
            write(&parse_signals(&a.text, a.structured.as_ref(), &a.stop))
        }
        "parse.normalise" => write(&normalise(&read::<ReplyText>(op, args)?.text)),
        "parse.same" => {
            let a: Compare = read(op, args)?;
            let format = AnswerFormat { equal: a.equal, ..AnswerFormat::default() }.compile()?;
            write(&format.same(&a.a, &a.b, &()))
        }
        "testing.fail" => {
            let a: Failing = read(op, args)?;
            let unknown = || Error::new(ErrorKind::InvalidRequest, format!("no error has the code {:?}", a.code));
            let kind = ErrorKind::from_code(&a.code).ok_or_else(unknown)?;
            let mut error = Error::new(kind, a.reason.unwrap_or_else(|| "a test asked for it".to_owned()));
            if let Some(wait) = a.retry_after_ms {
                error = error.retry_after_of(Duration::from_millis(wait));
            }
            Err(a.context.iter().fold(error, |error, (name, value)| error.with(name, value)))
        }
        // A real one, so that every binding can show that none crosses.
        "testing.panic" => {
            let none: Vec<u8> = Vec::new();
            write(&none[args.len()])
        }
        other => Err(Error::internal(format!("a binding computed {other:?}"))),
    }
}

fn tally(args: TallyArgs) -> Result<crate::debate::Tally> {
    let seats = args.seats.into_iter().map(|voter| {
        let weight = voter.weight.unwrap_or(1.0);
        let weight = Weight::from_f64(weight).ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, format!("weight {weight}, expected above 0 and at most 100"))
        })?;
        Ok(Voter { family: voter.family, reputation: voter.reputation, ..Voter::new(voter.id, weight) })
    });
    let electorate = Electorate {
        seats: seats.collect::<Result<_>>()?,
        options: args
            .options
            .into_iter()
            .map(|option| Candidate { option: option.id, authors: option.authors })
            .collect(),
        seed: args.seed,
        active: args.active,
    };
    let rules = RuleSet::default();
    electorate.violations().into_invalid_request()?;
    consensus::violations(&args.rule, electorate.seats.len(), &rules).into_invalid_request()?;
    consensus::tally(&args.rule, &electorate, &args.votes, &rules)
}
