use serde::{Deserialize, Serialize};

use super::env::Reader;

/// Where an instance runs. Production refuses what elsewhere is only a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnvironment {
    /// On a developer's machine.
    #[default]
    Development,
    /// In a test.
    Test,
    /// Before production.
    Staging,
    /// For real.
    Production,
}

impl RunEnvironment {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// Whether this is production.
    pub const fn is_production(self) -> bool {
        matches!(self, Self::Production)
    }

    /// `ARAGORA_ENV`, else `NODE_ENV`, of which only `production` counts. An unknown word is a violation, never
    /// development.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let own = reader.text("/env", "ARAGORA_ENV").map(|text| text.to_ascii_lowercase());
        let node = reader.text("/env", "NODE_ENV").map(|text| text.to_ascii_lowercase());
        match own.as_deref() {
            Some("development") => Self::Development,
            Some("test") => Self::Test,
            Some("staging") => Self::Staging,
            Some("production") => Self::Production,
            Some(other) => {
                let shown: String = other.chars().take(40).collect();
                let expected = "expected development, test, staging or production";
                reader.violation("/env", format!("ARAGORA_ENV is {shown:?}, {expected}"));
                Self::Production
            }
            None if node.as_deref() == Some("production") => Self::Production,
            None => Self::default(),
        }
    }
}
