//! Moving a store from any backend to any other.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use xxhash_rust::xxh3::Xxh3;

use super::address::Address;
use super::backup::{Counters, Freeze, Source, StoredRow, copyable};
use super::control::Control;
use super::frame::{self, Codec};
use super::{Storage, open};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// How far two clocks may differ about whether a row has expired meanwhile.
const CLOCKS: Duration = Duration::from_secs(60);

/// How a store is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct MoveOptions {
    /// How long writers are held off without a sign of life of whoever moves the store, 60 s.
    pub hold: Duration,
    /// What the old store tells writers about where the new one is. By default its address without login and options,
    /// or, of a store that was handed over open, the name of its backend.
    pub name: Option<String>,
}

impl Default for MoveOptions {
    fn default() -> Self {
        Self { hold: Duration::from_secs(60), name: None }
    }
}

/// What lies in a table, the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTable {
    /// How many rows.
    pub rows: u64,
    /// Sum of the XXH3-128 of every row that does not expire: key, revision, schema and value. In hex.
    pub checksum: String,
}

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct MoveReport {
    /// The backend it was moved from.
    pub from: &'static str,
    /// The backend it was moved to.
    pub to: &'static str,
    /// Which store it is, there as here.
    pub store_id: String,
    /// What was compared, by table.
    pub tables: BTreeMap<String, MovedTable>,
    /// Rows that expired while they were moved.
    pub expired: u64,
    /// How long writers were held off.
    pub took: Duration,
}

/// Moves the store at one address to another, which must hold nothing, and closes both. See [`move_between`].
pub async fn move_store(from: &str, to: &str, options: &MoveOptions, parts: &Parts) -> Result<MoveReport> {
    let old = open(from, parts).await?;
    let moved = async {
        let new = open(to, parts).await?;
        let options = MoveOptions { name: Some(options.name.clone().unwrap_or_else(|| shown(to))), ..options.clone() };
        let moved = move_between(&old, &new, &options, parts).await;
        let closed = new.control(Control::Close).await;
        moved.and_then(|report| closed.map(|_| report))
    };
    let moved = moved.await;
    // What was to be written there is written.
    drop(old.control(Control::Close).await);
    moved
}

/// Copies every row to a store that holds none, while writers of the old one are held off and readers go on; reads the
/// new one back, compares counts and checksums of every table, and marks the old one as moved: it takes no more writes,
/// from no process, and tells where the new one is. Leases are not moved, and tokens and revisions go on from far above.
///
/// `conflict` if the new store holds rows or somebody else is moving the old one, `lease_lost` if writers could not be
/// held off until the end, `corrupt` if a row is damaged or what arrived is not what was sent, `unsupported` if a
/// backend cannot do this. After an error the old store goes on as it was, and what the new one holds is to be thrown
/// away; only after one with the context `outcome` = `unknown` see first whether the old store still takes writes.
pub async fn move_between(
    from: &Arc<dyn Storage>,
    to: &Arc<dyn Storage>,
    options: &MoveOptions,
    parts: &Parts,
) -> Result<MoveReport> {
    let (source, destination) = (copyable(from)?, copyable(to)?);
    let identity = source.identity().await?;
    if destination.identity().await?.store_id == identity.store_id {
        return Err(Error::new(ErrorKind::InvalidRequest, "a store cannot be moved to itself, or to a copy of it"));
    }
    let name = options.name.clone().unwrap_or_else(|| to.capability().backend.to_owned());
    let mut random = [0; 16];
    parts.entropy.fill(&mut random)?;
    let hold = Hold { source: &source, id: HEXLOWER.encode(&random), time: options.hold };
    let begun = parts.clock.monotonic();
    if let Err(error) = source.freeze(&hold.id, Freeze::Begin(options.hold)).await {
        // It may have begun all the same.
        drop(source.freeze(&hold.id, Freeze::End).await);
        return Err(error);
    }
    let moved = async {
        let compared = tokio::select! {
            compared = transfer(&source, &destination, parts) => compared?,
            error = hold.keep(parts) => return Err(error),
        };
        match source.freeze(&hold.id, Freeze::Moved(name)).await {
            // Nobody knows whether the mark is there; the store does.
            Err(error) if error.context().get("outcome").is_some_and(|outcome| outcome == "unknown") => {
                match source.freeze(&hold.id, Freeze::End).await {
                    Err(after) if after.context().contains_key("moved_to") => Ok(compared),
                    Ok(()) if error.kind() != ErrorKind::StorePoisoned => Err(error.with("outcome", "not_applied")),
                    _ => Err(error),
                }
            }
            done => done.map(|()| compared),
        }
    };
    let (tables, expired) = match moved.await {
        Ok(compared) => compared,
        Err(error) => {
            // If that fails too, the hold ends by itself.
            drop(source.freeze(&hold.id, Freeze::End).await);
            return Err(error);
        }
    };
    Ok(MoveReport {
        from: from.capability().backend,
        to: to.capability().backend,
        store_id: identity.store_id,
        tables,
        expired,
        took: parts.clock.monotonic().saturating_sub(begun),
    })
}

/// The right to be the only one who changes a store.
struct Hold<'a> {
    source: &'a Source,
    id: String,
    time: Duration,
}

impl Hold<'_> {
    /// Ends when writers are no longer held off.
    async fn keep(&self, parts: &Parts) -> Error {
        loop {
            parts.clock.sleep_until(parts.clock.monotonic() + self.time / 3).await;
            if let Err(error) = self.source.freeze(&self.id, Freeze::Keep(self.time)).await {
                return error;
            }
        }
    }
}

async fn transfer(source: &Source, destination: &Source, parts: &Parts) -> Result<(BTreeMap<String, MovedTable>, u64)> {
    let mut sent = Sums::default();
    let mut loader = destination.clone().loader().await?;
    let mut view = source.view().await?;
    loop {
        let rows = view.next().await?;
        if rows.is_empty() {
            break;
        }
        rows.iter().try_for_each(|row| sent.add(row))?;
        loader.put(rows).await?;
    }
    let counters: Counters = view.counters();
    drop(view);
    loader.finish(source.identity().await?, counters.after_restore()).await?;
    let mut arrived = Sums::default();
    let mut view = destination.view().await?;
    loop {
        let rows = view.next().await?;
        if rows.is_empty() {
            break;
        }
        rows.iter().try_for_each(|row| arrived.add(row))?;
    }
    sent.compare(arrived, parts.clock.now())
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    rows: u64,
    sum: u128,
}

/// Counts and sums by table, in whatever order rows come. Rows that expire may be gone when the other side is read, so
/// each is remembered.
#[derive(Debug, Default)]
struct Sums {
    lasting: BTreeMap<String, Sum>,
    brief: HashMap<u128, (String, Timestamp)>,
}

impl Sums {
    fn add(&mut self, row: &StoredRow) -> Result<()> {
        let table = Address::of_physical(&row.key)?.table.to_string();
        let Some(value) = &row.value else {
            return Err(Error::new(ErrorKind::LeaseLost, "a row was removed while the store was being moved"));
        };
        let opened = frame::open(&value.frame, &row.key).map_err(|error| error.with("table", &table))?;
        let mut hash = Xxh3::new();
        hash.update(&u32::try_from(row.key.len()).unwrap_or(u32::MAX).to_le_bytes());
        hash.update(&row.key);
        hash.update(&value.revision.get().to_le_bytes());
        hash.update(&opened.schema.to_le_bytes());
        hash.update(&[u8::from(opened.codec == Codec::Json), u8::from(opened.sealed)]);
        hash.update(&value.expires_at.map_or(0, Timestamp::as_millis).to_le_bytes());
        hash.update(opened.payload);
        let hash = hash.digest128();
        if let Some(at) = value.expires_at {
            self.brief.insert(hash, (table, at));
        } else {
            let sum = self.lasting.entry(table).or_default();
            sum.rows += 1;
            sum.sum = sum.sum.wrapping_add(hash);
        }
        Ok(())
    }

    /// What lies in each table and how many rows expired meanwhile; `corrupt` if the sides differ in anything else.
    fn compare(self, arrived: Self, now: Timestamp) -> Result<(BTreeMap<String, MovedTable>, u64)> {
        let differs = |table: &str, sent: u64, arrived: u64| {
            let reason = format!("the table {table} did not arrive as it was sent; the new store is to be thrown away");
            Error::new(ErrorKind::Corrupt, reason)
                .with("table", table)
                .with("rows_sent", sent)
                .with("rows_arrived", arrived)
        };
        let rows = |sums: &BTreeMap<String, Sum>, table: &str| sums.get(table).map_or(0, |sum| sum.rows);
        for table in self.lasting.keys().chain(arrived.lasting.keys()) {
            if self.lasting.get(table) != arrived.lasting.get(table) {
                return Err(differs(table, rows(&self.lasting, table), rows(&arrived.lasting, table)));
            }
        }
        if let Some((table, _)) =
            arrived.brief.iter().find(|(hash, _)| !self.brief.contains_key(hash)).map(|(_, at)| at)
        {
            return Err(differs(table, self.brief.len() as u64, arrived.brief.len() as u64));
        }
        let mut tables: BTreeMap<String, MovedTable> = self
            .lasting
            .iter()
            .map(|(table, sum)| {
                (table.clone(), MovedTable { rows: sum.rows, checksum: HEXLOWER.encode(&sum.sum.to_be_bytes()) })
            })
            .collect();
        let mut expired = 0;
        for (hash, (table, at)) in &self.brief {
            if arrived.brief.contains_key(hash) {
                let none = || MovedTable { rows: 0, checksum: HEXLOWER.encode(&0_u128.to_be_bytes()) };
                tables.entry(table.clone()).or_insert_with(none).rows += 1;
            } else if *at <= now.plus(CLOCKS) {
                expired += 1;
            } else {
                return Err(differs(table, self.brief.len() as u64, arrived.brief.len() as u64));
            }
        }
        Ok((tables, expired))
    }
}

/// An address without login and options, which may hold passwords; what tells two stores of one server apart stays.
fn shown(uri: &str) -> String {
    let (place, query) = uri.split_once('?').unwrap_or((uri, ""));
    let Some((scheme, rest)) = place.split_once("://") else { return place.to_owned() };
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let mut shown = format!("{scheme}://{host}");
    if let Some(path) = path {
        shown = format!("{shown}/{path}");
    }
    let names = |pair: &&str| pair.starts_with("aragora.schema=") || pair.starts_with("aragora.ns=");
    if let Some(own) = query.split('&').find(names) {
        shown = format!("{shown}?{own}");
    }
    shown.chars().filter(|letter| !letter.is_control()).take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_address_is_shown_without_what_is_secret() {
        for (uri, expected) in [
            ("/var/lib/aragora", "/var/lib/aragora"),
            ("redb:/var/lib/aragora?journal=on", "redb:/var/lib/aragora"),
            ("redb:///var/lib/aragora", "redb:///var/lib/aragora"),
            (
                "postgres://ada:p%40ss@host:5432/db?sslkey=x&aragora.schema=two",
                "postgres://host:5432/db?aragora.schema=two",
            ),
            ("rediss://:secret@host/3?aragora.sentinel_password=s", "rediss://host/3"),
        ] {
            assert_eq!(shown(uri), expected);
        }
    }
}
