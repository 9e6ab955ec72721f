use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::lab::{Hurried, Lab, at, frame, kind, put, text};
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{Batch, ClaimTarget, LeaseClaim, Op, Precondition, Storage};
use crate::telemetry::Parts;

const WRITERS: usize = 16;

async fn at_once<T, F>(work: impl Fn(usize) -> F) -> Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let tasks: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(work(writer))).collect();
    join_all(tasks)
        .await
        .into_iter()
        .map(|done| done.unwrap_or_else(|error| Err(Error::internal(error.to_string()))))
        .collect()
}

pub(super) async fn one_of_many_puts_if_absent_wins(lab: Lab<'_>) -> Result<()> {
    let wins = at_once(|writer| {
        let store = lab.store.clone();
        async move { store.put_if_absent(at("k"), frame(&writer.to_string())).await }
    })
    .await?;
    let winners: Vec<usize> =
        wins.iter().enumerate().filter(|(_, won)| won.is_some()).map(|(writer, _)| writer).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(lab.value("k").await?, winners.first().map(ToString::to_string));
    Ok(())
}

pub(super) async fn one_of_many_takes_gets_the_entry(lab: Lab<'_>) -> Result<()> {
    for round in 0..10 {
        lab.put("k", &round.to_string()).await?;
        let taken = at_once(|_| {
            let store = lab.store.clone();
            async move { store.take(at("k")).await }
        })
        .await?;
        assert_eq!(taken.iter().flatten().count(), 1);
    }
    Ok(())
}

async fn balance(store: &Arc<dyn Storage>, account: usize) -> Result<(i64, Precondition)> {
    let entry = store.get(at(&account.to_string())).await?.ok_or_else(|| Error::internal("an account is gone"))?;
    let amount = text(&entry)?.parse().map_err(|_| Error::internal("an account holds no number"))?;
    Ok((amount, Precondition::Revision(entry.revision)))
}

pub(super) async fn money_moved_between_accounts_is_kept(lab: Lab<'_>) -> Result<()> {
    const ACCOUNTS: usize = 5;
    for account in 0..ACCOUNTS {
        lab.put(&account.to_string(), "100").await?;
    }
    let moved = at_once(|writer| {
        let store = lab.store.clone();
        async move {
            let mut moved = 0;
            for round in 0..20 {
                let (from, to) = ((writer + round) % ACCOUNTS, (writer + 2 * round + 1) % ACCOUNTS);
                if from != to {
                    let ((a, seen_a), (b, seen_b)) = (balance(&store, from).await?, balance(&store, to).await?);
                    let batch = Batch::of([
                        put(&from.to_string(), &(a - 7).to_string(), seen_a),
                        put(&to.to_string(), &(b + 7).to_string(), seen_b),
                    ]);
                    let result = store.apply(batch).await;
                    assert!(matches!(kind(&result), None | Some(ErrorKind::Conflict)), "{result:?}");
                    moved += usize::from(result.is_ok());
                }
                let all = store.get_many((0..ACCOUNTS).map(|n| at(&n.to_string())).collect()).await?;
                let sum: i64 =
                    all.iter().flatten().map(|e| text(e).map(|t| t.parse::<i64>().unwrap_or(0))).sum::<Result<_>>()?;
                assert_eq!(sum, 500, "one snapshot shows whole batches only");
            }
            Ok(moved)
        }
    })
    .await?;
    assert!(moved.iter().sum::<usize>() > 0, "nothing was ever moved");
    Ok(())
}

pub(super) async fn updates_of_one_value_all_count(lab: Lab<'_>) -> Result<()> {
    let parts = Parts::new(Arc::new(Hurried(SystemClock::new())), Arc::new(SystemEntropy));
    let done = at_once(|_| {
        let (store, parts) = (lab.store.clone(), parts.clone());
        async move {
            let mut counted = 0_u32;
            for _ in 0..4 {
                let result = store
                    .update(at("count"), &parts, |entry| {
                        let count: u32 = entry.map(text).transpose()?.and_then(|t| t.parse().ok()).unwrap_or(0);
                        Ok(Some(frame(&(count + 1).to_string())))
                    })
                    .await;
                assert!(matches!(kind(&result), None | Some(ErrorKind::Conflict)), "{result:?}");
                counted += u32::from(result.is_ok());
            }
            Ok(counted)
        }
    })
    .await?;
    assert_eq!(lab.value("count").await?, Some(done.iter().sum::<u32>().to_string()), "every success counts once");
    let kept = lab.store.update(at("count"), &parts, |_| Ok(None)).await?;
    assert_eq!(kept, None, "a change may leave all as it is");
    Ok(())
}

pub(super) async fn one_of_many_claims_wins(lab: Lab<'_>) -> Result<()> {
    let claims = at_once(|writer| {
        let store = lab.store.clone();
        let ttl = Duration::from_secs(60);
        let claim = LeaseClaim { target: ClaimTarget::Name(at("job")), owner: writer.to_string(), ttl };
        async move { store.claim(claim).await }
    })
    .await?;
    assert_eq!(claims.iter().flatten().count(), 1);
    Ok(())
}

pub(super) async fn dropped_writes_are_done_or_not_done(lab: Lab<'_>) -> Result<()> {
    for round in 0..20 {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let batch = Batch::of([put(&a, "1", Precondition::Any), put(&b, "1", Precondition::Any)]);
        let mut write = Box::pin(lab.store.apply(batch));
        // Polled once at most, then dropped.
        if round % 2 == 1 {
            let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx).is_ready())).await;
        }
        drop(write);
        let found = lab.store.get_many(vec![at(&a), at(&b)]).await?;
        assert_eq!(found.iter().flatten().count() % 2, 0, "half a batch");
    }
    let deletes: Vec<Op> = Vec::new();
    lab.store.apply(Batch::of(deletes)).await.map(drop)
}
