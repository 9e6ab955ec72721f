use std::fmt;
use std::sync::Arc;

use crate::clock::BoxFuture;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::ids::Digest;
use crate::storage::{Op, Storage};

/// One change of the schema. Once published it never changes: its checksum is compared at every start.
#[derive(Clone, Copy, Debug)]
pub struct MigrationStep {
    /// 4 to 14 digits, compared as a number.
    pub version: &'static str,
    /// What it does, e.g. `records`.
    pub name: &'static str,
    /// Forward.
    pub up: MigrationAction,
    /// Backward; without it the step cannot be rolled back.
    pub down: Option<MigrationAction>,
    /// Whether processes of the version before can go on.
    pub kind: StepKind,
    /// Whether it runs in one transaction. Otherwise it must be repeatable: after a kill it runs again from its start.
    pub transactional: bool,
}

/// What a step runs.
#[derive(Clone, Copy)]
pub enum MigrationAction {
    /// SQL of a file `NNNN_name.up.sql`. Statements of a step that is not transactional are separated by lines
    /// `-- next statement`.
    Sql(&'static str),
    /// Rows rewritten page by page, on stores without SQL.
    Code(CodeStep),
}

/// Gives the operations of the page after this cursor, at most 1,000, and where to go on. It only reads: the runner
/// applies the operations together with the cursor and a fence, so a killed step goes on where it was.
pub type CodeStep = for<'a> fn(&'a Arc<dyn Storage>, Option<&'a str>) -> BoxFuture<'a, Result<CodePage>>;

/// One page of a [`CodeStep`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodePage {
    /// What to write, at most 1,000 operations.
    pub ops: Vec<Op>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
}

/// What a step means for processes of the version before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// They go on.
    Additive,
    /// They must not claim anything new.
    Breaking,
}

impl MigrationStep {
    /// An additive step in one transaction.
    pub const fn sql(version: &'static str, name: &'static str, up: &'static str, down: &'static str) -> Self {
        Self {
            version,
            name,
            up: MigrationAction::Sql(up),
            down: Some(MigrationAction::Sql(down)),
            kind: StepKind::Additive,
            transactional: true,
        }
    }

    /// An additive step over rows.
    pub const fn code(version: &'static str, name: &'static str, up: CodeStep) -> Self {
        Self {
            version,
            name,
            up: MigrationAction::Code(up),
            down: None,
            kind: StepKind::Additive,
            transactional: false,
        }
    }

    /// SHA-256 of the text that runs forward, with line ends as LF. Code has no text: its name stands for it.
    pub fn checksum(&self) -> Digest {
        Digest::of(self.up.text(self.name).replace("\r\n", "\n"))
    }

    pub(super) fn number(&self) -> u64 {
        number(self.version).unwrap_or(u64::MAX)
    }
}

impl MigrationAction {
    /// What would run, for people.
    pub(super) fn text(&self, name: &str) -> String {
        match self {
            Self::Sql(text) => (*text).to_owned(),
            Self::Code(_) => format!("code {name}"),
        }
    }
}

impl fmt::Debug for MigrationAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(text) => f.debug_tuple("Sql").field(&text.len()).finish(),
            Self::Code(_) => f.write_str("Code"),
        }
    }
}

/// Versions are compared as numbers: `0010` is `10`.
pub(super) fn number(version: &str) -> Option<u64> {
    version.parse().ok()
}

/// `invalid_config` naming every version outside its grammar, every pair with one number, every step out of order and
/// every step of another kind of store.
pub(super) fn check(steps: &[MigrationStep], sql: bool) -> Result<()> {
    let mut violations = Violations::new();
    for step in steps {
        let digits = (4..=14).contains(&step.version.len()) && step.version.bytes().all(|b| b.is_ascii_digit());
        let pointer = format!("/steps/{}", step.version.chars().take(50).collect::<String>());
        violations.check(digits, &pointer, "a version is 4 to 14 digits");
        for action in std::iter::once(&step.up).chain(&step.down) {
            let fits = matches!(action, MigrationAction::Sql(_)) == sql;
            violations.check(fits, &pointer, if sql { "expected SQL" } else { "expected code, this store has no SQL" });
        }
    }
    for pair in steps.windows(2) {
        if let [before, after] = pair {
            let pointer = format!("/steps/{}", after.version);
            match after.number().cmp(&before.number()) {
                std::cmp::Ordering::Greater => {}
                std::cmp::Ordering::Equal => violations.add(pointer, format!("the number of {} again", before.version)),
                std::cmp::Ordering::Less => {
                    violations.add(pointer, format!("after {}, which is later", before.version))
                }
            }
        }
    }
    violations.into_result(ErrorKind::InvalidConfig)
}

/// A failed step, which is absent.
pub(super) fn failed(version: &str, position: Option<usize>, cause: &Error) -> Error {
    let error =
        Error::new(ErrorKind::MigrationFailed, format!("step {version} failed and is absent: {}", cause.reason()))
            .with("version", version)
            .with("cause", cause.code())
            .caused_by(cause.clone());
    position.map_or(error.clone(), |position| error.with("position", position))
}
