//! What a process that will be killed writes down about itself.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use aragora_core::{Error, ErrorKind, Result};

/// A side file: a line is durable before anything else happens, then shown to whoever kills.
#[derive(Debug)]
pub struct Notes(Mutex<File>);

impl Notes {
    /// This file, behind what is there.
    pub fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.map(|file| Self(Mutex::new(file))).map_err(|error| Error::new(ErrorKind::Unavailable, error.to_string()))
    }

    /// Writes a line. A process that cannot is of no use to the test and ends with 3.
    pub fn write(&self, line: &str) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_data());
        let mut out = std::io::stdout().lock();
        let told = writeln!(out, "{line}").and_then(|()| out.flush());
        if noted.and(told).is_err() {
            std::process::exit(3);
        }
    }
}
