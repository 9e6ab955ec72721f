use std::time::Duration;

use super::lab::{Lab, all, at, kind, put};
use crate::error::{ErrorKind, Result};
use crate::storage::{Batch, Control, ControlReport, PageRequest, Precondition};

pub(super) async fn upkeep_answers_and_harms_nothing(lab: Lab<'_>) -> Result<()> {
    lab.put_all((0..50).map(|n| format!("{n:02}"))).await?;
    let lease = lab.claim("job", "a", Duration::from_secs(60)).await?;
    let before = lab.everything().await?;
    for control in [Control::Flush, Control::Compact] {
        assert_eq!(lab.store.control(control).await?, ControlReport::Done, "{control:?}");
    }
    let probe = lab.store.control(Control::Probe).await?;
    assert!(matches!(probe, ControlReport::Probed(_)), "{probe:?}");
    let usage = lab.store.control(Control::Usage).await?;
    assert!(
        matches!(usage, ControlReport::Used(usage) if usage.rows == 50 && usage.leases == 1 && usage.bytes >= 50 * 32),
        "{usage:?}"
    );
    let verified = lab.store.control(Control::Verify).await?;
    assert!(
        matches!(&verified, ControlReport::Verified { checked: 50, corrupt } if corrupt.is_empty()),
        "{verified:?}"
    );
    lab.store.control(Control::Sweep).await?;
    assert_eq!(lab.everything().await?, before);
    if let Some(lease) = lease {
        lab.store.renew(lease, None).await?;
    }
    Ok(())
}

pub(super) async fn a_closed_store_says_so(lab: Lab<'_>) -> Result<()> {
    lab.put("k", "v").await?;
    let lease = lab.claim("job", "a", Duration::from_secs(60)).await?;
    assert_eq!(lab.store.control(Control::Close).await?, ControlReport::Done);
    assert_eq!(lab.store.control(Control::Close).await?, ControlReport::Done, "closing twice is fine");
    let mut answers = vec![
        lab.store.get(at("k")).await.map(drop),
        lab.store.scan(all(), PageRequest::default()).await.map(drop),
        lab.store.apply(Batch::of([put("k", "v", Precondition::Any)])).await.map(drop),
        lab.claim("other", "a", Duration::from_secs(60)).await.map(drop),
        lab.store.watch(all()).await.map(drop),
        lab.store.control(Control::Flush).await.map(drop),
        lab.store.control(Control::Usage).await.map(drop),
    ];
    if let Some(lease) = lease {
        answers.push(lab.store.renew(lease, None).await.map(drop));
    }
    for (index, answer) in answers.iter().enumerate() {
        assert_eq!(kind(answer), Some(ErrorKind::Closed), "call {index}");
    }
    Ok(())
}
