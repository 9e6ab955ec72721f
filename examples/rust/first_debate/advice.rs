//! Errors read as help.

use aragora_core::{Error, ErrorKind};

/// The error, and what to do about it.
pub(crate) fn about(error: &Error) -> String {
    let next = match error.kind() {
        // One line per seat is on the screen already.
        ErrorKind::AllAgentsFailed => {
            return format!("\nerror ({}): nobody could answer; the reasons are above", error.code());
        }
        ErrorKind::InvalidConfig => "Correct the variables named above; --help lists those that are read.",
        ErrorKind::Unavailable => "The operating system or the store does not answer; try again.",
        _ => "",
    };
    format!("\nerror ({}): {}\n{next}", error.code(), error.reason()).trim_end().to_owned()
}

/// What to do about a failed call, with the variable it hangs on.
pub(crate) fn on_code(code: &str, provider: &str) -> String {
    let prefix = match provider {
        "" => return String::new(),
        // Another server behind OpenAI's variables.
        "compatible" => "OPENAI".to_owned(),
        other => other.to_uppercase(),
    };
    let address = match provider {
        "compatible" => "OPENAI_BASE_URL",
        "ollama" => "OLLAMA_HOST",
        _ => "the network",
    };
    match code {
        "unauthenticated" => format!("; is {prefix}_API_KEY right?"),
        "permission_denied" => format!("; may the key in {prefix}_API_KEY use the model in {prefix}_MODEL?"),
        "model_not_found" => format!("; set {prefix}_MODEL to a model this server has"),
        "quota_exhausted" => format!("; the account of {prefix}_API_KEY needs credit"),
        "transport" => format!("; check {address}"),
        _ => String::new(),
    }
}
