//! The figures of one MATH debate, taken from its decision, its log and the requests its agents got.

use aragora_core::Result;
use aragora_core::agents::{AgentRequest, Author};
use aragora_core::debate::{Phase, StepView};

use super::debate::{Recorded, Run};
use super::math::Case;
use super::math_record::{Kept, Problem, Said};
use super::tally::Tally;

/// The figures counted here, so that a set without any problem has them too.
pub(super) const FIGURES: &[&str] = &[
    "problems",
    "replies",
    "replies_with_answer",
    "calls",
    "stop_checkpoints",
    "stop_checkpoints_equal",
    "round2_prompts_rendered",
    "round2_prompts_equal",
    "round3_prompts_rendered",
    "round3_prompts_equal",
    "correct",
];

/// A round of the published runs is first checked after this many replies.
const FIRST_CHECKED: usize = 3;

pub(super) fn measure(case: &Case, recorded: &Recorded, run: &Run) -> Result<Tally> {
    let mut tally = Tally::default();
    let problem = &case.problem;
    tally.count("problems", 1_u64);
    tally.count(&format!("problems of {}", case.subject), 1_u64);
    calls(case, run, &mut tally);
    checkpoints(case, run, &mut tally);
    for request in &run.asked {
        prompt(problem, recorded, request, &mut tally);
    }
    // Only stored replies: one that others quote is not in the record itself.
    for seat in recorded.seats.iter().take(problem.contexts.len()) {
        let said = run.transcript.messages().iter().filter(|message| message.seat.as_ref() == Some(&seat.id));
        for message in said {
            tally.count("replies", 1_u64);
            tally.count_if("replies_with_answer", message.answer.is_some());
        }
    }
    let format = recorded.format.compile()?;
    let answer = run.decision.answer.as_ref();
    let right = answer.is_some_and(|answer| format.same(&answer.value, &problem.gold, &run.transcript));
    tally.count_if("correct", right);
    tally.count_if(&format!("correct of {}", case.subject), right);
    tally.count_if("recordings_missing", run.needs_more());
    tally.count("replays", 1_u64);
    tally.count_if("strict_replays_equal", run.strict);
    Ok(tally)
}

// Of a run that is continued with two seats, the calls are those of all agents less what the continuation saved.
fn calls(case: &Case, run: &Run, tally: &mut Tally) {
    let calls = match case.problem.kept {
        Kept::Whole => run.decision.calls.made,
        Kept::Two => case.planned_calls().saturating_sub(run.decision.calls.saved),
    };
    tally.count("calls", calls);
}

fn checkpoints(case: &Case, run: &Run, tally: &mut Tally) {
    let rounds = case.problem.rounds;
    match case.problem.kept {
        Kept::Whole => {
            let steps: Vec<&StepView> = run.transcript.steps().iter().filter(|s| s.phase == Phase::Answer).collect();
            for (at, step) in steps.iter().enumerate() {
                let place = steps.iter().take(at + 1).filter(|other| other.round == step.round).count();
                if place < FIRST_CHECKED || step.round > 2 {
                    continue;
                }
                // The record stops after the last stored reply of its last round.
                let record_stops = step.round as usize == rounds && place == case.problem.contexts.len();
                tally.count("stop_checkpoints", 1_u64);
                tally.count_if("stop_checkpoints_equal", record_stops == (at + 1 == steps.len()));
            }
        }
        // One after the ranking: the kept two agree already, or are asked once more.
        Kept::Two => {
            tally.count("stop_checkpoints", 1_u64);
            tally.count_if("stop_checkpoints_equal", run.decision.rounds_used as usize == rounds);
        }
    }
}

fn prompt(problem: &Problem, recorded: &Recorded, request: &AgentRequest, tally: &mut Tally) {
    let seat = recorded.seats.iter().position(|seat| request.id.as_str().ends_with(&format!(".answer.{}", seat.id)));
    let Some((seat, context)) = seat.and_then(|seat| Some((seat, problem.contexts.get(seat)?))) else { return };
    let round = request.round as usize;
    let asked = rendered(request, recorded, seat);
    // Two kept seats were shown dropped ones in round 2, whose replies the record does not hold.
    let (from, counted) = match (problem.kept, round) {
        (Kept::Whole, _) => (0, true),
        (Kept::Two, 1) => (0, true),
        (Kept::Two, 2) => (0, false),
        (Kept::Two, _) => (2 * round - 1, true),
    };
    if counted {
        tally.count(&format!("round{round}_prompts_rendered"), 1_u64);
        let (asked, wanted) = (asked.get(from..), context.get(from..2 * round));
        tally.count_if(&format!("round{round}_prompts_equal"), wanted.is_some() && asked == wanted);
    }
}

// A request as the messages that would be sent.
fn rendered(request: &AgentRequest, recorded: &Recorded, seat: usize) -> Vec<Said> {
    let me = recorded.seats.get(seat).map(|seat| Author::Agent(seat.id.clone()));
    let message = |role: &str, content: &str| Said { role: role.to_owned(), content: content.to_owned() };
    let system = message("system", &request.system);
    let told = request.messages.iter().map(|said| {
        let own = Some(&said.author) == me.as_ref();
        message(if own { "assistant" } else { "user" }, &said.text)
    });
    std::iter::once(system).chain(told).collect()
}
