//! The public suite over every built-in protocol, the protocol of the documentation, and protocols with a fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aragora_core::Result;
use aragora_core::agents::Message;
use aragora_core::debate::{Phase, Transcript};
use aragora_core::protocols::{
    AskOrder, Critique, DebateProtocol, Dynamic, HistoryPolicy, Preset, ProtocolInfo, Sequential, Simultaneous, Step,
    VoteOnlyProtocol,
};
use aragora_core::testing::protocols::{protocol_fault, protocol_suite};
use aragora_tests::agents::agent_id;

fn suite<P: DebateProtocol + Clone + 'static>(protocols: &[P]) {
    for protocol in protocols {
        protocol_suite(|| Arc::new(protocol.clone()));
    }
}

#[test]
fn critique_keeps_the_contract() {
    suite(&[
        Critique::default(),
        Critique { pairwise: true, ..Critique::default() },
        Critique { synthesis: Some(agent_id("seat-1")), ..Critique::default() },
        Critique { pairwise: true, synthesis: Some(agent_id("nobody")) },
    ]);
}

#[test]
fn simultaneous_keeps_the_contract() {
    let preset = Preset { first: "{question}".into(), each: "One: {reply}".into(), ..Preset::default() };
    let layout = aragora_core::protocols::Layout::Preset(preset);
    suite(&[
        Simultaneous::default(),
        Simultaneous { sequential_visibility: true, ..Simultaneous::default() },
        Simultaneous { layout, ..Simultaneous::default() },
    ]);
}

#[test]
fn sequential_keeps_the_contract() {
    let all = [(false, false), (false, true), (true, false), (true, true)];
    suite(&all.map(|(full, rotate)| Sequential { full, rotate }));
}

#[test]
fn vote_only_keeps_the_contract() {
    suite(&[(1, false), (3, false), (2, true)].map(|(samples, ballots)| VoteOnlyProtocol { samples, ballots }));
}

#[test]
fn dynamic_keeps_the_contract() {
    let preset = Preset { first: "{question}".into(), each: "One: {reply}".into(), ..Preset::default() };
    suite(&[
        Dynamic::default(),
        Dynamic { ratings: true, parallel: true, ask_order: AskOrder::Shuffled, ..Dynamic::default() },
        Dynamic { sequential_visibility: true, prune_round: 2, ..Dynamic::default() },
        Dynamic { preset: Some(preset), history: HistoryPolicy::None, peers_include_self: true, ..Dynamic::default() },
    ]);
}

/// The protocol of the documentation, once with each fault.
#[derive(Debug)]
struct OneRound {
    fault: Fault,
    asked: AtomicU32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Impure,
    Remembers,
    AsksTheBenched,
    NeverEnds,
    ShowsTheHidden,
    Panics,
    GivesUp,
}

impl DebateProtocol for OneRound {
    fn describe(&self) -> ProtocolInfo {
        ProtocolInfo::new("one-round", "1").with_planned_calls(|seats, rounds| seats * (rounds + 1))
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        let calls = self.asked.fetch_add(1, Ordering::Relaxed);
        let failed = || t.errors().next().is_some();
        match self.fault {
            Fault::Panics if failed() => panic!("out of cheese"),
            Fault::GivesUp if failed() => return Err(aragora_core::Error::internal("a seat failed")),
            Fault::NeverEnds => return t.ask(Phase::Answer, "Answer again.", None),
            Fault::Remembers if calls > 0 => return Ok(Step::finish()),
            _ if t.round() == 0 => {}
            Fault::AsksTheBenched | Fault::ShowsTheHidden if t.round() < t.limits().rounds => {}
            _ => return Ok(Step::finish()),
        }
        let step = t.ask(Phase::Answer, "Answer in one line.", None)?;
        let Step::Ask(mut step) = step else { return Ok(step) };
        match self.fault {
            Fault::Impure => step.asks.iter_mut().for_each(|ask| {
                let noise = Message { text: calls.to_string().into(), ..ask.prompt.messages[0].clone() };
                ask.prompt.messages.push(noise);
            }),
            Fault::AsksTheBenched => {
                let benched = t.seats().find(|seat| t.is_benched(&seat.id)).map(|seat| seat.id.clone());
                if let (Some(benched), Some(ask)) = (benched, step.asks.first_mut()) {
                    ask.seat = benched;
                }
            }
            Fault::ShowsTheHidden => {
                let all: Vec<_> = t.messages().iter().map(|message| message.id.clone()).collect();
                step.asks.iter_mut().for_each(|ask| ask.shown.clone_from(&all));
            }
            _ => {}
        }
        Ok(Step::Ask(step))
    }
}

fn found(fault: Fault) -> Option<String> {
    protocol_fault(|| Arc::new(OneRound { fault, asked: AtomicU32::new(0) }))
}

#[test]
fn the_protocol_of_the_documentation_keeps_the_contract() {
    assert_eq!(found(Fault::None), None);
}

#[test]
fn planted_faults_are_found() {
    for (fault, words) in [
        (Fault::Impure, "not pure"),
        (Fault::Remembers, "not pure"),
        (Fault::AsksTheBenched, "absent or benched"),
        (Fault::NeverEnds, "were planned"),
        (Fault::ShowsTheHidden, "hidden from"),
        (Fault::Panics, "out of cheese"),
        (Fault::GivesUp, "a seat failed"),
    ] {
        let said = found(fault).unwrap_or_else(|| panic!("{fault:?} is not found"));
        assert!(said.contains(words), "{fault:?}: {said}");
    }
}
