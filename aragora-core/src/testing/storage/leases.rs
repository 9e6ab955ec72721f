use std::sync::Arc;
use std::time::Duration;

use super::lab::{Lab, all, at, key, kind, put, table, tenant};
use crate::error::{ErrorKind, Result};
use crate::storage::{Batch, ClaimTarget, KeyRange, Lease, LeaseClaim, Leases, Op, Precondition};

const SECOND: Duration = Duration::from_secs(1);

pub(super) async fn a_lease_has_one_owner_until_it_lapses(lab: Lab<'_>) -> Result<()> {
    let first = lab.claim("job", "a", SECOND).await?;
    assert!(
        first.as_ref().is_some_and(|lease| lease.owner == "a" && lease.at == at("job") && lease.revision.is_none())
    );
    assert_eq!(lab.claim("job", "b", SECOND).await?, None);
    assert_eq!(lab.claim("job", "a", SECOND).await?, None, "its owner does not get it twice either");
    assert!(lab.claim("another", "b", SECOND).await?.is_some());
    lab.pass(SECOND).await;
    let second = lab.claim("job", "b", SECOND).await?;
    assert!(second.as_ref().is_some_and(|lease| lease.owner == "b"));
    let (Some(first), Some(second)) = (first, second) else { return Ok(()) };
    assert!(second.token > first.token);
    for lost in [
        lab.store.renew(first.clone(), Some(SECOND)).await.map(drop),
        lab.store.renew(first.clone(), None).await.map(drop),
        lab.store.apply(Batch::of([Op::Fence(first.clone()), put("k", "late", Precondition::Any)])).await.map(drop),
    ] {
        assert_eq!(kind(&lost), Some(ErrorKind::LeaseLost));
    }
    assert!(lab.everything().await?.is_empty());
    assert_eq!(lab.claim("job", "c", SECOND).await?, None, "a late release of the old owner freed nothing");
    Ok(())
}

pub(super) async fn a_lapsed_lease_nobody_took_still_works(lab: Lab<'_>) -> Result<()> {
    let Some(lease) = lab.claim("job", "a", SECOND).await? else { return missing() };
    lab.pass(SECOND * 2).await;
    lab.store.apply(Batch::of([Op::Fence(lease.clone()), put("k", "1", Precondition::Any)])).await?;
    let renewed = lab.store.renew(lease.clone(), Some(SECOND * 30)).await?;
    assert_eq!((renewed.token, &renewed.at), (lease.token, &lease.at), "renewing keeps the token");
    assert!(renewed.until > lease.until);
    assert_eq!(lab.claim("job", "b", SECOND).await?, None);
    Ok(())
}

pub(super) async fn tokens_rise_for_ever(lab: Lab<'_>) -> Result<()> {
    lab.put("job", "record").await?;
    let mut last = 0;
    for round in 0..6 {
        let Some(lease) = lab.claim("job", "a", SECOND).await? else { return missing() };
        assert!(lease.token > last, "{} after {last}", lease.token);
        assert_eq!(lease.revision.is_some(), round < 3, "the record's revision comes along if there is one");
        last = lease.token;
        match round {
            2 => {
                lab.store.delete(at("job")).await?;
                lab.store.renew(lease, None).await?;
            }
            0 | 4 => lab.pass(SECOND).await,
            _ => drop(lab.store.renew(lease, None).await?),
        }
    }
    Ok(())
}

pub(super) async fn a_release_frees(lab: Lab<'_>) -> Result<()> {
    let leases = Leases::new(Arc::clone(&lab.store), tenant());
    let job = leases.named("job/deb_1");
    assert_eq!((job.address().table.as_str(), &job.address().key), ("lease", &key("job/deb_1")));
    let Some(lease) = job.claim("a", SECOND * 60).await? else { return missing() };
    assert_eq!(job.claim("b", SECOND).await?, None);
    let renewed = job.renew(&lease, SECOND * 60).await?;
    job.release(renewed).await?;
    let fenced = lab.store.apply(Batch::of([Op::Fence(lease.clone())])).await;
    assert_eq!(kind(&fenced), Some(ErrorKind::LeaseLost), "a released lease no longer fences");
    assert_eq!(kind(&job.release(lease).await), Some(ErrorKind::LeaseLost));
    assert!(job.claim("b", SECOND).await?.is_some());
    let system = Leases::new(Arc::clone(&lab.store), super::system()).named("job/deb_1");
    assert!(system.claim("c", SECOND).await?.is_some(), "another space has leases of its own");
    Ok(())
}

async fn ready(lab: &Lab<'_>, range: KeyRange, limit: u16) -> Result<Vec<Lease>> {
    let target = ClaimTarget::Ready { range, limit };
    lab.store.claim(LeaseClaim { target, owner: "worker".to_owned(), ttl: SECOND }).await
}

pub(super) async fn ready_takes_free_records_in_key_order(lab: Lab<'_>) -> Result<()> {
    assert!(ready(&lab, all(), 5).await?.is_empty());
    lab.put_all(["a", "b", "c", "d", "e"].map(str::to_owned)).await?;
    let first = ready(&lab, all(), 2).await?;
    assert_eq!(first.iter().map(|lease| &lease.at).collect::<Vec<_>>(), [&at("a"), &at("b")]);
    assert!(first.windows(2).all(|pair| matches!(pair, [a, b] if a.token != b.token)));
    let revision = lab.store.get(at("a")).await?.map(|entry| entry.revision);
    assert_eq!(first.first().and_then(|lease| lease.revision), revision);
    let until_d = KeyRange::new(tenant(), table(), ..key("e"));
    let second = ready(&lab, until_d, 10).await?;
    assert_eq!(
        second.iter().map(|lease| &lease.at).collect::<Vec<_>>(),
        [&at("c"), &at("d")],
        "held ones are passed over"
    );
    if let Some(lease) = first.into_iter().next_back() {
        lab.store.renew(lease, None).await?;
    }
    let third = ready(&lab, all(), 10).await?;
    assert_eq!(third.iter().map(|lease| &lease.at).collect::<Vec<_>>(), [&at("b"), &at("e")]);
    lab.pass(SECOND).await;
    assert_eq!(ready(&lab, all(), 10).await?.len(), 5, "lapsed ones are free");
    Ok(())
}

pub(super) async fn a_fence_guards_the_whole_batch(lab: Lab<'_>) -> Result<()> {
    let Some(lease) = lab.claim("job", "a", SECOND * 60).await? else { return missing() };
    let guarded = |lease: Lease| Batch::of([put("k", "1", Precondition::Any), Op::Fence(lease)]);
    lab.store.apply(guarded(lease.clone())).await?;
    lab.store.delete(at("k")).await?;
    let mut foreign = lease.clone();
    foreign.at = at("never claimed");
    let mut older = lease.clone();
    older.token = older.token.wrapping_sub(1);
    for wrong in [foreign, older] {
        assert_eq!(kind(&lab.store.apply(guarded(wrong)).await), Some(ErrorKind::LeaseLost));
    }
    assert!(lab.everything().await?.is_empty());
    // Only token and address count, so that a fence is right when clocks disagree.
    let mut told = lease;
    told.until = crate::clock::Timestamp::from_millis(0);
    "x".clone_into(&mut told.owner);
    lab.store.apply(guarded(told)).await?;
    assert_eq!(lab.everything().await?, ["1"]);
    Ok(())
}

pub(super) async fn leases_outside_their_bounds_are_refused(lab: Lab<'_>) -> Result<()> {
    let Some(lease) = lab.claim("job", "a", SECOND).await? else { return missing() };
    for ttl in [Duration::from_millis(999), Duration::from_secs(3_601)] {
        assert_eq!(kind(&lab.claim("another", "a", ttl).await), Some(ErrorKind::InvalidRequest));
        assert_eq!(kind(&lab.store.renew(lease.clone(), Some(ttl)).await), Some(ErrorKind::InvalidRequest));
    }
    assert!(lab.claim("another", "a", Duration::from_secs(3_600)).await?.is_some());
    for limit in [0, 1_001] {
        assert_eq!(kind(&ready(&lab, all(), limit).await), Some(ErrorKind::InvalidRequest));
    }
    Ok(())
}

fn missing() -> Result<()> {
    Err(crate::error::Error::internal("a free lease was not given"))
}
