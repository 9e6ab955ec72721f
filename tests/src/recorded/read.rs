//! Reads files of records; every error names the file and says what was expected.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// A file that is missing or not what its format says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) path: PathBuf,
    pub(super) reason: String,
}

impl Unreadable {
    pub(super) fn new(path: &Path, reason: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), reason: reason.to_string() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

pub(super) type Read<T> = Result<T, Unreadable>;

/// The last part of a path; what is no text is shown as well as it can be.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn entries(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Read<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).map_err(|error| Unreadable::new(folder, error))?;
    let mut found = Vec::new();
    for entry in listed {
        found.push(entry.map_err(|error| Unreadable::new(folder, error))?.path());
    }
    found.retain(|path| wanted(path));
    found.sort();
    Ok(found)
}

/// The folders in a folder, by name.
pub(super) fn folders(folder: &Path) -> Read<Vec<PathBuf>> {
    entries(folder, Path::is_dir)
}

/// The files of a folder whose names `wanted` accepts, by name.
pub(super) fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Read<Vec<PathBuf>> {
    entries(folder, |path| path.is_file() && wanted(&name(path)))
}

pub(super) fn text(path: &Path) -> Read<String> {
    std::fs::read_to_string(path).map_err(|error| Unreadable::new(path, error))
}

pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Read<T> {
    serde_json::from_str(&text(path)?).map_err(|error| Unreadable::new(path, error))
}

/// One value per line.
pub(super) fn lines<T: DeserializeOwned>(path: &Path) -> Read<Vec<T>> {
    let parse = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| Unreadable::new(path, format!("line {}: {error}", at + 1)))
    };
    text(path)?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

/// A file's name without its extension.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
