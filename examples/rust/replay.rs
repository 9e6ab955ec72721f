//! A debate is its log: replayed to the last byte, caught when somebody changed it, and forked to ask "what if".

use aragora_core::agents::FnAgent;
use aragora_core::debate::{Edit, Event, RuleKind};
use aragora_core::engine::{Check, DebateBuilder};
use aragora_core::ids::OrgId;
use aragora_core::protocols::Simultaneous;
use aragora_core::{AgentId, Aragora, Result};

/// Two seats are for it, one against, and nobody is convinced by anybody.
fn seats() -> Result<Vec<FnAgent>> {
    let seat = |(id, view): (&str, &'static str)| {
        Ok(FnAgent::new(AgentId::new(id)?, move |_, _| async move { Ok(format!("FINAL ANSWER: {view}")) }))
    };
    [("ada", "yes"), ("bob", "yes"), ("eve", "no")].into_iter().map(seat).collect()
}

#[tokio::main]
async fn main() -> Result<()> {
    let aragora = Aragora::in_memory()?;
    // START replay
    let debate = aragora.debate("Do we rewrite it?").protocol(Simultaneous::default());
    let handle = seats()?.into_iter().fold(debate, DebateBuilder::seat).start().await?;
    let decision = handle.result().await?;
    println!("decided: {}", decision.outcome.as_str());

    // Nobody is asked: the machine is fed what the log says was answered, and must write the same log.
    let engine = aragora.debates();
    let log = engine.log(&OrgId::new("default")?, handle.id()).await?;
    let report = engine.replay(&log, Check::Strict)?;
    println!("replayed {} records, all bytes equal: {}", report.records, report.matches);

    // Somebody edits a reply afterwards. What was concluded no longer follows from what was said.
    let mut forged = log.clone();
    for record in &mut forged {
        if let Event::AgentMessage(message) = &mut record.event
            && message.seat.as_str() == "bob"
        {
            message.text = "FINAL ANSWER: no".into();
        }
    }
    let report = engine.replay(&forged, Check::Strict)?;
    if let Some(difference) = report.difference {
        println!("the forgery differs at record {}, {}", difference.seq, difference.field);
    }

    // What if it had to be unanimous? A fork takes over the records up to a seq; the parent never changes.
    let answered = log.iter().find(|record| matches!(record.event, Event::StepEnd(_))).map_or(0, |record| record.seq);
    let unanimous = RuleKind::Unanimity { ignore_abstain: false };
    let fork = engine.fork(handle.id().clone(), answered).edit(Edit::SetRule { rule: unanimous.into() });
    let fork = seats()?.into_iter().fold(fork, |fork, seat| fork.seat(seat)).start().await?;
    let other = fork.result().await?;
    println!("by unanimity: {} after {} rounds", other.outcome.as_str(), other.rounds_used);
    // END replay
    Ok(())
}
