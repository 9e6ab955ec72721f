//! The nine-call task (`benches/peers/README.md`): every side as a process of its own against one fake server, and the
//! table of what they took.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::context::Context;
use crate::npm::npm;
use crate::peers::packages;
use crate::process::{cargo_locked, program, run as start, run_within, works};
use crate::venv::environment;

const FOLDER: &str = "benches/peers/calls";
const LIMIT: Duration = Duration::from_secs(300);
/// How often each side is measured; the median of its runs counts.
const TIMES: usize = 3;
/// Concurrency, and debates altogether.
const LOADS: [(u32, u32); 3] = [(1, 60), (64, 1_280), (512, 3_072)];
/// The frameworks, which are far slower, at one load.
const FRAMEWORK_LOAD: (u32, u32) = (64, 256);

/// What one run printed, by name.
type Figures = BTreeMap<String, f64>;

/// Measures every side at 0 and 20 ms.
pub(crate) fn run(context: &Context) -> Result<(), String> {
    let folder = prepared(context)?;
    let release = context.target.join("release");
    start(cargo_locked(context, "build").args(["--release", "-p", "aragora-benches", "--bin", "calls"]))?;
    let rust = release.join(format!("calls{}", std::env::consts::EXE_SUFFIX));
    let hand = environment(context, "peers-hand", &folder.join("requirements-hand.txt"))?;
    let frameworks = environment(context, "peers-frameworks", &folder.join("requirements-frameworks.txt"))?;
    let (python, node) = (packages::python(context, &folder)?, packages::node(context, &folder)?);
    println!("side | server's delay | concurrency | CPU per debate | p50 | p95 | debates/s | resident");
    println!("---|---|---|---|---|---|---|---");
    for delay in [0, 20] {
        let server = Server::start(context, &rust, delay)?;
        for (concurrency, debates) in LOADS {
            let sides: [(&str, Command); 6] = [
                ("Rust by hand (tokio, reqwest)", with(program(context, &rust), &["hand"])),
                ("Rust, ours", with(program(context, &rust), &["ours"])),
                ("Python by hand (aiohttp)", script(context, hand.join("python"), &folder, "hand.py")),
                ("Python, ours", script(context, python.clone(), &folder, "ours.py")),
                ("Node by hand (undici)", script(context, "node".into(), &folder, "hand.mjs")),
                ("Node, ours", script(context, "node".into(), &node, "ours.mjs")),
            ];
            for (name, mut command) in sides {
                measure(name, delay, &mut command, &server, (concurrency, debates))?;
            }
        }
        for (name, file) in [("langgraph", "langgraph_peer.py"), ("autogen-agentchat", "autogen_peer.py")] {
            let mut command = script(context, frameworks.join("python"), &folder, file);
            measure(name, delay, &mut command, &server, FRAMEWORK_LOAD)?;
        }
    }
    Ok(())
}

/// A copy of the peers below the target directory with their npm packages, so that the checkout stays as it is.
fn prepared(context: &Context) -> Result<PathBuf, String> {
    if !works(program(context, "node").arg("--version")) {
        return Err("no node is installed".to_owned());
    }
    let folder = context.target.join("peers/calls");
    let failed = |path: &Path, error: &std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    let source = context.root.join(FOLDER);
    for entry in fs::read_dir(&source).map_err(|error| failed(&source, &error))? {
        let file = entry.map_err(|error| failed(&source, &error))?.path();
        let name = file.file_name().ok_or("a file without a name")?;
        if file.is_file() {
            fs::copy(&file, folder.join(name)).map_err(|error| failed(&file, &error))?;
        }
    }
    start(program(context, npm()).args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"]).current_dir(&folder))?;
    Ok(folder)
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn script(context: &Context, interpreter: PathBuf, folder: &Path, name: &str) -> Command {
    let mut command = program(context, interpreter);
    command.arg(folder.join(name));
    command
}

fn measure(
    name: &str,
    delay: u32,
    command: &mut Command,
    server: &Server,
    (concurrency, debates): (u32, u32),
) -> Result<(), String> {
    command.args([&server.url, &concurrency.to_string(), &debates.to_string()]);
    let mut runs = Vec::new();
    for _ in 0..TIMES {
        let text = run_within(command, LIMIT)?;
        let line = text.lines().last().ok_or_else(|| format!("{name} printed nothing"))?;
        runs.push(figures(line));
    }
    let median = |key: &str| {
        let mut values: Vec<f64> = runs.iter().filter_map(|run| run.get(key).copied()).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    println!(
        "{name} | {delay} ms | {concurrency} | {:.2} ms | {:.1} ms | {:.1} ms | {:.0} | {:.0} MiB",
        median("cpu_ms_per_debate"),
        median("p50_ms"),
        median("p95_ms"),
        median("debates_per_second"),
        median("resident_mib"),
    );
    Ok(())
}

/// The numbers of one flat line of JSON.
fn figures(line: &str) -> Figures {
    let inner = line.trim().trim_start_matches('{').trim_end_matches('}');
    let member = |part: &str| {
        let (name, value) = part.split_once(':')?;
        Some((name.trim().trim_matches('"').to_owned(), value.trim().parse().ok()?))
    };
    inner.split(',').filter_map(member).collect()
}

/// The fake provider; it ends with this value.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(context: &Context, rust: &Path, delay: u32) -> Result<Self, String> {
        let mut command = program(context, rust);
        command.args(["serve", &delay.to_string()]).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("the fake server: {error}"))?;
        let output = child.stdout.take().ok_or("the fake server has no standard output")?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url).map_err(|error| format!("the fake server: {error}"))?;
        Ok(Self { child, url: url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_line_are_found() {
        let found = figures(r#"{"debates": 30, "p50_ms":68.17, "resident_mib":null}"#);
        assert_eq!(found.get("p50_ms"), Some(&68.17));
        assert_eq!(found.len(), 2);
    }
}
