//! When a distribution of positions counts as settled, against worked numbers.

use aragora_core::analysis::{Lead, StabilityRule, stability_of_batch, stability_of_debate};

fn of_five(supporters: &[u32]) -> Vec<Lead<char>> {
    supporters.iter().map(|&supporters| Lead { leader: 'A', supporters }).collect()
}

fn assert_close(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= within, "{found:?}, expected {expected:?}");
    }
}

#[test]
fn five_of_five_four_times_settles_after_round_four() {
    let found = stability_of_debate(&of_five(&[5, 5, 5, 5]), 5, StabilityRule::default());
    assert_close(&found.distances, &[0.0638, 0.0221, 0.0094], 5e-5);
    assert_eq!(found.settled_after, Some(4));
}

#[test]
fn three_of_five_three_times_settles_after_round_three() {
    let found = stability_of_debate(&of_five(&[3, 3, 3]), 5, StabilityRule::default());
    assert_close(&found.distances, &[0.0217, 0.0072], 5e-5);
    assert_eq!(found.settled_after, Some(3));
}

#[test]
fn alternating_votes_never_settle() {
    let found = stability_of_debate(&of_five(&[3, 2, 3, 2, 3, 2]), 5, StabilityRule::default());
    assert_close(&found.distances, &[0.1692, 0.1074, 0.1097, 0.1003, 0.1008], 5e-5);
    assert_eq!(found.settled_after, None);
}

#[test]
fn a_changed_leader_starts_the_count_anew() {
    let mut rounds = of_five(&[3, 3, 3, 3]);
    rounds[2].leader = 'B';
    let found = stability_of_debate(&rounds, 5, StabilityRule::default());
    assert_eq!(found.settled_after, None);
    rounds.extend([Lead { leader: 'A', supporters: 3 }, Lead { leader: 'A', supporters: 3 }]);
    let found = stability_of_debate(&rounds, 5, StabilityRule::default());
    assert_eq!(found.settled_after, Some(6));
}

fn items(digits: &str) -> Vec<u32> {
    digits.chars().map(|c| c.to_digit(10).unwrap()).collect()
}

#[test]
fn a_batch_of_twenty_items_settles_after_round_six() {
    let rounds = [
        items("75346271546372564371"),
        items("76357170647271675270"),
        items("77267070747170776170"),
        items("77177070757070777070"),
        items("77177070757070777070"),
        items("77177070757070777070"),
    ];
    let found = stability_of_batch(&rounds, 7, StabilityRule::default());
    assert_close(&found.distances, &[0.1522, 0.1596, 0.1059, 0.0, 0.0], 0.002);
    assert_eq!(found.settled_after, Some(6));
}

#[test]
fn degenerate_batches_give_finite_numbers() {
    let rule = StabilityRule::default();
    for (rounds, judges) in [
        (vec![vec![], vec![]], 7),
        (vec![vec![7; 20], vec![7; 20], vec![0; 20]], 7),
        (vec![vec![1, 0, 1], vec![1, 1, 1]], 1),
        (vec![vec![0], vec![0]], 0),
        (vec![vec![900], vec![900]], 3),
    ] {
        let found = stability_of_batch(&rounds, judges, rule);
        assert_eq!(found.distances.len(), rounds.len() - 1);
        assert!(found.distances.iter().all(|d| (0.0..=1.0).contains(d)), "{found:?}");
    }
    assert_eq!(stability_of_batch(&[], 7, rule).settled_after, None);
}
