//! What must hold for every profile: 2 to 8 voters, 2 to 6 options, weights 1 to 5, quorum off.

use aragora_core::consensus::{Candidate, Electorate, RuleSet, Voter, tally};
use aragora_core::debate::{
    Ballot, CastVote, ConfidenceCurve, InvalidWhy, Outcome, QuorumRule, Reputation, RuleConfig, RuleKind, Seed, Share,
    Tally, VoteStatus, Weight,
};
use aragora_core::ids::{AgentId, OptionId};
use proptest::prelude::*;

/// One ballot of a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    choice: usize,
    weight: u128,
    confidence: Option<f64>,
    elo: f64,
}

/// A profile before it is given names.
#[derive(Clone, Debug)]
struct Profile {
    options: usize,
    lines: Vec<Line>,
}

fn agent(i: usize) -> AgentId {
    AgentId::new(format!("s{i}")).unwrap()
}

fn option(i: usize) -> OptionId {
    OptionId::new(format!("O{i}")).unwrap()
}

impl Profile {
    fn electorate(&self) -> Electorate {
        let voter = |(i, line): (usize, &Line)| {
            let mut voter = Voter::new(agent(i), Weight(line.weight * Weight::ONE.0));
            voter.reputation = Some(Reputation { elo: line.elo, calibration: None });
            voter
        };
        Electorate {
            seats: self.lines.iter().enumerate().map(voter).collect(),
            options: (0..self.options).map(|i| Candidate::new(option(i))).collect(),
            seed: Seed(7),
            active: None,
        }
    }

    fn votes(&self) -> Vec<CastVote> {
        let vote = |(i, line): (usize, &Line)| CastVote {
            voter: agent(i),
            status: VoteStatus::Cast,
            ballot: Some(Ballot::Choice(option(line.choice))),
            confidence: line.confidence,
            self_vote: false,
            arrival: 0,
            user_intensity: None,
        };
        self.lines.iter().enumerate().map(vote).collect()
    }

    fn count(&self, rule: &RuleKind) -> Tally {
        count(rule, &self.electorate(), &self.votes())
    }

    /// The same ballots with every option renamed.
    fn renamed(&self, names: &[usize]) -> Self {
        let lines = self.lines.iter().map(|line| Line { choice: names[line.choice], ..*line }).collect();
        Self { lines, ..self.clone() }
    }
}

fn count(rule: &RuleKind, electorate: &Electorate, votes: &[CastVote]) -> Tally {
    let config = RuleConfig { quorum: QuorumRule::Count(0), ..rule.clone().into() };
    tally(&config, electorate, votes, &RuleSet::new()).unwrap()
}

fn threshold(num: u32, den: u32, strict: bool) -> RuleKind {
    RuleKind::Threshold { share: Share::new(num, den).unwrap(), strict }
}

fn weighted(curve: ConfidenceCurve) -> RuleKind {
    RuleKind::ConfidenceWeighted { curve }
}

/// Rules that look at nothing but choices and weights.
fn plain_rules() -> Vec<RuleKind> {
    vec![
        RuleKind::Plurality,
        RuleKind::Majority,
        RuleKind::Supermajority { share: Share::TWO_THIRDS },
        threshold(2, 5, false),
        threshold(3, 4, true),
        RuleKind::CountAboveFloor { share: Share::TWO_THIRDS },
        RuleKind::Unanimity { ignore_abstain: false },
        RuleKind::None,
        RuleKind::Hybrid { rules: vec![RuleKind::Majority, RuleKind::Plurality] },
    ]
}

fn all_rules() -> Vec<RuleKind> {
    let mut rules = plain_rules();
    rules.extend([
        weighted(ConfidenceCurve::Reconcile),
        weighted(ConfidenceCurve::Linear),
        RuleKind::ReputationWeighted,
    ]);
    rules
}

/// Outcome, winners and rows without their order: what neutrality and anonymity speak about.
fn essence(tally: &Tally, name: impl Fn(&OptionId) -> String) -> (String, Vec<String>, Vec<(String, u32, u128)>) {
    let mut winners: Vec<String> = tally.winners.iter().map(&name).collect();
    winners.sort();
    let mut rows: Vec<_> = tally.rows.iter().map(|row| (name(&row.option), row.votes, row.weight.0)).collect();
    rows.sort();
    (tally.outcome.as_str().to_owned(), winners, rows)
}

fn plain(tally: &Tally) -> (String, Vec<String>, Vec<(String, u32, u128)>) {
    essence(tally, ToString::to_string)
}

fn line(options: usize) -> impl Strategy<Value = Line> {
    let confidence = prop_oneof![Just(None), (0u32..=100).prop_map(|c| Some(f64::from(c) / 100.0))];
    let elo = (800u32..=2400).prop_map(f64::from);
    (0..options, 1u128..=5, confidence, elo).prop_map(|(choice, weight, confidence, elo)| Line {
        choice,
        weight,
        confidence,
        elo,
    })
}

fn profile() -> impl Strategy<Value = Profile> {
    (2usize..=6).prop_flat_map(|options| {
        prop::collection::vec(line(options), 2..=8).prop_map(move |lines| Profile { options, lines })
    })
}

fn profile_and_order() -> impl Strategy<Value = (Profile, Vec<usize>)> {
    profile().prop_flat_map(|profile| {
        let order: Vec<usize> = (0..profile.lines.len()).collect();
        (Just(profile), Just(order).prop_shuffle())
    })
}

fn profile_and_names() -> impl Strategy<Value = (Profile, Vec<usize>)> {
    profile().prop_flat_map(|profile| {
        let names: Vec<usize> = (0..profile.options).collect();
        (Just(profile), Just(names).prop_shuffle())
    })
}

fn two_profiles() -> impl Strategy<Value = (Profile, Profile)> {
    (2usize..=6).prop_flat_map(|options| {
        let side = || prop::collection::vec(line(options), 2..=8).prop_map(move |lines| Profile { options, lines });
        (side(), side())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_order_of_votes_changes_nothing((profile, order) in profile_and_order()) {
        let votes = profile.votes();
        let shuffled: Vec<CastVote> = order.iter().map(|&i| votes[i].clone()).collect();
        for rule in all_rules() {
            prop_assert_eq!(profile.count(&rule), count(&rule, &profile.electorate(), &shuffled), "{:?}", rule);
        }
    }

    #[test]
    fn who_casts_which_ballot_changes_nothing((profile, order) in profile_and_order()) {
        let exchanged = Profile { lines: order.iter().map(|&i| profile.lines[i]).collect(), ..profile.clone() };
        for rule in all_rules() {
            prop_assert_eq!(plain(&profile.count(&rule)), plain(&exchanged.count(&rule)), "{:?}", rule);
        }
    }

    #[test]
    fn renaming_the_options_renames_the_result((profile, names) in profile_and_names()) {
        let renamed = profile.renamed(&names);
        let old_name = |new: &OptionId| {
            let new: usize = new.as_str()[1..].parse().unwrap();
            option(names.iter().position(|&n| n == new).unwrap()).to_string()
        };
        for rule in all_rules() {
            let found = essence(&renamed.count(&rule), old_name);
            prop_assert_eq!(plain(&profile.count(&rule)), found, "{:?}", rule);
        }
    }

    #[test]
    fn every_ballot_several_times_changes_no_winner(profile in profile(), times in 2usize..=4) {
        let lines = std::iter::repeat_n(profile.lines.clone(), times).flatten().collect();
        let multiplied = Profile { lines, ..profile.clone() };
        for rule in all_rules() {
            let (one, many) = (profile.count(&rule), multiplied.count(&rule));
            prop_assert_eq!((one.outcome, one.winners), (many.outcome, many.winners), "{:?}", rule);
        }
    }

    #[test]
    fn an_abstention_changes_nothing_but_unanimity(profile in profile()) {
        let mut electorate = profile.electorate();
        // The active seats of a round are counted by the engine, so they stay as they were.
        electorate.active = Some(u32::try_from(profile.lines.len()).unwrap());
        let mut more = electorate.clone();
        more.seats.push(Voter::new(agent(99), Weight::ONE));
        let mut votes = profile.votes();
        votes.push(CastVote {
            voter: agent(99),
            status: VoteStatus::Abstain,
            ballot: Some(Ballot::Abstain { reason: String::new() }),
            confidence: None,
            self_vote: false,
            arrival: 9,
            user_intensity: None,
        });
        for rule in all_rules() {
            let (without, with) = (count(&rule, &electorate, &profile.votes()), count(&rule, &more, &votes));
            prop_assert_eq!((&without.rows, without.counted), (&with.rows, with.counted), "{:?}", rule);
            if rule == (RuleKind::Unanimity { ignore_abstain: false }) {
                prop_assert_ne!(with.outcome, Outcome::Decided);
            } else {
                prop_assert_eq!((without.outcome, without.test), (with.outcome, with.test), "{:?}", rule);
            }
        }
        let ignoring = RuleKind::Unanimity { ignore_abstain: true };
        let (without, with) = (count(&ignoring, &electorate, &profile.votes()), count(&ignoring, &more, &votes));
        prop_assert_eq!(without.outcome, with.outcome);
    }

    #[test]
    fn an_invalid_ballot_changes_no_row(profile in profile()) {
        let mut electorate = profile.electorate();
        electorate.seats.push(Voter::new(agent(99), Weight::ONE));
        let mut votes = profile.votes();
        votes.push(CastVote {
            voter: agent(99),
            status: VoteStatus::Invalid,
            ballot: Some(Ballot::Invalid { raw: "A/B".to_owned(), why: InvalidWhy::Conflicting }),
            confidence: Some(1.0),
            self_vote: false,
            arrival: 9,
            user_intensity: None,
        });
        for rule in all_rules() {
            let (without, with) = (profile.count(&rule), count(&rule, &electorate, &votes));
            prop_assert_eq!((without.rows, without.counted), (with.rows, with.counted), "{:?}", rule);
        }
    }

    #[test]
    fn an_option_of_more_than_half_of_the_weight_wins(profile in profile()) {
        let weight_of = |choice| profile.lines.iter().filter(|l| l.choice == choice).map(|l| l.weight).sum::<u128>();
        let all: u128 = profile.lines.iter().map(|l| l.weight).sum();
        let winner = (0..profile.options).find(|&choice| 2 * weight_of(choice) > all);
        for rule in [RuleKind::Plurality, RuleKind::Majority] {
            let found = profile.count(&rule);
            if let Some(winner) = winner {
                prop_assert_eq!(found.outcome, Outcome::Decided);
                prop_assert_eq!(found.winners, [option(winner)]);
            } else if rule == RuleKind::Majority {
                prop_assert_ne!(found.outcome, Outcome::Decided);
            }
        }
    }

    #[test]
    fn moving_a_ballot_to_the_winner_of_a_plurality_keeps_it_the_winner(profile in profile(), at in 0usize..8) {
        let found = profile.count(&RuleKind::Plurality);
        prop_assume!(found.outcome == Outcome::Decided);
        let winner = (0..profile.options).find(|&i| option(i) == found.winners[0]).unwrap();
        let mut moved = profile.clone();
        let at = at % moved.lines.len();
        moved.lines[at].choice = winner;
        let after = moved.count(&RuleKind::Plurality);
        prop_assert_eq!((after.outcome, after.winners), (found.outcome, found.winners));
    }

    #[test]
    fn two_electorates_that_elect_the_same_by_plurality_elect_it_together((one, other) in two_profiles()) {
        let firsts = |profile: &Profile| -> Vec<OptionId> { profile.count(&RuleKind::Plurality).winners };
        let both: Vec<OptionId> = firsts(&one).into_iter().filter(|o| firsts(&other).contains(o)).collect();
        prop_assume!(!both.is_empty());
        let joined = Profile { lines: [one.lines.clone(), other.lines.clone()].concat(), ..one.clone() };
        prop_assert_eq!(firsts(&joined), both);
    }

    #[test]
    fn a_stronger_threshold_that_decides_implies_every_weaker_one(profile in profile()) {
        // From weakest to strongest.
        let ladder = [
            RuleKind::Plurality,
            threshold(1, 3, false),
            threshold(1, 2, false),
            RuleKind::Majority,
            RuleKind::Supermajority { share: Share::TWO_THIRDS },
            threshold(2, 3, true),
            threshold(3, 4, false),
            threshold(1, 1, false),
        ];
        let tallies: Vec<Tally> = ladder.iter().map(|rule| profile.count(rule)).collect();
        for (i, strong) in tallies.iter().enumerate().filter(|(_, t)| t.outcome == Outcome::Decided) {
            for weak in &tallies[..i] {
                prop_assert_eq!((&weak.outcome, &weak.winners), (&strong.outcome, &strong.winners));
            }
        }
        let unanimous = profile.count(&RuleKind::Unanimity { ignore_abstain: false });
        if unanimous.outcome == Outcome::Decided {
            let floor = profile.count(&RuleKind::CountAboveFloor { share: Share::TWO_THIRDS });
            prop_assert_eq!(&floor.winners, &unanimous.winners);
            prop_assert_eq!(&tallies[tallies.len() - 1].winners, &unanimous.winners);
        }
    }

    #[test]
    fn more_than_the_floor_is_strictly_more_than_the_share(profile in profile()) {
        let unweighted = Profile {
            lines: profile.lines.iter().map(|line| Line { weight: 1, ..*line }).collect(),
            ..profile
        };
        let floor = unweighted.count(&RuleKind::CountAboveFloor { share: Share::TWO_THIRDS });
        let strict = unweighted.count(&threshold(2, 3, true));
        prop_assert_eq!((floor.outcome, floor.winners), (strict.outcome, strict.winners));
    }

    #[test]
    fn a_hybrid_equals_its_first_deciding_member(
        profile in profile(),
        picked in prop::sample::subsequence(all_rules().into_iter().filter(|r| r.name() != "hybrid").collect::<Vec<_>>(), 1..=4),
    ) {
        let hybrid = profile.count(&RuleKind::Hybrid { rules: picked.clone() });
        let members: Vec<Tally> = picked.iter().map(|rule| profile.count(rule)).collect();
        match members.iter().find(|member| member.outcome == Outcome::Decided) {
            Some(first) => {
                prop_assert_eq!(&hybrid.rule, &first.rule);
                prop_assert_eq!(plain(&hybrid), plain(first));
                prop_assert_eq!(hybrid.test, first.test.clone());
            }
            None => prop_assert_ne!(hybrid.outcome, Outcome::Decided),
        }
    }

    #[test]
    fn rows_add_up_to_what_was_counted(profile in profile()) {
        for rule in all_rules() {
            let found = profile.count(&rule);
            let sum: Weight = found.rows.iter().map(|row| row.weight).sum();
            let votes: u32 = found.rows.iter().map(|row| row.votes).sum();
            prop_assert_eq!((sum, votes as usize), (found.counted, profile.lines.len()), "{:?}", rule);
        }
    }
}
