//! One debate as nine calls to a provider: three seats, three rounds, each round after the one before, and a majority
//! at the end. The same task (`benches/peers/calls/task.json`) for our engine, for a program written by hand with tokio
//! and reqwest, and for the peers of other languages, all against one fake server.

pub mod hand;
pub mod load;
pub mod ours;
pub mod server;

use std::path::Path;

use serde_json::Value;

use crate::Result;

/// What is debated, and by whom.
#[derive(Clone, Debug)]
pub struct Task {
    /// The question, about 1.5 kB.
    pub question: String,
    /// The names of the seats.
    pub seats: Vec<String>,
    /// Rounds.
    pub rounds: u32,
    /// The model every seat asks.
    pub model: String,
}

impl Task {
    /// The task of the peers' folder.
    pub fn read() -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/calls/task.json");
        let document: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        let text = |name: &str| document[name].as_str().map(str::to_owned).ok_or(format!("task.json has no {name}"));
        let seats = document["seats"].as_array().ok_or("task.json has no seats")?;
        Ok(Self {
            question: text("question")?,
            seats: seats.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            rounds: u32::try_from(document["rounds"].as_u64().ok_or("task.json has no rounds")?)?,
            model: text("model")?,
        })
    }
}
