use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::{Address, KeyRange, TableName};
use crate::storage::backup::Copyable;
use crate::storage::batch::{Batch, Commit, Op, not_applied};
use crate::storage::control::{Control, ControlReport};
use crate::storage::lease::{Lease, LeaseClaim};
use crate::storage::scan::{Entry, PageRequest, ScanPage};
use crate::storage::table::{Seal, TableDef};
use crate::storage::watch::Watch;
use crate::storage::{Capability, Storage};

/// A production store without keys: what must not lie in plain is neither written nor read.
#[derive(Debug)]
pub(crate) struct Unkeyed {
    inner: Arc<dyn Storage>,
    secret: HashSet<&'static str>,
}

impl Unkeyed {
    /// Refuses the tables of these whose members are sealed one by one: those hold credentials.
    pub(crate) fn new(inner: Arc<dyn Storage>, defs: &[TableDef]) -> Self {
        let secret = defs.iter().filter(|def| matches!(def.seal, Seal::Fields(_))).map(|def| def.name).collect();
        Self { inner, secret }
    }

    fn admit(&self, table: &TableName) -> Result<()> {
        if self.secret.contains(table.as_str()) {
            return Err(Error::new(ErrorKind::NotConfigured, "ARAGORA_ENCRYPTION_KEY is not set").with("table", table));
        }
        Ok(())
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Storage for Unkeyed {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        self.inner.clone().copyable()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        at.iter().try_for_each(|at| self.admit(&at.table))?;
        self.inner.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.admit(&range.table)?;
        self.inner.scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        batch.ops.iter().map(Op::address).try_for_each(|at| self.admit(&at.table)).map_err(not_applied)?;
        self.inner.apply(batch).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.inner.claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.inner.renew(lease, ttl).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.inner.watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        self.inner.control(control).await
    }
}
