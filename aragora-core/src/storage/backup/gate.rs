//! Who may write to a store that is being moved, for backends that decide it in this process.

use std::time::Duration;

use super::source::Freeze;
use crate::error::{Error, ErrorKind, Result};

/// Open, held shut for a time, or shut for ever. Times are monotonic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gate {
    held: Option<(String, Duration)>,
    moved_to: Option<String>,
}

impl Gate {
    /// The gate of a store that says of itself that it was moved.
    pub(crate) fn of(moved_to: Option<String>) -> Self {
        Self { held: None, moved_to }
    }

    /// Whether writers may pass. Nearly always nobody needs to know the time for that.
    pub(crate) fn check(&self, now: impl FnOnce() -> Duration) -> Result<()> {
        if *self == Self::default() {
            return Ok(());
        }
        let now = now();
        match (&self.moved_to, &self.held) {
            (Some(to), _) => Err(moved(to)),
            (None, Some((_, until))) if now < *until => Err(frozen()),
            _ => Ok(()),
        }
    }

    /// Does what is asked, except that a move is only checked: see [`Gate::moved`].
    pub(crate) fn freeze(&mut self, hold: &str, what: &Freeze, now: Duration) -> Result<()> {
        if let Some(to) = &self.moved_to {
            return Err(moved(to));
        }
        let held = self.held.as_ref().filter(|(_, until)| now < *until);
        let mine = held.is_some_and(|(holder, _)| holder == hold);
        match what {
            Freeze::Begin(_) if held.is_some() && !mine => return Err(held_already()),
            Freeze::Keep(_) | Freeze::Moved(_) if !mine => return Err(lapsed()),
            Freeze::Begin(time) | Freeze::Keep(time) => self.held = Some((hold.to_owned(), now.saturating_add(*time))),
            Freeze::End if mine => self.held = None,
            Freeze::End | Freeze::Moved(_) => {}
        }
        Ok(())
    }

    /// Shuts it for ever, once that is on stable storage.
    pub(crate) fn moved(&mut self, to: &str) {
        *self = Self::of(Some(to.to_owned()));
    }
}

/// What writers of a store hear that was moved.
pub(crate) fn moved(to: &str) -> Error {
    let reason = format!("the store was moved to {to} and takes no more writes; open that one");
    Error::new(ErrorKind::InvalidState, reason).with("moved_to", to)
}

/// What writers of a store hear that is being moved.
pub(crate) fn frozen() -> Error {
    Error::new(ErrorKind::Unavailable, "the store is being moved and takes no writes until that ends")
        .with("reason", "moving")
}

/// Two at once cannot move a store.
pub(crate) fn held_already() -> Error {
    Error::new(ErrorKind::Conflict, "somebody else is moving this store").retryable_if(true)
}

/// Writers may have come in between.
pub(crate) fn lapsed() -> Error {
    let reason = "writers of the store were held off for too short a time; what was copied may be old";
    Error::new(ErrorKind::LeaseLost, reason)
}
