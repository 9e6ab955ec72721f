//! A person takes a seat. Type an answer when you are asked; with nobody at the keyboard the seat declines and the
//! debate goes on without it.

use std::io::{self, BufRead as _};
use std::sync::Arc;

use aragora_core::agents::{FnAgent, HumanAgent, HumanDesk, HumanEvent, HumanReply, PendingTurn};
use aragora_core::ids::{OrgId, PrincipalId};
use aragora_core::protocols::VoteOnlyProtocol;
use aragora_core::storage::{Space, Table};
use aragora_core::{AgentId, Aragora, Error, Result};
use tokio::sync::mpsc;

#[tokio::main]
async fn main() -> Result<()> {
    let aragora = Aragora::in_memory()?;
    // START human
    // The desk is where people find what they are asked. It lives in the same store as the debate, so a question
    // outlasts a restart, and the answer may come from another process.
    let engine = aragora.debates();
    let table = Table::new(engine.storage().clone(), Space::Tenant(OrgId::new("default")?));
    let (asked, mut questions) = mpsc::unbounded_channel();
    let desk = Arc::new(HumanDesk::new(table, engine.parts().clock.clone()).on_event(move |event| {
        if let HumanEvent::Requested(turn) = event {
            // Nobody listens any more once the debate is over.
            let _ = asked.send(turn.clone());
        }
    }));

    let mut debate = aragora.debate("Lunch at noon or at one?").protocol(VoteOnlyProtocol::default());
    for (id, view) in [("ada", "noon"), ("bob", "one"), ("eve", "noon")] {
        debate = debate.seat(FnAgent::new(AgentId::new(id)?, move |_, _| async move { Ok(view) }));
    }
    let handle = debate.seat(HumanAgent::new(AgentId::new("you")?, desk.clone())).start().await?;

    let decision = loop {
        tokio::select! {
            decision = handle.result() => break decision?,
            Some(turn) = questions.recv() => answer(&desk, &turn).await?,
        }
    };
    // END human
    let answer = decision.answer.map(|answer| answer.value.to_string());
    println!(
        "{answer:?} with {:?}, against {:?}, failed {:?}",
        decision.supporters, decision.dissenters, decision.failed
    );
    Ok(())
}

async fn answer(desk: &HumanDesk, turn: &PendingTurn) -> Result<()> {
    let by = PrincipalId::new("keyboard")?;
    println!("You are asked for your {}. Noon or one? (Enter alone declines)", turn.phase);
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = line.await.map_err(|error| Error::internal(error.to_string()))?.unwrap_or_default();
    match line.trim() {
        "" => {
            println!("Nobody answers.");
            desk.decline(&turn.id, "nobody at the keyboard".into(), &by).await
        }
        text => desk.submit(&turn.id, HumanReply::text(text), &by).await,
    }
}
