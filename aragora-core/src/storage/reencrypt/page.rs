use std::time::Duration;

use super::{Place, Reencrypt};
use crate::crypto::{KeyId, Keyring, envelope_key_id};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::batch::{MIN_TTL, Op, Precondition};
use crate::storage::frame;
use crate::storage::key::KeyBytes;
use crate::storage::scan::{Corrupt, Cursor, Entry, ScanPage};
use crate::storage::sealed::{Form, Nonces, is_damage, key_ids, open_entry, seal_draft};
use crate::storage::table::Seal;

/// What lies in one page of a table.
pub(super) struct Rows {
    pub(super) rows: Vec<Result<Entry, Corrupt>>,
    pub(super) next: Option<Cursor>,
}

impl Rows {
    pub(super) fn of(page: ScanPage) -> Self {
        let rows = page.entries.into_iter().map(Ok).chain(page.corrupt.into_iter().map(Err)).collect();
        Self { rows, next: page.next }
    }
}

/// What is to be done about a row.
pub(super) struct Row {
    pub(super) key: KeyBytes,
    pub(super) verdict: Verdict,
    /// The keys it was found under.
    pub(super) keys: Vec<KeyId>,
    pub(super) put: Option<Op>,
}

pub(super) enum Verdict {
    Migrated,
    Skipped,
    Failed(Error),
    /// It expires before it could be written.
    Gone,
}

impl Reencrypt {
    /// Looks at every row of a page and seals anew what is not wholly under the active key.
    pub(super) async fn examine(
        &self,
        place: &Place,
        rows: &[Result<Entry, Corrupt>],
        strict: bool,
    ) -> Result<Vec<Row>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ring = self.stores.ring(&place.space).await?;
        let mut nonces = Nonces::new(&*self.parts.entropy, rows.len());
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            out.push(match row {
                Err(damage) => failed(damage.address.key.clone(), Vec::new(), damage.error.clone()),
                Ok(entry) => self.examine_row(place, entry, strict, &ring, &mut nonces)?,
            });
        }
        Ok(out)
    }

    fn examine_row(
        &self,
        place: &Place,
        entry: &Entry,
        strict: bool,
        ring: &Keyring,
        nonces: &mut Nonces<'_>,
    ) -> Result<Row> {
        let key = entry.address.key.clone();
        let keys = named_keys(place.seal, entry);
        let (plain, form) = match open_entry(place.seal, ring, entry) {
            Ok(opened) => opened,
            Err(error) if is_damage(&error) => return Ok(failed(key, keys, error)),
            Err(error) => return Err(error),
        };
        if form == Form::Plain && strict {
            let reason = "a plain value in a store that is strictly encrypted";
            return Ok(failed(key, keys, Error::new(ErrorKind::PlaintextRefused, reason)));
        }
        #[cfg(feature = "upstream-import")]
        let plain = match (&self.upstream, form, place.seal) {
            (Some(import), Form::Plain, Seal::Fields(policy)) => {
                match import.read(policy, place.table.as_str(), &plain) {
                    Ok(plain) => plain,
                    Err(error) => return Ok(failed(key, keys, error)),
                }
            }
            _ => plain,
        };
        let active = ring.active_key_id();
        if form == Form::Sealed && keys.iter().all(|key| *key == active) {
            return Ok(Row { key, verdict: Verdict::Skipped, keys, put: None });
        }
        let frame = match seal_draft(place.seal, ring, &entry.address, &plain, nonces) {
            Ok(frame) => frame,
            // Plain, and too large or too odd to be sealed.
            Err(error) if matches!(error.kind(), ErrorKind::LimitExceeded | ErrorKind::InvalidRequest) => {
                return Ok(failed(key, keys, error));
            }
            Err(error) => return Err(error),
        };
        let now = self.parts.clock.now();
        let ttl = match entry.expires_at.map(|at| at.as_millis().saturating_sub(now.as_millis())) {
            None => None,
            Some(left) if left < MIN_TTL.as_millis() as i64 => {
                return Ok(Row { key, verdict: Verdict::Gone, keys: Vec::new(), put: None });
            }
            Some(left) => Some(Duration::from_millis(left.cast_unsigned())),
        };
        let expect = Precondition::Revision(entry.revision);
        let put = Op::Put { at: entry.address.clone(), frame, ttl, expect };
        Ok(Row { key, verdict: Verdict::Migrated, keys, put: Some(put) })
    }
}

fn failed(key: KeyBytes, keys: Vec<KeyId>, error: Error) -> Row {
    Row { key, verdict: Verdict::Failed(error), keys, put: None }
}

/// Every key a stored row names, once.
pub(super) fn named_keys(seal: Seal, entry: &Entry) -> Vec<KeyId> {
    let Ok(stored) = frame::head(&entry.frame) else { return Vec::new() };
    let mut keys = match seal {
        Seal::Fields(policy) => key_ids(policy, stored.payload),
        _ if stored.sealed => envelope_key_id(stored.payload).into_iter().collect(),
        _ => Vec::new(),
    };
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(feature = "upstream-import")]
pub(super) use import::Import;

#[cfg(feature = "upstream-import")]
mod import {
    use std::fmt;
    use std::sync::Arc;

    use bytes::Bytes;
    use data_encoding::BASE64;
    use zeroize::Zeroizing;

    use crate::crypto::{Plain, Upstream, UpstreamType};
    use crate::error::{Error, ErrorKind, Result};
    use crate::storage::frame;
    use crate::storage::sealed::replace_members;
    use crate::storage::table::FieldPolicy;

    type Types = dyn Fn(&str, &str) -> UpstreamType + Send + Sync;

    /// How values of the system before this one are read.
    #[derive(Clone)]
    pub(in crate::storage::reencrypt) struct Import {
        decoder: Arc<Upstream>,
        types: Arc<Types>,
    }

    impl Import {
        pub(in crate::storage::reencrypt) fn new(
            decoder: Upstream,
            types: impl Fn(&str, &str) -> UpstreamType + Send + Sync + 'static,
        ) -> Self {
            Self { decoder: Arc::new(decoder), types: Arc::new(types) }
        }

        /// The record with every old value in the open. What only looks like one stays.
        pub(super) fn read(&self, policy: &FieldPolicy, table: &str, plain: &[u8]) -> Result<Bytes> {
            let record = frame::head(plain)?;
            replace_members(policy, record.schema, record.payload, |name, bytes| {
                if !Upstream::looks_like(bytes) {
                    return Ok(None);
                }
                let opened = self.decoder.open(&BASE64.encode(bytes), (self.types)(table, name))?;
                let text = match &opened {
                    Plain::Text(text) => serde_json::to_string(text.expose()),
                    Plain::Json(value) => serde_json::to_string(&value.expose().0),
                    Plain::Bytes(_) => {
                        let reason = "a member of a JSON record cannot be bytes";
                        return Err(Error::new(ErrorKind::InvalidRequest, reason));
                    }
                };
                text.map(|text| Some(Zeroizing::new(text))).map_err(|error| Error::internal(error.to_string()))
            })
        }
    }

    impl fmt::Debug for Import {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Import").finish_non_exhaustive()
        }
    }
}
