use data_encoding::HEXLOWER_PERMISSIVE;
use zeroize::Zeroizing;

use super::Secret;
use super::env::Reader;
use crate::error::Violations;

/// Bytes of a key.
const KEY: usize = 32;
/// Most keys of one list.
const MAX_KEYS: usize = 16;
const POINTER: &str = "/encryption/keys";

/// Encryption of what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct EncryptionSettings {
    /// The keys of `ARAGORA_ENCRYPTION_KEY` or of the file `ARAGORA_ENCRYPTION_KEY_FILE` names: the first encrypts, all
    /// decrypt. Empty is no encryption.
    pub keys: Vec<Secret<[u8; KEY]>>,
    /// Whether rows from before there was a key are read until they are re-encrypted; refused unless set.
    pub admit_plain: bool,
}

impl EncryptionSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let Some(text) = reader.secret(POINTER, "ARAGORA_ENCRYPTION_KEY") else { return Self::default() };
        let mut violations = Violations::new();
        let keys = parse_keys(text.expose(), &mut violations);
        reader.nest(violations);
        Self { keys, admit_plain: false }
    }

    pub(super) fn check(&self, violations: &mut Violations) {
        check_keys(&self.keys, violations);
    }
}

/// The keys of a comma list of 64 hex digits each. What is wrong is named by the number of the entry, never by its text.
pub(crate) fn parse_keys(text: &str, violations: &mut Violations) -> Vec<Secret<[u8; KEY]>> {
    let mut keys = Vec::new();
    for (index, entry) in text.trim_ascii().split(',').enumerate() {
        let pointer = format!("{POINTER}/{index}");
        let number = index + 1;
        if index == MAX_KEYS {
            violations.add(POINTER, format!("more than {MAX_KEYS} entries"));
            break;
        }
        if entry.is_empty() {
            violations.add(pointer, format!("entry {number} is empty, expected 64 hex digits"));
            continue;
        }
        let decoded = HEXLOWER_PERMISSIVE.decode(entry.as_bytes()).map(Zeroizing::new);
        let key = decoded.ok().and_then(|bytes| <[u8; KEY]>::try_from(bytes.as_slice()).ok());
        match key {
            Some(key) => keys.push(Secret::new(key)),
            None if entry.chars().count() == 2 * KEY => {
                violations.add(pointer, format!("entry {number} holds other characters than hex digits"));
            }
            None => {
                let length = entry.chars().count();
                violations.add(pointer, format!("entry {number} has {length} characters, expected 64 hex digits"));
            }
        }
    }
    if violations.is_empty() {
        check_keys(&keys, violations);
    }
    keys
}

/// Weak and repeated keys, and more of them than a list may hold.
pub(crate) fn check_keys(keys: &[Secret<[u8; KEY]>], violations: &mut Violations) {
    violations.check(keys.len() <= MAX_KEYS, POINTER, format!("{} entries, expected 1 to {MAX_KEYS}", keys.len()));
    for (index, key) in keys.iter().enumerate() {
        let pointer = format!("{POINTER}/{index}");
        let number = index + 1;
        let [first, rest @ ..] = key.expose();
        violations.check(
            !rest.iter().all(|byte| byte == first),
            &pointer,
            format!("all bytes of entry {number} are equal"),
        );
        if let Some(same) = keys.iter().take(index).position(|other| other == key) {
            violations.add(pointer, format!("entry {number} is the same as entry {}", same + 1));
        }
    }
}
