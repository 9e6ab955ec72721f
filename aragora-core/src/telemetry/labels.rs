use std::collections::HashSet;

use super::catalogue::{LabelDef, Labels};

const OTHER: &str = "other";
const MAX_BYTES: usize = 128;

/// What became of a label value.
pub(super) enum Admitted<'a> {
    /// It is kept apart, as this text.
    As(std::borrow::Cow<'a, str>),
    /// It is one of the others.
    Overflow,
}

/// Keeps label values of one label of one metric within their set.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<String>);

impl Seen {
    /// Admits a value if its label still has room.
    pub(super) fn admit<'a>(&mut self, label: &LabelDef, value: &'a str) -> Admitted<'a> {
        match label.values {
            Labels::Closed(words) if words.contains(&value) => Admitted::As(value.into()),
            Labels::Closed(_) => Admitted::Overflow,
            Labels::Capped(cap) => {
                let value = clean(value);
                if self.0.contains(&*value) {
                    return Admitted::As(value);
                }
                if self.0.len() >= cap {
                    return Admitted::Overflow;
                }
                self.0.insert(value.clone().into_owned());
                Admitted::As(value)
            }
        }
    }
}

impl<'a> Admitted<'a> {
    pub(super) fn into_text(self) -> (std::borrow::Cow<'a, str>, bool) {
        match self {
            Self::As(text) => (text, false),
            Self::Overflow => (OTHER.into(), true),
        }
    }
}

/// Control characters as `_`, at most 128 bytes.
fn clean(value: &str) -> std::borrow::Cow<'_, str> {
    let cut = value.floor_char_boundary(MAX_BYTES);
    let value = value.get(..cut).unwrap_or_default();
    if value.chars().any(char::is_control) {
        value.chars().map(|c| if c.is_control() { '_' } else { c }).collect::<String>().into()
    } else {
        value.into()
    }
}

/// Every combination of the labels if all are closed; a metric without labels has exactly one.
pub(super) fn combinations(labels: &[LabelDef]) -> Vec<Vec<&'static str>> {
    labels
        .iter()
        .try_fold(vec![Vec::new()], |rows, label| match label.values {
            Labels::Closed(words) => Some(
                rows.iter()
                    .flat_map(|row: &Vec<&'static str>| words.iter().map(|word| [row.as_slice(), &[*word]].concat()))
                    .collect(),
            ),
            Labels::Capped(_) => None,
        })
        .unwrap_or_default()
}
