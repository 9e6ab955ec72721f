//! How much each seat had to do with the result, from the ratings seats gave each other (DyLAN, arXiv:2310.02170,
//! "agent importance score").

/// One round of a debate in which each reply rates what it was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RatedRound {
    /// The seats that answered.
    pub active: Vec<usize>,
    /// By seat: whose replies of the round before it was shown, in the order shown. Absent means those of every
    /// seat active then, in seat order.
    pub shown: Vec<Option<Vec<usize>>>,
    /// By seat: its ratings of what it was shown, in the same order; absent if its reply held none.
    pub ratings: Vec<Option<Vec<i64>>>,
}

/// What each seat contributed. Not rounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contribution {
    /// By round and seat. The seats of one round share 1 in all, unless raters were shown inactive seats.
    pub importance: Vec<Vec<f64>>,
    /// By seat, over all rounds.
    pub totals: Vec<f64>,
}

/// In the last active round the winners share 1 equally; before it I(i) = sum over raters j of w(j, i) · I(j), with
/// w = rating/5 (above 5: 1, below 1: 0) normalised over what j was shown. Ratings that are absent, too few, too many
/// or all 0 count as equal ratings.
pub fn contribution(seats: usize, rounds: &[RatedRound], winners: &[usize]) -> Contribution {
    let mut importance = vec![vec![0.0; seats]; rounds.len()];
    let Some(last) = rounds.iter().rposition(|round| !round.active.is_empty()) else {
        return Contribution { importance, totals: vec![0.0; seats] };
    };

    let won = |seat: &&usize| winners.contains(*seat);
    let winning: Vec<usize> = rounds.get(last).into_iter().flat_map(|r| r.active.iter().filter(won)).copied().collect();
    for &seat in &winning {
        set(&mut importance, last, seat, 1.0 / winning.len() as f64);
    }

    for round in (0..last).rev() {
        let (Some(here), Some(next)) = (rounds.get(round), rounds.get(round + 1)) else { continue };
        for &rater in &next.active {
            let weight_of_rater = get(&importance, round + 1, rater);
            let shown = next.shown.get(rater).and_then(Option::as_ref).unwrap_or(&here.active);
            let ratings = next.ratings.get(rater).and_then(Option::as_deref);
            for (&seat, weight) in shown.iter().zip(weights(shown.len(), ratings)) {
                if here.active.contains(&seat) {
                    let so_far = get(&importance, round, seat);
                    set(&mut importance, round, seat, so_far + weight * weight_of_rater);
                }
            }
        }
    }

    let totals = (0..seats).map(|seat| importance.iter().filter_map(|round| round.get(seat)).sum()).collect();
    Contribution { importance, totals }
}

/// Shares of 1 for what a rater was shown. The 5 that every rating is divided by cancels out.
fn weights(shown: usize, ratings: Option<&[i64]>) -> Vec<f64> {
    let points: Vec<f64> = ratings.unwrap_or_default().iter().map(|&rating| rating.clamp(0, 5) as f64).collect();
    let sum: f64 = points.iter().sum();
    if points.len() == shown && sum > 0.0 {
        points.iter().map(|point| point / sum).collect()
    } else {
        vec![1.0 / shown.max(1) as f64; shown]
    }
}

fn get(importance: &[Vec<f64>], round: usize, seat: usize) -> f64 {
    importance.get(round).and_then(|r| r.get(seat)).copied().unwrap_or(0.0)
}

fn set(importance: &mut [Vec<f64>], round: usize, seat: usize, value: f64) {
    if let Some(slot) = importance.get_mut(round).and_then(|r| r.get_mut(seat)) {
        *slot = value;
    }
}

/// The ratings of a reply: its last `[[a, b, ..]]` on one line, spaces removed, non-integers 0. `None` if it has no
/// such list.
///
/// ```
/// use aragora_core::analysis::parse_ratings;
///
/// assert_eq!(parse_ratings("I rate them [[3, 5, high]]."), Some(vec![3, 5, 0]));
/// assert_eq!(parse_ratings("I rate them 3 and 5"), None);
/// ```
pub fn parse_ratings(text: &str) -> Option<Vec<i64>> {
    let list = text.rsplit('\n').find_map(last_list)?;
    Some(list.replace(' ', "").split(',').map(integer).collect())
}

/// The last of the lists a line holds, read from the left without overlap.
fn last_list(line: &str) -> Option<&str> {
    let mut found = None;
    let mut rest = line;
    while let Some((_, after)) = rest.split_once("[[")
        && let Some((list, tail)) = after.split_once("]]")
    {
        found = Some(list);
        rest = tail;
    }
    found
}

/// Beyond 64 bits a rating is still above 5 or below 1, and no more is asked of it.
fn integer(text: &str) -> i64 {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    text.trim().parse().unwrap_or_else(|error: std::num::ParseIntError| match error.kind() {
        PosOverflow => i64::MAX,
        NegOverflow => i64::MIN,
        _ => 0,
    })
}
