//! The debates that are killed, cancelled, replayed and forked.

use std::sync::Arc;

use aragora_core::clock::ManualClock;
use aragora_core::debate::{DebateOptions, GatePolicy, Grace, Join, Question, RuleConfig, RuleKind};
use aragora_core::engine::{DebateBuilder, Engine};
use aragora_core::protocols::{Critique, DebateProtocol, Dynamic, Sequential, Simultaneous, VoteOnlyProtocol};

use super::debate_id;
use super::seats::{CountedSeat, Desk, Manner};
use crate::agents::agent_id;

/// The id of the debate of every case.
pub const DEBATE: &str = "deb_case";

/// One debate.
#[derive(Clone, Debug)]
pub struct DebateCase {
    /// What it is called in failures.
    pub name: &'static str,
    /// Behaviour of each seat, in roster order.
    pub manners: Vec<Manner>,
    /// Rounds.
    pub rounds: u32,
    /// The protocol.
    pub protocol: Arc<dyn DebateProtocol>,
    /// Everything else.
    pub options: DebateOptions,
    /// Steps end before every reply is in, so what is recorded of the rest depends on when the owner was lost.
    pub racing: bool,
}

impl DebateCase {
    /// The same debate with seats of another behaviour.
    #[must_use]
    pub fn with_manner(mut self, manner: Manner) -> Self {
        self.manners.iter_mut().for_each(|m| *m = manner);
        self
    }

    /// The participants, at this desk.
    pub fn seats(&self, desk: &Arc<Desk>, clock: &ManualClock) -> Vec<CountedSeat> {
        let names = ["a", "b", "c", "d"].into_iter().zip(&self.manners);
        names.map(|(id, manner)| CountedSeat::new(agent_id(id), *manner, desk, Arc::new(clock.clone()))).collect()
    }

    /// The debate, ready to be started.
    pub fn builder(&self, engine: &Engine, desk: &Arc<Desk>, clock: &ManualClock) -> DebateBuilder {
        let debate = engine.debate(Question::new("Which one?")).id(debate_id(DEBATE)).seed(7);
        let debate = debate.protocol_arc(self.protocol.clone()).rounds(self.rounds).options(self.options.clone());
        self.seats(desk, clock).into_iter().fold(debate, DebateBuilder::seat)
    }
}

fn to_the_end() -> DebateOptions {
    let mut options = DebateOptions::default();
    (options.stop_when, options.gate, options.stalemate) = (None, GatePolicy::Off, false);
    options
}

fn case(
    name: &'static str,
    manners: &[Manner],
    rounds: u32,
    protocol: impl DebateProtocol + 'static,
    options: DebateOptions,
) -> DebateCase {
    let racing = matches!(options.join, Join::First | Join::Consensus(_));
    DebateCase { name, manners: manners.to_vec(), rounds, protocol: Arc::new(protocol), options, racing }
}

/// Three seats, three rounds of critique, nothing stops it early.
pub fn critique_3x3() -> DebateCase {
    case("critique 3x3", &[Manner::Ready; 3], 3, Critique::default(), to_the_end())
}

/// One debate per built-in protocol and per way a step can end.
pub fn cases() -> Vec<DebateCase> {
    use Manner::{Fails, Panics, Ready};
    let joined = |join| {
        let mut options = to_the_end();
        options.join = join;
        options
    };
    let most = RuleConfig::from(RuleKind::Plurality);
    vec![
        critique_3x3(),
        case("critique, defaults", &[Ready; 3], 2, Critique::default(), DebateOptions::default()),
        case("simultaneous", &[Ready; 3], 2, Simultaneous::default(), to_the_end()),
        case("sequential", &[Ready; 3], 2, Sequential::default(), to_the_end()),
        case("vote only", &[Ready; 3], 1, VoteOnlyProtocol::default(), DebateOptions::default()),
        case("dynamic", &[Ready; 4], 3, Dynamic::default(), DebateOptions::default()),
        case("one seat fails", &[Ready, Ready, Fails], 2, Critique::default(), to_the_end()),
        case("one seat panics", &[Ready, Panics, Ready], 2, Simultaneous::default(), to_the_end()),
        case("all seats fail", &[Fails; 3], 2, Simultaneous::default(), to_the_end()),
        case(
            "quorum of two",
            &[Ready; 3],
            2,
            Simultaneous::default(),
            joined(Join::Quorum { min: 2, grace: Grace::default() }),
        ),
        case("first reply", &[Ready; 3], 2, Simultaneous::default(), joined(Join::First)),
        case("until consensus", &[Ready; 3], 2, Simultaneous::default(), joined(Join::Consensus(most))),
    ]
}
