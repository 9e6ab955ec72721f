//! Critiques: what one participant finds wrong with the answers of others.

use serde::Serialize;
use serde_json::{Map, Value};

use super::parse_ballot::ParseWarning;
use super::parse_line::{Line, Topic, fences, last_value, lines, said, spoken};
use super::parse_markup::{clean, list_item};
use super::parse_number::{severity, severity_of};
use super::parse_signals::texts;
use super::resolve::balanced;
use super::strict_json::{Json, read};

/// A critique of one target.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParsedCritique {
    /// The target as the critic names it, e.g. `Agent-2`; absent if it names none. Whether it is a seat the critic
    /// was shown, and not the critic itself, is the caller's to check.
    pub target: Option<String>,
    /// Problems.
    pub issues: Vec<String>,
    /// Suggestions.
    pub suggestions: Vec<String>,
    /// 0..=10, rounded to six decimals: 0-2 cosmetic, 3-5 moderate, 6-8 significant, 9-10 invalidates.
    pub severity: Option<f64>,
    /// Why.
    pub reasoning: String,
    /// `severity_rejected`, `critique_unstructured`.
    pub warnings: Vec<ParseWarning>,
}

/// Reads every critique of a reply. `targets` are the names under which the criticised seats were shown.
///
/// In JSON one object, a list of them, or `{"critiques": [..]}`; otherwise sections: a line that is a target's name
/// (`### Agent-2`, `Target: Agent-2`, `Agent-2: ..`) begins its critique, headings and bullets make up the rest. A
/// text without such headings is one critique without issues whose reasoning is the text. A blank reply is none, and
/// so is an empty list: a critic may have no objection.
pub fn parse_critiques(text: &str, structured: Option<&Value>, targets: &[&str]) -> Vec<ParsedCritique> {
    let found = match structured {
        Some(value) if objects_to_nothing(value) => return Vec::new(),
        Some(value) => objects(value),
        None if matches!(read(text), Json::Value(value) if objects_to_nothing(&value)) => return Vec::new(),
        None => written_objects(text),
    };
    if !found.is_empty() {
        return found.iter().map(of_object).collect();
    }
    sections(text, targets).iter().filter_map(|(target, lines)| of_lines(target.as_deref(), lines)).collect()
}

/// The critique objects of a value: it, its items, or the items of its member `critiques`.
fn objects(value: &Value) -> Vec<Map<String, Value>> {
    match value {
        Value::Array(items) => items.iter().flat_map(objects).collect(),
        Value::Object(members) => match members.get("critiques") {
            Some(Value::Array(items)) => items.iter().flat_map(objects).collect(),
            _ if Field::ALL.iter().any(|field| field.of(members).is_some()) => vec![members.clone()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn objects_to_nothing(value: &Value) -> bool {
    let list = value.get("critiques").unwrap_or(value);
    list.as_array().is_some_and(Vec::is_empty)
}

fn written_objects(text: &str) -> Vec<Map<String, Value>> {
    let of = |piece: &str| match read(piece) {
        Json::Value(value) => objects(&value),
        Json::Malformed(_) | Json::None => Vec::new(),
    };
    let whole = of(text);
    if !whole.is_empty() {
        return whole;
    }
    let lines = lines(text);
    let fenced = fences(&lines).pop().map(|block| of(&block)).unwrap_or_default();
    if !fenced.is_empty() {
        return fenced;
    }
    balanced(&spoken(&lines), false).into_iter().flat_map(of).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Target,
    Issues,
    Suggestions,
    Reasoning,
    Severity,
}

impl Field {
    const ALL: [Self; 5] = [Self::Target, Self::Issues, Self::Suggestions, Self::Reasoning, Self::Severity];

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Target => &["target"],
            Self::Issues => &["issues", "problems", "concerns"],
            Self::Suggestions => &["suggestions", "recommendations", "improvements"],
            Self::Reasoning => &["reasoning"],
            Self::Severity => &["severity"],
        }
    }

    fn of(self, members: &Map<String, Value>) -> Option<&Value> {
        let named = |name: &str| self.names().iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        members.iter().find(|(name, value)| named(name) && !value.is_null()).map(|(_, value)| value)
    }

    /// The field a heading begins, and what follows its colon.
    fn heading(line: &str) -> Option<(Self, &str)> {
        let (name, rest) = line.split_once(':').unwrap_or((line, ""));
        let name = name.trim();
        let fields = [Self::Issues, Self::Suggestions, Self::Reasoning];
        let named = |field: &Self| field.names().iter().any(|known| known.eq_ignore_ascii_case(name));
        fields.into_iter().find(named).map(|field| (field, rest.trim()))
    }
}

fn of_object(members: &Map<String, Value>) -> ParsedCritique {
    let list = |field: Field| field.of(members).map(texts).unwrap_or_default();
    let mut critique = ParsedCritique {
        target: list(Field::Target).into_iter().next(),
        issues: list(Field::Issues),
        suggestions: list(Field::Suggestions),
        reasoning: list(Field::Reasoning).join("\n"),
        ..ParsedCritique::default()
    };
    if let Some(stated) = Field::Severity.of(members) {
        critique.severity = severity_of(stated);
        critique.warn_if_rejected(&stated.to_string());
    }
    critique
}

impl ParsedCritique {
    fn warn_if_rejected(&mut self, stated: &str) {
        if self.severity.is_none() {
            self.warnings.push(ParseWarning::new("severity_rejected", stated));
        }
    }
}

type Section<'a> = (Option<String>, Vec<Line<'a>>);

/// The lines about each target, in order. Lines before the first target belong to nobody and are left out if a
/// target follows.
fn sections<'a>(text: &'a str, targets: &[&str]) -> Vec<Section<'a>> {
    let mut found: Vec<Section<'a>> = vec![(None, Vec::new())];
    for line in lines(text) {
        let heading = if line.spoken() { target_heading(line.raw, targets) } else { None };
        match heading {
            Some((target, rest)) => {
                let raw = line.raw.get(line.raw.len() - rest..).unwrap_or_default();
                let rest = (rest > 0).then(|| Line { raw, ..line.clone() });
                found.push((Some(target), rest.into_iter().collect()));
            }
            None => {
                if let Some((_, section)) = found.last_mut() {
                    section.push(line);
                }
            }
        }
    }
    if found.len() > 1 {
        found.remove(0);
    }
    found
}

/// The target a line announces, and how many bytes of the line follow the announcement.
fn target_heading(raw: &str, targets: &[&str]) -> Option<(String, usize)> {
    const BEFORE: [&str; 4] = ["critique of ", "review of ", "feedback for ", "feedback on "];
    let line = clean(raw, false);
    let (name, rest) = line.split_once(':').map_or((line.as_str(), ""), |(name, rest)| (name.trim(), rest.trim()));
    let after = |before: &&str| {
        let start = name.get(..before.len())?;
        start.eq_ignore_ascii_case(before).then_some(()).and(name.get(before.len()..))
    };
    let name = BEFORE.iter().find_map(after).unwrap_or(name).trim();
    if name.eq_ignore_ascii_case("target") && !rest.is_empty() {
        return Some((rest.trim_end_matches(['.', ':']).to_owned(), 0));
    }
    let known = targets.iter().find(|target| target.eq_ignore_ascii_case(name));
    let known = known.map(|target| (*target).to_owned());
    // Somebody who was not shown: named all the same, so that the words about it are not put on the one before.
    let unknown = || (rest.is_empty() && stands_for_seat(name)).then(|| name.to_owned());
    let target = known.or_else(unknown)?;
    let after = raw.split_once([':', '：']).map_or("", |(_, after)| after.trim_start_matches(['*', '_', '`', ' ']));
    Some((target, if rest.is_empty() { 0 } else { after.len() }))
}

/// Whether a name is of the form `Agent-2`, under which anonymous participants appear.
fn stands_for_seat(name: &str) -> bool {
    let number = name.get(..6).filter(|start| start.eq_ignore_ascii_case("agent-")).and(name.get(6..));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// One critique from its lines; `None` if they are all blank.
fn of_lines(target: Option<&str>, lines: &[Line<'_>]) -> Option<ParsedCritique> {
    let whole: Vec<&str> = lines.iter().map(|line| line.raw).collect();
    let whole = whole.join("\n").trim().to_owned();
    if whole.is_empty() {
        return None;
    }
    let mut critique = ParsedCritique { target: target.map(str::to_owned), ..ParsedCritique::default() };
    let said = said(lines, false);
    if let Some(stated) = last_value(&said, Topic::Severity, false) {
        critique.severity = severity(stated);
        critique.warn_if_rejected(stated);
    }
    let mut field = None;
    let mut structured = false;
    let mut gap = false;
    let mut reasoning = Vec::new();
    for line in lines {
        let text = clean(line.raw, false);
        if text.is_empty() && line.spoken() {
            gap = true;
            continue;
        }
        let after_gap = std::mem::take(&mut gap);
        let heading = if line.spoken() { Field::heading(&text) } else { None };
        if let Some((found, rest)) = heading {
            (field, structured) = (Some(found), true);
            if !rest.is_empty() {
                critique.take(found, rest.to_owned(), true, &mut reasoning);
            }
            continue;
        }
        let labels = [Topic::Severity, Topic::Confidence, Topic::Continue];
        let label = text.split_once(':').and_then(|(name, _)| Topic::named(name));
        if line.spoken() && label.is_some_and(|topic| labels.contains(&topic)) {
            field = None;
        } else if let (Some(found), true) = (field, line.spoken() || field == Some(Field::Reasoning)) {
            match list_item(line.raw).filter(|_| found != Field::Reasoning) {
                Some(item) => critique.take(found, item, true, &mut reasoning),
                // A paragraph after a list is no longer part of its last item.
                None if after_gap && critique.has_items(found) => field = None,
                None => critique.take(found, line.raw.trim().to_owned(), false, &mut reasoning),
            }
        }
    }
    if structured {
        critique.reasoning = String::from(reasoning.join("\n").trim());
    } else {
        critique.warnings.push(ParseWarning::new("critique_unstructured", &whole));
        critique.reasoning = whole;
    }
    Some(critique)
}

impl ParsedCritique {
    fn has_items(&self, field: Field) -> bool {
        match field {
            Field::Issues => !self.issues.is_empty(),
            Field::Suggestions => !self.suggestions.is_empty(),
            _ => false,
        }
    }

    /// Takes an item, or a line that goes on with the one before.
    fn take(&mut self, field: Field, text: String, begins: bool, reasoning: &mut Vec<String>) {
        let items = match field {
            Field::Issues => &mut self.issues,
            Field::Suggestions => &mut self.suggestions,
            _ => return reasoning.push(text),
        };
        let nothing = ["none", "none.", "n/a", "no issues", "no issues.", "nothing"];
        if text.is_empty() || nothing.iter().any(|word| word.eq_ignore_ascii_case(&text)) {
            return;
        }
        match items.last_mut().filter(|_| !begins) {
            Some(item) => {
                item.push(' ');
                item.push_str(&text);
            }
            None => items.push(text),
        }
    }
}
