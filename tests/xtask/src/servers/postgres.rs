use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::packages::{Programs, is_root};
use super::{free_port, said};
use crate::context::Context;
use crate::process::run;

/// The role of the tests, which may do everything.
const USER: &str = "aragora";

/// One cluster. PostgreSQL refuses to run as root, so root hands it to the user `postgres`.
pub(super) struct Postgres {
    pg_ctl: PathBuf,
    folder: PathBuf,
    port: u16,
    as_user: bool,
}

/// Stops the servers of runs that were interrupted: they are nobody's children. A folder is named by its run's process.
pub(super) fn stop_abandoned(context: &Context, programs: &Programs, all: &Path) {
    for folder in fs::read_dir(all).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let run_lives = folder.file_name().is_some_and(|process| Path::new("/proc").join(process).exists());
        if run_lives || !Path::new("/proc").is_dir() {
            continue;
        }
        let postgres = folder.join("postgres");
        if postgres.join("data/postmaster.pid").is_file() {
            let pg_ctl = programs.pg_ctl.clone();
            // Stops as it is dropped.
            drop(Postgres { pg_ctl, folder: postgres, port: 0, as_user: is_root(context) });
        }
        let _ = fs::remove_dir_all(&folder);
    }
}

impl Postgres {
    pub(super) fn start(context: &Context, programs: &Programs, folder: &Path) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| said(folder, &error))?;
        let as_user = is_root(context);
        if as_user {
            run(Command::new("chown").arg("postgres").arg(folder))?;
        }
        let port = free_port()?;
        let started = Self { pg_ctl: programs.pg_ctl.clone(), folder: folder.to_owned(), port, as_user };
        let mut init = started.command(&programs.initdb);
        init.arg("--pgdata").arg(started.data()).args(["--username", USER, "--auth", "trust", "--encoding", "UTF8"]);
        run(init.args(["--locale", "C", "--no-sync"]))?;
        // Killing the server loses nothing; only a power loss would, which no test makes.
        let settings = format!(
            "\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n\
             full_page_writes = off\nmax_connections = 300\ndeadlock_timeout = 100ms\nmax_prepared_transactions = 0\n"
        );
        let file = started.data().join("postgresql.auto.conf");
        fs::write(&file, settings).map_err(|error| said(&file, &error))?;
        run(started.command(&started.pg_ctl).args(started.words("start")))?;
        Ok(started)
    }

    pub(super) fn address(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder of its programs.
    pub(super) fn programs(&self) -> String {
        self.pg_ctl.parent().unwrap_or(&self.pg_ctl).display().to_string()
    }

    /// Stops the server at once and starts it again, as one line of a shell.
    pub(super) fn restart_line(&self) -> String {
        let command = {
            let mut command = self.command(&self.pg_ctl);
            command.args(self.words("restart")).args(["--mode", "immediate"]);
            command
        };
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| format!("'{}'", word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn words(&self, what: &str) -> Vec<String> {
        let path = |path: PathBuf| path.display().to_string();
        let log = path(self.folder.join("log"));
        [what, "--pgdata", &path(self.data()), "--log", &log, "--wait", "--silent"].map(str::to_owned).to_vec()
    }

    fn command(&self, name: &Path) -> Command {
        let mut command = if self.as_user { Command::new("setpriv") } else { Command::new(name) };
        if self.as_user {
            command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]).arg(name);
        }
        // A folder that every user may enter.
        command.current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.command(&self.pg_ctl);
        stop.args(self.words("stop")).args(["--mode", "immediate"]);
        if let Err(reason) = run(&mut stop) {
            println!("  PostgreSQL was not stopped: {reason}");
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
