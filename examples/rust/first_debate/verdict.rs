//! What came out: why it stopped, who stands behind it, who does not and why, what it cost, and last the decision.

use aragora_core::AgentId;
use aragora_core::debate::{Decision, Dissent, OptionView, Outcome, Row, VoteOnly};
use aragora_core::ids::MicroUsd;

use crate::screen::{Look, Screen, brief};

/// `options` are those that were voted for, so that the tally can say what it counts.
pub(crate) fn show(screen: &mut Screen, decision: &Decision, options: &[OptionView]) {
    screen.line("");
    let stop = format!("{} in round {}", decision.stop.cause, decision.stop.round);
    row(screen, "stopped by", &if decision.partial { format!("{stop}, before its schedule was done") } else { stop });
    row(screen, "counted by", &format!("{}: {}", decision.rule.name, tally(decision, options)));
    for (label, seats) in [
        ("behind it", &decision.supporters),
        ("against it", &decision.dissenters),
        ("abstained", &decision.abstained),
        ("no ballot", &decision.invalid),
        ("failed", &decision.failed),
        ("not asked", &decision.not_asked),
    ] {
        if !seats.is_empty() {
            row(screen, label, &names(seats));
        }
    }
    for dissent in &decision.dissent {
        row(screen, "dissent", &reasons(dissent));
    }
    let (confidence, verdict) = (&decision.confidence, decision.verdict);
    row(screen, "confidence", &format!("{:.2} by {}; verdict {verdict}", confidence.value, confidence.method));
    row(screen, "just voting", &without_debate(&decision.vote_only));
    let calls = decision.calls;
    let failed = if calls.failed > 0 { format!(", {} failed", calls.failed) } else { String::new() };
    let planned = format!("{} of at most {} ({} saved{failed})", calls.made, calls.planned, calls.saved);
    row(screen, "calls", &planned);
    row(screen, "used", &used(decision));
    screen.line("");
    match (&decision.answer, &decision.leading) {
        (Some(answer), _) => {
            let text = if answer.author.is_some() { &answer.value } else { &answer.text };
            let title = if decision.partial { "Decision as far as it got" } else { "Decision" };
            screen.wrapped(Look::Bold, &format!("{title}: {}", brief(text, 400)), 0);
        }
        (None, Some(leading)) => {
            let text = format!("No decision ({}). Leading: {}", outcome(&decision.outcome), brief(&leading.value, 300));
            screen.wrapped(Look::Bold, &text, 0);
        }
        (None, None) => screen.wrapped(Look::Bold, &format!("No decision ({}).", outcome(&decision.outcome)), 0),
    }
}

fn row(screen: &mut Screen, label: &str, text: &str) {
    let label = screen.paint(Look::Faint, &format!("{label:>11}"));
    screen.line(&format!("{label}  {text}"));
}

fn names(seats: &[AgentId]) -> String {
    seats.iter().map(AgentId::as_str).collect::<Vec<_>>().join(", ")
}

fn tally(decision: &Decision, options: &[OptionView]) -> String {
    let named = |row: &Row| match options.iter().find(|option| option.id == row.option) {
        Some(option) => format!("{} for {}", row.votes, brief(&option.value, 60)),
        None => format!("{} for {}", row.votes, row.option),
    };
    let rows: Vec<String> = decision.tally.rows.iter().filter(|row| row.votes > 0).map(named).collect();
    let rows = if rows.is_empty() { "no votes".to_owned() } else { rows.join(", ") };
    let quorum = decision.tally.quorum;
    format!("{rows}; {} of {} took part", quorum.present, quorum.eligible)
}

fn reasons(dissent: &Dissent) -> String {
    let why =
        if dissent.reasons.is_empty() { brief(&dissent.view, 240) } else { brief(&dissent.reasons.join("; "), 240) };
    format!("{} (severity {:.2}): {why}", dissent.seat, dissent.severity)
}

fn without_debate(vote: &VoteOnly) -> String {
    let found = match &vote.answer {
        Some(answer) => format!("the first answers alone give {}", brief(&answer.value, 80)),
        None => format!("the first answers alone decide nothing ({})", outcome(&vote.outcome)),
    };
    if vote.same_as_decision { format!("{found}, the same") } else { found }
}

fn used(decision: &Decision) -> String {
    let total = &decision.usage.total;
    let tokens = format!("{} tokens in, {} out", total.input, total.output);
    // Unknown money is not zero money.
    match (total.complete, total.micros) {
        (true, MicroUsd(0)) => format!("{tokens}, free of charge"),
        (true, cost) => format!("{tokens}, {cost}"),
        (false, MicroUsd(0)) => format!("{tokens}, prices unknown"),
        (false, cost) => format!("{tokens}, {cost} where the price is known"),
    }
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Decided => "decided",
        Outcome::Tie(_) => "a tie",
        Outcome::NotReached => "no option passed the rule's test",
        Outcome::NoQuorum => "too few took part",
        Outcome::NoEvidence => "nobody cast a vote",
        Outcome::NotSought => "none was sought",
    }
}
