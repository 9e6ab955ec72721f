//! Sentences made of templates and the words of the question.

use super::{DemoStyle, Dice};
use crate::agents::request::AgentRequest;
use crate::debate::{Author, Phase};
use crate::ids::AgentId;

/// Words that say nothing about the topic.
const STOP_WORDS: &[&str] = &[
    "about", "above", "after", "again", "answer", "because", "been", "before", "being", "below", "best", "between",
    "could", "does", "doing", "each", "else", "ever", "every", "final", "from", "have", "having", "here", "into",
    "just", "least", "like", "make", "many", "more", "most", "much", "must", "only", "other", "over", "please",
    "question", "same", "shall", "should", "some", "such", "than", "that", "their", "them", "then", "there", "these",
    "they", "this", "those", "very", "want", "were", "what", "when", "where", "whether", "which", "while", "will",
    "with", "would", "your",
];

/// One short contribution. It ends with a `Final answer:` line where an answer is asked for.
pub(super) fn compose(style: DemoStyle, request: &AgentRequest, me: &AgentId, dice: &Dice) -> String {
    let topic = topic(request, me);
    let opening = dice.pick("opening", openings(style));
    let middle = dice.pick("middle", arguments(style));
    let body = format!("{opening} {middle}").replace("{topic}", &topic);
    match request.phase {
        Phase::Critique | Phase::Review | Phase::Attack | Phase::Confirm => {
            let severity = match style {
                DemoStyle::Supportive => 1,
                DemoStyle::Balanced => 3,
                DemoStyle::Critical => 6,
                DemoStyle::Contrarian => 5,
            };
            let issue = dice.pick("issue", ISSUES).replace("{topic}", &topic);
            let advice = dice.pick("advice", SUGGESTIONS).replace("{topic}", &topic);
            format!("Issues:\n- {issue}\n\nSuggestions:\n- {advice}\n\nSeverity: {severity}\n\nReasoning:\n{body}")
        }
        _ => format!("{body}\n\nFinal answer: {}", verdict(style, &topic)),
    }
}

fn openings(style: DemoStyle) -> &'static [&'static str] {
    match style {
        DemoStyle::Supportive => &["There is a good case for {topic}.", "I am in favour of {topic}."],
        DemoStyle::Critical => &["I have doubts about {topic}.", "The case for {topic} is weaker than it looks."],
        DemoStyle::Balanced => &["There are two sides to {topic}.", "{topic} has merits and costs."],
        DemoStyle::Contrarian => &["I see {topic} the other way round.", "Most would agree on {topic}; I do not."],
    }
}

fn arguments(style: DemoStyle) -> &'static [&'static str] {
    match style {
        DemoStyle::Supportive => {
            &["The benefits are clear and the risks can be managed.", "What has been said so far points the same way."]
        }
        DemoStyle::Critical => {
            &["The evidence is thin and the costs are not counted.", "One failure would outweigh the expected gain."]
        }
        DemoStyle::Balanced => {
            &["It depends on how much the risks weigh.", "A small trial would tell more than another argument."]
        }
        DemoStyle::Contrarian => {
            &["Doing the opposite deserves a fair hearing.", "The popular view rests on an untested assumption."]
        }
    }
}

const ISSUES: &[&str] = &["The claim about {topic} has no evidence.", "The costs of {topic} are left out."];
const SUGGESTIONS: &[&str] = &["Name one measurement about {topic}.", "State what would change your mind."];

fn verdict(style: DemoStyle, topic: &str) -> String {
    match style {
        DemoStyle::Supportive => format!("yes to {topic}"),
        DemoStyle::Critical => format!("not yet to {topic}"),
        DemoStyle::Balanced => format!("a trial of {topic}"),
        DemoStyle::Contrarian => format!("no to {topic}"),
    }
}

// The question is rendered into the prompt by then, so its line is the first one of somebody else that ends with a
// question mark, else the first that says anything.
fn topic(request: &AgentRequest, me: &AgentId) -> String {
    let others = || request.messages.iter().filter(|message| message.author != Author::Agent(me.clone()));
    let lines = || others().flat_map(|message| message.text.lines()).map(str::trim).filter(|line| !line.is_empty());
    let line = lines().find(|line| line.ends_with('?')).or_else(|| lines().next()).unwrap_or_default();
    let words: Vec<&str> = line
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'')
        .filter(|word| word.chars().count() > 3 && !STOP_WORDS.contains(&word.to_lowercase().as_str()))
        .take(4)
        .collect();
    if words.is_empty() { "this".into() } else { words.join(" ") }
}
