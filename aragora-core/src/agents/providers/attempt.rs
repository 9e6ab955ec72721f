//! One attempt: sign, send, read whole or as events, and what that amounts to.

use std::time::Duration;

use serde_json::Value;

use super::agent::ProviderAgent;
use super::classify::request_id;
use super::codec::{Draft, Encoded, Reader, ValueAt};
use super::endpoint::{Unsigned, written};
use super::exchange::{Events, Payload, Watch};
use super::flight::Flight;
use super::ordered::Ordered;
use super::value;
use crate::agents::conduct::MAX_REPLY_BYTES;
use crate::agents::output::Output;
use crate::agents::partial::PartialReply;
use crate::agents::reply::{AgentReply, Attempt, Latency, Warning};
use crate::agents::request::AgentRequest;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Headers, Method};

impl ProviderAgent {
    /// One attempt, its record if it reached the wire, and what it was signed with. `renewed` are fields the
    /// credentials gave already.
    pub(super) async fn attempt(
        &self,
        request: &AgentRequest,
        output: &Output,
        encoded: &Encoded,
        stream: bool,
        renewed: Option<&Headers>,
    ) -> (Result<AgentReply>, Option<Attempt>, Option<Headers>) {
        let mut flight = Flight::start(self, output);
        let mut signed = renewed.cloned();
        let outcome = self.exchange(request, output, encoded, stream, &mut signed, &mut flight).await;
        let fields = signed.clone().unwrap_or_default();
        let outcome = outcome.map_err(|error| self.endpoint.described(error, &fields));
        let attempt = flight.land(outcome.as_ref().err());
        (outcome, attempt, signed)
    }

    fn unsigned(&self, request: &AgentRequest, encoded: &Encoded, stream: bool) -> Result<Unsigned> {
        let mut headers = Headers::new();
        self.codec.headers(request, &mut headers);
        let url = if stream { &self.stream_url } else { &self.whole_url };
        let body = written(&Ordered(&self.body(request, encoded)))?;
        Ok(Unsigned { method: Method::Post, url: url.clone(), headers, body, stream })
    }

    pub(super) async fn sign(
        &self,
        request: &AgentRequest,
        encoded: &Encoded,
        stream: bool,
        refresh: bool,
    ) -> Result<Headers> {
        let watch = Watch::start(&*self.endpoint.clock, self.endpoint.timeouts);
        self.endpoint.sign(&watch, &self.unsigned(request, encoded, stream)?, refresh).await
    }

    async fn exchange(
        &self,
        request: &AgentRequest,
        output: &Output,
        encoded: &Encoded,
        stream: bool,
        signed: &mut Option<Headers>,
        flight: &mut Flight<'_>,
    ) -> Result<AgentReply> {
        let mut watch = Watch::start(&*self.endpoint.clock, self.endpoint.timeouts);
        let unsigned = self.unsigned(request, encoded, stream)?;
        let fields = match signed.take() {
            Some(fields) => fields,
            None => self.endpoint.sign(&watch, &unsigned, false).await?,
        };
        let http = self.endpoint.seal(&unsigned, &fields);
        let fields = signed.insert(fields);
        flight.sent = true;
        let response = self.endpoint.send(&watch, http, stream).await?;
        if !(200..300).contains(&response.status) {
            return Err(self.endpoint.refusal(&watch, response).await);
        }
        flight.request_id = request_id(&response.headers).map(|id| self.endpoint.clean(&id, fields));
        let mut draft = Draft::default();
        let mut reader = self.codec.reader();
        let mut reading = Reading { agent: self, headers: &response.headers, output, flight };
        let read = match Payload::open(&watch, response.body, stream).await {
            Ok(Payload::Json(bytes)) => reading.whole(&bytes, &mut *reader, &mut draft),
            Ok(Payload::Events(events)) => reading.events(events, &mut watch, &mut *reader, &mut draft).await,
            Err(error) => Err(error),
        };
        reader.close(&mut draft);
        flight.note(&draft);
        let begun = draft.begun;
        let mut reply = self.reply(draft, flight);
        self.endpoint.cleaned(&mut reply, fields);
        match read {
            Ok(warning) => {
                reply.warnings.extend(warning);
                if encoded.value != ValueAt::Nowhere {
                    value::take(&mut reply, encoded);
                }
                Ok(reply)
            }
            Err(error) if begun => Err(PartialReply::attach(error, reply)),
            Err(error) => Err(error),
        }
    }

    fn reply(&self, draft: Draft, flight: &Flight<'_>) -> AgentReply {
        let mut reply = draft.into_reply();
        if reply.model.is_empty() {
            reply.model.clone_from(&self.endpoint.model);
        }
        self.endpoint.provider.clone_into(&mut reply.provider);
        reply.request_id.clone_from(&flight.request_id);
        reply.latency = Latency { total: flight.elapsed(), first_token: flight.first_token, queued: Duration::ZERO };
        (reply.cost, reply.cost_source) = flight.cost();
        reply
    }
}

/// One successful response while it is read.
struct Reading<'a, 'f> {
    agent: &'a ProviderAgent,
    headers: &'a Headers,
    output: &'a Output,
    flight: &'a mut Flight<'f>,
}

impl Reading<'_, '_> {
    fn whole(&mut self, bytes: &[u8], reader: &mut dyn Reader, draft: &mut Draft) -> Result<Option<Warning>> {
        let document: Value = serde_json::from_slice(bytes)
            .map_err(|error| Error::new(ErrorKind::MalformedResponse, format!("the body is no JSON: {error}")))?;
        let added = match reader.whole(&document, draft) {
            Ok(added) => added,
            Err(reason) => return Err(Error::new(ErrorKind::MalformedResponse, reason)),
        };
        self.flight.note(draft);
        if let Some(error) = added.error {
            return Err(self.agent.endpoint.embedded(&error, self.headers));
        }
        fits(draft)?;
        // Somebody may listen although the provider did not stream: what can be shown is shown in one piece.
        self.output.reasoning(&added.reasoning);
        if !added.text.is_empty() {
            self.flight.token();
            self.output.text(&added.text);
        }
        Ok(None)
    }

    async fn events(
        &mut self,
        events: Events,
        watch: &mut Watch<'_>,
        reader: &mut dyn Reader,
        draft: &mut Draft,
    ) -> Result<Option<Warning>> {
        let mut first = None;
        let read = self.pieces(events, watch, reader, draft, &mut first).await;
        match (first, read) {
            (None, read) => read,
            // Only what the provider itself says explains its error; how the stream ended does not.
            (Some(_), Err(error)) if error.context().contains_key("http_status") => Err(error),
            (Some(first), _) => Err(first),
        }
    }

    async fn pieces(
        &mut self,
        mut events: Events,
        watch: &mut Watch<'_>,
        reader: &mut dyn Reader,
        draft: &mut Draft,
        first: &mut Option<Error>,
    ) -> Result<Option<Warning>> {
        loop {
            if draft.finished || first.is_some() {
                watch.linger();
            }
            let arrival = match events.next(watch).await {
                Ok(Some(arrival)) => arrival,
                Ok(None) => return ended(draft),
                Err(error) if draft.finished && error.kind() != ErrorKind::ReplyTooLarge => {
                    let detail = format!("after the last piece: {}", error.reason());
                    return Ok(Some(Warning { code: "broken_end".into(), detail }));
                }
                Err(error) if error.kind() == ErrorKind::Transport => {
                    let reason = "the connection broke before the reply was complete";
                    return Err(Error::new(ErrorKind::Interrupted, reason).caused_by(error));
                }
                Err(error) => return Err(error),
            };
            let data = arrival.event.data.trim();
            if data == "[DONE]" {
                reader.done(draft);
                return ended(draft);
            }
            if data.is_empty() {
                continue;
            }
            let Ok(document) = serde_json::from_str::<Value>(data) else {
                if draft.finished {
                    let detail = "after the last piece: an event that is no JSON".into();
                    return Ok(Some(Warning { code: "broken_end".into(), detail }));
                }
                let kind = if arrival.unterminated { ErrorKind::Interrupted } else { ErrorKind::MalformedResponse };
                return Err(Error::new(kind, "an event of the stream is no JSON"));
            };
            let added = reader.event(&arrival.event.event, &document, draft);
            self.flight.note(draft);
            fits(draft)?;
            self.output.reasoning(&added.reasoning);
            if !added.text.is_empty() {
                self.flight.token();
                self.output.text(&added.text);
            }
            let named = || (arrival.event.event == "error").then_some(document);
            if let Some(error) = added.error.or_else(named) {
                let error = self.agent.endpoint.embedded(&error, self.headers);
                if !added.more {
                    return Err(error);
                }
                first.get_or_insert(error);
            }
            if added.end {
                return Ok(None);
            }
        }
    }
}

fn ended(draft: &Draft) -> Result<Option<Warning>> {
    if draft.finished {
        return Ok(None);
    }
    let what = if draft.begun { "was complete" } else { "began" };
    Err(Error::new(ErrorKind::Interrupted, format!("the stream ended before the reply {what}")))
}

fn fits(draft: &Draft) -> Result<()> {
    let bytes = draft.text.len();
    if bytes <= MAX_REPLY_BYTES {
        return Ok(());
    }
    let reason = format!("a reply of {bytes} bytes, at most {MAX_REPLY_BYTES} are allowed");
    Err(Error::new(ErrorKind::ReplyTooLarge, reason))
}
