//! The terminal: wrapped text, colours where they are wanted, and nothing a model writes can control it.

use std::io::{self, IsTerminal as _, Write as _};

/// Columns of text; wider lines are tiring to read.
const WIDTH: usize = 96;

/// How a piece of text looks.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    Plain,
    Bold,
    Faint,
    Warning,
    /// One colour per participant.
    Seat(usize),
}

impl Look {
    fn code(self) -> &'static str {
        const SEATS: [&str; 5] = ["36", "33", "35", "32", "34"];
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Faint => "2",
            Self::Warning => "31",
            Self::Seat(index) => SEATS[index % SEATS.len()],
        }
    }
}

/// Standard output.
pub(crate) struct Screen {
    terminal: bool,
    colours: bool,
    column: usize,
    /// A word whose end has not arrived yet.
    word: String,
}

impl Screen {
    /// Colours appear on a terminal only, and not if `NO_COLOR` is set (no-color.org) or the terminal is dumb.
    pub(crate) fn of_stdout() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal();
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        Self { terminal, colours: terminal && !set("NO_COLOR") && !dumb, column: 0, word: String::new() }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The text in this look.
    pub(crate) fn paint(&self, look: Look, text: &str) -> String {
        let code = look.code();
        if self.colours && !code.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A line of our own, as it is.
    pub(crate) fn line(&mut self, text: &str) {
        self.end_line();
        self.write(text);
        self.write("\n");
    }

    /// A line about this program, in the background.
    pub(crate) fn note(&mut self, text: &str) {
        self.wrapped(Look::Faint, text, 0);
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.line("");
        self.wrapped(Look::Bold, text, 0);
    }

    /// Lines of somebody's text, wrapped and indented.
    pub(crate) fn wrapped(&mut self, look: Look, text: &str, indent: usize) {
        let margin = " ".repeat(indent);
        for paragraph in harmless(text).lines().filter(|line| !line.trim().is_empty()) {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > WIDTH {
                    self.line(&format!("{margin}{}", self.paint(look, &line)));
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            self.line(&format!("{margin}{}", self.paint(look, &line)));
        }
    }

    /// A piece of text that goes on where the last one ended, indented by two.
    pub(crate) fn stream(&mut self, piece: &str) {
        for c in harmless(piece).chars() {
            match c {
                '\n' => self.end_line(),
                c if c.is_whitespace() => self.end_word(),
                c => self.word.push(c),
            }
        }
        // A refused flush is a refused write, and the next write notices.
        let _ = io::stdout().flush();
    }

    /// Ends the streamed text.
    pub(crate) fn end_line(&mut self) {
        self.end_word();
        if self.column > 0 {
            self.write("\n");
            self.column = 0;
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let chars = word.chars().count();
        let gap = match self.column {
            0 => "  ",
            column if column + 1 + chars > WIDTH => {
                self.column = 0;
                "\n  "
            }
            _ => " ",
        };
        self.column += if gap == " " { 1 } else { 2 } + chars;
        self.write(gap);
        self.write(&word);
    }

    // Whoever read our output has gone (`| head`): there is nobody left to show anything to.
    fn write(&mut self, text: &str) {
        if io::stdout().write_all(text.as_bytes()).is_err() {
            std::process::exit(0);
        }
    }
}

/// Without control characters: a reply must not move the cursor or change the window's title.
fn harmless(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The first characters of the text on one line.
pub(crate) fn brief(text: &str, chars: usize) -> String {
    let line = harmless(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(chars) {
        Some((end, _)) => format!("{}...", line[..end].trim_end()),
        None => line,
    }
}
