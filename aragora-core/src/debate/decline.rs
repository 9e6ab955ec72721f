//! Replies that decline to answer. Agents that all decline must not look like agents that agree.

/// How a reply declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declines {
    /// It abstains.
    Abstains,
    /// It refuses.
    Refuses,
}

/// Whether an answer is an abstention or a refusal in so many words. Only whole short answers count: a longer text
/// that mentions abstaining is an answer.
pub(crate) fn declines(answer: &str) -> Option<Declines> {
    const LONGEST: usize = 200;
    const ABSTAIN: [&str; 6] = ["abstain", "i abstain", "no vote", "undecided", "n/a", "i have no answer"];
    const ABSTAIN_START: [&str; 3] = ["i abstain ", "i abstain,", "i must abstain"];
    const REFUSE_START: [&str; 6] = ["i refuse", "i decline", "i won't answer", "i will not answer", "i cannot answer", "i can't answer"];
    if answer.len() > LONGEST {
        return None;
    }
    let plain = super::equivalence::normalise(answer).replace('\u{2019}', "'");
    if ABSTAIN.contains(&plain.as_str()) || ABSTAIN_START.iter().any(|start| plain.starts_with(start)) {
        return Some(Declines::Abstains);
    }
    REFUSE_START.iter().any(|start| plain.starts_with(start)).then_some(Declines::Refuses)
}
