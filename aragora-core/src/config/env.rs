use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::io::Read as _;

use zeroize::Zeroizing;

use super::Secret;
use crate::error::Violations;

/// Largest file a secret is read from.
const MAX_SECRET_FILE: u64 = 64 << 10;

/// Where variables come from. Tests pass a map; hosts pass [`ProcessEnv`].
pub trait EnvSource {
    /// The variable of this name as it is set, if it is.
    fn get(&self, name: &str) -> Option<OsString>;
}

impl dyn EnvSource {
    /// The process environment.
    pub fn process() -> ProcessEnv {
        ProcessEnv
    }
}

/// The process environment; the only reader of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnv;

impl EnvSource for ProcessEnv {
    fn get(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

impl<E: EnvSource + ?Sized> EnvSource for &E {
    fn get(&self, name: &str) -> Option<OsString> {
        (**self).get(name)
    }
}

impl<V: AsRef<std::ffi::OsStr>> EnvSource for BTreeMap<String, V> {
    fn get(&self, name: &str) -> Option<OsString> {
        BTreeMap::get(self, name).map(|value| value.as_ref().to_owned())
    }
}

impl<V: AsRef<std::ffi::OsStr>, S: std::hash::BuildHasher> EnvSource for HashMap<String, V, S> {
    fn get(&self, name: &str) -> Option<OsString> {
        HashMap::get(self, name).map(|value| value.as_ref().to_owned())
    }
}

impl<const N: usize> EnvSource for [(&str, &str); N] {
    fn get(&self, name: &str) -> Option<OsString> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
    }
}

/// Reads variables and collects what is wrong with them.
pub(super) struct Reader<'a> {
    env: &'a dyn EnvSource,
    violations: Violations,
}

impl<'a> Reader<'a> {
    pub(super) fn new(env: &'a dyn EnvSource) -> Self {
        Self { env, violations: Violations::new() }
    }

    pub(super) fn into_violations(self) -> Violations {
        self.violations
    }

    pub(super) fn violation(&mut self, pointer: &str, reason: impl fmt::Display) {
        self.violations.add(pointer, reason);
    }

    pub(super) fn nest(&mut self, inner: Violations) {
        self.violations.nest("", inner);
    }

    /// A text without the white space around it; blank is unset.
    pub(super) fn text(&mut self, pointer: &str, name: &str) -> Option<Zeroizing<String>> {
        let raw = self.env.get(name)?;
        let Ok(text) = raw.into_string().map(Zeroizing::new) else {
            self.violation(pointer, format!("{name} is not UTF-8"));
            return None;
        };
        self.clean(pointer, name, &text)
    }

    fn clean(&mut self, pointer: &str, name: &str, text: &str) -> Option<Zeroizing<String>> {
        let text = text.trim_ascii();
        if text.chars().any(char::is_control) {
            self.violation(pointer, format!("{name} holds a control character"));
            return None;
        }
        (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()))
    }

    /// A whole number; the range is checked with the settings.
    pub(super) fn number<N: std::str::FromStr>(&mut self, pointer: &str, name: &str) -> Option<N> {
        let text = self.text(pointer, name)?;
        let number = text.parse().ok();
        if number.is_none() {
            let shown: String = text.chars().take(40).collect();
            self.violation(pointer, format!("{name} is {shown:?}, expected a whole number"));
        }
        number
    }

    /// Whether something is switched on; no unless said. Another word is a violation, never a no.
    pub(super) fn switch(&mut self, pointer: &str, name: &str) -> bool {
        let word = self.text(pointer, name).map(|text| text.to_ascii_lowercase());
        match word.as_deref() {
            None | Some("false" | "0" | "no" | "off") => false,
            Some("true" | "1" | "yes" | "on") => true,
            Some(other) => {
                let shown: String = other.chars().take(40).collect();
                self.violation(pointer, format!("{name} is {shown:?}, expected true, false, 1, 0, yes, no, on or off"));
                false
            }
        }
    }

    /// A secret, from the variable or from the file that `<name>_FILE` names.
    pub(super) fn secret(&mut self, pointer: &str, name: &str) -> Option<Secret> {
        let given = self.text(pointer, name);
        let file = format!("{name}_FILE");
        let Some(path) = self.text(pointer, &file) else { return given.map(|text| Secret::from(text.as_str())) };
        if given.is_some() {
            self.violation(pointer, format!("{name} and {file} are both set"));
            return None;
        }
        let read = || -> std::io::Result<Zeroizing<Vec<u8>>> {
            let mut bytes = Zeroizing::new(Vec::new());
            std::fs::File::open(path.as_str())?.take(MAX_SECRET_FILE + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match read() {
            Err(error) => {
                self.violation(pointer, format!("the file of {file} cannot be read: {}", error.kind()));
                None
            }
            Ok(bytes) if bytes.len() as u64 > MAX_SECRET_FILE => {
                self.violation(pointer, format!("the file of {file} is larger than {MAX_SECRET_FILE} bytes"));
                None
            }
            Ok(bytes) => {
                if let Ok(text) = std::str::from_utf8(&bytes) {
                    self.clean(pointer, &file, text).map(|text| Secret::from(text.as_str()))
                } else {
                    self.violation(pointer, format!("the file of {file} is not UTF-8"));
                    None
                }
            }
        }
    }
}
