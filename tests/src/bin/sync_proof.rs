//! `sync_proof [redb|sled] [--batches N]`: writes N batches one after the other under `strace` and shows that each was
//! acknowledged only after a sync of the store's file, and that every new file was made known by a sync of its directory
//! before the first. Linux only. The last line is `held` or `NOT held`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use aragora_core::storage::{Batch, Control, Op, Precondition};
use aragora_core::testing::storage::frame;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::embedded::{at, data_file, opened};

const CHILD: &str = "writes";
const SAYS: &str = "acknowledged ";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [CHILD, backend, directory, batches] => write(backend, Path::new(directory), batches).map(|()| true),
        [] => prove("redb", "100"),
        [backend] => prove(backend, "100"),
        [backend, "--batches", batches] => prove(backend, batches),
        _ => Err(Error::new(ErrorKind::InvalidRequest, "usage: sync_proof [redb|sled] [--batches N]")),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error:?}");
            ExitCode::from(2)
        }
    }
}

fn say(line: &str) {
    // Whoever reads may have seen enough.
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn failed(what: impl ToString) -> Error {
    Error::new(ErrorKind::Unavailable, what.to_string())
}

/// What is traced.
fn write(backend: &str, directory: &Path, batches: &str) -> Result<()> {
    let batches: u64 = batches.parse().map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let store = opened(backend, directory, "").await?;
        for number in 1..=batches {
            let put =
                Op::Put { at: at("one"), frame: frame(&number.to_string()), ttl: None, expect: Precondition::Any };
            store.apply(Batch::of([put])).await?;
            say(&format!("{SAYS}{number}"));
        }
        store.control(Control::Close).await.map(drop)
    })
}

fn prove(backend: &str, batches: &str) -> Result<bool> {
    let root = tempfile::tempdir().map_err(failed)?;
    let (directory, output) = (root.path().join("store"), root.path().join("trace"));
    let done = Command::new("strace")
        .args(["-f", "-y", "-s", "64", "-e", "trace=open,openat,rename,renameat,renameat2,write,fsync,fdatasync"])
        .arg("-o")
        .arg(&output)
        .arg(std::env::current_exe().map_err(failed)?)
        .args([CHILD, backend])
        .arg(&directory)
        .arg(batches)
        .stdout(Stdio::null())
        .status();
    let done = done.map_err(|error| failed(format!("strace does not run: {error}")))?;
    if !done.success() {
        return Err(failed(format!("what was traced ended with {done}")));
    }
    let trace = std::fs::read_to_string(output).map_err(failed)?;
    let found = Trace::read(&trace, &data_file(backend, &directory), &directory);
    let batches: usize = batches.parse().map_err(failed)?;
    say(&format!("{backend}: {} acknowledgements, {} syncs of {}", found.acknowledged, found.syncs, found.file));
    say(&format!("acknowledged without a sync since the one before: {}", found.early));
    say(&format!("new files whose directory was not synced before the first: {:?}", found.unnamed));
    let held = found.acknowledged == batches && found.syncs >= batches && found.early == 0 && found.unnamed.is_empty();
    say(if held { "held" } else { "NOT held" });
    Ok(held)
}

/// What the calls came to, in the order in which they returned.
#[derive(Debug, Default)]
struct Trace {
    file: String,
    acknowledged: usize,
    syncs: usize,
    early: usize,
    unnamed: Vec<PathBuf>,
}

impl Trace {
    fn read(text: &str, data: &Path, directory: &Path) -> Self {
        let mut trace = Self { file: data.file_name().unwrap_or_default().to_string_lossy().into(), ..Self::default() };
        let mut began: BTreeMap<&str, &str> = BTreeMap::new();
        let mut since = 0;
        for line in text.lines() {
            let Some((process, call)) = line.split_once(' ') else { continue };
            let call = call.trim_start();
            // A call that another thread's came into is told in two pieces.
            if let Some(first) = call.strip_suffix("<unfinished ...>") {
                began.insert(process, first);
                continue;
            }
            let (first, rest) = match call.split_once(" resumed>") {
                Some((_, rest)) if call.starts_with("<...") => (began.remove(process).unwrap_or_default(), rest),
                _ => (call, call),
            };
            let succeeded = rest.rsplit_once(" = ").is_some_and(|(_, result)| !result.starts_with('-'));
            if !succeeded {
                continue;
            }
            let path =
                first.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| Path::new(path));
            if first.starts_with("write(1") && first.contains(SAYS) {
                trace.acknowledged += 1;
                trace.early += usize::from(since == 0);
                since = 0;
            } else if first.starts_with("fsync") || first.starts_with("fdatasync") {
                if path == Some(data) {
                    trace.syncs += 1;
                    since += 1;
                }
                trace.unnamed.retain(|file| file.parent() != path);
            } else if trace.acknowledged == 0
                && let Some(made) = made(first)
                && made.starts_with(directory)
                && !made.ends_with("LOCK")
            {
                trace.unnamed.push(made);
            }
        }
        // What was only there for a while needs no name.
        trace.unnamed.retain(|file| file.exists());
        trace
    }
}

/// The file that a call made or gave its name.
fn made(call: &str) -> Option<PathBuf> {
    let quoted: Vec<&str> = call.split('"').skip(1).step_by(2).collect();
    if call.starts_with("rename") {
        return quoted.get(1).map(PathBuf::from);
    }
    let opens = call.starts_with("open") && call.contains("O_CREAT");
    quoted.first().filter(|_| opens).map(PathBuf::from)
}
