//! Reads the DyLAN runs on MATH: message lists of the agents by problem.

use std::path::{Path, PathBuf};

use aragora_core::protocols::Preset;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::read::{Read, Unreadable, json, name, stem, text};

/// One message of a recorded context.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Said {
    pub(super) role: String,
    pub(super) content: String,
}

/// What the record holds of a problem's run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Every reply that was given, from all agents, in as many rounds.
    Whole,
    /// The two agents that were kept after two rounds; the others' contexts were not stored.
    Two,
}

/// One problem.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// File and number, for people.
    pub(super) place: String,
    pub(super) question: String,
    pub(super) gold: String,
    pub(super) kept: Kept,
    /// Rounds the published run took, by the stored contexts.
    pub(super) rounds: usize,
    /// By stored agent: system, user, assistant, user, assistant, ...
    pub(super) contexts: Vec<Vec<Said>>,
    /// The first reply of an agent whose context was not stored, as the others' prompts quote it.
    pub(super) quoted: Option<String>,
}

impl Problem {
    /// The stored replies of an agent, by round.
    pub(super) fn replies(&self, agent: usize) -> impl Iterator<Item = &str> {
        let context = self.contexts.get(agent).map(Vec::as_slice).unwrap_or_default();
        context.iter().filter(|said| said.role == "assistant").map(|said| said.content.as_str())
    }
}

/// Contexts, gold answer, level and type, as they stand in a file.
type Row = (Vec<Vec<Said>>, String, Value, Value);

/// One file of problems.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) subject: String,
    pub(super) agents: usize,
    /// Rounds the published runs took at most.
    pub(super) rounds: usize,
    pub(super) problems: Vec<Problem>,
}

/// Subject, agents and rounds by a file's name: `number_theory_0_224_4_3.json`.
fn by_name(path: &Path) -> Option<(String, usize, usize)> {
    let stem = stem(path);
    let mut parts = stem.rsplitn(5, '_');
    let rounds = parts.next()?.parse().ok()?;
    let agents = parts.next()?.parse().ok()?;
    let (to, from) = (parts.next()?, parts.next()?);
    let bounds = [from, to].iter().all(|part| part.parse::<u64>().is_ok());
    let subject = parts.next()?.to_owned();
    (bounds && (2..=64).contains(&agents) && (1..=50).contains(&rounds)).then_some((subject, agents, rounds))
}

/// The files of problems of a folder.
pub(super) fn is_problems(name: &str) -> bool {
    name.ends_with(".json") && by_name(&PathBuf::from(name)).is_some()
}

pub(super) fn read_preset(set: &Path) -> Read<Preset> {
    let path = set.join("templates.json");
    Preset::from_json(&text(&path)?, None).map_err(|error| Unreadable::new(&path, error.reason()))
}

pub(super) fn read_file(path: &Path, preset: &Preset) -> Read<File> {
    let (subject, agents, rounds) =
        by_name(path).ok_or_else(|| Unreadable::new(path, "expected a name like subject_0_10_4_3.json"))?;
    let rows: IndexMap<String, Row> = json(path)?;
    let mut problems = Vec::with_capacity(rows.len());
    for (at, (question, (contexts, gold, _, _))) in rows.into_iter().enumerate() {
        let place = format!("{} problem {}", name(path), at + 1);
        let problem = problem(place, question, gold, contexts, agents, preset)
            .map_err(|reason| Unreadable::new(path, format!("problem {}: {reason}", at + 1)))?;
        problems.push(problem);
    }
    Ok(File { subject, agents, rounds, problems })
}

fn problem(
    place: String,
    question: String,
    gold: String,
    contexts: Vec<Vec<Said>>,
    agents: usize,
    preset: &Preset,
) -> Result<Problem, String> {
    let lengths: Vec<usize> = contexts.iter().map(Vec::len).collect();
    let length = lengths.first().copied().unwrap_or(0);
    let turns_alternate = contexts.iter().all(|context| {
        let roles = context.iter().map(|said| said.role.as_str());
        roles.zip(["system"].into_iter().chain(["user", "assistant"].into_iter().cycle())).all(|(a, b)| a == b)
    });
    if length < 3 || length % 2 == 0 || lengths.iter().any(|other| *other != length) || !turns_alternate {
        return Err(format!("contexts of {lengths:?} messages, expected system, user, assistant, .. of equal length"));
    }
    let rounds = (length - 1) / 2;
    let kept = match (contexts.len(), rounds) {
        (stored, 1 | 2) if stored == agents || stored + 1 == agents => Kept::Whole,
        (2, 2 | 3) => Kept::Two,
        _ => {
            return Err(format!(
                "{} contexts of {length} messages, which no run of {agents} agents leaves",
                lengths.len()
            ));
        }
    };
    let mut problem = Problem { place, question, gold, kept, rounds, contexts, quoted: None };
    if kept == Kept::Whole && rounds == 2 && problem.contexts.len() < agents {
        let quoted = quoted(&problem, preset);
        problem.quoted = Some(quoted.ok_or("the second prompt of the first agent does not quote the agent left out")?);
    }
    Ok(problem)
}

// What the second prompt of the first agent quotes after the other agents' first replies.
fn quoted(problem: &Problem, preset: &Preset) -> Option<String> {
    let (before, after) = preset.each.split_once("{reply}")?;
    let mut rest = problem.contexts.first()?.get(3)?.content.strip_prefix(&preset.prefix)?;
    for agent in 1..problem.contexts.len() {
        let reply = problem.replies(agent).next()?;
        rest = rest.strip_prefix(before)?.strip_prefix(reply)?.strip_prefix(after)?;
    }
    let last = rest.strip_prefix(before)?.strip_suffix(&preset.suffix)?.strip_suffix(after)?;
    Some(last.to_owned())
}
