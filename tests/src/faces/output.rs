//! Files that are written, or compared with what is there.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::model::Model;

/// A rendered file.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it lies, from the root of the repository.
    pub path: &'static str,
    /// Its whole text.
    pub text: String,
}

/// The list of the hand-written surface.
pub(super) fn items(surface: &str) -> Result<Vec<Value>, String> {
    let surface: Value = serde_json::from_str(surface).map_err(|error| format!("{SURFACE} is no JSON: {error}"))?;
    Ok(surface.get("items").and_then(Value::as_array).cloned().unwrap_or_default())
}

/// The model as a document, with the surface.
pub(super) fn api(model: &Model, items: &[Value]) -> Result<File, String> {
    let mut document = serde_json::to_value(model).map_err(|error| error.to_string())?;
    document["items"] = Value::Array(items.to_vec());
    let mut text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(File { path: API, text })
}

/// The model's file.
pub const API: &str = "tests/conformance/api.json";
/// The hand-written surface of the faces.
pub const SURFACE: &str = "tests/conformance/surface.json";

/// Writes what differs, and says what was written.
pub fn write(root: &Path, files: &[File]) -> Result<Vec<&'static str>, String> {
    let mut written = Vec::new();
    for file in files {
        let path = root.join(file.path);
        if fs::read_to_string(&path).is_ok_and(|found| found == file.text) {
            continue;
        }
        let parent = path.parent().map(PathBuf::from).unwrap_or_default();
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, &file.text))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        written.push(file.path);
    }
    Ok(written)
}

/// The files that are not as they would be rendered now, with the first line that differs.
pub fn stale(root: &Path, files: &[File]) -> Vec<String> {
    files.iter().filter_map(|file| difference(root, file)).collect()
}

fn difference(root: &Path, file: &File) -> Option<String> {
    let Ok(found) = fs::read_to_string(root.join(file.path)) else { return Some(format!("{}: not there", file.path)) };
    if found == file.text {
        return None;
    }
    let line = found.lines().zip(file.text.lines()).take_while(|(a, b)| a == b).count();
    let shown = |text: &str| text.lines().nth(line).unwrap_or("(end of the file)").trim().to_owned();
    Some(format!("{}:{}: {:?}, rendered {:?}", file.path, line + 1, shown(&found), shown(&file.text)))
}
