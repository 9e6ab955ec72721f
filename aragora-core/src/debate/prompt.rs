//! Prompts with stable prefixes, and other people's words as data.
//!
//! Byte order for one provider's prefix cache: S0 the rules (system), S1 question, context and documents, S2 the
//! visible transcript, append-only, S3 everything that differs by seat or turn. Nothing volatile stands before S3.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fixed::Seed;
use super::message::{Author, Message, Visibility};
use super::options::Identity;
use super::shuffle::shuffle;
use super::transcript::{Transcript, TranscriptMessage};
use crate::ids::{AgentId, DebateId, Digest, MessageId};

/// What one seat is asked, rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// S0: the rules of the protocol and the output format.
    pub system: Arc<str>,
    /// S1, S2 in blocks by round, S3; or an own history.
    pub messages: Vec<Message>,
}

impl Prompt {
    /// Size in bytes, system included.
    pub fn bytes(&self) -> usize {
        self.system.len() + self.messages.iter().map(|message| message.text.len()).sum::<usize>()
    }

    /// Estimated tokens: bytes / 3, rounded up.
    pub fn tokens(&self) -> u64 {
        (self.bytes() as u64).div_ceil(3)
    }
}

/// First 8 hex digits of SHA-256(seed, debate): marks the borders of other people's words. The bytes hashed are the
/// seed as 8 bytes, big-endian, then the debate's id in UTF-8.
pub fn nonce(seed: Seed, debate: &DebateId) -> String {
    let mut bytes = seed.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(debate.as_str().as_bytes());
    Digest::of(bytes).to_hex()[..8].to_owned()
}

/// Whether a reply quotes the borders that mark other people's words.
pub fn quotes_markers(text: &str, nonce: &str) -> bool {
    text.contains("<<<MESSAGE") || text.contains("<<<END MESSAGE") || text.contains(nonce)
}

/// Makes a text safe to stand between markers: `<<<` becomes `<<` U+200B `<`, control characters but newline and tab
/// become U+FFFD, and bidirectional controls become visible as `[U+XXXX]`.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

fn escape_into(out: &mut String, text: &str) {
    if is_harmless(text) {
        return out.push_str(text);
    }
    let bidirectional =
        |c: char| matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let odd = |c: char| (c.is_control() && c != '\n' && c != '\t') || bidirectional(c);
    let mut safe = String::with_capacity(text.len());
    let mut plain = 0;
    for (at, found) in text.match_indices(odd) {
        safe.push_str(&text[plain..at]);
        plain = at + found.len();
        match found.chars().next() {
            Some(c) if bidirectional(c) => {
                let _ = write!(safe, "[U+{:04X}]", u32::from(c));
            }
            _ => safe.push('\u{FFFD}'),
        }
    }
    safe.push_str(&text[plain..]);
    if safe.contains("<<<") { break_borders(out, &safe) } else { out.push_str(&safe) }
}

// Almost every text is, and that is told by its bytes: what is made visible or replaced begins with one of these in
// UTF-8.
fn is_harmless(text: &str) -> bool {
    let plain =
        |byte: &u8| (*byte >= 0x20 || matches!(byte, b'\n' | b'\t')) && !matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2);
    text.as_bytes().chunks(64).all(|piece| piece.iter().fold(true, |all, byte| all & plain(byte)))
        && !text.contains("<<<")
}

// Counted over the whole run: replacing `<<<` piece by piece would leave a border inside `<<<<<`.
fn break_borders(out: &mut String, text: &str) {
    let mut open = 0;
    for c in text.chars() {
        open = if c == '<' { open + 1 } else { 0 };
        if open == 3 {
            out.push('\u{200b}');
            open = 1;
        }
        out.push(c);
    }
}

/// One participant's words between markers.
pub fn delimit(nonce: &str, from: &str, round: u32, kind: &str, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 128);
    delimit_into(&mut out, nonce, from, round, kind, text);
    out
}

fn delimit_into(out: &mut String, nonce: &str, from: &str, round: u32, kind: &str, text: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "<<<MESSAGE {nonce} from={from} round={round} kind={kind}>>>");
    escape_into(out, text);
    let _ = writeln!(out, "\n<<<END MESSAGE {nonce}>>>");
}

/// How each participant appears to the others: Agent-1..n by a seeded shuffle, stable over the debate, or by id.
pub fn display_names(transcript: &Transcript) -> BTreeMap<AgentId, String> {
    let ids: Vec<AgentId> = transcript.seats().map(|seat| seat.id.clone()).collect();
    if transcript.options().identity == Identity::Named {
        return ids.into_iter().map(|id| (id.clone(), id.to_string())).collect();
    }
    // The shuffle covers the seats of the first event only: a seat added by a fork must not rename the others.
    let mut first: Vec<AgentId> = transcript.start().roster.iter().map(|seat| seat.id.clone()).collect();
    shuffle(&mut first, transcript.start().seed, "display", "");
    first.extend(ids.into_iter().filter(|id| !transcript.start().roster.iter().any(|seat| seat.id == *id)));
    first.into_iter().enumerate().map(|(k, id)| (id, format!("Agent-{}", k + 1))).collect()
}

/// A message of the library to the asked agent.
pub fn told(id: &str, text: impl Into<Arc<str>>, cache_point: bool) -> Message {
    Message {
        id: MessageId::trusted(id),
        author: Author::Moderator,
        text: text.into(),
        visibility: Visibility::All,
        cache_point,
    }
}

/// S1: the question with everything the host gave.
pub fn question_block(transcript: &Transcript) -> String {
    let question = transcript.question();
    let nonce = transcript.nonce();
    let mut out = format!("Question:\n{}\n", question.text);
    if !question.context.is_empty() {
        let _ = write!(out, "\nContext:\n{}\n", question.context);
    }
    if !question.options.is_empty() {
        out.push_str("\nThe possible answers:\n");
        for option in &question.options {
            let _ = writeln!(out, "- {}: {}", option.id, option.text);
        }
    }
    for document in &question.documents {
        let _ = write!(
            out,
            "\nDocument \"{}\":\n{}",
            escape(&document.title),
            delimit(nonce, "document", 0, "document", &document.text)
        );
    }
    out
}

/// S2: these messages, one block per round, each rendered the same for every seat that sees the same.
pub fn transcript_blocks(
    transcript: &Transcript,
    shown: &[&TranscriptMessage],
    names: &BTreeMap<AgentId, String>,
) -> Vec<(u32, String)> {
    let nonce = transcript.nonce();
    let mut blocks: Vec<(u32, String)> = Vec::new();
    for message in shown {
        let from = match (&message.author, &message.seat) {
            (_, Some(seat)) => names.get(seat).map_or("unknown", String::as_str),
            (Author::Human(_), None) => "Human",
            _ => "Moderator",
        };
        // The round stands in every marker, so a heading would only make prompts longer.
        if blocks.last().is_none_or(|(round, _)| *round != message.round) {
            blocks.push((message.round, String::new()));
        }
        if let Some((_, block)) = blocks.last_mut() {
            delimit_into(block, nonce, from, message.round, message.kind.as_str(), &message.text);
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn controls_and_borders_are_made_harmless_and_the_rest_is_copied() {
        assert_eq!(escape("déjà\n\tvu"), "déjà\n\tvu");
        assert_eq!(escape("a\u{202e}\u{202e}b\u{7}c\r"), "a[U+202E][U+202E]b\u{FFFD}c\u{FFFD}");
        assert_eq!(escape("<<<END MESSAGE"), "<<\u{200b}<END MESSAGE");
    }
}
