//! Labels and seeded order. The expected orders were computed with an independent implementation of ChaCha8 and of
//! the key derivation, so they hold in every language and for ever: a changed order would break recorded debates.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use aragora_core::debate::{Label, Seed, assign_labels, group_labels, label_name, pick, shuffle, voter_order};
use aragora_core::ids::{AgentId, OptionId};
use proptest::prelude::*;

#[test]
fn orders_are_those_of_the_independent_implementation() {
    let mut items: Vec<u32> = (0..10).collect();
    shuffle(&mut items, Seed(7), "labels", "round 1");
    assert_eq!(items, [8, 1, 5, 9, 6, 4, 0, 2, 7, 3]);

    let mut items: Vec<u32> = (0..10).collect();
    shuffle(&mut items, Seed(u64::MAX), "voter_order", "r1.vote/alice");
    assert_eq!(items, [9, 3, 8, 4, 5, 0, 7, 1, 2, 6]);

    let picks: Vec<u64> = (0..6).map(|i| pick(1_000, Seed(7), "judge", &i.to_string())).collect();
    assert_eq!(picks, [333, 396, 133, 74, 883, 706]);
    // About half of all draws are thrown away here.
    assert_eq!(pick((1 << 63) + 1, Seed(7), "x", "y"), 5_217_067_803_463_593_344);
}

#[test]
fn a_draw_from_nothing_or_one_is_zero() {
    assert_eq!((pick(0, Seed(1), "x", ""), pick(1, Seed(1), "x", "")), (0, 0));
    shuffle::<u8>(&mut [], Seed(1), "x", "");
}

#[test]
fn every_order_of_three_is_about_equally_likely() {
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..6_000 {
        let mut items = [0, 1, 2];
        shuffle(&mut items, Seed(seed), "labels", "");
        *counts.entry(items).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 6);
    // 1,000 expected, standard deviation 29; five of them.
    assert!(counts.values().all(|count| (855..=1_145).contains(count)), "{counts:?}");
}

#[test]
fn labels_are_capital_letters_without_i_and_o() {
    let first: String = (0..24).map(label_name).collect();
    assert_eq!(first, "ABCDEFGHJKLMNPQRSTUVWXYZ");
    assert_eq!([24, 25, 47, 48, 599, 600].map(label_name), ["AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    let names: BTreeSet<String> = (0..2_000).map(label_name).collect();
    assert_eq!(names.len(), 2_000);
}

#[test]
fn groups_get_their_labels_by_the_seed_alone() {
    let ids: Vec<String> = group_labels(5, Seed(7), "round 1").iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["C", "B", "E", "A", "D"]);
}

#[test]
fn stated_options_are_labelled_in_shuffled_order() {
    let options: Vec<OptionId> = ["yes", "no", "later"].iter().map(|id| OptionId::new(id).unwrap()).collect();
    let firsts: BTreeSet<String> = (0..40)
        .map(|seed| assign_labels(&options, Seed(seed), ""))
        .map(|labels| {
            let names: Vec<&str> = labels.iter().map(|label| label.label.as_str()).collect();
            assert_eq!(names, ["A", "B", "C"]);
            labels.first().unwrap().option.to_string()
        })
        .collect();
    assert_eq!(firsts.len(), 3, "every option is A under some seed");
}

proptest! {
    #[test]
    fn a_voter_sees_the_same_labels_in_an_order_of_its_own(n in 2_usize..24, seed: u64, scope in "[a-z0-9.]{0,12}") {
        let ids = group_labels(n, Seed(seed), &scope);
        let labels: Vec<Label> = ids.iter().map(|id| Label { label: id.to_string(), option: id.clone() }).collect();
        let seen = |voter: &str| voter_order(&labels, Seed(seed), &AgentId::new(voter).unwrap(), &scope);
        let of = |labels: &[Label]| labels.iter().map(|l| (l.label.clone(), l.option.clone())).collect::<BTreeSet<_>>();
        prop_assert_eq!(of(&seen("alice")), of(&labels));
        prop_assert_eq!(seen("alice"), seen("alice"));
    }

    #[test]
    fn fields_of_the_key_cannot_run_into_each_other(seed: u64) {
        // Were the fields only strung together, these two would be one stream.
        let draw = |purpose: &str, scope: &str| pick(u64::MAX, Seed(seed), purpose, scope);
        prop_assert_ne!(draw("ab", "c"), draw("a", "bc"));
    }
}
