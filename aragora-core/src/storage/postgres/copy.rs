//! Copying a store on PostgreSQL while it is written to.
//!
//! A copy is one statement of one `REPEATABLE READ READ ONLY` transaction. A mark is the snapshot of such a transaction:
//! what the next one finds changed are the rows whose last transaction that snapshot did not see, and the keys of rows
//! that such transactions deleted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tokio::sync::{mpsc, oneshot};

use super::errors::{Sent, unavailable};
use super::read::{bytes, number, text};
use super::session::{COLUMNS, failed, in_schema};
use super::upkeep::EVERYBODY;
use super::{Inner, PostgresStorage};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;
use crate::storage::Revision;
use crate::storage::address::{Address, Space, TableName};
use crate::storage::backup::{
    Copyable, Counters, Freeze, JournalLag, JournalMark, MAX_ROWS, StoreIdentity, StoreLoader, StoreView, StoredRow,
    StoredValue, gate,
};
use crate::storage::key::KeyBytes;
use crate::storage::scan::MAX_PAGE_BYTES;

/// Pieces that wait for whoever copies.
const AHEAD: usize = 2;
/// A copy takes as long as it takes; one that nobody reads for so long is given up, because the server keeps every row
/// version that it could still see.
pub(super) const PATIENT: [&str; 2] =
    ["SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = '1h'"];
const ONE_STATE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Most deletions that one statement forgets.
const CUT: i64 = 10_000;

/// The texts of what copies and fills.
pub(super) struct CopyStatements {
    identity: Arc<str>,
    head: Arc<str>,
    journal: Arc<str>,
    everything: Arc<str>,
    changed: Arc<str>,
    changes: Arc<str>,
    cut: Arc<str>,
    forget: Arc<str>,
    freeze: Arc<str>,
    pub(super) lock: Arc<str>,
    pub(super) filled: Arc<str>,
    pub(super) put: Arc<str>,
    pub(super) remove: Arc<str>,
    pub(super) adopt: Arc<str>,
    pub(super) drop_claims: Arc<str>,
    pub(super) rename_journal: Arc<str>,
    pub(super) count_on: Arc<str>,
}

impl CopyStatements {
    pub(super) fn new(schema: &str) -> Self {
        let text = |text: &str| in_schema(schema, text);
        let changed = |table: &str| {
            format!(
                "SELECT space, tbl, key FROM @.{table} WHERE xid >= pg_snapshot_xmin($1::text::pg_snapshot) \
                 AND NOT pg_visible_in_snapshot(xid, $1::text::pg_snapshot)"
            )
        };
        let keys = format!("{} UNION {}", changed("aragora_records"), changed("aragora_deleted"));
        let live = "(r.expires_at IS NULL OR r.expires_at > now())";
        let higher = |sequence: &str, value: &str| {
            format!(
                "CASE WHEN coalesce(pg_sequence_last_value('@.{sequence}'::regclass), 0) < {value} \
                 THEN setval('@.{sequence}'::regclass, {value}) END"
            )
        };
        Self {
            identity: text("SELECT store_id, generation FROM @.aragora_store"),
            head: text(
                "SELECT pg_current_snapshot()::text AS snapshot, \
                 (SELECT system_identifier::text FROM pg_control_system()) AS system, \
                 coalesce(pg_sequence_last_value('@.aragora_revision'::regclass), 0) AS revision, \
                 coalesce(pg_sequence_last_value('@.aragora_fence'::regclass), 0) AS token",
            ),
            journal: text(
                "SELECT name, cut <= pg_snapshot_xmin($1::text::pg_snapshot) AS reached FROM @.aragora_journal",
            ),
            everything: text(&format!("SELECT r.space, r.tbl, r.key, {COLUMNS} FROM @.aragora_records r WHERE {live}")),
            changed: text(&format!(
                "SELECT c.space, c.tbl, c.key, {COLUMNS} FROM ({keys}) c LEFT JOIN @.aragora_records r \
                 ON r.space = c.space AND r.tbl = c.tbl AND r.key = c.key AND {live}"
            )),
            changes: text(&format!(
                "SELECT count(*) AS keys, \
                 coalesce(sum(octet_length(space) + octet_length(tbl) + octet_length(key)), 0)::bigint AS bytes \
                 FROM ({keys}) c"
            )),
            cut: text(
                "UPDATE @.aragora_journal SET cut = greatest(cut, pg_snapshot_xmin($1::text::pg_snapshot)) \
                 WHERE name = $2",
            ),
            forget: text(
                "DELETE FROM @.aragora_deleted WHERE ctid = ANY (ARRAY(SELECT ctid FROM @.aragora_deleted \
                 WHERE xid < pg_snapshot_xmin($1::text::pg_snapshot) LIMIT $2))",
            ),
            freeze: text("SELECT @.aragora_freeze($1, $2, $3, $4) AS answer"),
            lock: text("LOCK TABLE @.aragora_records IN SHARE ROW EXCLUSIVE MODE"),
            filled: text("SELECT EXISTS (SELECT 1 FROM @.aragora_records) AS filled"),
            put: text(
                "INSERT INTO @.aragora_records (space, tbl, key, frame, revision, expires_at) \
                 SELECT o.space, o.tbl, o.key, o.frame, o.revision, \
                 'epoch'::timestamptz + o.expires * interval '1 millisecond' \
                 FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[]) \
                 AS o(space, tbl, key, frame, revision, expires) ON CONFLICT (space, tbl, key) DO UPDATE SET \
                 frame = excluded.frame, revision = excluded.revision, expires_at = excluded.expires_at",
            ),
            remove: text(
                "DELETE FROM @.aragora_records r USING unnest($1::text[], $2::text[], $3::bytea[]) \
                 AS o(space, tbl, key) WHERE r.space = o.space AND r.tbl = o.tbl AND r.key = o.key",
            ),
            adopt: text("UPDATE @.aragora_store SET store_id = $1"),
            drop_claims: text("DELETE FROM @.aragora_claims"),
            rename_journal: text(
                "UPDATE @.aragora_journal SET name = replace(gen_random_uuid()::text, '-', ''), \
                 cut = pg_current_xact_id()",
            ),
            count_on: text(&format!(
                "SELECT {}, {}",
                higher("aragora_revision", "$1::bigint"),
                higher("aragora_fence", "$2::bigint")
            )),
        }
    }
}

/// Where a copy ended: `<journal>/<server>/<ms>/<snapshot>`.
struct Mark {
    journal: String,
    system: String,
    at: Timestamp,
    snapshot: String,
}

impl Mark {
    fn read(mark: &JournalMark) -> Option<Self> {
        let mut parts = mark.as_str().splitn(4, '/').map(str::to_owned);
        let (journal, system, at, snapshot) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // It goes into a statement as a value; what the server cannot read would fail there.
        let plain = !snapshot.is_empty() && snapshot.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b':' | b','));
        let at = at.parse().ok().map(Timestamp::from_millis)?;
        plain.then_some(Self { journal, system, at, snapshot })
    }

    fn write(&self) -> JournalMark {
        let Self { journal, system, at, snapshot } = self;
        JournalMark::new(format!("{journal}/{system}/{}/{snapshot}", at.as_millis()))
    }
}

/// What is known before the first row.
#[derive(Debug)]
struct Head {
    mark: Option<JournalMark>,
    counters: Counters,
}

#[derive(Debug)]
enum Piece {
    Rows(Vec<StoredRow>),
    End,
}

/// A transaction in a task of its own, which ends with this.
#[derive(Debug)]
struct View {
    head: Head,
    pieces: mpsc::Receiver<Result<Piece>>,
    ended: bool,
}

#[async_trait]
impl StoreView for View {
    fn mark(&self) -> Option<JournalMark> {
        self.head.mark.clone()
    }

    fn counters(&self) -> Counters {
        self.head.counters
    }

    async fn next(&mut self) -> Result<Vec<StoredRow>> {
        match self.pieces.recv().await {
            Some(Ok(Piece::Rows(rows))) => Ok(rows),
            Some(Ok(Piece::End)) => {
                self.ended = true;
                Ok(Vec::new())
            }
            Some(Err(error)) => Err(error),
            None if self.ended => Ok(Vec::new()),
            // Without its end a copy is not whole.
            None => Err(Error::new(ErrorKind::Unavailable, "the runtime is shutting down")),
        }
    }
}

type Begin = oneshot::Sender<Result<Option<Head>>>;
type Pieces = mpsc::Sender<Result<Piece>>;

impl PostgresStorage {
    /// The rows that changed since a mark, or all. `None` if the journal does not lead back there.
    async fn copy(&self, since: Option<Mark>) -> Result<Option<Box<dyn StoreView>>> {
        self.0.ready()?;
        let (inner, (begin, begun)) = (self.0.clone(), oneshot::channel());
        let (pieces, receiver) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            let read_on = pieces.clone();
            tokio::select! {
                // Dropping the work takes the transaction back.
                () = read_on.closed() => {}
                () = inner.copy(since, begin, pieces) => {}
            }
        });
        let broke_off = || Error::new(ErrorKind::Unavailable, "the runtime is shutting down");
        let head = begun.await.map_err(|_| broke_off())??;
        Ok(head.map(|head| Box::new(View { head, pieces: receiver, ended: false }) as Box<dyn StoreView>))
    }
}

impl Inner {
    async fn copy(&self, since: Option<Mark>, begin: Begin, pieces: Pieces) {
        let mut begin = Some(begin);
        let copied = self.copy_rows(since, &mut begin, &pieces).await;
        // Nobody to tell is nobody who copies.
        match (copied, begin) {
            (Err(error), Some(begin)) => drop(begin.send(Err(error))),
            (Err(error), None) => drop(pieces.send(Err(error)).await),
            (Ok(()), Some(begin)) => drop(begin.send(Ok(None))),
            (Ok(()), None) => drop(pieces.send(Ok(Piece::End)).await),
        }
    }

    /// Leaves `begin` where it is if there is nothing to copy from.
    async fn copy_rows(&self, since: Option<Mark>, begin: &mut Option<Begin>, pieces: &Pieces) -> Result<()> {
        let read = |error| failed(error, Sent::Read);
        let mut session = self.begun(ONE_STATE, &PATIENT, Some(EVERYBODY)).await?;
        let at = self.parts.clock.now();
        let heads = session.fetch_all(self.query(&self.sql.copies.head)).await.map_err(read)?;
        let head = heads.first().ok_or_else(|| Error::internal("a statement without its row"))?;
        let counter = |column: &str| number(head, column).map(i64::cast_unsigned);
        // A value of the sequence stands for a block.
        let counters = Counters { revision: counter("revision")?.saturating_add(999), token: counter("token")? };
        let (snapshot, system) = (text(head, "snapshot")?, text(head, "system")?);
        let mut mark = None;
        if self.options.journal {
            let from = since.as_ref().map_or(&snapshot, |since| &since.snapshot).clone();
            let journals = session.fetch_all(self.query(&self.sql.copies.journal).bind(from)).await.map_err(read)?;
            let journal = journals.first().ok_or_else(|| Error::internal("the journal has lost its name"))?;
            let (name, reached) = (text(journal, "name")?, journal.try_get::<bool, _>("reached").map_err(read)?);
            if let Some(since) = &since
                && !(reached && since.journal == name && since.system == system)
            {
                return Ok(());
            }
            mark = Some(Mark { journal: name, system, at, snapshot }.write());
        } else if since.is_some() {
            return Ok(());
        }
        if begin.take().is_some_and(|begin| begin.send(Ok(Some(Head { mark, counters }))).is_err()) {
            return Ok(());
        }
        let query = match since {
            None => self.query(&self.sql.copies.everything),
            Some(since) => self.query(&self.sql.copies.changed).bind(since.snapshot),
        };
        let limit = self.limit();
        let (mut piece, mut bytes) = (Vec::new(), 0);
        {
            let mut rows = query.fetch(session.connection());
            loop {
                let next = tokio::time::timeout(limit, rows.try_next()).await;
                let silent = || unavailable(format!("the server sent no row for {} s", limit.as_secs()), false);
                let Some(row) = next.map_err(|_| silent())?.map_err(read)? else { break };
                let row = stored(&row)?;
                bytes += row.bytes();
                piece.push(row);
                if piece.len() == MAX_ROWS || bytes >= MAX_PAGE_BYTES {
                    bytes = 0;
                    if pieces.send(Ok(Piece::Rows(std::mem::take(&mut piece)))).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
        session.commit().await?;
        if !piece.is_empty() {
            // If nobody reads it any more, nobody misses the end either.
            drop(pieces.send(Ok(Piece::Rows(piece))).await);
        }
        Ok(())
    }
}

/// A row with the columns space, tbl, key, frame, revision and expires; the last three null where it is gone.
fn stored(row: &PgRow) -> Result<StoredRow> {
    let space = text(row, "space")?;
    let space = if space.is_empty() { Space::System } else { Space::Tenant(OrgId::trusted(space.as_str())) };
    let table = TableName::new(&text(row, "tbl")?)
        .map_err(|_| Error::new(ErrorKind::Corrupt, "a row of a table that nobody could have written"))?;
    let key = Address::new(space, table, KeyBytes::from_bytes(bytes(row, "key")?)).physical();
    let Some(frame) = row.try_get::<Option<Vec<u8>>, _>("frame").map_err(|error| failed(error, Sent::Read))? else {
        return Ok(StoredRow { key, value: None });
    };
    let expires: Option<i64> = row.try_get("expires").map_err(|error| failed(error, Sent::Read))?;
    let revision = Revision::new(number(row, "revision")?.cast_unsigned());
    let value = StoredValue { frame: Bytes::from(frame), revision, expires_at: expires.map(Timestamp::from_millis) };
    Ok(StoredRow { key, value: Some(value) })
}

#[async_trait]
impl Copyable for PostgresStorage {
    async fn identity(&self) -> Result<StoreIdentity> {
        self.0.ready()?;
        let mut session = self.0.session_of_function().await?;
        let rows = session.fetch_all(self.0.query(&self.0.sql.copies.identity)).await;
        let rows = rows.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        let row = rows.first().ok_or_else(|| Error::new(ErrorKind::Corrupt, "the store has lost its identity"))?;
        Ok(StoreIdentity { store_id: text(row, "store_id")?, generation: number(row, "generation")?.cast_unsigned() })
    }

    async fn view(&self) -> Result<Box<dyn StoreView>> {
        self.copy(None).await?.ok_or_else(|| Error::internal("a view of everything is always whole"))
    }

    async fn changes(&self, since: &JournalMark) -> Result<Option<Box<dyn StoreView>>> {
        match Mark::read(since).filter(|_| self.0.options.journal) {
            Some(mark) => self.copy(Some(mark)).await,
            None => Ok(None),
        }
    }

    async fn cut_journal(&self, through: &JournalMark) -> Result<()> {
        let Some(mark) = Mark::read(through).filter(|_| self.0.options.journal) else { return Ok(()) };
        self.0.ready()?;
        let write = |error| failed(error, Sent::Commit);
        let mut session = self.0.session_of_function().await?;
        let cut = self.0.query(&self.0.sql.copies.cut).bind(mark.snapshot.clone()).bind(mark.journal);
        let ours = session.execute(cut).await.map_err(write)?;
        session.commit().await?;
        // After that nobody goes on from before, so what is not forgotten below is only in the way.
        let mut left = ours;
        while left > 0 {
            let mut session = self.0.session_of_function().await?;
            let forget = self.0.query(&self.0.sql.copies.forget).bind(mark.snapshot.clone()).bind(CUT);
            left = session.execute(forget).await.map_err(write)?;
            session.commit().await?;
        }
        Ok(())
    }

    async fn journal_lag(&self, since: &JournalMark) -> Result<JournalLag> {
        let Some(mark) = Mark::read(since).filter(|_| self.0.options.journal) else { return Ok(JournalLag::default()) };
        self.0.ready()?;
        let mut session = self.0.session(EVERYBODY).await?;
        let rows = session.fetch_all(self.0.query(&self.0.sql.copies.changes).bind(mark.snapshot)).await;
        let rows = rows.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        let Some(row) = rows.first() else { return Ok(JournalLag::default()) };
        // The server does not keep when a row was changed; it was after the mark.
        let oldest = (number(row, "keys")? > 0).then_some(mark.at);
        Ok(JournalLag { oldest, bytes: number(row, "bytes")?.cast_unsigned() })
    }

    async fn loader(self: Arc<Self>) -> Result<Box<dyn StoreLoader>> {
        super::load::begin(self).await
    }

    async fn freeze(&self, hold: &str, what: Freeze) -> Result<()> {
        self.0.ready()?;
        let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let (word, ttl, to) = match what {
            Freeze::Begin(time) => ("begin", millis(time), None),
            Freeze::Keep(time) => ("keep", millis(time), None),
            Freeze::End => ("end", 0, None),
            Freeze::Moved(to) => ("moved", 0, Some(to)),
        };
        let freeze = self.0.query(&self.0.sql.copies.freeze).bind(hold.to_owned()).bind(word).bind(ttl).bind(to);
        let mut session = self.0.session_of_function().await?;
        let sent = session.sent();
        let rows = session.fetch_all(freeze).await.map_err(|error| failed(error, sent))?;
        session.commit().await?;
        let answer = rows.first().map_or(Ok(String::new()), |row| text(row, "answer"))?;
        match answer.as_str() {
            "done" => Ok(()),
            "held" => Err(gate::held_already()),
            "lapsed" => Err(gate::lapsed()),
            answer => Err(gate::moved(answer.strip_prefix("moved ").unwrap_or_default())),
        }
    }
}
