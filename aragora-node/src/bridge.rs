//! From futures of the core to promises.

use std::future::Future;

use aragora_core::{Error, Result, foreign};
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, JsDeferred};

/// A promise that is settled with what the work ends in, made readable by `show`, and never rejected. Until then it
/// keeps the environment alive. When the environment ends first the answer is dropped.
pub(crate) fn promise<T, Shown>(
    env: &Env,
    work: impl Future<Output = Result<T>> + Send + 'static,
    show: impl FnOnce(Result<T>) -> Shown + Send + 'static,
) -> napi::Result<Object<'_>>
where
    T: Send + 'static,
    Shown: ToNapiValue + 'static,
{
    let (deferred, promise) = env.create_deferred()?;
    match foreign::runtime_handle() {
        Ok(runtime) => {
            runtime.spawn(async move {
                let result = foreign::spawn(work).await;
                settle(deferred, result, show);
            });
        }
        Err(error) => settle(deferred, Err::<T, Error>(error), show),
    }
    Ok(promise)
}

/// The one place that makes a resolver, because its type is part of the deferred's.
fn settle<T, Shown>(
    deferred: JsDeferred<Shown, Box<dyn FnOnce(Env) -> napi::Result<Shown> + Send>>,
    result: Result<T>,
    show: impl FnOnce(Result<T>) -> Shown + Send + 'static,
) where
    T: Send + 'static,
    Shown: ToNapiValue + 'static,
{
    deferred.resolve(Box::new(move |_| Ok(show(result))));
}
