use std::fs;
use std::path::Path;

use super::packages::Programs;
use super::{Running, free_port, said, wait_for};

/// One server that keeps everything it acknowledges: what the library asks of a durable one.
pub(super) fn start(programs: &Programs, folder: &Path) -> Result<(Running, u16), String> {
    fs::create_dir_all(folder).map_err(|error| said(folder, &error))?;
    let port = free_port()?;
    let settings = [
        ("--port", port.to_string()),
        ("--bind", "127.0.0.1".to_owned()),
        ("--dir", folder.display().to_string()),
        ("--save", String::new()),
        ("--appendonly", "yes".to_owned()),
        ("--appendfsync", "always".to_owned()),
        ("--maxmemory-policy", "noeviction".to_owned()),
    ];
    let arguments: Vec<String> = settings.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect();
    let running = Running::start(&programs.redis, &arguments, folder)?;
    wait_for("Redis", port)?;
    Ok((running, port))
}
