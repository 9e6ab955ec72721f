//! The library's own templates, and how a host replaces one.

use crate::debate::Transcript;
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

/// The text in use: the host's, else the library's, without the file's last line end.
pub(crate) fn template<'a>(transcript: &'a Transcript, name: &str) -> Result<&'a str> {
    let own = transcript.options().templates.get(name).map(String::as_str);
    let text = own.or_else(|| builtin_template(name)).ok_or_else(|| Error::new(ErrorKind::InvalidConfig, format!("there is no template {name:?}")))?;
    Ok(text.strip_suffix('\n').unwrap_or(text))
}
