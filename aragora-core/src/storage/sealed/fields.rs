//! Records of which each member is sealed by itself.
//!
//! A sealed member is `{"_encrypted": true, "_value": "<base64>"}`. The member `_manifest` seals the list of sealed
//! members with the digest of each envelope, so that a member that was removed, added or put back to an older value is
//! noticed. Which members are sealed is the table's policy, never the marker: a plain member may look like one.

use std::borrow::Cow;

use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use serde::de::{Deserialize, IgnoredAny};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::value::{Nonces, does_not_open, path};
use crate::crypto::{Keyring, PlainType, envelope_key_id};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::Address;
use crate::storage::frame::{self, Codec, Frame};
use crate::storage::table::FieldPolicy;

const MANIFEST: &str = "_manifest";

/// The sealed form of a record.
pub(super) fn seal(
    policy: &FieldPolicy,
    ring: &Keyring,
    at: &Address,
    plain: &Frame<'_>,
    nonces: &mut Nonces<'_>,
) -> Result<Bytes> {
    let refused = |reason: String| Error::new(ErrorKind::InvalidRequest, reason).with("table", &at.table);
    if plain.codec != Codec::Json {
        return Err(refused("a record whose members are sealed must be JSON".to_owned()));
    }
    let members = Members::of(plain.payload).ok_or_else(|| {
        refused("a record whose members are sealed must be a JSON object without repeated members".to_owned())
    })?;
    frame::draft_with(Codec::Json, plain.schema, false, plain.payload.len() * 2 + 512, |out| {
        let mut list: Vec<(String, String)> = Vec::with_capacity(members.0.len());
        let mut object = ObjectWriter::begin(out);
        for (name, raw) in &members.0 {
            if name == MANIFEST {
                return Err(refused(format!("a record may have no member {MANIFEST}")));
            }
            object.name(name)?;
            if is_plain(policy, name) {
                object.out.extend_from_slice(raw.as_bytes());
                continue;
            }
            let pointer = pointer(name);
            let envelope = seal_member(ring, at, &pointer, raw, nonces)?;
            list.push((pointer, HEXLOWER.encode(&Sha256::digest(&envelope))));
            object.marker(&envelope);
        }
        list.sort_unstable();
        let text = serde_json::to_vec(&list).map_err(|error| Error::internal(error.to_string()))?;
        let mut envelope = Vec::new();
        ring.seal_into(&path(at, "/_manifest"), PlainType::Json, &nonces.next()?, &text, &mut envelope)?;
        object.name(MANIFEST)?;
        object.marker(&envelope);
        object.end();
        Ok(())
    })
}

fn seal_member(ring: &Keyring, at: &Address, pointer: &str, raw: &str, nonces: &mut Nonces<'_>) -> Result<Vec<u8>> {
    let mut envelope = Vec::new();
    let nonce = nonces.next()?;
    let at = path(at, pointer);
    if raw.starts_with('"') {
        let text: Zeroizing<String> = serde_json::from_str::<String>(raw)
            .map(Zeroizing::new)
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, "a text of a record is not Unicode"))?;
        ring.seal_into(&at, PlainType::Text, &nonce, text.as_bytes(), &mut envelope)?;
    } else {
        ring.seal_into(&at, PlainType::Json, &nonce, raw.as_bytes(), &mut envelope)?;
    }
    Ok(envelope)
}

/// The plain form of a record; `None` if it is not sealed at all. Half a sealed record does not open.
pub(super) fn open(policy: &FieldPolicy, ring: &Keyring, at: &Address, stored: &Frame<'_>) -> Result<Option<Bytes>> {
    if stored.codec != Codec::Json {
        return Ok(None);
    }
    let members = Members::of(stored.payload)
        .ok_or_else(|| Error::new(ErrorKind::Corrupt, "a record is no JSON object without repeated members"))?;
    let Some(manifest) = members.get(MANIFEST) else {
        let ours = |raw: &str| marked(raw).and_then(|bytes| envelope_key_id(&bytes)).is_some_and(|id| ring.holds(id));
        // A value of ours in a record without a manifest: the manifest was taken away.
        let stripped = members.0.iter().any(|(name, raw)| !is_plain(policy, name) && ours(raw));
        return if stripped { Err(does_not_open()) } else { Ok(None) };
    };
    let manifest = marked(manifest).ok_or_else(does_not_open)?;
    let mut text = Vec::new();
    if ring.open_into(&path(at, "/_manifest"), &manifest, &mut text)? != PlainType::Json {
        return Err(does_not_open());
    }
    let mut listed: Vec<(String, String)> = serde_json::from_slice(&text).map_err(|_| does_not_open())?;
    let draft = frame::draft_with(Codec::Json, stored.schema, false, stored.payload.len(), |out| {
        let mut object = ObjectWriter::begin(out);
        for (name, raw) in members.all_but(MANIFEST) {
            object.name(name)?;
            if is_plain(policy, name) {
                object.out.extend_from_slice(raw.as_bytes());
                continue;
            }
            let envelope = marked(raw).ok_or_else(does_not_open)?;
            let line = (pointer(name), HEXLOWER.encode(&Sha256::digest(&envelope)));
            let place = listed.iter().position(|listed| *listed == line).ok_or_else(does_not_open)?;
            listed.swap_remove(place);
            let mut value = Zeroizing::new(Vec::new());
            match ring.open_into(&path(at, &line.0), &envelope, &mut value)? {
                PlainType::Json => object.out.extend_from_slice(&value),
                PlainType::Text => {
                    let text = std::str::from_utf8(&value).map_err(|_| does_not_open())?;
                    write_text(object.out, text)?;
                }
                PlainType::Bytes => return Err(does_not_open()),
            }
        }
        object.end();
        Ok(())
    })?;
    if listed.is_empty() { Ok(Some(draft)) } else { Err(does_not_open()) }
}

/// The ids of the keys that the members and the manifest of a record name; empty for a record that is not sealed.
pub(crate) fn key_ids(policy: &FieldPolicy, payload: &[u8]) -> Vec<crate::crypto::KeyId> {
    // Backups ask this of every plain record; almost none has a manifest.
    if !std::str::from_utf8(payload).is_ok_and(|text| text.contains(MANIFEST)) {
        return Vec::new();
    }
    let Some(members) = Members::of(payload).filter(|members| members.get(MANIFEST).is_some()) else {
        return Vec::new();
    };
    let sealed = members.0.iter().filter(|(name, _)| !is_plain(policy, name));
    sealed.filter_map(|(_, raw)| marked(raw).and_then(|bytes| envelope_key_id(&bytes))).collect()
}

/// A plain record with some sealed-looking members replaced by this function, which gets name and bytes; `None` leaves
/// one as it is.
#[cfg(feature = "upstream-import")]
pub(crate) fn replace_members(
    policy: &FieldPolicy,
    schema: u16,
    payload: &[u8],
    mut value: impl FnMut(&str, &[u8]) -> Result<Option<Zeroizing<String>>>,
) -> Result<Bytes> {
    let members = Members::of(payload)
        .ok_or_else(|| Error::new(ErrorKind::Corrupt, "a record is no JSON object without repeated members"))?;
    frame::draft_with(Codec::Json, schema, false, payload.len(), |out| {
        let mut object = ObjectWriter::begin(out);
        for (name, raw) in &members.0 {
            object.name(name)?;
            let bytes = marked(raw).filter(|_| !is_plain(policy, name));
            let new = bytes.map(|bytes| value(name, &bytes)).transpose()?.flatten();
            object.out.extend_from_slice(new.as_ref().map_or(*raw, |new| new.as_str()).as_bytes());
        }
        object.end();
        Ok(())
    })
}

/// The bytes of a member of exactly the marker's shape.
fn marked(raw: &str) -> Option<Vec<u8>> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Marker<'a> {
        #[serde(rename = "_encrypted")]
        encrypted: bool,
        #[serde(rename = "_value", borrow)]
        value: Cow<'a, str>,
    }
    let marker: Marker<'_> = serde_json::from_str(raw).ok()?;
    if marker.encrypted { BASE64.decode(marker.value.as_bytes()).ok() } else { None }
}

fn is_plain(policy: &FieldPolicy, name: &str) -> bool {
    policy.plain.contains(&pointer(name).as_str())
}

/// RFC 6901 pointer of a member.
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn write_text(out: &mut Vec<u8>, text: &str) -> Result<()> {
    serde_json::to_writer(out, text).map_err(|error| Error::internal(error.to_string()))
}

struct ObjectWriter<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> ObjectWriter<'a> {
    fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    fn name(&mut self, name: &str) -> Result<()> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        write_text(self.out, name)?;
        self.out.push(b':');
        Ok(())
    }

    fn marker(&mut self, envelope: &[u8]) {
        self.out.extend_from_slice(br#"{"_encrypted":true,"_value":""#);
        self.out.extend_from_slice(BASE64.encode(envelope).as_bytes());
        self.out.extend_from_slice(br#""}"#);
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

/// The members of an object in their order, each value as it was written. An object that names one twice is refused.
///
/// Values stay text, so that a number keeps its spelling. The type of `serde_json` for that is not used: turning it on
/// would change what some objects mean to every reader of the build.
struct Members<'a>(Vec<(String, &'a str)>);

impl<'a> Members<'a> {
    fn of(payload: &'a [u8]) -> Option<Self> {
        let mut rest = std::str::from_utf8(payload).ok()?.trim_ascii().strip_prefix('{')?.trim_ascii_start();
        let mut members: Vec<(String, &'a str)> = Vec::new();
        if rest.trim_ascii_start() == "}" {
            return Some(Self(members));
        }
        loop {
            let (name, after) = next_value::<String>(rest)?;
            let value = after.trim_ascii_start().strip_prefix(':')?.trim_ascii_start();
            let (IgnoredAny, after) = next_value::<IgnoredAny>(value)?;
            if members.iter().any(|(other, _)| *other == name) {
                return None;
            }
            members.push((name, value.get(..value.len() - after.len())?));
            match after.trim_ascii_start() {
                "}" => return Some(Self(members)),
                more => rest = more.strip_prefix(',')?,
            }
        }
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }

    fn all_but(&self, name: &str) -> impl Iterator<Item = &(String, &'a str)> {
        self.0.iter().filter(move |(other, _)| other != name)
    }
}

/// The value a text begins with, and what follows it.
fn next_value<'a, T: Deserialize<'a>>(text: &'a str) -> Option<(T, &'a str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    let value = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}
