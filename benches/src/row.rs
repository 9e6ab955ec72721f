//! One line of the table of figures.

use std::fmt;

/// What a ratio is held against.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// This, give or take a share of it.
    Near(f64, f64),
    /// Printed to be read beside another row.
    Told,
}

/// One figure: ours, what it is compared with, and the ratio the target speaks of.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub figure: String,
    /// Our side, with its unit.
    pub ours: String,
    /// The other side, with its unit.
    pub reference: String,
    /// What the target speaks of, usually ours / reference.
    pub ratio: f64,
    /// The target.
    pub target: Target,
}

impl Row {
    /// A row.
    pub fn new(
        figure: impl Into<String>,
        ours: impl Into<String>,
        reference: impl Into<String>,
        ratio: f64,
        target: Target,
    ) -> Self {
        Self { figure: figure.into(), ours: ours.into(), reference: reference.into(), ratio, target }
    }
}

impl Target {
    /// Whether a ratio holds it; `None` where nothing is asked.
    pub fn held_by(self, ratio: f64) -> Option<bool> {
        match self {
            Self::AtMost(most) => Some(ratio <= most),
            Self::AtLeast(least) => Some(ratio >= least),
            Self::Near(value, share) => Some((ratio - value).abs() <= value * share),
            Self::Told => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "<= {most}"),
            Self::AtLeast(least) => write!(f, ">= {least}"),
            Self::Near(value, share) => write!(f, "{value} +- {} %", share * 100.0),
            Self::Told => f.write_str("-"),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = match self.target.held_by(self.ratio) {
            Some(true) => "held",
            Some(false) => "MISSED",
            None => "-",
        };
        let Self { figure, ours, reference, ratio, target } = self;
        let digits = if ratio.abs() < 0.1 { 4 } else { 2 };
        write!(f, "{figure} | {ours} | {reference} | {ratio:.digits$} | {target} | {held}")
    }
}
