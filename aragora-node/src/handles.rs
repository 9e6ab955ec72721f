//! What the face holds: an instance, a running debate, a stream of its events. Collecting one drops it.

use std::sync::Arc;

use aragora_core::{Result, foreign};
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

use crate::bridge::promise;
use crate::settled::{Settled, document, settled};

/// What opening resolves to.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Opened {
    /// The instance.
    pub session: Option<Session>,
    /// An `ErrorParts` document.
    pub err: Option<String>,
}

/// What starting resolves to.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Started {
    /// The running debate.
    pub debate: Option<Debate>,
    /// Its events, opened before anything could be missed.
    pub events: Option<Events>,
    /// An `ErrorParts` document.
    pub err: Option<String>,
}

/// What following answers.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Followed {
    /// The stream.
    pub events: Option<Events>,
    /// An `ErrorParts` document.
    pub err: Option<String>,
}

/// An open instance.
#[napi]
#[derive(Debug)]
pub struct Session {
    inner: Arc<foreign::Session>,
}

impl Session {
    pub(crate) fn new(inner: Arc<foreign::Session>) -> Self {
        Self { inner }
    }
}

#[napi]
impl Session {
    /// An asynchronous operation. Resolves to `Settled`.
    #[napi]
    pub fn call<'env>(&self, env: &'env Env, op: String, args: String) -> napi::Result<Object<'env>> {
        let session = self.inner.clone();
        promise(env, async move { session.call(&op, &args).await }, Settled::from)
    }

    /// A synchronous operation.
    #[napi]
    pub fn ask(&self, op: String, args: String) -> Settled {
        settled(|| self.inner.ask(&op, &args))
    }

    /// Starts a debate and follows it from the start: by the time the answer has reached JavaScript a quick
    /// participant has spoken. Resolves to `Started`.
    #[napi]
    pub fn start<'env>(
        &self,
        env: &'env Env,
        kind: String,
        spec: String,
        events: String,
    ) -> napi::Result<Object<'env>> {
        let session = self.inner.clone();
        let work = async move {
            let debate = session.start(&kind, &spec).await?;
            let events = debate.events(&events)?;
            Ok((debate, events))
        };
        promise(env, work, |result: Result<(foreign::Debate, foreign::Events)>| match result {
            Ok((debate, events)) => Started {
                debate: Some(Debate { inner: Arc::new(debate) }),
                events: Some(Events { inner: Arc::new(events) }),
                err: None,
            },
            Err(error) => Started { debate: None, events: None, err: Some(document(error)) },
        })
    }

    /// Cancels what runs and waits for it. Resolves to `Settled`.
    #[napi]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let session = self.inner.clone();
        promise(env, async move { session.close().await }, Settled::from)
    }
}

/// A debate that was started.
#[napi]
#[derive(Debug)]
pub struct Debate {
    inner: Arc<foreign::Debate>,
}

#[napi]
impl Debate {
    /// Its id.
    #[napi]
    pub fn id(&self) -> Settled {
        settled(|| self.inner.id())
    }

    /// Resolves to `Settled` with the decision.
    #[napi]
    pub fn result<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let debate = self.inner.clone();
        promise(env, async move { debate.result().await }, Settled::from)
    }

    /// Cancels it; idempotent.
    #[napi]
    pub fn cancel(&self, reason: String) -> Settled {
        settled(|| {
            self.inner.cancel(&reason);
            Ok(())
        })
    }

    /// Lets it run when nobody holds it any more.
    #[napi]
    pub fn detach(&self) -> Settled {
        settled(|| {
            self.inner.detach();
            Ok(())
        })
    }

    /// Follows it.
    #[napi]
    pub fn events(&self, options: String) -> Followed {
        match foreign::contain(|| self.inner.events(&options)) {
            Ok(events) => Followed { events: Some(Events { inner: Arc::new(events) }), err: None },
            Err(error) => Followed { events: None, err: Some(document(error)) },
        }
    }

    /// What must wait for the debate's state. Resolves to `Settled`.
    #[napi]
    pub fn call<'env>(&self, env: &'env Env, op: String, args: String) -> napi::Result<Object<'env>> {
        let debate = self.inner.clone();
        promise(env, async move { debate.call(&op, &args).await }, Settled::from)
    }

    /// A synchronous operation.
    #[napi]
    pub fn ask(&self, op: String, args: String) -> Settled {
        settled(|| self.inner.ask(&op, &args))
    }
}

/// A stream of events.
#[napi]
#[derive(Debug)]
pub struct Events {
    inner: Arc<foreign::Events>,
}

#[napi]
impl Events {
    /// Resolves to `Settled` with an array of events; without a value after the last one.
    #[napi]
    pub fn next_batch<'env>(&self, env: &'env Env, max: u32) -> napi::Result<Object<'env>> {
        promise(env, self.inner.next_batch(max as usize), Settled::from)
    }

    /// Ends it; a pending pull ends too.
    #[napi]
    pub fn close(&self) -> Settled {
        settled(|| {
            self.inner.close();
            Ok(())
        })
    }
}
