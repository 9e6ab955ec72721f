//! The schema moves forward once, by one process, or not at all.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::clock::{Clock as _, SystemClock, Timestamp};
use aragora_core::storage::ControlReport;
use aragora_core::storage::migrate::{
    MigrationAction, MigrationStep, MigrationTarget, Migrator, RollbackSafety, RollbackTarget, StepKind, StepState,
};
use aragora_core::storage::postgres::PostgresOptions;
use aragora_core::telemetry::Parts;
use aragora_tests::servers::{PostgresStores, address};
use futures_util::future::join_all;

const COUNT: &str = "CREATE TABLE ran (step text); INSERT INTO ran VALUES ('0001')";
const STEPS: [MigrationStep; 4] = [
    MigrationStep::sql("0001", "count", COUNT, "DROP TABLE ran"),
    MigrationStep::sql("0002", "two", "INSERT INTO ran VALUES ('0002'); CREATE TABLE two (n int)", "DROP TABLE two"),
    MigrationStep::sql("0003", "three", "INSERT INTO ran VALUES ('0003'); SELECT pg_sleep(0.02)", "SELECT 1"),
    MigrationStep {
        transactional: false,
        ..MigrationStep::sql(
            "0004",
            "index",
            "DROP INDEX IF EXISTS two_n\n-- next statement\nCREATE INDEX CONCURRENTLY two_n ON two (n)\n\
             -- next statement\nINSERT INTO ran VALUES ('0004')",
            "DROP INDEX two_n",
        )
    },
];

fn stores() -> Option<PostgresStores> {
    let stores = PostgresStores::new(&address("ARAGORA_TEST_POSTGRES")?, "").unwrap();
    stores.begin();
    Some(stores)
}

fn migrator(stores: &PostgresStores, steps: &[MigrationStep]) -> Migrator {
    Migrator::postgres_only(&stores.options().unwrap(), &Parts::system(), steps).unwrap()
}

/// The identifier of the lock of the latest schema, as the specification makes it.
async fn lock_of(stores: &PostgresStores) -> i64 {
    let text = "SELECT ('x' || substr(encode(sha256('aragora/migrate/v1'::bytea || int4send(length($1)) || $1::bytea \
                || int4send(length($2)) || $2::bytea), 'hex'), 1, 16))::bit(64)::bigint";
    let database: String =
        sqlx::query_scalar("SELECT current_database()::text").fetch_one(stores.pool()).await.unwrap();
    sqlx::query_scalar(text).bind(database).bind(stores.schema()).fetch_one(stores.pool()).await.unwrap()
}

/// Who holds the lock of the latest schema or waits for it, in `pg_locks`.
async fn locks(stores: &PostgresStores) -> i64 {
    let id = lock_of(stores).await;
    let (high, low) = (id.cast_unsigned() >> 32, id.cast_unsigned() & 0xffff_ffff);
    stores
        .number(&format!(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 \
             AND classid::bigint = {high} AND objid::bigint = {low}"
        ))
        .await
}

async fn free(stores: &PostgresStores) {
    assert_eq!(locks(stores).await, 0, "an advisory lock is left");
}

/// Everything a step can change, as text.
async fn dump(stores: &PostgresStores) -> String {
    let text = format!(
        "SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM ( \
           SELECT c.relname || ' ' || c.relkind::text || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) \
             || ' ' || a.attnotnull || ' ' || a.attstorage::text AS line \
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
           WHERE c.relnamespace = '{schema}'::regnamespace AND c.relname NOT LIKE 'migration_versions%' \
           UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = '{schema}'::regnamespace \
           UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
           WHERE c.relnamespace = '{schema}'::regnamespace AND NOT t.tgisinternal \
           UNION ALL SELECT c.relname || ' ' || c.relrowsecurity || c.relforcerowsecurity FROM pg_class c \
           WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'r' \
             AND c.relname <> 'migration_versions' \
           UNION ALL SELECT polname || pg_get_expr(polqual, polrelid) FROM pg_policy p \
           JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = '{schema}'::regnamespace) lines",
        schema = stores.schema()
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(stores.pool()).await.unwrap()
}

const CHILD: &str = "ARAGORA_TEST_MIGRATES";

/// The child of the next tests.
#[test]
fn a_child_that_migrates() {
    let Ok(uri) = std::env::var(CHILD) else { return };
    let sleeps = std::env::var("ARAGORA_TEST_SLEEPS").is_ok();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = PostgresOptions::from_uri(&uri).unwrap();
        let steps = if sleeps { sleeping().to_vec() } else { STEPS.to_vec() };
        let migrator = Migrator::postgres_only(&options, &Parts::system(), &steps).unwrap();
        println!("migrating");
        let report = migrator.apply(&MigrationTarget::All).await.unwrap();
        println!("done {}", report.done.join(","));
    });
}

fn child(stores: &PostgresStores, sleeps: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_child_that_migrates", "--nocapture"]).env(CHILD, stores.uri());
    if sleeps {
        command.env("ARAGORA_TEST_SLEEPS", "1");
    }
    command.stdout(Stdio::piped()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_at_once_apply_each_step_once() {
    let Some(stores) = stores() else { return };
    let rounds = std::env::var("ARAGORA_MIGRATE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3_u32);
    for _ in 0..rounds {
        stores.begin();
        let children: Vec<Child> = (0..8).map(|_| child(&stores, false)).collect();
        let mut done = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            let text = String::from_utf8(output.stdout).unwrap();
            let line = text.lines().find_map(|line| line.split_once("done ")).expect("a child said nothing");
            done.extend(line.1.split(',').filter(|version| !version.is_empty()).map(str::to_owned));
        }
        done.sort();
        assert_eq!(done, ["0001", "0002", "0003", "0004"], "each by one of them");
        assert_eq!(stores.number("SELECT count(*) FROM @.ran").await, 4);
        assert_eq!(stores.number("SELECT count(DISTINCT step) FROM @.ran").await, 4);
        free(&stores).await;
        stores.run(&format!("DROP SCHEMA {} CASCADE", stores.schema())).await;
    }
    println!("{rounds} rounds of 8 processes, every step once in each");
}

#[tokio::test]
async fn eight_stores_opened_at_once_on_nothing_are_one_store() {
    let Some(stores) = stores() else { return };
    let opened = join_all((0..8).map(|_| stores.open())).await;
    for store in &opened {
        assert!(store.is_ok(), "{store:?}");
    }
    assert_eq!(stores.number("SELECT count(*) FROM @.migration_versions").await, 4);
}

const fn sleeping() -> [MigrationStep; 2] {
    [
        MigrationStep::sql("0001", "count", COUNT, "DROP TABLE ran"),
        MigrationStep::sql("0002", "sleep", "INSERT INTO ran VALUES ('0002'); SELECT pg_sleep(600)", "SELECT 1"),
    ]
}

async fn sleeps(stores: &PostgresStores) -> i64 {
    let marker = stores.schema();
    stores
        .number(&format!(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'relation' AND l.relation = to_regclass('{marker}.ran') AND a.query LIKE '%pg_sleep(600)%'"
        ))
        .await
}

async fn until_it_sleeps(stores: &PostgresStores) {
    while sleeps(stores).await == 0 {
        tokio::task::yield_now().await;
    }
}

/// What comes after whoever sleeps: the same steps with another second one.
async fn goes_on(stores: &PostgresStores) {
    let steps = [sleeping()[0], MigrationStep::sql("0002", "two", "INSERT INTO ran VALUES ('0002')", "SELECT 1")];
    let report = migrator(stores, &steps).apply(&MigrationTarget::All).await.unwrap();
    assert_eq!(report.done, ["0002"], "what was committed stays, what was not runs again");
    assert_eq!(stores.number("SELECT count(*) FROM @.ran").await, 2);
}

#[tokio::test]
async fn a_killed_migrator_blocks_nobody() {
    let Some(stores) = stores() else { return };
    let mut killed = child(&stores, true);
    let mut lines = BufReader::new(killed.stdout.take().unwrap()).lines();
    while !lines.next().unwrap().unwrap().contains("migrating") {}
    until_it_sleeps(&stores).await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    goes_on(&stores).await;
}

#[tokio::test]
async fn a_migrator_whose_connection_is_cut_blocks_nobody() {
    let Some(stores) = stores() else { return };
    let slow = migrator(&stores, &sleeping());
    let cut = async {
        until_it_sleeps(&stores).await;
        let marker = stores.schema();
        stores
            .number(&format!(
                "SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l WHERE l.relation = to_regclass('{marker}.ran')"
            ))
            .await
    };
    let target = MigrationTarget::All;
    let (failed, _) = tokio::join!(slow.apply(&target), cut);
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Unavailable);
    goes_on(&stores).await;
}

#[tokio::test]
async fn a_failed_step_is_absent_and_runs_again_once_it_is_right() {
    let Some(stores) = stores() else { return };
    let wrong = [STEPS[0], MigrationStep::sql("0002", "two", "CREATE TABLE two (n int);\nSELECT missing", "SELECT 1")];
    let failing = migrator(&stores, &wrong);
    let error = failing.apply(&MigrationTarget::All).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MigrationFailed);
    assert_eq!(error.context().get("version").map(String::as_str), Some("0002"));
    assert!(error.context().contains_key("position"), "{error:?}");
    assert!(error.reason().contains("missing"), "{error}");
    assert_eq!(stores.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('@.two')").await, 0);
    let states: Vec<StepState> = failing.status().await.unwrap().iter().map(|status| status.state).collect();
    assert_eq!(states, [StepState::Applied, StepState::Pending]);
    free(&stores).await;
    let report = migrator(&stores, &STEPS).apply(&MigrationTarget::All).await.unwrap();
    assert_eq!((report.done.join(","), report.version.as_deref()), ("0002,0003,0004".to_owned(), Some("0004")));
}

#[tokio::test]
async fn whoever_holds_the_lock_is_named() {
    let Some(stores) = stores() else { return };
    let mut held = stores.pool().acquire().await.unwrap();
    // The identifier of this schema's lock, taken from the migrator itself: it waits for exactly this one.
    let waiting = migrator(&stores, &STEPS);
    waiting.apply(&MigrationTarget::To("0001".to_owned())).await.unwrap();
    let id = lock_of(&stores).await;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(id).execute(&mut *held).await.unwrap();
    assert_eq!(locks(&stores).await, 1, "what is held is found");
    // A clock on which the patience of 30 s is over after the first attempt.
    let begun = SystemClock::new().monotonic();
    let parts = Parts::system().with_clock(Leaping(SystemClock::new()));
    let hasty = Migrator::postgres_only(&stores.options().unwrap(), &parts, &STEPS).unwrap();
    let error = hasty.apply(&MigrationTarget::All).await.unwrap_err();
    assert!(SystemClock::new().monotonic().saturating_sub(begun) < Duration::from_secs(25));
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::MigrationLocked, true));
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *held).await.unwrap();
    assert_eq!(error.context().get("pid"), Some(&pid.to_string()), "{error:?}");
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(id).execute(&mut *held).await.unwrap();
    waiting.apply(&MigrationTarget::All).await.unwrap();
}

/// Every look at the clock is 20 s later.
#[derive(Debug)]
struct Leaping(SystemClock);

impl aragora_core::clock::Clock for Leaping {
    fn now(&self) -> aragora_core::clock::Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        use std::sync::atomic::{AtomicU64, Ordering};
        static LOOKS: AtomicU64 = AtomicU64::new(0);
        Duration::from_secs(20 * LOOKS.fetch_add(1, Ordering::SeqCst))
    }

    fn sleep_until(&self, _: Duration) -> aragora_core::clock::BoxFuture<'static, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

#[tokio::test]
async fn changed_missing_and_unknown_steps_are_told_apart() {
    let Some(stores) = stores() else { return };
    migrator(&stores, &STEPS).apply(&MigrationTarget::All).await.unwrap();

    let mut changed = STEPS;
    changed[1].up = MigrationAction::Sql("SELECT 'another text'");
    let other = migrator(&stores, &changed);
    let error = other.apply(&MigrationTarget::All).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert_eq!(error.context().get("versions").map(String::as_str), Some("0002"));
    let verified = other.verify().await.unwrap();
    assert!(matches!(&verified, ControlReport::Verified { checked: 4, corrupt } if corrupt.len() == 1), "{verified:?}");
    let mut line_ends = STEPS;
    line_ends[3].up = MigrationAction::Sql(
        "DROP INDEX IF EXISTS two_n\r\n-- next statement\r\nCREATE INDEX CONCURRENTLY two_n ON two (n)\r\n\
         -- next statement\r\nINSERT INTO ran VALUES ('0004')",
    );
    migrator(&stores, &line_ends).apply(&MigrationTarget::All).await.unwrap();

    // A library that does not know the last step goes on if it was additive, and does not if it broke something.
    let older = migrator(&stores, &STEPS[..3]);
    older.apply(&MigrationTarget::All).await.unwrap();
    assert_eq!(older.status().await.unwrap().last().map(|status| status.state), Some(StepState::Unknown));
    stores.run("UPDATE @.migration_versions SET breaking = true WHERE version = '0004'").await;
    let error = older.apply(&MigrationTarget::All).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion);
    assert_eq!(error.context().get("found").map(String::as_str), Some("0004"));
    assert_eq!(error.context().get("supported").map(String::as_str), Some("0003"));
}

#[tokio::test]
async fn up_down_and_up_again_is_the_same_schema() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let stores = PostgresStores::new(&address, "aragora.journal=on&aragora.rls=on").unwrap();
    stores.begin();
    let own = Migrator::postgres(&stores.options().unwrap(), &Parts::system(), &[]).unwrap();
    own.apply(&MigrationTarget::All).await.unwrap();
    let first = dump(&stores).await;
    assert!(
        first.contains("aragora_apply") && first.contains("aragora_journal_put") && first.contains("aragora_tenant")
    );
    let all = RollbackTarget::To("0000".to_owned());
    let done = own.rollback(&all, RollbackSafety::WithoutBackup).await.unwrap().done;
    assert_eq!(done, ["0200", "0101", "0100", "0004", "0003", "0002", "0001"]);
    assert_eq!(dump(&stores).await, "", "nothing is left");
    own.apply(&MigrationTarget::All).await.unwrap();
    assert_eq!(dump(&stores).await, first);
}

#[tokio::test]
async fn a_rollback_refuses_before_it_touches_anything() {
    let Some(stores) = stores() else { return };
    let mut steps = STEPS;
    steps[1].down = None;
    let one_way = migrator(&stores, &steps);
    one_way.apply(&MigrationTarget::All).await.unwrap();
    let target = RollbackTarget::To("0001".to_owned());
    let error = one_way.rollback(&target, RollbackSafety::WithoutBackup).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.context().get("version").map(String::as_str), Some("0002"));
    assert_eq!(stores.number("SELECT count(*) FROM @.migration_versions").await, 4);
    let now = SystemClock::new().now();
    let stale = RollbackSafety::BackupOf(Timestamp::from_millis(now.as_millis() - 24 * 3_600_000 - 60_000));
    let error = one_way.rollback(&RollbackTarget::Last, stale).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let report = one_way.rollback(&RollbackTarget::Last, RollbackSafety::BackupOf(now)).await.unwrap();
    assert_eq!((report.done.join(","), report.version.as_deref()), ("0004".to_owned(), Some("0003")));
    assert_eq!(stores.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('@.two_n')").await, 0);
}

#[tokio::test]
async fn a_plan_shows_the_text_and_a_rehearsal_leaves_nothing() {
    let Some(stores) = stores() else { return };
    let steps = migrator(&stores, &STEPS);
    let plan = steps.plan(&MigrationTarget::To("0002".to_owned()), true).await.unwrap();
    assert_eq!(plan.steps.iter().map(|step| step.version.as_str()).collect::<Vec<_>>(), ["0001", "0002"]);
    assert_eq!(plan.steps[0].text, COUNT);
    assert_eq!(stores.number("SELECT count(*) FROM pg_namespace WHERE nspname = '@.'").await, 0);
    assert!(steps.status().await.unwrap().iter().all(|status| status.state == StepState::Pending));
    let wrong = migrator(&stores, &[MigrationStep::sql("0001", "wrong", "SELECT missing", "SELECT 1")]);
    let error = wrong.plan(&MigrationTarget::All, true).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MigrationFailed, "a rehearsal finds what fails");
    let unknown = steps.plan(&MigrationTarget::To("0009".to_owned()), false).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_step_outside_transactions_runs_again_after_it_was_killed_in_the_middle() {
    let Some(stores) = stores() else { return };
    migrator(&stores, &STEPS).apply(&MigrationTarget::To("0003".to_owned())).await.unwrap();
    // As a kill leaves it: noted as running, its index half built.
    stores
        .run(
            "INSERT INTO @.migration_versions (version, state) VALUES ('0004', 'running'); \
             CREATE INDEX two_n ON @.two (n)",
        )
        .await;
    let again = migrator(&stores, &STEPS);
    assert_eq!(again.status().await.unwrap().last().map(|status| status.state), Some(StepState::Running));
    assert_eq!(again.apply(&MigrationTarget::All).await.unwrap().done, ["0004"]);
    // And once more from its start.
    stores.run("UPDATE @.migration_versions SET state = 'running' WHERE version = '0004'").await;
    assert_eq!(again.apply(&MigrationTarget::All).await.unwrap().done, ["0004"]);
    assert_eq!(again.status().await.unwrap().last().map(|status| status.state), Some(StepState::Applied));
}

#[tokio::test]
async fn a_table_of_versions_with_three_columns_is_extended() {
    let Some(stores) = stores() else { return };
    let schema = stores.schema();
    stores
        .run(&format!(
            "CREATE SCHEMA {schema}; CREATE TABLE {schema}.migration_versions (version varchar(50) PRIMARY KEY, \
             applied_at timestamptz DEFAULT now(), applied_by varchar(100)); \
             INSERT INTO {schema}.migration_versions (version) VALUES ('20240101000000')"
        ))
        .await;
    let found = migrator(&stores, &STEPS);
    let unknown = found.status().await.unwrap();
    assert_eq!(
        unknown.last().map(|status| (status.version.as_str(), status.state)),
        Some(("20240101000000", StepState::Unknown))
    );
    assert_eq!(found.apply(&MigrationTarget::All).await.unwrap().done.len(), 4);
}

#[test]
fn steps_that_cannot_be_ordered_are_refused() {
    let options = PostgresOptions::from_uri("postgres://aragora@localhost/aragora").unwrap();
    let parts = Parts::system();
    let refused = |steps: &[MigrationStep]| Migrator::postgres_only(&options, &parts, steps).unwrap_err();
    let twice = refused(&[STEPS[0], MigrationStep::sql("00001", "again", "SELECT 1", "SELECT 1")]);
    assert!(twice.reason().contains("the number of 0001 again"), "{twice}");
    let backwards = refused(&[STEPS[1], STEPS[0]]);
    assert!(backwards.reason().contains("after 0002"), "{backwards}");
    for version in ["", "1", "v001", &"1".repeat(15)] {
        let version: &'static str = Box::leak(version.to_owned().into_boxed_str());
        let error = refused(&[MigrationStep::sql(version, "x", "SELECT 1", "SELECT 1")]);
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{version:?}");
    }
    assert_eq!(STEPS[0].kind, StepKind::Additive);
    let code = MigrationStep::code("0001", "rows", |_, _| Box::pin(async { Ok(Default::default()) }));
    assert!(refused(&[code]).reason().contains("expected SQL"));
    let memory: Arc<dyn aragora_core::storage::Storage> =
        Arc::new(aragora_core::storage::MemoryStorage::new(Arc::new(SystemClock::new())));
    assert_eq!(Migrator::over(memory, &parts, &STEPS).unwrap_err().kind(), ErrorKind::InvalidConfig);
}
