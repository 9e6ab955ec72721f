use redis::Value;

use super::Inner;
use super::dial::text;
use super::errors::nonsense;
use super::read::of_place;
use super::scripts::Script;
use crate::error::Result;
use crate::storage::address::KeyRange;
use crate::storage::control::{Control, ControlReport, ProbeReport, StorageUsage};
use crate::storage::scan::{OnCorrupt, PageRequest};

/// Most entries one sweep removes.
const SWEEP: u32 = 1_000;

impl Inner {
    pub(super) async fn control(&self, control: Control) -> Result<ControlReport> {
        match control {
            // Every write is as safe as the server makes it once it is acknowledged, and space comes back by itself.
            Control::Flush | Control::Compact | Control::Close => {
                self.link.read(&redis::cmd("PING")).await.map(|_| ControlReport::Done)
            }
            Control::Probe => {
                self.link.read(&redis::cmd("PING")).await?;
                Ok(ControlReport::Probed(ProbeReport { notes: self.notes.clone() }))
            }
            Control::Usage => self.usage().await,
            Control::Sweep => self.sweep().await,
            Control::Verify => self.verify().await,
        }
    }

    /// Names of tables with what stands for their space, as keys have them.
    pub(super) async fn places(&self) -> Result<Vec<String>> {
        let members = self.link.read(redis::cmd("SMEMBERS").arg(format!("{}x", self.options.prefix()))).await?;
        match members {
            Value::Array(members) | Value::Set(members) => Ok(members.iter().filter_map(text).collect()),
            _ => Err(nonsense("names")),
        }
    }

    async fn usage(&self) -> Result<ControlReport> {
        let prefix = self.options.prefix();
        let mut usage = StorageUsage::default();
        for place in self.places().await? {
            let mut from = b"-".to_vec();
            loop {
                let call = self.link.call(Script::Usage, |command| {
                    command.arg(&prefix).arg(&place).arg(&from);
                });
                let Value::Array(parts) = call.await? else { return Err(nonsense("usage")) };
                let [Value::Int(rows), Value::Int(bytes), Value::Int(expired), Value::BulkString(last)] = &parts[..]
                else {
                    return Err(nonsense("usage"));
                };
                usage.rows += rows.cast_unsigned();
                usage.bytes += bytes.cast_unsigned();
                usage.expired += expired.cast_unsigned();
                if last.is_empty() {
                    break;
                }
                from = [b"(", &last[..]].concat();
            }
        }
        let leases = self.link.read(redis::cmd("ZCARD").arg(format!("{prefix}l"))).await?;
        usage.leases = if let Value::Int(leases) = leases { leases.cast_unsigned() } else { 0 };
        Ok(ControlReport::Used(usage))
    }

    async fn sweep(&self) -> Result<ControlReport> {
        let prefix = self.options.prefix();
        let call = self.link.call(Script::Sweep, |command| {
            command.arg(&prefix).arg(SWEEP);
        });
        match call.await? {
            Value::Array(parts) => match &parts[..] {
                [Value::Int(removed), Value::Int(more)] => {
                    Ok(ControlReport::Swept { removed: *removed as u32, more: *more == 1 })
                }
                _ => Err(nonsense("a sweep")),
            },
            _ => Err(nonsense("a sweep")),
        }
    }

    /// Reads every row page by page.
    async fn verify(&self) -> Result<ControlReport> {
        let (mut checked, mut corrupt) = (0, Vec::new());
        for place in self.places().await? {
            let Some((space, table)) = of_place(&place) else { continue };
            let range = KeyRange::all(space, table);
            let mut request = PageRequest { on_corrupt: OnCorrupt::Report, ..PageRequest::default() };
            while let Some(bounds) = request.bounds(&range)? {
                let page = self.scan(&range, &bounds, &request).await?;
                checked += (page.entries.len() + page.corrupt.len()) as u64;
                corrupt.extend(page.corrupt);
                match page.next {
                    Some(next) => request.cursor = Some(next),
                    None => break,
                }
            }
        }
        Ok(ControlReport::Verified { checked, corrupt })
    }
}
