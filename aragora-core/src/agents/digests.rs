//! Digests of requests. Those of one step begin alike, so what a request shares with the one before is hashed once.

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::request::Sampling;
use crate::crypto::canonical::to_canonical;
use crate::debate::{Author, Expect, Message, Persona, Role};
use crate::error::Result;
use crate::ids::{AgentId, Digest};

/// What the digest of a request covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) role: &'a Role,
    pub(crate) persona: Option<&'a Persona>,
    pub(crate) system: &'a str,
    pub(crate) messages: &'a [Message],
    pub(crate) expect: &'a Expect,
    pub(crate) sampling: &'a Sampling,
}

/// SHA-256 of the canonical JSON of [`Asked`] with the visible (author, text) as messages, member by member in the
/// order of their names.
#[derive(Default)]
pub(crate) struct Digests {
    expect: Option<(Expect, Sha256)>,
    // The messages after that, each with what was hashed up to its end.
    told: Vec<(Author, Arc<str>, Sha256)>,
}

impl Digests {
    pub(crate) fn of(&mut self, asked: &Asked<'_>, me: &AgentId) -> Result<Digest> {
        let mut state = match &self.expect {
            Some((expect, state)) if expect == asked.expect => state.clone(),
            _ => {
                self.told.clear();
                let mut state = Sha256::new();
                add(&mut state, "{\"expect\":", asked.expect)?;
                state.update(",\"messages\":[");
                self.expect.insert((asked.expect.clone(), state)).1.clone()
            }
        };
        for (i, message) in asked.messages.iter().filter(|message| message.visibility.allows(me)).enumerate() {
            let same = |(author, text, _): &&(Author, Arc<str>, Sha256)| {
                *author == message.author && (Arc::ptr_eq(text, &message.text) || *text == message.text)
            };
            if let Some((_, _, hashed)) = self.told.get(i).filter(same) {
                state = hashed.clone();
                continue;
            }
            self.told.truncate(i);
            add(&mut state, if i == 0 { "" } else { "," }, &(&message.author, &*message.text))?;
            self.told.push((message.author.clone(), message.text.clone(), state.clone()));
        }
        add(&mut state, "],\"persona\":", &asked.persona)?;
        add(&mut state, ",\"role\":", asked.role)?;
        add(&mut state, ",\"sampling\":", asked.sampling)?;
        add(&mut state, ",\"system\":", asked.system)?;
        state.update("}");
        Ok(Digest::from(<[u8; 32]>::from(state.finalize())))
    }
}

fn add<T: Serialize + ?Sized>(state: &mut Sha256, name: &str, value: &T) -> Result<()> {
    state.update(name);
    state.update(to_canonical(value)?);
    Ok(())
}
