//! A protocol of your own: what to ask next, as a pure function of what was said.

use aragora_core::agents::FnAgent;
use aragora_core::{AgentId, Aragora};

// START custom_protocol
use aragora_core::Result;
use aragora_core::debate::{Phase, Transcript};
use aragora_core::protocols::{AskBuilder, DebateProtocol, ProtocolInfo, Step};

/// Everybody answers alone. Whoever is not in the largest group then hears the others and may think again, once.
#[derive(Debug)]
struct SecondThoughts;

impl DebateProtocol for SecondThoughts {
    fn describe(&self) -> ProtocolInfo {
        ProtocolInfo::new("second-thoughts", "1").with_planned_calls(|seats, _rounds| 2 * seats)
    }

    fn next(&self, transcript: &Transcript) -> Result<Step> {
        if transcript.round() == 0 {
            return AskBuilder::new(transcript, Phase::Answer, 1)
                .alone()
                .instruction(|_| Ok("Answer on your own, in one line.".into()))
                .build();
        }
        // Equal answers are one option, with everybody who gave it.
        let options = transcript.option_views();
        let largest = options.iter().map(|option| option.authors.len()).max().unwrap_or(0);
        let minority: Vec<_> = options
            .into_iter()
            .filter(|option| option.authors.len() < largest)
            .flat_map(|option| option.authors)
            .collect();
        if minority.is_empty() || transcript.round() > 1 {
            return Ok(Step::finish());
        }
        transcript.ask(Phase::Answer, "Most see it differently. Do their reasons convince you?", Some(minority))
    }
}
// END custom_protocol

#[tokio::main]
async fn main() -> Result<()> {
    let aragora = Aragora::in_memory()?;
    let mut debate = aragora.debate("Tabs or spaces?").protocol(SecondThoughts);
    for (id, first, second) in [
        ("ada", "spaces", "spaces"),
        ("bob", "spaces", "spaces"),
        ("cyd", "tabs", "spaces"),
        ("eve", "tabs, and nothing will change my mind", "tabs, and nothing will change my mind"),
    ] {
        debate = debate.seat(FnAgent::new(AgentId::new(id)?, move |request, _| async move {
            Ok(format!("FINAL ANSWER: {}", if request.round == 1 { first } else { second }))
        }));
    }
    let decision = debate.start().await?.result().await?;
    let answer = decision.answer.map(|answer| answer.value.to_string());
    println!("{answer:?} with {:?}; {:?} is not convinced", decision.supporters, decision.dissenters);
    println!("{} calls: four first answers, two second thoughts", decision.calls.made);
    Ok(())
}
