//! Ops without an instance, by the core's pure functions.

use std::time::Duration;

use aragora_core::consensus::{self, Candidate, Electorate, RuleSet, Voter};
use aragora_core::debate::{
    AnswerFormat, CastVote, StopReason, Weight, normalise, parse_ballot, parse_critiques, parse_signals,
};
use aragora_core::ids::OptionId;
use aragora_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::documents::{maybe, member, rule};

/// `parse.`
pub(super) fn parse(op: &str, args: &Value) -> Result<Value> {
    let (text, structured) = (args["text"].as_str().unwrap_or_default(), args.get("structured"));
    let stop = || Ok::<StopReason, Error>(maybe(args, "stop")?.unwrap_or_default());
    Ok(match op {
        "parse.ballot" => json!(parse_ballot(text, structured, &stop()?, &member(args, "shape")?)),
        "parse.critiques" => {
            let targets: Vec<String> = maybe(args, "targets")?.unwrap_or_default();
            let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
            json!(parse_critiques(text, structured, &targets))
        }
        "parse.signals" => json!(parse_signals(text, structured, &stop()?)),
        "parse.answer" => {
            let format: AnswerFormat = maybe(args, "format")?.unwrap_or_default();
            json!(format.compile()?.extract(text, structured))
        }
        "parse.normalise" => json!(normalise(text)),
        _ => {
            let (a, b): (String, String) = (member(args, "a")?, member(args, "b")?);
            let format = AnswerFormat { equal: member(args, "equal")?, ..AnswerFormat::default() };
            json!(format.compile()?.same(&a, &b, &()))
        }
    })
}

/// `errors.raise`: the error to raise.
pub(super) fn raise(args: &Value) -> Result<Error> {
    let code: String = member(args, "code")?;
    let unknown = || Error::new(ErrorKind::InvalidRequest, format!("no code {code:?}"));
    let mut error = Error::new(
        ErrorKind::from_code(&code).ok_or_else(unknown)?,
        maybe::<String>(args, "reason")?.unwrap_or_else(|| "raised on purpose".to_owned()),
    );
    if let Some(ms) = maybe(args, "retry_after_ms")? {
        error = error.retry_after_of(Duration::from_millis(ms));
    }
    for (name, value) in maybe::<Map<String, Value>>(args, "context")?.unwrap_or_default() {
        error = error.with(&name, value.as_str().unwrap_or_default());
    }
    Ok(error)
}

/// `consensus.tally`
pub(super) fn tally(args: &Value) -> Result<Value> {
    let seats = args["seats"].as_array().into_iter().flatten().map(|seat| {
        let weight = maybe::<f64>(seat, "weight")?.unwrap_or(1.0);
        let weight = Weight::from_f64(weight)
            .ok_or_else(|| Error::new(ErrorKind::InvalidRequest, format!("weight {weight}")))?;
        let mut voter = Voter::new(member(seat, "id")?, weight);
        voter.reputation = maybe(seat, "reputation")?;
        Ok(voter)
    });
    let options = args["options"].as_array().into_iter().flatten().map(|option| {
        let mut candidate = Candidate::new(member::<OptionId>(option, "id")?);
        candidate.authors = maybe(option, "authors")?.unwrap_or_default();
        Ok(candidate)
    });
    let electorate = Electorate {
        seats: seats.collect::<Result<_>>()?,
        options: options.collect::<Result<_>>()?,
        seed: maybe(args, "seed")?.unwrap_or_default(),
        active: maybe(args, "active")?,
    };
    let votes: Vec<CastVote> = member(args, "votes")?;
    let rule = rule(&args["rule"])?;
    electorate.violations().into_invalid_request()?;
    consensus::violations(&rule, electorate.seats.len(), &RuleSet::default()).into_invalid_request()?;
    Ok(json!(consensus::tally(&rule, &electorate, &votes, &RuleSet::default())?))
}
