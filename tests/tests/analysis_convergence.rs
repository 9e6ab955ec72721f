//! Convergence, bias and diversity: figures about a debate that decide nothing.

use aragora_core::analysis::{
    ConvergenceLabel, Pick, TextLength, agreement, bias, convergence, diversity, label, position, similarity, stability,
};
use aragora_core::debate::{AgentKind, Convergence, Role, SeatView, Weight};
use aragora_core::ids::AgentId;
use proptest::prelude::*;

#[test]
fn similarity_counts_words_and_word_pairs_whatever_their_case_and_punctuation() {
    assert_eq!(similarity("Ship it, now!", "ship IT now"), 1.0);
    // a b | b a: two words shared, the pairs differ: 2 / (sqrt 3 * sqrt 3).
    assert!((similarity("a b", "b a") - 2.0 / 3.0).abs() < 1e-12);
    // Terms x twice, "x x" once | x once: 2 / (sqrt 5 * 1).
    assert!((similarity("x x", "x") - 2.0 / 5f64.sqrt()).abs() < 1e-12);
    assert_eq!(similarity("caf\u{e9}", "CAFE\u{301}"), 1.0);
    assert_eq!(similarity("", "..."), 1.0);
    assert_eq!(similarity("", "word"), 0.0);
}

#[test]
fn agents_who_repeat_different_answers_are_stable_without_agreement() {
    let texts = [("red", Some("red")), ("green", Some("green")), ("blue", Some("blue"))];
    let found = convergence(2, &texts, &[Weight::ONE, Weight::ONE, Weight::ONE]);
    assert_eq!(found, Convergence { round: 2, agreement: 0.0, stability: 1.0, position: 0.333_333 });
    assert_eq!(label(&found, None, false), ConvergenceLabel::Stable);
}

#[test]
fn agreement_is_the_mean_over_pairs_and_stability_the_lowest_seat() {
    assert_eq!(agreement(&["yes", "yes", "no"]), 0.333_333);
    assert_eq!(agreement(&["alone"]), 0.0);
    assert_eq!(stability(&[("same", "same"), ("new", "old")]), 0.0);
    assert_eq!(stability(&[]), 0.0);
    assert_eq!(position(&[Weight(1_000_000), Weight(3_000_000)]), 0.75);
    assert_eq!(position(&[]), 0.0);
}

#[test]
fn the_label_says_the_first_thing_that_holds() {
    let at = |agreement: f64, stability: f64| Convergence { round: 2, agreement, stability, position: 0.5 };
    assert_eq!(label(&at(0.1, 0.2), Some(&at(0.9, 0.2)), true), ConvergenceLabel::Converged);
    assert_eq!(label(&at(0.39, 0.2), Some(&at(0.5, 0.2)), false), ConvergenceLabel::Diverging);
    assert_eq!(label(&at(0.40, 0.2), Some(&at(0.9, 0.2)), false), ConvergenceLabel::Refining);
    assert_eq!(label(&at(0.30, 0.2), Some(&at(0.375, 0.2)), false), ConvergenceLabel::Refining);
    assert_eq!(label(&at(0.30, 0.85), None, false), ConvergenceLabel::Stable);
    assert_eq!(label(&at(0.30, 0.84), None, false), ConvergenceLabel::Refining);
}

proptest! {
    #[test]
    fn similarity_is_symmetric_bounded_and_one_for_equal_texts(a in "\\PC{0,60}", b in "\\PC{0,60}") {
        let found = similarity(&a, &b);
        prop_assert!((0.0..=1.0).contains(&found));
        prop_assert_eq!(found.to_bits(), similarity(&b, &a).to_bits());
        prop_assert_eq!(similarity(&a, &a), 1.0);
    }
}

fn pick(position: usize) -> Pick {
    Pick { position: Some(position), self_vote: false }
}

#[test]
fn positions_that_are_always_first_are_unlikely_by_chance() {
    let picks: Vec<Pick> = [0; 6].into_iter().map(pick).collect();
    let report = bias(2, &picks, &[]);
    assert_eq!(report.chosen_by_position, [6, 0]);
    // Chi-square 6 with one degree of freedom: p = erfc(sqrt 3).
    assert_eq!(report.position_p, Some(0.014_306));
    let even: Vec<Pick> = [0, 1, 0, 1, 0, 1].into_iter().map(pick).collect();
    assert_eq!(bias(2, &even, &[]).position_p, Some(1.0));
}

#[test]
fn a_handful_of_votes_or_a_single_position_is_not_tested() {
    let four: Vec<Pick> = [0; 4].into_iter().map(pick).collect();
    assert_eq!(bias(2, &four, &[]).position_p, None);
    let five: Vec<Pick> = [0; 5].into_iter().map(pick).collect();
    assert_eq!(bias(1, &five, &[]).position_p, None);
    assert_eq!(bias(0, &five, &[]).chosen_by_position, Vec::<u32>::new());
}

#[test]
fn self_votes_and_mean_lengths_are_reported() {
    let picks = [Pick { position: None, self_vote: true }, Pick { position: Some(1), self_vote: true }, pick(9)];
    let texts = [(10, true), (13, true), (100, false)].map(|(chars, won)| TextLength { chars, won });
    let report = bias(2, &picks, &texts);
    assert_eq!((report.self_votes, report.chosen_by_position.as_slice()), (2, &[0, 1][..]));
    assert_eq!((report.winner_chars, report.loser_chars), (Some(11.5), Some(100.0)));
    assert_eq!(bias(2, &picks, &[]).winner_chars, None);
}

fn seat(id: &str, provider: &str, family: &str, votes: bool) -> SeatView {
    SeatView {
        id: AgentId::new(id).unwrap(),
        kind: AgentKind::Model,
        provider: provider.to_owned(),
        model: String::new(),
        family: family.to_owned(),
        version: String::new(),
        price: None,
        context_tokens: None,
        role: Role::Proposer,
        persona: None,
        weight: Weight::ONE,
        votes,
        judges: !votes,
        reputation: None,
    }
}

#[test]
fn undisclosed_families_count_as_one_and_only_voters_count() {
    let seats = [
        seat("a", "anthropic", "claude", true),
        seat("b", "anthropic", "claude", true),
        seat("c", "", "", true),
        seat("d", "", "", true),
        seat("j", "openai", "gpt", false),
    ];
    let found = diversity(&seats);
    assert_eq!(
        found.families.iter().map(|(f, n)| (f.as_str(), *n)).collect::<Vec<_>>(),
        [("claude", 2), ("undisclosed", 2)]
    );
    assert_eq!(found.providers.iter().map(|(p, n)| (p.as_str(), *n)).collect::<Vec<_>>(), [("anthropic", 2)]);
    assert_eq!((found.effective, found.largest_share), (2.0, 0.5));
}

#[test]
fn effective_families_follow_the_inverse_of_squared_shares() {
    let seats = [seat("a", "p", "x", true), seat("b", "p", "x", true), seat("c", "p", "y", true)];
    let found = diversity(&seats);
    assert_eq!((found.effective, found.largest_share), (1.8, 0.666_667));
    assert_eq!((diversity(&[]).effective, diversity(&[]).largest_share), (0.0, 0.0));
}
