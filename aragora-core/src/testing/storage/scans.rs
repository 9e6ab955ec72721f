use std::collections::BTreeMap;

use super::lab::{Lab, all, at, key, kind, table, tenant, text};
use crate::error::{ErrorKind, Result};
use crate::storage::{Codec, Cursor, KeyRange, MAX_PAGE_BYTES, PageRequest, ScanOrder, draft};

async fn walk(lab: &Lab<'_>, limit: u16, order: ScanOrder) -> Result<Vec<Vec<String>>> {
    let mut request = PageRequest { order, ..PageRequest::first(limit) };
    let mut pages = Vec::new();
    loop {
        let page = lab.store.scan(all(), request.clone()).await?;
        pages.push(page.entries.iter().map(text).collect::<Result<Vec<_>>>()?);
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => return Ok(pages),
        }
    }
}

pub(super) async fn page_limits_are_refused_not_clamped(lab: Lab<'_>) -> Result<()> {
    lab.put("a", "a").await?;
    for limit in [0, 1_001, u16::MAX] {
        let refused = lab.store.scan(all(), PageRequest::first(limit)).await;
        assert_eq!(kind(&refused), Some(ErrorKind::InvalidRequest), "limit {limit}");
    }
    for limit in [1, 1_000] {
        assert_eq!(lab.store.scan(all(), PageRequest::first(limit)).await?.entries.len(), 1);
    }
    assert_eq!(PageRequest::default().limit, 100);
    Ok(())
}

pub(super) async fn pages_hold_each_key_once_in_both_directions(lab: Lab<'_>) -> Result<()> {
    assert_eq!(walk(&lab, 3, ScanOrder::Ascending).await?, [Vec::<String>::new()]);
    let keys: Vec<String> = (0..12).map(|n| format!("{n:02}")).collect();
    lab.put_all(keys.clone()).await?;
    for limit in [1, 3, 5, 12, 13] {
        let up = walk(&lab, limit, ScanOrder::Ascending).await?;
        let mut down = walk(&lab, limit, ScanOrder::Descending).await?.concat();
        down.reverse();
        assert_eq!((&up.concat(), &down), (&keys, &keys), "limit {limit}");
        assert!(up.iter().all(|page| !page.is_empty()), "`next` is given only if something followed");
    }
    Ok(())
}

pub(super) async fn a_page_ends_at_its_bytes_and_holds_one_entry(lab: Lab<'_>) -> Result<()> {
    for (key, bytes) in [("a", 3 << 20), ("b", 3 << 20), ("c", 6 << 20), ("d", 10)] {
        lab.store.put(at(key), draft(Codec::Raw, 1, &vec![7; bytes])).await?;
    }
    let mut request = PageRequest::default();
    let mut sizes = Vec::new();
    loop {
        let page = lab.store.scan(all(), request.clone()).await?;
        let bytes: usize = page.entries.iter().map(|entry| entry.frame.len()).sum();
        assert!(page.entries.len() == 1 || bytes <= MAX_PAGE_BYTES, "a page of {bytes} bytes");
        sizes.push(page.entries.len());
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(sizes.iter().sum::<usize>(), 4);
    assert!(sizes.iter().all(|entries| *entries > 0), "a page holds at least one entry: {sizes:?}");
    Ok(())
}

pub(super) async fn cursors_are_bound_to_range_and_direction(lab: Lab<'_>) -> Result<()> {
    lab.put_all(["a", "b", "c"].map(str::to_owned)).await?;
    let first = lab.store.scan(all(), PageRequest::first(1)).await?;
    assert!(first.next.is_some());
    let Some(cursor) = first.next else { return Ok(()) };
    let again: Cursor = cursor.to_string().parse()?;
    assert_eq!(again, cursor, "the text of a cursor is the cursor");
    let narrow = KeyRange::new(tenant(), table(), key("a")..key("c"));
    let other = KeyRange::all(super::other(), table());
    for refused in [
        lab.store.scan(narrow, PageRequest::first(1).after(cursor.clone())).await,
        lab.store.scan(other, PageRequest::first(1).after(cursor.clone())).await,
        lab.store.scan(all(), PageRequest::first(1).after(cursor.clone()).descending()).await,
    ] {
        assert_eq!(kind(&refused), Some(ErrorKind::InvalidRequest));
    }
    for text in ["", "x", "AQ", "////", "AgAAAAAAAAAAAGE"] {
        assert_eq!(kind(&text.parse::<Cursor>()), Some(ErrorKind::InvalidRequest), "{text:?}");
    }
    // Valid for ever: also after its key is gone.
    lab.store.delete(at("a")).await?;
    let rest = lab.store.scan(all(), PageRequest::first(5).after(cursor)).await?;
    assert_eq!(rest.entries.iter().map(text).collect::<Result<Vec<_>>>()?, ["b", "c"]);
    Ok(())
}

pub(super) async fn unchanged_keys_come_once_while_others_write(lab: Lab<'_>) -> Result<()> {
    lab.put_all((0..40).map(|n| format!("{n:02}"))).await?;
    for order in [ScanOrder::Ascending, ScanOrder::Descending] {
        let mut request = PageRequest { order, ..PageRequest::first(4) };
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let mut step = 0;
        loop {
            let page = lab.store.scan(all(), request.clone()).await?;
            for entry in &page.entries {
                *seen.entry(text(entry)?).or_default() += 1;
            }
            // Odd keys are rewritten, deleted and made again between pages; even keys never change.
            let odd = format!("{:02}", (step * 6 + 1) % 40);
            match step % 3 {
                0 => lab.store.delete(at(&odd)).await?,
                _ => lab.put(&odd, &odd).await.map(drop)?,
            }
            step += 1;
            match page.next {
                Some(next) => request.cursor = Some(next),
                None => break,
            }
        }
        assert!(seen.values().all(|times| *times == 1), "no key comes twice: {seen:?}");
        for even in (0..40).step_by(2).map(|n| format!("{n:02}")) {
            assert!(seen.contains_key(&even), "{even} existed unchanged and was missed");
        }
    }
    Ok(())
}
