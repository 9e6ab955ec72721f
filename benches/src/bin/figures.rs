//! Prints every figure beside its target: `figure | ours | reference | ratio | target | held?`.
//!
//! Without arguments every group runs in a process of its own, so that one does not find the memory of another; with
//! names of groups, those run here. A missed target is printed as MISSED and is no failure of this program.

use std::process::{Command, ExitCode};

use aragora_benches::row::Row;
use aragora_benches::{
    Result, admission, bus, crowd, disk, fold, keep, latency, overhead, peer, prefix, rules, seal, store,
};

type Rows = fn() -> Result<Vec<Row>>;

const GROUPS: &[(&str, Rows)] = &[
    ("overhead", overhead::rows),
    ("crowd", crowd::rows),
    ("fold", fold::rows),
    ("rules", rules::rows),
    ("latency", latency::rows),
    ("peer", peer::rows),
    ("prefix", prefix::rows),
    ("bus", bus::rows),
    ("seal", seal::rows),
    ("store", store::rows),
    ("disk", disk::rows),
    ("keep", keep::rows),
    ("admission", admission::rows),
    // Only with the feature, and only by `cargo xtask with-servers`.
    #[cfg(feature = "servers")]
    ("servers", aragora_benches::servers::rows),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.is_empty() {
        println!("figure | ours | reference | ratio | target | held?");
        println!("---|---|---|---|---|---");
    }
    let mut failed = false;
    for (name, rows) in GROUPS {
        let done = match wanted.as_slice() {
            [] => apart(name),
            names if names.iter().any(|wanted| wanted == name) => here(*rows),
            _ => Ok(()),
        };
        if let Err(error) = done {
            failed = true;
            println!("{name} | - | - | - | - | NOT MEASURED: {error}");
        }
    }
    ExitCode::from(u8::from(failed))
}

fn here(rows: Rows) -> Result<()> {
    for row in rows()? {
        println!("{row}");
    }
    Ok(())
}

fn apart(name: &str) -> Result<()> {
    // What cannot be measured says so itself.
    Command::new(std::env::current_exe()?).arg(name).status()?;
    Ok(())
}
