//! Who debates: the models that were named, else those the environment has keys for, else a recording of real models, else demo agents.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::providers::{ModelSpec, ProviderConfig};
use aragora_core::agents::{Agent, Agents, DemoAgent, DemoStyle, Expect, FnAgent, Output, Phase, Seat};
use aragora_core::engine::DebateBuilder;
use aragora_core::protocols::Critique;
use aragora_core::{AgentId, Aragora, Result};

use crate::arguments::Order;
use crate::recording::Recording;

const DEFAULT_QUESTION: &str = "Should a team of five split its monolith into services?";

/// More seats cost more and seldom help.
const SEATS: usize = 5;

/// A debate that is ready to start, and what its first lines say about it.
pub(crate) struct LineUp {
    pub(crate) debate: DebateBuilder,
    pub(crate) question: String,
    pub(crate) notes: Vec<String>,
}

/// `paced` lets recorded and demo seats speak at the speed of reading.
pub(crate) fn line_up(aragora: &Aragora, order: Order, paced: bool) -> Result<LineUp> {
    let Order { models, base_url, question } = order;
    if !models.is_empty() {
        return live(aragora, question, &models, base_url.as_deref());
    }
    let configured = configured(aragora.agents());
    if !configured.is_empty() {
        return live(aragora, question, &configured, base_url.as_deref());
    }
    let mut notes = vec![no_models(aragora.agents())];
    match Recording::find() {
        Ok(recording) => {
            notes.extend(question.map(|asked| {
                format!("A recording answers only the question it was made for, so nobody was asked: {asked}")
            }));
            recording.line_up(aragora, notes, paced)
        }
        Err(why) => {
            notes.push(why);
            demo(aragora, question, notes, paced)
        }
    }
}

/// Models by name; one alone takes three seats, because it still finds slips of its own.
fn live(aragora: &Aragora, question: Option<String>, models: &[String], base_url: Option<&str>) -> Result<LineUp> {
    let question = question.unwrap_or_else(|| DEFAULT_QUESTION.to_owned());
    let notes = vec![format!("Real models debate: {}.", models.join(", "))];
    let seats = if let [only] = models { vec![only; 3] } else { models.iter().take(SEATS).collect() };
    let mut debate = aragora.debate(question.as_str());
    for name in seats {
        debate = match base_url {
            None => debate.model(name),
            Some(url) => {
                let mut config = ProviderConfig::from(name.parse::<ModelSpec>()?);
                config.base_url = Some(url.to_owned());
                debate.model(config)
            }
        };
    }
    Ok(LineUp { debate, question, notes })
}

fn demo(aragora: &Aragora, question: Option<String>, mut notes: Vec<String>, paced: bool) -> Result<LineUp> {
    let question = question.unwrap_or_else(|| DEFAULT_QUESTION.to_owned());
    notes.push("So the built-in demo agents speak: templates, no model, no meaning. Only the course is real.".into());
    let mut debate =
        aragora.debate(question.as_str()).protocol(Critique { pairwise: true, ..Critique::default() }).seed(4);
    for (seed, style) in (1..).zip([DemoStyle::Supportive, DemoStyle::Critical, DemoStyle::Contrarian]) {
        let agent = outspoken(DemoAgent::new(AgentId::new(style.as_str())?, style, seed));
        debate = debate.seat(voiced(agent, paced));
    }
    Ok(LineUp { debate, question, notes })
}

/// A demo agent returns the smallest JSON that fits where JSON is asked for, which for a critique is none at all. Asked
/// for text it has something to say.
fn outspoken(agent: DemoAgent) -> FnAgent {
    FnAgent::new(agent.profile().id, {
        let agent = agent.clone();
        move |mut request, output| {
            let agent = agent.clone();
            if request.phase == Phase::Critique {
                request.expect = Expect::Text;
            }
            async move { agent.respond(request, output).await }
        }
    })
    .with_profile(agent.profile())
}

/// The agent, speaking word by word if `paced`. A wrapper around any agent is an agent.
pub(crate) fn voiced(agent: impl Agent, paced: bool) -> Seat {
    const PER_WORD: Duration = Duration::from_millis(12);
    if !paced {
        return agent.into();
    }
    let (profile, agent) = (agent.profile(), Arc::new(agent));
    let speak = move |request, output: Output| {
        let agent = Arc::clone(&agent);
        async move {
            let reply = agent.respond(request, Output::none()).await?;
            for word in reply.text.split_inclusive(' ') {
                output.text(word);
                tokio::time::sleep(PER_WORD).await;
            }
            Ok(reply)
        }
    };
    FnAgent::new(profile.id.clone(), speak).with_profile(profile).into()
}

/// The providers that have a key and a model of their own choice.
fn configured(agents: &Agents) -> Vec<String> {
    let named = agents.configured().into_iter().filter(|provider| agents.default_model(provider).is_some());
    named.map(|provider| provider.to_string()).collect()
}

/// Why no real model answers.
fn no_models(agents: &Agents) -> String {
    match agents.configured().first() {
        Some(provider) => format!("{provider} is configured; name one of its models with --agents {provider}/<model>."),
        None => {
            "No provider of models has a key; with ANTHROPIC_API_KEY, OPENAI_API_KEY, OPENROUTER_API_KEY or others \
                 (see --help) real models answer your own question."
                .to_owned()
        }
    }
}
