use sqlx::Error as SqlError;

use crate::error::{Error, ErrorKind};
use crate::storage::backup::gate;
use crate::storage::batch::not_applied;

/// What had been sent when a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Nothing that writes.
    Read,
    /// A write that commits by itself, or the commit: without an answer nobody knows.
    Commit,
}

/// What an error of the client means. Only the server's own words are shown, never parameters.
pub(crate) fn error_of(error: SqlError, sent: Sent) -> Error {
    match error {
        SqlError::Database(found) => {
            let state = found.code().unwrap_or_default().into_owned();
            match state.as_str() {
                "AR003" => return gate::moved(found.message()),
                "AR004" => return gate::frozen(),
                _ => {}
            }
            let text: String = found.message().chars().take(200).collect();
            let (kind, reason) = match state.as_str() {
                "57014" => (ErrorKind::Timeout, "the server took longer over a statement than is allowed".to_owned()),
                "55P03" => (ErrorKind::Timeout, "a row was locked longer than is waited for".to_owned()),
                "40001" | "40P01" => (ErrorKind::Conflict, "the batch lost against others time and again".to_owned()),
                "25006" => (ErrorKind::ReadOnly, "the server only reads".to_owned()),
                "53100" => (ErrorKind::StorageFull, "the server's disk is full".to_owned()),
                "28000" | "28P01" => (ErrorKind::Unauthenticated, "the server refuses this login".to_owned()),
                "3D000" => (ErrorKind::InvalidConfig, "there is no such database".to_owned()),
                "42501" => (ErrorKind::PermissionDenied, format!("the role may not do this: {text}")),
                "42P01" | "42883" | "3F000" => {
                    (ErrorKind::InvalidState, format!("the store was not migrated, or was taken away: {text}"))
                }
                "XX001" | "XX002" => (ErrorKind::Corrupt, format!("the server found damage: {text}")),
                // The server is stopping, starting, out of connections or memory, or broke off.
                state if state.starts_with("57P") || state.starts_with("53") || state.starts_with("08") => {
                    let unknown = sent == Sent::Commit && state.starts_with("57P");
                    return unavailable(text, unknown).with("sqlstate", state);
                }
                _ => (ErrorKind::Internal, format!("the server refuses a statement: {text}")),
            };
            let error = Error::new(kind, reason).with("sqlstate", &state);
            match state.as_str() {
                "57014" => error.with("phase", "statement"),
                "55P03" => error.with("phase", "lock"),
                _ => error,
            }
        }
        SqlError::Io(error) => {
            unavailable(format!("the connection broke: {}", error.kind()), sent == Sent::Commit).caused_by(error)
        }
        SqlError::Tls(error) => Error::new(ErrorKind::Unavailable, "no secure connection came about").caused_by(error),
        SqlError::Configuration(error) => {
            Error::new(ErrorKind::InvalidConfig, "the connection cannot be set up").caused_by(error)
        }
        SqlError::PoolClosed => Error::new(ErrorKind::Closed, "the store was closed"),
        SqlError::PoolTimedOut => unavailable("no connection came about in time".to_owned(), false),
        // What the other side said was no PostgreSQL, or ended in the middle.
        SqlError::Protocol(text) => {
            unavailable(format!("the server's words make no sense: {text}"), sent == Sent::Commit)
        }
        other => {
            let reason = format!("the client failed: {}", other.to_string().chars().take(200).collect::<String>());
            Error::new(ErrorKind::Internal, reason)
        }
    }
}

pub(super) fn unavailable(reason: String, unknown: bool) -> Error {
    let error = Error::new(ErrorKind::Unavailable, reason);
    if unknown { error.with("outcome", "unknown") } else { error }
}

/// Every error of a write says what became of it.
pub(super) fn outcome_of(error: Error) -> Error {
    if error.context().contains_key("outcome") { error } else { not_applied(error) }
}

/// Whether others were in the way and it is worth trying again.
pub(super) fn collided(error: &SqlError) -> bool {
    matches!(error, SqlError::Database(found) if matches!(found.code().as_deref(), Some("40001" | "40P01")))
}
