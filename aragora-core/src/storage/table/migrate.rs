use super::{Replaces, Table, TableRecord, codec};
use crate::error::{ErrorKind, Result};
use crate::storage::batch::Batch;
use crate::storage::scan::{Cursor, MAX_PAGE, PageRequest};

/// How far a migration of rows came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigratePage {
    /// Rows written in the current schema.
    pub rewritten: u64,
    /// Rows that somebody else changed meanwhile, which writes them in the current schema too.
    pub overtaken: u64,
    /// Where to go on; `None` when every row was seen.
    pub next: Option<Cursor>,
}

impl<T: TableRecord> Table<T> {
    /// Rewrites rows of older schemas, at most `page_budget` pages of 1,000; resumable with the cursor it returns. Rows
    /// that expire keep the form they have: they will be gone.
    pub async fn migrate(&self, page_budget: u32, from: Option<Cursor>) -> Result<MigratePage> {
        let mut done = MigratePage { next: from, ..MigratePage::default() };
        for _ in 0..page_budget {
            let request = PageRequest { limit: MAX_PAGE, cursor: done.next.take(), ..PageRequest::default() };
            let page = self.storage.scan(self.all(), request).await?;
            for entry in page.entries.iter().filter(|entry| entry.expires_at.is_none()) {
                if codec::schema(entry)? >= T::DEF.schema {
                    continue;
                }
                let current = codec::decode::<T>(entry)?;
                let mut batch = Batch::default();
                self.stage_put(&mut batch, &current.value, Replaces::This(&current))?;
                match self.storage.apply(batch).await {
                    Ok(_) => done.rewritten += 1,
                    Err(error) if error.kind() == ErrorKind::Conflict => done.overtaken += 1,
                    Err(error) => return Err(error),
                }
            }
            done.next = page.next;
            if done.next.is_none() {
                break;
            }
        }
        Ok(done)
    }
}
