use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

const DAY: i64 = 86_400_000;

/// A period of the calendar in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From midnight.
    Day,
    /// From Monday.
    Week,
    /// From the first of the month.
    Month,
    /// From the first of January, April, July or October.
    Quarter,
    /// From the first of January.
    Year,
    /// For ever.
    Unlimited,
}

impl Period {
    /// Its name, e.g. `day`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::Unlimited => "unlimited",
        }
    }

    /// When the one that this instant lies in began.
    ///
    /// ```
    /// use aragora_core::agents::Period;
    ///
    /// # fn main() -> aragora_core::Result<()> {
    /// let friday = "2026-11-20T12:00:00Z".parse()?;
    /// assert_eq!(Period::Week.start(friday).to_string(), "2026-11-16T00:00:00.000Z");
    /// assert_eq!(Period::Quarter.start(friday).to_string(), "2026-10-01T00:00:00.000Z");
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(self, at: Timestamp) -> Timestamp {
        let days = at.as_millis().div_euclid(DAY);
        let midnight = |days: i64| Timestamp::from_millis(days * DAY);
        let (_, month, day) = at.date();
        let first = days - (day - 1);
        match self {
            Self::Day => midnight(days),
            // The first of January 1970 was a Thursday.
            Self::Week => midnight(days - (days + 3).rem_euclid(7)),
            Self::Month => midnight(first),
            Self::Quarter => midnight(back(first, (month - 1) % 3)),
            Self::Year => midnight(back(first, month - 1)),
            Self::Unlimited => Timestamp::from_millis(0),
        }
    }
}

/// The first of the month so many months before a first of the month, in days.
fn back(mut first: i64, months: i64) -> i64 {
    for _ in 0..months {
        let (_, _, days) = midnight_date(first - 1);
        first -= days;
    }
    first
}

fn midnight_date(days: i64) -> (i64, i64, i64) {
    Timestamp::from_millis(days * DAY).date()
}
