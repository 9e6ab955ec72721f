//! Errors read as help.

use aragora_core::config::ProviderSettings;
use aragora_core::{Error, ErrorKind};
use serde_json::Value;

/// The error, and what to do about it.
pub(crate) fn about(error: &Error) -> String {
    let next = match error.kind() {
        // One line per seat is on the screen already.
        ErrorKind::AllAgentsFailed => {
            return format!("\nerror ({}): nobody could answer; the reasons are above", error.code());
        }
        ErrorKind::InvalidConfig => "Correct the variables named above; --help lists those that are read.",
        ErrorKind::InvalidRequest | ErrorKind::NotConfigured => "--check says which providers are configured.",
        ErrorKind::Unavailable => "The operating system or the store does not answer; try again.",
        _ => "",
    };
    format!("\nerror ({}): {}\n{next}", error.code(), reasons(error)).trim_end().to_owned()
}

/// Everything that was found wrong, one line each.
fn reasons(error: &Error) -> String {
    let listed = error.context().get("violations").and_then(|listed| serde_json::from_str::<Vec<Value>>(listed).ok());
    let lines: Vec<&str> = listed.iter().flatten().filter_map(|violation| violation["reason"].as_str()).collect();
    match lines.as_slice() {
        [] => error.reason().to_owned(),
        lines => format!("\n  {}", lines.join("\n  ")),
    }
}

/// What to do about a failed call, with the variable it hangs on.
pub(crate) fn on_code(code: &str, provider: &str) -> String {
    let variable = ProviderSettings::variables(provider).first().copied().unwrap_or("its credential");
    match code {
        _ if provider.is_empty() => String::new(),
        "unauthenticated" => format!("; is {variable} right?"),
        "permission_denied" => format!("; may the key in {variable} use this model?"),
        "model_not_found" => format!("; name a model this server has with --agents {provider}/<model>"),
        "quota_exhausted" => format!("; the account of {variable} needs credit"),
        "transport" if variable.ends_with("_HOST") => format!("; check {variable}"),
        "transport" => "; check the network, or --base-url".to_owned(),
        _ => String::new(),
    }
}
