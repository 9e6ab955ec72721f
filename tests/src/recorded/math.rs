//! DyLAN on MATH: four agents asked one after the other, each seeing the newest reply of every other.

use std::path::Path;
use std::sync::Arc;

use aragora_core::Result;
use aragora_core::debate::AnswerFormat;
use aragora_core::ids::{AgentId, DebateId};
use aragora_core::protocols::{DebateProtocol, Dynamic, Preset};
use serde_json::{Map, Value, json};

use super::crash::kill_and_resume;
use super::debate::{Recorded, RecordedSeat};
use super::math_figures::{FIGURES, measure};
use super::math_record::{Kept, Problem, is_problems, read_file, read_preset};
use super::read::{Read, Unreadable, files, json as read_json, name};
use super::report::Report;
use super::tally::{Tally, compare};
use super::{Extent, gather};

/// What all problems of a set share.
#[derive(Debug)]
struct Layout {
    preset: Preset,
    format: AnswerFormat,
}

pub(super) async fn replay(set: &Path, extent: Extent, report: &mut Report) -> Read<()> {
    let label = name(set);
    let expected: Map<String, Value> = read_json(&set.join("expected.json"))?;
    let preset = read_preset(set)?;
    let format = preset.format().map_err(|error| Unreadable::new(&set.join("templates.json"), error.reason()))?;
    let layout = Arc::new(Layout { preset, format });
    let mut paths = files(set, is_problems)?;
    paths.truncate(extent.files.unwrap_or(usize::MAX));
    let mut runs = Vec::new();
    for (at, path) in paths.iter().enumerate() {
        let file = match read_file(path, &layout.preset) {
            Ok(file) => file,
            Err(unreadable) => {
                report.unreadable(&label, &unreadable);
                continue;
            }
        };
        for (row, problem) in file.problems.into_iter().enumerate() {
            let case = Case {
                id: format!("math.{at}.{row}"),
                subject: file.subject.clone(),
                agents: file.agents,
                rounds: file.rounds,
                problem,
                layout: layout.clone(),
                kill: extent.kill_every > 0 && runs.len() % extent.kill_every == 0,
            };
            runs.push(case);
        }
    }
    let each = |case: Case| async move {
        match case.replay().await {
            Ok(tally) => tally,
            Err(error) => Tally::failed(format!("{}: {} {}", case.problem.place, error.code(), error.reason())),
        }
    };
    let mut tally = Tally::known(FIGURES);
    tally.add(gather(runs, extent.at_once, each).await);
    let found = figures(&tally);
    if extent.files.is_none() {
        compare(&label, &expected, &found, report);
    } else {
        for (part, whole) in [
            ("stop_checkpoints_equal", "stop_checkpoints"),
            ("round2_prompts_equal", "round2_prompts_rendered"),
            ("round3_prompts_equal", "round3_prompts_rendered"),
        ] {
            report.compare(&label, part, &json!(tally.get(whole)), &json!(tally.get(part)));
        }
    }
    report.compare(
        &label,
        "round1_prompts_equal",
        &json!(tally.get("round1_prompts_rendered")),
        &json!(tally.get("round1_prompts_equal")),
    );
    report.compare(&label, "recordings_missing", &json!(0), &json!(tally.get("recordings_missing")));
    tally.report_soundness(&label, report);
    Ok(())
}

fn figures(tally: &Tally) -> Map<String, Value> {
    let mut found = tally.all();
    found.extend(tally.share("calls", "problems").map(|mean| ("mean_calls".to_owned(), mean)));
    found.extend(tally.share("correct", "problems").map(|share| ("accuracy".to_owned(), share)));
    let of_subject = |name: &str| name.strip_prefix("problems of ").map(str::to_owned);
    let subjects: Vec<String> = found.keys().filter_map(|name| of_subject(name)).collect();
    for subject in subjects {
        let right = tally.get(&format!("correct of {subject}"));
        let all = tally.get(&format!("problems of {subject}"));
        found.insert(subject, json!([right, all]));
    }
    found
}

/// One problem to replay.
#[derive(Debug)]
pub(super) struct Case {
    id: String,
    pub(super) subject: String,
    pub(super) agents: usize,
    rounds: usize,
    pub(super) problem: Problem,
    layout: Arc<Layout>,
    kill: bool,
}

impl Case {
    async fn replay(&self) -> Result<Tally> {
        let recorded = self.debate()?;
        let run = recorded.run().await?;
        let mut tally = measure(self, &recorded, &run)?;
        if self.kill {
            tally.add(kill_and_resume(&recorded, &run).await?);
        }
        Ok(tally)
    }

    /// Calls the protocol makes at most with all agents.
    pub(super) fn planned_calls(&self) -> u64 {
        self.protocol().describe().planned_calls(self.agents as u64, self.rounds as u64)
    }

    fn protocol(&self) -> Dynamic {
        Dynamic { sequential_visibility: true, preset: Some(self.layout.preset.clone()), ..Dynamic::default() }
    }

    /// The published run as a debate: of all agents, or of the two that were kept, continued from their replies.
    fn debate(&self) -> Result<Recorded> {
        let problem = &self.problem;
        let (count, min_rounds) = match problem.kept {
            Kept::Whole => (self.agents, 1),
            // That these two agreed in a round stopped nothing while four were asked.
            Kept::Two => (problem.contexts.len(), self.protocol().prune_round),
        };
        let mut seats = Vec::with_capacity(count);
        for agent in 0..count {
            let id = AgentId::new(format!("agent-{agent}"))?;
            let texts: Vec<&str> = match problem.contexts.get(agent) {
                Some(_) => problem.replies(agent).collect(),
                None => problem.quoted.as_deref().into_iter().collect(),
            };
            let replies =
                (1..).zip(texts).map(|(round, text)| (format!("r{round}.answer.{id}"), text.to_owned())).collect();
            seats.push(RecordedSeat { id, ranks: false, replies });
        }
        Ok(Recorded {
            id: DebateId::new(&self.id)?,
            question: problem.question.clone(),
            format: self.layout.format.clone(),
            seats,
            protocol: self.protocol(),
            rounds: self.rounds as u32,
            min_rounds,
        })
    }
}
