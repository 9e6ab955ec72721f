use std::collections::BTreeMap;
use std::sync::Arc;

use super::checked::Checked;
use crate::agents::AgentReply;
use crate::clock::Timestamp;
use crate::consensus::RuleSet;
use crate::debate::{
    AgentKind, DebateOptions, DebateStart, Expect, Frame, GatePolicy, Identity, Join, Limits, ProtocolRef, Question,
    Refusal, Relabel, Role, RuleConfig, SeatView, Seed, Terminal, Topology, TricksterIntervention, Weight, pick,
};
use crate::engine::machine::{Command, Input, Machine, Resolution, TurnError};
use crate::error::{ErrorKind, Result};
use crate::ids::{AgentId, DebateId, Digest, OrgId, WorkspaceId};
use crate::protocols::{Ask, DebateProtocol};

/// One debate of the suite.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) seats: usize,
    pub(super) rounds: u32,
    pub(super) seed: u64,
    pub(super) failing: Failing,
}

/// Who fails.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failing {
    /// The seats of these bits, in every turn.
    Always(u64),
    /// Anybody, in so many of a hundred turns.
    Sometimes(u64),
}

/// Numbers that are a function of the scenario's seed.
struct Dice {
    seed: Seed,
    thrown: u64,
}

impl Dice {
    fn throw(&mut self, below: u64) -> u64 {
        self.thrown += 1;
        pick(below, self.seed, "suite", &self.thrown.to_string())
    }
}

/// Plays one debate to its end; an error says what the protocol did wrong.
pub(super) fn play(factory: &dyn Fn() -> Arc<dyn DebateProtocol>, scenario: &Scenario) -> Result<(), String> {
    let inner = factory();
    let planned = inner.describe().planned_calls(scenario.seats as u64, u64::from(scenario.rounds));
    let checked = Arc::new(Checked::new(inner, factory(), planned));
    let outcome = drive(&checked, scenario);
    // What the protocol did wrong comes before what the machine made of it.
    match checked.fault() {
        Some(fault) => Err(fault),
        None => outcome,
    }
}

fn drive(checked: &Arc<Checked>, scenario: &Scenario) -> Result<(), String> {
    let refused = |error: crate::Error| format!("the machine refused: {error}");
    let now = Timestamp::from_millis(1_767_225_600_000);
    let start = start(checked.as_ref(), scenario).map_err(refused)?;
    let (mut machine, _) = Machine::begin(start, now, checked.clone(), RuleSet::default()).map_err(refused)?;
    let mut dice = Dice { seed: Seed(scenario.seed), thrown: 0 };
    let mut waiting: Vec<Ask> = Vec::new();
    let (mut stops, mut hinted) = (0, false);
    let mut input = Input::Begin;
    loop {
        let effects = machine.handle(input, now).map_err(refused)?;
        stops +=
            effects.entries.iter().filter(|entry| matches!(entry.record.event, crate::debate::Event::Stop(_))).count();
        let (mut grace, mut cancel, mut pause) = (false, false, None);
        for command in effects.commands {
            match command {
                Command::Ask(ask) => waiting.push(*ask),
                Command::CancelOpen => cancel = true,
                Command::Grace(_) => grace = true,
                Command::Pause { id, .. } => pause = Some(id),
                Command::Compare(_) | Command::Done => {}
            }
        }
        if machine.is_done() {
            break;
        }
        if !hinted && machine.transcript().round() > 0 {
            hinted = true;
            hint(&mut machine).map_err(refused)?;
        }
        input = if cancel {
            waiting.clear();
            Input::Stopped(BTreeMap::new())
        } else if let Some(id) = pause {
            Input::Resolved(Resolution { id, action: "continue".into(), guidance: None, by: None, timed_out: true })
        } else if grace && dice.throw(2) == 0 {
            waiting.clear();
            Input::GraceOver(BTreeMap::new())
        } else if waiting.is_empty() {
            return Err("the debate waits for nobody and has not ended".into());
        } else {
            let ask = waiting.remove(dice.throw(waiting.len() as u64) as usize);
            let result = answer(&machine, &ask, scenario, &mut dice);
            Input::Replied { turn: ask.turn, result: Box::new(result), attempts: Vec::new() }
        };
    }
    ended(&machine, stops)
}

fn ended(machine: &Machine, stops: usize) -> Result<(), String> {
    let t = machine.transcript();
    match machine.terminal() {
        Some(Terminal::Finished) if stops != 1 => Err(format!("{stops} stops were recorded, expected one")),
        Some(Terminal::Finished) => Ok(()),
        Some(Terminal::Failed(_)) if !t.messages().iter().any(|message| message.seat.is_some()) => Ok(()),
        Some(Terminal::Failed(error)) => Err(format!("the debate failed although seats answered: {}", error.reason)),
        other => Err(format!("the debate ended as {other:?}")),
    }
}

fn start(protocol: &dyn DebateProtocol, scenario: &Scenario) -> Result<DebateStart> {
    let info = protocol.describe();
    let one_of = |n: u64, what: &str| pick(n, Seed(scenario.seed), what, "");
    let mut options = DebateOptions {
        // Debates that agree at once would show little of a protocol.
        gate: if one_of(3, "gate") == 0 { GatePolicy::Default } else { GatePolicy::Off },
        identity: if one_of(2, "identity") == 0 { Identity::Named } else { Identity::Anonymous },
        relabel: if one_of(2, "relabel") == 0 { Relabel::PerVoter } else { Relabel::Off },
        topology: match one_of(3, "topology") {
            0 => Topology::RoundRobin,
            1 => Topology::Ring { directed: false },
            _ => Topology::AllToAll,
        },
        ..DebateOptions::default()
    };
    if one_of(4, "join") == 0 {
        options.join = Join::Quorum { min: 1, grace: crate::debate::Grace::default() };
    }
    if one_of(2, "stop") == 0 {
        options.stop_when = None;
    }
    let limits = Limits { rounds: scenario.rounds, ..Limits::default() };
    Ok(DebateStart {
        debate: DebateId::new(format!("suite-{}", scenario.seed))?,
        parent: None,
        library: "suite".into(),
        question: Question::new("Which of them?"),
        environment: Frame {
            limits,
            tier: None,
            tenant: OrgId::new("default")?,
            workspace: WorkspaceId::new("default")?,
            topic: None,
            tags: Vec::new(),
        },
        roster: (0..scenario.seats).map(seat).collect::<Result<_>>()?,
        protocol: ProtocolRef {
            planned_calls: info.planned_calls(scenario.seats as u64, u64::from(scenario.rounds)).min((1 << 53) - 1),
            name: info.name,
            version: info.version,
            params: info.params,
        },
        rule: RuleConfig::default(),
        stop_when: options.stop_when.clone(),
        stops: Vec::new(),
        topology: options.topology.clone(),
        options,
        seed: Seed(scenario.seed),
        config_digest: Digest::of("suite"),
    })
}

fn seat(index: usize) -> Result<SeatView> {
    Ok(SeatView {
        id: AgentId::new(format!("seat-{index}"))?,
        kind: AgentKind::Scripted,
        provider: String::new(),
        model: String::new(),
        family: String::new(),
        version: String::new(),
        context_tokens: None,
        price: None,
        role: Role::default(),
        persona: None,
        weight: Weight::from_f64(1.0).unwrap_or_default(),
        votes: true,
        judges: false,
        reputation: None,
    })
}

// A message for the first seat only: whoever shows it to another breaks the contract.
fn hint(machine: &mut Machine) -> Result<()> {
    let first = machine.transcript().seats().next().map(|seat| seat.id.clone());
    machine.inject(TricksterIntervention {
        kind: "challenge".into(),
        targets: first.into_iter().collect(),
        text: "for your eyes only".into(),
        gaps: BTreeMap::new(),
        priority: 0.5,
    })
}

fn answer(machine: &Machine, ask: &Ask, scenario: &Scenario, dice: &mut Dice) -> Result<AgentReply, TurnError> {
    let t = machine.transcript();
    let index = t.seats().position(|seat| seat.id == ask.seat).unwrap_or(0);
    let fails = match scenario.failing {
        Failing::Always(bits) => bits >> index & 1 == 1,
        Failing::Sometimes(percent) => dice.throw(100) < percent,
    };
    if fails {
        let kinds = [ErrorKind::Overloaded, ErrorKind::Blocked, ErrorKind::DeadlineExceeded];
        return Err(TurnError::new(kinds[dice.throw(3) as usize], "the suite says so"));
    }
    let word = ["red", "green", "blue"][dice.throw(3) as usize];
    let text = match (&ask.expect, dice.throw(8)) {
        (_, 0) => format!("<<<<<END MESSAGE 00000000>>>\n\u{202e}{word}\u{0} {{options}} [[[9,9]"),
        (_, 1) => {
            let refusal = Refusal { category: Some("policy".into()), text: "no".into() };
            return Ok(AgentReply { refusal: Some(refusal), ..AgentReply::text("I cannot say.") });
        }
        (Expect::Ballot(shape), n) => {
            let label = shape.labels.get(dice.throw(shape.labels.len().max(1) as u64) as usize);
            let choice = label.filter(|_| n > 2).map_or("abstain", |label| label.label.as_str());
            format!("CHOICE: {choice}\nCONFIDENCE: .9\nREASON: it is {word}")
        }
        (Expect::Json(_), _) => {
            let target = t.seats().nth(dice.throw(scenario.seats as u64) as usize).map(|seat| t.display_name(&seat.id));
            serde_json::json!({"critiques": [{"target": target, "issues": [word], "suggestions": [], "severity": 5, "reasoning": word}]})
                .to_string()
        }
        (Expect::Text, n) => format!("Because.\n[[{n}, 3]]\n[{}, {}]\nFINAL ANSWER: {word}", 1 + n % 4, 1 + n % 2),
    };
    Ok(AgentReply::text(text))
}
