use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::JoinHandle;

use super::contain::Contained;
use super::process::Process;
use crate::error::{Error, ErrorKind, Result};

/// Work on the shared runtime. Any executor may poll it; dropping it aborts the work.
#[derive(Debug)]
pub struct Task<T>(std::result::Result<JoinHandle<Result<T>>, Option<Error>>);

/// Begins work on the shared runtime, contained.
pub fn spawn<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Task<T> {
    Task(match Process::current() {
        Ok(process) => Ok(process.handle().spawn(Contained(Box::pin(work)))),
        Err(error) => Err(Some(error)),
    })
}

impl<T> Future for Task<T> {
    type Output = Result<T>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Ok(handle) => Poll::Ready(ready!(Pin::new(handle).poll(cx)).unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Closed, "the library was shut down while this was running"))
            })),
            Err(error) => Poll::Ready(Err(error.take().unwrap_or_else(|| Error::internal("polled after its end")))),
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Ok(handle) = &self.0 {
            handle.abort();
        }
    }
}
