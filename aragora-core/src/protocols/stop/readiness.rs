use crate::debate::{Stop, StopCause, Transcript, TranscriptMessage};

/// At least 3/4 of the eligible seats sent `ready: true` with confidence >= .8 in one round.
pub(super) fn ready(t: &Transcript) -> Option<Stop> {
    let eligible = t.eligible().count();
    let ready = this_round(t).filter(|m| m.ready == Some(true) && m.confidence.is_some_and(|c| c >= 0.8)).count();
    (eligible > 0 && ready * 4 >= eligible * 3).then(|| Stop::new(StopCause::Readiness, t.round(), format!("{ready} of {eligible} seats are ready")))
}

/// The share of `continue: no` is at least .85 among those who said, not before the last but one round.
pub(super) fn stop_votes(t: &Transcript) -> Option<Stop> {
    let said: Vec<bool> = this_round(t).filter_map(|m| m.go_on).collect();
    let no = said.iter().filter(|go_on| !**go_on).count();
    let late = t.round() + 1 >= t.limits().rounds;
    (late && !said.is_empty() && no * 100 >= said.len() * 85)
        .then(|| Stop::new(StopCause::Readiness, t.round(), format!("{no} of {} who said want to stop", said.len())))
}

// The newest message of every eligible seat in this round.
fn this_round(t: &Transcript) -> impl Iterator<Item = &TranscriptMessage> {
    t.eligible().filter_map(|seat| t.messages().iter().rev().find(|m| m.seat.as_ref() == Some(&seat.id) && m.round == t.round()))
}
