use super::read::{bytes, check, number, text};
use super::session::failed;
use super::{Inner, Sent};
use crate::error::Result;
use crate::ids::OrgId;
use crate::storage::Revision;
use crate::storage::address::{Address, Space, TableName};
use crate::storage::control::{Control, ControlReport, ProbeReport, StorageUsage};
use crate::storage::key::KeyBytes;
use crate::storage::scan::Corrupt;

/// The name that upkeep of every space goes by.
pub(super) const EVERYBODY: &str = "*";
/// Most entries one sweep removes.
const SWEEP: i64 = 1_000;
/// Rows read at once where everything is read.
const WALK: i64 = 64;
/// A clock that differs by more is worth a note.
const CLOCK_STEP: i64 = 5_000;

impl Inner {
    pub(super) async fn control(&self, control: Control) -> Result<ControlReport> {
        match control {
            Control::Flush => self.flush().await,
            Control::Probe => self.probe().await,
            Control::Usage => self.usage().await,
            Control::Sweep => self.sweep().await,
            Control::Verify => self.verify().await,
            Control::Compact => self.compact().await,
            Control::Close => Ok(ControlReport::Done),
        }
    }

    /// A commit that waits for the disk takes every earlier one along; an empty one would not wait.
    async fn flush(&self) -> Result<ControlReport> {
        let mut session = self.session_of_function().await?;
        let emit = sqlx::query("SELECT pg_logical_emit_message(true, 'aragora', 'flush')::text");
        session.execute(emit.persistent(false)).await.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        Ok(ControlReport::Done)
    }

    async fn probe(&self) -> Result<ControlReport> {
        let mut session = self.session_of_function().await?;
        let ask = sqlx::query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now");
        let rows = session.fetch_all(ask.persistent(false)).await.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        let mut notes = self.notes.clone();
        if let Some(row) = rows.first() {
            let apart = self.parts.clock.now().as_millis() - number(row, "now")?;
            if apart.abs() > CLOCK_STEP {
                notes.push(format!("the clock here and the server's are {} s apart", apart.abs() / 1_000));
            }
        }
        Ok(ControlReport::Probed(ProbeReport { notes }))
    }

    async fn usage(&self) -> Result<ControlReport> {
        let mut session = self.session(EVERYBODY).await?;
        let rows = session.fetch_all(self.query(&self.sql.usage)).await.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        let mut usage = StorageUsage::default();
        if let Some(row) = rows.first() {
            usage.rows = number(row, "rows")?.cast_unsigned();
            usage.bytes = number(row, "bytes")?.cast_unsigned();
            usage.expired = number(row, "expired")?.cast_unsigned();
            usage.leases = number(row, "leases")?.cast_unsigned();
        }
        Ok(ControlReport::Used(usage))
    }

    async fn sweep(&self) -> Result<ControlReport> {
        let mut session = self.session(EVERYBODY).await?;
        let sweep = self.query(&self.sql.sweep).bind(SWEEP);
        let rows = session.fetch_all(sweep).await.map_err(|error| failed(error, Sent::Read))?;
        session.execute(self.query(&self.sql.sweep_claims)).await.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        let removed = rows.first().map_or(Ok(0), |row| number(row, "removed"))?;
        Ok(ControlReport::Swept { removed: removed as u32, more: removed == SWEEP })
    }

    /// Reads every row, expired ones too, in pages of one snapshot each.
    async fn verify(&self) -> Result<ControlReport> {
        let (mut checked, mut corrupt) = (0, Vec::new());
        let mut after = (String::new(), String::new(), Vec::new());
        loop {
            let mut session = self.session(EVERYBODY).await?;
            let walk = self.query(&self.sql.walk).bind(&after.0).bind(&after.1).bind(&after.2).bind(WALK);
            let rows = session.fetch_all(walk).await.map_err(|error| failed(error, Sent::Read))?;
            session.commit().await?;
            let whole = rows.len() as i64 == WALK;
            for row in rows {
                after = (text(&row, "space")?, text(&row, "tbl")?, bytes(&row, "key")?);
                let space =
                    if after.0.is_empty() { Space::System } else { Space::Tenant(OrgId::trusted(after.0.as_str())) };
                // A name that no table has was written by somebody else; its frame cannot be sound.
                let table = TableName::new(&after.1).unwrap_or(TableName::of_definition("unknown"));
                let address = Address::new(space, table, KeyBytes::from_bytes(after.2.clone()));
                let revision = Revision::new(number(&row, "revision")?.cast_unsigned());
                checked += 1;
                if let Err(error) = check(&address, &bytes(&row, "frame")?, revision) {
                    corrupt.push(Corrupt { address, error });
                }
            }
            if !whole {
                return Ok(ControlReport::Verified { checked, corrupt });
            }
        }
    }

    /// Not in a transaction, and however long it takes.
    async fn compact(&self) -> Result<ControlReport> {
        // A pooler passes a lone statement on, but keeps no setting for it: the server's own limit applies there.
        let direct = self.options.direct().ok();
        let mut connection = super::connect(&direct.clone().unwrap_or_else(|| self.options.connect())).await?;
        if direct.is_some() {
            let unlimited = sqlx::raw_sql("SET statement_timeout = 0").execute(&mut connection).await;
            unlimited.map_err(|error| failed(error, Sent::Read))?;
        }
        let vacuum = sqlx::raw_sql(sqlx::AssertSqlSafe(self.sql.compact.clone())).execute(&mut connection).await;
        vacuum.map_err(|error| failed(error, Sent::Read))?;
        // The work is done; how the connection ends no longer matters.
        let _ = sqlx::Connection::close(connection).await;
        Ok(ControlReport::Done)
    }
}
