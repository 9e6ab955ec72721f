//! The core's types as the documents of the corpus, and back.

use std::time::Duration;

use aragora_core::agents::{AgentReply, AgentRequest, BallotReply, ScriptEnd, ScriptStep, ScriptedAgent};
use aragora_core::debate::{Ballot, CostSource, RuleConfig, RuleKind};
use aragora_core::ids::{AgentId, MicroUsd, OptionId};
use aragora_core::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cast::Raised;
use super::script::{AgentScript, AtEnd, Item};

/// A value of the core from its document.
pub(super) fn read<T: DeserializeOwned>(what: &str, value: &Value) -> Result<T> {
    serde_json::from_value(value.clone())
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("{what}: {error}")))
}

/// A required member.
pub(super) fn member<T: DeserializeOwned>(args: &Value, name: &str) -> Result<T> {
    read(name, &args[name])
}

/// A member that may be absent.
pub(super) fn maybe<T: DeserializeOwned>(args: &Value, name: &str) -> Result<Option<T>> {
    args.get(name).filter(|value| !value.is_null()).map(|value| read(name, value)).transpose()
}

/// A rule by its name, as a kind, or with its settings.
pub(super) fn rule(value: &Value) -> Result<RuleConfig> {
    match value {
        Value::String(name) => Ok(read::<RuleKind>("rule", &json!({ "name": name }))?.into()),
        Value::Object(members) if members.contains_key("name") => Ok(read::<RuleKind>("rule", value)?.into()),
        _ => read("rule", value),
    }
}

/// A request as a participant of another language sees it.
pub(super) fn request(request: &AgentRequest) -> Value {
    let messages: Vec<Value> = request
        .messages
        .iter()
        .map(|m| json!({ "id": m.id, "author": m.author, "text": m.text, "cache_point": m.cache_point }))
        .collect();
    json!({
        "id": request.id, "debate": request.debate, "round": request.round, "phase": request.phase,
        "role": request.role, "persona": request.persona, "system": request.system, "messages": messages,
        "expect": request.expect, "metadata": request.metadata,
    })
}

/// An `AgentReply` from a text or its document.
pub(super) fn reply(value: &Value) -> Result<AgentReply> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        text: String,
        structured: Option<Value>,
        reasoning: Option<String>,
        usage: Option<aragora_core::agents::Usage>,
        cost_micros: Option<u64>,
        model: Option<String>,
        provider: Option<String>,
        stop: Option<aragora_core::agents::StopReason>,
        refusal: Option<aragora_core::agents::Refusal>,
    }
    if let Value::String(text) = value {
        return Ok(AgentReply::text(text));
    }
    let given: Document = read("reply", value)?;
    let cost = given.cost_micros.map(MicroUsd);
    Ok(AgentReply {
        structured: given.structured,
        reasoning: given.reasoning,
        usage: given.usage,
        cost,
        cost_source: if cost.is_some() { CostSource::Provider } else { CostSource::Unknown },
        model: given.model.unwrap_or_default(),
        provider: given.provider.unwrap_or_default(),
        stop: given.stop.unwrap_or_default(),
        refusal: given.refusal,
        ..AgentReply::text(given.text)
    })
}

/// What a script raises, as the library's error at a seam.
pub(super) fn raised(who: &str, seam: ErrorKind, raised: Raised) -> Error {
    match raised {
        Raised::Ours { code, reason, retry_after_ms } => {
            let kind = ErrorKind::from_code(&code).unwrap_or(ErrorKind::Internal);
            let error = Error::new(kind, reason);
            retry_after_ms.map_or(error.clone(), |ms| error.retry_after_of(Duration::from_millis(ms)))
        }
        Raised::Host(text) => Error::new(seam, format!("{who} raised: {text}")).caused_by(text),
        Raised::WrongType => Error::new(seam, format!("{who} returned int, expected str or AgentReply")),
    }
}

/// The core's scripted agent with the same script.
pub(super) fn scripted(id: &str, script: &AgentScript) -> Result<ScriptedAgent> {
    let end = match script.at_end {
        AtEnd::Repeat => ScriptEnd::Repeat,
        AtEnd::Cycle => ScriptEnd::Cycle,
        AtEnd::Error => ScriptEnd::Error,
    };
    let mut agent = ScriptedAgent::new(AgentId::new(id)?).at_end(end);
    for item in &script.script {
        let step = step(item)?;
        agent = match &item.phase {
            Some(phase) => agent.on(read("phase", &json!(phase))?, step),
            None => agent.step(step),
        };
    }
    Ok(agent)
}

fn step(item: &Item) -> Result<ScriptStep> {
    if let Some(text) = &item.say {
        return Ok(ScriptStep::reply(text.as_str()));
    }
    if let Some(document) = &item.reply {
        return Ok(ScriptStep::reply(reply(&json!(document))?));
    }
    if let (Some(pieces), Some(code)) = (&item.stream, &item.fail) {
        let error = raised("", ErrorKind::AgentFailed, Raised::ours(code, item.retry_after_ms));
        return Ok(ScriptStep::Stream { pieces: pieces.clone(), error: Some(error) });
    }
    if let Some(pieces) = &item.stream {
        return Ok(ScriptStep::stream(pieces.iter().cloned()));
    }
    if let Some(option) = &item.ballot {
        return Ok(ScriptStep::Ballot(BallotReply::from(Ballot::Choice(OptionId::new(option)?))));
    }
    if let Some(code) = &item.fail {
        let ours = Raised::ours(code, item.retry_after_ms);
        return Ok(ScriptStep::Fail(raised("", ErrorKind::AgentFailed, ours)));
    }
    Ok(ScriptStep::Hang)
}
