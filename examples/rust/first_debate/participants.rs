//! Who debates: real models if the environment has any, else a recording of real models, else demo agents.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::{Agent, DemoAgent, DemoStyle, Expect, FnAgent, Output, Phase, Seat, providers};
use aragora_core::engine::DebateBuilder;
use aragora_core::protocols::Critique;
use aragora_core::{AgentId, Aragora, Result};

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
pub(crate) fn line_up(aragora: &Aragora, question: Option<String>, paced: bool) -> Result<LineUp> {
    let models = models()?;
    if !models.is_empty() {
        return Ok(live(aragora, question, models));
    }
    let mut notes = vec![unused_keys()];
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

fn live(aragora: &Aragora, question: Option<String>, models: Vec<Arc<dyn Agent>>) -> LineUp {
    let question = question.unwrap_or_else(|| DEFAULT_QUESTION.to_owned());
    let names: Vec<String> = models.iter().map(|agent| agent.profile().id.to_string()).collect();
    let notes = vec![format!(
        "Real models debate, because the environment has credentials or an address for them: {}.",
        names.join(", ")
    )];
    let debate = models.into_iter().fold(aragora.debate(question.as_str()), DebateBuilder::seat);
    LineUp { debate, question, notes }
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

/// The agents the environment has credentials for, from as many providers as possible.
fn models() -> Result<Vec<Arc<dyn Agent>>> {
    let read = |name: &str| std::env::var(name).ok();
    let agents = providers::from_environment(&read)?;
    let [only] = agents.as_slice() else { return Ok(mixed(agents)) };
    // A debate needs at least two seats. One model in three seats still finds slips of its own.
    let thrice = vec![only.profile().model; 3].join(",");
    providers::from_environment(&|name| if name.ends_with("_MODEL") { Some(thrice.clone()) } else { read(name) })
}

/// At most [`SEATS`]: the first model of each provider, then the second of each, and so on.
fn mixed(agents: Vec<Arc<dyn Agent>>) -> Vec<Arc<dyn Agent>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, Arc<dyn Agent>)> = agents
        .into_iter()
        .map(|agent| {
            let rank = seen.entry(agent.profile().provider).or_default();
            *rank += 1;
            (*rank, agent)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, agent)| agent).take(SEATS).collect()
}

/// Why no real model answers.
fn unused_keys() -> String {
    let set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    match ["ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"].iter().find(|name| set(name)) {
        Some(name) => format!(
            "{name} is set, but this version speaks the OpenAI protocol only; OPENROUTER_API_KEY reaches the same models."
        ),
        None => {
            "No key of a model provider is in the environment; with OPENAI_API_KEY, OPENROUTER_API_KEY, OLLAMA_HOST \
                 or others (see --help) real models answer your own question."
                .to_owned()
        }
    }
}
