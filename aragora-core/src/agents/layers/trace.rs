//! Spans and metrics of a call, and the guarantee that what was streamed is the reply.

use std::sync::Arc;

use async_trait::async_trait;
use tracing::{Instrument as _, Span, field};

use super::Layer;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::conduct::ready;
use crate::agents::measure::Measure;
use crate::agents::output::Output;
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::agents::target::Target;
use crate::debate::Author;
use crate::error::Result;
use crate::telemetry::Parts;

/// The outermost layer: one span `invoke_agent {agent}` per call with one child `chat {model}` per attempt, under the
/// names of the GenAI conventions; every metric of agents; an invalid request is refused before anything is done; and
/// an agent that does not stream has its text delivered at once.
///
/// Ids, codes, times and counts only. Prompts and answers are put on the span after [`Trace::with_content`].
#[derive(Clone, Debug)]
pub struct Trace {
    parts: Parts,
    content: bool,
}

impl Trace {
    /// Measures into these parts' registry.
    pub fn new(parts: Parts) -> Self {
        Self { parts, content: false }
    }

    /// Puts prompts and answers on the span too, for hosts whose tracing may hold them.
    #[must_use]
    pub fn with_content(mut self, content: bool) -> Self {
        self.content = content;
        self
    }
}

impl Layer for Trace {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        Arc::new(Traced { profile: inner.profile(), inner, trace: self.clone() })
    }
}

#[derive(Debug)]
struct Traced {
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
    trace: Trace,
}

#[async_trait]
impl Agent for Traced {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let Self { profile, inner, trace } = self;
        let (output, measure) = Measure::begin(&trace.parts, &**inner, profile, &output);
        let mut open = OpenSpan::new(invoked(profile, &request));
        if trace.content {
            open.span.record("gen_ai.input.messages", asked(profile, &request));
        }
        let mut outcome = match ready(&*trace.parts.clock, &profile.id, &request) {
            Ok(()) => inner.respond(request, output.clone()).instrument(open.span.clone()).await,
            Err(error) => Err(error),
        };
        if let Ok(reply) = &mut outcome {
            if output.wants_text() {
                let mismatch = output.finish(reply);
                reply.warnings.extend(mismatch);
            }
            let attempts = output.attempts();
            if !attempts.is_empty() {
                reply.attempts = attempts;
            }
            if trace.content {
                open.span.record("gen_ai.output.messages", reply.text.as_str());
            }
        }
        open.end(&outcome);
        if let Some(measure) = measure {
            measure.end(&outcome);
        }
        outcome
    }
}

/// The innermost part of [`Trace`]: the span of one attempt.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TraceAttempt;

impl Layer for TraceAttempt {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        Arc::new(TracedAttempt { profile: inner.profile(), inner })
    }
}

#[derive(Debug)]
struct TracedAttempt {
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
}

#[async_trait]
impl Agent for TracedAttempt {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let mut open = OpenSpan::new(attempted(&self.profile, &request));
        let outcome = self.inner.respond(request, output).instrument(open.span.clone()).await;
        open.end(&outcome);
        outcome
    }
}

fn invoked(profile: &AgentProfile, request: &AgentRequest) -> Span {
    let name = format!("invoke_agent {}", profile.id);
    let span = tracing::info_span!(
        target: "aragora::agents",
        "invoke_agent",
        otel.name = name,
        gen_ai.operation.name = "invoke_agent",
        gen_ai.agent.name = profile.id.as_str(),
        gen_ai.provider.name = provider_name(&profile.provider),
        gen_ai.request.model = profile.model.as_str(),
        request.id = request.id.as_str(),
        debate.id = field::Empty,
        gen_ai.response.model = field::Empty,
        gen_ai.response.id = field::Empty,
        gen_ai.response.finish_reasons = field::Empty,
        gen_ai.usage.input_tokens = field::Empty,
        gen_ai.usage.output_tokens = field::Empty,
        gen_ai.usage.cache_read.input_tokens = field::Empty,
        gen_ai.usage.cache_creation.input_tokens = field::Empty,
        gen_ai.input.messages = field::Empty,
        gen_ai.output.messages = field::Empty,
        error.type = field::Empty,
        outcome = field::Empty,
    );
    if let Some(debate) = &request.debate {
        span.record("debate.id", debate.as_str());
    }
    span
}

fn attempted(profile: &AgentProfile, request: &AgentRequest) -> Span {
    let name = format!("chat {}", profile.model);
    tracing::info_span!(
        target: "aragora::agents",
        "chat",
        otel.name = name,
        otel.kind = "client",
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = provider_name(&profile.provider),
        gen_ai.request.model = profile.model.as_str(),
        gen_ai.request.max_tokens = request.sampling.max_output_tokens,
        gen_ai.request.temperature = request.sampling.temperature.map(f64::from),
        gen_ai.response.model = field::Empty,
        gen_ai.response.id = field::Empty,
        gen_ai.response.finish_reasons = field::Empty,
        gen_ai.usage.input_tokens = field::Empty,
        gen_ai.usage.output_tokens = field::Empty,
        gen_ai.usage.cache_read.input_tokens = field::Empty,
        gen_ai.usage.cache_creation.input_tokens = field::Empty,
        error.type = field::Empty,
        outcome = field::Empty,
    )
}

/// The conventions' word for a provider.
fn provider_name(provider: &str) -> &str {
    match provider {
        "mistral" => "mistral_ai",
        "gemini" => "gcp.gemini",
        "vertex" => "gcp.vertex_ai",
        "xai" => "x_ai",
        "bedrock" => "aws.bedrock",
        "azure" => "azure.ai.openai",
        other => other,
    }
}

/// The prompt as the conventions write it; what the agent may not see is not in it.
fn asked(profile: &AgentProfile, request: &AgentRequest) -> String {
    let own = Author::Agent(profile.id.clone());
    let messages = request.messages_for(&profile.id).map(|message| {
        let role = if message.author == own { "assistant" } else { "user" };
        serde_json::json!({"role": role, "parts": [{"type": "text", "content": &*message.text}]})
    });
    let system = serde_json::json!({"role": "system", "parts": [{"type": "text", "content": request.system}]});
    serde_json::Value::Array(std::iter::once(system).chain(messages).collect()).to_string()
}

/// A span that says how its call ended; a call that is dropped was cancelled.
struct OpenSpan {
    span: Span,
    ended: bool,
}

impl OpenSpan {
    fn new(span: Span) -> Self {
        Self { span, ended: false }
    }

    fn end(&mut self, outcome: &Result<AgentReply>) {
        self.ended = true;
        let span = &self.span;
        match outcome {
            Ok(reply) => {
                span.record("outcome", "ok");
                span.record("gen_ai.response.model", reply.model.as_str());
                if let Some(id) = &reply.response_id {
                    span.record("gen_ai.response.id", id.as_str());
                }
                if let Some(stop) = &reply.stop_raw {
                    span.record("gen_ai.response.finish_reasons", stop.as_str());
                }
                if let Some(usage) = reply.usage {
                    span.record("gen_ai.usage.input_tokens", usage.input_total);
                    span.record("gen_ai.usage.output_tokens", usage.output_total);
                    span.record("gen_ai.usage.cache_read.input_tokens", usage.cache_read);
                    span.record("gen_ai.usage.cache_creation.input_tokens", usage.cache_write);
                }
            }
            Err(error) => {
                span.record("outcome", "error");
                span.record("error.type", error.code());
            }
        }
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        if !self.ended {
            self.span.record("outcome", "cancelled");
        }
    }
}
