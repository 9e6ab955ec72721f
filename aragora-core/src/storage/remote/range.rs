use std::ops::Bound;

use crate::storage::address::{KeyRange, PhysicalBounds};

/// After every key there can be, which has at most 1,024 bytes.
const LAST_KEY: [u8; 1_025] = [0xff; 1_025];

/// What [`crate::storage::scan::PageRequest::bounds`] left of a range, as keys: from the first to before the second.
pub(crate) fn key_bounds(range: &KeyRange, (from, to): &PhysicalBounds) -> (Vec<u8>, Vec<u8>) {
    let prefix = range.physical_prefix_len();
    let key = |physical: &[u8]| physical.get(prefix..).unwrap_or_default().to_vec();
    // The key after another is the same with a zero byte.
    let next = |mut key: Vec<u8>| {
        key.push(0);
        key
    };
    let from = match from {
        Bound::Unbounded => Vec::new(),
        Bound::Included(from) => key(from),
        Bound::Excluded(from) => next(key(from)),
    };
    let to = match (&range.to, to) {
        // The end of a table, which is no key of it.
        (Bound::Unbounded, Bound::Excluded(to)) if !inside(range, to) => LAST_KEY.to_vec(),
        (_, Bound::Unbounded) => LAST_KEY.to_vec(),
        (_, Bound::Included(to)) => next(key(to)),
        (_, Bound::Excluded(to)) => key(to),
    };
    (from, to)
}

fn inside(range: &KeyRange, physical: &[u8]) -> bool {
    let all = KeyRange { from: Bound::Unbounded, to: Bound::Unbounded, ..range.clone() };
    match all.physical() {
        Some((Bound::Included(start), _)) => physical.starts_with(&start),
        _ => false,
    }
}
