//! A participant without a model, for first steps and for tests of everything around agents.

mod ballot;
mod instance;
mod text;

use std::sync::Arc;

use async_trait::async_trait;

use super::agent::{Agent, AgentProfile, StructuredMode};
use super::ballot_reply::json_reply;
use super::conduct::conduct;
use super::output::Output;
use super::reply::AgentReply;
use super::request::AgentRequest;
use crate::clock::{Clock, SystemClock};
use crate::debate::{AgentKind, CostSource, Expect, StopReason};
use crate::error::Result;
use crate::ids::{AgentId, Digest, MicroUsd};

/// How a demo participant argues and votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DemoStyle {
    /// Agrees; backs the option most visible messages favour.
    Supportive,
    /// Objects; backs the option with the fewest raised issues.
    Critical,
    /// Weighs; alternates between the options with lower confidence.
    Balanced,
    /// Disagrees; backs the option the fewest visible messages favour.
    Contrarian,
}

impl DemoStyle {
    /// The word in the model's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supportive => "supportive",
            Self::Critical => "critical",
            Self::Balanced => "balanced",
            Self::Contrarian => "contrarian",
        }
    }
}

/// A participant whose answers are made of templates and the words of the question: no model, no network, no cost.
///
/// The same seed and the same request give the same bytes on every platform. It never appears unless a host names
/// it, and production configurations refuse it.
#[derive(Clone, Debug)]
pub struct DemoAgent {
    profile: AgentProfile,
    style: DemoStyle,
    seed: u64,
    clock: Arc<dyn Clock>,
}

impl DemoAgent {
    /// A participant of this style.
    pub fn new(id: AgentId, style: DemoStyle, seed: u64) -> Self {
        let profile = AgentProfile {
            provider: "demo".into(),
            model: format!("demo/{}", style.as_str()),
            family: "demo".into(),
            structured: StructuredMode::Native,
            streams: true,
            ..AgentProfile::new(id, AgentKind::Demo)
        };
        Self { profile, style, seed, clock: Arc::new(SystemClock::new()) }
    }

    /// Measures deadlines on this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    fn answer(&self, request: &AgentRequest, output: &Output) -> Result<AgentReply> {
        let digest = request.digest(&self.profile.id)?;
        let dice = Dice::new(self.seed, digest);
        let reply = match &request.expect {
            Expect::Text => AgentReply::text(text::compose(self.style, request, &self.profile.id, &dice)),
            Expect::Json(shape) => json_reply(instance::minimal(&shape.schema)),
            Expect::Ballot(shape) => ballot::cast(self.style, request, shape, &dice).to_reply(shape),
        };
        if output.wants_text() {
            reply.text.split_inclusive(' ').for_each(|word| output.text(word));
        }
        Ok(AgentReply {
            stop: StopReason::End,
            cost: Some(MicroUsd(0)),
            cost_source: CostSource::Free,
            provider: self.profile.provider.clone(),
            model: self.profile.model.clone(),
            ..reply
        })
    }
}

#[async_trait]
impl Agent for DemoAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let request = request.visible_to(&self.profile.id);
        conduct(&*self.clock, &self.profile.id, &request, async { self.answer(&request, &output) }).await
    }
}

/// Choices that depend on the seed, the request and what is chosen, and on nothing else.
struct Dice {
    seed: [u8; 40],
}

impl Dice {
    fn new(seed: u64, request: Digest) -> Self {
        let mut bytes = [0; 40];
        let (head, tail) = bytes.split_at_mut(8);
        head.copy_from_slice(&seed.to_be_bytes());
        tail.copy_from_slice(request.as_bytes());
        Self { seed: bytes }
    }

    fn roll(&self, what: &str) -> u64 {
        let digest = Digest::of([&self.seed, what.as_bytes()].concat());
        digest.as_bytes().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    fn pick<'a>(&self, what: &str, from: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.roll(what) % from.len().max(1) as u64).unwrap_or(0);
        from.get(at).copied().unwrap_or_default()
    }
}
