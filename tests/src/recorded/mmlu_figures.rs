//! The figures of one MMLU debate, taken from its decision and its log.

use aragora_core::Result;
use aragora_core::analysis::contribution;
use aragora_core::debate::{CheckScope, Decision, Phase, StopCause, TranscriptMessage, UNPARSED};
use aragora_core::protocols::Dynamic;

use super::debate::Run;
use super::mmlu_record::Question;
use super::tally::Tally;

/// The figures counted here, so that a folder without any question has them too.
pub(super) const FIGURES: &[&str] = &[
    "files",
    "questions",
    "calls",
    "stopped_after_round_1",
    "stopped_after_round_2",
    "reached_round_3",
    "stop_checkpoints",
    "replies",
    "replies_parsed",
    "correct",
    "answers_equal_to_record",
    "winner_is_unparsable",
    "vote_only_correct",
    "vote_only_ties",
    "debate_right_vote_wrong",
    "vote_right_debate_wrong",
    "importance_vectors_equal",
    "differ_if_unparsable_abstains",
    "of_which_need_unrecorded_replies",
];

/// Importance values must agree to this difference.
const TOLERANCE: f64 = 1e-9;

pub(super) fn measure(question: &Question, protocol: &Dynamic, run: &Run) -> Result<Tally> {
    let mut tally = Tally::default();
    let (decision, transcript) = (&run.decision, &run.transcript);
    tally.count("questions", 1_u64);
    tally.count("rounds", transcript.limits().rounds);
    tally.count("calls", decision.calls.made);

    let consensus = decision.stop.cause == StopCause::Consensus;
    for round in [1, 2] {
        tally.count_if(&format!("stopped_after_round_{round}"), consensus && decision.rounds_used == round);
    }
    tally.count_if("reached_round_3", decision.rounds_used == 3);
    let checkpoints = transcript
        .checks()
        .iter()
        .filter(|(round, check)| *round < transcript.limits().rounds && check.scope == CheckScope::Round);
    tally.count("stop_checkpoints", checkpoints.count());

    for message in replies(run) {
        tally.count("replies", 1_u64);
        tally.count_if("replies_parsed", is_parsed(message));
    }

    let right = |answer: Option<&str>| answer.is_some() && answer == question.gold.as_deref();
    let debate_right = right(value(decision));
    tally.count_if("correct", debate_right);
    tally.count_if("answers_equal_to_record", debate_right == question.was_correct);
    tally.count_if("winner_is_unparsable", value(decision) == Some(""));

    let vote = &decision.vote_only;
    let vote_right = right(vote.answer.as_ref().map(|answer| &*answer.value));
    // A run that stopped in its first round has decided what the vote would; nothing is tied then.
    let stopped_at_once = consensus && decision.rounds_used == 1;
    tally.count_if("vote_only_correct", vote_right);
    tally.count_if("vote_only_ties", vote.tally.tie_break.is_some() && !stopped_at_once);
    tally.count_if("debate_right_vote_wrong", debate_right && !vote_right);
    tally.count_if("vote_right_debate_wrong", vote_right && !debate_right);

    tally.count_if("importance_vectors_equal", importance_is_equal(question, protocol, run)?);
    tally.count_if("recordings_missing", run.needs_more());
    tally.count("replays", 1_u64);
    tally.count_if("strict_replays_equal", run.strict);
    Ok(tally)
}

fn replies(run: &Run) -> impl Iterator<Item = &TranscriptMessage> {
    run.transcript.messages().iter().filter(|message| message.phase == Some(Phase::Answer))
}

fn is_parsed(message: &TranscriptMessage) -> bool {
    message.answer.as_ref().is_some_and(|answer| answer.extractor != UNPARSED)
}

/// Whether an answer was found in every reply.
pub(super) fn all_parsed(run: &Run) -> bool {
    replies(run).all(is_parsed)
}

fn value(decision: &Decision) -> Option<&str> {
    decision.answer.as_ref().map(|answer| &*answer.value)
}

fn importance_is_equal(question: &Question, protocol: &Dynamic, run: &Run) -> Result<bool> {
    let (rounds, winners) = protocol.rated_rounds(&run.transcript)?;
    let found = contribution(question.replies.len(), &rounds, &winners).importance.concat();
    // Rounds that were not played have no importance.
    let padded = found.iter().copied().chain(std::iter::repeat(0.0));
    let published = &question.importance;
    Ok(published.len() >= found.len() && published.iter().zip(padded).all(|(a, b)| (a - b).abs() < TOLERANCE))
}

/// What changes if unparsable replies abstain.
pub(super) fn abstaining(run: &Run, abstain: &Run) -> Tally {
    let mut tally = Tally::default();
    let missing = abstain.needs_more();
    let end = |run: &Run| (value(&run.decision).map(str::to_owned), run.decision.rounds_used);
    let differs = missing || end(run) != end(abstain);
    tally.count_if("differ_if_unparsable_abstains", differs);
    tally.count_if("of_which_need_unrecorded_replies", missing);
    tally.count("replays", 1_u64);
    tally.count_if("strict_replays_equal", abstain.strict);
    tally
}
