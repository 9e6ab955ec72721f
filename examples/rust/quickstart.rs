//! The first debate anybody writes: three seats, one question, a decision.

// START quickstart
use aragora_core::agents::FnAgent;
use aragora_core::protocols::Simultaneous;
use aragora_core::{AgentId, Aragora, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let aragora = Aragora::in_memory()?;
    let mut debate = aragora.debate("Do we ship on Friday?").protocol(Simultaneous::default());
    // These seats are functions. A model, a person or a recording takes a seat the same way.
    for (id, view) in [("ada", "no"), ("bob", "no"), ("eve", "yes")] {
        debate = debate.seat(FnAgent::new(AgentId::new(id)?, move |_request, _output| async move {
            Ok(format!("I looked at the open issues.\nFINAL ANSWER: {view}"))
        }));
    }
    let decision = debate.start().await?.result().await?;

    let answer = decision.answer.map(|answer| answer.value.to_string());
    println!("answer: {answer:?}, because of {}: {}", decision.stop.cause, decision.stop.detail);
    println!("for it: {:?}, against it: {:?}", decision.supporters, decision.dissenters);
    println!("calls: {} of at most {}", decision.calls.made, decision.calls.planned);
    Ok(())
}
// END quickstart
