use std::path::Path;

use serde::Deserialize;

use super::sets::MANIFEST;
use super::{CleanupOptions, walk};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::backup::{BackupFacts, BackupId, BackupKind, RetentionPreset, plan_prune};

/// What of a manifest decides how long it stays. Nothing is restored from what is read here.
#[derive(Deserialize)]
struct Manifest {
    id: BackupId,
    #[serde(default)]
    parent: Option<BackupId>,
    ended_at: Timestamp,
}

/// The folders of backup sets that may go, as paths below the data directory that end with `/`. Whatever cannot be read
/// stays, and so does every set of a store of which one cannot be read.
pub(super) fn doomed(root: &Path, options: &CleanupOptions, now: Timestamp) -> Result<Vec<String>> {
    let mut doomed = Vec::new();
    let backups = root.join("backups");
    if !std::fs::symlink_metadata(&backups).is_ok_and(|found| found.is_dir()) {
        return Ok(doomed);
    }
    for store in walk::entries(&backups)?.into_iter().filter(|entry| entry.is_dir) {
        let folder = backups.join(&store.name);
        let mut facts = Vec::new();
        let mut whole = true;
        for set in walk::entries(&folder)?.into_iter().filter(|entry| entry.is_dir) {
            let Ok(id) = set.name.parse::<BackupId>() else { continue };
            let manifest = match std::fs::read(folder.join(&set.name).join(MANIFEST)) {
                Ok(bytes) => serde_json::from_slice::<Manifest>(&bytes).ok(),
                // A backup that is being written, or what is left of one.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(_) => None,
            };
            match manifest {
                Some(manifest) if manifest.id == id => facts.push(BackupFacts {
                    id,
                    parent: manifest.parent,
                    ended_at: manifest.ended_at,
                    verified: folder.join(&set.name).join("verified.json").is_file(),
                }),
                _ => whole = false,
            }
        }
        if !whole {
            continue;
        }
        facts.sort_by(|a, b| a.id.cmp(&b.id));
        let days = options.backup_days;
        let preset = RetentionPreset::Custom { increments: days, daily: days, weekly: days };
        let plan = plan_prune(&facts, preset, now)?;
        let fulls = facts.iter().rev().filter(|backup| backup.id.kind() == BackupKind::Full);
        let kept: Vec<&BackupId> = fulls.take(options.keep_backups as usize).map(|backup| &backup.id).collect();
        let removed = plan.remove.iter().filter(|id| !kept.contains(id));
        doomed.extend(removed.map(|id| format!("backups/{}/{id}/", store.name)));
    }
    Ok(doomed)
}
