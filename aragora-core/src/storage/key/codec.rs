use std::cmp::Ordering;

use bytes::Bytes;

use super::{KeyReader, KeyWriter};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, DebateId, Digest, MessageId, OrgId, PrincipalId, TurnId, WorkspaceId};

/// A value that can be a key: a scalar or a tuple of scalars.
pub trait KeyCodec: Sized {
    /// How many components it has.
    const PARTS: usize;
    /// Appends the encoding.
    fn encode(&self, out: &mut KeyWriter);
    /// Reads it back; other bytes are `corrupt`.
    fn decode(from: &mut KeyReader<'_>) -> Result<Self>;
}

/// A key of one component, the only kind that can be turned round by [`Desc`].
pub trait KeyScalar: KeyCodec {}

/// A component in descending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Desc<T>(pub T);

impl<T: Ord> Ord for Desc<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}

impl<T: Ord> PartialOrd for Desc<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A float that has a place in an order: neither NaN nor negative zero.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct OrderedF64(f64);

impl OrderedF64 {
    /// NaN and negative zero are an `invalid_request`.
    pub fn new(value: f64) -> Result<Self> {
        if value.is_nan() || (value == 0.0 && value.is_sign_negative()) {
            return Err(Error::new(ErrorKind::InvalidRequest, format!("{value:?} has no place in a key")));
        }
        Ok(Self(value))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

macro_rules! scalars {
    ($($ty:ty: |$value:ident, $out:ident| $encode:expr, |$from:ident| $decode:expr;)+) => {$(
        impl KeyScalar for $ty {}
        impl KeyCodec for $ty {
            const PARTS: usize = 1;
            fn encode(&self, $out: &mut KeyWriter) {
                let $value = self;
                $encode;
            }
            fn decode($from: &mut KeyReader<'_>) -> Result<Self> {
                $decode
            }
        }
    )+};
}

scalars! {
    Vec<u8>: |v, out| out.bytes(v), |from| from.bytes();
    Bytes: |v, out| out.bytes(v), |from| from.bytes().map(Bytes::from);
    String: |v, out| out.string(v), |from| from.string();
    u64: |v, out| out.u64(*v), |from| from.u64();
    i64: |v, out| out.i64(*v), |from| from.i64();
    bool: |v, out| out.bool(*v), |from| from.bool();
    [u8; 16]: |v, out| out.id(v), |from| from.id();
    [u8; 32]: |v, out| out.digest(v), |from| from.digest();
    Digest: |v, out| out.digest(v.as_bytes()), |from| from.digest().map(Digest::from);
    OrderedF64: |v, out| out.f64(v.get()), |from| from.f64().and_then(|f| OrderedF64::new(f).map_err(damaged));
}

macro_rules! ids {
    ($($ty:ty)+) => { scalars! { $($ty: |v, out| out.string(v.as_str()), |from| <$ty>::new(from.string()?).map_err(damaged);)+ } };
}

ids! { AgentId DebateId OrgId WorkspaceId PrincipalId TurnId MessageId }

fn damaged(error: Error) -> Error {
    Error::new(ErrorKind::Corrupt, format!("a key holds what is none: {}", error.reason()))
}

impl<T: KeyScalar> KeyCodec for Desc<T> {
    const PARTS: usize = 1;

    fn encode(&self, out: &mut KeyWriter) {
        out.descending(|out| self.0.encode(out));
    }

    fn decode(from: &mut KeyReader<'_>) -> Result<Self> {
        from.descending(T::decode).map(Self)
    }
}

macro_rules! tuples {
    ($(($($name:ident $field:tt)+))+) => {$(
        impl<$($name: KeyCodec),+> KeyCodec for ($($name,)+) {
            const PARTS: usize = 0 $(+ $name::PARTS)+;
            fn encode(&self, out: &mut KeyWriter) {
                $(self.$field.encode(out);)+
            }
            fn decode(from: &mut KeyReader<'_>) -> Result<Self> {
                Ok(($($name::decode(from)?,)+))
            }
        }
    )+};
}

tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
}
