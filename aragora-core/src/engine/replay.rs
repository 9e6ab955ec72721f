use serde::{Deserialize, Serialize};

use super::feed::{Difference, feed};
use super::inner::Inner;
use super::machine::Command;
use crate::debate::{Decision, Record, Terminal, Transcript};
use crate::error::{Error, ErrorKind, Result};

/// How closely a replay is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReplayCheck"))]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Every byte of every record.
    #[default]
    Strict,
    /// The decision only.
    Decision,
}

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayReport {
    /// Whether the check holds.
    pub matches: bool,
    /// Records compared.
    pub records: u64,
    /// The first difference of the logs, also when only decisions are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// The decision of the replayed debate, if it came to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

pub(super) fn replay(engine: &Inner, log: &[Record], check: Check) -> Result<ReplayReport> {
    // Folding first: a log that contradicts itself is corrupt, not different.
    let recorded = Transcript::fold(log)?;
    let protocol = engine.protocol_of(&recorded.start().protocol)?;
    let fed = feed(log, protocol, engine.rules.clone())?;
    let ended = fed.machine.terminal().is_some() || matches!(recorded.terminal(), Some(Terminal::Failed(_)));
    if fed.difference.is_none()
        && !ended
        && let Some(turn) = waiting(&fed.commands, &fed.machine)
    {
        return Err(Error::new(ErrorKind::RecordingMissing, format!("the log holds no reply to turn {turn}"))
            .with("records", log.len()));
    }
    let decision = fed.machine.transcript().decision().map(|decision| decision.as_ref().clone());
    let same_decision = recorded.decision().map(AsRef::as_ref) == decision.as_ref();
    let matches = match check {
        Check::Strict => fed.difference.is_none() && fed.surplus.is_empty(),
        Check::Decision => same_decision && decision.is_some(),
    };
    Ok(ReplayReport { matches, records: log.len() as u64, difference: fed.difference, decision })
}

fn waiting(commands: &[Command], machine: &super::machine::Machine) -> Option<String> {
    let open = |turn: &crate::ids::TurnId| {
        machine.transcript().turn(turn).is_some_and(|t| t.state == crate::debate::TurnState::Running)
    };
    commands.iter().find_map(|command| match command {
        Command::Ask(ask) if open(&ask.turn) => Some(ask.turn.to_string()),
        _ => None,
    })
}
