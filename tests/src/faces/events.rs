//! The events of the log and those that are never recorded, as one union.

use std::collections::BTreeMap;

use aragora_core::debate::Event;

use super::model::{Kind, Type};

/// Puts the log's events before the live ones, as one union.
pub(super) fn join(types: &mut BTreeMap<String, Type>) -> Result<(), String> {
    let logged = types.remove("LoggedEvent").ok_or("the log's events have no schema")?;
    let all = types.get_mut("EventData").ok_or("live events have no schema")?;
    let (Kind::Union { cases, .. }, Kind::Union { cases: first, .. }) = (&mut all.kind, logged.kind) else {
        return Err("events are no union".into());
    };
    let names: Vec<&str> = first.iter().map(|case| case.json.as_str()).collect();
    if names != Event::TYPES {
        return Err(format!("the schema has the events {names:?}, the log has {:?}", Event::TYPES));
    }
    cases.splice(0..0, first);
    "What an event says, by its type.".clone_into(&mut all.doc);
    let envelope = types.get_mut("Event").ok_or("the envelope of events has no schema")?;
    let Kind::Record { fields } = &mut envelope.kind else { return Err("the envelope of events is no record".into()) };
    let data = fields.iter_mut().find(|field| field.name == "data").ok_or("the envelope has no data")?;
    data.tag = Some("type".into());
    Ok(())
}
