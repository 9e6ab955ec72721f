//! Ballots as replies: the JSON a voter would write, with the labels it was shown.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::reply::AgentReply;
use crate::debate::{Ballot, BallotKind, BallotShape, Fixed6};
use crate::ids::OptionId;

/// A ballot of a scripted or demo participant, with what a voter may say beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct BallotReply {
    /// What is chosen, by option; shown labels are accepted as options.
    pub ballot: Ballot,
    /// 0..=1; left out where the shape does not ask for it.
    pub confidence: Option<f64>,
    /// Left out where the shape does not ask for it.
    pub reason: Option<String>,
}

impl From<Ballot> for BallotReply {
    fn from(ballot: Ballot) -> Self {
        Self { ballot, confidence: None, reason: None }
    }
}

impl BallotReply {
    /// States a confidence, 0..=1.
    #[must_use]
    pub fn with_confidence(mut self, confidence: f64) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// States a reason.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The reply to a request for this shape. An option that is not on offer is written as it is, which makes the
    /// ballot invalid, as it would be from a model.
    pub fn to_reply(&self, shape: &BallotShape) -> AgentReply {
        let label = |option: &OptionId| {
            let shown = shape.labels.iter().find(|l| l.option == *option);
            shown.map_or_else(|| option.as_str().to_owned(), |l| l.label.clone())
        };
        let mut members = Map::new();
        match &self.ballot {
            Ballot::Choice(option) => {
                let name = if shape.kind == BallotKind::Verdict { "verdict" } else { "choice" };
                members.insert(name.into(), label(option).into());
            }
            // What a judge's tie is read as.
            Ballot::Ranking(_) if shape.kind == BallotKind::Verdict => {
                members.insert("verdict".into(), "tie".into());
            }
            Ballot::Ranking(levels) => {
                let level = |tied: &Vec<OptionId>| match tied.as_slice() {
                    [one] => Value::from(label(one)),
                    several => several.iter().map(&label).collect(),
                };
                members.insert("ranking".into(), levels.iter().map(level).collect());
            }
            Ballot::Approval(options) => {
                members.insert("approve".into(), options.iter().map(label).collect::<Vec<_>>().into());
            }
            Ballot::Scores(scores) => {
                let scores: BTreeMap<String, Value> = scores.iter().map(|(o, s)| (label(o), number(*s))).collect();
                members.insert("scores".into(), json!(scores));
            }
            Ballot::Points(points) => {
                let points: BTreeMap<String, u32> = points.iter().map(|(o, p)| (label(o), *p)).collect();
                members.insert("points".into(), json!(points));
            }
            Ballot::Abstain { reason } => {
                let (name, said) = match shape.kind {
                    BallotKind::Choice => ("choice", Value::from("abstain")),
                    _ => ("abstain", true.into()),
                };
                members.insert(name.into(), said);
                members.insert("reason".into(), reason.clone().into());
            }
            Ballot::Invalid { raw, .. } => return AgentReply::text(raw.clone()),
        }
        if let Some(confidence) = self.confidence.filter(|_| shape.confidence) {
            members.insert("confidence".into(), json!(confidence));
        }
        if let Some(reason) = self.reason.as_ref().filter(|_| shape.reason) {
            members.insert("reason".into(), reason.clone().into());
        }
        json_reply(Value::Object(members))
    }
}

/// A reply that is a JSON value and nothing else.
pub(super) fn json_reply(value: Value) -> AgentReply {
    AgentReply { text: value.to_string(), structured: Some(value), ..AgentReply::default() }
}

fn number(score: Fixed6) -> Value {
    if score.0 % 1_000_000 == 0 { (score.0 / 1_000_000).into() } else { json!(score.to_f64()) }
}
