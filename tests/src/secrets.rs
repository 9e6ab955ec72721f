//! Looking for a word in everything a store leaves behind.

use std::collections::BTreeMap;
use std::path::Path;

use aragora_core::agents::FnAgent;
use aragora_core::config::Config;
use aragora_core::ids::AgentId;
use aragora_core::protocols::Simultaneous;
use aragora_core::storage::Control;
use aragora_core::{Aragora, Error, ErrorKind, Result};

use crate::sealing::hex;

/// The spellings in which a secret is looked for: plain, hex as PostgreSQL dumps bytes, and base64, which depends on
/// where in its group of three a text begins.
pub fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let base64 = |offset: usize| {
        let text = data_encoding::BASE64.encode(secret.as_bytes().get(offset..).unwrap_or_default());
        text.as_bytes().get(..text.len().saturating_sub(4)).unwrap_or_default().to_vec()
    };
    let mut all: Vec<Vec<u8>> = (0..3).map(base64).collect();
    all.push(secret.as_bytes().to_vec());
    all.push(hex(secret.as_bytes()).into_bytes());
    all
}

/// Whether a text holds the secret in one of its spellings.
pub fn holds(text: &[u8], secret: &str) -> bool {
    let spellings = spellings(secret);
    spellings.iter().any(|spelling| text.windows(spelling.len()).any(|window| window == spelling.as_slice()))
}

/// The bytes of all files below a directory, and the files that hold the secret.
pub fn files_with(secret: &str, root: &Path) -> std::io::Result<(usize, Vec<String>)> {
    let (mut bytes, mut found, mut folders) = (0, Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
                continue;
            }
            let content = std::fs::read(entry.path())?;
            bytes += content.len();
            if holds(&content, secret) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    Ok((bytes, found))
}

/// The same for large directories that others are writing to, by `grep`.
pub fn grep(secret: &str, root: &Path) -> std::io::Result<Vec<String>> {
    let mut command = std::process::Command::new("grep");
    command.args(["--recursive", "--files-with-matches", "--text", "--fixed-strings", "--no-messages"]);
    for spelling in spellings(secret) {
        command.arg("-e").arg(String::from_utf8_lossy(&spelling).into_owned());
    }
    let output = command.arg("--").arg(root).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Keeps a debate about the secret, which everybody in it repeats, in the store of this URI, opened with the settings
/// of these variables. The store stays open until `then` has ended.
pub async fn keep_debate<T>(
    uri: &str,
    variables: &[(&str, &str)],
    secret: &str,
    then: impl AsyncFnOnce(&Aragora) -> Result<T>,
) -> Result<T> {
    let variables: BTreeMap<String, &str> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let aragora = Aragora::open(uri, &Config::load(variables)?).await?;
    let mut debate = aragora.debate(format!("What is {secret}?")).protocol(Simultaneous::default());
    for name in ["ada", "bob", "eve"] {
        let id = AgentId::new(name).map_err(|error| Error::new(ErrorKind::InvalidRequest, error.to_string()))?;
        let says = format!("I know that {secret}.\nFINAL ANSWER: a bird");
        debate = debate.seat(FnAgent::new(id, move |_, _| {
            let says = says.clone();
            async move { Ok(says) }
        }));
    }
    debate.start().await?.result().await?;
    let done = then(&aragora).await;
    aragora.storage().whole().control(Control::Close).await?;
    done
}
