use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::calls::{Call, call_host};
use super::documents::{ReplyDocument, RequestDocument};
use super::json::write;
use super::parts::failure;
use super::seats::Participant;
use crate::agents::{Agent, AgentProfile, AgentReply, AgentRequest, Output, ready, sized};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// How long a cancelled participant gets to stop by itself.
const GRACE: Duration = Duration::from_secs(2);

/// A participant in the host's language.
#[derive(Debug)]
pub(super) struct ForeignAgent {
    pub(super) profile: AgentProfile,
    pub(super) participant: Arc<Participant>,
    pub(super) parts: Parts,
}

#[async_trait]
impl Agent for ForeignAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let (me, clock) = (&self.profile.id, self.parts.clock.clone());
        ready(clock.as_ref(), me, &request)?;
        let data = write(&RequestDocument::of(&request, me, clock.monotonic()))?;
        let (cancel, deadline) = (request.cancel, request.deadline);
        let host = self.participant.host();
        let (mut call, answered) = Call::future(host, &self.parts.telemetry, "agent", output)?;
        call.post(self.participant.number(), "agent.respond", data);
        let late = async {
            match deadline {
                Some(deadline) => clock.sleep_until(deadline.monotonic()).await,
                None => std::future::pending().await,
            }
        };
        let grace = async { clock.sleep_until(clock.monotonic() + GRACE).await };
        match call_host(&mut call, answered, cancel.cancelled(), late, grace).await? {
            Ok(json) => reply(&json)
                .map_err(|reason| Error::new(ErrorKind::AgentFailed, format!("agent {:?} {reason}", me.as_str()))),
            Err(json) => Err(failure(&json, ErrorKind::AgentFailed, call.id, host)),
        }
        .and_then(sized)
    }
}

fn reply(json: &str) -> std::result::Result<AgentReply, String> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Reply(serde_json::Value),
    }
    let wrong = |error: serde_json::Error| format!("returned a reply that cannot be read: {error}");
    match serde_json::from_str(json).map_err(wrong)? {
        Either::Text(text) => Ok(AgentReply::text(text)),
        Either::Reply(document) => Ok(serde_json::from_value::<ReplyDocument>(document).map_err(wrong)?.into_reply()),
    }
}
