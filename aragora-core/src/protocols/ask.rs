//! Building a step: turn ids, visibility and the prompt layout, so that a protocol is a page long.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::roles::{cognitive_role, stance};
use super::step::{Ask, AskStep, Step};
use super::templates::{instruction, template};
use super::topology::sees;
use crate::debate::{
    ContextReduced, Expect, Extractor, Identity, Join, Message, MessageKind, Order, Phase, Prompt, Role, RolePolicy,
    SeatView, Stance, StancePolicy, Transcript, TranscriptMessage, escape, fill, question_block, reduce, told,
    transcript_blocks,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, MessageId, OptionId, TurnId};

type PerSeat<'a, T> = Box<dyn Fn(&SeatView) -> T + 'a>;

/// Collects what a step asks and renders one prompt per seat in the layout S0 to S3.
pub struct AskBuilder<'a> {
    transcript: &'a Transcript,
    phase: Phase,
    round: u32,
    seats: Option<Vec<AgentId>>,
    role: Role,
    instruction: PerSeat<'a, Result<String>>,
    expect: PerSeat<'a, Expect>,
    labels: PerSeat<'a, Option<BTreeMap<String, OptionId>>>,
    history: bool,
    latest_only: bool,
    shown: Option<PerSeat<'a, Vec<MessageId>>>,
    own: bool,
    order: Order,
    join: Option<Join>,
    min: Option<u32>,
    repeat: u32,
}

impl std::fmt::Debug for AskBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AskBuilder({} in round {})", self.phase, self.round)
    }
}

impl<'a> AskBuilder<'a> {
    /// A step of this phase and round that asks every active debater.
    pub fn new(transcript: &'a Transcript, phase: Phase, round: u32) -> Self {
        Self {
            transcript,
            phase,
            round,
            seats: None,
            role: role_of(phase),
            instruction: Box::new(|_| Ok(String::new())),
            expect: Box::new(|_| Expect::Text),
            labels: Box::new(|_| None),
            history: true,
            latest_only: false,
            shown: None,
            own: true,
            order: Order::Parallel,
            join: None,
            min: None,
            repeat: 1,
        }
    }

    /// Asks these seats only; absent and benched ones are left out.
    #[must_use]
    pub fn seats(mut self, seats: Vec<AgentId>) -> Self {
        self.seats = Some(seats);
        self
    }

    /// What each seat is told last.
    #[must_use]
    pub fn instruction(mut self, text: impl Fn(&SeatView) -> Result<String> + 'a) -> Self {
        self.instruction = Box::new(text);
        self
    }

    /// A template with slots that are the same for every seat.
    #[must_use]
    pub fn template(self, name: &'static str, slots: Vec<(&'static str, String)>) -> Self {
        let (transcript, round) = (self.transcript, self.round);
        self.instruction(move |seat| {
            let values: Vec<(&str, &str)> = slots.iter().map(|(slot, value)| (*slot, value.as_str())).collect();
            instruction(transcript, name, seat, round, &values)
        })
    }

    /// What each seat must return.
    #[must_use]
    pub fn expect(mut self, expect: impl Fn(&SeatView) -> Expect + 'a) -> Self {
        self.expect = Box::new(expect);
        self
    }

    /// The labels of each voter, where they differ by voter.
    #[must_use]
    pub fn labels(mut self, labels: impl Fn(&SeatView) -> Option<BTreeMap<String, OptionId>> + 'a) -> Self {
        self.labels = Box::new(labels);
        self
    }

    /// Shows nothing of what was said so far.
    #[must_use]
    pub fn alone(mut self) -> Self {
        (self.history, self.own) = (false, false);
        self
    }

    /// Shows only the newest message of every seat.
    #[must_use]
    pub fn latest(mut self) -> Self {
        self.latest_only = true;
        self
    }

    /// Shows each seat these messages of participants in this order, then what people said, instead of all it may see
    /// in roster order.
    #[must_use]
    pub fn shown(mut self, shown: impl Fn(&SeatView) -> Vec<MessageId> + 'a) -> Self {
        self.shown = Some(Box::new(shown));
        self
    }

    /// Whether the seat's own previous answer is repeated before the instruction, default yes.
    #[must_use]
    pub fn own_answer(mut self, repeated: bool) -> Self {
        self.own = repeated;
        self
    }

    /// Sets the part played.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// One after the other instead of all at once.
    #[must_use]
    pub fn sequential(mut self) -> Self {
        self.order = Order::Sequential;
        self
    }

    /// Ends the step otherwise than the debate's option says.
    #[must_use]
    pub fn join(mut self, join: Join) -> Self {
        self.join = Some(join);
        self
    }

    /// Needs this many usable replies instead of the debate's `step_min`.
    #[must_use]
    pub fn min(mut self, min: u32) -> Self {
        self.min = Some(min);
        self
    }

    /// Asks each seat this many times.
    #[must_use]
    pub fn repeat(mut self, times: u32) -> Self {
        self.repeat = times.max(1);
        self
    }

    /// The step.
    pub fn build(self) -> Result<Step> {
        let t = self.transcript;
        let names = t.names();
        let system: Arc<str> = system_text(t)?.into();
        let question: Arc<str> = question_block(t).into();
        let chosen: Vec<&SeatView> = match &self.seats {
            Some(ids) => ids.iter().filter_map(|id| t.seat(id)).filter(|seat| !t.is_benched(&seat.id)).collect(),
            None => t.active().collect(),
        };
        let mut blocks: Vec<(Vec<MessageId>, Vec<Message>)> = Vec::new();
        let mut asks = Vec::with_capacity(chosen.len() * self.repeat as usize);
        for seat in chosen {
            let mut shown = match &self.shown {
                Some(given) => {
                    let people = visible(t, &seat.id, self.round).into_iter().filter(|message| message.seat.is_none());
                    given(seat).iter().filter_map(|id| t.message(id)).chain(people).collect()
                }
                None if self.history => visible(t, &seat.id, self.round),
                None => Vec::new(),
            };
            if self.latest_only {
                let newest: Vec<MessageId> = shown
                    .iter()
                    .filter(|m| {
                        !shown.iter().any(|later| later.seat.is_some() && later.seat == m.seat && later.round > m.round)
                    })
                    .map(|m| m.id.clone())
                    .collect();
                shown.retain(|m| newest.contains(&m.id));
            }
            let last = self.last_message(seat, names)?;
            let output = t.limits().max_output_tokens;
            let fixed = system.len() + question.len() + last.len();
            let turn = self.turn(seat, 1);
            let size = |shown: &[&TranscriptMessage]| {
                fixed + transcript_blocks(t, shown, names).iter().map(|(_, text)| text.len()).sum::<usize>()
            };
            let (reduced, too_long) = fit(t, seat, &mut shown, &size, output, &turn);
            let ids: Vec<MessageId> = shown.iter().map(|message| message.id.clone()).collect();
            // Seats that see the same share one rendering.
            let history = if let Some((_, history)) = blocks.iter().find(|(key, _)| *key == ids) {
                history.clone()
            } else {
                let rendered = transcript_blocks(t, &shown, names);
                // The last block that will not grow any more.
                let complete = rendered.iter().rposition(|(round, _)| *round < self.round);
                let history: Vec<Message> = rendered
                    .into_iter()
                    .enumerate()
                    .map(|(i, (round, text))| told(&format!("s2-r{round}"), text, Some(i) == complete))
                    .collect();
                blocks.push((ids.clone(), history.clone()));
                history
            };
            let mut last = last;
            for line in reduced.iter().filter_map(|r: &ContextReduced| r.summary.as_deref()) {
                last = format!("{line}\n{last}");
            }
            let mut messages = vec![told("s1", question.clone(), true)];
            messages.extend(history);
            messages.push(told("s3", last, false));
            for k in 1..=self.repeat {
                let turn = self.turn(seat, k);
                let reduced =
                    reduced.iter().map(|less| ContextReduced { turn: turn.clone(), ..less.clone() }).collect();
                asks.push(Ask {
                    turn,
                    seat: seat.id.clone(),
                    role: self.role.clone(),
                    prompt: Prompt { system: system.clone(), messages: messages.clone() },
                    shown: ids.clone(),
                    labels: (self.labels)(seat),
                    expect: (self.expect)(seat),
                    max_output_tokens: output,
                    deadline: None,
                    reduced,
                    too_long,
                    notes: Vec::new(),
                });
            }
        }
        let min = self.min.unwrap_or(t.options().step_min).min(asks.len() as u32);
        let join = self.join.unwrap_or_else(|| t.options().join.clone());
        Ok(Step::Ask(AskStep { phase: self.phase, round: self.round, asks, order: self.order, join, min }))
    }

    fn turn(&self, seat: &SeatView, k: u32) -> TurnId {
        turn_id(self.transcript, self.round, self.phase, &seat.id, k)
    }

    // S3: own label, role, persona, stance, own previous answer, instruction.
    fn last_message(&self, seat: &SeatView, names: &BTreeMap<AgentId, String>) -> Result<String> {
        let t = self.transcript;
        let mut out = String::new();
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        line(format!("You are {}.", names.get(&seat.id).map_or(seat.id.as_str(), String::as_str)));
        let (cognitive, side) = part_in_round(t, &seat.id, self.round);
        if let Some(role) = cognitive {
            line(format!("Your role in this round: {role}."));
        }
        if let Some(persona) = &seat.persona {
            line(format!("Your persona: {}. {}", persona.name, persona.instructions).trim_end().to_owned());
        }
        if let Some(side) = side.or_else(|| seat.persona.as_ref().and_then(|p| p.stance)) {
            line(match side {
                Stance::Affirmative => "Argue for the proposal.".to_owned(),
                Stance::Negative => "Argue against the proposal.".to_owned(),
                Stance::Neutral => "Argue for neither side.".to_owned(),
            });
        }
        if let Some(percent) = t.options().agreement {
            line(format!("You should agree with the other participants {percent}% of the time."));
        }
        if self.own
            && let Some(own) = newest_position(t, &seat.id)
        {
            // Escaped like everybody's: a reply that quotes the markers must not open a message in its own prompt.
            line(format!("Your previous answer (round {}):\n{}", own.round, escape(&own.text)));
        }
        line((self.instruction)(seat)?);
        out.truncate(out.trim_end_matches('\n').len());
        Ok(out)
    }
}

fn role_of(phase: Phase) -> Role {
    match phase {
        Phase::Critique | Phase::Review | Phase::Confirm | Phase::Attack => Role::Critic,
        Phase::Revise => Role::Reviser,
        Phase::Vote | Phase::Rank => Role::Voter,
        Phase::Judge | Phase::Moderate => Role::Judge,
        Phase::Synthesize => Role::Synthesizer,
        _ => Role::Proposer,
    }
}

/// `r{round}.{phase}.{seat}`, with `.{k}` from the second asking of the seat in this phase and round.
pub(crate) fn turn_id(t: &Transcript, round: u32, phase: Phase, seat: &AgentId, k: u32) -> TurnId {
    let earlier =
        t.turns().filter(|turn| turn.round == round && turn.phase == phase && turn.seat == *seat).count() as u32;
    let base = format!("r{round}.{phase}.{seat}");
    TurnId::trusted(if earlier + k > 1 { format!("{base}.{}", earlier + k) } else { base })
}

/// Cognitive role and stance of a seat in a round, where they are on.
pub(crate) fn part_in_round(t: &Transcript, seat: &AgentId, round: u32) -> (Option<&'static str>, Option<Stance>) {
    let index = t.debaters().position(|other| other.id == *seat).unwrap_or(0);
    let options = t.options();
    let role = (options.roles == RolePolicy::Rotate).then(|| cognitive_role(index, round, round == t.limits().rounds));
    let side = (options.stances == StancePolicy::Rotate).then(|| stance(index, round));
    (role, side)
}

pub(crate) fn newest_position<'a>(t: &'a Transcript, seat: &AgentId) -> Option<&'a TranscriptMessage> {
    t.messages().iter().rev().find(|m| m.seat.as_ref() == Some(seat) && m.phase.is_some_and(Phase::is_position))
}

/// Whose words a seat sees in a round: recorded once the round began, computed before.
pub(crate) fn seen_in(t: &Transcript, seat: &AgentId, round: u32) -> Option<Vec<AgentId>> {
    if let Some(view) = t.rounds().iter().find(|view| view.round == round) {
        return view.sees.get(seat).cloned();
    }
    sees_map(t, round).remove(seat)
}

/// What `round_start` records: whom every seat sees. Seats that do not debate (judges, moderators) see everybody.
pub(crate) fn sees_map(t: &Transcript, round: u32) -> BTreeMap<AgentId, Vec<AgentId>> {
    let debaters: Vec<AgentId> = t.debaters().map(|seat| seat.id.clone()).collect();
    let table = sees(&t.options().topology, debaters.len(), round, t.start().seed);
    let mut map: BTreeMap<AgentId, Vec<AgentId>> = BTreeMap::new();
    for (seat, others) in debaters.iter().zip(table) {
        map.insert(seat.clone(), others.into_iter().filter_map(|i| debaters.get(i).cloned()).collect());
    }
    for judge in t.seats().filter(|seat| !debaters.contains(&seat.id)) {
        map.insert(judge.id.clone(), debaters.clone());
    }
    map
}

/// The messages a seat is shown in a round, in the order of S2: round by round, step by step, roster order inside.
/// A message counts as seen by the visibility of the first step after it, so that the order only ever grows.
pub(crate) fn visible<'a>(t: &'a Transcript, seat: &AgentId, round: u32) -> Vec<&'a TranscriptMessage> {
    let order: Vec<&AgentId> = t.seats().map(|seat| &seat.id).collect();
    let mut seen: BTreeMap<u32, Option<Vec<AgentId>>> = BTreeMap::new();
    let mut shown: Vec<(usize, &TranscriptMessage)> = t
        .messages()
        .iter()
        .enumerate()
        .filter(|(_, m)| match m.kind {
            MessageKind::Answer | MessageKind::Revision | MessageKind::Speech | MessageKind::Synthesis => {
                m.phase != Some(Phase::Probe)
            }
            MessageKind::Human | MessageKind::Intervention => true,
            _ => false,
        })
        .filter(|(_, m)| m.visibility.allows(seat))
        .filter(|(_, m)| {
            let Some(author) = &m.seat else { return true };
            // A repeated step belongs to the one it repeats: whether a turn failed must not change who sees whom.
            let next = t
                .steps()
                .iter()
                .find(|step| step.retry_of.is_none() && m.step.is_some_and(|s| step.step > s))
                .map_or(round, |step| step.round);
            let seen = seen.entry(next).or_insert_with(|| seen_in(t, seat, next));
            author == seat || seen.as_ref().is_none_or(|seen| seen.contains(author))
        })
        .collect();
    shown.sort_by_key(|(log, m)| {
        let place = m.seat.as_ref().and_then(|author| order.iter().position(|id| *id == author)).unwrap_or(usize::MAX);
        (m.round, m.step, place, *log)
    });
    shown.into_iter().map(|(_, m)| m).collect()
}

// Applies the context policies in order until the prompt fits the model's window.
fn fit(
    t: &Transcript,
    seat: &SeatView,
    shown: &mut Vec<&TranscriptMessage>,
    size: &dyn Fn(&[&TranscriptMessage]) -> usize,
    output: u32,
    turn: &TurnId,
) -> (Vec<ContextReduced>, bool) {
    if seat.context_tokens.is_none() {
        return (Vec::new(), false);
    }
    let mut reduced: Vec<ContextReduced> = Vec::new();
    let too_long = |shown: &[&TranscriptMessage], reduced: &[ContextReduced]| {
        let lines: usize = reduced.iter().filter_map(|r| r.summary.as_ref()).map(|line| line.len() + 1).sum();
        exceeds_window(seat, size(shown) + lines, output)
    };
    for policy in &t.options().context_policy {
        if !too_long(shown, &reduced) {
            break;
        }
        if let Some(less) = reduce(policy, shown) {
            *shown = less.kept;
            let method = serde_json::to_value(policy)
                .ok()
                .and_then(|v| v.get("name").and_then(|n| n.as_str().map(str::to_owned)))
                .unwrap_or_default();
            reduced.push(ContextReduced {
                turn: turn.clone(),
                method,
                dropped: less.dropped,
                summary: Some(less.line),
            });
        }
    }
    let too_long = too_long(shown, &reduced);
    (reduced, too_long)
}

/// Whether a prompt of so many bytes and the output limit pass the seat's window, counting a token per 3 bytes.
pub(crate) fn exceeds_window(seat: &SeatView, bytes: usize, output: u32) -> bool {
    seat.context_tokens.is_some_and(|window| (bytes as u64).div_ceil(3) + u64::from(output) > window)
}

/// S0: the rules and the output format, the same for all seats.
pub(crate) fn system_text(t: &Transcript) -> Result<String> {
    fill(template(t, "system")?, &[("format", &format_hint(t))])
}

/// How to write an answer so that the debate's extractors find it.
fn format_hint(t: &Transcript) -> String {
    let question = t.question();
    if !question.options.is_empty() {
        let ids: Vec<&str> = question.options.iter().map(|option| option.id.as_str()).collect();
        return format!("When you answer, end with one line: FINAL ANSWER: followed by one of {}.", ids.join(", "));
    }
    let line = "When you answer, end with one line: FINAL ANSWER: followed by your answer in as few words as possible.";
    match question.format.extract.iter().find(|extractor| !matches!(extractor, Extractor::Structured { .. })) {
        None | Some(Extractor::FinalAnswerLine | Extractor::Structured { .. }) => line.to_owned(),
        Some(Extractor::AnswerLine) => {
            "When you answer, end with one line: ANSWER: followed by your answer.".to_owned()
        }
        Some(Extractor::ChoiceParen { letters }) => {
            format!("When you answer, name your choice as (X), X one of {letters}.")
        }
        Some(Extractor::Boxed | Extractor::HendrycksMath) => {
            "When you answer, put your final answer in \\boxed{}.".to_owned()
        }
        Some(Extractor::BracesNumber | Extractor::FloatToken | Extractor::LastNumber) => {
            "When you answer, end with your final number.".to_owned()
        }
        Some(Extractor::Whole | Extractor::Regex { .. }) => String::new(),
    }
}

impl Transcript {
    /// Asks the active debaters (or these seats) for one thing: builds turn ids, visibility and the prompt layout.
    /// The step belongs to the current round, or to the next one if this phase was asked in it already.
    pub fn ask(&self, phase: Phase, instruction: &str, seats: Option<Vec<AgentId>>) -> Result<Step> {
        let current = self.round().max(1);
        let round = if self.planned(current, phase) { current + 1 } else { current };
        let text = instruction.to_owned();
        self.has_seats(seats.as_deref().unwrap_or_default())?;
        let builder = AskBuilder::new(self, phase, round).instruction(move |_| Ok(text.clone()));
        match seats {
            Some(seats) => builder.seats(seats),
            None => builder,
        }
        .build()
    }

    /// Refuses a seat that this debate never had. One that a fork dropped was there once and is passed over.
    pub(crate) fn has_seats(&self, seats: &[AgentId]) -> Result<()> {
        let known = |id: &AgentId| self.seat(id).is_some() || self.start().roster.iter().any(|seat| seat.id == *id);
        let Some(unknown) = seats.iter().find(|id| !known(id)) else { return Ok(()) };
        let there: Vec<&str> = self.seats().map(|seat| seat.id.as_str()).collect();
        let reason = format!("asks seat {unknown}, which this debate does not have (it has {})", there.join(", "));
        Err(Error::new(ErrorKind::ProtocolFailed, reason))
    }

    /// The names under which participants appear to each other.
    pub fn display_name(&self, seat: &AgentId) -> String {
        if self.options().identity == Identity::Named {
            return seat.to_string();
        }
        self.names().get(seat).cloned().unwrap_or_else(|| seat.to_string())
    }
}
