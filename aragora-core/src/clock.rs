//! The only source of now and of sleep, so that a test can hold the time still.
//!
//! [`ManualClock`] moves only when told to: a suite that needs an hour to pass advances it by an hour and
//! nothing waits.

mod cancel;
mod deadline;
mod manual;

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

pub use cancel::CancelToken;
pub use deadline::Deadline;
pub use manual::ManualClock;

/// A boxed future, as the object-safe seams return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant this many milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant a duration later, saturating.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The Gregorian year in UTC.
    pub fn year(self) -> i64 {
        self.date().0
    }

    // Days to civil date after Howard Hinnant, "chrono-compatible low-level date algorithms".
    pub(crate) fn date(self) -> (i64, i64, i64) {
        let z = self.0.div_euclid(86_400_000) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with three decimals and `Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let ms = self.0.rem_euclid(86_400_000);
        let (h, m, s, milli) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000);
        write!(f, "{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{milli:03}Z")
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339 in UTC: `2026-01-01T00:00:00Z`, with up to three decimals.
    fn from_str(text: &str) -> Result<Self> {
        let wrong =
            || Error::new(ErrorKind::InvalidRequest, format!("{text:?}, expected a time like 2026-01-01T00:00:00Z"));
        let (date, time) = text.strip_suffix('Z').and_then(|text| text.split_once('T')).ok_or_else(wrong)?;
        let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
        let digits = |text: &str, least: i64, most: i64| {
            let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
            number.filter(|number| (least..=most).contains(number)).ok_or_else(wrong)
        };
        let three = |text: &str, by: char| -> Result<[String; 3]> {
            let parts: Vec<String> = text.split(by).map(str::to_owned).collect();
            parts.try_into().map_err(|_| wrong())
        };
        let [year, month, day] = three(date, '-')?;
        let [hour, minute, second] = three(clock, ':')?;
        let (year, month, day) = (digits(&year, 0, 9_999)?, digits(&month, 1, 12)?, digits(&day, 1, 31)?);
        let seconds = digits(&hour, 0, 23)? * 3_600 + digits(&minute, 0, 59)? * 60 + digits(&second, 0, 59)?;
        let millis = match fraction.len() {
            0 => 0,
            length @ 1..=3 => digits(fraction, 0, 999)? * 10_i64.pow(3 - length as u32),
            _ => return Err(wrong()),
        };
        // The inverse of `date`, by the same author.
        let y = if month <= 2 { year - 1 } else { year };
        let (era, yoe) = (y.div_euclid(400), y.rem_euclid(400));
        let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
        let found = Self(days * 86_400_000 + seconds * 1_000 + millis);
        // The 30th of February is another day.
        if found.date() == (year, month, day) { Ok(found) } else { Err(wrong()) }
    }
}

/// Now, and sleeping until later.
pub trait Clock: Debug + Send + Sync {
    /// Wall-clock time, which may step.
    fn now(&self) -> Timestamp;
    /// Time since an arbitrary origin that never goes back.
    fn monotonic(&self) -> Duration;
    /// Completes once [`Clock::monotonic`] has reached the instant.
    fn sleep_until(&self, monotonic: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's clocks, sleeping on the Tokio timer.
///
/// All system clocks of a process share one monotonic origin, so that a deadline made with one means the same to an
/// agent that holds another.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock; its monotonic origin is the moment the first one of the process was made.
    pub fn new() -> Self {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        Self { origin: *ORIGIN.get_or_init(Instant::now) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep_until(&self, monotonic: Duration) -> BoxFuture<'static, ()> {
        match self.origin.checked_add(monotonic) {
            Some(at) => Box::pin(tokio::time::sleep_until(at.into())),
            None => Box::pin(std::future::pending()),
        }
    }
}
