use sqlx::Row as _;
use tokio::sync::Mutex;

use super::session::failed;
use super::{Inner, Sent};
use crate::error::Result;
use crate::storage::Revision;

/// How many revisions one value of the sequence stands for.
const BLOCK: i64 = 1_000;

/// Revisions that were taken from the sequence and not used yet.
#[derive(Debug, Default)]
pub(super) struct Revisions(Mutex<Vec<std::ops::Range<i64>>>);

impl Inner {
    /// This many revisions that nobody else ever gets.
    pub(super) async fn revisions(&self, count: usize) -> Result<Vec<Revision>> {
        let mut blocks = self.revisions.0.lock().await;
        let left: usize = blocks.iter().map(|block| (block.end - block.start) as usize).sum();
        if left < count {
            let more = (count - left).div_ceil(BLOCK as usize);
            let mut session = self.session_of_function().await?;
            let query = self.query(&self.sql.revisions).bind(more as i64);
            let rows = session.fetch_all(query).await.map_err(|error| failed(error, Sent::Read))?;
            session.commit().await?;
            for row in rows {
                let start: i64 = row.try_get("block").map_err(|error| failed(error, Sent::Read))?;
                blocks.push(start..start + BLOCK);
            }
        }
        let mut taken = Vec::with_capacity(count);
        for block in blocks.iter_mut() {
            taken.extend(block.by_ref().take(count - taken.len()).map(|number| Revision::new(number.cast_unsigned())));
        }
        blocks.retain(|block| !block.is_empty());
        Ok(taken)
    }

    /// Forgets what was taken: the store counts on from elsewhere.
    pub(super) async fn forget_revisions(&self) {
        self.revisions.0.lock().await.clear();
    }
}
