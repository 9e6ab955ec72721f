//! The file format of recordings: JSON lines, one per finished call.

use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{RecordedAgent, Take};
use crate::agents::agent::AgentProfile;
use crate::agents::reply::{AgentReply, Attempt, Latency, ToolCall, Warning};
use crate::debate::{AgentKind, CostSource, ErrorInfo, Refusal, Served, StopReason, Usage};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, Digest, MicroUsd, RequestId};

/// The version this library writes and reads.
const VERSION: u32 = 1;

/// A recording of one or several participants.
#[derive(Clone, Debug, Default)]
pub struct Cassette {
    agents: IndexMap<AgentId, Vec<Take>>,
    warnings: Vec<Warning>,
}

impl Cassette {
    /// Reads JSON lines. A torn last line (no line feed, not JSON) is left out with a warning; any other damage is
    /// `corrupt`, a line of another version `unsupported_version`, both with the context entry `line`.
    pub fn read(reader: impl Read) -> Result<Self> {
        let mut reader = BufReader::new(reader);
        let mut cassette = Self::default();
        let mut bytes = Vec::new();
        for number in 1_usize.. {
            bytes.clear();
            let read = reader.read_until(b'\n', &mut bytes).map_err(|error| {
                Error::new(ErrorKind::Unavailable, "the cassette cannot be read").with("line", number).caused_by(error)
            })?;
            if read == 0 {
                break;
            }
            let complete = bytes.last() == Some(&b'\n');
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match parse(&bytes) {
                Ok((agent, take)) => cassette.agents.entry(agent).or_default().push(take),
                Err(error) if error.kind() == ErrorKind::Corrupt && !complete => cassette.warnings.push(Warning {
                    code: "torn_line".into(),
                    detail: format!("line {number} was cut off and is left out"),
                }),
                Err(error) => return Err(error.with("line", number)),
            }
        }
        Ok(cassette)
    }

    /// The participants in the order they first appear.
    pub fn agents(&self) -> impl Iterator<Item = &AgentId> {
        self.agents.keys()
    }

    /// What was odd about the file.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// One participant; `not_found` if it is not on the cassette. Provider and model are those of its first reply.
    pub fn agent(&self, id: &AgentId) -> Result<RecordedAgent> {
        let takes = self.agents.get(id).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("no call of agent {:?} is on the cassette", id.as_str()))
        })?;
        let first = takes.iter().find_map(|take| take.outcome.as_ref().ok());
        let profile = AgentProfile {
            provider: first.map(|reply| reply.provider.clone()).unwrap_or_default(),
            model: first.map(|reply| reply.model.clone()).unwrap_or_default(),
            ..AgentProfile::new(id.clone(), AgentKind::Recorded)
        };
        Ok(RecordedAgent::new(profile, takes.clone(), self.warnings.clone()))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    v: u32,
    request_id: RequestId,
    digest: Digest,
    agent: AgentId,
    #[serde(default)]
    deltas: Vec<(u64, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<ErrorInfo>,
}

/// What is kept of a reply: everything but what only the original exchange had (attempts, header values).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::agents) struct Reply {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    structured: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reasoning: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
    stop: StopReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop_raw: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost: Option<MicroUsd>,
    cost_source: CostSource,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    provider: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_id: Option<String>,
    total_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_token_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::agents) struct Call {
    id: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arguments: Option<Value>,
    raw: String,
}

fn parse(line: &[u8]) -> Result<(AgentId, Take)> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let damaged = |error: serde_json::Error| Error::new(ErrorKind::Corrupt, format!("not a recorded call: {error}"));
    let Version { v } = serde_json::from_slice(line).map_err(damaged)?;
    if v != VERSION {
        let reason = format!("a recorded call of version {v}, expected {VERSION}");
        return Err(Error::new(ErrorKind::UnsupportedVersion, reason));
    }
    let Line { v: _, request_id, digest, agent, deltas, reply, error } =
        serde_json::from_slice(line).map_err(damaged)?;
    let outcome = match (reply, error) {
        (Some(reply), None) => Ok(reply.into()),
        (None, Some(error)) => Err(error.to_error()),
        _ => return Err(Error::new(ErrorKind::Corrupt, "not a recorded call: expected either a reply or an error")),
    };
    let deltas = deltas.into_iter().map(|(ms, text)| (Duration::from_millis(ms), text)).collect();
    Ok((agent, Take { request: request_id, digest: Some(digest), deltas, outcome }))
}

/// The line of one finished call, line feed included.
pub(super) fn write(agent: &AgentId, take: &Take) -> Result<Vec<u8>> {
    let digest = take.digest.ok_or_else(|| Error::internal("a call without digest cannot be recorded"))?;
    let (reply, error) = match &take.outcome {
        Ok(reply) => (Some(Reply::from(reply)), None),
        Err(error) => (None, Some(ErrorInfo::from(error))),
    };
    let line = Line {
        v: VERSION,
        request_id: take.request.clone(),
        digest,
        agent: agent.clone(),
        deltas: take.deltas.iter().map(|(at, text)| (millis(*at), text.clone())).collect(),
        reply,
        error,
    };
    let mut bytes = serde_json::to_vec(&line)
        .map_err(|error| Error::internal("a call cannot be written as JSON").caused_by(error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<&AgentReply> for Reply {
    fn from(reply: &AgentReply) -> Self {
        // Every field is named, so that a new one stops the build until somebody decides whether it is kept.
        let AgentReply {
            text,
            structured,
            reasoning,
            tool_calls,
            refusal,
            stop,
            stop_raw,
            usage,
            cost,
            cost_source,
            provider,
            model,
            response_id,
            request_id: _,
            latency: Latency { total, first_token, queued: _ },
            served: _,
            attempts: _,
            warnings,
        } = reply.clone();
        Self {
            text,
            structured,
            reasoning,
            tool_calls: tool_calls
                .into_iter()
                .map(|ToolCall { id, name, arguments, raw }| Call { id, name, arguments, raw })
                .collect(),
            refusal,
            stop,
            stop_raw,
            usage,
            cost,
            cost_source,
            provider,
            model,
            response_id,
            total_ms: millis(total),
            first_token_ms: first_token.map(millis),
            warnings: warnings.into_iter().map(|Warning { code, detail }| (code, detail)).collect(),
        }
    }
}

impl From<Reply> for AgentReply {
    fn from(reply: Reply) -> Self {
        Self {
            text: reply.text,
            structured: reply.structured,
            reasoning: reply.reasoning,
            tool_calls: reply
                .tool_calls
                .into_iter()
                .map(|Call { id, name, arguments, raw }| ToolCall { id, name, arguments, raw })
                .collect(),
            refusal: reply.refusal,
            stop: reply.stop,
            stop_raw: reply.stop_raw,
            usage: reply.usage,
            cost: reply.cost,
            cost_source: reply.cost_source,
            provider: reply.provider,
            model: reply.model,
            response_id: reply.response_id,
            request_id: None,
            latency: Latency {
                total: Duration::from_millis(reply.total_ms),
                first_token: reply.first_token_ms.map(Duration::from_millis),
                queued: Duration::ZERO,
            },
            served: Served::Recorded,
            attempts: Vec::<Attempt>::new(),
            warnings: reply.warnings.into_iter().map(|(code, detail)| Warning { code, detail }).collect(),
        }
    }
}
