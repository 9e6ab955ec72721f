//! Following a debate while it runs, leaving, and coming back without a gap.

use std::time::Duration;

use aragora_core::agents::FnAgent;
use aragora_core::debate::Event;
use aragora_core::engine::EventData;
use aragora_core::protocols::Simultaneous;
use aragora_core::{AgentId, Aragora, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let aragora = Aragora::in_memory()?;
    let mut debate = aragora.debate("Queue or nightly batch?").protocol(Simultaneous::default()).rounds(1);
    for (id, words) in [("ada", "A queue, it never sleeps."), ("bob", "A batch, I want to.")] {
        debate = debate.seat(FnAgent::new(AgentId::new(id)?, move |_, output| async move {
            for word in words.split_inclusive(' ') {
                output.text(word);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(words)
        }));
    }
    // START streaming
    let handle = debate.start().await?;
    let mut events = handle.events(0);
    let mut last_seen = 0;
    while let Some(event) = events.next().await {
        let event = event?;
        match &event.data {
            // In the log, delivered exactly once and in order, and durable before it is shown.
            EventData::Recorded(recorded) => {
                last_seen = event.seq;
                println!("{:>3} {}", event.seq, recorded.name());
                if let Event::AgentMessage(message) = recorded.as_ref() {
                    println!("    {} said: {}", message.seat, message.text);
                    break; // The connection is lost here, say. The debate does not notice.
                }
            }
            // Never stored: the words as they come.
            EventData::TokenDelta { turn, text } => println!("    {turn}: {text}"),
            _ => {}
        }
    }

    // Whoever comes back names the first seq it has not seen: no gap and no repetition.
    let mut events = handle.events(last_seen + 1);
    while let Some(event) = events.next().await {
        let event = event?;
        if let EventData::Recorded(recorded) = &event.data {
            println!("{:>3} {}", event.seq, recorded.name());
        }
    }
    // END streaming
    Ok(())
}
