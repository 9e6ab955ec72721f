//! Labels of options: capital letters that say nothing about author or order.

use super::ballot::Label;
use super::fixed::Seed;
use super::shuffle::shuffle;
use crate::ids::{AgentId, OptionId};

/// Without I and O, which read as numbers.
const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The k-th label from 0: `A` to `Z` without I and O, then `AA`, `AB` and so on.
pub fn label_name(k: usize) -> String {
    let mut name = Vec::new();
    let mut rest = k;
    loop {
        name.push(char::from(LETTERS[rest % LETTERS.len()]));
        match rest / LETTERS.len() {
            0 => return name.into_iter().rev().collect(),
            // Without the step back `AA` would come after `ZZ`: there is no letter for zero.
            more => rest = more - 1,
        }
    }
}

/// Labels for stated options, in the order of the labels; which option gets which is decided by the seed.
pub fn assign_labels(options: &[OptionId], seed: Seed, scope: &str) -> Vec<Label> {
    let mut shuffled = options.to_vec();
    shuffle(&mut shuffled, seed, "labels", scope);
    shuffled.into_iter().enumerate().map(|(k, option)| Label { label: label_name(k), option }).collect()
}

/// Option ids for `n` answer groups: their labels, shuffled. The index is the group's.
pub fn group_labels(n: usize, seed: Seed, scope: &str) -> Vec<OptionId> {
    let mut ids: Vec<OptionId> = (0..n).map(|k| OptionId::trusted(label_name(k))).collect();
    shuffle(&mut ids, seed, "labels", scope);
    ids
}

/// The order in which one voter is shown the labels. Labels keep their options, so reasons can refer to them.
pub fn voter_order(labels: &[Label], seed: Seed, voter: &AgentId, scope: &str) -> Vec<Label> {
    let mut shown = labels.to_vec();
    // `/` is in no id, so two pairs of scope and voter never share a stream.
    shuffle(&mut shown, seed, "voter_order", &format!("{scope}/{voter}"));
    shown
}
