//! A debate in the terminal: `cargo run --example first_debate -- "Your question?"`.
//!
//! Three parts, three files: `participants` says who debates, `stage` shows it while it runs, `verdict` shows what came
//! out. `screen` is the terminal itself. This file puts them together.

mod advice;
mod participants;
mod recording;
mod screen;
mod stage;
mod verdict;

use std::process::ExitCode;

use aragora_core::engine::DebateHandle;
use aragora_core::{Aragora, Decision, Error, ErrorKind, Question, Result};

use participants::LineUp;
use screen::Screen;
use stage::Stage;

const USAGE: &str = "\
usage: cargo run --example first_debate -- [QUESTION]

Real models answer if the environment has OPENAI_API_KEY, OPENROUTER_API_KEY, MISTRAL_API_KEY, GROQ_API_KEY,
DEEPSEEK_API_KEY, XAI_API_KEY, OLLAMA_HOST, or OPENAI_BASE_URL for any OpenAI-compatible server. OPENAI_MODEL (and so
on) names the models, separated by commas. Otherwise a recorded debate of real models is replayed if there is one in
../shared (or ARAGORA_SHARED); otherwise the built-in demo agents speak.";

#[tokio::main]
async fn main() -> ExitCode {
    let mut screen = Screen::of_stdout();
    let question = match question(std::env::args().skip(1)) {
        Ok(question) => question,
        Err(Asked::Usage) => {
            screen.line(USAGE);
            return ExitCode::SUCCESS;
        }
        Err(Asked::Nonsense(reason)) => {
            eprintln!("{reason}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(question, &mut screen).await {
        Ok(()) => ExitCode::SUCCESS,
        // What a shell reports for a program that was interrupted.
        Err(error) if error.kind() == ErrorKind::Cancelled => ExitCode::from(130),
        Err(error) => {
            eprintln!("{}", advice::about(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run(question: Option<String>, screen: &mut Screen) -> Result<()> {
    let aragora = Aragora::in_memory()?;
    let LineUp { debate, question, notes } = participants::line_up(&aragora, question, screen.is_terminal())?;
    notes.iter().for_each(|note| screen.note(note));
    screen.heading(&question);

    let handle = debate.start().await?;
    follow(&aragora, &handle, screen).await?;
    let options = stage::on_the_ballot(&aragora, handle.id()).await?;
    let result = handle.result().await;
    match &result {
        Ok(decision) => verdict::show(screen, decision, &options),
        // What was said until then is kept, and so is what it amounts to.
        Err(error) => partial(error).iter().for_each(|decision| verdict::show(screen, decision, &options)),
    }
    result.map(drop)
}

/// Shows events until the last one. The first Ctrl-C cancels the debate, which then ends by itself; the second ends
/// this program.
async fn follow(aragora: &Aragora, handle: &DebateHandle, screen: &mut Screen) -> Result<()> {
    let mut stage = Stage::new(aragora.clone(), screen);
    let mut events = handle.events(0);
    let mut interrupted = false;
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => stage.show(&event?).await?,
                None => return Ok(()),
            },
            Ok(()) = tokio::signal::ctrl_c() => {
                if interrupted {
                    std::process::exit(130);
                }
                interrupted = true;
                stage.interrupted();
                handle.cancel("ctrl-c");
            }
        }
    }
}

/// The decision as it stood when a debate was cancelled.
fn partial(error: &Error) -> Option<Decision> {
    serde_json::from_str(error.context().get("decision")?).ok()
}

enum Asked {
    Usage,
    Nonsense(String),
}

/// The question, with or without quotes around its words; `None` if there is none.
fn question(arguments: impl Iterator<Item = String>) -> std::result::Result<Option<String>, Asked> {
    let arguments: Vec<String> = arguments.collect();
    match arguments.first().map(String::as_str) {
        None => return Ok(None),
        Some("-h" | "--help") => return Err(Asked::Usage),
        Some(option) if option.starts_with('-') => {
            return Err(Asked::Nonsense(format!("there is no option {option}; the only argument is the question")));
        }
        Some(_) => {}
    }
    let text = arguments.join(" ");
    match Question::new(text.as_str()).violations().into_invalid_request() {
        Ok(()) => Ok(Some(text)),
        Err(error) => Err(Asked::Nonsense(error.reason().to_owned())),
    }
}
