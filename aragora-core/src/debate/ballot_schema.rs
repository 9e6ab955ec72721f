//! The JSON Schema a provider enforces for a ballot.

use serde_json::{Map, Value, json};

use super::ballot::{BallotKind, BallotShape};

impl BallotShape {
    /// JSON Schema of the object a voter returns; what [`parse_ballot`](super::parse_ballot) reads.
    ///
    /// ```
    /// use aragora_core::debate::{BallotKind, BallotShape, Label};
    ///
    /// let label = |l: &str| Label { label: l.into(), option: l.parse().unwrap() };
    /// let shape = BallotShape {
    ///     kind: BallotKind::Choice,
    ///     labels: vec![label("B"), label("A")],
    ///     may_abstain: true,
    ///     confidence: true,
    ///     reason: false,
    /// };
    /// let schema = shape.schema();
    /// assert_eq!(schema["properties"]["choice"]["enum"], serde_json::json!(["B", "A", "abstain"]));
    /// assert_eq!(schema["required"], serde_json::json!(["choice", "confidence"]));
    /// ```
    pub fn schema(&self) -> Value {
        let names: Vec<&str> = self.labels.iter().map(|label| label.label.as_str()).collect();
        let label = json!({ "type": "string", "enum": names });
        let by_label = |member: Value| {
            let properties: Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), member.clone())).collect();
            json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
        };
        let one_of = |more: Option<&str>| {
            let values: Vec<&str> = names.iter().copied().chain(more).collect();
            json!({ "type": "string", "enum": values })
        };
        let mut members = Map::new();
        let mut required: Vec<&str> = Vec::new();
        // Reasoning first: a model that writes its reason after its choice can only justify the choice.
        if self.reason {
            members.insert("reason".into(), json!({ "type": "string", "description": "why, in a few sentences" }));
            required.push("reason");
        }
        let mut member = |name: &'static str, schema: Value| {
            members.insert(name.into(), schema);
            required.push(name);
        };
        match &self.kind {
            BallotKind::Choice => member("choice", one_of(self.may_abstain.then_some("abstain"))),
            BallotKind::Ranking => member(
                "ranking",
                json!({
                    "type": "array",
                    "description": "best first; an inner list holds options that are equally good",
                    "items": { "anyOf": [label, { "type": "array", "items": label }] },
                }),
            ),
            BallotKind::Approval => member("approve", json!({ "type": "array", "items": label })),
            BallotKind::Scores { lo, hi } => {
                let score = json!({ "type": "number", "minimum": lo.to_f64(), "maximum": hi.to_f64() });
                member("scores", by_label(score));
            }
            BallotKind::Points { total } => {
                let mut points = by_label(json!({ "type": "integer", "minimum": 0, "maximum": total }));
                points["description"] = json!(format!("at most {total} together"));
                member("points", points);
            }
            BallotKind::Verdict => {
                member("verdict", one_of(Some("tie")));
                let mut probability = by_label(json!({ "type": "number", "minimum": 0, "maximum": 1 }));
                probability["description"] = json!("how likely each option is the best, together 1");
                member("probability", probability);
            }
        }
        if self.confidence {
            member("confidence", json!({ "type": "number", "minimum": 0, "maximum": 1 }));
        }
        if self.may_abstain && self.kind != BallotKind::Choice {
            // Optional: absent means no.
            members.insert("abstain".into(), json!({ "type": "boolean" }));
        }
        json!({ "type": "object", "properties": members, "required": required, "additionalProperties": false })
    }
}
