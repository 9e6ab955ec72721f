use bytes::Bytes;

use super::lab::{Lab, all, at, frame, kind, said, table, tenant};
use crate::error::{ErrorKind, Result};
use crate::storage::{
    Address, Batch, Codec, KeyBytes, KeyRange, MAX_BATCH_OPS, MAX_KEY, MAX_PAYLOAD, Op, PageRequest, Precondition,
    draft,
};

fn long(bytes: usize) -> Address {
    Address::new(tenant(), table(), KeyBytes::from_bytes(vec![b'k'; bytes]))
}

pub(super) async fn keys_and_values_keep_to_their_sizes(lab: Lab<'_>) -> Result<()> {
    lab.store.put(long(MAX_KEY), frame("longest")).await?;
    lab.store.put(long(1), draft(Codec::Raw, 1, b"")).await?;
    assert_eq!(lab.everything().await?, ["", "longest"], "an empty value is a value");
    for (bytes, size) in [(0, "0"), (MAX_KEY + 1, "1025")] {
        let refused = lab.store.put(long(bytes), frame("v")).await;
        assert_eq!(kind(&refused), Some(ErrorKind::LimitExceeded), "a key of {bytes} bytes");
        assert_eq!((said(&refused, "limit"), said(&refused, "size")), (Some("1024"), Some(size)));
        assert_eq!(kind(&lab.store.get(long(bytes)).await), Some(ErrorKind::LimitExceeded));
    }
    let beyond = KeyRange::new(tenant(), table(), long(MAX_KEY + 1).key..);
    assert_eq!(kind(&lab.store.scan(beyond, PageRequest::default()).await), Some(ErrorKind::LimitExceeded));

    let most = lab.store.capability().max_value as usize;
    assert!(most <= MAX_PAYLOAD);
    let refused = lab.store.put(at("v"), draft(Codec::Raw, 1, &vec![1; most + 1])).await;
    assert_eq!(kind(&refused), Some(ErrorKind::LimitExceeded));
    assert_eq!(said(&refused, "limit").map(str::to_owned), Some(most.to_string()));
    assert_eq!(lab.value("v").await?, None);
    lab.store.put(at("v"), draft(Codec::Raw, 1, &vec![1; most])).await?;
    assert_eq!(lab.value("v").await?.map(|value| value.len()), Some(most));
    Ok(())
}

pub(super) async fn a_batch_keeps_to_its_size(lab: Lab<'_>) -> Result<()> {
    let ops = |count: usize| {
        let op = |n| Op::Put { at: at(&format!("{n:05}")), frame: frame("v"), ttl: None, expect: Precondition::Any };
        Batch::of((0..count).map(op).collect::<Vec<_>>())
    };
    let refused = lab.store.apply(ops(MAX_BATCH_OPS + 1)).await;
    assert_eq!(kind(&refused), Some(ErrorKind::LimitExceeded));
    assert_eq!((said(&refused, "limit"), said(&refused, "size")), (Some("4096"), Some("4097")));
    assert!(lab.store.scan(all(), PageRequest::default()).await?.entries.is_empty());
    assert_eq!(lab.store.apply(ops(MAX_BATCH_OPS)).await?.revisions.len(), MAX_BATCH_OPS);

    let most = lab.store.capability().max_batch_bytes as usize;
    let large = draft(Codec::Raw, 1, &vec![1; most / 4]);
    let batch = ["a", "b", "c", "d"].map(|key| Op::Put {
        at: at(key),
        frame: large.clone(),
        ttl: None,
        expect: Precondition::Any,
    });
    let refused = lab.store.apply(Batch::of(batch)).await;
    assert_eq!(kind(&refused), Some(ErrorKind::LimitExceeded));
    assert_eq!(lab.value("a").await?, None);
    Ok(())
}

pub(super) async fn only_frames_are_stored(lab: Lab<'_>) -> Result<()> {
    for bytes in [&b""[..], b"text", &[0xa7; 31], &[0xa7; 64]] {
        let refused = lab.store.put(at("k"), Bytes::copy_from_slice(bytes)).await;
        assert_eq!(kind(&refused), Some(ErrorKind::InvalidRequest), "{bytes:?}");
    }
    assert_eq!(lab.value("k").await?, None);
    Ok(())
}
