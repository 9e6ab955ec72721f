//! What a provider's header fields say about its rate limits.

use std::str::FromStr;
use std::time::Duration;

use super::hints::{go_duration, http_date};
use crate::clock::Timestamp;
use crate::http::Headers;

/// A reset further away than this is taken for a mistake.
const ABSURD: Duration = Duration::from_hours(24 * 7);

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    Requests,
    /// Prompt and output together.
    Tokens,
    Input,
    Output,
}

/// One limit as a response states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The limit's name in the header fields, e.g. `requests` or `tokens-minute`.
    pub(crate) name: &'static str,
    pub(crate) counted: Counted,
    pub(crate) limit: Option<u64>,
    pub(crate) remaining: Option<u64>,
    /// How long until it is whole again.
    pub(crate) reset: Option<Duration>,
}

const ANTHROPIC: [(&str, Counted); 4] = [
    ("requests", Counted::Requests),
    ("tokens", Counted::Tokens),
    ("input-tokens", Counted::Input),
    ("output-tokens", Counted::Output),
];

// OpenAI, Azure, xAI, Groq; then Mistral, which states no resets.
const COMMON: [(&str, Counted); 6] = [
    ("requests", Counted::Requests),
    ("tokens", Counted::Tokens),
    ("req-minute", Counted::Requests),
    ("req-10-second", Counted::Requests),
    ("tokens-minute", Counted::Tokens),
    ("tokens-month", Counted::Tokens),
];

/// Every limit the fields state; values that cannot be read are left out. Gateways pass other vendors' fields on, so
/// all families are looked for whoever answers; only fields without a name of their own need a known provider.
pub(crate) fn read(provider: &str, headers: &Headers, now: Timestamp) -> Vec<Reading> {
    let now = headers.get("date").and_then(http_date).map_or(now, |seconds| Timestamp::from_millis(seconds * 1_000));
    let number = |field: String| headers.get(&field)?.trim().parse().ok();
    let text = |field: String| headers.get(&field).map(str::trim);
    let anthropic = ANTHROPIC.iter().map(|&(name, counted)| Reading {
        name,
        counted,
        limit: number(format!("anthropic-ratelimit-{name}-limit")),
        remaining: number(format!("anthropic-ratelimit-{name}-remaining")),
        reset: text(format!("anthropic-ratelimit-{name}-reset")).and_then(|at| until(rfc3339(at)?, now)),
    });
    let common = COMMON.iter().map(|&(name, counted)| Reading {
        name,
        counted,
        limit: number(format!("x-ratelimit-limit-{name}")),
        remaining: number(format!("x-ratelimit-remaining-{name}")),
        reset: text(format!("x-ratelimit-reset-{name}")).and_then(span),
    });
    let unnamed = (provider == "openrouter").then(|| Reading {
        name: "all",
        counted: Counted::Requests,
        limit: number("x-ratelimit-limit".into()),
        remaining: number("x-ratelimit-remaining".into()),
        reset: text("x-ratelimit-reset".into()).and_then(|at| until(Timestamp::from_millis(at.parse().ok()?), now)),
    });
    let stated = |reading: &Reading| reading.limit.is_some() || reading.remaining.is_some();
    anthropic.chain(common).chain(unnamed).filter(stated).collect()
}

fn until(at: Timestamp, now: Timestamp) -> Option<Duration> {
    let millis = u64::try_from(at.as_millis().checked_sub(now.as_millis())?.max(0)).ok()?;
    Some(Duration::from_millis(millis)).filter(|wait| *wait <= ABSURD)
}

fn span(text: &str) -> Option<Duration> {
    let seconds = || Duration::try_from_secs_f64(text.parse().ok()?).ok();
    go_duration(text).or_else(seconds).filter(|wait| *wait <= ABSURD)
}

// Anthropic writes UTC with or without decimals, now and then more of them than milliseconds or an offset of zero.
fn rfc3339(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix("+00:00").or_else(|| text.strip_suffix('Z'))?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.get(..3.min(fraction.len()))?;
    let point = if fraction.is_empty() { "" } else { "." };
    Timestamp::from_str(&format!("{whole}{point}{fraction}Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);

    fn readings(provider: &str, fields: &[(&str, &str)]) -> Vec<Reading> {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.set(name, *value);
        }
        read(provider, &headers, NOW)
    }

    fn reading(name: &'static str, counted: Counted, numbers: [Option<u64>; 2], reset_ms: Option<u64>) -> Reading {
        let [limit, remaining] = numbers;
        Reading { name, counted, limit, remaining, reset: reset_ms.map(Duration::from_millis) }
    }

    #[test]
    fn anthropic_states_times() {
        let found = readings(
            "anthropic",
            &[
                ("anthropic-ratelimit-requests-limit", "50"),
                ("anthropic-ratelimit-requests-remaining", "49"),
                ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:01Z"),
                ("anthropic-ratelimit-input-tokens-remaining", "0"),
                ("anthropic-ratelimit-input-tokens-reset", "2026-01-01T00:00:20.123456+00:00"),
                ("anthropic-ratelimit-output-tokens-remaining", "many"),
            ],
        );
        assert_eq!(
            found,
            [
                reading("requests", Counted::Requests, [Some(50), Some(49)], Some(1_000)),
                reading("input-tokens", Counted::Input, [None, Some(0)], Some(20_123)),
            ]
        );
    }

    #[test]
    fn a_time_is_measured_against_the_responses_own_date() {
        let found = readings(
            "anthropic",
            &[
                ("date", "Thu, 01 Jan 2026 02:00:00 GMT"),
                ("anthropic-ratelimit-tokens-remaining", "7"),
                ("anthropic-ratelimit-tokens-reset", "2026-01-01T02:00:30Z"),
            ],
        );
        assert_eq!(found, [reading("tokens", Counted::Tokens, [None, Some(7)], Some(30_000))]);
    }

    #[test]
    fn openai_and_its_like_state_spans() {
        let found = readings(
            "groq",
            &[
                ("x-ratelimit-limit-requests", "14400"),
                ("x-ratelimit-remaining-requests", "14370"),
                ("x-ratelimit-reset-requests", "2m59.56s"),
                ("x-ratelimit-limit-tokens", "18000"),
                ("x-ratelimit-remaining-tokens", "17997"),
                ("x-ratelimit-reset-tokens", "7.66"),
            ],
        );
        assert_eq!(
            found,
            [
                reading("requests", Counted::Requests, [Some(14_400), Some(14_370)], Some(179_560)),
                reading("tokens", Counted::Tokens, [Some(18_000), Some(17_997)], Some(7_660)),
            ]
        );
    }

    #[test]
    fn mistral_states_no_reset_and_openrouter_an_epoch() {
        let mistral = [("x-ratelimit-remaining-req-10-second", "3"), ("x-ratelimit-limit-tokens-month", "1000")];
        assert_eq!(
            readings("mistral", &mistral),
            [
                reading("req-10-second", Counted::Requests, [None, Some(3)], None),
                reading("tokens-month", Counted::Tokens, [Some(1_000), None], None),
            ]
        );
        let openrouter = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1767225604500")];
        assert_eq!(
            readings("openrouter", &openrouter),
            [reading("all", Counted::Requests, [None, Some(0)], Some(4_500))]
        );
        assert_eq!(readings("compatible", &openrouter), []);
    }

    #[test]
    fn what_cannot_be_read_is_ignored() {
        let absurd = [
            ("x-ratelimit-remaining-tokens", "5"),
            ("x-ratelimit-reset-tokens", "never"),
            ("x-ratelimit-remaining-requests", "-1"),
            ("x-ratelimit-reset-requests", "1s"),
        ];
        assert_eq!(readings("openai", &absurd), [reading("tokens", Counted::Tokens, [None, Some(5)], None)]);
        let past = [
            ("anthropic-ratelimit-tokens-remaining", "0"),
            ("anthropic-ratelimit-tokens-reset", "1999-01-01T00:00:00Z"),
        ];
        assert_eq!(readings("anthropic", &past), [reading("tokens", Counted::Tokens, [None, Some(0)], Some(0))]);
        let far = [("x-ratelimit-remaining-tokens", "5"), ("x-ratelimit-reset-tokens", "9999h")];
        assert_eq!(readings("openai", &far), [reading("tokens", Counted::Tokens, [None, Some(5)], None)]);
    }
}
