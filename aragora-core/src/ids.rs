//! Identifiers with their grammars, digests, money, and ULIDs made from the clock and the entropy source.
//!
//! Ids are cheap to clone (`Arc<str>`): a transcript repeats each of them in every event.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};

fn grammar(text: &str, max: usize, extra: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= max
        && bytes.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || extra.as_bytes().contains(&b))
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident: $what:literal, $max:literal, $extra:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the grammar; a refused text is an `invalid_request` that names it.
            pub fn new(text: impl AsRef<str>) -> Result<Self> {
                let text = text.as_ref();
                if grammar(text, $max, $extra) {
                    return Ok(Self(Arc::from(text)));
                }
                let shown: String = text.chars().take(40).collect();
                Err(Error::new(
                    ErrorKind::InvalidRequest,
                    format!("{} {shown:?} must start with a letter or digit, continue with letters, digits or {:?}, and have at most {} characters", $what, $extra, $max),
                ))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            #[allow(dead_code)]
            pub(crate) fn trusted(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = Error;
            fn try_from(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::new(text.as_ref()).map_err(|error| serde::de::Error::custom(error.reason()))
            }
        }
    )+};
}

ids! {
    /// A participant of a debate, unique in its roster ignoring ASCII case.
    AgentId: "agent id", 64, "._-";
    /// One debate: `deb_` and a ULID unless the host chose its own.
    DebateId: "debate id", 64, "_.:-";
    /// The organisation everything belongs to; the tenant.
    OrgId: "organisation id", 128, "._:@|+=~-";
    /// A workspace inside an organisation; `default` is the organisation's own.
    WorkspaceId: "workspace id", 128, "._:@|+=~-";
    /// A person or service acting on the library.
    PrincipalId: "principal id", 128, "._:@|+=~-";
    /// One turn of a debate: `r{round}.{phase}.{seat}`, with `.{k}` for repeats.
    TurnId: "turn id", 128, "._-";
    /// One message of a debate; the turn's id for a reply.
    MessageId: "message id", 160, "._:-";
    /// One option that can be voted for: a label such as `A`, or the id of a stated option.
    OptionId: "option id", 64, "._-";
}

/// The idempotency key of a turn: `{debate}/{turn}`, at most 256 bytes, the same over retries, restarts and replays.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The request id of one turn of one debate.
    pub fn of(debate: &DebateId, turn: &TurnId) -> Self {
        Self(Arc::from(format!("{debate}/{turn}")))
    }

    /// Any other id; its length is checked by `AgentRequest::validate`.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A SHA-256 digest, lower-case hex as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(bytes.as_ref()).into())
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Lower-case hex, 64 characters.
    pub fn to_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok().and_then(|b| <[u8; 32]>::try_from(b).ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("a digest is 64 lower-case hex characters"))
    }
}

/// Money in integer micro-US-dollars, rounded up per call; unknown money is absent, never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroUsd(pub u64);

impl MicroUsd {
    /// The sum, saturating.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A ULID: 48 bits of time, 80 random bits, 26 characters of Crockford base 32 (github.com/ulid/spec).
pub fn ulid(now: Timestamp, entropy: &dyn Entropy) -> Result<String> {
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&now.as_millis().max(0).to_be_bytes()[2..]);
    entropy.fill(&mut bytes[6..])?;
    let value = u128::from_be_bytes(bytes);
    Ok((0..26).rev().map(|i| char::from(CROCKFORD[((value >> (i * 5)) & 31) as usize])).collect())
}
