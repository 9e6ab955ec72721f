//! Another schema in the place of the live one.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::errors::{Sent, error_of};
use super::session::in_schema;
use super::{PostgresOptions, connect};
use crate::error::{Error, ErrorKind, Result};

/// The same store in the schema `<name>_<suffix>`.
pub(crate) fn beside(options: &PostgresOptions, suffix: &str) -> Result<PostgresOptions> {
    let schema = format!("{}_{suffix}", options.schema);
    if schema.len() > 63 {
        let reason = format!("the name of the schema {} is too long to put _{suffix} behind it", options.schema);
        return Err(Error::new(ErrorKind::InvalidConfig, reason));
    }
    let mut beside = options.clone();
    beside.schema = schema;
    Ok(beside)
}

/// The store of a schema; `not_found` if there is none.
pub(crate) async fn store_id(options: &PostgresOptions) -> Result<String> {
    let mut connection = connect(&options.connect()).await?;
    let none = || {
        let reason = "there is no store in this schema; restore into it as into an empty one";
        Error::new(ErrorKind::NotFound, reason).with("schema", &options.schema)
    };
    let text = in_schema(&options.schema, "SELECT store_id FROM @.aragora_store");
    let row = match sqlx::raw_sql(AssertSqlSafe(text)).fetch_optional(&mut connection).await.map_err(read) {
        Err(error) if error.kind() == ErrorKind::InvalidState => return Err(none()),
        row => row?.ok_or_else(none)?,
    };
    // Only read on it.
    let _ = connection.close().await;
    row.try_get("store_id").map_err(read)
}

fn read(error: sqlx::Error) -> Error {
    error_of(error, Sent::Read)
}

/// Renames `<name>` to `<name>_previous` and `<name>_restore` to `<name>`, and gives the new generation. Functions look
/// for tables in the schema they were made in, so they are told.
pub(crate) async fn switch(options: &PostgresOptions) -> Result<u64> {
    let (live, staged) = (&options.schema, beside(options, "restore")?.schema);
    let previous = beside(options, "previous")?.schema;
    let mut connection = connect(&options.connect()).await?;
    if exists(&mut connection, &previous).await? {
        let reason = "what an earlier restore replaced is still there; discard it first";
        return Err(Error::new(ErrorKind::Conflict, reason).with("schema", previous));
    }
    let mut transaction = connection.begin().await.map_err(read)?;
    let text = format!(
        "SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '10s'; \
         LOCK TABLE \"{live}\".aragora_records, \"{live}\".aragora_claims, \"{live}\".aragora_store \
         IN ACCESS EXCLUSIVE MODE; \
         UPDATE \"{staged}\".aragora_store SET generation = (SELECT generation FROM \"{live}\".aragora_store) + 1; \
         ALTER SCHEMA \"{live}\" RENAME TO \"{previous}\"; ALTER SCHEMA \"{staged}\" RENAME TO \"{live}\"; \
         DO $$ DECLARE f record; BEGIN \
           FOR f IN SELECT p.oid::regprocedure::text AS name, n.nspname AS schema FROM pg_proc p \
             JOIN pg_namespace n ON n.oid = p.pronamespace \
             WHERE n.nspname IN ('{live}', '{previous}') AND p.proname LIKE 'aragora\\_%' LOOP \
             EXECUTE format('ALTER FUNCTION %s SET search_path TO %I', f.name, f.schema); \
           END LOOP; END $$; \
         SELECT generation FROM \"{live}\".aragora_store"
    );
    let row = sqlx::raw_sql(AssertSqlSafe(text)).fetch_one(&mut *transaction).await.map_err(read)?;
    let generation: i64 = row.try_get("generation").map_err(read)?;
    transaction.commit().await.map_err(|error| error_of(error, Sent::Commit))?;
    // Done; how the connection ends no longer matters.
    let _ = connection.close().await;
    Ok(generation.cast_unsigned())
}

/// `conflict` if there is a schema `<name>_<suffix>`.
pub(crate) async fn refuse_occupied(options: &PostgresOptions, suffix: &str) -> Result<()> {
    let schema = beside(options, suffix)?.schema;
    let mut connection = connect(&options.connect()).await?;
    let found = exists(&mut connection, &schema).await?;
    let _ = connection.close().await;
    if found {
        let reason = "the copy of an earlier restore in place is still there; switch to it or discard it first";
        return Err(Error::new(ErrorKind::Conflict, reason).with("schema", schema));
    }
    Ok(())
}

/// Removes the schema `<name>_<suffix>` with all that lies in it; how many there were.
pub(crate) async fn drop_schema(options: &PostgresOptions, suffix: &str) -> Result<u64> {
    let schema = beside(options, suffix)?.schema;
    let mut connection = connect(&options.connect()).await?;
    if !exists(&mut connection, &schema).await? {
        return Ok(0);
    }
    let drop = format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.map_err(|error| error_of(error, Sent::Commit))?;
    let _ = connection.close().await;
    Ok(1)
}

async fn exists(connection: &mut PgConnection, schema: &str) -> Result<bool> {
    let text = format!("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = '{schema}') AS found");
    let row = sqlx::raw_sql(AssertSqlSafe(text)).fetch_one(connection).await.map_err(read)?;
    row.try_get("found").map_err(read)
}
