//! One call through the crate: its course, its reply and its record.

use std::time::Duration;

use futures_util::StreamExt as _;
use genai::chat::{
    ChatOptions, ChatRequest, ChatStreamEvent, MessageContent, StopReason as Stop, ToolCall as Called, Usage as Tokens,
};

use super::GenaiAgent;
use super::failure::failed;
use crate::agents::conduct::MAX_REPLY_BYTES;
use crate::agents::output::Output;
use crate::agents::partial::PartialReply;
use crate::agents::prices::PriceQuery;
use crate::agents::providers::exchange::late;
use crate::agents::providers::scrub;
use crate::agents::reply::{AgentReply, Attempt, ToolCall};
use crate::clock::Timestamp;
use crate::debate::{AttemptOutcome, CostSource, StopReason, Usage};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::MicroUsd;

/// One call on its way. Recorded exactly once: when it lands, or as cancelled when it is dropped before.
pub(super) struct Call<'a> {
    agent: &'a GenaiAgent,
    output: &'a Output,
    started: Timestamp,
    began: Duration,
    first_token: Option<Duration>,
    reply: AgentReply,
    landed: bool,
}

impl<'a> Call<'a> {
    pub(super) fn start(agent: &'a GenaiAgent, output: &'a Output) -> Self {
        let reply = AgentReply {
            provider: agent.profile.provider.clone(),
            model: agent.profile.model.clone(),
            ..AgentReply::default()
        };
        let (started, began) = (agent.clock.now(), agent.clock.monotonic());
        Self { agent, output, started, began, first_token: None, reply, landed: false }
    }

    pub(super) async fn run(&mut self, prompt: ChatRequest, options: ChatOptions, stream: bool) -> Result<()> {
        let clock = std::sync::Arc::clone(&self.agent.clock);
        let end = self.began.saturating_add(self.agent.config.timeouts.total);
        let work =
            async { if stream { self.events(prompt, options).await } else { self.whole(prompt, options).await } };
        tokio::select! {
            biased;
            done = work => done,
            () = clock.sleep_until(end) => Err(late("total")),
        }
    }

    async fn whole(&mut self, prompt: ChatRequest, options: ChatOptions) -> Result<()> {
        let spec = self.agent.spec.clone();
        let answer = self.agent.client.exec_chat(spec, prompt, Some(&options)).await.map_err(failed)?;
        self.count(&answer.usage);
        self.reply.model = answer.provider_model_iden.model_name.to_string();
        self.reply.response_id = answer.response_id;
        let reasoning = answer.reasoning_content.or_else(|| answer.content.joined_reasoning_content());
        self.output.reasoning(reasoning.as_deref().unwrap_or_default());
        self.reply.reasoning = reasoning.filter(|text| !text.is_empty());
        self.stopped(answer.stop_reason);
        let text = self.content(answer.content);
        self.say(&text)
    }

    async fn events(&mut self, prompt: ChatRequest, options: ChatOptions) -> Result<()> {
        let spec = self.agent.spec.clone();
        let answer = self.agent.client.exec_chat_stream(spec, prompt, Some(&options)).await.map_err(failed)?;
        self.reply.model = answer.model_iden.model_name.to_string();
        let mut stream = answer.stream;
        while let Some(event) = stream.next().await {
            match event.map_err(failed)? {
                ChatStreamEvent::Chunk(piece) => self.say(&piece.content)?,
                ChatStreamEvent::ReasoningChunk(piece) => {
                    self.output.reasoning(&piece.content);
                    self.reply.reasoning.get_or_insert_default().push_str(&piece.content);
                }
                ChatStreamEvent::End(end) => {
                    if let Some(usage) = &end.captured_usage {
                        self.count(usage);
                    }
                    self.reply.response_id = end.captured_response_id;
                    self.stopped(end.captured_stop_reason);
                    if let Some(content) = end.captured_content {
                        let _ = self.content(content);
                    }
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(Error::new(ErrorKind::Interrupted, "the stream ended before the reply was complete"))
    }

    fn say(&mut self, piece: &str) -> Result<()> {
        self.reply.text.push_str(piece);
        let bytes = self.reply.text.len();
        if bytes > MAX_REPLY_BYTES {
            let reason = format!("a reply of {bytes} bytes, at most {MAX_REPLY_BYTES} are allowed");
            return Err(Error::new(ErrorKind::ReplyTooLarge, reason));
        }
        if !piece.is_empty() {
            self.first_token = self.first_token.or_else(|| Some(self.elapsed()));
            self.output.text(piece);
        }
        Ok(())
    }

    // Takes the calls and returns the text.
    fn content(&mut self, content: MessageContent) -> String {
        let text = content.texts().concat();
        let call = |call: Called| ToolCall {
            id: call.call_id,
            name: call.fn_name,
            raw: call.fn_arguments.to_string(),
            arguments: Some(call.fn_arguments),
        };
        self.reply.tool_calls = content.into_tool_calls().into_iter().map(call).collect();
        text
    }

    fn count(&mut self, tokens: &Tokens) {
        let number = |count: Option<i32>| count.and_then(|count| u64::try_from(count).ok());
        if tokens.prompt_tokens.is_none() && tokens.completion_tokens.is_none() {
            return;
        }
        let (input, output) = (tokens.prompt_tokens_details.as_ref(), tokens.completion_tokens_details.as_ref());
        self.reply.usage = Some(Usage {
            input_total: number(tokens.prompt_tokens).unwrap_or(0),
            output_total: number(tokens.completion_tokens).unwrap_or(0),
            cache_read: number(input.and_then(|details| details.cached_tokens)).unwrap_or(0),
            cache_write: number(input.and_then(|details| details.cache_creation_tokens)).unwrap_or(0),
            reasoning: number(output.and_then(|details| details.reasoning_tokens)).unwrap_or(0),
        });
    }

    fn stopped(&mut self, stop: Option<Stop>) {
        self.reply.stop_raw = stop.as_ref().map(|stop| stop.raw().to_owned());
        self.reply.stop = match stop {
            None | Some(Stop::Completed(_)) => StopReason::End,
            Some(Stop::MaxTokens(_)) => StopReason::Length,
            Some(Stop::ToolCall(_)) => StopReason::ToolCalls,
            // The crate does not tell the two apart but by the word.
            Some(Stop::ContentFilter(word)) if word == "refusal" => StopReason::Refusal,
            Some(Stop::ContentFilter(_)) => StopReason::ContentFilter,
            Some(Stop::StopSequence(_)) => StopReason::StopSequence,
            Some(Stop::Other(word)) => StopReason::Other(word),
        };
    }

    fn elapsed(&self) -> Duration {
        self.agent.clock.monotonic().saturating_sub(self.began)
    }

    fn cost(&self) -> (Option<MicroUsd>, CostSource) {
        if self.agent.config.free {
            return (Some(MicroUsd(0)), CostSource::Free);
        }
        let (provider, model) = (&self.agent.config.adapter, &self.reply.model);
        let price = self
            .reply
            .usage
            .as_ref()
            .and_then(|usage| self.agent.prices.price(&PriceQuery::new(provider, model, usage, self.started)));
        match price {
            Some(cost) => (Some(cost), CostSource::PriceBook(self.agent.prices.version())),
            None => (None, CostSource::Unknown),
        }
    }

    fn record(&self, outcome: AttemptOutcome, error: Option<&Error>) -> Attempt {
        let (cost, cost_source) = self.cost();
        Attempt {
            target: self.agent.target.id().clone(),
            started: self.started,
            outcome,
            code: error.map(|error| error.code().to_owned()),
            usage: self.reply.usage,
            cost,
            cost_source,
            request_id: error.and_then(|error| error.context().get("request_id").cloned()),
            latency: self.elapsed(),
            hedge: false,
        }
    }

    /// The reply, or the error with what had arrived.
    pub(super) fn land(mut self, outcome: Result<()>) -> Result<AgentReply> {
        self.landed = true;
        let outcome = outcome.map_err(|error| {
            let error = error.with("provider", &self.agent.profile.provider).with("model", &self.agent.profile.model);
            scrub::error(error, self.agent.config.key.as_ref())
        });
        let ended = if outcome.is_ok() { AttemptOutcome::Ok } else { AttemptOutcome::Failed };
        let attempt = self.record(ended, outcome.as_ref().err());
        self.output.record(attempt.clone());
        let mut reply = std::mem::take(&mut self.reply);
        (reply.cost, reply.cost_source) = (attempt.cost, attempt.cost_source.clone());
        (reply.latency.total, reply.latency.first_token) = (attempt.latency, self.first_token);
        match outcome {
            Ok(()) => {
                reply.attempts = vec![attempt];
                Ok(reply)
            }
            Err(error) if reply.text.is_empty() && reply.reasoning.is_none() => Err(error),
            Err(error) => Err(PartialReply::attach(error, reply)),
        }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.landed {
            self.output.record(self.record(AttemptOutcome::Cancelled, None));
        }
    }
}
