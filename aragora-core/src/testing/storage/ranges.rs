use std::ops::Bound;

use super::lab::{Lab, at, key, other, system, table, tenant, text};
use crate::error::Result;
use crate::storage::{Address, KeyBytes, KeyRange, PageRequest, TableName, draft, open_frame};

fn raw(bytes: &'static [u8]) -> Address {
    Address::new(tenant(), table(), KeyBytes::from_bytes(bytes))
}

async fn put_raw(lab: &Lab<'_>, keys: &[&'static [u8]]) -> Result<()> {
    for bytes in keys {
        lab.store.put(raw(bytes), draft(crate::storage::Codec::Raw, 1, bytes)).await?;
    }
    Ok(())
}

async fn keys_in(lab: &Lab<'_>, range: KeyRange) -> Result<Vec<Vec<u8>>> {
    let page = lab.store.scan(range, PageRequest::first(1_000)).await?;
    Ok(page.entries.iter().map(|entry| entry.address.key.as_bytes().to_vec()).collect())
}

pub(super) async fn keys_are_ordered_bytewise(lab: Lab<'_>) -> Result<()> {
    put_raw(&lab, &[b"b", b"\xff", b"a\xff", b"a", b"\x00", b"a\x00", b"ab"]).await?;
    let keys = keys_in(&lab, KeyRange::all(tenant(), table())).await?;
    assert_eq!(keys, [&b"\x00"[..], b"a", b"a\x00", b"ab", b"a\xff", b"b", b"\xff"]);
    Ok(())
}

pub(super) async fn bounds_are_kept(lab: Lab<'_>) -> Result<()> {
    lab.put_all(["a", "b", "c", "d"].map(str::to_owned)).await?;
    assert_eq!(lab.values(key("b")..key("d")).await?, ["b", "c"]);
    assert_eq!(lab.values(key("b")..=key("d")).await?, ["b", "c", "d"]);
    assert_eq!(lab.values((Bound::Excluded(key("b")), Bound::Included(key("c")))).await?, ["c"]);
    assert_eq!(lab.values((Bound::Excluded(key("a")), Bound::Unbounded)).await?, ["b", "c", "d"]);
    assert_eq!(lab.values(..key("b")).await?, ["a"]);
    assert_eq!(lab.values(key("b")..=key("b")).await?, ["b"]);
    for (from, to) in [
        (Bound::Included(key("c")), Bound::Excluded(key("b"))),
        (Bound::Included(key("b")), Bound::Excluded(key("b"))),
        (Bound::Excluded(key("b")), Bound::Excluded(key("b"))),
        (Bound::Excluded(key("b")), Bound::Included(key("b"))),
        (Bound::Included(key("d")), Bound::Included(key("a"))),
    ] {
        let page = lab.store.scan(KeyRange::new(tenant(), table(), (from, to)), PageRequest::default()).await?;
        assert!(page.entries.is_empty() && page.next.is_none(), "an inverted range is empty");
    }
    Ok(())
}

pub(super) async fn a_prefix_ends_at_the_next_string(lab: Lab<'_>) -> Result<()> {
    put_raw(&lab, &[b"a", b"a\xff", b"a\xff\xff", b"a\xff\xffz", b"b", b"\xff", b"\xff\xff", b"\xff\xff\x01"]).await?;
    let below = |bytes: &'static [u8]| KeyRange::prefix(tenant(), table(), &KeyBytes::from_bytes(bytes));
    assert_eq!(keys_in(&lab, below(b"a\xff")).await?, [&b"a\xff"[..], b"a\xff\xff", b"a\xff\xffz"]);
    assert_eq!(keys_in(&lab, below(b"a")).await?.len(), 4);
    assert_eq!(keys_in(&lab, below(b"\xff\xff")).await?, [&b"\xff\xff"[..], b"\xff\xff\x01"]);
    assert_eq!(keys_in(&lab, below(b"")).await?.len(), 8);
    Ok(())
}

pub(super) async fn tables_and_spaces_do_not_mix(lab: Lab<'_>) -> Result<()> {
    let next = TableName::of_definition("suite_next");
    let places = [(system(), table()), (tenant(), table()), (tenant(), next), (other(), table())];
    for (index, (space, table)) in places.iter().enumerate() {
        let at = Address::new(space.clone(), table.clone(), key("k"));
        lab.store.put(at, super::frame(&index.to_string())).await?;
    }
    for (index, (space, table)) in places.iter().enumerate() {
        let page = lab.store.scan(KeyRange::all(space.clone(), table.clone()), PageRequest::default()).await?;
        assert_eq!(page.entries.iter().map(text).collect::<Result<Vec<_>>>()?, [index.to_string()]);
        assert!(page.entries.iter().all(|entry| entry.address.space == *space && entry.address.table == *table));
    }
    lab.store.delete(Address::new(other(), table(), key("k"))).await?;
    assert_eq!(lab.value("k").await?.as_deref(), Some("1"), "a delete in one space touches no other");
    Ok(())
}

pub(super) async fn get_many_answers_in_order_of_the_request(lab: Lab<'_>) -> Result<()> {
    lab.put_all(["a", "b"].map(str::to_owned)).await?;
    lab.store.put(Address::new(system(), table(), key("a")), super::frame("system a")).await?;
    let asked = vec![at("b"), at("x"), at("a"), Address::new(system(), table(), key("a")), at("b")];
    let found = lab.store.get_many(asked.clone()).await?;
    let texts: Vec<Option<String>> =
        found.iter().map(|entry| entry.as_ref().map(text).transpose()).collect::<Result<_>>()?;
    assert_eq!(
        texts.iter().map(Option::as_deref).collect::<Vec<_>>(),
        [Some("b"), None, Some("a"), Some("system a"), Some("b")]
    );
    for (asked, found) in asked.iter().zip(&found) {
        assert!(found.as_ref().is_none_or(|entry| entry.address == *asked));
    }
    assert!(lab.store.get_many(Vec::new()).await?.is_empty());
    Ok(())
}

pub(super) async fn values_come_back_in_sound_frames(lab: Lab<'_>) -> Result<()> {
    let bytes: Vec<u8> = (0..=255).collect();
    let revision = lab.store.put(at("k"), draft(crate::storage::Codec::Raw, 9, &bytes)).await?;
    let found = lab.store.get(at("k")).await?;
    assert!(found.is_some());
    if let Some(entry) = found {
        let frame = open_frame(&entry.frame, &at("k").physical())?;
        assert_eq!((frame.payload, frame.schema, frame.revision), (&bytes[..], 9, revision));
        assert_eq!((entry.revision, entry.expires_at), (revision, None));
        assert!(open_frame(&entry.frame, &at("j").physical()).is_err(), "a frame is bound to its address");
        // A frame that was read may be put elsewhere and is sound there.
        lab.store.put(at("j"), entry.frame).await?;
    }
    let moved = lab.store.get(at("j")).await?;
    assert_eq!(
        moved.map(|entry| open_frame(&entry.frame, &at("j").physical()).map(|f| f.payload == bytes)),
        Some(Ok(true))
    );
    Ok(())
}
