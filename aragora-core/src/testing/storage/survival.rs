use std::time::Duration;

use super::lab::{Lab, at, frame, kind, put};
use crate::error::{ErrorKind, Result};
use crate::storage::{Batch, Control, Durability, Op, Precondition};

pub(super) async fn relaxed_writes_are_visible_at_once(lab: Lab<'_>) -> Result<()> {
    for round in 0..10 {
        let mut batch = Batch::of([put("k", &round.to_string(), Precondition::Any)]);
        batch.durability = Durability::Relaxed;
        lab.store.apply(batch).await?;
        assert_eq!(lab.value("k").await?, Some(round.to_string()));
    }
    lab.store.control(Control::Flush).await?;
    Ok(())
}

async fn reopened<'a>(lab: &Lab<'a>) -> Result<Option<Lab<'a>>> {
    lab.store.control(Control::Close).await?;
    let again = lab.factory.reopen(lab.store.clone()).await?;
    assert_eq!(again.is_some(), lab.store.capability().durable, "what is durable can be opened again");
    Ok(again.map(|store| Lab::new(lab.factory, store)))
}

pub(super) async fn acknowledged_writes_survive_reopening(lab: Lab<'_>) -> Result<()> {
    lab.put_all((0..100).map(|n| format!("{n:03}"))).await?;
    let kept = lab.put("kept", "first").await?;
    lab.put("gone", "v").await?;
    lab.store.delete(at("gone")).await?;
    lab.put("taken", "v").await?;
    lab.store.take(at("taken")).await?;
    lab.put_for("short", "v", Duration::from_millis(200)).await?;
    lab.put_for("long", "v", Duration::from_secs(3_600)).await?;
    let refused = lab
        .store
        .apply(Batch::of([put("never", "v", Precondition::Any), put("never2", "v", Precondition::Present)]))
        .await;
    assert_eq!(kind(&refused), Some(ErrorKind::Conflict));
    let mut relaxed = Batch::of([put("relaxed", "v", Precondition::Any)]);
    relaxed.durability = Durability::Relaxed;
    lab.store.apply(relaxed).await?;
    lab.store.control(Control::Flush).await?;
    let before = lab.store.get_many(vec![at("kept"), at("long"), at("relaxed"), at("000")]).await?;

    let Some(lab) = reopened(&lab).await? else { return Ok(()) };
    let after = lab.store.get_many(vec![at("kept"), at("long"), at("relaxed"), at("000")]).await?;
    assert_eq!(after, before, "bytes, revisions and expiry are the same");
    let gone = lab.store.get_many(vec![at("gone"), at("taken"), at("never"), at("never2")]).await?;
    assert_eq!(gone, vec![None; 4]);
    lab.store.apply(Batch::of([put("kept", "second", Precondition::Revision(kept))])).await?;
    lab.pass(Duration::from_millis(200)).await;
    assert_eq!(lab.value("short").await?, None, "a life goes on counting while the store is closed");
    let Some(lab) = reopened(&lab).await? else { return Ok(()) };
    assert_eq!(lab.value("kept").await?.as_deref(), Some("second"));
    assert_eq!(lab.everything().await?.len(), 103);
    Ok(())
}

pub(super) async fn tokens_and_revisions_rise_over_reopening(lab: Lab<'_>) -> Result<()> {
    let ttl = Duration::from_secs(60);
    let held = lab.claim("held", "a", ttl).await?;
    let released = lab.claim("released", "a", ttl).await?;
    let (Some(held), Some(released)) = (held, released) else {
        return Err(crate::error::Error::internal("a free lease was not given"));
    };
    let last = released.token;
    lab.store.renew(released.clone(), None).await?;
    let revision = lab.store.put(at("k"), frame("v")).await?;
    lab.store.delete(at("k")).await?;

    let Some(lab) = reopened(&lab).await? else { return Ok(()) };
    assert_eq!(lab.claim("held", "b", ttl).await?, None, "a lease outlives the process of its owner");
    lab.store.apply(Batch::of([Op::Fence(held.clone())])).await?;
    lab.store.renew(held, Some(ttl)).await?;
    assert_eq!(kind(&lab.store.renew(released, Some(ttl)).await), Some(ErrorKind::LeaseLost));
    assert!(lab.claim("released", "b", ttl).await?.is_some_and(|lease| lease.token > last));
    assert_ne!(lab.store.put(at("k"), frame("v")).await?, revision);
    Ok(())
}
