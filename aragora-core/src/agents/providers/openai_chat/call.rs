//! One turn as HTTP exchanges: send, read, adapt to refused knobs, record every attempt.

use std::time::Duration;

use serde_json::Value;

use super::OpenAiChatAgent;
use super::decode::Draft;
use super::encode::{Encoded, Voice, encode};
use crate::agents::conduct::MAX_REPLY_BYTES;
use crate::agents::output::Output;
use crate::agents::partial::PartialReply;
use crate::agents::providers::classify::{classify_embedded, request_id};
use crate::agents::providers::config::StreamMode;
use crate::agents::providers::exchange::{Events, Payload, Watch};
use crate::agents::providers::scrub;
use crate::agents::reply::{AgentReply, Attempt, Latency, Warning};
use crate::agents::request::AgentRequest;
use crate::clock::Timestamp;
use crate::debate::{AttemptOutcome, CostSource, Expect, Usage};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Headers, HttpRequest, Method};
use crate::ids::MicroUsd;

/// How often one call may be sent again without a knob the model refuses.
const ADAPTATIONS: usize = 2;

impl OpenAiChatAgent {
    pub(super) async fn ask(&self, request: &AgentRequest, output: &Output) -> Result<AgentReply> {
        let started = self.clock.monotonic();
        let mut adapted = Vec::new();
        let mut attempts = Vec::new();
        loop {
            let learnt = self.learnt();
            let (outcome, attempt, encoded) = self.attempt(request, output, &learnt).await;
            attempts.push(attempt);
            match outcome {
                Ok(mut reply) => {
                    reply.warnings.splice(0..0, adapted.into_iter().chain(encoded.warnings));
                    reply.latency.total = self.clock.monotonic().saturating_sub(started);
                    reply.attempts = attempts;
                    return Ok(reply);
                }
                Err(error) => {
                    let says = |name: &str| error.context().get(name).map_or("", String::as_str);
                    let told = format!("{} {}", says("provider_code"), says("message"));
                    let next = (error.kind() == ErrorKind::InvalidRequest && adapted.len() < ADAPTATIONS)
                        .then(|| learnt.after(&encoded.body, says("param"), &told))
                        .flatten();
                    let Some((learnt, detail)) = next else { return Err(error) };
                    self.learn(learnt);
                    adapted.push(Warning { code: "knob_ignored".into(), detail });
                }
            }
        }
    }

    async fn attempt(
        &self,
        request: &AgentRequest,
        output: &Output,
        learnt: &super::encode::Learnt,
    ) -> (Result<AgentReply>, Attempt, Encoded) {
        let stream = match self.stream {
            StreamMode::Auto => output.wants_text(),
            StreamMode::Always => true,
            StreamMode::Never => false,
        };
        let voice = Voice {
            dialect: &self.dialect,
            model: &self.profile.model,
            me: &self.profile.id,
            structured: self.profile.structured,
        };
        let mut encoded = encode(voice, request, stream, learnt);
        for (name, value) in &self.extra {
            encoded.body.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let mut flight = Flight::start(self, output);
        let outcome = self.exchange(request, output, &encoded, stream, &mut flight).await;
        let outcome = outcome.map_err(|error| self.described(error));
        let attempt = flight.land(outcome.as_ref().err());
        (outcome, attempt, encoded)
    }

    async fn exchange(
        &self,
        request: &AgentRequest,
        output: &Output,
        encoded: &Encoded,
        stream: bool,
        flight: &mut Flight<'_>,
    ) -> Result<AgentReply> {
        let watch = Watch::start(&*self.clock, self.timeouts);
        let http = self.http_request(request, encoded, stream)?;
        flight.sent = true;
        let (headers, body) = watch.send(&*self.transport, http, stream).await?;
        flight.request_id = request_id(&headers);
        let mut draft = Draft::default();
        let read = match Payload::open(&watch, body).await {
            Ok(Payload::Json(bytes)) => read_whole(&bytes, &headers, &mut draft, output, flight),
            Ok(Payload::Events(events)) => read_events(events, &watch, &headers, &mut draft, output, flight).await,
            Err(error) => Err(error),
        };
        flight.note(&draft);
        let nothing_came = draft.is_blank();
        let mut reply = draft.into_reply();
        if reply.model.is_empty() {
            reply.model.clone_from(&self.profile.model);
        }
        reply.provider.clone_from(&self.profile.provider);
        reply.request_id.clone_from(&flight.request_id);
        reply.latency = Latency { total: flight.elapsed(), first_token: flight.first_token, queued: Duration::ZERO };
        reply.cost = flight.cost;
        reply.cost_source = flight.cost_source();
        match read {
            Ok(warning) => {
                reply.warnings.extend(warning);
                reply.structured = structured(&request.expect, &reply.text, encoded.wrapped);
                Ok(reply)
            }
            Err(error) if nothing_came => Err(error),
            Err(error) => Err(PartialReply::attach(error, reply)),
        }
    }

    fn http_request(&self, request: &AgentRequest, encoded: &Encoded, stream: bool) -> Result<HttpRequest> {
        let mut http = HttpRequest::new(Method::Post, self.url.clone());
        http.headers = self.headers.clone();
        http.headers.set("content-type", "application/json");
        http.headers.set("accept", if stream { "text/event-stream" } else { "application/json" });
        http.headers.set("user-agent", concat!("aragora-core/", env!("CARGO_PKG_VERSION")));
        let id = request.id.as_str();
        if self.dialect.client_request_id && id.bytes().all(|b| b.is_ascii_graphic()) {
            http.headers.set("x-client-request-id", id);
        }
        http.body = serde_json::to_vec(&encoded.body)
            .map_err(|error| Error::internal("the request cannot be written as JSON").caused_by(error))?
            .into();
        Ok(http)
    }

    fn described(&self, error: Error) -> Error {
        let error = error.with("provider", &self.profile.provider).with("model", &self.profile.model);
        // A server may echo the key it was sent.
        scrub::error(error, self.key.as_ref())
    }
}

fn read_whole(
    bytes: &[u8],
    headers: &Headers,
    draft: &mut Draft,
    output: &Output,
    flight: &mut Flight<'_>,
) -> Result<Option<Warning>> {
    let document: Value = serde_json::from_slice(bytes)
        .map_err(|error| Error::new(ErrorKind::MalformedResponse, format!("the body is no JSON: {error}")))?;
    let is_completion = document.get("choices").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    let added = draft.absorb(&document);
    if let Some(error) = added.error {
        return Err(embedded(&error, headers));
    }
    if !is_completion {
        return Err(Error::new(ErrorKind::MalformedResponse, "the body has no choices, expected a chat completion"));
    }
    check_size(draft)?;
    // Somebody listens but the provider did not stream: what can be shown is shown in one piece.
    if !added.text.is_empty() {
        flight.token();
        output.reasoning(&added.reasoning);
        output.text(&added.text);
    }
    Ok(None)
}

async fn read_events(
    mut events: Events,
    watch: &Watch<'_>,
    headers: &Headers,
    draft: &mut Draft,
    output: &Output,
    flight: &mut Flight<'_>,
) -> Result<Option<Warning>> {
    loop {
        let arrival = match events.next(watch).await {
            Ok(Some(arrival)) => arrival,
            Ok(None) if draft.is_finished() => return Ok(None),
            Ok(None) if draft.is_blank() => {
                return Err(Error::new(ErrorKind::Interrupted, "the stream ended before the reply began"));
            }
            Ok(None) => {
                return Err(Error::new(ErrorKind::Interrupted, "the stream ended before the reply was complete"));
            }
            Err(error) if draft.is_finished() && error.kind() != ErrorKind::ReplyTooLarge => {
                let detail = format!("after the last piece: {}", error.reason());
                return Ok(Some(Warning { code: "broken_end".into(), detail }));
            }
            Err(error) if error.kind() == ErrorKind::Transport => {
                let broken = Error::new(ErrorKind::Interrupted, "the connection broke before the reply was complete");
                return Err(broken.caused_by(error));
            }
            Err(error) => return Err(error),
        };
        let data = arrival.event.data.trim();
        if data == "[DONE]" {
            return Ok(None);
        }
        if data.is_empty() {
            continue;
        }
        let Ok(chunk) = serde_json::from_str::<Value>(data) else {
            let kind = if arrival.unterminated { ErrorKind::Interrupted } else { ErrorKind::MalformedResponse };
            return Err(Error::new(kind, "an event of the stream is no JSON"));
        };
        let added = draft.absorb(&chunk);
        flight.note(draft);
        check_size(draft)?;
        output.reasoning(&added.reasoning);
        if !added.text.is_empty() {
            flight.token();
            output.text(&added.text);
        }
        if let Some(error) = added.error {
            return Err(embedded(&error, headers));
        }
        if arrival.event.event == "error" {
            return Err(embedded(&chunk, headers));
        }
    }
}

fn embedded(document: &Value, headers: &Headers) -> Error {
    classify_embedded(document, headers)
}

fn check_size(draft: &Draft) -> Result<()> {
    let bytes = draft.text.len();
    if bytes <= MAX_REPLY_BYTES {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ReplyTooLarge,
        format!("a reply of {bytes} bytes, at most {MAX_REPLY_BYTES} are allowed"),
    ))
}

fn structured(expect: &Expect, text: &str, wrapped: bool) -> Option<Value> {
    if *expect == Expect::Text {
        return None;
    }
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    match value {
        Value::Object(mut members) if wrapped => members.remove("value"),
        value => Some(value),
    }
}

/// One attempt on its way. Recorded exactly once: when it lands, or as cancelled when it is dropped before.
struct Flight<'a> {
    agent: &'a OpenAiChatAgent,
    output: &'a Output,
    started: Timestamp,
    began: Duration,
    sent: bool,
    landed: bool,
    usage: Option<Usage>,
    cost: Option<MicroUsd>,
    first_token: Option<Duration>,
    request_id: Option<String>,
}

impl<'a> Flight<'a> {
    fn start(agent: &'a OpenAiChatAgent, output: &'a Output) -> Self {
        Self {
            agent,
            output,
            started: agent.clock.now(),
            began: agent.clock.monotonic(),
            sent: false,
            landed: false,
            usage: None,
            cost: None,
            first_token: None,
            request_id: None,
        }
    }

    fn elapsed(&self) -> Duration {
        self.agent.clock.monotonic().saturating_sub(self.began)
    }

    fn token(&mut self) {
        self.first_token = self.first_token.or_else(|| Some(self.elapsed()));
    }

    fn note(&mut self, draft: &Draft) {
        self.usage = draft.usage().or(self.usage);
        self.cost = match (self.agent.free, self.agent.dialect.reports_cost) {
            (true, _) => Some(MicroUsd(0)),
            (false, true) => draft.cost().or(self.cost),
            (false, false) => None,
        };
    }

    fn cost_source(&self) -> CostSource {
        match self.cost {
            Some(_) if self.agent.free => CostSource::Free,
            Some(_) => CostSource::Provider,
            None => CostSource::Unknown,
        }
    }

    fn record(&self, outcome: AttemptOutcome, error: Option<&Error>) -> Attempt {
        Attempt {
            target: self.agent.target.clone(),
            started: self.started,
            outcome,
            code: error.map(|error| error.code().to_owned()),
            usage: self.usage,
            cost: self.cost,
            cost_source: self.cost_source(),
            request_id: self.request_id.clone().or_else(|| error?.context().get("request_id").cloned()),
            latency: self.elapsed(),
            hedge: false,
        }
    }

    fn land(mut self, error: Option<&Error>) -> Attempt {
        self.landed = true;
        let outcome = if error.is_some() { AttemptOutcome::Failed } else { AttemptOutcome::Ok };
        let attempt = self.record(outcome, error);
        if self.sent {
            self.output.record(attempt.clone());
        }
        attempt
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if self.sent && !self.landed {
            self.output.record(self.record(AttemptOutcome::Cancelled, None));
        }
    }
}
