use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::exchange::{Exchange, File};

/// A folder of exchanges.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// The exchanges in the order of their names.
    pub exchanges: Vec<Exchange>,
    /// What could not be read, with its file.
    pub problems: Vec<String>,
}

impl Folder {
    /// Reads every exchange below a folder. A file that cannot be read, and a reading or an index entry without its
    /// file, is a problem; a folder without a single exchange is an error.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut readings: BTreeMap<String, Value> = match std::fs::read(folder.join("EXPECTED.json")) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| format!("EXPECTED.json: {error}"))?,
            Err(error) => return Err(format!("{}: {error}", folder.join("EXPECTED.json").display())),
        };
        let mut read = Self::default();
        for path in files(folder)? {
            let name = name_of(folder, &path);
            let expected = readings.remove(&name).unwrap_or_default();
            let file = std::fs::read(&path).map_err(|error| error.to_string());
            let file = file.and_then(|bytes| serde_json::from_slice::<File>(&bytes).map_err(|error| error.to_string()));
            match file.and_then(|file| file.into_exchange(name.clone(), expected)) {
                Ok(exchange) => read.exchanges.push(exchange),
                Err(reason) => read.problems.push(format!("{name}: {reason}")),
            }
        }
        read.problems.extend(readings.keys().map(|name| format!("{name}: EXPECTED.json reads a file that is absent")));
        read.problems.extend(absent(folder, &read.exchanges));
        if read.exchanges.is_empty() {
            return Err(format!("{}: holds no exchange", folder.display()));
        }
        Ok(read)
    }
}

/// Files that an index, if there is one, names and that are not there.
fn absent(folder: &Path, exchanges: &[Exchange]) -> Vec<String> {
    let Ok(bytes) = std::fs::read(folder.join("INDEX.json")) else { return Vec::new() };
    let Ok(Value::Array(entries)) = serde_json::from_slice(&bytes) else {
        return vec!["INDEX.json: is no list".to_owned()];
    };
    let named = entries.iter().filter_map(|entry| entry["file"].as_str()).map(|file| file.trim_end_matches(".json"));
    named
        .filter(|name| exchanges.binary_search_by(|exchange| exchange.name.as_str().cmp(name)).is_err())
        .map(|name| format!("{name}: INDEX.json names a file that is absent or unreadable"))
        .collect()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = |folder: &Path| -> Result<Vec<PathBuf>, String> {
        let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(|error| error.to_string())).collect()
    };
    let mut found = Vec::new();
    for provider in list(folder)?.iter().filter(|path| path.is_dir()) {
        found.extend(list(provider)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "json")));
    }
    found.sort_by_cached_key(|path| name_of(folder, path));
    Ok(found)
}

fn name_of(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path).with_extension("");
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}
