//! What a set-up is, line by line, before anything runs.

use crate::agents::Agents;
use crate::config::Config;

/// Whether a set-up can run, said to people. Holds no key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct EnvReport {
    /// One line per subject: `✓` for what is there, `!` for a warning, `✗` for a requirement that is not met.
    pub lines: Vec<String>,
    /// Whether every requirement is met.
    pub ok: bool,
}

impl EnvReport {
    /// The lines for terminals that know ASCII only: `ok:`, `warning:` and `failed:` in place of the signs.
    pub fn ascii(&self) -> Vec<String> {
        let word = |line: &String| match line.split_once(' ') {
            Some(("✓", text)) => format!("ok: {text}"),
            Some(("!", text)) => format!("warning: {text}"),
            Some(("✗", text)) => format!("failed: {text}"),
            _ => line.clone(),
        };
        self.lines.iter().map(word).collect()
    }
}

/// Looks at these settings without asking any server: the environment, the providers of models that are configured, what
/// a host should know about them, and everything that [`Config::validate`] refuses.
///
/// ```
/// use aragora_core::config::Config;
/// use aragora_core::validate_env;
///
/// # fn main() -> aragora_core::Result<()> {
/// let config = Config::load([("ARAGORA_ENV", "production"), ("ANTHROPIC_API_KEY", "key"), ("OPENROUTER_API_KEY", "key")])?;
/// let report = validate_env(&config);
/// assert!(report.ok);
/// assert_eq!(report.lines[0], "✓ Environment: production");
/// assert_eq!(report.lines[1], "✓ AI provider: anthropic configured");
/// assert_eq!(report.lines[3], "✓ All production requirements met");
/// # Ok(())
/// # }
/// ```
pub fn validate_env(config: &Config) -> EnvReport {
    let env = config.env.as_str();
    let mut lines = vec![format!("✓ Environment: {env}")];
    let providers = Agents::builder().providers(config.providers.clone()).build().check();
    // Nobody needs every provider: those that are not there are no failures, and what follows from it is warned of.
    lines.extend(providers.lines().into_iter().filter(|line| !line.starts_with('✗')));
    let violations = config.violations();
    lines.extend(violations.iter().map(|violation| format!("✗ {}: {}", violation.pointer, violation.reason)));
    let ok = violations.is_empty();
    lines.push(match violations.len() {
        0 => format!("✓ All {env} requirements met"),
        1 => format!("✗ 1 {env} requirement is not met"),
        count => format!("✗ {count} {env} requirements are not met"),
    });
    EnvReport { lines, ok }
}
