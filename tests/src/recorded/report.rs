use std::fmt;

use serde_json::Value;

use super::read::Unreadable;

/// One figure: what the record says and what the replay found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The data set.
    pub set: String,
    /// The figure's name, that of `expected.json` where it has one.
    pub name: String,
    /// What it should be.
    pub expected: String,
    /// What the replay found.
    pub got: String,
    /// Whether they are the same.
    pub ok: bool,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { set, name, expected, got, ok } = self;
        write!(f, "{} {set} {name} {expected} {got}", if *ok { "ok" } else { "FAIL" })
    }
}

/// Everything a run found, printed one line per figure with the count as the last line.
#[derive(Clone, Debug, Default)]
pub struct Report {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
enum Line {
    Figure(Figure),
    Note(String),
}

impl Report {
    /// The figures in the order they were compared.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.lines.iter().filter_map(|line| match line {
            Line::Figure(figure) => Some(figure),
            Line::Note(_) => None,
        })
    }

    /// What was said beside the figures.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Note(note) => Some(note.as_str()),
            Line::Figure(_) => None,
        })
    }

    /// How many figures are as expected.
    pub fn passed(&self) -> usize {
        self.figures().filter(|figure| figure.ok).count()
    }

    /// How many are not.
    pub fn failed(&self) -> usize {
        self.figures().filter(|figure| !figure.ok).count()
    }

    pub(super) fn note(&mut self, note: String) {
        self.lines.push(Line::Note(note));
    }

    /// Compares a figure. Fractions are given with as many decimals as the expectation has and compared as such.
    pub(super) fn compare(&mut self, set: &str, name: &str, expected: &Value, got: &Value) {
        let decimals = |value: &Value| value.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
        let (got, ok) = match (expected.as_f64(), got.as_f64()) {
            (Some(want), Some(have)) if expected.is_f64() || got.is_f64() => {
                let places = decimals(expected);
                let half = 0.5 / 10_f64.powi(places as i32);
                (format!("{have:.places$}"), (want - have).abs() <= half + 1e-12)
            }
            _ => (got.to_string(), expected == got),
        };
        self.figure(set, name, expected.to_string(), got, ok);
    }

    pub(super) fn unreadable(&mut self, set: &str, what: &Unreadable) {
        self.figure(set, "readable", "files_of_the_documented_form".to_owned(), what.to_string(), false);
    }

    pub(super) fn figure(&mut self, set: &str, name: &str, expected: String, got: String, ok: bool) {
        self.lines.push(Line::Figure(Figure { set: set.to_owned(), name: name.to_owned(), expected, got, ok }));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            match line {
                Line::Figure(figure) => writeln!(f, "{figure}")?,
                Line::Note(note) => writeln!(f, "{note}")?,
            }
        }
        write!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(expected: Value, got: Value) -> bool {
        let mut report = Report::default();
        report.compare("set", "figure", &expected, &got);
        report.failed() == 0
    }

    #[test]
    fn whole_numbers_and_lists_must_be_equal() {
        assert!(verdict(json!(12), json!(12)));
        assert!(!verdict(json!(12), json!(13)));
        assert!(verdict(json!([86, 300]), json!([86, 300])));
        assert!(!verdict(json!([86, 300]), json!([87, 300])));
    }

    #[test]
    fn fractions_are_compared_to_the_decimals_that_were_published() {
        assert!(verdict(json!(0.7409), json!(898.0 / 1_212.0)));
        assert!(!verdict(json!(0.7409), json!(899.0 / 1_212.0)));
        assert!(verdict(json!(1.0), json!(1.0)));
        assert!(!verdict(json!(1.0), json!(0.9)));
    }

    #[test]
    fn the_last_line_counts() {
        let mut report = Report::default();
        report.compare("set", "a", &json!(1), &json!(1));
        report.compare("set", "b", &json!(1), &json!(2));
        report.note("not covered yet: other".to_owned());
        assert_eq!(report.to_string(), "ok set a 1 1\nFAIL set b 1 2\nnot covered yet: other\n1 passed, 1 failed");
    }
}
