//! Participants from their documents.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::agent::ForeignAgent;
use super::credentials::ForeignCredentials;
use super::documents::{AgentDocument, CredentialsDocument, ScriptDocument, SeatDocument};
use super::message::{Host, Message};
use super::session::Inner;
use crate::agents::layers::LayersDocument;
use crate::agents::providers::{ApiKey, ModelSpec, ProviderConfig, ProviderDocument};
use crate::agents::{
    Agent, AgentProfile, Agents, BallotReply, Cassette, DemoAgent, DemoStyle, HumanAgent, RecordedAgent, ScriptEnd,
    ScriptStep, ScriptedAgent, Seat, StructuredMode,
};
use crate::config::Secret;
use crate::debate::{AgentKind, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;

/// One reference to a participant of the host; dropping it lets the host go of it.
#[derive(Debug)]
pub(super) struct Participant {
    number: u64,
    host: Arc<dyn Host>,
}

impl Participant {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn host(&self) -> &Arc<dyn Host> {
        &self.host
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        self.host.post(Message::Forget { participant: self.number });
    }
}

/// The references a document holds, taken before it is read, so that a refused one lets go of them too.
pub(super) struct References(BTreeMap<u64, Vec<Arc<Participant>>>);

impl References {
    pub(super) fn of(document: &Value, host: &Arc<dyn Host>) -> Self {
        let mut found = BTreeMap::new();
        Self::collect(document, host, &mut found);
        Self(found)
    }

    // Foreign participants stand in `agent` and `stand_ins` of a seat, in `credentials` of a model and in `foreign` of a
    // protocol, and nowhere else.
    fn collect(document: &Value, host: &Arc<dyn Host>, found: &mut BTreeMap<u64, Vec<Arc<Participant>>>) {
        let mut note = |holder: Option<&Value>| {
            if let Some(number) = holder.and_then(|holder| holder.get("participant")).and_then(Value::as_u64) {
                found.entry(number).or_default().push(Arc::new(Participant { number, host: host.clone() }));
            }
        };
        note(document.get("protocol").and_then(|protocol| protocol.get("foreign")));
        for seat in list(document, "seats").chain([document]) {
            for agent in list(seat, "stand_ins").chain(seat.get("agent")) {
                note(Some(agent));
                note(agent.get("credentials"));
            }
        }
        for protocol in list(document, "protocols") {
            note(protocol.get("foreign"));
        }
    }

    pub(super) fn take(&mut self, number: u64) -> Result<Arc<Participant>> {
        self.0
            .get_mut(&number)
            .and_then(Vec::pop)
            .ok_or_else(|| Error::internal(format!("participant {number} stands where none is expected")))
    }
}

fn list<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document.get(name).and_then(Value::as_array).into_iter().flatten()
}

impl Inner {
    pub(super) fn seat(&self, document: SeatDocument, tenant: &OrgId, references: &mut References) -> Result<Seat> {
        let SeatDocument { agent, role, persona, weight, votes, judges, reputation, layers, stand_ins } = document;
        let mut seat = Seat::new(self.layered(agent, layers.as_ref(), stand_ins, tenant, references)?);
        if judges == Some(true) {
            seat = seat.as_judge();
        }
        seat.role = role.unwrap_or(seat.role);
        seat.persona = persona;
        seat.weight = weight.unwrap_or(seat.weight);
        seat.votes = votes.unwrap_or(seat.votes);
        seat.reputation = reputation;
        Ok(seat)
    }

    /// The agent in the layers its seat asks for: around a model the instance's, around others none, unless the seat
    /// says otherwise.
    fn layered(
        &self,
        document: AgentDocument,
        layers: Option<&LayersDocument>,
        stand_ins: Vec<AgentDocument>,
        tenant: &OrgId,
        references: &mut References,
    ) -> Result<Arc<dyn Agent>> {
        let agents = self.aragora.agents();
        let agents = layers.map_or_else(|| Ok(agents.clone()), |layers| agents.in_layers(layers))?;
        let is_model = matches!(document, AgentDocument::Model { .. });
        if stand_ins.is_empty() && (is_model || layers.is_none()) {
            return self.agent(document, &agents, tenant, references);
        }
        let bare = agents.without_layers();
        let agent = self.agent(document, &bare, tenant, references)?;
        let others = stand_ins.into_iter().map(|other| self.agent(other, &bare, tenant, references));
        agents.around(agent, others.collect::<Result<_>>()?)
    }

    fn agent(
        &self,
        document: AgentDocument,
        agents: &Agents,
        tenant: &OrgId,
        references: &mut References,
    ) -> Result<Arc<dyn Agent>> {
        let clock = self.parts.clock.clone();
        Ok(match document {
            AgentDocument::Foreign {
                participant,
                id,
                provider,
                model,
                family,
                version,
                structured,
                streams,
                context_tokens,
            } => {
                let structured = structured.as_deref().map_or(Ok(StructuredMode::Instructed), mode)?;
                let profile = AgentProfile {
                    provider,
                    model,
                    family,
                    version,
                    structured,
                    streams,
                    context_tokens,
                    ..AgentProfile::new(id, AgentKind::Foreign)
                };
                let participant = references.take(participant)?;
                Arc::new(ForeignAgent { profile, participant, parts: self.parts.clone() })
            }
            AgentDocument::Model { name, config, base_url, api_key, credentials, id } => {
                let mut config = configuration(name, config)?;
                config.base_url = base_url.or(config.base_url);
                config.id = id.or(config.id);
                self.model(config, api_key, credentials, agents, references)?
            }
            AgentDocument::Scripted { id, steps, at_end } => {
                let mut agent = ScriptedAgent::new(id).with_clock(clock).at_end(end(at_end.as_deref())?);
                for step in steps {
                    let phase = step.phase;
                    let step = script(step)?;
                    agent = match phase {
                        Some(phase) => agent.on(phase, step),
                        None => agent.step(step),
                    };
                }
                Arc::new(agent)
            }
            AgentDocument::Demo { id, style: word, seed } => {
                Arc::new(DemoAgent::new(id, style(&word)?, seed).with_clock(clock))
            }
            AgentDocument::Human { id } => Arc::new(HumanAgent::new(id, self.aragora.debates().human_desk(tenant))),
            AgentDocument::Recorded { id, log: Some(log), cassette: None } => {
                let transcript = Transcript::fold(&super::ops::records(&log)?)?;
                Arc::new(RecordedAgent::from_transcript(&transcript, &id).with_clock(clock))
            }
            AgentDocument::Recorded { id, log: None, cassette: Some(cassette) } => {
                Arc::new(Cassette::read(cassette.as_bytes())?.agent(&id)?.with_clock(clock))
            }
            AgentDocument::Recorded { id, .. } => {
                return Err(refused(format!("recorded agent {:?}: expected a log or a cassette", id.as_str())));
            }
        })
    }
}

impl Inner {
    fn model(
        &self,
        config: ProviderConfig,
        api_key: Option<Secret>,
        credentials: Option<CredentialsDocument>,
        agents: &Agents,
        references: &mut References,
    ) -> Result<Arc<dyn Agent>> {
        match (api_key, credentials) {
            (None, None) => agents.open(config),
            (Some(key), None) => agents.open_with(config, Arc::new(ApiKey(key))),
            (None, Some(CredentialsDocument { participant })) => {
                let participant = references.take(participant)?;
                agents.open_with(config, Arc::new(ForeignCredentials { participant, parts: self.parts.clone() }))
            }
            (Some(_), Some(_)) => Err(refused("a model takes either an api_key or credentials, not both")),
        }
    }
}

fn configuration(name: Option<String>, config: Option<Box<ProviderDocument>>) -> Result<ProviderConfig> {
    match (name, config) {
        (Some(name), None) => Ok(name.parse::<ModelSpec>()?.into()),
        (Some(name), Some(config)) => config.with_spec(name.parse()?)?.try_into(),
        (None, Some(config)) => (*config).try_into(),
        (None, None) => Err(refused("a model needs a name or a configuration")),
    }
}

fn refused(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, reason)
}

fn mode(word: &str) -> Result<StructuredMode> {
    match word {
        "native" => Ok(StructuredMode::Native),
        "instructed" => Ok(StructuredMode::Instructed),
        "none" => Ok(StructuredMode::None),
        other => Err(refused(format!("structured {other:?}, expected native, instructed or none"))),
    }
}

fn style(word: &str) -> Result<DemoStyle> {
    let all = [DemoStyle::Supportive, DemoStyle::Critical, DemoStyle::Balanced, DemoStyle::Contrarian];
    all.into_iter()
        .find(|style| style.as_str() == word)
        .ok_or_else(|| refused(format!("style {word:?}, expected supportive, critical, balanced or contrarian")))
}

fn end(word: Option<&str>) -> Result<ScriptEnd> {
    match word {
        None | Some("error") => Ok(ScriptEnd::Error),
        Some("repeat") => Ok(ScriptEnd::Repeat),
        Some("cycle") => Ok(ScriptEnd::Cycle),
        Some(other) => Err(refused(format!("at_end {other:?}, expected error, repeat or cycle"))),
    }
}

fn script(step: ScriptDocument) -> Result<ScriptStep> {
    let ScriptDocument {
        phase: _,
        say,
        reply,
        json,
        ballot,
        confidence,
        reason,
        fail,
        retry_after_ms,
        sleep_ms,
        hang,
        stream,
    } = step;
    let failure = fail.map(|code| failed(&code, reason.as_deref(), retry_after_ms)).transpose()?;
    Ok(match (say, reply, json, ballot, failure, sleep_ms, hang, stream) {
        (Some(text), None, None, None, None, None, false, None) => ScriptStep::reply(text),
        (None, Some(reply), None, None, None, None, false, None) => ScriptStep::reply(reply.into_reply()),
        (None, None, Some(value), None, None, None, false, None) => ScriptStep::Json(value),
        (None, None, None, Some(ballot), None, None, false, None) => {
            ScriptStep::Ballot(BallotReply { ballot, confidence, reason })
        }
        (None, None, None, None, Some(error), None, false, None) => ScriptStep::Fail(error),
        (None, None, None, None, None, Some(ms), false, None) => ScriptStep::Delay(Duration::from_millis(ms)),
        (None, None, None, None, None, None, true, None) => ScriptStep::Hang,
        (None, None, None, None, error, None, false, Some(pieces)) => ScriptStep::Stream { pieces, error },
        _ => {
            return Err(refused(
                "a step of a script holds exactly one of say, reply, json, ballot, fail, sleep_ms, hang and stream (fail may follow a stream)",
            ));
        }
    })
}

fn failed(code: &str, reason: Option<&str>, retry_after_ms: Option<u64>) -> Result<Error> {
    let kind = ErrorKind::from_code(code).ok_or_else(|| refused(format!("no error has the code {code:?}")))?;
    let error = Error::new(kind, reason.unwrap_or("the script says so"));
    Ok(match retry_after_ms {
        Some(wait) => error.retry_after_of(Duration::from_millis(wait)),
        None => error,
    })
}
