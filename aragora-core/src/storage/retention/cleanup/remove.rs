use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, open, openat, statat, unlinkat};

use super::sets::{Stuck, is_manifest};
use super::walk::{Survey, identity};
use super::{CleanupCategory, CleanupEntry, CleanupPlan, CleanupReport, SkippedEntry, archive, io};
use crate::error::{Error, ErrorKind, Result};

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const KEPT: &str = "it is of a backup that must stay whole";

/// Two passes: everything is copied to the archive before the first file goes. Each opens the folders anew: there may be
/// more entries than a process may have handles.
pub(super) fn execute(root: &Path, plan: &CleanupPlan) -> Result<CleanupReport> {
    let mut report = CleanupReport::default();
    let mut ready = checked_of(root, plan, plan.entries.iter().collect(), &mut report)?;
    if let Some(archive_to) = &plan.options.archive_to {
        let lost = || Error::new(ErrorKind::Unavailable, "the folder of the archive cannot be found any more");
        // Each plan has a folder of its own: names come again, and what was archived stays.
        let archive_to = archive::settled(archive_to).ok_or_else(lost)?.join(plan.hash.to_hex());
        for entry in &ready {
            let failed = |error| archived(&entry.path, error);
            let folder = folder_of(root, entry).map_err(|error| failed(std::io::Error::other(error)))?;
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let file = openat(&folder, name_of(&entry.path), flags, Mode::empty()).map_err(|e| failed(e.into()))?;
            archive::copy(&mut File::from(file), &archive_to.join(&entry.path)).map_err(failed)?;
            report.archived += 1;
        }
        // Looked at once more: archiving may have taken long.
        ready = checked_of(root, plan, ready, &mut report)?;
    }
    // A backup is one as long as its manifest is there, and the newest go first: whatever ends this leaves whole chains.
    ready.sort_by(|a, b| (is_manifest(b), &b.path).cmp(&(is_manifest(a), &a.path)));
    let mut stuck = Stuck::default();
    for entry in &ready {
        let stays = stuck.holds(entry.category, &entry.path);
        let removed = if stays { Err(KEPT.to_owned()) } else { remove(root, entry) };
        match removed {
            Ok(()) => {
                report.removed += 1;
                report.bytes += entry.bytes;
            }
            Err(reason) => {
                if is_manifest(entry) {
                    stuck.add(&entry.path);
                }
                report.skipped.push(SkippedEntry { path: entry.path.clone(), reason });
            }
        }
    }
    for entry in &ready {
        remove_empty_folders(root, &entry.path);
    }
    Ok(report)
}

/// The entries that still are what was planned for, that are free now, and whose backup sets can go as a whole.
fn checked_of<'a>(
    root: &Path,
    plan: &CleanupPlan,
    entries: Vec<&'a CleanupEntry>,
    report: &mut CleanupReport,
) -> Result<Vec<&'a CleanupEntry>> {
    let survey = Survey::of(root)?;
    let mut skip = |entry: &CleanupEntry, reason| {
        report.skipped.push(SkippedEntry { path: entry.path.clone(), reason });
    };
    let mut ready = Vec::with_capacity(entries.len());
    for entry in entries {
        match checked(root, &survey, entry) {
            Ok(()) => ready.push(entry),
            Err(reason) => skip(entry, reason),
        }
    }
    let free = ready.iter().map(|entry| &*entry.path);
    let stuck = Stuck::of(root, plan.entries.iter().map(|entry| &*entry.path), free);
    ready.retain(|entry| {
        let stays = stuck.holds(entry.category, &entry.path);
        if stays {
            skip(entry, KEPT.to_owned());
        }
        !stays
    });
    Ok(ready)
}

fn remove(root: &Path, entry: &CleanupEntry) -> std::result::Result<(), String> {
    let folder = folder_of(root, entry)?;
    same(&folder, entry)?;
    unlinkat(&folder, name_of(&entry.path), AtFlags::empty()).map_err(|error| error.to_string())
}

/// Whether an entry still is what was planned for, and free.
fn checked(root: &Path, survey: &Survey<'_>, entry: &CleanupEntry) -> std::result::Result<(), String> {
    let folder = folder_of(root, entry)?;
    same(&folder, entry)?;
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let [dev, ino, _] = &entry.identity;
    if !survey.is_free(number(dev), number(ino)) {
        return Err("it is open somewhere, or the store lives on it".to_owned());
    }
    Ok(())
}

/// The folder of an entry. Each part of the path is opened from the one before, so that no link leads elsewhere.
fn folder_of(root: &Path, entry: &CleanupEntry) -> std::result::Result<OwnedFd, String> {
    let said = |error: rustix::io::Errno| error.to_string();
    let parts: Vec<&str> = entry.path.split('/').collect();
    let Some((_, folders)) = parts.split_last() else { return Err("no path".to_owned()) };
    let plain = |part: &&str| !part.is_empty() && !matches!(*part, "." | "..");
    let begins = match entry.category {
        CleanupCategory::Orphans => true,
        category => parts.first() == Some(&category.as_str()) && parts.len() > 1,
    };
    if !parts.iter().all(plain) || !begins {
        return Err("no path of its category".to_owned());
    }
    let mut folder = open(root, FOLDER, Mode::empty()).map_err(said)?;
    for part in folders {
        folder = openat(&folder, *part, FOLDER, Mode::empty()).map_err(said)?;
    }
    Ok(folder)
}

/// Whether a name still means the file that was planned for, unchanged.
#[allow(clippy::cast_lossless, clippy::unnecessary_cast)] // The width of these differs between systems.
fn same(folder: &OwnedFd, entry: &CleanupEntry) -> std::result::Result<(), String> {
    let found = statat(folder, name_of(&entry.path), AtFlags::SYMLINK_NOFOLLOW).map_err(|error| error.to_string())?;
    let now = identity(found.st_dev as u64, found.st_ino as u64, found.st_mtime as i64, found.st_mtime_nsec as i64);
    if now == entry.identity && u64::try_from(found.st_size) == Ok(entry.bytes) {
        return Ok(());
    }
    Err("it changed since the plan".to_owned())
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Folders of a category that became empty; a folder that is not empty stays by itself.
fn remove_empty_folders(root: &Path, path: &str) {
    let mut path = path;
    while let Some((folder, _)) = path.rsplit_once('/') {
        // The folder of a category stays.
        let is_category = !folder.contains('/') && !folder.starts_with("store-");
        if is_category || std::fs::remove_dir(root.join(folder)).is_err() {
            break;
        }
        path = folder;
    }
}

fn archived(path: &str, error: std::io::Error) -> Error {
    io("archived", error).with("path", path)
}
