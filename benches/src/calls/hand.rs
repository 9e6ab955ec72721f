//! The same nine calls as somebody writes them who needs nothing else: tokio, reqwest, serde_json, no log, no limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::Task;
use super::load::{Load, run};
use crate::Result;

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    max_tokens: u32,
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Deserialize)]
struct Response {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
}

#[derive(Deserialize)]
struct Said {
    content: String,
}

/// Measures it.
pub async fn measure(url: &str, load: Load) -> Result<serde_json::Value> {
    let task = Arc::new(Task::read()?);
    // This program is alone in its process, so it may choose for the process.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
    let url = format!("{url}/chat/completions");
    run(load, move || {
        let (task, client, url) = (Arc::clone(&task), client.clone(), url.clone());
        async move { debate(&task, &client, &url).await }
    })
    .await
}

async fn debate(task: &Task, client: &reqwest::Client, url: &str) -> Result<()> {
    let mut answers: Vec<String> = Vec::new();
    for round in 0..task.rounds {
        let asks = task.seats.iter().enumerate().map(|(own, seat)| {
            let mut prompt = task.question.clone();
            if round > 0 {
                for (i, answer) in answers.iter().enumerate() {
                    let whose = if i == own { "Your own answer" } else { "Another answer" };
                    prompt.push_str(&format!("\n\n{whose}:\n{answer}"));
                }
                prompt.push_str("\n\nReconsider, and end with FINAL ANSWER: and your answer.");
            }
            async move { ask(task, client, url, seat, &prompt).await }
        });
        answers = try_join_all(asks).await?;
    }
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    for answer in &answers {
        let (_, value) = answer.rsplit_once("FINAL ANSWER:").ok_or("an answer without its last line")?;
        *votes.entry(value.trim().to_lowercase()).or_default() += 1;
    }
    match votes.iter().max_by_key(|(_, votes)| **votes) {
        Some((answer, votes)) if answer == "yes" && *votes * 2 > answers.len() => Ok(()),
        _ => Err("another decision than the fake server's answers make".into()),
    }
}

async fn ask(task: &Task, client: &reqwest::Client, url: &str, seat: &str, prompt: &str) -> Result<String> {
    let system = format!("You are {seat}. Answer the question and end with FINAL ANSWER: and your answer.");
    let messages = [Message { role: "system", content: &system }, Message { role: "user", content: prompt }];
    let request = Request { model: &task.model, messages, max_tokens: 4_096, stream: false };
    let response = client.post(url).bearer_auth("sk-bench").json(&request).send().await?.error_for_status()?;
    let response: Response = response.json().await?;
    let first = response.choices.into_iter().next().ok_or("a reply without a choice")?;
    Ok(first.message.content)
}
