use std::time::Duration;

use sqlx::{Connection as _, Row as _};

use super::session::failed;
use super::{PostgresOptions, Sent, connect};
use crate::clock::{Clock as _, SystemClock};
use crate::error::{Error, ErrorKind, Result, Violations};

/// The oldest server this works on.
const OLDEST: i32 = 140_000;

/// What a look at the server found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) version: String,
    pub(super) row_security: bool,
    // Whether a commit waits for another server, as far as this one tells.
    pub(super) survives_failover: bool,
    pub(super) notes: Vec<String>,
    // Wall clocks compared; what the answer took counts in favour of the server.
    pub(super) clock_away: Duration,
}

/// Whether the server can be used as the options say.
pub(super) async fn check(options: &PostgresOptions) -> Result<Found> {
    let mut connection = connect(&options.connect()).await?;
    let asked = SystemClock::new().now();
    // Without parameters, so that it works through a transaction pooler too.
    let row = sqlx::raw_sql(
        "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version, \
         current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby, \
         current_setting('default_transaction_read_only') AS read_only, current_setting('fsync') AS fsync, \
         current_setting('synchronous_commit') AS synchronous, \
         current_setting('synchronous_standby_names') AS standbys, \
         (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis, \
         (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser, \
         (SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user) AS passes_walls",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(|error| failed(error, Sent::Read))?;
    let answered = SystemClock::new().now();
    // Only read on it.
    let _ = connection.close().await;
    let text = |column: &str| row.try_get::<String, _>(column).map_err(|error| failed(error, Sent::Read));
    let flag = |column: &str| row.try_get::<bool, _>(column).map_err(|error| failed(error, Sent::Read));
    let number: i32 = row.try_get("number").map_err(|error| failed(error, Sent::Read))?;
    if number < OLDEST {
        let found = text("version")?;
        return Err(Error::new(ErrorKind::UnsupportedVersion, format!("PostgreSQL {found}, expected 14 or newer"))
            .with("found", found)
            .with("supported", "14"));
    }
    if flag("standby")? || text("read_only")? == "on" {
        return Err(Error::new(ErrorKind::ReadOnly, "the server is a standby or only reads"));
    }
    let mut violations = Violations::new();
    let encoding = text("encoding")?;
    violations.check(encoding == "UTF8", "/server/encoding", format!("{encoding}, expected UTF8"));
    let superuser = flag("superuser")?;
    let walls = !options.row_security || !(superuser || flag("passes_walls")?);
    violations.check(walls, "/options/aragora.rls", "the role passes row-level security; use one that does not");
    let mut notes = Vec::new();
    let mut doubtful = |pointer: &str, found: bool, reason: &str| {
        if found && options.production {
            violations.add(pointer, reason);
        } else if found {
            notes.push(reason.to_owned());
        }
    };
    doubtful("/server/fsync", text("fsync")? == "off", "fsync is off: a power loss damages the database");
    let unsynced = text("synchronous")? == "off";
    doubtful("/server/synchronous_commit", unsynced, "synchronous_commit is off: acknowledged batches can be lost");
    doubtful("/server/role", superuser, "the role is a superuser: it may do more than a store needs");
    violations.into_result(ErrorKind::InvalidConfig)?;
    // Debian and others put their own words behind the number.
    let version = text("version")?.split(' ').next().unwrap_or_default().to_owned();
    let waits = matches!(text("synchronous")?.as_str(), "on" | "remote_apply" | "remote_write");
    let survives_failover = waits && !text("standbys")?.is_empty();
    let millis: i64 = row.try_get("millis").map_err(|error| failed(error, Sent::Read))?;
    let clock_away = clock_away(millis, asked.as_millis(), answered.as_millis());
    Ok(Found { version, row_security: false, survives_failover, notes, clock_away })
}

/// How far a moment lies outside of a span.
fn clock_away(found: i64, from: i64, to: i64) -> Duration {
    let away = if found < from { from.saturating_sub(found) } else { found.saturating_sub(to) };
    Duration::from_millis(away.max(0).cast_unsigned())
}

/// Whether rows are guarded, whoever asked for it; after migrating. With `rls=on` the role must not own the tables, for
/// an owner could take the guard away.
pub(super) async fn check_walls(options: &PostgresOptions) -> Result<bool> {
    let mut connection = connect(&options.connect()).await?;
    let text = format!(
        "SELECT relforcerowsecurity AS guarded, pg_get_userbyid(relowner) = current_user AS owned FROM pg_class \
         WHERE oid = to_regclass('\"{}\".aragora_records')",
        options.schema
    );
    let found = sqlx::raw_sql(sqlx::AssertSqlSafe(text)).fetch_optional(&mut connection).await;
    let row = found.map_err(|error| failed(error, Sent::Read))?;
    // Only read on it.
    let _ = connection.close().await;
    let (guarded, owned) = match row {
        None => (false, false),
        Some(row) => {
            let flag = |column: &str| row.try_get::<bool, _>(column).map_err(|error| failed(error, Sent::Read));
            (flag("guarded")?, flag("owned")?)
        }
    };
    let mut violations = Violations::new();
    if options.row_security {
        violations.check(guarded, "/options/aragora.rls", "the tables are not guarded; migrate with rls=on first");
        violations.check(!owned, "/options/aragora.rls", "the role owns the tables; open the store with another");
    }
    violations.into_result(ErrorKind::InvalidConfig)?;
    Ok(guarded)
}
