use std::time::Duration;

use super::lab::{Lab, all, at, frame, kind, put};
use crate::error::{ErrorKind, Result};
use crate::storage::{
    Batch, ClaimTarget, ClockSource, Control, ControlReport, LeaseClaim, MAX_TTL, Op, PageRequest, Precondition,
};

const LIFE: Duration = Duration::from_millis(250);
/// Not over before a slow server has taken everything in.
const LONG: Duration = Duration::from_secs(600);

pub(super) async fn expired_entries_are_absent_at_once(lab: Lab<'_>) -> Result<()> {
    let revision = lab.put_for("k", "short", LIFE).await?;
    lab.put("z", "stays").await?;
    let entry = lab.store.get(at("k")).await?;
    assert!(entry.is_some_and(|entry| entry.expires_at.is_some() && entry.revision == revision));
    if lab.store.capability().clock == ClockSource::Injected {
        lab.pass(LIFE.saturating_sub(Duration::from_millis(1))).await;
        assert_eq!(lab.value("k").await?.as_deref(), Some("short"), "one millisecond before its end it is there");
        lab.pass(Duration::from_millis(1)).await;
    } else {
        lab.pass(LIFE).await;
    }
    assert_eq!(lab.value("k").await?, None);
    assert_eq!(lab.everything().await?, ["stays"]);
    assert_eq!(lab.store.take(at("k")).await?, None);
    for expect in [Precondition::Present, Precondition::Revision(revision)] {
        let refused = lab.store.apply(Batch::of([put("k", "2", expect)])).await;
        assert_eq!(kind(&refused), Some(ErrorKind::Conflict));
    }
    let target = ClaimTarget::Ready { range: all(), limit: 10 };
    let claim = LeaseClaim { target, owner: "a".to_owned(), ttl: Duration::from_secs(1) };
    let ready = lab.store.claim(claim).await?;
    assert_eq!(ready.iter().map(|lease| &lease.at).collect::<Vec<_>>(), [&at("z")]);
    lab.store.apply(Batch::of([put("k", "new", Precondition::Absent)])).await?;
    assert_eq!(lab.everything().await?, ["new", "stays"]);
    Ok(())
}

pub(super) async fn a_put_without_ttl_is_permanent(lab: Lab<'_>) -> Result<()> {
    lab.put_for("k", "short", LIFE).await?;
    lab.put("k", "for ever").await?;
    lab.put("j", "for ever").await?;
    lab.put_for("j", "short", LIFE).await?;
    lab.pass(LIFE).await;
    assert_eq!(lab.everything().await?, ["for ever"]);
    assert_eq!(lab.store.get(at("k")).await?.and_then(|entry| entry.expires_at), None);
    lab.store.control(Control::Sweep).await?;
    assert_eq!(lab.everything().await?, ["for ever"], "sweeping follows the latest write");
    Ok(())
}

pub(super) async fn a_life_outside_its_bounds_is_refused(lab: Lab<'_>) -> Result<()> {
    for ttl in [Duration::ZERO, Duration::from_micros(999), MAX_TTL + Duration::from_millis(1)] {
        let refused = lab.store.put_for(at("k"), frame("v"), ttl).await;
        assert_eq!(kind(&refused), Some(ErrorKind::InvalidRequest), "{ttl:?}");
    }
    lab.store.put_for(at("k"), frame("v"), MAX_TTL).await?;
    lab.store.put_for(at("j"), frame("v"), Duration::from_millis(1)).await?;
    Ok(())
}

pub(super) async fn sweeping_removes_what_expired_and_nothing_else(lab: Lab<'_>) -> Result<()> {
    let short =
        |n: u32| Op::Put { at: at(&format!("{n:04}")), frame: frame("v"), ttl: Some(LONG), expect: Precondition::Any };
    lab.store.apply(Batch::of((0..1_100).map(short).collect::<Vec<_>>())).await?;
    lab.put("stays", "stays").await?;
    lab.store.put_for(at("later"), frame("later"), LONG * 100).await?;
    assert_eq!(lab.store.control(Control::Sweep).await?, ControlReport::Swept { removed: 0, more: false });
    lab.pass(LONG).await;
    let page = lab.store.scan(all(), PageRequest::default()).await?;
    assert_eq!(page.entries.len(), 2, "swept or not, they are absent");
    let mut removed = 0;
    loop {
        let report = lab.store.control(Control::Sweep).await?;
        assert!(matches!(report, ControlReport::Swept { removed: 0..=1_000, .. }), "{report:?}");
        let ControlReport::Swept { removed: now, more } = report else { break };
        removed += now;
        if !more {
            break;
        }
    }
    // A backend may have swept some on its own.
    assert!(removed <= 1_100);
    assert_eq!(lab.everything().await?, ["later", "stays"]);
    if let ControlReport::Used(usage) = lab.store.control(Control::Usage).await? {
        assert_eq!(usage.expired, 0);
    }
    Ok(())
}
