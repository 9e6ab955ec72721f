use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{TableRecord, Versioned};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::frame::{self, Codec, Frame};
use crate::storage::scan::Entry;

/// The frame of a record.
pub(super) fn encode<T: TableRecord>(record: &T) -> Result<Bytes> {
    frame::draft_json(T::DEF.schema, record).map_err(|error| error.with("table", T::DEF.name))
}

/// The record of an entry: sum, schema and JSON checked, older schemas lifted.
pub(super) fn decode<T: TableRecord>(entry: &Entry) -> Result<Versioned<T>> {
    open(entry)
        .and_then(|frame| read(&frame))
        .map_err(|error| error.with("table", T::DEF.name))
        .map(|value| Versioned { value, revision: entry.revision, expires_at: entry.expires_at })
}

/// The schema an entry was written with.
pub(super) fn schema(entry: &Entry) -> Result<u16> {
    open(entry).map(|frame| frame.schema)
}

fn open(entry: &Entry) -> Result<Frame<'_>> {
    let frame = frame::open(&entry.frame, &entry.address.physical())?;
    if frame.revision != entry.revision {
        let reason = format!("a row is of revision {}, its frame of {}", entry.revision, frame.revision);
        return Err(corrupt(reason));
    }
    Ok(frame)
}

fn read<T: TableRecord>(frame: &Frame<'_>) -> Result<T> {
    let current = T::DEF.schema;
    if frame.schema > current {
        return Err(Error::new(ErrorKind::UnsupportedVersion, "a record was written by a newer version")
            .with("found", frame.schema)
            .with("supported", current));
    }
    if frame.codec != Codec::Json {
        return Err(corrupt("a record is not stored as JSON"));
    }
    if frame.sealed {
        return Err(Error::new(ErrorKind::KeyNotFound, "a record is sealed and no keyring is set"));
    }
    serde_json::from_slice::<UniqueNames>(frame.payload).map_err(|error| unreadable(&error))?;
    if frame.schema == current {
        return serde_json::from_slice(frame.payload).map_err(|error| unreadable(&error));
    }
    let old = serde_json::from_slice(frame.payload).map_err(|error| unreadable(&error))?;
    let lifted = (frame.schema..current).try_fold(old, |value, from| T::upgrade(from, value))?;
    serde_json::from_value(lifted).map_err(|error| unreadable(&error))
}

fn corrupt(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Corrupt, reason)
}

// Only the place: the message of a decoder may quote the record.
fn unreadable(error: &serde_json::Error) -> Error {
    let reason = format!("a record's JSON cannot be read at line {} column {}", error.line(), error.column());
    corrupt(reason).caused_by(error.to_string())
}

/// A document in which no object has two members of one name.
struct UniqueNames;

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;

        impl<'de> Visitor<'de> for Walk {
            type Value = UniqueNames;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON without duplicate members")
            }

            fn visit_bool<E>(self, _: bool) -> Result<UniqueNames, E> {
                Ok(UniqueNames)
            }

            fn visit_i64<E>(self, _: i64) -> Result<UniqueNames, E> {
                Ok(UniqueNames)
            }

            fn visit_u64<E>(self, _: u64) -> Result<UniqueNames, E> {
                Ok(UniqueNames)
            }

            fn visit_f64<E>(self, _: f64) -> Result<UniqueNames, E> {
                Ok(UniqueNames)
            }

            fn visit_str<E>(self, _: &str) -> Result<UniqueNames, E> {
                Ok(UniqueNames)
            }

            fn visit_unit<E>(self) -> Result<UniqueNames, E> {
                Ok(UniqueNames)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<UniqueNames, A::Error> {
                while seq.next_element::<UniqueNames>()?.is_some() {}
                Ok(UniqueNames)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueNames, A::Error> {
                let mut names = Names::default();
                while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
                    if !names.insert(name) {
                        return Err(serde::de::Error::custom("a member occurs twice"));
                    }
                    map.next_value::<UniqueNames>()?;
                }
                Ok(UniqueNames)
            }
        }

        deserializer.deserialize_any(Walk)
    }
}

struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;

        impl<'de> Visitor<'de> for Borrow {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(name.into()))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(name.to_owned().into()))
            }
        }

        deserializer.deserialize_str(Borrow)
    }
}

/// Names of one object; a list while there are few, because comparing a dozen is quicker than hashing them.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    const FEW: usize = 16;

    fn insert(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.contains(&name) || self.many.contains(&name) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(name);
        } else {
            self.many.insert(name);
        }
        true
    }
}
