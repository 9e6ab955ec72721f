//! Participants written in Rust, behind the public traits.

use std::sync::Arc;

use aragora_core::agents::{Agent, AgentKind, AgentProfile, AgentReply, AgentRequest, Output};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::debate::{Phase, Transcript};
use aragora_core::ids::AgentId;
use aragora_core::protocols::{AskBuilder, DebateProtocol, Draft, ProtocolInfo, Step};
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;
use serde_json::json;

use super::cast::{Player, Raised};
use super::documents::{raised, read, reply, request as document};
use super::script::{AskArgs, Broken, DecideItem, Profile, ProtocolItem, ProtocolScript};

/// An agent that plays its script.
#[derive(Debug)]
pub(super) struct PlayedAgent {
    player: Arc<Player>,
    id: AgentId,
    clock: ManualClock,
}

impl PlayedAgent {
    pub(super) fn new(player: Arc<Player>, clock: ManualClock) -> Result<Self> {
        Ok(Self { id: AgentId::new(&player.id)?, player, clock })
    }
}

#[async_trait]
impl Agent for PlayedAgent {
    fn profile(&self) -> AgentProfile {
        let Profile { provider, model, family, version } = self.player.script.profile.clone().unwrap_or_default();
        AgentProfile { provider, model, family, version, ..AgentProfile::new(self.id.clone(), AgentKind::Foreign) }
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let (cancel, deadline) = (request.cancel.clone(), request.deadline);
        let asked = document(&request.visible_to(&self.id));
        let failed = |error: Raised| raised(&format!("agent {:?}", self.player.id), ErrorKind::AgentFailed, error);
        let (item, mut call) = self.player.begin(&asked).map_err(failed)?;
        let emit = |piece: &str| output.text(piece);
        let mut play = std::pin::pin!(self.player.play(&item, &asked, &emit));
        let late = async {
            match deadline {
                Some(deadline) => self.clock.sleep_until(deadline.monotonic()).await,
                None => std::future::pending().await,
            }
        };
        let stopped = tokio::select! {
            biased;
            () = cancel.cancelled() => Error::new(ErrorKind::Cancelled, "the turn was cancelled"),
            played = &mut play => {
                call.done();
                return reply(&played.map_err(failed)?);
            }
            () = late => Error::new(ErrorKind::DeadlineExceeded, "the deadline of the turn has passed"),
        };
        call.cancelled();
        if item.ignore_cancel == Some(true) {
            return reply(&play.await.map_err(failed)?);
        }
        Err(stopped)
    }
}

/// A protocol that plays its script.
#[derive(Debug)]
pub(super) struct PlayedProtocol {
    script: Arc<ProtocolScript>,
}

impl PlayedProtocol {
    pub(super) fn new(script: Arc<ProtocolScript>) -> Result<Self> {
        for item in &script.script {
            if let ProtocolItem::Ask(item) = item {
                read::<Phase>("phase", &json!(item.ask.phase))?;
            }
        }
        Ok(Self { script })
    }

    fn broken(&self, broken: &Broken) -> Error {
        let what = match broken {
            Broken { fail: Some(code), .. } => Raised::ours(code, None),
            Broken { throw: Some(text), .. } => Raised::Host(text.clone()),
            _ => Raised::WrongType,
        };
        raised(&format!("protocol {:?}", self.script.name), ErrorKind::ProtocolFailed, what)
    }
}

impl DebateProtocol for PlayedProtocol {
    fn describe(&self) -> ProtocolInfo {
        let calls = self.script.planned_calls;
        let info = ProtocolInfo::new(&self.script.name, self.script.version.as_deref().unwrap_or("1"));
        info.with_params(self.script.params.clone())
            .with_seats(self.script.min_seats.unwrap_or(2), self.script.max_seats.unwrap_or(64))
            .with_planned_calls(move |seats, rounds| match calls {
                Some(calls) => calls.constant + calls.per_seat * seats + calls.per_seat_round * seats * rounds,
                None => 8 * seats * rounds,
            })
    }

    fn next(&self, transcript: &Transcript) -> Result<Step> {
        match self.script.script.get(transcript.steps().len()) {
            Some(ProtocolItem::Ask(item)) => ask(transcript, &item.ask),
            Some(ProtocolItem::Broken(broken)) => Err(self.broken(broken)),
            Some(ProtocolItem::Finish(_)) | None => Ok(Step::finish()),
        }
    }

    fn decide(&self, transcript: &Transcript) -> Result<Draft> {
        match &self.script.decide {
            Some(DecideItem::Broken(broken)) => Err(self.broken(broken)),
            Some(DecideItem::Default(_)) | None => Ok(Draft::newest(transcript)),
        }
    }

    fn blocking(&self) -> bool {
        true
    }
}

fn ask(transcript: &Transcript, args: &AskArgs) -> Result<Step> {
    let phase: Phase = read("phase", &json!(args.phase))?;
    let seats = args.seats.as_ref().map(|seats| seats.iter().map(AgentId::new).collect::<Result<Vec<_>>>());
    let seats = seats.transpose()?;
    if args.round.is_none() && args.expect.is_none() && args.order.is_none() {
        return transcript.ask(phase, &args.instruction, seats);
    }
    let current = transcript.round().max(1);
    let round = if transcript.planned(current, phase) { current + 1 } else { current };
    let mut step =
        AskBuilder::new(transcript, phase, args.round.unwrap_or(round)).instruction(|_| Ok(args.instruction.clone()));
    if let Some(seats) = seats {
        step = step.seats(seats);
    }
    if let Some(expect) = &args.expect {
        let expect: aragora_core::debate::Expect = read("expect", expect)?;
        step = step.expect(move |_| expect.clone());
    }
    if args.order.as_deref() == Some("sequential") {
        step = step.sequential();
    }
    step.build()
}
