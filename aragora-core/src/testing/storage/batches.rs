use std::collections::HashSet;
use std::time::Duration;

use super::lab::{Lab, at, frame, kind, put, said, system, table, text};
use crate::error::{ErrorKind, Result};
use crate::storage::{Address, Batch, ClaimTarget, LeaseClaim, Op, Precondition, Revision};

pub(super) async fn a_batch_is_applied_whole_or_not_at_all(lab: Lab<'_>) -> Result<()> {
    let old = lab.put("b", "old").await?;
    lab.put("gone", "here").await?;
    let elsewhere = Address::new(system(), table(), super::key("s"));
    let mut batch = Batch::of([put("a", "new", Precondition::Absent), put("b", "new", Precondition::Any)]);
    batch.delete(at("gone"), Precondition::Any).push(Op::Put {
        at: elsewhere.clone(),
        frame: frame("new"),
        ttl: None,
        expect: Precondition::Any,
    });
    let mut refused = batch.clone();
    refused.check(at("missing"), Precondition::Present);
    let refused = lab.store.apply(refused).await;
    assert_eq!(kind(&refused), Some(ErrorKind::Conflict));
    assert_eq!((said(&refused, "op"), said(&refused, "table")), (Some("4"), Some("suite")));
    assert_eq!(said(&refused, "current"), Some("absent"));
    assert_eq!(lab.everything().await?, ["old", "here"], "nothing of a refused batch is seen");
    assert_eq!(lab.store.get(at("b")).await?.map(|entry| entry.revision), Some(old), "nor its revision");
    assert_eq!(lab.store.get(elsewhere.clone()).await?, None);

    let commit = lab.store.apply(batch).await?;
    assert_eq!(commit.revisions.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, true]);
    assert_eq!(commit.taken, [const { None }; 4]);
    assert_eq!(lab.everything().await?, ["new", "new"]);
    let entry = lab.store.get(elsewhere).await?;
    assert_eq!(entry.as_ref().map(|entry| entry.revision), commit.revisions.get(3).copied().flatten());
    Ok(())
}

pub(super) async fn preconditions_hold_or_conflict(lab: Lab<'_>) -> Result<()> {
    let current = lab.put("k", "1").await?;
    let stale = Revision::new(current.get() ^ 1);
    let named = Some(current.to_string());
    for (key, expect, holds) in [
        ("k", Precondition::Absent, false),
        ("k", Precondition::Revision(stale), false),
        ("x", Precondition::Present, false),
        ("x", Precondition::Revision(current), false),
        ("k", Precondition::Present, true),
        ("k", Precondition::Revision(current), true),
    ] {
        let result = lab.store.apply(Batch::of([Op::Check { at: at(key), expect }])).await;
        let allowed = holds || expect != Precondition::Absent;
        let wanted = if holds {
            None
        } else if allowed {
            Some(ErrorKind::Conflict)
        } else {
            Some(ErrorKind::InvalidRequest)
        };
        assert_eq!(kind(&result), wanted, "check {key} {expect:?}");
        for op in [put(key, "2", expect), Op::Delete { at: at(key), expect }] {
            if !holds {
                let refused = lab.store.apply(Batch::of([op])).await;
                assert_eq!(kind(&refused), Some(ErrorKind::Conflict), "{key} {expect:?}");
                let current = if key == "k" { named.clone() } else { Some("absent".to_owned()) };
                assert_eq!(said(&refused, "current").map(str::to_owned), current);
                assert_eq!(said(&refused, "op"), Some("0"));
            }
        }
    }
    assert_eq!(lab.everything().await?, ["1"]);
    let next = lab.store.apply(Batch::of([put("k", "2", Precondition::Revision(current))])).await?;
    assert_ne!(next.revisions, [Some(current)]);
    lab.store.apply(Batch::of([put("x", "3", Precondition::Absent)])).await?;
    lab.store.apply(Batch::of([Op::Delete { at: at("x"), expect: Precondition::Present }])).await?;
    // Deleting what is not there is no conflict unless it was expected.
    lab.store.apply(Batch::of([Op::Delete { at: at("x"), expect: Precondition::Any }])).await?;
    lab.store.apply(Batch::of([Op::Delete { at: at("x"), expect: Precondition::Absent }])).await?;
    assert_eq!(lab.everything().await?, ["2"]);
    Ok(())
}

pub(super) async fn later_operations_see_earlier_ones(lab: Lab<'_>) -> Result<()> {
    let old = lab.put("k", "old").await?;
    let check = |expect| Op::Check { at: at("k"), expect };
    for (ops, holds) in [
        (vec![put("k", "new", Precondition::Any), check(Precondition::Revision(old))], false),
        (vec![put("k", "new", Precondition::Any), check(Precondition::Absent)], false),
        (vec![Op::Delete { at: at("k"), expect: Precondition::Any }, check(Precondition::Present)], false),
        (vec![Op::Take { at: at("k") }, check(Precondition::Present)], false),
        (vec![check(Precondition::Revision(old)), put("k", "new", Precondition::Revision(old))], true),
    ] {
        let result = lab.store.apply(Batch::of(ops.clone())).await;
        assert_eq!(kind(&result), (!holds).then_some(ErrorKind::Conflict), "{ops:?}");
    }
    assert_eq!(lab.everything().await?, ["new"]);
    lab.store
        .apply(Batch::of([
            Op::Check { at: at("fresh"), expect: Precondition::Absent },
            put("fresh", "made", Precondition::Any),
            Op::Check { at: at("fresh"), expect: Precondition::Present },
        ]))
        .await?;
    assert_eq!(lab.value("fresh").await?.as_deref(), Some("made"));
    Ok(())
}

pub(super) async fn one_address_is_written_once(lab: Lab<'_>) -> Result<()> {
    let writes = || {
        [
            put("k", "1", Precondition::Any),
            Op::Delete { at: at("k"), expect: Precondition::Any },
            Op::Take { at: at("k") },
        ]
    };
    for first in writes() {
        for second in writes() {
            let batch = Batch::of([put("a", "1", Precondition::Any), first.clone(), second]);
            let refused = lab.store.apply(batch).await;
            assert_eq!(kind(&refused), Some(ErrorKind::InvalidRequest));
        }
    }
    assert!(lab.everything().await?.is_empty());
    Ok(())
}

pub(super) async fn checks_for_absence_need_a_put(lab: Lab<'_>) -> Result<()> {
    let absent = Op::Check { at: at("k"), expect: Precondition::Absent };
    let delete = Op::Delete { at: at("k"), expect: Precondition::Any };
    for ops in [
        vec![absent.clone()],
        vec![absent.clone(), put("other", "1", Precondition::Any)],
        vec![absent.clone(), delete],
        vec![Op::Check { at: at("k"), expect: Precondition::Any }],
    ] {
        assert_eq!(kind(&lab.store.apply(Batch::of(ops)).await), Some(ErrorKind::InvalidRequest));
    }
    lab.store.apply(Batch::of([absent, put("k", "1", Precondition::Any)])).await?;
    assert_eq!(lab.everything().await?, ["1"]);
    Ok(())
}

pub(super) async fn take_returns_and_removes(lab: Lab<'_>) -> Result<()> {
    let revision = lab.put("k", "value").await?;
    let commit = lab.store.apply(Batch::of([Op::Take { at: at("none") }, Op::Take { at: at("k") }])).await?;
    assert_eq!(commit.revisions, [None, None]);
    let taken = commit.taken.into_iter().collect::<Vec<_>>();
    assert!(matches!(taken.as_slice(), [None, Some(entry)] if entry.revision == revision && entry.address == at("k")));
    for entry in taken.iter().flatten() {
        assert_eq!(text(entry)?, "value");
    }
    assert_eq!(lab.store.take(at("k")).await?, None, "nothing there is no conflict");
    // A take in a refused batch took nothing.
    lab.put("k", "again").await?;
    let batch = Batch::of([Op::Take { at: at("k") }, Op::Check { at: at("x"), expect: Precondition::Present }]);
    assert_eq!(kind(&lab.store.apply(batch).await), Some(ErrorKind::Conflict));
    assert_eq!(lab.value("k").await?.as_deref(), Some("again"));
    Ok(())
}

pub(super) async fn a_revision_is_never_used_twice(lab: Lab<'_>) -> Result<()> {
    let mut seen = HashSet::new();
    for round in 0..20 {
        assert!(seen.insert(lab.put("k", &round.to_string()).await?));
        let batch = Batch::of([put("a", "1", Precondition::Any), put("b", "1", Precondition::Any)]);
        for revision in lab.store.apply(batch).await?.revisions.into_iter().flatten() {
            assert!(seen.insert(revision));
        }
        lab.store.delete(at("k")).await?;
    }
    assert_eq!(seen.len(), 60);
    Ok(())
}

pub(super) async fn an_empty_batch_is_fine(lab: Lab<'_>) -> Result<()> {
    let commit = lab.store.apply(Batch::default()).await?;
    assert!(commit.revisions.is_empty() && commit.taken.is_empty());
    Ok(())
}

pub(super) async fn refused_writes_say_that_nothing_was_applied(lab: Lab<'_>) -> Result<()> {
    let conflict = lab.store.apply(Batch::of([put("k", "1", Precondition::Present)])).await;
    let invalid = lab.store.apply(Batch::of([Op::Check { at: at("k"), expect: Precondition::Any }])).await;
    let claim = LeaseClaim { target: ClaimTarget::Name(at("k")), owner: "a".to_owned(), ttl: Duration::ZERO };
    let claim = lab.store.claim(claim).await;
    for (what, outcome) in [
        ("conflict", said(&conflict, "outcome")),
        ("invalid", said(&invalid, "outcome")),
        ("claim", said(&claim, "outcome")),
    ] {
        assert_eq!(outcome, Some("not_applied"), "{what}");
    }
    Ok(())
}
