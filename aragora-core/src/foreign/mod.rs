//! What the bindings share, so that each of them is a runtime file, a bridge and a few handles.
//!
//! Not for hosts. Three rules make the boundary small:
//! 1. **Documents cross as JSON** in the forms the log and the specification use; handles cross as objects.
//! 2. **Calls into a host cross as messages** (`Message`) and come back by `answer` or `fail` under their id. A
//!    binding therefore needs no futures of the host's language, and whatever comes late finds nobody waiting.
//! 3. **Every export is contained** (`contain`, `spawn`): a panic is an error `internal` with its location.
//!
//! Participants are counted. Each time a participant's number stands in a start or open document the host keeps it
//! once, and each `Message::Forget` lets go of it once, also where the document was refused.

mod agent;
mod backups;
mod budgets;
mod calls;
mod cipher;
mod compute;
mod contain;
mod credentials;
mod debate;
mod dispatcher;
mod documents;
mod encryption;
mod json;
mod log;
mod message;
mod ops;
mod parts;
mod process;
mod protocol;
mod question;
mod seats;
mod session;
mod settings;
mod specs;
mod task;

pub use backups::{BackupVerifyDocument, RestoreDocument};
pub use budgets::BudgetUsageDocument;
pub use calls::{answer, fail, output, pending_calls, transcript};
pub use cipher::Cipher;
pub use compute::compute;
pub use contain::contain;
pub use credentials::SigningDocument;
pub use debate::{Debate, Events};
pub use dispatcher::Dispatcher;
pub use documents::{
    AgentDocument, CredentialsDocument, EventDocument, LiveEvent, PendingTurns, ProtocolDocument, ReplyDocument,
    RequestDocument, RequestMessage, ScriptDocument, SeatDocument,
};
pub use encryption::{
    KeyAgeDocument, KeyCensusDocument, ReencryptCountsDocument, ReencryptFailureDocument, ReencryptProgressDocument,
    ReencryptReportDocument,
};
pub use log::log_to;
pub use message::{Host, Message};
pub use parts::ErrorParts;
pub use process::{configure_runtime, runtime_handle, shutdown_runtime};
pub use session::Session;
pub use task::{Task, spawn};
