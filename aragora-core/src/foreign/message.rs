use std::fmt::Debug;

/// What the core tells a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Begin this call and answer it by its id.
    Call {
        /// Its id, from 1, never used again in a process.
        call: u64,
        /// The participant that is called.
        participant: u64,
        /// Which of its methods.
        method: &'static str,
        /// The argument, as JSON.
        data: String,
    },
    /// Stop this call; its answer is no longer wanted.
    Cancel {
        /// The call.
        call: u64,
    },
    /// Nothing refers to this call any more: let go of the exception kept for it.
    Release {
        /// The call.
        call: u64,
    },
    /// Let go of one reference to this participant.
    Forget {
        /// The participant.
        participant: u64,
    },
}

/// The other side of the boundary. Posting never blocks and may happen on any thread.
pub trait Host: Debug + Send + Sync + 'static {
    /// Takes a message.
    fn post(&self, message: Message);
}
