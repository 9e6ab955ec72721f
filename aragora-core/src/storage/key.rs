//! Keys as bytes whose order is the order of the values.
//!
//! Every component is a tag byte and a self-delimiting body, so a tuple is the concatenation of its parts and no
//! two different tuples of one shape share bytes. Keys are never encrypted: no secret and no personal text belongs
//! in one.

mod codec;
mod reader;
mod writer;

use std::fmt;

use bytes::Bytes;

pub use codec::{Desc, KeyCodec, KeyScalar, OrderedF64};
pub use reader::KeyReader;
pub use writer::KeyWriter;

use crate::error::{Error, ErrorKind, Result};

/// The longest encoded key in bytes; the shortest is 1.
pub const MAX_KEY: usize = 1_024;

/// An encoded key, ordered bytewise.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyBytes(Bytes);

impl KeyBytes {
    /// The encoding of a key.
    pub fn of<K: KeyCodec>(key: &K) -> Self {
        let mut out = KeyWriter::with_capacity(32);
        key.encode(&mut out);
        Self(Bytes::from(out.into_vec()))
    }

    /// Bytes that are an encoding already, or the beginning of one.
    pub fn from_bytes(raw: impl Into<Bytes>) -> Self {
        Self(raw.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none, which no stored key is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key these bytes encode; anything but exactly one such key is `corrupt`.
    pub fn decode<K: KeyCodec>(&self) -> Result<K> {
        let mut reader = KeyReader::new(&self.0);
        let key = K::decode(&mut reader)?;
        reader.finish()?;
        Ok(key)
    }

    /// This key followed by another, e.g. an index key by the primary key it leads to.
    #[must_use]
    pub fn followed_by(&self, next: &Self) -> Self {
        Self(Bytes::from([self.as_bytes(), next.as_bytes()].concat()))
    }

    /// Cuts off the last `parts` components; the inverse of [`Self::followed_by`] when the number is known.
    pub fn split_last(&self, parts: usize) -> Result<(Self, Self)> {
        let mut starts = Vec::new();
        let mut reader = KeyReader::new(&self.0);
        while !reader.is_empty() {
            starts.push(self.0.len() - reader.left());
            reader.skip()?;
        }
        let cut = starts.len().checked_sub(parts).and_then(|i| starts.get(i).copied()).or_else(|| {
            let whole = parts == 0;
            whole.then_some(self.0.len())
        });
        cut.map(|at| (Self(self.0.slice(..at)), Self(self.0.slice(at..)))).ok_or_else(|| {
            Error::new(ErrorKind::Corrupt, format!("a key has {} components, expected at least {parts}", starts.len()))
        })
    }

    /// The first byte string after every one that begins with this; `None` if nothing follows.
    pub(crate) fn after_prefix(&self) -> Option<Self> {
        next_after_prefix(&self.0).map(|next| Self(Bytes::from(next)))
    }
}

/// See [`KeyBytes::after_prefix`].
pub(crate) fn next_after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut next: Vec<u8> = prefix.iter().copied().take(kept + 1).collect();
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    Some(next)
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hex<K: KeyCodec>(key: &K) -> String {
        format!("{:?}", KeyBytes::of(key))
    }

    #[test]
    fn encodings_are_those_of_the_specification() {
        assert_eq!(hex(&"a".to_owned()), "026100");
        assert_eq!(hex(&"a\0b".to_owned()), "026100ff6200");
        assert_eq!(hex(&vec![0x00u8, 0xff]), "0100ffff00");
        assert_eq!(hex(&1u64), "030000000000000001");
        assert_eq!(hex(&-1i64), "047fffffffffffffff");
        assert_eq!(hex(&OrderedF64::new(-1.5).unwrap()), "064007ffffffffffff");
        assert_eq!(hex(&OrderedF64::new(1.5).unwrap()), "06bff8000000000000");
        assert_eq!(hex(&Desc("a".to_owned())), "429eff");
        assert_eq!(hex(&Desc(1u64)), "43fffffffffffffffe");
        assert_eq!(hex(&true), "0501");
        assert_eq!(hex(&[7u8; 16]), format!("07{}", "07".repeat(16)));
        assert_eq!(hex(&[8u8; 32]), format!("08{}", "08".repeat(32)));
    }

    #[test]
    fn nan_and_negative_zero_are_no_keys() {
        assert!(OrderedF64::new(f64::NAN).is_err());
        assert!(OrderedF64::new(-0.0).is_err());
        assert!(
            KeyBytes::from_bytes(data_encoding::HEXLOWER.decode(b"067fffffffffffffff").unwrap())
                .decode::<OrderedF64>()
                .is_err()
        );
    }

    #[test]
    fn the_end_of_a_prefix_is_open_only_after_nothing_but_ff() {
        assert_eq!(next_after_prefix(&[1, 2]), Some(vec![1, 3]));
        assert_eq!(next_after_prefix(&[1, 0xff, 0xff]), Some(vec![2]));
        assert_eq!(next_after_prefix(&[0xff]), None);
        assert_eq!(next_after_prefix(&[]), None);
    }

    type Tuple = (String, Desc<String>, i64, Desc<u64>);

    fn tuple() -> impl Strategy<Value = Tuple> {
        let text = "[\\x00a\u{ff}]{0,4}";
        (text, text, -2i64..3, 0u64..4).prop_map(|(a, b, c, d)| (a, Desc(b), c, Desc(d)))
    }

    proptest! {
        #[test]
        fn order_of_encodings_is_order_of_values(a in tuple(), b in tuple()) {
            prop_assert_eq!(KeyBytes::of(&a).cmp(&KeyBytes::of(&b)), a.cmp(&b));
        }

        #[test]
        fn floats_order_as_numbers(a in any::<f64>(), b in any::<f64>()) {
            if let (Ok(x), Ok(y)) = (OrderedF64::new(a), OrderedF64::new(b)) {
                prop_assert_eq!(Some(KeyBytes::of(&x).cmp(&KeyBytes::of(&y))), a.partial_cmp(&b));
                prop_assert_eq!(KeyBytes::of(&x).decode::<OrderedF64>().unwrap().get().to_bits(), a.to_bits());
            }
        }

        #[test]
        fn decoding_undoes_encoding(key in tuple(), more in any::<(Vec<u8>, bool, [u8; 16])>(), digest in any::<[u8; 32]>()) {
            prop_assert_eq!(KeyBytes::of(&key).decode::<Tuple>().unwrap(), key);
            prop_assert_eq!(KeyBytes::of(&more).decode::<(Vec<u8>, bool, [u8; 16])>().unwrap(), more);
            prop_assert_eq!(KeyBytes::of(&digest).decode::<[u8; 32]>().unwrap(), digest);
        }

        #[test]
        fn whatever_decodes_is_the_one_encoding(raw in proptest::collection::vec(prop_oneof![Just(0u8), Just(2), Just(0x42), Just(0xff), any::<u8>()], 0..24)) {
            let bytes = KeyBytes::from_bytes(raw);
            if let Ok(key) = bytes.decode::<(String, Desc<String>)>() {
                prop_assert_eq!(KeyBytes::of(&key), bytes.clone());
            }
            if let Ok(key) = bytes.decode::<(u64, bool)>() {
                prop_assert_eq!(KeyBytes::of(&key), bytes);
            }
        }

        #[test]
        fn the_last_components_are_found_again(index in tuple(), primary in any::<(u64, bool)>()) {
            let (front, back) = KeyBytes::of(&index).followed_by(&KeyBytes::of(&primary)).split_last(2).unwrap();
            prop_assert_eq!(front, KeyBytes::of(&index));
            prop_assert_eq!(back.decode::<(u64, bool)>().unwrap(), primary);
        }
    }
}
