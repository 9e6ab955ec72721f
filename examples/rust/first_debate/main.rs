//! A debate in the terminal: `cargo run --example first_debate -- "Your question?"`.
//!
//! `--agents anthropic/claude-sonnet-5,openai,mistral` names the models, `--check` says which providers are configured.
//! Three parts, three files: `participants` says who debates, `stage` shows it while it runs, `verdict` shows what came
//! out. `arguments` and `screen` are the terminal. This file puts them together.

mod advice;
mod arguments;
mod participants;
mod recording;
mod screen;
mod stage;
mod verdict;

use std::process::ExitCode;

use aragora_core::config::{Config, ProcessEnv};
use aragora_core::engine::DebateHandle;
use aragora_core::{Aragora, Decision, Error, ErrorKind, Result};

use arguments::{Asked, Order, USAGE};
use participants::LineUp;
use screen::Screen;
use stage::Stage;

#[tokio::main]
async fn main() -> ExitCode {
    let mut screen = Screen::of_stdout();
    let outcome = match arguments::read(std::env::args().skip(1)) {
        Asked::Usage => {
            screen.line(USAGE);
            return ExitCode::SUCCESS;
        }
        Asked::Nonsense(reason) => {
            eprintln!("{reason}\n\n{USAGE}");
            return ExitCode::from(2);
        }
        Asked::Check => check(&mut screen).await,
        Asked::Debate(order) => run(order, &mut screen).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // What a shell reports for a program that was interrupted.
        Err(error) if error.kind() == ErrorKind::Cancelled => ExitCode::from(130),
        Err(error) => {
            eprintln!("{}", advice::about(&error));
            ExitCode::FAILURE
        }
    }
}

/// The instance, with the keys and addresses of the environment.
async fn open() -> Result<Aragora> {
    Aragora::open("memory:", &Config::load(ProcessEnv)?).await
}

/// Says which providers can be asked. Nobody is asked, and no key is shown.
async fn check(screen: &mut Screen) -> Result<()> {
    let report = open().await?.agents().check();
    report.lines().iter().for_each(|line| screen.line(line));
    Ok(())
}

async fn run(order: Order, screen: &mut Screen) -> Result<()> {
    let aragora = open().await?;
    let LineUp { debate, question, notes } = participants::line_up(&aragora, order, screen.is_terminal())?;
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
