use std::fs;
use std::path::{Path, PathBuf};

use super::program_in;
use crate::context::Context;
use crate::process::{program, run, works};

/// The programs of both servers.
pub(super) struct Programs {
    pub(super) initdb: PathBuf,
    pub(super) pg_ctl: PathBuf,
    pub(super) redis: PathBuf,
}

/// Finds them; what is missing is installed on Debian as root.
pub(super) fn find(context: &Context) -> Result<Programs, String> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    let missing = "PostgreSQL 14 or newer and Redis 7 are not installed (Debian: postgresql, redis-server)";
    if !is_root(context) || !works(program(context, "apt-get").arg("--version")) {
        return Err(missing.to_owned());
    }
    let install = ["install", "--yes", "--no-install-recommends"];
    let quiet = |command: &mut std::process::Command| {
        // No server of the packages themselves starts: ours have ports and directories of their own.
        run(command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1"))
    };
    if quiet(program(context, "apt-get").args(install).args(["postgresql", "redis-server"])).is_err() {
        quiet(program(context, "apt-get").arg("update"))?;
        quiet(program(context, "apt-get").args(install).args(["postgresql", "redis-server"]))?;
    }
    installed().ok_or_else(|| missing.to_owned())
}

pub(super) fn is_root(context: &Context) -> bool {
    let asked = program(context, "id").arg("-u").output();
    asked.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn installed() -> Option<Programs> {
    let folders = postgres_folders();
    Some(Programs {
        initdb: program_in("initdb", &folders)?,
        pg_ctl: program_in("pg_ctl", &folders)?,
        redis: program_in("redis-server", &[])?,
    })
}

/// Where Debian puts them, newest version first.
fn postgres_folders() -> Vec<PathBuf> {
    let root = Path::new("/usr/lib/postgresql");
    let mut versions: Vec<u32> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|version| *version >= 14)
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|version| root.join(version.to_string()).join("bin")).collect()
}
