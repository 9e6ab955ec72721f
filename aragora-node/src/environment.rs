//! One JavaScript environment (the main thread or a worker): its mailbox, its wake-up and what it has opened.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use aragora_core::Result;
use aragora_core::foreign::{self, Host, Message};
use napi::bindgen_prelude::{Function, Object};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue};
use napi::{Env, Status};
use napi_derive::napi;

use crate::bridge::promise;
use crate::handles::{Opened, Session};
use crate::mailbox::{Mailbox, Next, Post, refuse};
use crate::process::{contained, id};

/// Weak: participants alone do not keep the process alive.
type Wake = ThreadsafeFunction<(), UnknownReturnValue, Vec<Post>, Status, false, true>;

/// How long an ending process waits for debates to notice their cancellation.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What the core posts to. One wake-up hands over everything that has come together.
struct EnvironmentHost {
    mailbox: Arc<Mailbox>,
    wake: Wake,
}

impl fmt::Debug for EnvironmentHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentHost").field("mailbox", &self.mailbox).finish_non_exhaustive()
    }
}

impl Host for EnvironmentHost {
    fn post(&self, message: Message) {
        match self.mailbox.put(message) {
            Next::Nothing => {}
            Next::Wake => {
                if self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking) != Status::Ok {
                    later({
                        let mailbox = self.mailbox.clone();
                        move || mailbox.close()
                    });
                }
            }
            Next::Refuse(call) => later(move || refuse(call)),
        }
    }
}

/// Outside the core's call: a host answers no call from inside `post`.
fn later(work: impl FnOnce() + Send + 'static) {
    if let Ok(runtime) = foreign::runtime_handle() {
        runtime.spawn(async move { work() });
    }
}

/// What this environment has opened and not closed.
#[derive(Debug, Default)]
struct Sessions(Mutex<Vec<Weak<foreign::Session>>>);

impl Sessions {
    fn add(&self, session: &Arc<foreign::Session>) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|known| known.strong_count() > 0);
        sessions.push(Arc::downgrade(session));
    }

    /// Cancels what runs. Nobody is left to hear how it went.
    fn close_all(&self) {
        let sessions = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let Ok(runtime) = foreign::runtime_handle() else { return };
        for session in sessions.iter().filter_map(Weak::upgrade) {
            runtime.spawn(async move { session.close().await });
        }
    }
}

/// The entrance of the face, one for each time it is loaded.
#[napi]
#[derive(Debug)]
pub struct Environment {
    host: Arc<EnvironmentHost>,
    sessions: Arc<Sessions>,
}

#[napi]
impl Environment {
    /// `wake` gets every batch of posts. `main` is whether the process ends with this environment.
    #[napi(constructor)]
    pub fn new(env: &Env, wake: Function<'_, Vec<Post>, UnknownReturnValue>, main: bool) -> napi::Result<Self> {
        let mailbox = Arc::new(Mailbox::default());
        let collected = mailbox.clone();
        let wake = wake
            .build_threadsafe_function::<()>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |_| Ok(collected.collect()))?;
        let sessions = Arc::new(Sessions::default());
        let ending = (mailbox.clone(), sessions.clone());
        env.add_env_cleanup_hook(ending, move |(mailbox, sessions)| {
            // Contained: a panic may not cross into Node, which is ending anyway.
            let _ = foreign::contain(|| {
                mailbox.close();
                sessions.close_all();
                if main && crate::process::runtime_is_used() {
                    foreign::shutdown_runtime(LAST_WORDS);
                }
                Ok(())
            });
        })?;
        Ok(Self { host: Arc::new(EnvironmentHost { mailbox, wake }), sessions })
    }

    /// Opens an instance whose participants live here. Resolves to `Opened`.
    #[napi]
    pub fn open<'env>(&self, env: &'env Env, settings: String) -> napi::Result<Object<'env>> {
        crate::process::runtime_used();
        let (host, sessions): (Arc<dyn Host>, _) = (self.host.clone(), self.sessions.clone());
        let work = async move {
            let session = Arc::new(foreign::Session::open(host, &settings).await?);
            sessions.add(&session);
            Ok(session)
        };
        promise(env, work, |result: Result<Arc<foreign::Session>>| match result {
            Ok(session) => Opened { session: Some(Session::new(session)), err: None },
            Err(error) => Opened { session: None, err: Some(crate::settled::document(error)) },
        })
    }

    /// A participant's answer; false when nobody waits for it any more.
    #[napi]
    pub fn answer(&self, call: i64, json: String) -> bool {
        self.settle(call, |call| foreign::answer(call, &json))
    }

    /// A participant's failure; false when nobody waits for it any more.
    #[napi]
    pub fn fail(&self, call: i64, json: String) -> bool {
        self.settle(call, |call| foreign::fail(call, &json))
    }

    fn settle(&self, call: i64, how: impl FnOnce(u64) -> bool) -> bool {
        self.host.mailbox.forget(id(call));
        contained(|| how(id(call)))
    }
}
