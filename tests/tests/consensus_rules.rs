//! What each decision rule decides, and the common rules around it: who counts, quorum, ties, self-votes, users.

use std::sync::Arc;

use aragora_core::consensus::{
    Candidate, DecisionRule, Electorate, RuleSet, Voter, break_tie, build, is_breakable, supports, tally, violations,
};
use aragora_core::debate::{
    Ballot, BallotKind, Basis, CastVote, ConfidenceCurve, Fixed6, InvalidWhy, Outcome, QuorumRule, Reputation,
    RuleConfig, RuleKind, Seed, SelfVote, Share, Tally, TieBreak, TraceLine, VoteStatus, Weight,
};
use aragora_core::ids::{AgentId, OptionId};
use aragora_core::{Error, ErrorKind};

fn agent(id: impl AsRef<str>) -> AgentId {
    AgentId::new(id).unwrap()
}

fn option(id: &str) -> OptionId {
    OptionId::new(id).unwrap()
}

fn options(ids: &str) -> Vec<OptionId> {
    ids.split(' ').filter(|id| !id.is_empty()).map(option).collect()
}

/// Seats s0, s1, .. of weight 1 and options A, B, C.
fn seats(count: usize) -> Electorate {
    Electorate {
        seats: (0..count).map(|i| Voter::new(agent(format!("s{i}")), Weight::ONE)).collect(),
        options: options("A B C").into_iter().map(Candidate::new).collect(),
        seed: Seed(7),
        active: None,
    }
}

/// What seat `i` did, one word each: an option, `-` abstained, `?` invalid, `!` failed, `.` not asked.
fn votes(words: &str) -> Vec<CastVote> {
    let vote = |(i, word): (usize, &str)| {
        let (status, ballot) = match word {
            "-" => (VoteStatus::Abstain, Some(Ballot::Abstain { reason: String::new() })),
            "?" => (VoteStatus::Invalid, Some(Ballot::Invalid { raw: "A/B".to_owned(), why: InvalidWhy::Conflicting })),
            "!" => (VoteStatus::Failed, None),
            "." => (VoteStatus::NotAsked, None),
            choice => (VoteStatus::Cast, Some(Ballot::Choice(option(choice)))),
        };
        let arrival = u32::try_from(i).unwrap();
        let voter = agent(format!("s{i}"));
        CastVote { voter, status, ballot, confidence: None, self_vote: false, arrival, user_intensity: None }
    };
    words.split(' ').filter(|word| !word.is_empty()).enumerate().map(vote).collect()
}

fn count_with(config: &RuleConfig, electorate: &Electorate, votes: &[CastVote]) -> Tally {
    tally(config, electorate, votes, &RuleSet::new()).unwrap()
}

/// `rule` over seats as many as words, with the default common rules.
fn count(rule: RuleKind, words: &str) -> Tally {
    let votes = votes(words);
    count_with(&rule.into(), &seats(votes.len()), &votes)
}

fn share(text: &str) -> Share {
    serde_json::from_value(serde_json::json!(text)).unwrap()
}

fn threshold(of: &str, strict: bool) -> RuleKind {
    RuleKind::Threshold { share: share(of), strict }
}

const SUPERMAJORITY: RuleKind = RuleKind::Supermajority { share: Share::TWO_THIRDS };
const UNANIMITY: RuleKind = RuleKind::Unanimity { ignore_abstain: false };

fn decided(tally: &Tally) -> Option<&str> {
    (tally.outcome == Outcome::Decided).then(|| tally.winners[0].as_str())
}

fn weights(tally: &Tally) -> Vec<f64> {
    tally.rows.iter().map(|row| row.weight.to_f64()).collect()
}

#[test]
fn two_of_three_pass_majority_and_supermajority() {
    for rule in [RuleKind::Plurality, RuleKind::Majority, SUPERMAJORITY] {
        assert_eq!(decided(&count(rule, "A B A")), Some("A"));
    }
    let found = count(SUPERMAJORITY, "A B A");
    let test = found.test.unwrap();
    assert_eq!((test.op.as_str(), test.share.to_string(), test.passed), (">=", "2/3".to_owned(), true));
    assert_eq!((test.part, test.whole), (Weight(2_000_000), Weight(3_000_000)));
}

#[test]
fn one_against_one_is_a_tie_and_no_majority() {
    for rule in [RuleKind::Plurality, RuleKind::Majority, SUPERMAJORITY, UNANIMITY] {
        let found = count(rule, "A B");
        assert_eq!(found.outcome, Outcome::Tie(options("A B")));
        assert_eq!(found.winners, options("A B"));
    }
}

#[test]
fn a_single_leader_below_the_threshold_is_not_reached() {
    let found = count(RuleKind::Majority, "A A B C");
    assert_eq!((found.outcome, found.winners), (Outcome::NotReached, vec![]));
    assert_eq!(found.rows.iter().map(|row| row.votes).collect::<Vec<_>>(), [2, 1, 1]);
    assert_eq!(decided(&count(RuleKind::Plurality, "A A B C")), Some("A"));
}

#[test]
fn thresholds_are_exact_at_their_edge() {
    assert_eq!(decided(&count(threshold("2/3", false), "A A B")), Some("A"));
    assert_eq!(count(threshold("2/3", true), "A A B").outcome, Outcome::NotReached);
    assert_eq!(decided(&count(threshold("1/2", false), "A A B C")), Some("A"));
    // A third of a third: no binary fraction holds 1/3, integers do.
    let mut electorate = seats(3);
    electorate.seats.iter_mut().for_each(|seat| seat.weight = Weight(333_333));
    assert_eq!(decided(&count_with(&threshold("2/3", false).into(), &electorate, &votes("A A B"))), Some("A"));
}

#[test]
fn weights_count_and_heads_do_not() {
    let mut electorate = seats(3);
    electorate.seats[2].weight = Weight(2_500_000);
    let found = count_with(&RuleKind::Majority.into(), &electorate, &votes("A A B"));
    assert_eq!(decided(&found), Some("B"));
    assert_eq!((found.counted, found.electorate), (Weight(4_500_000), Weight(4_500_000)));
}

#[test]
fn the_basis_says_whose_weight_is_the_whole() {
    let words = "A A - ? !";
    let counted = RuleConfig { quorum: QuorumRule::Count(0), ..RuleKind::Majority.into() };
    let electorate = RuleConfig { basis: Basis::Electorate, ..counted.clone() };
    assert_eq!(decided(&count_with(&counted, &seats(5), &votes(words))), Some("A"));
    let found = count_with(&electorate, &seats(5), &votes(words));
    assert_eq!((found.outcome, found.test.unwrap().whole), (Outcome::NotReached, Weight(5_000_000)));
}

#[test]
fn count_above_floor_wants_more_votes_than_the_floor_of_two_thirds_of_the_active() {
    // Votes needed for n = 2..=7: floor(2n/3) + 1.
    for (n, needed) in [(2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 5)] {
        for agreeing in 1..=n {
            let words: Vec<&str> = (0..n).map(|i| if i < agreeing { "A" } else { "!" }).collect();
            let config = RuleConfig {
                quorum: QuorumRule::Count(0),
                ..RuleKind::CountAboveFloor { share: Share::TWO_THIRDS }.into()
            };
            let found = count_with(&config, &seats(n), &votes(&words.join(" ")));
            assert_eq!(found.outcome == Outcome::Decided, agreeing >= needed, "{agreeing} of {n}");
        }
    }
    let mut electorate = seats(4);
    electorate.active = Some(2);
    let config = RuleKind::CountAboveFloor { share: Share::TWO_THIRDS }.into();
    assert_eq!(decided(&count_with(&config, &electorate, &votes("A A . ."))), Some("A"));
}

#[test]
fn unanimity_needs_every_eligible_seat() {
    assert_eq!(decided(&count(UNANIMITY, "A A A")), Some("A"));
    for words in ["A A A !", "A A A -", "A A A ?", "A A A .", "A A A B"] {
        assert_eq!(count(UNANIMITY, words).outcome, Outcome::NotReached, "{words}");
    }
    // A seat no record exists for was not asked.
    assert_eq!(count_with(&UNANIMITY.into(), &seats(4), &votes("A A A")).outcome, Outcome::NotReached);
    let ignoring = RuleKind::Unanimity { ignore_abstain: true };
    assert_eq!(decided(&count(ignoring.clone(), "A A - -")), Some("A"));
    assert_eq!(count(ignoring, "A A - !").outcome, Outcome::NotReached);
}

#[test]
fn three_abstentions_are_no_evidence_and_never_agreement() {
    let ignoring = RuleKind::Unanimity { ignore_abstain: true };
    for rule in [RuleKind::Plurality, RuleKind::Majority, UNANIMITY, ignoring, RuleKind::None] {
        let found = count(rule, "- - -");
        assert_eq!((found.outcome, found.winners), (Outcome::NoEvidence, vec![]));
        assert_eq!((found.quorum.present, found.quorum.met), (3, true));
    }
    assert_eq!(count(RuleKind::Majority, "? ! .").outcome, Outcome::NoEvidence);
}

#[test]
fn the_quorum_is_half_of_the_eligible_and_at_least_two() {
    for (eligible, needed) in [(0, 0), (1, 1), (2, 2), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4)] {
        assert_eq!(count_with(&RuleConfig::default(), &seats(eligible), &[]).quorum.needed, needed, "{eligible}");
    }
    let found = count(RuleKind::Plurality, "A ! ! !");
    assert_eq!((found.outcome, found.winners), (Outcome::NoQuorum, vec![]));
    assert_eq!(found.rows[0].votes, 1);
    assert_eq!(decided(&count(RuleKind::Plurality, "A - ! !")), Some("A"));
}

#[test]
fn the_quorum_can_be_a_count_or_a_fraction_rounded_up() {
    let with = |quorum| RuleConfig { quorum, ..RuleKind::Plurality.into() };
    let outcome = |quorum, words| count_with(&with(quorum), &seats(5), &votes(words)).outcome;
    assert_eq!(outcome(QuorumRule::Count(4), "A A A ! !"), Outcome::NoQuorum);
    assert_eq!(outcome(QuorumRule::Count(0), "A ! ! ! !"), Outcome::Decided);
    assert_eq!(outcome(QuorumRule::Fraction(Share::TWO_THIRDS), "A A A ! !"), Outcome::NoQuorum);
    assert_eq!(outcome(QuorumRule::Fraction(Share::TWO_THIRDS), "A A A - !"), Outcome::Decided);
}

fn confident(words: &str) -> Vec<CastVote> {
    let parsed = words.split(' ').map(|word| {
        let (choice, confidence) = word.split_once(':').unwrap();
        (choice, confidence.parse().ok())
    });
    let (choices, confidences): (Vec<&str>, Vec<Option<f64>>) = parsed.unzip();
    let mut votes = votes(&choices.join(" "));
    votes.iter_mut().zip(confidences).for_each(|(vote, confidence)| vote.confidence = confidence);
    votes
}

fn weighted(curve: ConfidenceCurve, words: &str) -> Tally {
    let votes = confident(words);
    count_with(&RuleKind::ConfidenceWeighted { curve }.into(), &seats(votes.len()), &votes)
}

#[test]
fn one_certain_vote_beats_two_unsure_ones_on_the_reconcile_curve() {
    let found = weighted(ConfidenceCurve::Reconcile, "A:.95 A:.6 B:1.0");
    assert_eq!(weights(&found), [0.9, 1.0, 0.0]);
    assert_eq!(decided(&found), Some("B"));
    assert!(found.trace.is_empty());
}

#[test]
fn the_reconcile_curve_has_these_steps() {
    for (confidence, weight) in
        [(1.0, 1.0), (0.99, 0.8), (0.9, 0.8), (0.89, 0.5), (0.8, 0.5), (0.79, 0.3), (0.61, 0.3), (0.6, 0.1), (0.0, 0.1)]
    {
        let found = weighted(ConfidenceCurve::Reconcile, &format!("A:{confidence} B:0.0"));
        assert_eq!(weights(&found)[0], weight, "{confidence}");
    }
}

#[test]
fn unusable_confidence_weighs_a_tenth_and_leaves_a_trace() {
    for curve in [ConfidenceCurve::Reconcile, ConfidenceCurve::Linear] {
        let found = weighted(curve, "A:none B:85 C:NaN");
        assert_eq!(weights(&found), [0.1; 3]);
        assert!(found.trace[0].note.ends_with("0.1: s0, s1, s2"), "{:?}", found.trace);
    }
}

#[test]
fn linear_confidence_is_the_weight_times_that_of_the_seat() {
    let mut electorate = seats(2);
    electorate.seats[1].weight = Weight(3_000_000);
    let rule = RuleKind::ConfidenceWeighted { curve: ConfidenceCurve::Linear };
    let found = count_with(&rule.into(), &electorate, &confident("A:.75 B:.2"));
    assert_eq!(weights(&found), [0.75, 0.6, 0.0]);
    assert_eq!(found.electorate, Weight(4_000_000));
}

#[test]
fn confidence_changes_nothing_where_the_rule_does_not_say_so() {
    let votes = confident("A:.1 A:.1 B:1.0");
    assert_eq!(decided(&count_with(&RuleKind::Majority.into(), &seats(3), &votes)), Some("A"));
}

#[test]
fn reputation_weighs_by_rating_and_calibration() {
    let weigh = |reputation: Option<Reputation>| {
        let mut electorate = seats(2);
        electorate.seats[0].reputation = reputation;
        weights(&count_with(&RuleKind::ReputationWeighted.into(), &electorate, &votes("A B")))[0]
    };
    let of = |elo, calibration| Some(Reputation { elo, calibration });
    assert_eq!(weigh(of(1700.0, Some(0.8))), 1.456);
    assert_eq!(weigh(of(1700.0, None)), 1.12);
    assert_eq!(weigh(None), 1.0);
    assert_eq!(weigh(of(9000.0, Some(1.0))), 3.0);
    assert_eq!(weigh(of(-9000.0, Some(0.0))), 0.25);
    assert_eq!(weigh(of(f64::NAN, Some(f64::NAN))), 1.0);
}

#[test]
fn a_hybrid_is_its_first_deciding_member_and_says_who_did_not() {
    let hybrid = RuleKind::Hybrid { rules: vec![UNANIMITY, SUPERMAJORITY, RuleKind::Plurality] };
    let found = count(hybrid.clone(), "A A B C");
    assert_eq!((found.rule.as_str(), decided(&found)), ("plurality", Some("A")));
    let notes: Vec<&str> = found.trace.iter().map(|line| line.note.as_str()).collect();
    assert_eq!(notes, ["unanimity did not decide: not_reached", "supermajority did not decide: not_reached"]);
    assert_eq!(count(hybrid.clone(), "A A A B").rule, "supermajority");
    let undecided = count(hybrid, "A A B B");
    assert_eq!(undecided.outcome, Outcome::Tie(options("A B")));
}

#[test]
fn a_hybrid_passes_a_tie_on_and_breaks_it_only_when_no_member_decides() {
    let reconcile = RuleKind::ConfidenceWeighted { curve: ConfidenceCurve::Reconcile };
    let rules = vec![RuleKind::Majority, reconcile];
    let config = RuleConfig { ties: TieBreak::Roster, ..RuleKind::Hybrid { rules }.into() };
    let found = count_with(&config, &seats(2), &confident("A:.5 B:.9"));
    assert_eq!((found.rule.as_str(), decided(&found)), ("confidence_weighted", Some("B")));
    let found = count_with(&config, &seats(2), &confident("A:.9 B:.9"));
    assert_eq!((found.rule.as_str(), decided(&found)), ("majority", Some("A")));
    assert_eq!(found.tie_break.unwrap().tied, options("A B"));
}

#[test]
fn no_rule_seeks_no_decision_and_shows_every_position() {
    let found = count(RuleKind::None, "A B B");
    assert_eq!((found.outcome, found.winners), (Outcome::NotSought, vec![]));
    assert_eq!(found.rows.iter().map(|row| row.votes).collect::<Vec<_>>(), [1, 2, 0]);
}

fn with_ties(rule: RuleKind, ties: TieBreak) -> RuleConfig {
    RuleConfig { ties, ..rule.into() }
}

#[test]
fn ties_are_broken_by_arrival_by_roster_or_by_seed() {
    let mut votes = votes("B A");
    votes[0].arrival = 1;
    votes[1].arrival = 0;
    let by = |ties| count_with(&with_ties(RuleKind::Plurality, ties), &seats(2), &votes);
    assert_eq!(decided(&by(TieBreak::FirstSeen)), Some("A"));
    assert_eq!(decided(&by(TieBreak::Roster)), Some("B"));
    let used = by(TieBreak::Roster).tie_break.unwrap();
    assert_eq!((used.tied, used.chosen, used.by), (options("A B"), option("B"), TieBreak::Roster));
}

#[test]
fn a_seed_draws_the_same_lot_every_time_and_either_option_over_many_seeds() {
    let config = with_ties(RuleKind::Plurality, TieBreak::Seeded);
    let drawn: Vec<String> = (0..40)
        .map(|seed| {
            let electorate = Electorate { seed: Seed(seed), ..seats(2) };
            let mut turned = electorate.clone();
            turned.options.reverse();
            let (one, other) =
                (count_with(&config, &electorate, &votes("A B")), count_with(&config, &turned, &votes("A B")));
            assert_eq!(one.winners, other.winners);
            decided(&one).unwrap().to_owned()
        })
        .collect();
    let first = drawn.iter().filter(|winner| *winner == "A").count();
    assert!((8..=32).contains(&first), "{first} of 40");
}

#[test]
fn a_casting_vote_tips_an_exact_half_and_never_makes_two_of_five_a_majority() {
    let majority = with_ties(RuleKind::Majority, TieBreak::Roster);
    let found = count_with(&majority, &seats(4), &votes("B A A B"));
    assert_eq!(decided(&found), Some("B"));
    assert!(!found.test.unwrap().passed);
    let found = count_with(&majority, &seats(5), &votes("A A B B C"));
    assert_eq!(found.outcome, Outcome::Tie(options("A B")));
    assert!(found.tie_break.is_none());
    let supermajority = with_ties(SUPERMAJORITY, TieBreak::Roster);
    assert_eq!(count_with(&supermajority, &seats(2), &votes("A B")).outcome, Outcome::Tie(options("A B")));
}

#[test]
fn a_tie_left_to_a_seat_stays_open_until_its_turn_is_in() {
    let config = with_ties(RuleKind::Majority, TieBreak::Seat(agent("judge")));
    let open = count_with(&config, &seats(2), &votes("A B"));
    assert_eq!(open.outcome, Outcome::Tie(options("A B")));
    assert!(open.trace[0].note.contains("judge"));
    assert!(is_breakable(&open));

    let closed = break_tie(open.clone(), TieBreak::Seat(agent("judge")), &option("B")).unwrap();
    assert_eq!(decided(&closed), Some("B"));
    assert_eq!(closed.tie_break.unwrap().chosen, option("B"));

    let refused = break_tie(open, TieBreak::Seat(agent("judge")), &option("C")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    let hopeless = count_with(&config, &seats(5), &votes("A A B B C"));
    assert!(!is_breakable(&hopeless));
    assert!(break_tie(hopeless, TieBreak::Roster, &option("A")).is_err());
}

#[test]
fn self_votes_count_are_excluded_or_weigh_half() {
    let mut electorate = seats(3);
    electorate.options[0].authors = vec![agent("s0"), agent("s1")];
    electorate.options[1].authors = vec![agent("s2")];
    let with = |self_vote| RuleConfig { self_vote, ..RuleKind::Plurality.into() };
    let count = |self_vote| count_with(&with(self_vote), &electorate, &votes("A A B"));
    // The voters of A share their answer, so only s2 votes for nobody but itself.
    assert_eq!(weights(&count(None)), [2.0, 1.0, 0.0]);
    assert_eq!(weights(&count(Some(SelfVote::Count))), [2.0, 1.0, 0.0]);
    assert_eq!(weights(&count(Some(SelfVote::Exclude))), [2.0, 0.0, 0.0]);
    assert_eq!(weights(&count(Some(SelfVote::Half))), [2.0, 0.5, 0.0]);
    assert_eq!(count(Some(SelfVote::Exclude)).quorum.present, 3);
    assert_eq!(count(Some(SelfVote::Half)).electorate, Weight(3_000_000));
    assert!(electorate.is_own(&agent("s2"), &option("B")));
    assert!(!electorate.is_own(&agent("s0"), &option("A")) && !electorate.is_own(&agent("s0"), &option("C")));
}

#[test]
fn a_vote_marked_as_self_vote_is_one_even_if_the_options_name_no_authors() {
    let mut votes = votes("A B B");
    votes[0].self_vote = true;
    let config = RuleConfig { self_vote: Some(SelfVote::Exclude), ..RuleKind::Plurality.into() };
    let found = count_with(&config, &seats(3), &votes);
    assert_eq!((weights(&found), found.counted), (vec![0.0, 2.0, 0.0], Weight(2_000_000)));
}

#[test]
fn nothing_decides_when_every_vote_is_an_excluded_self_vote() {
    let mut votes = votes("A B");
    votes.iter_mut().for_each(|vote| vote.self_vote = true);
    let config = RuleConfig { self_vote: Some(SelfVote::Exclude), ..RuleKind::Majority.into() };
    assert_eq!(count_with(&config, &seats(2), &votes).outcome, Outcome::NotReached);
}

fn user(id: &str, choice: &str, intensity: u8) -> CastVote {
    let mut vote = votes(choice).remove(0);
    vote.voter = agent(id);
    vote.user_intensity = Some(intensity);
    vote
}

#[test]
fn users_weigh_by_intensity_are_shown_apart_and_never_make_a_quorum() {
    for (intensity, weight) in [(1, 0.25), (3, 0.375), (5, 0.5), (6, 0.6), (10, 1.0)] {
        let mut all = votes("A B");
        all.push(user("u1", "B", intensity));
        let found = count_with(&RuleKind::Plurality.into(), &seats(2), &all);
        assert_eq!(weights(&found), [1.0, 1.0 + weight, 0.0]);
        assert_eq!((decided(&found), found.rows[1].votes), (Some("B"), 1));
        let units = u64::try_from(Weight::from_f64(weight).unwrap().0).unwrap();
        let extra = serde_json::json!({ "user_votes": 1, "user_weight": units });
        assert_eq!(found.rows[1].extra, Some(extra));
        assert_eq!((found.quorum.eligible, found.quorum.present), (2, 2));
    }
    let mut all = votes("A !");
    all.extend((0..5).map(|i| user(&format!("u{i}"), "A", 10)));
    assert_eq!(count_with(&RuleKind::Plurality.into(), &seats(2), &all).outcome, Outcome::NoQuorum);
}

#[test]
fn users_join_the_whole_so_that_two_options_cannot_both_have_more_than_half() {
    let mut all = votes("A B");
    all.extend([user("u1", "A", 10), user("u2", "B", 5)]);
    let config = RuleConfig { basis: Basis::Electorate, ..RuleKind::Majority.into() };
    let found = count_with(&config, &seats(2), &all);
    assert_eq!(decided(&found), Some("A"));
    assert_eq!(found.test.unwrap().whole, Weight(3_500_000));
    assert_eq!(found.electorate, Weight(2_000_000));
}

#[test]
fn strangers_doubles_and_unknown_options_count_nowhere() {
    let mut all = votes("A A");
    all.extend([user("u1", "A", 0), user("u2", "A", 11)]);
    let mut stranger = votes("B").remove(0);
    stranger.voter = agent("nobody");
    all.push(stranger);
    let mut twice = votes("B").remove(0);
    twice.voter = agent("s2");
    all.extend([twice.clone(), twice.clone()]);
    twice.voter = agent("s3");
    twice.ballot = Some(Ballot::Choice(option("Z")));
    all.push(twice);
    let found = count_with(&RuleKind::Plurality.into(), &seats(4), &all);
    assert_eq!(weights(&found), [2.0, 0.0, 0.0]);
    assert_eq!(found.quorum.present, 2);
    let notes: Vec<&str> = found.trace.iter().map(|line| line.note.as_str()).collect();
    assert_eq!(
        notes,
        [
            "s2 set aside: 2 votes of one voter, expected one",
            "s3 set aside: an option that was not offered",
            "u1 set aside: intensity 0, expected 1 to 10",
            "u2 set aside: intensity 11, expected 1 to 10",
        ]
    );
}

#[test]
fn a_status_other_than_cast_never_counts_whatever_ballot_comes_with_it() {
    for status in
        [VoteStatus::Abstain, VoteStatus::Invalid, VoteStatus::Failed, VoteStatus::TimedOut, VoteStatus::NotAsked]
    {
        let mut all = votes("A B B");
        all[2].status = status;
        let found = count_with(&RuleKind::Plurality.into(), &seats(3), &all);
        assert_eq!(found.outcome, Outcome::Tie(options("A B")), "{status}");
    }
    let mut all = votes("A A A");
    all[2].ballot = Some(Ballot::Approval([option("A")].into()));
    assert_eq!(count_with(&RuleKind::Plurality.into(), &seats(3), &all).rows[0].votes, 2);
}

#[test]
fn a_lineage_can_be_left_out_of_the_electorate() {
    let mut electorate = seats(3);
    electorate.seats[0].family = "Claude".to_owned();
    electorate.seats[1].family = "gpt".to_owned();
    let names = |e: Electorate| e.seats.iter().map(|seat| seat.id.to_string()).collect::<Vec<_>>();
    assert_eq!(names(electorate.clone().exclude_family("claude")), ["s1", "s2"]);
    assert_eq!(names(electorate.clone().exclude_family("")), ["s0", "s1"]);
    let found = count_with(&RuleKind::Plurality.into(), &electorate.exclude_family("claude"), &votes("A B B"));
    assert_eq!((weights(&found), found.quorum.eligible), (vec![0.0, 2.0, 0.0], 2));
}

#[test]
fn no_options_are_no_evidence_without_votes_and_refused_with_them() {
    let empty = Electorate { options: vec![], ..seats(2) };
    assert_eq!(count_with(&RuleConfig::default(), &empty, &votes("- !")).outcome, Outcome::NoEvidence);
    let refused = tally(&RuleConfig::default(), &empty, &votes("A A"), &RuleSet::new()).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.reason()),
        (ErrorKind::InvalidRequest, "/options: no options, 2 votes were cast")
    );
}

#[test]
fn an_option_or_a_seat_that_is_there_twice_is_refused() {
    let mut electorate = seats(2);
    electorate.options.push(Candidate::new(option("A")));
    electorate.seats.push(Voter::new(agent("s1"), Weight::ONE));
    let refused = tally(&RuleConfig::default(), &electorate, &[], &RuleSet::new()).unwrap_err();
    assert_eq!(refused.reason(), "/options/3: option \"A\" is there twice; /seats/2: seat \"s1\" is there twice");
}

#[test]
fn weights_say_what_each_vote_counted_with() {
    let mut all = confident("A:.95 A:.6 B:1.0");
    all.extend([user("u", "B", 5)]);
    all.reverse();
    let weights = |rule: RuleKind| -> Vec<f64> {
        let rule = build(&rule.into(), &RuleSet::new()).unwrap();
        rule.weights(&seats(4), &all).into_iter().map(Weight::to_f64).collect()
    };
    let reconcile = RuleKind::ConfidenceWeighted { curve: ConfidenceCurve::Reconcile };
    assert_eq!(weights(reconcile.clone()), [0.5, 1.0, 0.1, 0.8]);
    assert_eq!(weights(RuleKind::Majority), [0.5, 1.0, 1.0, 1.0]);
    let rules = vec![SUPERMAJORITY, reconcile];
    assert_eq!(weights(RuleKind::Hybrid { rules }), [0.5, 1.0, 0.1, 0.8]);
}

fn pointers(error: &Error) -> Vec<String> {
    let listed: Vec<serde_json::Value> = serde_json::from_str(&error.context()["violations"]).unwrap();
    listed.iter().map(|v| v["pointer"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_violation_of_a_rule_is_named_at_once() {
    let rules = vec![
        RuleKind::Hybrid { rules: vec![] },
        RuleKind::Custom { rule: "ghost".to_owned() },
        threshold("1/1", true),
        RuleKind::Supermajority { share: share("0/3") },
    ];
    let config = RuleConfig { quorum: QuorumRule::Count(4), ..RuleKind::Hybrid { rules }.into() };
    let error = violations(&config, 3, &RuleSet::new()).into_invalid_request().unwrap_err();
    let expected =
        ["/quorum/count", "/rule/rules/0", "/rule/rules/1/rule", "/rule/rules/2/share", "/rule/rules/3/share"];
    assert_eq!(pointers(&error), expected);
    // What does not depend on the seats is refused when the rule is built.
    assert_eq!(pointers(&build(&config, &RuleSet::new()).unwrap_err()), expected[1..]);
    let empty = RuleKind::Hybrid { rules: vec![] }.into();
    assert_eq!(pointers(&build(&empty, &RuleSet::new()).unwrap_err()), ["/rule/rules"]);
    assert!(violations(&RuleConfig::default(), 2, &RuleSet::new()).is_empty());
}

type Answer = fn(Vec<OptionId>) -> (Vec<OptionId>, Outcome);

/// A rule of a host: the first option anybody approves, told as `answer` says.
#[derive(Debug)]
struct FirstApproved {
    answer: Answer,
}

impl DecisionRule for FirstApproved {
    fn name(&self) -> &'static str {
        "first_approved"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Approval
    }

    fn tally(&self, electorate: &Electorate, votes: &[CastVote]) -> Tally {
        let approved = |o: &&OptionId| votes.iter().any(|v| v.ballot.as_ref().is_some_and(|b| supports(b, o)));
        let found = electorate.options.iter().map(|c| &c.option).find(approved).cloned();
        let (winners, outcome) = (self.answer)(found.into_iter().collect());
        let base = build(&RuleKind::Plurality.into(), &RuleSet::new()).unwrap().tally(electorate, &[]);
        Tally { winners, outcome, counted: electorate.weight(), ..base }
    }
}

fn approvals(words: &str) -> Vec<CastVote> {
    let mut all = votes(words);
    for vote in &mut all {
        if let Some(Ballot::Choice(chosen)) = vote.ballot.clone() {
            vote.ballot = Some(Ballot::Approval([chosen].into()));
        }
    }
    all
}

#[test]
fn a_rule_of_the_host_gets_quorum_and_names_of_the_library() {
    let mut custom = RuleSet::new();
    assert!(custom.register(Arc::new(FirstApproved { answer: |found| (found, Outcome::Decided) })).is_none());
    let config: RuleConfig = RuleKind::Custom { rule: "first_approved".to_owned() }.into();
    let count = |words| tally(&config, &seats(3), &approvals(words), &custom).unwrap();
    let found = count("C B -");
    assert_eq!((decided(&found), found.rule.as_str(), found.quorum.present), (Some("B"), "first_approved", 3));
    assert_eq!(count("B ! !").outcome, Outcome::NoQuorum);
    assert_eq!(count("- - -").outcome, Outcome::NoEvidence);
    // Choices are no ballots of this rule.
    assert_eq!(tally(&config, &seats(3), &votes("A A A"), &custom).unwrap().outcome, Outcome::NoEvidence);
}

#[test]
fn a_rule_of_the_host_that_contradicts_itself_decides_nothing() {
    let config: RuleConfig = RuleKind::Custom { rule: "first_approved".to_owned() }.into();
    let answers: [Answer; 4] = [
        |_| (vec![], Outcome::Decided),
        |_| (vec![option("Z")], Outcome::Decided),
        |found| (found.clone(), Outcome::Tie(found)),
        |found| (vec![], Outcome::Tie([found.clone(), found].concat())),
    ];
    for answer in answers {
        let mut custom = RuleSet::new();
        custom.register(Arc::new(FirstApproved { answer }));
        let found = tally(&config, &seats(2), &approvals("A A"), &custom).unwrap();
        assert_eq!((found.outcome, found.winners, found.trace.len()), (Outcome::NotReached, vec![], 1));
    }
}

/// A rule of a host that only says which ballots it was given.
#[derive(Debug)]
struct Echo(BallotKind);

impl DecisionRule for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn ballots(&self) -> BallotKind {
        self.0.clone()
    }

    fn tally(&self, electorate: &Electorate, votes: &[CastVote]) -> Tally {
        let base = build(&RuleKind::None.into(), &RuleSet::new()).unwrap().tally(electorate, &[]);
        let line = |vote: &CastVote| TraceLine {
            stage: vote.voter.to_string(),
            note: serde_json::to_string(&vote.ballot).unwrap(),
        };
        Tally { trace: votes.iter().map(line).collect(), ..base }
    }
}

/// The ballots a host's rule gets of these, where option B is the own answer of seat s1.
fn echo(kind: BallotKind, self_vote: Option<SelfVote>, ballots: Vec<Ballot>) -> Vec<String> {
    let mut electorate = seats(ballots.len());
    electorate.options[1].authors = vec![agent("s1")];
    let mut all = votes(&vec!["A"; ballots.len()].join(" "));
    all.iter_mut().zip(ballots).for_each(|(vote, ballot)| vote.ballot = Some(ballot));
    let mut custom = RuleSet::new();
    custom.register(Arc::new(Echo(kind)));
    let config = RuleConfig { self_vote, ..RuleKind::Custom { rule: "echo".to_owned() }.into() };
    let found = tally(&config, &electorate, &all, &custom).unwrap();
    found.trace.into_iter().map(|line| line.note).collect()
}

#[test]
fn own_entries_are_removed_from_rankings_scores_and_points_unless_they_are_to_count() {
    let ranking = Ballot::Ranking(vec![options("B"), options("A C")]);
    let removed = r#"{"ranking":[["A","C"]]}"#;
    let whole = r#"{"ranking":[["B"],["A","C"]]}"#;
    assert_eq!(echo(BallotKind::Ranking, None, vec![ranking.clone(), ranking.clone()]), [whole, removed]);
    assert_eq!(echo(BallotKind::Ranking, Some(SelfVote::Count), vec![ranking.clone(), ranking])[1], whole);

    let points = Ballot::Points([(option("A"), 1), (option("B"), 9)].into());
    let found = echo(BallotKind::Points { total: 10 }, None, vec![points.clone(), points]);
    assert_eq!(found, [r#"{"points":{"A":1,"B":9}}"#, r#"{"points":{"A":1}}"#]);

    let scores = Ballot::Scores([(option("B"), Fixed6::ONE)].into());
    let found = echo(BallotKind::Scores { lo: Fixed6(0), hi: Fixed6::ONE }, None, vec![scores.clone(), scores]);
    assert_eq!(found, [r#"{"scores":{"B":1000000}}"#, r#"{"scores":{}}"#]);

    let approval = Ballot::Approval([option("B")].into());
    let found = echo(BallotKind::Approval, None, vec![approval.clone(), approval.clone()]);
    assert_eq!(found[0], found[1]);
    let found = echo(BallotKind::Approval, Some(SelfVote::Exclude), vec![approval.clone(), approval]);
    assert_eq!(found, [r#"{"approval":["B"]}"#, r#"{"approval":[]}"#]);
}

#[test]
fn ballots_outside_their_shape_are_set_aside_whatever_the_rule_counts() {
    let points = |of: &[(&str, u32)]| Ballot::Points(of.iter().map(|(o, p)| (option(o), *p)).collect());
    let scores = |of: i64| Ballot::Scores([(option("A"), Fixed6(of))].into());
    let range = BallotKind::Scores { lo: Fixed6(0), hi: Fixed6::ONE };
    let cases = [
        (BallotKind::Ranking, Ballot::Ranking(vec![options("A"), options("C A")]), "an option ranked twice"),
        (BallotKind::Ranking, Ballot::Ranking(vec![options("A Z")]), "an option that was not offered"),
        (BallotKind::Approval, Ballot::Approval([option("Z")].into()), "an option that was not offered"),
        (BallotKind::Points { total: 10 }, points(&[("A", 6), ("B", 5)]), "more points than there are"),
        (BallotKind::Points { total: 10 }, points(&[("Z", 1)]), "an option that was not offered"),
        (range.clone(), scores(1_000_001), "a score outside the range"),
        (range.clone(), scores(-1), "a score outside the range"),
        (range, Ballot::Choice(option("A")), "a ballot of another kind than the rule counts"),
    ];
    for (kind, ballot, why) in cases {
        assert_eq!(echo(kind, None, vec![ballot]), [format!("s0 set aside: {why}")]);
    }
}

#[test]
fn mixed_ballots_in_a_hybrid_and_half_self_votes_of_other_ballots_are_refused() {
    let mut custom = RuleSet::new();
    custom.register(Arc::new(FirstApproved { answer: |found| (found, Outcome::Decided) }));
    let approval = RuleKind::Custom { rule: "first_approved".to_owned() };
    let rules = vec![RuleKind::Majority, approval.clone()];
    let mixed: RuleConfig = RuleKind::Hybrid { rules }.into();
    assert_eq!(pointers(&build(&mixed, &custom).unwrap_err()), ["/rule/rules/1"]);
    let half = RuleConfig { self_vote: Some(SelfVote::Half), ..approval.into() };
    assert_eq!(pointers(&build(&half, &custom).unwrap_err()), ["/self_vote"]);
}

#[test]
fn supporters_are_read_from_ballots() {
    let a = option("A");
    let ranking = |tiers: &[&str]| Ballot::Ranking(tiers.iter().map(|tier| options(tier)).collect());
    let points = |of: &[(&str, u32)]| Ballot::Points(of.iter().map(|(o, p)| (option(o), *p)).collect());
    assert!(supports(&Ballot::Choice(option("A")), &a));
    assert!(supports(&ranking(&["B A", "C"]), &a));
    assert!(!supports(&ranking(&["B", "A"]), &a));
    assert!(supports(&points(&[("A", 5), ("B", 5)]), &a));
    assert!(!supports(&points(&[("A", 4), ("B", 5)]), &a));
    assert!(!supports(&points(&[("A", 0)]), &a));
    assert!(!supports(&Ballot::Approval([option("B")].into()), &a));
    assert!(!supports(&Ballot::Abstain { reason: String::new() }, &a));
}

#[test]
fn tallies_survive_a_round_trip_as_documents() {
    let mut all = confident("A:.95 B:none");
    all.push(user("u", "B", 5));
    let config = RuleConfig { ties: TieBreak::Roster, ..RuleKind::Majority.into() };
    let found = count_with(&config, &seats(2), &all);
    let document = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Tally>(&document).unwrap(), found);
}
