use redis::{ErrorKind as Kind, RedisError, ServerErrorKind};

use crate::error::{Error, ErrorKind};
use crate::storage::backup::gate;

/// What an error of the client means. `written` says that a write may have arrived.
pub(super) fn error_of(error: &RedisError, written: bool) -> Error {
    let code = error.code().unwrap_or_default().to_owned();
    let server = |kind: ErrorKind, reason: &str| Error::new(kind, reason).with("server", &code);
    match (error.kind(), code.as_str()) {
        (Kind::AuthenticationFailed, _) | (_, "NOAUTH" | "WRONGPASS") => {
            server(ErrorKind::Unauthenticated, "the server refuses this login")
        }
        (Kind::Server(ServerErrorKind::NoPerm), _) => {
            server(ErrorKind::PermissionDenied, "the login may not run a command that a store needs")
        }
        (Kind::Server(ServerErrorKind::ReadOnly), _) => {
            server(ErrorKind::ReadOnly, "the server is a replica, or became one")
        }
        (_, "ARMOVED") => gate::moved(error.detail().unwrap_or_default()),
        (_, "ARFROZEN") => gate::frozen(),
        (_, "WRONGTYPE") => server(ErrorKind::Corrupt, "a key of the store has another type"),
        (_, "OOM") => server(ErrorKind::StorageFull, "the server's memory is full"),
        (_, "MISCONF") => server(ErrorKind::StorageFull, "the server cannot write its files"),
        (
            Kind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::MasterDown
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::Moved,
            ),
            _,
        ) => server(ErrorKind::Unavailable, "the server cannot answer now"),
        (Kind::Server(_) | Kind::Extension, _) => {
            let detail: String = error.detail().unwrap_or_default().chars().take(200).collect();
            server(ErrorKind::Internal, &format!("the server refuses a command: {detail}"))
        }
        _ => {
            let what = if error.is_timeout() { "the server does not answer" } else { "the connection broke" };
            let unknown = written && !error.is_connection_refusal();
            let failed = Error::new(ErrorKind::Unavailable, what);
            if unknown { failed.with("outcome", "unknown") } else { failed }
        }
    }
}

/// After these nothing more can be expected of a connection: it broke, or leads to the wrong server by now.
pub(super) fn ends_connection(error: &RedisError) -> bool {
    !matches!(error.kind(), Kind::Server(_) | Kind::Extension | Kind::UnexpectedReturnType | Kind::Client)
        || matches!(error.kind(), Kind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown))
}

pub(super) fn nonsense(what: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("the server answered a script with something else than {what}"))
}
