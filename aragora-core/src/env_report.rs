//! What a set-up is, line by line, before anything runs.

use crate::agents::Agents;
use crate::config::Config;
use crate::error::{Violation, Violations};
use crate::start::{self, Probe};

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

/// Looks at these settings without asking any server: the environment, the key of what is stored, the providers of
/// models that are configured, what a host should know about them, and everything that [`Config::validate`] and a start
/// with these settings refuse.
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
    report(config, &[])
}

/// The same, and asks the servers that are configured, all at once and 5 s each. What does not answer is a requirement
/// that is not met where several processes share it, where a database is required, and in production; a warning
/// elsewhere. No line shows an address.
pub async fn probe_env(config: &Config) -> EnvReport {
    report(config, &start::probe(config.storage.uri().expose(), config).await)
}

fn report(config: &Config, probes: &[Probe]) -> EnvReport {
    let env = config.env.as_str();
    let mut lines = vec![format!("✓ Environment: {env}")];
    if let Some(key) = config.encryption.keys.first() {
        lines.push(format!("✓ Encryption key: configured ({} bytes)", key.expose().len()));
    }
    let required = start::asks_servers(config);
    for probe in probes {
        let sign = match probe.failed {
            false => '✓',
            true if required => '✗',
            true => '!',
        };
        lines.push(format!("{sign} {}", probe.line));
        lines.extend(probe.notes.iter().map(|note| format!("! {note}")));
    }
    let providers = Agents::builder().providers(config.providers.clone()).build().check();
    // Nobody needs every provider: those that are not there are no failures, and what follows from it is warned of.
    lines.extend(providers.lines().into_iter().filter(|line| !line.starts_with('✗')));
    let mut rules = Violations::new();
    start::rules(config.storage.uri().expose(), config, &mut rules);
    let violations: Vec<Violation> = config.violations().into_iter().chain(rules.into_sorted()).collect();
    for Violation { pointer, reason } in &violations {
        // This one is told in the words people look for.
        let line = if reason == start::NO_DATABASE { reason.clone() } else { format!("{pointer}: {reason}") };
        lines.push(format!("✗ {line}"));
    }
    let unmet = violations.len() + probes.iter().filter(|probe| probe.failed && required).count();
    lines.push(match unmet {
        0 => format!("✓ All {env} requirements met"),
        1 => format!("✗ 1 {env} requirement is not met"),
        count => format!("✗ {count} {env} requirements are not met"),
    });
    EnvReport { lines, ok: unmet == 0 }
}
