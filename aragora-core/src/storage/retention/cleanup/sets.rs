use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use super::{CleanupCategory, CleanupEntry};

pub(super) const MANIFEST: &str = "manifest.json";

/// Backup sets that must stay whole, as the newest of each store. What a set goes on from is older than it, so every
/// older one stays with it.
#[derive(Debug, Default)]
pub(super) struct Stuck(BTreeMap<String, String>);

impl Stuck {
    /// Of the sets that these paths lie in, those whose manifest is there and not among the files that can go now. The
    /// rest of a set whose manifest went before is no backup any more.
    pub(super) fn of<'a>(
        root: &Path,
        paths: impl IntoIterator<Item = &'a str>,
        free: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let free: HashSet<&str> = free.into_iter().collect();
        let sets: HashSet<(&str, &str)> = paths.into_iter().filter_map(place).collect();
        let mut stuck = Self::default();
        for (store, set) in sets {
            let manifest = format!("backups/{store}/{set}/{MANIFEST}");
            let gone = || {
                let found = std::fs::symlink_metadata(root.join(&manifest));
                found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
            };
            if !free.contains(&*manifest) && !gone() {
                stuck.add(&manifest);
            }
        }
        stuck
    }

    /// The set of this file stays.
    pub(super) fn add(&mut self, path: &str) {
        let Some((store, set)) = place(path) else { return };
        let newest = self.0.entry(store.to_owned()).or_default();
        if &**newest < set {
            set.clone_into(newest);
        }
    }

    /// Whether a file is of a set that stays.
    pub(super) fn holds(&self, category: CleanupCategory, path: &str) -> bool {
        let newest = place(path).and_then(|(store, set)| Some((self.0.get(store)?, set)));
        category == CleanupCategory::Backups && newest.is_some_and(|(newest, set)| set <= &**newest)
    }
}

/// Whether this is what makes a set a backup.
pub(super) fn is_manifest(entry: &CleanupEntry) -> bool {
    entry.category == CleanupCategory::Backups && entry.path.rsplit('/').next() == Some(MANIFEST)
}

/// Store and set of a path.
fn place(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.strip_prefix("backups/")?.splitn(3, '/');
    let place = (parts.next()?, parts.next()?);
    parts.next().map(|_| place)
}
