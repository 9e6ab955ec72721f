//! Every Rust example runs to its end by itself: without keys, without a network, without anybody typing.

use std::process::Command;
use std::time::Duration;

use crate::context::Context;
use crate::files;
use crate::model_server;
use crate::process::{WORKSPACE, cargo_locked, program, run as start, run_within};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "examples", about: "every Rust example runs to its end without keys and without input", run };

/// Demo and recorded agents answer at once, so an example that takes this long waits for something.
const LIMIT: Duration = Duration::from_secs(60);

/// The main one, which always says whose debate it shows.
const FIRST: &str = "first_debate";

/// The one that asks models wherever it is told.
const MODELS: &str = "models";

fn run(context: &Context) -> Outcome {
    all(context).into()
}

fn all(context: &Context) -> Result<(), String> {
    start(cargo_locked(context, "build").args(WORKSPACE).arg("--examples"))?;
    let manifest = files::text(context, "examples/Cargo.toml".as_ref())?.unwrap_or_default();
    let examples = names(&manifest);
    if !examples.contains(&FIRST) {
        return Err(format!("examples/Cargo.toml declares no example {FIRST}"));
    }
    for name in examples {
        let mut example = offline(context, name);
        example.env("ARAGORA_SHARED", context.target.join("no-recordings"));
        let output = run_within(&mut example, LIMIT)?;
        if name == FIRST {
            says(&output, "demo")?;
        }
    }
    if let Some(shared) = &context.shared {
        let output = run_within(offline(context, FIRST).env("ARAGORA_SHARED", shared), LIMIT)?;
        says(&output, "recorded")?;
    }
    with_models(context)
}

/// The main example with models behind a server that speaks chat completions, and with a key that server refuses.
fn with_models(context: &Context) -> Result<(), String> {
    let server = model_server::start()?;
    let live = |key: &str| {
        let mut example = offline(context, FIRST);
        example.args(["--agents", "mistral/one,mistral/two,mistral/three", "--base-url", &server, "Batch or queue?"]);
        example.env("MISTRAL_API_KEY", key);
        example
    };
    let output = run_within(&mut live(model_server::KEY), LIMIT)?;
    for words in ["real models", "use a queue", "Decision: use a queue"] {
        says(&output, words)?;
    }
    let mut check = offline(context, FIRST);
    let output = run_within(check.arg("--check").env("MISTRAL_API_KEY", model_server::KEY), LIMIT)?;
    says(&output, "AI provider: mistral configured")?;
    says(&output, "OPENAI_API_KEY is not set")?;
    if output.contains(model_server::KEY) {
        return Err(format!("{FIRST} --check shows a key"));
    }
    let told = run_within(offline(context, MODELS).envs(model_server::variables(&server)), LIMIT)?;
    model_server::answered(&told)?;
    let refused = live("sk-canary-key-wrong").output().map_err(|error| format!("{FIRST}: {error}"))?;
    says(&String::from_utf8_lossy(&refused.stdout), "is MISTRAL_API_KEY right?")?;
    if refused.status.success() { Err(format!("{FIRST} succeeds with a refused key")) } else { Ok(()) }
}

/// The example without a key or endpoint of a model provider in its environment.
fn offline(context: &Context, name: &str) -> Command {
    let mut example = program(context, context.built(&format!("examples/{name}")));
    for (variable, _) in std::env::vars_os() {
        let text = variable.to_string_lossy();
        if ["_API_KEY", "_BASE_URL", "_API_BASE", "_MODEL", "OLLAMA_HOST"].iter().any(|end| text.ends_with(end)) {
            example.env_remove(&variable);
        }
    }
    example
}

fn says(output: &str, word: &str) -> Result<(), String> {
    let said = output.to_lowercase().contains(&word.to_lowercase());
    if said { Ok(()) } else { Err(format!("{FIRST} does not say {word:?}")) }
}

fn names(manifest: &str) -> Vec<&str> {
    let tables = manifest.split("[[example]]").skip(1);
    tables.filter_map(|table| table.split_once("name = \"")?.1.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_those_the_manifest_declares() {
        let manifest = "[package]\nname = \"p\"\n[[example]]\nname = \"a\"\npath = \"x\"\n[[example]]\nname = \"b\"\n";
        assert_eq!(names(manifest), ["a", "b"]);
    }
}
