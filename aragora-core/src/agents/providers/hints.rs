//! How long a provider asks to wait.

use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use crate::http::Headers;

/// Hints above this are taken for mistakes.
const ABSURD: Duration = Duration::from_hours(24 * 7);

/// The first usable hint above zero: `retry-after-ms`, `retry-after` as seconds or date, the delay of a Google
/// `RetryInfo`, the provider's words.
pub(super) fn wait(headers: &Headers, details: &Value, message: &str) -> Option<Duration> {
    let header = |name: &str| headers.get(name).map(str::trim);
    let candidates = [
        header("retry-after-ms").and_then(|ms| seconds(ms, 1e-3)),
        header("retry-after").and_then(|text| seconds(text, 1.0).or_else(|| until(text, header("date")?))),
        retry_info(details),
        in_words(message),
    ];
    candidates.into_iter().flatten().find(|wait| !wait.is_zero() && *wait <= ABSURD)
}

/// The delay in a Google `RetryInfo` detail.
pub(super) fn retry_info(details: &Value) -> Option<Duration> {
    let delay = details.as_array()?.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    go_duration(delay)
}

fn seconds(text: &str, unit: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse::<f64>().ok()? * unit).ok()
}

fn in_words(message: &str) -> Option<Duration> {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:try again in|retry in|retry after)\s+(\d+(?:\.\d+)?\s*seconds?|(?:\d+(?:\.\d+)?(?:ms|h|m|s))+)",
        )
        .ok()
    });
    let found = WORDS.as_ref()?.captures(message)?.get(1)?.as_str();
    match found.split_once(char::is_whitespace) {
        Some((number, _)) => seconds(number, 1.0),
        None => go_duration(found).or_else(|| seconds(found.trim_end_matches(char::is_alphabetic), 1.0)),
    }
}

/// A duration as Go prints it: `6ms`, `34.4s`, `2m3.5s`, `1h0m0s`.
pub(super) fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (number, unit_on) = rest.split_at(rest.find(char::is_alphabetic)?);
        let (unit, after) = unit_on.split_at(unit_on.find(|c: char| !c.is_alphabetic()).unwrap_or(unit_on.len()));
        let unit = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        total = total.checked_add(seconds(number, unit)?)?;
        rest = after;
    }
    (!text.trim().is_empty()).then_some(total)
}

// RFC 9110 date against the response's own `date`, so that neither clock needs to be right.
fn until(text: &str, date: &str) -> Option<Duration> {
    let seconds = http_date(text)?.checked_sub(http_date(date)?)?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

// IMF-fixdate, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`, in seconds since 1970.
pub(super) fn http_date(text: &str) -> Option<i64> {
    let mut parts = text.split([' ', ':']).skip(1);
    let mut next = || parts.next();
    let day: i64 = next()?.parse().ok()?;
    let month = next()?;
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = i64::try_from(names.iter().position(|name| *name == month)?).ok()? + 1;
    let year: i64 = next()?.parse().ok()?;
    let (h, m, s): (i64, i64, i64) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?);
    let plausible = (1..=31).contains(&day) && (1970..=9999).contains(&year) && h < 24 && m < 60 && s <= 60;
    if !plausible || next() != Some("GMT") {
        return None;
    }
    // Civil date to days after Howard Hinnant, "chrono-compatible low-level date algorithms".
    let y = if month <= 2 { year - 1 } else { year };
    let (era, yoe) = (y.div_euclid(400), y.rem_euclid(400));
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
    Some(days * 86_400 + h * 3_600 + m * 60 + s)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(fields: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.set(name, *value);
        }
        headers
    }

    fn from_headers(fields: &[(&str, &str)]) -> Option<Duration> {
        wait(&headers(fields), &Value::Null, "")
    }

    #[test]
    fn the_first_usable_hint_wins() {
        assert_eq!(from_headers(&[("retry-after-ms", "174"), ("retry-after", "1")]), Some(Duration::from_millis(174)));
        assert_eq!(from_headers(&[("retry-after-ms", "0"), ("retry-after", "1")]), Some(Duration::from_secs(1)));
        assert_eq!(from_headers(&[("retry-after", "1.5")]), Some(Duration::from_millis(1_500)));
        assert_eq!(from_headers(&[("retry-after", "-3")]), None);
        assert_eq!(from_headers(&[("retry-after", "1e300")]), None);
        let delay = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s" }]);
        assert_eq!(wait(&Headers::new(), &delay, ""), Some(Duration::from_millis(34_400)));
    }

    #[test]
    fn a_date_is_measured_against_the_responses_own() {
        let (date, later) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Mon, 07 Nov 1994 08:49:38 GMT");
        assert_eq!(http_date(date), Some(784_111_777));
        assert_eq!(from_headers(&[("retry-after", later), ("date", date)]), Some(Duration::from_secs(86_401)));
        assert_eq!(from_headers(&[("retry-after", date), ("date", later)]), None);
        assert_eq!(from_headers(&[("retry-after", later)]), None);
    }

    #[test]
    fn words_of_providers_are_understood() {
        let words = |text: &str| wait(&Headers::new(), &Value::Null, text);
        assert_eq!(words("Please try again in 174ms. Visit"), Some(Duration::from_millis(174)));
        assert_eq!(words("Please try again in 20s."), Some(Duration::from_secs(20)));
        assert_eq!(words("try again in 2m3s"), Some(Duration::from_secs(123)));
        assert_eq!(words("Please retry in 48.9s."), Some(Duration::from_millis(48_900)));
        assert_eq!(words("Please retry after 26 seconds."), Some(Duration::from_secs(26)));
        assert_eq!(words("try again in a moment"), None);
    }

    #[test]
    fn go_durations_parse_exactly() {
        assert_eq!(go_duration("6ms"), Some(Duration::from_millis(6)));
        assert_eq!(go_duration("2m3.5s"), Some(Duration::from_millis(123_500)));
        assert_eq!(go_duration("1h0m0s"), Some(Duration::from_hours(1)));
        assert_eq!((go_duration(""), go_duration("5"), go_duration("5 parsecs")), (None, None, None));
    }
}
