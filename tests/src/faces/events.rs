//! The envelope of an event, and the events that are never recorded.

use std::collections::BTreeMap;

use aragora_core::debate::Event as Recorded;
use aragora_core::engine::EventClass;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::model::{Kind, Type};
use super::walk::Definitions;

/// One event of a stream: what every event has, and what its type adds.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Event {
    /// The type of the event; one this version does not know is kept.
    r#type: String,
    /// For recorded events their place in the log, for live ones that of the last recorded event.
    seq: u64,
    /// Whether it is in the log.
    class: EventClass,
    /// The debate.
    debate_id: String,
    /// 1 + the number of resumes before it.
    run: u32,
    /// The participant it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// Counts the events of one participant in one run from 0, tokens included; absent when read from the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_seq: Option<u64>,
    /// The round.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u32>,
    /// When.
    #[schemars(extend("format" = "date-time"))]
    time: String,
    /// What.
    data: EventData,
}

/// What an event says, by its type.
#[derive(JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(dead_code)]
enum EventData {
    /// A turn begins to stream.
    TokenStart {
        /// The turn.
        turn: String,
    },
    /// A piece of text.
    TokenDelta {
        /// The turn.
        turn: String,
        /// The piece; adjacent ones are joined for slow readers.
        text: String,
    },
    /// Forget the text of this turn so far: another attempt begins.
    TokenReset {
        /// The turn.
        turn: String,
    },
    /// A turn is done streaming.
    TokenEnd {
        /// The turn.
        turn: String,
        /// Characters of the text.
        chars: u64,
    },
    /// A piece of thinking, where a model shows it.
    AgentThinking {
        /// The turn.
        turn: String,
        /// The piece.
        text: String,
    },
    /// Nothing happened for 30 seconds; the debate still runs.
    Heartbeat {},
    /// This reader fell behind; recorded events are read again from the log, live ones are gone.
    Lagged {
        /// First seq.
        from: u64,
        /// Last seq.
        to: u64,
        /// Live events lost since the stream began.
        dropped: u64,
    },
}

/// Puts the log's events and the live ones into one union, and the envelope in the place of the log's union.
pub(super) fn with_envelope(types: &mut BTreeMap<String, Type>) -> Result<(), String> {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.subschema_for::<Event>();
    let own = Definitions(generator.take_definitions(true));
    let mut live = own.read("EventData", false)?;
    let recorded = types.remove("Event").ok_or("the log's events have no schema")?;
    let (Kind::Union { cases, .. }, Kind::Union { cases: first, .. }) = (&mut live.kind, recorded.kind) else {
        return Err("the log's events are no union".into());
    };
    let names: Vec<&str> = first.iter().map(|case| case.json.as_str()).collect();
    if names != Recorded::TYPES {
        return Err(format!("the schema has the events {names:?}, the log has {:?}", Recorded::TYPES));
    }
    cases.splice(0..0, first);
    types.insert("EventData".into(), live);
    types.insert("Event".into(), own.read("Event", false)?);
    Ok(())
}
