use std::sync::Arc;

use bytes::Bytes;

use super::lab::{Lab, key, kind, table, tenant};
use crate::entropy::SystemEntropy;
use crate::error::{ErrorKind, Result};
use crate::storage::{Address, Blobs, Control, ControlReport, KeyBytes, KeyRange, PageRequest};

fn blobs(lab: &Lab<'_>) -> Blobs {
    Blobs::new(lab.store.clone(), Arc::new(SystemEntropy), tenant(), table())
}

fn object(bytes: usize) -> Bytes {
    (0..bytes).map(|n| (n / 7 % 251) as u8).collect::<Vec<_>>().into()
}

async fn rows(lab: &Lab<'_>) -> Result<Vec<Address>> {
    let page = lab.store.scan(KeyRange::all(tenant(), table()), PageRequest::first(1_000)).await?;
    Ok(page.entries.into_iter().map(|entry| entry.address).collect())
}

pub(super) async fn large_objects_come_back_whole(lab: Lab<'_>) -> Result<()> {
    let blobs = blobs(&lab);
    for bytes in [0, 1, 1 << 20, (1 << 20) + 1, 5 << 19] {
        let name = key(&bytes.to_string());
        assert_eq!(blobs.get(&name).await?, None);
        blobs.put(&name, &object(bytes)).await?;
        assert_eq!(blobs.get(&name).await?, Some(object(bytes)), "{bytes} bytes");
    }
    // Without its manifest an object is not there; without a row it is damaged.
    let name = key(&(5 << 19).to_string());
    let first_row = |key: &KeyBytes| -> KeyRange { KeyRange::prefix(tenant(), table(), key) };
    let own = lab.store.scan(first_row(&name), PageRequest::default()).await?.entries;
    assert_eq!(own.len(), 4, "a manifest and three rows");
    if let Some(row) = own.get(2) {
        lab.store.delete(row.address.clone()).await?;
    }
    assert_eq!(kind(&blobs.get(&name).await), Some(ErrorKind::Corrupt));
    lab.store.delete(Address::new(tenant(), table(), name.clone())).await?;
    assert_eq!(blobs.get(&name).await?, None);
    Ok(())
}

pub(super) async fn replacing_an_object_leaves_no_rows_behind(lab: Lab<'_>) -> Result<()> {
    let blobs = blobs(&lab);
    let name = key("report");
    blobs.put(&name, &object(3 << 20)).await?;
    blobs.put(&name, &object(1 << 20)).await?;
    assert_eq!(blobs.get(&name).await?, Some(object(1 << 20)));
    assert_eq!(rows(&lab).await?.len(), 2, "a manifest and one row");
    blobs.delete(&name).await?;
    blobs.delete(&name).await?;
    assert_eq!(blobs.get(&name).await?, None);
    assert!(rows(&lab).await?.is_empty());
    assert!(matches!(lab.store.control(Control::Verify).await?, ControlReport::Verified { .. }));
    Ok(())
}
