//! The one thing a host implements: a mailbox.

use std::sync::Arc;

use aragora_core::foreign::{self, Dispatcher, Host, Message};

use crate::error::{Answer, FfiError};

/// What the core wants from its host.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum FfiMessage {
    /// Call a method of a participant; answer with [`ffi_answer`](crate::ffi_answer) or [`ffi_fail`](crate::ffi_fail).
    Call { call: u64, participant: u64, method: String, data: String },
    /// Nobody waits for this call any more: cancel its task.
    Cancel { call: u64 },
    /// The error of this call is gone: drop its parked exception.
    Release { call: u64 },
    /// The core holds this participant no more.
    Forget { participant: u64 },
}

/// Receives what the core posts, on one thread of the core, in order. It only sorts and starts tasks: while it runs,
/// later messages wait.
#[uniffi::export(foreign)]
pub trait FfiHost: Send + Sync {
    /// Takes everything that was posted since the last time.
    fn deliver(&self, messages: Vec<FfiMessage>) -> Result<(), FfiError>;
}

/// A host of the core in front of a host of Swift or Kotlin.
pub(crate) fn dispatch(host: Arc<dyn FfiHost>) -> Answer<Arc<dyn Host>> {
    let dispatcher = Dispatcher::start(move |batch: Vec<Message>| {
        let calls: Vec<u64> = batch.iter().filter_map(call_of).collect();
        if let Err(error) = host.deliver(batch.into_iter().map(FfiMessage::from).collect()) {
            // A call nobody took would keep its debate waiting until the deadline.
            let failure = format!("{{\"reason\":{}}}", quoted(&error.to_string()));
            for call in calls {
                foreign::fail(call, &failure);
            }
        }
    })?;
    Ok(dispatcher)
}

fn call_of(message: &Message) -> Option<u64> {
    match message {
        Message::Call { call, .. } => Some(*call),
        Message::Cancel { .. } | Message::Release { .. } | Message::Forget { .. } => None,
    }
}

/// A JSON string. Text of an exception may hold anything.
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            character if character < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            character => json.push(character),
        }
    }
    json.push('"');
    json
}

impl From<Message> for FfiMessage {
    fn from(message: Message) -> Self {
        match message {
            Message::Call { call, participant, method, data } => {
                Self::Call { call, participant, method: method.to_owned(), data }
            }
            Message::Cancel { call } => Self::Cancel { call },
            Message::Release { call } => Self::Release { call },
            Message::Forget { participant } => Self::Forget { participant },
        }
    }
}
