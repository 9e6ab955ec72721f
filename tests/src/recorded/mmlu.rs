//! DyLAN on MMLU: role agents, ratings, early stop per reply, two agents kept for the last round.

use std::path::Path;
use std::sync::Arc;

use aragora_core::Result;
use aragora_core::debate::{AnswerFormat, Equivalence, Extractor, UnparsedPolicy};
use aragora_core::ids::{AgentId, DebateId};
use aragora_core::protocols::{AskOrder, DebateProtocol, Dynamic, HistoryPolicy, Orders, Simultaneous};
use serde_json::{Map, Value, json};

use super::crash::kill_and_resume;
use super::debate::{Recorded, RecordedSeat};
use super::mmlu_figures::{FIGURES, abstaining, all_parsed, measure};
use super::mmlu_record::{Question, agents_of, is_replies, read_file, read_gold};
use super::read::{Read, Unreadable, files, folders, json as read_json, name};
use super::report::Report;
use super::tally::{Tally, compare};
use super::{Extent, gather};

/// The round from which on only the kept agents play, in the published runs.
const PRUNE_ROUND: u32 = 3;
/// How many they kept.
const KEEP: u32 = 2;

pub(super) async fn replay(set: &Path, extent: Extent, report: &mut Report) -> Read<()> {
    let path = set.join("expected.json");
    let expected: Map<String, Value> = read_json(&path)?;
    let gold = read_gold(set)?;
    for folder in folders(set)? {
        let (label, part) = (format!("{}/{}", name(set), name(&folder)), name(&folder));
        let Some(agents) = agents_of(&folder) else {
            report.note(format!("not covered yet: {label}"));
            continue;
        };
        let mut paths = files(&folder, is_replies)?;
        paths.truncate(extent.files.unwrap_or(usize::MAX));
        let mut runs = Vec::new();
        let mut tally = Tally::known(FIGURES);
        for (at, path) in paths.iter().enumerate() {
            let file = match read_file(path, agents, &gold) {
                Ok(file) => file,
                Err(unreadable) => {
                    report.unreadable(&label, &unreadable);
                    continue;
                }
            };
            tally.count("files", 1_u64);
            tally.count("published_calls", file.calls);
            for (row, question) in file.questions.into_iter().enumerate() {
                let kill = extent.kill_every > 0 && runs.len() % extent.kill_every == 0;
                runs.push((format!("n{agents}.{at}.{row}"), Arc::new(question), kill));
            }
        }
        let each = |(id, question, kill): (String, Arc<Question>, bool)| async move {
            match one(&id, &question, kill).await {
                Ok(tally) => tally,
                Err(error) => Tally::failed(format!("{}: {} {}", question.place, error.code(), error.reason())),
            }
        };
        tally.add(gather(runs, extent.at_once, each).await);
        let found = figures(&tally, agents);
        match expected.get(&part) {
            // Part of the files reproduces part of the figures; what holds for every question still must.
            Some(_) if extent.files.is_some() => {
                let (all, equal) = (tally.get("questions"), tally.get("answers_equal_to_record"));
                report.compare(&label, "answers_equal_to_record", &json!(all), &json!(equal));
            }
            Some(Value::Object(expected)) => compare(&label, expected, &found, report),
            Some(_) => {
                let reason = format!("{part} is no object of figures");
                report.unreadable(&label, &Unreadable::new(&path, reason));
            }
            None => report.note(format!("{label}: expected.json has no figures of it")),
        }
        report.compare(
            &label,
            "calls_equal_to_record",
            &json!(tally.get("published_calls")),
            &json!(tally.get("calls")),
        );
        report.compare(&label, "recordings_missing", &json!(0), &json!(tally.get("recordings_missing")));
        tally.report_soundness(&label, report);
    }
    Ok(())
}

async fn one(id: &str, question: &Question, kill: bool) -> Result<Tally> {
    let recorded = debate(id, question, UnparsedPolicy::OwnCandidate)?;
    let run = recorded.run().await?;
    let mut tally = measure(question, &recorded.protocol, &run)?;
    if kill {
        tally.add(kill_and_resume(&recorded, &run).await?);
    }
    // Where every reply was parsed there is nothing to exclude: the debate would be the same again.
    if all_parsed(&run) {
        return Ok(tally);
    }
    let abstain = debate(&format!("{id}.abstain"), question, UnparsedPolicy::Exclude)?;
    tally.add(abstaining(&run, &abstain.run().await?));
    Ok(tally)
}

fn figures(tally: &Tally, agents: usize) -> Map<String, Value> {
    let questions = tally.get("questions");
    // The same seats in the published number of full rounds.
    let full = Simultaneous::default().describe().planned_calls(agents as u64, tally.get("rounds") / questions.max(1));
    let mut found = tally.all();
    found.insert("calls_without_early_stop".to_owned(), json!(questions * full));
    found.extend(tally.share("correct", "questions").map(|share| ("accuracy".to_owned(), share)));
    found
}

/// The published run as a debate.
fn debate(id: &str, question: &Question, unparsed: UnparsedPolicy) -> Result<Recorded> {
    let agents = question.replies.len();
    let rounds = question.replies.first().map_or(0, Vec::len) as u32;
    let mut seats = Vec::with_capacity(agents + 1);
    for (agent, said) in question.replies.iter().enumerate() {
        let id = AgentId::new(format!("agent-{agent}"))?;
        let turn = |round: usize| format!("r{}.answer.{id}", round + 1);
        let replies = said.iter().enumerate().filter_map(|(round, text)| Some((turn(round), text.clone()?))).collect();
        seats.push(RecordedSeat { id, ranks: false, replies });
    }
    let mut ranker = None;
    if agents > 3 {
        let id = AgentId::new("ranker")?;
        let turn = format!("r{}.rank.{id}", PRUNE_ROUND - 1);
        let replies = ranking(question).map(|text| (turn, text)).into_iter().collect();
        ranker = Some(id.clone());
        seats.push(RecordedSeat { id, ranks: true, replies });
    }
    let orders =
        Orders { asked: question.orders.asked.clone(), shown: question.orders.shown.clone().unwrap_or_default() };
    let protocol = Dynamic {
        keep: KEEP,
        prune_round: PRUNE_ROUND,
        check_after_prune: false,
        peers_include_self: true,
        history: HistoryPolicy::None,
        ratings: true,
        ask_order: AskOrder::Explicit(orders.clone()),
        show_order: AskOrder::Explicit(orders),
        ranker,
        ..Dynamic::default()
    };
    let format = AnswerFormat {
        extract: vec![Extractor::ChoiceParen { letters: "ABCD".to_owned() }],
        equal: Equivalence::Exact,
        unparsed,
    };
    let text = format!("{} (the record does not hold its text)", question.place);
    Ok(Recorded { id: DebateId::new(id)?, question: text, format, seats, protocol, rounds, min_rounds: 1 })
}

// The ranking call is not in the record, but whom it kept is: those asked in the round after it. One agent alone was
// named twice.
fn ranking(question: &Question) -> Option<String> {
    let played = |said: &Vec<Option<String>>| said.get(PRUNE_ROUND as usize - 1).is_some_and(Option::is_some);
    let kept: Vec<usize> = (1..).zip(&question.replies).filter(|(_, said)| played(said)).map(|(n, _)| n).collect();
    let (first, last) = (kept.first()?, kept.last()?);
    Some(format!("[{first},{last}]"))
}
