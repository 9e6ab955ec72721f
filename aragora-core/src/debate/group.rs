//! Groups of equal answers.

use std::sync::Arc;

use super::equivalence::{Equal, Verdicts};

/// Answers that are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerGroup {
    /// Indexes into the given answers, ascending.
    pub members: Vec<usize>,
    /// The first member's answer, which stands for the group.
    pub value: Arc<str>,
}

/// Groups answers given in roster order: each joins the first group whose first member it equals, else founds one.
/// That is well defined even for comparators that are not transitive.
pub fn group(answers: &[&str], equal: &Equal, verdicts: &dyn Verdicts) -> Vec<AnswerGroup> {
    let keys: Vec<_> = answers.iter().map(|answer| equal.key(answer)).collect();
    let mut groups: Vec<AnswerGroup> = Vec::new();
    for (i, (answer, key)) in answers.iter().zip(&keys).enumerate() {
        let joins = |group: &&mut AnswerGroup| {
            let first = group.members.first().and_then(|first| Some((*answers.get(*first)?, keys.get(*first)?)));
            first.is_some_and(|first| equal.same_keys(first, (answer, key), verdicts))
        };
        match groups.iter_mut().find(joins) {
            Some(group) => group.members.push(i),
            None => groups.push(AnswerGroup { members: vec![i], value: Arc::from(*answer) }),
        }
    }
    groups
}
