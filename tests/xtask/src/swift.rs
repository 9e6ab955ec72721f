//! Where Swift comes from: the one on the path, or a Debian release that packages it, in a folder of its own.
//!
//! Everything that runs in that folder runs in a mount namespace of its own (`unshare`): the checkout (read only), the
//! target directory and `/proc` are mounted there and nowhere else, so they are gone when the program ends, however
//! it ends.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::Context;
use crate::process::{program, run, works};

/// The first Swift whose language mode 6 the sources are written in.
const MAJOR: u32 = 6;
const RELEASE: &str = "trixie";
const PACKAGES: &str = "swiftlang,libc6-dev,libstdc++-14-dev";
/// Written last; a folder without it is half made.
const MARK: &str = "aragora-complete";

/// What a machine without Swift is told.
pub(crate) const MISSING: &str = "no swift >= 6.0 and no ARAGORA_SWIFT_ROOT; run `cargo xtask swift-root` as root on \
                                  a Debian or Ubuntu machine (2.6 GB), or install Swift";

const CHECKOUT: &str = "/mnt/checkout";
const TARGET: &str = "/mnt/target";

/// Mounts are made inside the namespace that `unshare` has opened for this script alone.
const ENTER: &str = "\
set -eu
root=$1 checkout=$2 target=$3 folder=$4
shift 4
mount -t proc proc \"$root/proc\"
mount --bind /dev \"$root/dev\"
mount -t tmpfs tmpfs \"$root/mnt\"
mkdir \"$root/mnt/checkout\" \"$root/mnt/target\"
mount --bind -o ro \"$checkout\" \"$root/mnt/checkout\"
mount --bind \"$target\" \"$root/mnt/target\"
exec chroot \"$root\" sh -c 'cd \"$1\" && shift && exec \"$@\"' sh \"$folder\" \"$@\"";

/// A Swift that can be started.
#[derive(Debug)]
pub(crate) enum Swift {
    OnPath,
    In(PathBuf),
}

impl Swift {
    /// The one of this machine. With `create`, and as root, one is made if there is none.
    pub(crate) fn find(context: &Context, create: bool) -> Result<Option<Self>, String> {
        if on_path(context) {
            return Ok(Some(Self::OnPath));
        }
        let Some(root) = root_folder() else { return Ok(None) };
        if root.join(MARK).is_file() {
            // Changing the root needs the rights for it, whoever made the folder.
            return Ok(is_superuser(context).then_some(Self::In(root)));
        }
        if !create || !is_superuser(context) || !works(program(context, "apt-get").arg("--version")) {
            return Ok(None);
        }
        make(context, &root)?;
        Ok(Some(Self::In(root)))
    }

    /// A program that starts in this folder, which is in the checkout or in the target directory.
    pub(crate) fn command(&self, context: &Context, folder: &Path, name: &str) -> Result<Command, String> {
        match self {
            Self::OnPath => {
                let mut command = program(context, name);
                command.current_dir(folder);
                Ok(command)
            }
            Self::In(root) => {
                // A file, so that a failing command is shown in one line.
                let script = context.target.join("tools").join("enter-swift.sh");
                fs::create_dir_all(context.target.join("tools"))
                    .and_then(|()| fs::write(&script, ENTER))
                    .map_err(|error| format!("{}: {error}", script.display()))?;
                let mut command = program(context, "unshare");
                command.args(["--mount", "--propagation", "private", "sh"]).arg(script);
                command.arg(root).arg(&context.root).arg(&context.target).arg(self.seen(context, folder)).arg(name);
                Ok(command)
            }
        }
    }

    /// The path of something in the checkout or the target directory, as a program started here sees it.
    pub(crate) fn seen(&self, context: &Context, path: &Path) -> PathBuf {
        if matches!(self, Self::OnPath) {
            return path.to_owned();
        }
        // The target directory first: it is usually in the checkout.
        match (path.strip_prefix(&context.target), path.strip_prefix(&context.root)) {
            (Ok(below), _) => Path::new(TARGET).join(below),
            (_, Ok(below)) => Path::new(CHECKOUT).join(below),
            _ => path.to_owned(),
        }
    }
}

/// `cargo xtask swift-root`.
pub(crate) fn make_root(context: &Context) -> Result<(), String> {
    match Swift::find(context, true)? {
        Some(Swift::OnPath) => println!("swift is on the path; nothing to make"),
        Some(Swift::In(root)) => println!("swift is in {}", root.display()),
        None => return Err(MISSING.to_owned()),
    }
    Ok(())
}

fn on_path(context: &Context) -> bool {
    let said = program(context, "swift").arg("--version").output();
    said.is_ok_and(|output| output.status.success() && new_enough(&String::from_utf8_lossy(&output.stdout)))
}

fn new_enough(said: &str) -> bool {
    let version = said.split("Swift version ").nth(1).unwrap_or_default();
    version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= MAJOR)
}

/// `ARAGORA_SWIFT_ROOT`, else a folder of the user's cache: it outlives target directories.
fn root_folder() -> Option<PathBuf> {
    if let Some(given) = env::var_os("ARAGORA_SWIFT_ROOT") {
        return Some(given.into());
    }
    let set = |name: &str| env::var_os(name).filter(|value: &OsString| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(cache.join("aragora").join("swift-root"))
}

fn is_superuser(context: &Context) -> bool {
    cfg!(target_os = "linux") && program(context, "id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

fn make(context: &Context, root: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", root.display());
    if root.exists() {
        // Only a folder this function has begun may be thrown away.
        if !root.join("etc/debian_version").exists() && fs::read_dir(root).map_err(failed)?.next().is_some() {
            return Err(format!("{} is not a folder this program has made; it is left alone", root.display()));
        }
        fs::remove_dir_all(root).map_err(failed)?;
    }
    if let Some(parent) = root.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    if !works(program(context, "mmdebstrap").arg("--version")) {
        run(program(context, "apt-get").args(["install", "--yes", "--no-install-recommends", "mmdebstrap"]))?;
    }
    let mut bootstrap = program(context, "mmdebstrap");
    bootstrap.args(["--mode=root", "--variant=minbase", &format!("--include={PACKAGES}")]);
    bootstrap.args(network_options(context)).arg(RELEASE).arg(root).args(mirror(context));
    run(&mut bootstrap)?;
    fs::write(root.join(MARK), PACKAGES).map_err(failed)
}

/// The Debian mirror this machine's apt uses. None on other distributions, where mmdebstrap knows one itself.
fn mirror(context: &Context) -> Option<String> {
    let format = "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)";
    let listed = program(context, "apt-get").args(["indextargets", "--format", format]).output().ok()?;
    first_mirror(&String::from_utf8_lossy(&listed.stdout)).map(str::to_owned)
}

fn first_mirror(listed: &str) -> Option<&str> {
    listed.lines().find_map(|line| line.strip_prefix("Debian|Debian|main|"))
}

/// How this machine's apt reaches its mirror: proxies, and whether dates are believed.
fn network_options(context: &Context) -> Vec<String> {
    let dumped = program(context, "apt-config").arg("dump").output();
    let dumped = dumped.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let wanted = |line: &&str| {
        ["Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-"].iter().any(|name| line.starts_with(name))
    };
    dumped.lines().filter(wanted).map(|line| format!("--aptopt={line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_swift_says() {
        assert!(new_enough("Swift version 6.0.3 (swift-6.0.3-RELEASE)\nTarget: x86_64-pc-linux-gnu\n"));
        assert!(new_enough("swift-driver version: 1.1 Apple Swift version 6.1 (swiftlang-6.1)"));
        assert!(!new_enough("Swift version 5.10 (swift-5.10-RELEASE)"));
        assert!(!new_enough("OpenStack swift 2"));
    }

    #[test]
    fn the_mirror_is_that_of_the_release_and_not_of_its_security_updates() {
        let listed = "Debian|Debian-Security|main|a\nDebian|Debian|contrib|b\nDebian|Debian|main|c\n";
        assert_eq!(first_mirror(listed), Some("c"));
        assert_eq!(first_mirror("Ubuntu|Ubuntu|main|d\n"), None);
    }

    #[test]
    fn paths_are_those_of_the_folder_the_program_runs_in() {
        let context = Context {
            root: "/a/checkout".into(),
            target: "/a/checkout/target".into(),
            program: "/a/xtask".into(),
            ci: false,
            shared: None,
        };
        let swift = Swift::In("/cache/swift".into());
        assert_eq!(swift.seen(&context, Path::new("/a/checkout/target/debug")), Path::new("/mnt/target/debug"));
        assert_eq!(swift.seen(&context, Path::new("/a/checkout/tests")), Path::new("/mnt/checkout/tests"));
        assert_eq!(Swift::OnPath.seen(&context, Path::new("/a/checkout/tests")), Path::new("/a/checkout/tests"));
    }
}
