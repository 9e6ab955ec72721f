use std::time::Duration;

use futures_util::FutureExt as _;

use super::lab::{Lab, all, at, key, put, table, tenant};
use crate::error::Result;
use crate::storage::{Batch, Control, KeyRange, Precondition, Watch};

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits like a consumer does: for a signal, or for the time it has to read again anyway.
async fn woken(lab: &Lab<'_>, watch: &mut Watch) -> bool {
    if let Some(every) = watch.poll_every() {
        if watch.changed().now_or_never().is_none() {
            lab.pass(every).await;
        }
        return true;
    }
    // A signal that never comes is a failure, not a wait for ever.
    tokio::time::timeout(PATIENCE, watch.changed()).await.is_ok_and(|signal| signal.is_some())
}

pub(super) async fn a_watch_yields_at_once_and_after_each_commit(lab: Lab<'_>) -> Result<()> {
    let mut watch = lab.store.watch(KeyRange::new(tenant(), table(), key("b")..key("d"))).await?;
    assert!(woken(&lab, &mut watch).await, "at subscription");
    for round in 0..3 {
        let batch = Batch::of([put("a", "outside", Precondition::Any), put("c", "inside", Precondition::Any)]);
        lab.store.apply(batch).await?;
        assert!(woken(&lab, &mut watch).await, "after commit {round}");
    }
    lab.store.delete(at("c")).await?;
    assert!(woken(&lab, &mut watch).await, "after a delete");
    lab.put("c", "again").await?;
    lab.store.take(at("c")).await?;
    assert!(woken(&lab, &mut watch).await, "after a take");
    if lab.store.capability().push_signals {
        while watch.changed().now_or_never().is_some() {}
        lab.store.apply(Batch::of([put("c", "refused", Precondition::Present)])).await.err();
        lab.put("z", "outside").await?;
        lab.put("b", "inside").await?;
        assert!(woken(&lab, &mut watch).await, "a signal between others is not lost");
    }
    Ok(())
}

pub(super) async fn signals_coalesce(lab: Lab<'_>) -> Result<()> {
    let mut watch = lab.store.watch(all()).await?;
    for round in 0..100 {
        lab.put("k", &round.to_string()).await?;
    }
    assert!(woken(&lab, &mut watch).await);
    let mut more = 0;
    while watch.changed().now_or_never().flatten().is_some() {
        more += 1;
        assert!(more <= 100, "a quiet store goes on signalling");
    }
    drop(watch);
    lab.put("k", "nobody watches").await?;
    Ok(())
}

pub(super) async fn a_watch_ends_with_its_store(lab: Lab<'_>) -> Result<()> {
    let mut watch = lab.store.watch(all()).await?;
    lab.store.control(Control::Close).await?;
    let end = async { while watch.changed().await.is_some() {} };
    let ended = tokio::time::timeout(PATIENCE, end).await;
    assert!(ended.is_ok(), "a watch outlives its store");
    Ok(())
}
