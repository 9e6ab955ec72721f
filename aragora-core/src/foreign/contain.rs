//! No panic crosses: what panics inside is an error `internal` that says where.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll};

use crate::error::{Error, Result};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a synchronous export.
pub fn contain<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _inside = Inside::enter();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(contained(panic.as_ref())))
}

/// A future whose panics are errors.
pub(super) struct Contained<F>(pub(super) Pin<Box<F>>);

impl<T, F: Future<Output = Result<T>>> Future for Contained<F> {
    type Output = Result<T>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let _inside = Inside::enter();
        catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx)))
            .unwrap_or_else(|panic| Poll::Ready(Err(contained(panic.as_ref()))))
    }
}

fn contained(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text: String = text.unwrap_or("a panic without a text").chars().take(200).collect();
    let error = Error::internal(format!("the library panicked: {text}"));
    match LOCATION.with_borrow_mut(Option::take) {
        Some(location) => error.with("location", location),
        None => error,
    }
}

struct Inside;

impl Inside {
    fn enter() -> Self {
        static HOOK: Once = Once::new();
        // Panics inside are told to the log instead of standard error; all others go where they went before.
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if DEPTH.get() == 0 {
                    return before(info);
                }
                let location = info.location().map(ToString::to_string);
                tracing::error!(location, "a panic was contained");
                LOCATION.with_borrow_mut(|kept| *kept = location);
            }));
        });
        DEPTH.set(DEPTH.get() + 1);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}
