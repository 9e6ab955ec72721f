use crate::debate::{Phase, Stop, StopCause, Transcript};

/// For two rounds every seat kept its answer and repeated itself (stability >= .85), without consensus.
pub(super) fn stalemate(t: &Transcript) -> Option<Stop> {
    let round = t.round();
    if round < 2 {
        return None;
    }
    let ends: Vec<f64> = t.round_ends().iter().filter(|(r, _)| *r + 1 >= round).map(|(_, end)| end.convergence.stability).collect();
    let repeated = ends.len() == 2 && ends.iter().all(|stability| *stability >= 0.85);
    (repeated && kept_answers(t, round) && kept_answers(t, round - 1))
        .then(|| Stop::new(StopCause::Stalemate, round, format!("every seat repeated its answer in rounds {} and {round}, stability {ends:?}", round - 1)))
}

// Whether every seat's last answer of the round is the same as the answer it gave before.
fn kept_answers(t: &Transcript, round: u32) -> bool {
    t.eligible().all(|seat| {
        let mut said = t.messages().iter().rev().filter(|m| m.seat.as_ref() == Some(&seat.id) && m.round <= round && m.phase.is_some_and(Phase::is_position));
        let (Some(last), Some(before)) = (said.next(), said.next()) else { return false };
        let (Some(now), Some(then)) = (&last.answer, &before.answer) else { return false };
        last.round == round && t.format().same(&then.value, &now.value, t)
    })
}
