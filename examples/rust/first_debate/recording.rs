//! A recorded debate of real models: four seats of gpt-3.5-turbo on a MATH problem, from the published DyLAN runs.

use std::fs;
use std::path::PathBuf;

use aragora_core::agents::{AgentKind, AgentProfile, AgentReply, RecordedAgent, StopReason};
use aragora_core::debate::{Phase, Question};
use aragora_core::ids::{RequestId, TurnId};
use aragora_core::protocols::{Dynamic, Preset};
use aragora_core::{AgentId, Aragora, DebateId, Result};
use serde_json::Value;

use crate::participants::{LineUp, voiced};

/// Where the set lies below the folder of recorded material, the file, and the end of the question in it: two seats
/// answer 6 and two 4, and then one is convinced and one is not.
const SET: &str = "data/debates/dylan_math";
const FILE: &str = "number_theory_0_224_4_3.json";
const PROBLEM: &str = "What is the units digit of $2^{2010}$?";

const MODEL: &str = "gpt-3.5-turbo-0301";

/// What was recorded.
pub(crate) struct Recording {
    path: PathBuf,
    /// The whole first message, examples included, as the models were sent it.
    prompt: String,
    /// Replies by seat, then by round.
    replies: Vec<Vec<String>>,
    preset: Preset,
}

impl Recording {
    /// The recording, or why there is none.
    pub(crate) fn find() -> std::result::Result<Self, String> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let shared = std::env::var_os("ARAGORA_SHARED").unwrap_or_else(|| "../shared".into());
        let set = PathBuf::from(root).join(shared).join(SET);
        let path = set.join(FILE);
        let Ok(text) = fs::read_to_string(&path) else {
            return Err("There is no recorded debate in ../shared (or ARAGORA_SHARED) either.".to_owned());
        };
        Self::parse(path, &text, &fs::read_to_string(set.join("templates.json")).unwrap_or_default())
            .ok_or_else(|| format!("The recording {FILE} is not of the form this program knows."))
    }

    fn parse(path: PathBuf, text: &str, templates: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let (prompt, record) = document.as_object()?.iter().find(|(question, _)| question.contains(PROBLEM))?;
        // Each context is one seat's conversation: system, user, assistant, user, assistant.
        let seat = |context: &Value| {
            let said = context.as_array()?.iter().filter(|message| message["role"] == "assistant");
            said.map(|message| message["content"].as_str().map(str::to_owned)).collect()
        };
        let replies = record.get(0)?.as_array()?.iter().map(seat).collect::<Option<_>>()?;
        Some(Self { path, prompt: prompt.clone(), replies, preset: Preset::from_json(templates, None).ok()? })
    }

    /// The debate as it was held: everyone is asked in turn, sees the newest replies of the others, and it ends when
    /// more than two thirds agree.
    pub(crate) fn line_up(self, aragora: &Aragora, mut notes: Vec<String>, paced: bool) -> Result<LineUp> {
        let shown = self.path.canonicalize().unwrap_or(self.path);
        notes.push(format!("So this replays a RECORDED debate of four seats of {MODEL}, from {}.", shown.display()));
        let id = DebateId::new("recorded")?;
        let question = Question::new(self.prompt).with_format(self.preset.format()?);
        let protocol = Dynamic { preset: Some(self.preset), sequential_visibility: true, ..Dynamic::default() };
        let mut debate = aragora.debate(question).id(id.clone()).protocol(protocol).rounds(3);
        for (number, replies) in (1..).zip(self.replies) {
            let agent = seat(&id, number, replies)?;
            debate = debate.seat(voiced(agent, paced));
        }
        Ok(LineUp { debate, question: PROBLEM.to_owned(), notes })
    }
}

/// One seat with its recorded replies, filed under the requests the debate will make. A request that was not recorded
/// fails: nothing is invented.
fn seat(debate: &DebateId, number: u32, replies: Vec<String>) -> Result<RecordedAgent> {
    let seat = AgentId::new(format!("gpt-{number}"))?;
    let mut filed = Vec::new();
    for (round, text) in (1..).zip(replies) {
        let turn = TurnId::new(format!("r{round}.{}.{seat}", Phase::Answer))?;
        let reply = AgentReply { model: MODEL.into(), stop: StopReason::End, ..AgentReply::text(text) };
        filed.push((RequestId::of(debate, &turn), Ok(reply)));
    }
    let profile = AgentProfile {
        provider: "openai".into(),
        model: MODEL.into(),
        family: "gpt".into(),
        ..AgentProfile::new(seat, AgentKind::Recorded)
    };
    Ok(RecordedAgent::from_replies(profile, filed))
}
