//! The library's own templates, and how a host replaces one.

use super::ask::{newest_position, seen_in};
use crate::debate::{SeatView, Transcript, escape, fill, unknown_slots};
use crate::error::{Error, ErrorKind, Result};

macro_rules! templates {
    ($($name:literal,)+) => {
        /// The names of the templates a host may replace in `DebateOptions::templates`.
        pub const TEMPLATE_NAMES: &[&str] = &[$($name,)+];

        /// The library's own text for a template.
        pub fn builtin_template(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("prompts/", $name, ".txt"))),)+
                _ => None,
            }
        }
    };
}

templates! {
    "system",
    "critique.answer",
    "critique.critique",
    "critique.revise",
    "critique.synthesize",
    "vote",
    "simultaneous.answer",
    "simultaneous.again",
    "sequential.speech",
    "vote_only.answer",
    "dynamic.answer",
    "dynamic.again",
    "dynamic.rate",
    "dynamic.rank",
}

/// Slots of every instruction to a seat.
const COMMON: [&str; 5] = ["question", "own", "others", "label", "round_word"];

/// The slots a template may use: those of every instruction, and its own.
pub fn template_slots(name: &str) -> Vec<&'static str> {
    let own: &[&str] = match name {
        "system" => return vec!["format"],
        "dynamic.answer" | "dynamic.again" => return vec!["round_word"],
        "dynamic.rate" => return Vec::new(),
        "critique.revise" => &["critiques"],
        "critique.synthesize" | "vote" | "dynamic.rank" => &["options"],
        _ => &[],
    };
    COMMON.iter().chain(own).copied().collect()
}

/// What is wrong with a host's template: no such name, or slots that nothing fills.
pub(crate) fn template_faults(name: &str, text: &str) -> Vec<String> {
    if builtin_template(name).is_none() {
        return vec![format!("no template has this name, expected one of {TEMPLATE_NAMES:?}")];
    }
    let slots = template_slots(name);
    unknown_slots(text, &slots).into_iter().map(|slot| format!("slot {{{slot}}}, expected one of {slots:?}")).collect()
}

/// The last words of a prompt: a template with what every instruction may name, and with slots of its own.
pub(crate) fn instruction(
    t: &Transcript,
    name: &str,
    seat: &SeatView,
    round: u32,
    slots: &[(&str, &str)],
) -> Result<String> {
    let text = template(t, name)?;
    let uses = |slot: &str| text.contains(&format!("{{{slot}}}"));
    let own = if uses("own") { newest_position(t, &seat.id).map(|m| escape(&m.text)) } else { None };
    let others = if uses("others") {
        let seen = seen_in(t, &seat.id, round);
        let others = t.debaters().filter(|other| other.id != seat.id);
        let others = others.filter(|other| seen.as_ref().is_none_or(|seen| seen.contains(&other.id)));
        others.map(|other| t.display_name(&other.id)).collect::<Vec<_>>().join(", ")
    } else {
        String::new()
    };
    let label = t.display_name(&seat.id);
    let word = format!("in round {round}");
    let mut values = slots.to_vec();
    let common = [
        ("question", &*t.question().text),
        ("own", own.as_deref().unwrap_or_default()),
        ("others", &others),
        ("label", &label),
        ("round_word", &word),
    ];
    values.extend(common.into_iter().filter(|(slot, _)| !slots.iter().any(|(given, _)| given == slot)));
    fill(text, &values)
}

/// The text in use: the host's, else the library's, without the file's last line end.
pub(crate) fn template<'a>(transcript: &'a Transcript, name: &str) -> Result<&'a str> {
    let own = transcript.options().templates.get(name).map(String::as_str);
    let text = own
        .or_else(|| builtin_template(name))
        .ok_or_else(|| Error::new(ErrorKind::InvalidConfig, format!("there is no template {name:?}")))?;
    Ok(text.strip_suffix('\n').unwrap_or(text))
}
