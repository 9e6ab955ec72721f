//! The one agent behind every provider: the wire differs, the course of a turn does not.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use url::Url;

use super::caps::ModelCaps;
use super::codec::{Codec, Encoded, Learnt, Lesson, Refused, Voice};
use super::config::{ProviderConfig, StreamMode};
use super::endpoint::Endpoint;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::conduct::conduct;
use crate::agents::output::Output;
use crate::agents::prices::PriceBook;
use crate::agents::reply::{AgentReply, Warning};
use crate::agents::request::AgentRequest;
use crate::agents::target::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Headers;

/// How often one call may be sent again without a knob the model refuses.
const ADAPTATIONS: usize = 2;

/// A model behind a provider.
///
/// Every request is stateless and carries no tools but the forced one for structured output. A knob that a model
/// refuses by name is left out from then on, with a warning in the reply; at most twice per call.
pub(super) struct ProviderAgent {
    pub(super) profile: AgentProfile,
    pub(super) config: ProviderConfig,
    pub(super) caps: ModelCaps,
    pub(super) codec: Arc<dyn Codec>,
    pub(super) endpoint: Endpoint,
    /// Where whole replies and where streams are asked for.
    pub(super) whole_url: Url,
    pub(super) stream_url: Url,
    pub(super) prices: Arc<dyn PriceBook>,
}

impl fmt::Debug for ProviderAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderAgent")
            .field("id", &self.profile.id)
            .field("codec", &self.codec)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Agent for ProviderAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        Some(Arc::clone(&self.endpoint.target))
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let request = request.visible_to(&self.profile.id);
        conduct(&*self.endpoint.clock, &self.profile.id, &request, self.ask(&request, &output)).await
    }
}

/// What changes between the attempts of one call.
#[derive(Default)]
struct Course {
    adapted: Vec<Warning>,
    /// The fields the credentials gave after the first were refused.
    renewed: Option<Headers>,
    refreshed: bool,
}

impl ProviderAgent {
    async fn ask(&self, request: &AgentRequest, output: &Output) -> Result<AgentReply> {
        let clock = &self.endpoint.clock;
        let started = clock.monotonic();
        let stream = match self.config.stream {
            StreamMode::Auto => output.wants_text(),
            StreamMode::Always => true,
            StreamMode::Never => false,
        };
        let metadata = self.leaving(request);
        let mut course = Course::default();
        let mut attempts = Vec::new();
        loop {
            let learnt = self.endpoint.target.learnt();
            let encoded = self.encode(request, &metadata, &learnt, stream)?;
            let (outcome, attempt, signed) =
                self.attempt(request, output, &encoded, stream, course.renewed.as_ref()).await;
            attempts.extend(attempt);
            match outcome {
                Ok(mut reply) => {
                    reply.warnings.splice(0..0, course.adapted.into_iter().chain(encoded.warnings));
                    reply.latency.total = clock.monotonic().saturating_sub(started);
                    reply.attempts = attempts;
                    return Ok(reply);
                }
                Err(error) => {
                    if let Some(signed) = signed
                        && self.renew(&mut course, request, &encoded, stream, &error, &signed).await?
                    {
                        continue;
                    }
                    let Some(lesson) = self.lesson(&course, &learnt, &encoded, &error) else { return Err(error) };
                    self.endpoint.target.learn(lesson.learnt);
                    course.adapted.push(Warning { code: "knob_ignored".into(), detail: lesson.detail });
                }
            }
        }
    }

    /// The request in the vendor's words, the host's own members included.
    fn encode(
        &self,
        request: &AgentRequest,
        metadata: &BTreeMap<String, String>,
        learnt: &Learnt,
        stream: bool,
    ) -> Result<Encoded> {
        let voice = Voice {
            me: &self.profile.id,
            model: &self.endpoint.model,
            structured: self.profile.structured,
            caps: &self.caps,
            learnt,
            metadata,
        };
        let encoded = self.codec.encode(&voice, request, stream);
        let changed = |warning: &&Warning| matches!(warning.code.as_str(), "knob_ignored" | "knob_clamped");
        if self.config.strict_knobs
            && let Some(warning) = encoded.warnings.iter().find(changed)
        {
            let reason = format!("{}, and strict_knobs is set", warning.detail);
            let error = Error::new(ErrorKind::InvalidRequest, reason).with("code", &warning.code).with("local", true);
            return Err(self.endpoint.described(error, &Headers::new()));
        }
        Ok(encoded)
    }

    /// The body as it is sent: the host's members are merged last, objects member by member.
    pub(super) fn body(&self, request: &AgentRequest, encoded: &Encoded) -> Map<String, Value> {
        let mut body = encoded.body.clone();
        merge(&mut body, &self.config.extra);
        merge(&mut body, &request.extra);
        body
    }

    fn leaving(&self, request: &AgentRequest) -> BTreeMap<String, String> {
        let named = self.config.forward_metadata.iter();
        named.filter_map(|name| request.metadata.get_key_value(name)).map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Whether the credentials, asked once more after a refusal, gave something else.
    async fn renew(
        &self,
        course: &mut Course,
        request: &AgentRequest,
        encoded: &Encoded,
        stream: bool,
        error: &Error,
        signed: &Headers,
    ) -> Result<bool> {
        let status = error.context().get("http_status").map(String::as_str);
        if course.refreshed || status != Some("401") {
            return Ok(false);
        }
        course.refreshed = true;
        let renewed = self.sign(request, encoded, stream, true).await?;
        if renewed == *signed {
            return Ok(false);
        }
        course.renewed = Some(renewed);
        Ok(true)
    }

    fn lesson(&self, course: &Course, learnt: &Learnt, encoded: &Encoded, error: &Error) -> Option<Lesson> {
        if error.kind() != ErrorKind::InvalidRequest || course.adapted.len() >= ADAPTATIONS {
            return None;
        }
        let says = |name: &str| error.context().get(name).map_or("", String::as_str);
        let told = format!("{} {}", says("provider_code"), says("message"));
        let lesson = self.codec.lesson(learnt, encoded, Refused { param: says("param"), told: &told })?;
        // Otherwise the same body would be sent again.
        let is_new = lesson.learnt != *learnt;
        (is_new && !(self.config.strict_knobs && lesson.loses)).then_some(lesson)
    }
}

fn merge(body: &mut Map<String, Value>, extra: &Map<String, Value>) {
    for (name, value) in extra {
        match (body.get_mut(name), value) {
            (Some(Value::Object(own)), Value::Object(given)) => merge(own, given),
            (Some(own), value) => own.clone_from(value),
            (None, value) => drop(body.insert(name.clone(), value.clone())),
        }
    }
}
