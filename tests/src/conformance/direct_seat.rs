//! Seats from their documents, as a Rust host makes them.

use std::sync::Arc;

use aragora_core::agents::layers::LayersDocument;
use aragora_core::agents::providers::{ApiKey, ModelSpec, ProviderConfig, ProviderDocument};
use aragora_core::agents::{Agent, Agents, DemoAgent, DemoStyle, HumanAgent, Seat};
use aragora_core::ids::{AgentId, OrgId};
use aragora_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::direct::DirectInstance;
use super::direct_agent::PlayedAgent;
use super::documents::{maybe, member, read, scripted};
use super::format::Mode;

impl DirectInstance {
    pub(super) fn seat(&self, value: &Value, tenant: &OrgId) -> Result<Seat> {
        if value.is_string() {
            return Ok(Seat::new(self.agent(value, self.engine.agents(), tenant)?));
        }
        let mut seat = Seat::new(self.layered(value, tenant)?);
        if let Some(role) = maybe(value, "role")? {
            seat = seat.with_role(role);
        }
        if maybe(value, "judges")? == Some(true) {
            seat = seat.as_judge();
        }
        seat.persona = maybe(value, "persona")?;
        seat.weight = maybe(value, "weight")?.unwrap_or(seat.weight);
        seat.votes = maybe(value, "votes")?.unwrap_or(seat.votes);
        seat.reputation = maybe(value, "reputation")?;
        Ok(seat)
    }

    fn layered(&self, seat: &Value, tenant: &OrgId) -> Result<Arc<dyn Agent>> {
        let (agent, layers, others) = (&seat["agent"], seat.get("layers"), seat["stand_ins"].as_array());
        let agents = match layers {
            Some(layers) => self.engine.agents().in_layers(&read::<LayersDocument>("layers", layers)?)?,
            None => self.engine.agents().clone(),
        };
        if others.is_none() && (agent["kind"] == "model" || layers.is_none()) {
            return self.agent(agent, &agents, tenant);
        }
        let bare = agents.without_layers();
        let others = others.into_iter().flatten().map(|other| self.agent(other, &bare, tenant));
        agents.around(self.agent(agent, &bare, tenant)?, others.collect::<Result<_>>()?)
    }

    fn agent(&self, value: &Value, agents: &Agents, tenant: &OrgId) -> Result<Arc<dyn Agent>> {
        let unknown = || Error::new(ErrorKind::InvalidRequest, format!("unknown agent {value}"));
        let id = || AgentId::new(value["id"].as_str().unwrap_or_default());
        if let Value::String(name) = value {
            let player = self.cast.agents.get(name).ok_or_else(unknown)?;
            return Ok(match self.cast.mode {
                Mode::Foreign => Arc::new(PlayedAgent::new(player.clone(), self.clock.clone())?),
                Mode::Builtin => {
                    Arc::new(scripted(&player.id, &player.script)?.with_clock(Arc::new(self.clock.clone())))
                }
            });
        }
        match value["kind"].as_str() {
            Some("human") => Ok(Arc::new(HumanAgent::new(id()?, self.engine.human_desk(tenant)))),
            Some("demo") => {
                let style: DemoStyle = demo_style(value["style"].as_str())?;
                Ok(Arc::new(DemoAgent::new(id()?, style, maybe(value, "seed")?.unwrap_or_default())))
            }
            Some("model") => model(value, agents),
            _ => Err(unknown()),
        }
    }
}

fn model(value: &Value, agents: &Agents) -> Result<Arc<dyn Agent>> {
    let spec: ModelSpec = member::<String>(value, "name")?.parse()?;
    let mut config: ProviderConfig = match maybe::<ProviderDocument>(value, "config")? {
        Some(document) => document.with_spec(spec)?.try_into()?,
        None => spec.into(),
    };
    config.base_url = maybe(value, "base_url")?.or(config.base_url);
    config.id = maybe(value, "id")?.or(config.id);
    match maybe(value, "api_key")? {
        Some(key) => agents.open_with(config, Arc::new(ApiKey(key))),
        None => agents.open(config),
    }
}

fn demo_style(word: Option<&str>) -> Result<DemoStyle> {
    let styles = [DemoStyle::Supportive, DemoStyle::Critical, DemoStyle::Balanced, DemoStyle::Contrarian];
    let found = styles.into_iter().find(|style| Some(style.as_str()) == word);
    found.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, format!("demo style {}", json!(word))))
}
