//! What the core wants from the participants of one environment, on its way to that environment's thread.

use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aragora_core::foreign::{self, Message};
use napi_derive::napi;

/// One message, flat, as `ts/call.ts` reads it.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
pub struct Post {
    /// `call`, `cancel`, `release` or `forget`.
    pub kind: &'static str,
    /// The call, except for `forget`.
    pub call: Option<i64>,
    /// The participant of a `call` or `forget`.
    pub participant: Option<i64>,
    /// What is called.
    pub method: Option<&'static str>,
    /// With which document.
    pub data: Option<String>,
}

impl From<Message> for Post {
    fn from(message: Message) -> Self {
        match message {
            Message::Call { call, participant, method, data } => Self {
                kind: "call",
                call: Some(number(call)),
                participant: Some(number(participant)),
                method: Some(method),
                data: Some(data),
            },
            Message::Cancel { call } => Self { kind: "cancel", call: Some(number(call)), ..Self::default() },
            Message::Release { call } => Self { kind: "release", call: Some(number(call)), ..Self::default() },
            Message::Forget { participant } => {
                Self { kind: "forget", participant: Some(number(participant)), ..Self::default() }
            }
        }
    }
}

/// Both count from 1; a process does not live to see 2^53.
fn number(id: u64) -> i64 {
    id as i64
}

/// What has not been collected yet, and which calls wait for an answer.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    posts: Vec<Post>,
    /// A wake-up is on its way and will collect everything.
    woken: bool,
    live: HashSet<u64>,
    closed: bool,
}

/// What the sender of a message has to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Wake,
    Nothing,
    /// Nobody will ever answer this call.
    Refuse(u64),
}

impl Mailbox {
    /// Takes a message in.
    pub(crate) fn put(&self, message: Message) -> Next {
        let mut state = self.lock();
        match &message {
            Message::Call { call, .. } if state.closed => return Next::Refuse(*call),
            _ if state.closed => return Next::Nothing,
            Message::Call { call, .. } => {
                state.live.insert(*call);
            }
            // The core gives the call up by itself, whatever becomes of it here.
            Message::Cancel { call } => {
                state.live.remove(call);
            }
            Message::Release { .. } | Message::Forget { .. } => {}
        }
        state.posts.push(message.into());
        if mem::replace(&mut state.woken, true) { Next::Nothing } else { Next::Wake }
    }

    /// Everything since the last time, in order.
    pub(crate) fn collect(&self) -> Vec<Post> {
        let mut state = self.lock();
        state.woken = false;
        mem::take(&mut state.posts)
    }

    /// The participant has answered or failed.
    pub(crate) fn forget(&self, call: u64) {
        self.lock().live.remove(&call);
    }

    /// Takes nothing in any more, and fails what still waits for an answer.
    pub(crate) fn close(&self) {
        let live = {
            let mut state = self.lock();
            state.closed = true;
            state.posts = Vec::new();
            mem::take(&mut state.live)
        };
        live.into_iter().for_each(refuse);
    }

    /// A panic while it was held cannot leave it half changed in a way that matters.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fails a call with the code of its seam.
pub(crate) fn refuse(call: u64) {
    // False only says that the core has given it up already.
    let _ = foreign::fail(call, r#"{"reason":"the JavaScript environment of this participant has ended"}"#);
}
