//! A participant of your own: one trait with two methods.

use std::collections::BTreeMap;
use std::sync::Arc;

use aragora_core::Aragora;
use aragora_core::agents::{FnAgent, Seat};
use aragora_core::protocols::VoteOnlyProtocol;

// START custom_agent
use aragora_core::agents::{Agent, AgentKind, AgentProfile, AgentReply, AgentRequest, Output};
use aragora_core::{AgentId, Error, ErrorKind, Result};

/// Answers from a price list. What is not in it, it does not guess.
#[derive(Debug)]
struct PriceList {
    id: AgentId,
    prices: BTreeMap<&'static str, u32>,
}

#[async_trait::async_trait]
impl Agent for PriceList {
    fn profile(&self) -> AgentProfile {
        AgentProfile::new(self.id.clone(), AgentKind::Function)
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        // Only what this seat may see; other messages are none of its business.
        let seen: String = request.messages_for(&self.id).map(|message| message.text.to_string()).collect();
        let Some((item, price)) = self.prices.iter().find(|(item, _)| seen.contains(**item)) else {
            return Err(Error::new(ErrorKind::AgentFailed, "nothing in the question has a price"));
        };
        let text = format!("The list has {item} at {price}.\nFINAL ANSWER: {price}");
        // Streaming is optional: whoever follows the debate sees this piece at once.
        output.text(&text);
        Ok(AgentReply::text(text))
    }
}
// END custom_agent

#[tokio::main]
async fn main() -> Result<()> {
    let list = |id: &str| -> Result<PriceList> {
        Ok(PriceList { id: AgentId::new(id)?, prices: BTreeMap::from([("nails", 7), ("screws", 9)]) })
    };
    let clerk = FnAgent::new(AgentId::new("clerk")?, |_, _| async { Ok("From memory.\nFINAL ANSWER: 8") });

    let aragora = Aragora::in_memory()?;
    for question in ["What does a box of nails cost?", "What does a hammer cost?"] {
        let debate = aragora.debate(question).protocol(VoteOnlyProtocol::default());
        // An agent becomes a seat by itself; a seat of its own has a weight, a role or no vote.
        let expert = Seat::new(Arc::new(list("expert")?)).with_weight(2.0);
        let debate = debate.seat(list("list")?).seat(expert).seat(clerk.clone());
        let decision = debate.start().await?.result().await?;
        let answer = decision.answer.map(|answer| answer.value.to_string());
        println!("{question} {answer:?}: {}, failed {:?}", decision.outcome.as_str(), decision.failed);
    }
    Ok(())
}
