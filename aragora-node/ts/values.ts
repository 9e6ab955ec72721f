// Rendered from the core's types by `cargo xtask faces`; do not edit.

import type { CodecRow } from './codec.js'

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The type of an event this version does not know. At run time it is the bare type; the prefix is for the compiler
 * only, so that comparing with a known type narrows to that event. */
export type UnknownEventType = `unknown:${string}`

/** A participant of the host. */
export interface AgentDocumentForeign {
  readonly type: 'foreign'
  /** Its number. */
  readonly participant: number
  /** Its id. */
  readonly id: string
  /** Provider behind it. */
  readonly provider?: string | undefined
  /** Model behind it. */
  readonly model?: string | undefined
  /** Model lineage. */
  readonly family?: string | undefined
  /** Its version. */
  readonly version?: string | undefined
  /** `native`, `instructed` (default) or `none`. */
  readonly structured?: string | undefined
  /** Whether it streams. */
  readonly streams?: boolean | undefined
  /** The model's window in tokens. */
  readonly contextTokens?: number | undefined
}

/** A model, by its name, by a configuration, or by a name with a configuration of everything else. */
export interface AgentDocumentModel {
  readonly type: 'model'
  /** Its name, `provider/model`, or a provider alone for its default model. */
  readonly name?: string | undefined
  /** Its configuration; without provider and model where a name is given. */
  readonly config?: ProviderDocument | undefined
  /** Where it is reached, before what the configuration says. */
  readonly baseUrl?: string | undefined
  /** Its key, default the one the instance's configuration holds for the provider; never shown. */
  readonly apiKey?: string | undefined
  /** A participant that gives the header fields which authenticate a request; not beside a key. */
  readonly credentials?: CredentialsDocument | undefined
  /** Its id, default made of provider and model. */
  readonly id?: string | undefined
}

/** A script. */
export interface AgentDocumentScripted {
  readonly type: 'scripted'
  /** Its id. */
  readonly id: string
  /** The steps. */
  readonly steps: readonly ScriptDocument[]
  /** `error` (default), `repeat` or `cycle`. */
  readonly atEnd?: string | undefined
}

/** Templates and the words of the question. */
export interface AgentDocumentDemo {
  readonly type: 'demo'
  /** Its id. */
  readonly id: string
  /** `supportive`, `critical`, `balanced` or `contrarian`. */
  readonly style: string
  /** Its seed. */
  readonly seed?: number | undefined
}

/** A person, asked at the desk of the debate's organisation. */
export interface AgentDocumentHuman {
  readonly type: 'human'
  /** Its id. */
  readonly id: string
}

/** A recording. */
export interface AgentDocumentRecorded {
  readonly type: 'recorded'
  /** Its id. */
  readonly id: string
  /** The log of a debate this seat took part in. */
  readonly log?: string | undefined
  /** A cassette. */
  readonly cassette?: string | undefined
}

/** Who answers. */
export type AgentDocument =
  | AgentDocumentForeign
  | AgentDocumentModel
  | AgentDocumentScripted
  | AgentDocumentDemo
  | AgentDocumentHuman
  | AgentDocumentRecorded

/**
 * What kind of participant answers.
 * - `model`: A language model.
 * - `human`: A person.
 * - `function`: A function of the host.
 * - `scripted`: A script with fixed replies.
 * - `demo`: The styled demo without network.
 * - `recorded`: A recording.
 * - `foreign`: An object of another language.
 */
export type AgentKind = 'model' | 'human' | 'function' | 'scripted' | 'demo' | 'recorded' | 'foreign'

/** What an agent answers. */
export interface AgentReply {
  /** The text; may be empty where `structured` says it all. */
  readonly text?: string | undefined
  /** The structured value, where one was asked for. */
  readonly structured?: Json | undefined
  /** What a model thought, where it shows it. */
  readonly reasoning?: string | undefined
  /** Tools a model asked for; they are recorded, never run. */
  readonly toolCalls?: readonly ToolCall[] | undefined
  /** A refusal. */
  readonly refusal?: Refusal | undefined
  /** Why the text ends, default `end`. */
  readonly stop?: StopReason | undefined
  /** Tokens used. */
  readonly usage?: Usage | undefined
  /** Cost in micro-dollars, where it is known. */
  readonly costMicros?: number | undefined
  /** Who served it. */
  readonly provider?: string | undefined
  /** The model that answered. */
  readonly model?: string | undefined
  /** The provider's id of the response. */
  readonly responseId?: string | undefined
  /** What a reader should know. */
  readonly warnings?: readonly ReplyWarning[] | undefined
}

/** What an agent is asked in one turn. */
export interface AgentRequest {
  /** Identifies the turn: `{debate}/{turn}`. */
  readonly id: string
  /** The debate. */
  readonly debate?: string | undefined
  /** The round. */
  readonly round: number
  /** What is asked for. */
  readonly phase: Phase
  /** The part to play. */
  readonly role: Role
  /** Who to be. */
  readonly persona?: Persona | undefined
  /** Rules and output format. */
  readonly system: string
  /** The conversation as this agent may see it. */
  readonly messages: readonly RequestMessage[]
  /** What must be returned. */
  readonly expect: Expect
  /** How a model should sample. */
  readonly sampling: Sampling
  /** Milliseconds until the answer is of no use any more. */
  readonly deadlineMs?: number | undefined
  /** Facts of the host. */
  readonly metadata: { readonly [key: string]: string }
  /** Members of a provider's body. */
  readonly extra: { readonly [key: string]: Json }
}

/**
 * Which figure an analysis holds.
 * - `convergence`: Agreement, stability and position.
 * - `evidence`: Evidence quality.
 * - `cross`: Gaps and contradictions between proposals.
 * - `claims`: Claims and relations.
 * - `cruxes`: Cruxes.
 * - `contribution`: Contribution of each seat.
 * - `bias`: Signs of bias.
 * - `diversity`: Diversity of the seats.
 * - `stability`: The stability test.
 * - `equivalence`: Verdicts of a comparator with I/O, so that grouping needs no call when folding.
 */
export type AnalysisKind = 'convergence' | 'evidence' | 'cross' | 'claims' | 'cruxes' | 'contribution' | 'bias' | 'diversity' | 'stability' | 'equivalence'

/** The answer of a decision. */
export interface Answer {
  /** The option it won as. */
  readonly option: string
  /** The value that was compared, e.g. `42`, or a stated option's id. */
  readonly value: string
  /** The whole text it came from, or a stated option's text. */
  readonly text: string
  /** Who gave it first; absent for stated options. */
  readonly author?: string | undefined
  /** A synthesis made of it, beside the original. */
  readonly synthesis?: string | undefined
}

/** How an answer is taken from a reply, and when two answers are the same. */
export interface AnswerFormat {
  /** Tried in order, the first hit wins. Empty: the whole trimmed reply is the answer. */
  readonly extract?: readonly Extractor[] | undefined
  /** When two answers are the same. */
  readonly equal?: Equivalence | undefined
  /** What becomes of a reply without an answer. */
  readonly unparsed?: UnparsedPolicy | undefined
}

/** One turn to ask. */
export interface Ask {
  /** The turn. */
  readonly turn: string
  /** The seat. */
  readonly seat: string
  /** Its part in this turn. */
  readonly role: Role
  /** What it is asked. */
  readonly prompt: Prompt
  /** The messages shown, in the order shown. */
  readonly shown: readonly string[]
  /** Labels of this voter, where they differ by voter. */
  readonly labels?: { readonly [key: string]: string } | undefined
  /** What must be returned. */
  readonly expect: Expect
  /** Output limit. */
  readonly maxOutputTokens: number
  /** Time limit; absent means the debate's turn timeout. */
  readonly deadlineMs?: number | undefined
  /** What was left out of the prompt to make it fit. */
  readonly reduced?: readonly ContextReduced[] | undefined
  /** Whether the prompt still does not fit the model's window; the turn then fails without a call. */
  readonly tooLong?: boolean | undefined
  /** Notes about the prompt, recorded as warnings. */
  readonly notes?: readonly string[] | undefined
}

/** Roster order; the default. */
export interface AskOrderIndex {
  readonly type: 'index'
}

/** By the debate's seed, anew each round and, when showing, for each seat. */
export interface AskOrderShuffled {
  readonly type: 'shuffled'
}

/** As given. */
export interface AskOrderExplicit {
  readonly type: 'explicit'
  readonly value: Orders
}

/** An order of seats. */
export type AskOrder =
  | AskOrderIndex
  | AskOrderShuffled
  | AskOrderExplicit

/** One set of turns. */
export interface AskStep {
  /** What is asked for. */
  readonly phase: Phase
  /** The round, the current one or the next. */
  readonly round: number
  /** The turns. */
  readonly asks: readonly Ask[]
  /** All at once or one after the other. */
  readonly order: Order
  /** When the step ends. */
  readonly join: Join
  /** Usable replies it needs; never more than there are asks. */
  readonly min: number
}

/**
 * How an attempt ended.
 * - `ok`: With a reply.
 * - `failed`: With an error.
 * - `cancelled`: It was cancelled or dropped.
 */
export type AttemptOutcome = 'ok' | 'failed' | 'cancelled'

/** A participant. */
export interface AuthorAgent {
  readonly type: 'agent'
  readonly value: string
}

/** A person who is not a participant. */
export interface AuthorHuman {
  readonly type: 'human'
  readonly value: string
}

/** The library, speaking for the protocol. */
export interface AuthorModerator {
  readonly type: 'moderator'
}

/** Who said something. */
export type Author =
  | AuthorAgent
  | AuthorHuman
  | AuthorModerator

/** What is known of a backup. */
export interface BackupFacts {
  /** Its id. */
  readonly id: string
  /** The one it goes on from. */
  readonly parent?: string | undefined
  /** When it ended. */
  readonly endedAt: Date
  /** Whether it was read back. */
  readonly verified: boolean
}

/** What reading a backup back showed. Damage is an error and not in here. */
export interface BackupVerifyReport {
  /** The backup. */
  readonly backup: string
  /** Its chain, the full backup first. */
  readonly chain: readonly string[]
  /** Rows of the restored copy by table. */
  readonly tables: { readonly [key: string]: TableCount }
  /** Names of the checks that held in the copy. */
  readonly checks: readonly string[]
  /** When this was. */
  readonly verifiedAt: Date
}

/** One option. */
export interface BallotChoice {
  readonly type: 'choice'
  readonly value: string
}

/** Options best first; an inner list holds options tied with each other. Unlisted options tie for last. */
export interface BallotRanking {
  readonly type: 'ranking'
  readonly value: readonly (readonly string[])[]
}

/** The approved options; empty approves nobody and is not an abstention. */
export interface BallotApproval {
  readonly type: 'approval'
  readonly value: readonly string[]
}

/** A score per option. */
export interface BallotScores {
  readonly type: 'scores'
  readonly value: { readonly [key: string]: number }
}

/** Points per option. */
export interface BallotPoints {
  readonly type: 'points'
  readonly value: { readonly [key: string]: number }
}

/** The voter takes part in the quorum and chooses nothing. */
export interface BallotAbstain {
  readonly type: 'abstain'
  /** The stated reason, possibly empty. */
  readonly reason: string
}

/** Not a ballot; counted nowhere. */
export interface BallotInvalid {
  readonly type: 'invalid'
  /** The text that was read, cut at 1,000 characters. */
  readonly raw: string
  /** Why it is none. */
  readonly why: InvalidWhy
}

/** What one voter said. Nothing unparsable, refused, failed or late is ever a choice. */
export type Ballot =
  | BallotChoice
  | BallotRanking
  | BallotApproval
  | BallotScores
  | BallotPoints
  | BallotAbstain
  | BallotInvalid

/** One option. */
export interface BallotKindChoice {
  readonly type: 'choice'
}

/** An order of the options. */
export interface BallotKindRanking {
  readonly type: 'ranking'
}

/** A set of options. */
export interface BallotKindApproval {
  readonly type: 'approval'
}

/** A number per option inside this range. */
export interface BallotKindScores {
  readonly type: 'scores'
  /** Lowest allowed score. In millionths. */
  readonly lo: number
  /** Highest allowed score. In millionths. */
  readonly hi: number
}

/** Whole points per option. */
export interface BallotKindPoints {
  readonly type: 'points'
  /** The most points together, default 10. */
  readonly total: number
}

/** A judge's verdict: an option or a tie, with probabilities. */
export interface BallotKindVerdict {
  readonly type: 'verdict'
}

/** The kind of ballot a rule counts. */
export type BallotKind =
  | BallotKindChoice
  | BallotKindRanking
  | BallotKindApproval
  | BallotKindScores
  | BallotKindPoints
  | BallotKindVerdict

/** The ballot one voter is asked for. */
export interface BallotShape {
  /** Which kind. */
  readonly kind: BallotKind
  /** The labels on offer, in the order shown. */
  readonly labels: readonly Label[]
  /** Whether abstaining is offered. */
  readonly mayAbstain: boolean
  /** Whether a confidence is asked for. */
  readonly confidence: boolean
  /** Whether a reason is asked for. */
  readonly reason: boolean
}

/**
 * What counts as the votes.
 * - `cast`: The recorded ballots of the newest vote.
 * - `positions`: The newest positions.
 * - `round`: The positions given in the current round. A seat that has not answered in it yet has no vote, whatever
 * it said before.
 */
export type Ballots = 'cast' | 'positions' | 'round'

/**
 * Whose weight is the whole of a share.
 * - `counted`: The weight of cast votes; the default.
 * - `electorate`: The weight of all eligible seats.
 */
export type Basis = 'counted' | 'electorate'

/** Signs of bias in the voting. Lexical and positional figures, not proof. */
export interface BiasReport {
  /** How often each position shown was chosen. */
  readonly chosenByPosition: readonly number[]
  /** p of a chi-square test of those counts against equal chances; absent below 5 votes. */
  readonly positionP?: number | undefined
  /** Votes for the own answer and nobody else's. */
  readonly selfVotes: number
  /** Mean characters of the winner's texts. */
  readonly winnerChars?: number | undefined
  /** Mean characters of the other texts. */
  readonly loserChars?: number | undefined
}

/** The breaker of a target. */
export interface BreakerSnapshot {
  /** Provider and model. */
  readonly target: string
  /** Scheme, host and port; empty if it has none. */
  readonly origin: string
  /** Its state. */
  readonly state: BreakerState
  /** Failures in the window. */
  readonly failures: number
  /** Failures that open it. */
  readonly threshold: number
  /** The window, in milliseconds. */
  readonly windowMs: number
  /** How often it has opened. */
  readonly openings: number
  /** When it opened, unless it is closed. */
  readonly openedAt?: Date | undefined
  /** Code of the failure that opened it, unless it is closed. */
  readonly openedBy?: string | undefined
  /** Time until a probe is let through, in milliseconds; 0 unless it is open. */
  readonly retryAfterMs: number
}

/**
 * What a circuit breaker lets through. The numbers are those of the gauge `aragora_circuit_breaker_state`.
 * - `closed`: Everything.
 * - `half_open`: One probe.
 * - `open`: Nothing.
 */
export type BreakerState = 'closed' | 'half_open' | 'open'

/**
 * A budget of an instance, as its host describes it.
 *
 * What a call may cost at most is set aside before it is sent. A call that would pass the limit fails with
 * `budget_exceeded`, and nothing is sent.
 */
export interface Budget {
  /** What is counted together. */
  readonly scope: BudgetScope
  /** The most that may be spent, in micro-dollars. */
  readonly limitMicros: number
  /** What becomes of a call whose model has no price, default `refuse`. */
  readonly unpriced?: Unpriced | undefined
  /**
   * Its name in errors and alerts, and in the store: a budget that keeps its name keeps what was spent. Default by
   * the scope, e.g. `tenant/day`.
   */
  readonly name?: string | undefined
}

/** Nothing: every call by itself. */
export interface BudgetScopeCall {
  readonly type: 'call'
}

/** The calls of a debate, each debate by itself. What it spent before it was resumed counts. */
export interface BudgetScopeDebate {
  readonly type: 'debate'
}

/**
 * The calls of an organisation in every period of the calendar; kept in the store, and shared by all processes that
 * use it.
 */
export interface BudgetScopeTenant {
  readonly type: 'tenant'
  /** How long until it begins anew. */
  readonly period: Period
  /** Whose; absent: every organisation has one of its own. */
  readonly tenant?: string | undefined
}

/** What a budget counts together. */
export type BudgetScope =
  | BudgetScopeCall
  | BudgetScopeDebate
  | BudgetScopeTenant

/** How a budget of an organisation stands in its current period. */
export interface BudgetUsage {
  /** Its name, e.g. `tenant/day`. */
  readonly name: string
  /** Settled, in micro-dollars. */
  readonly spentMicros: number
  /** Set aside for calls under way, in micro-dollars. */
  readonly reservedMicros: number
  /** The limit, in micro-dollars. */
  readonly limitMicros: number
}

/** Calls made and saved. */
export interface Calls {
  /** Turns that were asked. */
  readonly made: number
  /** Of these, failed. */
  readonly failed: number
  /** Extra attempts by hedging. */
  readonly hedged: number
  /** The protocol's maximum. */
  readonly planned: number
  /** planned - made. */
  readonly saved: number
}

/** One eligible seat's vote as a rule sees it. */
export interface CastVote {
  /** Who voted. */
  readonly voter: string
  /** What became of the vote; rules count `cast` only. */
  readonly status: VoteStatus
  /** The ballot, also when it is an abstention or invalid. Absent if there was no reply. */
  readonly ballot?: Ballot | undefined
  /** Stated confidence, 0..=1. */
  readonly confidence?: number | undefined
  /** Whether the choice is the voter's own answer and nobody else's. */
  readonly selfVote?: boolean | undefined
  /** Order of arrival in the debate. */
  readonly arrival?: number | undefined
  /**
   * Intensity 1..=10 of a host user's vote; such a voter is no seat, never counts towards the quorum, and weighs .5
   * times 1 -> .5, 5 -> 1, 10 -> 2, linear between.
   */
  readonly userIntensity?: number | undefined
}

/**
 * When a rule counted.
 * - `gate`: After the independent first answers.
 * - `reply`: After one reply.
 * - `round`: At the end of a round.
 * - `final`: For the decision.
 */
export type CheckScope = 'gate' | 'reply' | 'round' | 'final'

/** What to count after a step. */
export interface Checkpoint {
  /** When it is: a gate, one reply, or the end of a round. */
  readonly scope: CheckScope
  /** What counts as the votes. */
  readonly ballots: Ballots
  /** The electorate, where it is not every eligible seat. */
  readonly seats?: readonly string[] | undefined
  /** The rule to check; absent means the debate's `stop_when` (or the gate's own rule). */
  readonly rule?: RuleConfig | undefined
}

/** Something open. */
export interface Condition {
  /** Why. */
  readonly kind: ConditionKind
  /** Whom it concerns. */
  readonly seat?: string | undefined
  /** What is open. */
  readonly detail: string
}

/**
 * Why a verdict carries a condition.
 * - `dissent`: Somebody dissents.
 * - `unresolved_intervention`: A challenge was not met.
 * - `severe_critique`: A severe critique of the winner was followed by no revision.
 * - `judge_inconsistent`: A judge decided differently in the other order.
 */
export type ConditionKind = 'dissent' | 'unresolved_intervention' | 'severe_critique' | 'judge_inconsistent'

/** How sure, and how that was found. */
export interface Confidence {
  /** 0..=1; 0 with method `none` when nothing was decided. */
  readonly value: number
  /** `support_share`, `mean_supporter`, `calibrated`, `judge_probability` or `none`. */
  readonly method: string
  /** The numbers it was computed from. */
  readonly inputs: { readonly [key: string]: number }
}

/**
 * From stated confidence to weight.
 * - `reconcile`: 1 -> 1; >= .9 -> .8; >= .8 -> .5; > .6 -> .3; else .1 (ReConcile, arXiv:2309.13007).
 * - `linear`: The confidence itself.
 */
export type ConfidenceCurve = 'reconcile' | 'linear'

/**
 * How confidence in the decision is found.
 * - `support_share`: Winner weight over counted weight; the default.
 * - `mean_supporter`: Mean stated confidence of the supporters.
 */
export type ConfidenceMethod = 'support_share' | 'mean_supporter'

/** Everything before the last round. */
export interface ContextPolicyLastRound {
  readonly type: 'last_round'
}

/** Everything before the last rounds. */
export interface ContextPolicyWindow {
  readonly type: 'window'
  /** Rounds kept. */
  readonly rounds: number
}

/** What is left out is summarised by an extra recorded turn of this seat. */
export interface ContextPolicySummarise {
  readonly type: 'summarise'
  /** Who summarises. */
  readonly seat: string
  /** How long the summary may be. */
  readonly maxTokens: number
}

/** What may be left out of a prompt that does not fit, in order of preference. */
export type ContextPolicy =
  | ContextPolicyLastRound
  | ContextPolicyWindow
  | ContextPolicySummarise

/** A prompt was shortened, visibly. */
export interface ContextReduced {
  /** The turn whose prompt it was. */
  readonly turn: string
  /** How. */
  readonly method: string
  /** The messages left out. */
  readonly dropped: readonly string[]
  /** What stands in their place. */
  readonly summary?: string | undefined
}

/** How close the seats are after a round. */
export interface Convergence {
  /** The round. */
  readonly round: number
  /** Mean similarity of the newest texts over pairs of seats. A signal; never consensus. */
  readonly agreement: number
  /** Lowest similarity of a seat's newest text to its previous one. */
  readonly stability: number
  /** Weight of the largest answer group over the weight of all positions. */
  readonly position: number
}

/** The provider said so. */
export interface CostSourceProvider {
  readonly type: 'provider'
}

/** A price list of this version. */
export interface CostSourcePriceBook {
  readonly type: 'price_book'
  readonly value: string
}

/** Estimated from sizes. */
export interface CostSourceEstimate {
  readonly type: 'estimate'
}

/** It costs nothing. */
export interface CostSourceFree {
  readonly type: 'free'
}

/** Nobody knows; the cost is absent, not zero. */
export interface CostSourceUnknown {
  readonly type: 'unknown'
}

/** Where a cost comes from. */
export type CostSource =
  | CostSourceProvider
  | CostSourcePriceBook
  | CostSourceEstimate
  | CostSourceFree
  | CostSourceUnknown

/** A function of the host that gives the header fields which authenticate a request. */
export interface CredentialsDocument {
  /** Its number. */
  readonly participant: number
}

/**
 * Independent answers, then rounds of critique, revision and vote. The default protocol.
 *
 * Planned calls: n + 3nR; `pairwise`: n + R(n(n - 1) + 2n); one more with a synthesis.
 */
export interface Critique {
  /** One critique call per target instead of one per critic. */
  readonly pairwise?: boolean | undefined
  /** A seat that may merge the winner's members in one more call; it is shown the dissent. */
  readonly synthesis?: string | undefined
}

/** A claim the disagreement hangs on. */
export interface Crux {
  /** The claim's id. */
  readonly id: string
  /** The claim. */
  readonly statement: string
  /** 0..=1. */
  readonly score: number
  /** Who contests it. */
  readonly contesters: readonly string[]
  /** Who supports it. */
  readonly supporters: readonly string[]
  /** What would settle it. */
  readonly strategy: string
}

/** How a debate is run. Every field has the documented default; as a document, unknown fields are refused. */
export interface DebateOptions {
  /** The first round in which early stops may end the debate, default 1. */
  readonly minRounds?: number | undefined
  /** The rule that ends the debate early once the deciding rule decides too; default supermajority 2/3. */
  readonly stopWhen?: RuleConfig | null | undefined
  /** Stop after independent first answers that agree, default unanimous. */
  readonly gate?: GatePolicy | undefined
  /** When parallel steps end, default all. */
  readonly join?: Join | undefined
  /** Failed turns in a row after which a seat is asked no more, default 2. */
  readonly benchAfter?: number | undefined
  /** Usable replies a step needs, default 2 (all if fewer are asked). */
  readonly stepMin?: number | undefined
  /** Who sees whom, default everybody. */
  readonly topology?: Topology | undefined
  /** Whether participants appear by name, default anonymous. */
  readonly identity?: Identity | undefined
  /** Whether each voter gets labels of its own, default off. */
  readonly relabel?: Relabel | undefined
  /** What to do with a prompt that does not fit, default nothing. */
  readonly contextPolicy?: readonly ContextPolicy[] | undefined
  /** Start one seat per model and wait for its first token, default off. */
  readonly warmFirst?: boolean | undefined
  /** Cognitive roles, default off. */
  readonly roles?: RolePolicy | undefined
  /** Stances, default off. */
  readonly stances?: StancePolicy | undefined
  /** 0..=100 adds one sentence about how far to seek agreement, default none. */
  readonly agreement?: number | undefined
  /** Whether a stop by repetition without agreement is on, default on. */
  readonly stalemate?: boolean | undefined
  /** Whether the stability test is on, default off. */
  readonly stability?: boolean | undefined
  /** Whether the readiness stop is on, default off. */
  readonly readiness?: boolean | undefined
  /** Whether a failed seat's earlier answer still counts as its position, default drop. */
  readonly stale?: StalePolicy | undefined
  /** Whether a seat may judge and debate, default no. */
  readonly judgesMayDebate?: boolean | undefined
  /** How confidence in the decision is found. */
  readonly confidence?: ConfidenceMethod | undefined
  /** Templates that replace the library's own, by name. */
  readonly templates?: { readonly [key: string]: string } | undefined
}

/** One page of a list, in order of the debates' ids, which is the order of their beginnings for ids made here. */
export interface DebatePage {
  /** The debates. */
  readonly items: readonly DebateSummary[]
  /** Where to go on; absent exactly when nothing follows. */
  readonly next?: string | undefined
}

/**
 * Where a stored debate stands.
 * - `running`: It has not ended. It may run here, run elsewhere, or wait to be resumed.
 * - `finished`: It ended with a decision.
 * - `failed`: It ended without any usable reply, or by a broken protocol.
 * - `cancelled`: It was cancelled.
 */
export type DebateState = 'running' | 'finished' | 'failed' | 'cancelled'

/** What a list shows of a debate; one row per debate, written with every append. */
export interface DebateSummary {
  /** The debate. */
  readonly debate: string
  /** Where it stands. */
  readonly state: DebateState
  /** The seq the next record will have. */
  readonly nextSeq: number
  /** When it began. */
  readonly startedAt: Date
  /** When the newest record was written. */
  readonly updatedAt: Date
  /** The protocol. */
  readonly protocol: string
  /** The first 200 characters of the question. */
  readonly question: string
  /** Words of the host. */
  readonly tags?: readonly string[] | undefined
  /** Where it was forked from. */
  readonly parent?: Parent | undefined
  /** Why it ended. */
  readonly stop?: StopCause | undefined
  /** What was found. */
  readonly outcome?: Outcome | undefined
  /** The verdict. */
  readonly verdict?: Verdict | undefined
  /** Rounds begun. */
  readonly rounds: number
  /** Turns asked. */
  readonly calls: number
  /** Known cost in micro-dollars. */
  readonly micros: number
}

/** The answer of a debate, who stands behind it, who dissents and why, and what it cost. */
export interface Decision {
  /** The version of this document, `DECISION_SCHEMA`. */
  readonly schema: number
  /** The debate. */
  readonly debate: string
  /** The answer; there iff the outcome is `Decided` (or `NotSought` with one group). */
  readonly answer?: Answer | undefined
  /** The front runner of an undecided debate. Never a decision. */
  readonly leading?: Answer | undefined
  /** What the rule found. */
  readonly outcome: Outcome
  /** Why the debate ended; exactly one cause. */
  readonly stop: Stop
  /** Outcome, share and confidence in one word. */
  readonly verdict: Verdict
  /** PASS, CONDITIONAL or FAIL. */
  readonly gate: Gate
  /** Whether a limit ended it before the protocol did. */
  readonly partial: boolean
  /** The rule that was used. */
  readonly rule: RuleUsed
  /** What was counted. */
  readonly tally: Tally
  /** Every eligible seat's vote, in roster order. */
  readonly votes: readonly VoteRecord[]
  /** Voters of the winner. With the next five lists a partition of the eligible seats. */
  readonly supporters: readonly string[]
  /** Every other cast vote. */
  readonly dissenters: readonly string[]
  /** Explicit abstentions. */
  readonly abstained: readonly string[]
  /** Replies that are no ballot. */
  readonly invalid: readonly string[]
  /** Failed or late turns. */
  readonly failed: readonly string[]
  /** Never asked, or cancelled before they answered. */
  readonly notAsked: readonly string[]
  /** Every minority view, named. */
  readonly dissent: readonly Dissent[]
  /** How sure, and by which method. */
  readonly confidence: Confidence
  /** What is open. */
  readonly conditions: readonly Condition[]
  /** What a plain vote over the first answers would have decided. */
  readonly voteOnly: VoteOnly
  /** The claims the disagreement hangs on. */
  readonly cruxes: readonly Crux[]
  /** Convergence per round. */
  readonly convergence: readonly Convergence[]
  /** Challenges and guidance that were given. */
  readonly interventions: readonly Intervention[]
  /** Each seat's share in the result, where the protocol measures it. */
  readonly contribution: { readonly [key: string]: number }
  /** Signs of bias in the voting. */
  readonly bias: BiasReport
  /** How different the voters are. */
  readonly diversity: Diversity
  /** A protocol's own report. */
  readonly report?: Report | undefined
  /** Tokens and money. */
  readonly usage: DecisionUsage
  /** Calls made and saved. */
  readonly calls: Calls
  /** Rounds played. */
  readonly roundsUsed: number
}

/** Tokens and money of a debate. */
export interface DecisionUsage {
  /** All calls together, failed attempts and lost hedges included. */
  readonly total: UsageTotals
  /** By seat. */
  readonly bySeat: { readonly [key: string]: UsageTotals }
  /** What a fork took over from its parent; not part of the total. */
  readonly inherited?: UsageTotals | undefined
}

/** Where a log and the debate it should produce part. */
export interface Difference {
  /** The first seq that differs. */
  readonly seq: number
  /** RFC 6901 pointer to the first member that differs. */
  readonly field: string
  /** What the log holds, as JSON; empty if it ends here. */
  readonly recorded: string
  /** What was produced, as JSON; empty if nothing was. */
  readonly produced: string
}

/** A minority view. */
export interface Dissent {
  /** Who. */
  readonly seat: string
  /** What the seat stands for instead. */
  readonly option?: string | undefined
  /** Why, as stated with the vote or in critiques of the winner. */
  readonly reasons: readonly string[]
  /** The seat's own answer. */
  readonly view: string
  /** 0..=1: highest critique of the winner / 10, else confidence / 2, else .25. */
  readonly severity: number
  /** Whether a supporter answered it later. */
  readonly acknowledged: boolean
  /** The answer to it. */
  readonly rebuttal?: string | undefined
  /** Where the view was given. */
  readonly messages: readonly string[]
}

/** How different the voting seats are. */
export interface Diversity {
  /** Model families among the voting seats; undisclosed ones count as one. */
  readonly families: { readonly [key: string]: number }
  /** Providers among the voting seats. */
  readonly providers: { readonly [key: string]: number }
  /** 1 / sum of squared family shares. */
  readonly effective: number
  /** The largest family's share. */
  readonly largestShare: number
}

/** A document given to every participant. */
export interface Document {
  /** What it is called in prompts. */
  readonly title: string
  /** Its whole text. */
  readonly text: string
  /** Where it came from. */
  readonly uri?: string | undefined
}

/** What is counted for the decision. */
export interface Draft {
  /** What counts as the votes. */
  readonly ballots: Ballots
  /** The rule. */
  readonly rule: RuleConfig
  /** The electorate, where it is not every eligible seat. */
  readonly seats?: readonly string[] | undefined
  /** A synthesis of the winner, stored beside it. */
  readonly synthesis?: string | undefined
  /** Each seat's share in the result. */
  readonly contribution?: { readonly [key: string]: number } | undefined
  /** The protocol's own report. */
  readonly report?: Report | undefined
  /** Notes about how it came about, recorded as warnings unless they were before. */
  readonly notes?: readonly string[] | undefined
}

/** How a restore went that nobody needed yet. */
export interface DrillReport {
  /** When it began. */
  readonly started: Date
  /** What was restored: the newest backup that was read back before. */
  readonly backup: string
  /** How long restoring and checking took, in milliseconds. */
  readonly restoredInMs: number
  /** Rows restored. */
  readonly records: number
  /** How old the oldest change was that no backup held, in milliseconds. */
  readonly unsavedAgeMs: number
  /** The checks that held, by name. */
  readonly checks: { readonly [key: string]: boolean }
  /** Whether the restore took less than an hour. */
  readonly rtoMet: boolean
  /** Whether less than five minutes would have been lost. */
  readonly rpoMet: boolean
}

/**
 * Rounds that stop with the first reply that completes a threshold, and keep only the best seats from a given round
 * (DyLAN, arXiv:2310.02170).
 *
 * A round ends as soon as one answer has more than floor(2n/3) votes, n being the seats active in it. Planned
 * calls: nR, one more from the pruning round if seats are pruned: with keep 2, pruning in round 3 and R = 3, 2n +
 * 3.
 */
export interface Dynamic {
  /** Seats kept from the pruning round on, default 2. */
  readonly keep?: number | undefined
  /** The first round only the kept seats play, default 3. Seats are pruned only if there are more than 3. */
  readonly pruneRound?: number | undefined
  /** Whether kept seats whose last answers agree finish without another call, default yes. */
  readonly checkAfterPrune?: boolean | undefined
  /** Whether a seat's own previous reply is among those it is shown, default no. */
  readonly peersIncludeSelf?: boolean | undefined
  /** Whether a seat's own earlier exchange precedes the prompt, default yes. */
  readonly history?: HistoryPolicy | undefined
  /** Whether the seats of a round see the replies given before theirs in it. */
  readonly sequentialVisibility?: boolean | undefined
  /** Whether each reply rates what it was shown, as `[[a, b, ...]]`, 1 to 5. */
  readonly ratings?: boolean | undefined
  /** The order of asking. */
  readonly askOrder?: AskOrder | undefined
  /** The order in which previous replies are shown. */
  readonly showOrder?: AskOrder | undefined
  /** All at once; the reply that completes the threshold cancels the rest. */
  readonly parallel?: boolean | undefined
  /** Who ranks before pruning; absent: the first active seat. */
  readonly ranker?: string | undefined
  /** A published layout instead of the library's own. */
  readonly preset?: Preset | undefined
}

/** Another text under the same id, marked as edited. */
export interface EditReplaceMessage {
  readonly type: 'replace_message'
  /** The message. */
  readonly message: string
  /** Its new text. */
  readonly text: string
}

/** A person's word to all. */
export interface EditInsertHuman {
  readonly type: 'insert_human'
  /** Who. */
  readonly by: string
  /** The text. */
  readonly text: string
}

/** The seat takes part no more. */
export interface EditDropSeat {
  readonly type: 'drop_seat'
  /** The seat. */
  readonly seat: string
}

/** A seat that was not there; the fork's roster must hold its agent. */
export interface EditAddSeat {
  readonly type: 'add_seat'
  /** The seat. */
  readonly seat: SeatView
}

/** Another decision rule. */
export interface EditSetRule {
  readonly type: 'set_rule'
  /** The rule. */
  readonly rule: RuleConfig
}

/** Other limits. */
export interface EditSetLimits {
  readonly type: 'set_limits'
  /** The limits. */
  readonly limits: Limits
}

/** Another belief of a judge or seat. */
export interface EditSetBelief {
  readonly type: 'set_belief'
  /** The seat. */
  readonly seat: string
  /** Probabilities by option. */
  readonly belief: { readonly [key: string]: number }
}

/** What a fork changes before it goes on. */
export type Edit =
  | EditReplaceMessage
  | EditInsertHuman
  | EditDropSeat
  | EditAddSeat
  | EditSetRule
  | EditSetLimits
  | EditSetBelief

/**
 * How hard to think.
 * - `none`: Not at all.
 * - `minimal`: As little as there is.
 * - `low`: Little.
 * - `medium`: Some.
 * - `high`: Much.
 * - `x_high`: Very much.
 * - `max`: As much as there is.
 */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'x_high' | 'max'

/** Byte for byte. */
export interface EquivalenceExact {
  readonly type: 'exact'
}

/** NFKC, full case fold, white space collapsed, surrounding quotes, emphasis and `.,;:!?` stripped. */
export interface EquivalenceNormalised {
  readonly type: 'normalised'
}

/** Exact rationals within a tolerance. */
export interface EquivalenceNumeric {
  readonly type: 'numeric'
  /** Relative tolerance, 0..1. */
  readonly rel?: number | undefined
  /** Absolute tolerance, >= 0. */
  readonly abs?: number | undefined
}

/** One letter, in either case, with or without brackets. */
export interface EquivalenceLetter {
  readonly type: 'letter'
}

/** String equality after the Hendrycks MATH normaliser. */
export interface EquivalenceMath {
  readonly type: 'math'
}

/**
 * Alike in meaning: the cosine of the answers' vectors is at least `min`. The verdicts are recorded in the log, so
 * that a fold needs no embedder.
 */
export interface EquivalenceSemantic {
  readonly type: 'semantic'
  /** The least cosine, above 0 and at most 1. */
  readonly min: number
  /**
   * Who makes the vectors: `hash` compares letters on this machine, and a model is named as agents name theirs,
   * e.g. `openai/text-embedding-3-small`.
   */
  readonly embedder?: string | undefined
}

/** The verdicts of a comparator, recorded in the log so that a fold needs no comparator. */
export interface EquivalenceCustom {
  readonly type: 'custom'
  /** The comparator's name. */
  readonly comparator: string
}

/** When two answers are the same. */
export type Equivalence =
  | EquivalenceExact
  | EquivalenceNormalised
  | EquivalenceNumeric
  | EquivalenceLetter
  | EquivalenceMath
  | EquivalenceSemantic
  | EquivalenceCustom

/** An error as the log keeps it: no cause and no context, which may hold private text. */
export interface ErrorInfo {
  /** The kind's stable name. */
  readonly code: string
  /** One sentence. */
  readonly reason: string
  /** Whether repeating could have helped. */
  readonly retryable: boolean
  /** How long to wait before. */
  readonly retryAfterMs?: number | undefined
}

/** What every event has beside its type and data. */
export interface EventEnvelope {
  /** For recorded events their place in the log, for live ones that of the last recorded event. */
  readonly seq: number
  /** Whether it is in the log. */
  readonly class: EventClass
  /** The debate. */
  readonly debateId: string
  /** 1 + the number of resumes before it. */
  readonly run: number
  /** The participant it concerns. */
  readonly agent?: string | undefined
  /** Counts the events of one participant in one run from 0. */
  readonly agentSeq?: number | undefined
  /** The round. */
  readonly round?: number | undefined
  /** When, RFC 3339 in UTC. */
  readonly time: Date
}

/** An event of a type this version does not know, with its members as they came. */
export interface UnknownEvent extends EventEnvelope {
  readonly type: UnknownEventType
  readonly data: Json
}

/** One event of a stream, with the event's own members apart from the envelope. */
export type Event =
  | {
      [Type in EventData['type']]: EventEnvelope & {
        readonly type: Type
        readonly data: Extract<EventData, { readonly type: Type }>
      }
    }[EventData['type']]
  | UnknownEvent

/**
 * Whether an event is in the log.
 * - `recorded`: One per record of the log.
 * - `live`: Never stored.
 */
export type EventClass = 'recorded' | 'live'

/** The debate began; everything fixed before the first turn. */
export interface DebateStartEvent {
  readonly type: 'debate_start'
  /** The debate. */
  readonly debate: string
  /** Where it was forked from. */
  readonly parent?: Parent | undefined
  /** Version of the library that wrote the log. */
  readonly library: string
  /** What is to be decided. */
  readonly question: Question
  /** Limits, tier and tenant. */
  readonly environment: Frame
  /** The seats in order. */
  readonly roster: readonly SeatView[]
  /** The protocol. */
  readonly protocol: ProtocolRef
  /** The decision rule. */
  readonly rule: RuleConfig
  /** The rule that ends the debate early; absent: none. */
  readonly stopWhen?: RuleConfig | undefined
  /** The stopping rules that are on. */
  readonly stops: readonly string[]
  /** Who sees whom. */
  readonly topology: Topology
  /** The remaining options. */
  readonly options: DebateOptions
  /** The seed, given or drawn. */
  readonly seed: bigint
  /** Digest of protocol, parameters, templates, options and roster. */
  readonly configDigest: string
}

/** Another owner took over after a stop. */
export interface DebateResumedEvent {
  readonly type: 'debate_resumed'
  /** The first seq it wrote. */
  readonly fromSeq: number
  /** Turns that were started and not ended. */
  readonly lostTurns: readonly string[]
  /** Whether a changed configuration was accepted. */
  readonly configChanged?: boolean | undefined
}

/** A round began. */
export interface RoundStartEvent {
  readonly type: 'round_start'
  /** Cognitive roles by seat. */
  readonly roles?: { readonly [key: string]: string } | undefined
  /** Stances by seat. */
  readonly stances?: { readonly [key: string]: Stance } | undefined
  /** Whose words each seat sees in this round. */
  readonly sees: { readonly [key: string]: readonly string[] }
}

/** A step was planned; its turns may start. */
export interface StepStartEvent {
  readonly type: 'step_start'
  /** Number of the step, from 0. */
  readonly step: number
  /** What is asked for. */
  readonly phase: Phase
  /** When the step ends. */
  readonly join: Join
  /** All at once or one after the other. */
  readonly order: Order
  /** Usable replies that are needed. */
  readonly min: number
  /** The step whose failed turns it repeats. */
  readonly retryOf?: number | undefined
  /** Who is asked what. */
  readonly asks: readonly PlannedAsk[]
}

/** A turn was handed to its agent. */
export interface TurnStartEvent {
  readonly type: 'turn_start'
  /** The turn. */
  readonly turn: string
  /** The seat. */
  readonly seat: string
  /** The idempotency key it is asked under. */
  readonly requestId: string
}

/** One attempt reached the wire, or ended before. */
export interface AgentAttemptEvent {
  readonly type: 'agent_attempt'
  /** The turn. */
  readonly turn: string
  /** Number of the attempt, from 1. */
  readonly n: number
  /** The endpoint and model. */
  readonly target: string
  /** How it ended. */
  readonly outcome: AttemptOutcome
  /** Tokens. */
  readonly usage?: Usage | undefined
  /** Cost, absent if unknown. */
  readonly costMicros?: number | undefined
  /** Where the cost comes from. */
  readonly costSource: CostSource
  /** How long it took. */
  readonly latencyMs: number
  /** Whether it was a hedge. */
  readonly hedge?: boolean | undefined
  /** What went wrong. */
  readonly error?: ErrorInfo | undefined
}

/** A usable or refused reply. */
export interface AgentMessageEvent {
  readonly type: 'agent_message'
  /** The turn. */
  readonly turn: string
  /** The seat. */
  readonly seat: string
  /** What was asked for. */
  readonly phase: Phase
  /** What it is. */
  readonly kind: MessageKind
  /** Its id. */
  readonly message: string
  /** The whole text, unchanged. */
  readonly text: string
  /** The structured value, if there is one. */
  readonly structured?: Json | undefined
  /** Why it ended. */
  readonly stop: StopReason
  /** A refusal, which is an outcome and no error. */
  readonly refusal?: Refusal | undefined
  /** Provider. */
  readonly provider?: string | undefined
  /** Model as it answered. */
  readonly model?: string | undefined
  /** How the reply came to be. */
  readonly served: Served
  /** Tokens of all attempts of the turn. */
  readonly usage?: Usage | undefined
  /** Cost of the turn, absent if unknown. */
  readonly costMicros?: number | undefined
  /** Order of arrival in its step, from 0. */
  readonly arrival: number
  /** The answer found in it. */
  readonly answer?: ExtractedAnswer | undefined
  /** Stated confidence 0..=1. */
  readonly confidence?: number | undefined
  /** Whether the seat wants to go on. */
  readonly goOn?: boolean | undefined
  /** Whether the seat is ready to decide; from structured output only. */
  readonly ready?: boolean | undefined
}

/** One critic's view of one target. */
export interface CritiqueEvent {
  readonly type: 'critique'
  /** The turn it was given in. */
  readonly turn: string
  /** Who. */
  readonly critic: string
  /** Of whom. */
  readonly target: string
  /** The message it was given in. */
  readonly message: string
  /** Problems. */
  readonly issues: readonly string[]
  /** Suggestions. */
  readonly suggestions: readonly string[]
  /** 0..=10. */
  readonly severity?: number | undefined
  /** Why. */
  readonly reasoning: string
}

/** One seat's ballot. */
export interface VoteEvent {
  readonly type: 'vote'
  /** The turn; absent for a host user's vote and for positions that count as votes. */
  readonly turn?: string | undefined
  /** Who. */
  readonly voter: string
  /** What became of it. */
  readonly status: VoteStatus
  /** The ballot; absent if there was no reply. */
  readonly ballot?: Ballot | undefined
  /** Stated confidence. */
  readonly confidence?: number | undefined
  /** The seat's weight. In millionths. */
  readonly weight: number
  /** The stated reason. */
  readonly reason?: string | undefined
  /** Whether it was for the own answer and nobody else's. */
  readonly selfVote: boolean
  /** Intensity 1..=10 of a host user's vote. */
  readonly userIntensity?: number | undefined
}

/** A turn ended without a usable reply. */
export interface TurnFailedEvent {
  readonly type: 'turn_failed'
  /** The turn. */
  readonly turn: string
  /** The seat. */
  readonly seat: string
  /** Why. */
  readonly error: ErrorInfo
  /** What had arrived. */
  readonly partialText?: string | undefined
}

/** A turn was given up while it ran. */
export interface TurnCancelledEvent {
  readonly type: 'turn_cancelled'
  /** The turn. */
  readonly turn: string
  /** The seat. */
  readonly seat: string
  /** Why. */
  readonly why: GiveUp
}

/** A planned turn was never started. */
export interface TurnSkippedEvent {
  readonly type: 'turn_skipped'
  /** The turn. */
  readonly turn: string
  /** The seat. */
  readonly seat: string
  /** Why. */
  readonly why: GiveUp
}

/** A seat failed so often that it is asked no more. */
export interface SeatBenchedEvent {
  readonly type: 'seat_benched'
  /** The seat. */
  readonly seat: string
  /** Failures in a row. */
  readonly afterFailures: number
}

/** A prompt was shortened, visibly. */
export interface ContextReducedEvent {
  readonly type: 'context_reduced'
  /** The turn whose prompt it was. */
  readonly turn: string
  /** How. */
  readonly method: string
  /** The messages left out. */
  readonly dropped: readonly string[]
  /** What stands in their place. */
  readonly summary?: string | undefined
}

/** Knowledge was given to the participants. */
export interface KnowledgeInjectedEvent {
  readonly type: 'knowledge_injected'
  /** The items shown. */
  readonly items: readonly Json[]
  /** Their text as it stands in the prompts. */
  readonly text: string
}

/** Knowledge was asked for and could not be had. */
export interface KnowledgeDegradedEvent {
  readonly type: 'knowledge_degraded'
  /** What went wrong. */
  readonly error: ErrorInfo
}

/** A person said something that is nobody's turn. */
export interface HumanInputEvent {
  readonly type: 'human_input'
  /** Who. */
  readonly by: string
  /** What. */
  readonly kind: HumanInputKind
  /** The text, or the option of a vote. */
  readonly text: string
  /** Intensity 1..=10 of a vote. */
  readonly intensity?: number | undefined
}

/** A rule counted. */
export interface ConsensusCheckEvent {
  readonly type: 'consensus_check'
  /** When. */
  readonly scope: CheckScope
  /** The rule that ends the debate early, or the deciding rule. */
  readonly rule: RuleConfig
  /** What was counted. */
  readonly tally: Tally
  /** What it found. */
  readonly outcome: Outcome
}

/** A figure about the debate. */
export interface AnalysisEvent {
  readonly type: 'analysis'
  /** Which. */
  readonly kind: AnalysisKind
  /** The result with its inputs and version. */
  readonly value: Json
}

/** Agreement without evidence. */
export interface HollowConsensusEvent {
  readonly type: 'hollow_consensus'
  /** Similarity of the texts. */
  readonly similarity: number
  /** Mean evidence quality. */
  readonly quality: number
  /** 0..=1. */
  readonly severity: number
  /** Whether it counts as hollow. */
  readonly detected: boolean
}

/** The library challenged the participants. */
export interface TricksterInterventionEvent {
  readonly type: 'trickster_intervention'
  /** Which challenge. */
  readonly kind: string
  /** To whom. */
  readonly targets: readonly string[]
  /** Its text. */
  readonly text: string
  /** What each target lacks. */
  readonly gaps: { readonly [key: string]: readonly string[] }
  /** 0..=1. */
  readonly priority: number
}

/** The debate waits for a person. */
export interface BreakpointEvent {
  readonly type: 'breakpoint'
  /** Its id. */
  readonly id: string
  /** What triggered it. */
  readonly trigger: string
  /** Positions, issues and tally. */
  readonly snapshot: Json
  /** Escalation level 1..=3. */
  readonly level: number
  /** How long it waits. */
  readonly deadlineMs: number
}

/** A person answered a breakpoint, or time ran out. */
export interface BreakpointResolvedEvent {
  readonly type: 'breakpoint_resolved'
  /** Its id. */
  readonly id: string
  /** continue, resolve, redirect or abort. */
  readonly action: string
  /** Guidance for the next round. */
  readonly guidance?: string | undefined
  /** Who. */
  readonly by?: string | undefined
  /** Whether nobody answered in time. */
  readonly timedOut: boolean
}

/** A share of a limit is used. */
export interface BudgetAlertEvent {
  readonly type: 'budget_alert'
  /** Which limit. */
  readonly scope: string
  /** 50, 75, 90 or 100. */
  readonly percent: number
  /** What is spent. */
  readonly spent: number
  /** The limit. */
  readonly limit: number
}

/** Something a reader should know that changed nothing. */
export interface WarningEvent {
  readonly type: 'warning'
  /** A stable code. */
  readonly code: string
  /** The turn it concerns. */
  readonly turn?: string | undefined
  /** More about it. */
  readonly detail: string
}

/** What a fork changed. */
export interface ForkEditEvent {
  readonly type: 'fork_edit'
  /** The edit. */
  readonly edit: Edit
}

/** A step ended. */
export interface StepEndEvent {
  readonly type: 'step_end'
  /** Number of the step. */
  readonly step: number
  /** Why it ended. */
  readonly why: StepWhy
  /** Turns with a reply, in order of arrival. */
  readonly arrived: readonly string[]
}

/** A round ended. */
export interface RoundEndEvent {
  readonly type: 'round_end'
  /** How close the seats are. */
  readonly convergence: RoundConvergence
  /** The option with the greatest weight. */
  readonly leader?: string | undefined
  /** The leader's answer; labels change from round to round. */
  readonly leaderValue?: string | undefined
  /** Its share. */
  readonly share?: number | undefined
}

/** Why the debate ends; exactly one per debate. */
export interface StopEvent {
  readonly type: 'stop'
  /** The cause. */
  readonly cause: StopCause
  /** The numbers. */
  readonly detail: string
}

/** The result. */
export interface DecisionEvent {
  readonly type: 'decision'
  /** The whole decision. */
  readonly decision: Decision
}

/** The debate ended with a decision document. */
export interface DebateEndEvent {
  readonly type: 'debate_end'
  /** `finished`. */
  readonly status: string
  /** SHA-256 of the decision's canonical JSON. */
  readonly decisionDigest?: string | undefined
}

/** The debate ended without any usable reply, or by a broken protocol. */
export interface DebateFailedEvent {
  readonly type: 'debate_failed'
  /** Why. */
  readonly error: ErrorInfo
}

/** The debate was cancelled. */
export interface DebateCancelledEvent {
  readonly type: 'debate_cancelled'
  /** By whom. */
  readonly by: string
  /** Why. */
  readonly reason: string
}

/** A turn begins to stream. */
export interface TokenStartEvent {
  readonly type: 'token_start'
  /** The turn. */
  readonly turn: string
}

/** A piece of text. */
export interface TokenDeltaEvent {
  readonly type: 'token_delta'
  /** The turn. */
  readonly turn: string
  /** The piece; adjacent ones are joined for slow readers. */
  readonly text: string
}

/** Forget the text of this turn so far: another attempt begins. */
export interface TokenResetEvent {
  readonly type: 'token_reset'
  /** The turn. */
  readonly turn: string
}

/** A turn is done streaming. */
export interface TokenEndEvent {
  readonly type: 'token_end'
  /** The turn. */
  readonly turn: string
  /** Characters of the text. */
  readonly chars: number
}

/** A piece of thinking, where a model shows it. */
export interface AgentThinkingEvent {
  readonly type: 'agent_thinking'
  /** The turn. */
  readonly turn: string
  /** The piece. */
  readonly text: string
}

/** An attempt of a turn failed. */
export interface AgentErrorEvent {
  readonly type: 'agent_error'
  /** The turn. */
  readonly turn: string
  /** The error's code. */
  readonly code: string
  /** Which attempt of its target, from 1. */
  readonly attempt: number
}

/** A turn is asked again of the same target. */
export interface AgentRetryEvent {
  readonly type: 'agent_retry'
  /** The turn. */
  readonly turn: string
  /** The attempt that follows, from 2. */
  readonly attempt: number
  /** Code of the failure before. */
  readonly code: string
  /** The pause before it, in milliseconds. */
  readonly delayMs: number
}

/** A turn is asked of another target. */
export interface AgentFallbackTriggeredEvent {
  readonly type: 'agent_fallback_triggered'
  /** The turn. */
  readonly turn: string
  /** The target that failed. */
  readonly from: string
  /** The target asked now. */
  readonly to: string
  /** Code of the failure. */
  readonly code: string
}

/** A turn waits under a provider's rate limit. */
export interface RateLimitWaitEvent {
  readonly type: 'rate_limit_wait'
  /** The provider. */
  readonly provider: string
  /** For how long at most, in milliseconds. */
  readonly waitMs: number
}

/** A turn's failure opened a circuit breaker: nothing is sent to its target for a while. */
export interface BreakerOpenedEvent {
  readonly type: 'breaker_opened'
  /** What it guards: `agent`. */
  readonly scope: string
  /** Whose, e.g. `openai/gpt-5`. */
  readonly name: string
  /** Failures that counted when it changed. */
  readonly failures: number
}

/** A circuit breaker lets one probe through. */
export interface BreakerHalfOpenEvent {
  readonly type: 'breaker_half_open'
  /** What it guards: `agent`. */
  readonly scope: string
  /** Whose, e.g. `openai/gpt-5`. */
  readonly name: string
  /** Failures that counted when it changed. */
  readonly failures: number
}

/** A circuit breaker closed: its target answers again. */
export interface BreakerClosedEvent {
  readonly type: 'breaker_closed'
  /** What it guards: `agent`. */
  readonly scope: string
  /** Whose, e.g. `openai/gpt-5`. */
  readonly name: string
  /** Failures that counted when it changed. */
  readonly failures: number
}

/** Nothing happened for 30 seconds; the debate still runs. */
export interface HeartbeatEvent {
  readonly type: 'heartbeat'
}

/** This reader fell behind; recorded events are read again from the log, live ones are gone. */
export interface LaggedEvent {
  readonly type: 'lagged'
  /** First seq. */
  readonly from: number
  /** Last seq. */
  readonly to: number
  /** Live events lost since the stream began. */
  readonly dropped: number
}

/** What an event says, by its type. */
export type EventData =
  | DebateStartEvent
  | DebateResumedEvent
  | RoundStartEvent
  | StepStartEvent
  | TurnStartEvent
  | AgentAttemptEvent
  | AgentMessageEvent
  | CritiqueEvent
  | VoteEvent
  | TurnFailedEvent
  | TurnCancelledEvent
  | TurnSkippedEvent
  | SeatBenchedEvent
  | ContextReducedEvent
  | KnowledgeInjectedEvent
  | KnowledgeDegradedEvent
  | HumanInputEvent
  | ConsensusCheckEvent
  | AnalysisEvent
  | HollowConsensusEvent
  | TricksterInterventionEvent
  | BreakpointEvent
  | BreakpointResolvedEvent
  | BudgetAlertEvent
  | WarningEvent
  | ForkEditEvent
  | StepEndEvent
  | RoundEndEvent
  | StopEvent
  | DecisionEvent
  | DebateEndEvent
  | DebateFailedEvent
  | DebateCancelledEvent
  | TokenStartEvent
  | TokenDeltaEvent
  | TokenResetEvent
  | TokenEndEvent
  | AgentThinkingEvent
  | AgentErrorEvent
  | AgentRetryEvent
  | AgentFallbackTriggeredEvent
  | RateLimitWaitEvent
  | BreakerOpenedEvent
  | BreakerHalfOpenEvent
  | BreakerClosedEvent
  | HeartbeatEvent
  | LaggedEvent

/** Free text. */
export interface ExpectText {
  readonly type: 'text'
}

/** A JSON value of this shape. */
export interface ExpectJson {
  readonly type: 'json'
  readonly value: JsonShape
}

/** A ballot of this shape. */
export interface ExpectBallot {
  readonly type: 'ballot'
  readonly value: BallotShape
}

/** What a turn must return. */
export type Expect =
  | ExpectText
  | ExpectJson
  | ExpectBallot

/** An answer taken from a reply. */
export interface ExtractedAnswer {
  /** As it stands in the reply. */
  readonly raw: string
  /** The value that is compared. */
  readonly value: string
  /** The extractor that found it, `whole` for the whole reply, `unparsed` for an own candidate. */
  readonly extractor: string
}

/** RFC 6901 pointer into the structured value. */
export interface ExtractorStructured {
  readonly type: 'structured'
  /** The pointer. */
  readonly pointer: string
}

/** The last `final answer:` line outside fences. */
export interface ExtractorFinalAnswerLine {
  readonly type: 'final_answer_line'
}

/** The last `answer:` line. */
export interface ExtractorAnswerLine {
  readonly type: 'answer_line'
}

/** The last `(X)`, else the last `X)`, X one of the letters, upper-cased. */
export interface ExtractorChoiceParen {
  readonly type: 'choice_paren'
  /** The allowed letters, e.g. `ABCD`. */
  readonly letters: string
}

/** The content of the last `\boxed`. */
export interface ExtractorBoxed {
  readonly type: 'boxed'
}

/** The first `{...}` with digits, from the last match back; else the last number. */
export interface ExtractorBracesNumber {
  readonly type: 'braces_number'
}

/** The last token that is a decimal number. */
export interface ExtractorFloatToken {
  readonly type: 'float_token'
}

/** The last match of `-?\d*\.?\d+`. */
export interface ExtractorLastNumber {
  readonly type: 'last_number'
}

/** The extractor of the Hendrycks MATH evaluation. */
export interface ExtractorHendrycksMath {
  readonly type: 'hendrycks_math'
}

/** The whole trimmed reply. */
export interface ExtractorWhole {
  readonly type: 'whole'
}

/** A regular expression of at most 1 KiB, linear time. */
export interface ExtractorRegex {
  readonly type: 'regex'
  /** The pattern. */
  readonly pattern: string
  /** The capture group, 0 for the whole match. */
  readonly group?: number | undefined
  /** Whether the last match counts instead of the first. */
  readonly last?: boolean | undefined
  /** Whether the value is upper-cased. */
  readonly upper?: boolean | undefined
}

/** A rule that finds an answer in a reply. Pure; named in the event. */
export type Extractor =
  | ExtractorStructured
  | ExtractorFinalAnswerLine
  | ExtractorAnswerLine
  | ExtractorChoiceParen
  | ExtractorBoxed
  | ExtractorBracesNumber
  | ExtractorFloatToken
  | ExtractorLastNumber
  | ExtractorHendrycksMath
  | ExtractorWhole
  | ExtractorRegex

/** The environment without the question, which stands beside it. */
export interface Frame {
  /** Bounds. */
  readonly limits: Limits
  /** Risk tier. */
  readonly tier?: RiskTier | undefined
  /** The organisation. */
  readonly tenant: string
  /** The workspace. */
  readonly workspace: string
  /** A word for ratings and search. */
  readonly topic?: string | undefined
  /** Words of the host. */
  readonly tags?: readonly string[] | undefined
}

/**
 * The gate of a receipt.
 * - `PASS`: Decided, confidence >= .7, no unacknowledged dissent of severity >= .6.
 * - `CONDITIONAL`: Decided otherwise.
 * - `FAIL`: Not decided.
 */
export type Gate = 'PASS' | 'CONDITIONAL' | 'FAIL'

/** What the protocol has: unanimous for `critique` and `roundtable`, off for the others. */
export interface GatePolicyDefault {
  readonly type: 'default'
}

/** Every eligible seat gave an answer of one group. */
export interface GatePolicyUnanimous {
  readonly type: 'unanimous'
}

/** As unanimous, and every confidence is at least this. */
export interface GatePolicyConfidence {
  readonly type: 'confidence'
  /** 0..=1 in millionths. In millionths. */
  readonly min: number
}

/** Never. */
export interface GatePolicyOff {
  readonly type: 'off'
}

/** When agreeing first answers end the debate. */
export type GatePolicy =
  | GatePolicyDefault
  | GatePolicyUnanimous
  | GatePolicyConfidence
  | GatePolicyOff

/**
 * Why a turn was given up or never started.
 * - `consensus`: The threshold was reached without it.
 * - `quorum`: Enough others had answered.
 * - `deadline`: Time was up.
 * - `budget`: A limit would be passed.
 * - `hedge_lost`: A hedge answered first.
 * - `owner_lost`: The process that ran it stopped.
 * - `benched`: The seat had failed too often.
 * - `debate_cancelled`: The debate was cancelled.
 * - `human`: A person took it.
 */
export type GiveUp = 'consensus' | 'quorum' | 'deadline' | 'budget' | 'hedge_lost' | 'owner_lost' | 'benched' | 'debate_cancelled' | 'human'

/** How long stragglers get once a quorum is in: the longer of a fixed time and a share of the time elapsed. */
export interface Grace {
  /** Fixed time, default 250 ms. */
  readonly atLeastMs?: number | undefined
  /** Share of the time elapsed in the step in thousandths, default 500. */
  readonly elapsedThousandths?: number | undefined
}

/**
 * Whether a seat's own earlier exchange precedes the prompt.
 * - `own`: It does; the default.
 * - `none`: It does not.
 */
export type HistoryPolicy = 'own' | 'none'

/**
 * What a person said.
 * - `message`: A message to all.
 * - `guidance`: Guidance for the next round.
 * - `user_vote`: A vote.
 * - `answer`: An answer that resolves the debate.
 */
export type HumanInputKind = 'message' | 'guidance' | 'user_vote' | 'answer'

/** A person's answer. */
export interface HumanReply {
  /** The text, at most 4 MiB. */
  readonly text: string
  /** The structured value, e.g. from a form. */
  readonly structured?: Json | undefined
}

/**
 * How participants appear to each other.
 * - `anonymous`: As Agent-1..n by a seeded shuffle, stable over the debate.
 * - `named`: By their ids.
 */
export type Identity = 'anonymous' | 'named'

/** A challenge or guidance that was given during the debate. */
export interface Intervention {
  /** What kind. */
  readonly kind: string
  /** When. */
  readonly round: number
  /** To whom. */
  readonly targets: readonly string[]
  /** Its text. */
  readonly text: string
  /** Whether it was met. */
  readonly resolved: boolean
}

/**
 * Why a reply is not a ballot.
 * - `no_ballot`: Nothing in it is a ballot.
 * - `unknown_label`: A label that was not offered.
 * - `conflicting`: Two different choices at once.
 * - `malformed`: In no form that is agreed.
 * - `out_of_range`: A number outside the declared range.
 * - `duplicate`: One option twice.
 * - `refused`: The participant refused, or a filter stopped it.
 * - `truncated`: Cut off before the ballot was complete.
 */
export type InvalidWhy = 'no_ballot' | 'unknown_label' | 'conflicting' | 'malformed' | 'out_of_range' | 'duplicate' | 'refused' | 'truncated'

/** When every turn has ended. */
export interface JoinAll {
  readonly type: 'all'
}

/** When this many usable replies are in and the grace for stragglers is over. */
export interface JoinQuorum {
  readonly type: 'quorum'
  /** Usable replies. */
  readonly min: number
  /** How long stragglers get. */
  readonly grace?: Grace | undefined
}

/** As soon as the rule decides over the replies so far; checked after every reply. */
export interface JoinConsensus {
  readonly type: 'consensus'
  readonly value: RuleConfig
}

/** With the first usable reply. */
export interface JoinFirst {
  readonly type: 'first'
}

/** When a step ends. */
export type Join =
  | JoinAll
  | JoinQuorum
  | JoinConsensus
  | JoinFirst

/** A named JSON Schema. */
export interface JsonShape {
  /** What providers are told it is called. */
  readonly name: string
  /**
   * JSON Schema, an object of at most 64 KiB and 32 levels; shared, because every turn of a step asks for the same.
   */
  readonly schema: Json
  /** Whether providers should enforce it. */
  readonly strict: boolean
}

/** How old the key that encrypts is. Age never stops decryption. */
export interface KeyAge {
  /** The key's id. */
  readonly key: string
  /** When it was first announced in this store. */
  readonly since: Date
  /** Whether that is 90 days ago. */
  readonly rotationDue: boolean
}

/** Which keys the stored rows need. */
export interface KeyCensus {
  /** Rows by table and key id; a row under two keys counts for both. */
  readonly rows: { readonly [key: string]: { readonly [key: string]: number } }
  /** Rows of sealed tables that no key protects, by table. */
  readonly plain: { readonly [key: string]: number }
  /** The ids of the keys that reading each retained backup takes, by the backup's id. */
  readonly backups: { readonly [key: string]: readonly string[] }
  /** When it was begun. */
  readonly takenAt: Date
}

/** A label shown to a voter and the option it stands for. */
export interface Label {
  /** What is shown: a capital letter without I and O, two of them beyond 24 options. */
  readonly label: string
  /** What it stands for. */
  readonly option: string
}

/** The last failure of a target. */
export interface LastError {
  /** The error's code. */
  readonly code: string
  /** When. */
  readonly at: Date
}

/** What the layers around named models do. What is absent keeps its default. */
export interface Layers {
  /** No layers at all: every failure reaches the debate at once, and nobody stands in. */
  readonly bare?: boolean | undefined
  /**
   * Models that stand in for one whose provider fails, in this order; empty: nobody. Default OpenRouter where its
   * key is set.
   */
  readonly fallback?: readonly string[] | undefined
  /** Requests to repair an unusable answer, default 1. */
  readonly repairs?: number | undefined
  /** How often the same target is asked again, default 2. */
  readonly retries?: number | undefined
  /** The longest first pause before it is, default 0.5 s; doubled for each further one. */
  readonly retryFirstMs?: number | undefined
  /** The longest such pause, default 8 s. */
  readonly retryLongestMs?: number | undefined
  /** When a second copy of a slow call is sent, default never. */
  readonly hedgeAfterMs?: number | undefined
  /** How long one attempt may take, default 240 s. */
  readonly attemptLimitMs?: number | undefined
  /** Requests per minute and target, default no limit of ours. */
  readonly requestsPerMinute?: number | undefined
  /** Tokens per minute and target, prompt and output together, default no limit of ours. */
  readonly tokensPerMinute?: number | undefined
  /** The longest anybody waits for a rate limit, default 60 s. */
  readonly longestWaitMs?: number | undefined
  /** Calls of a target in flight, default 8. */
  readonly inFlight?: number | undefined
  /** Calls that may wait for one of those to end, default 256. */
  readonly queue?: number | undefined
  /** Failures within the window that open a target's breaker, default 3, for OpenRouter 5. */
  readonly breakerFailures?: number | undefined
  /** That window, default 60 s, for OpenRouter 120 s. */
  readonly breakerWindowMs?: number | undefined
  /** How long a breaker stays open before one probe is let through, default 60 s. */
  readonly breakerOpenForMs?: number | undefined
  /**
   * What calls may cost, default as much as they like. A call is booked on all budgets it belongs to, or is
   * refused.
   */
  readonly budgets?: readonly Budget[] | undefined
  /** Keeps replies, default no. */
  readonly cache?: ReplyCache | undefined
}

/** Shared prefixes: rules, question, transcript, then what differs by seat. */
export interface LayoutShared {
  readonly type: 'shared'
}

/** Own history with a published preset's texts, byte for byte. */
export interface LayoutPreset {
  readonly type: 'preset'
  readonly value: Preset
}

/** How prompts are laid out. */
export type Layout =
  | LayoutShared
  | LayoutPreset

/** Bounds of one debate. Absent limits are unlimited. */
export interface Limits {
  /** Rounds, 1..=50, default 2. */
  readonly rounds?: number | undefined
  /** The whole debate, 1 s..=24 h, default 900 s. */
  readonly deadlineMs?: number | undefined
  /** One turn, default 60 s. */
  readonly turnTimeoutMs?: number | undefined
  /** Calls to agents. */
  readonly calls?: number | undefined
  /** Input tokens. */
  readonly inputTokens?: number | undefined
  /** Output tokens. */
  readonly outputTokens?: number | undefined
  /** Money, in micro-dollars. */
  readonly costMicros?: number | undefined
  /** Output tokens of one turn, default 2,048. */
  readonly maxOutputTokens?: number | undefined
  /** Calls of this debate at the same time, default 16. */
  readonly maxParallel?: number | undefined
}

/**
 * One rendered message of a request to an agent. Author = the asked agent maps to the assistant role, every other
 * author to the user role.
 */
export interface Message {
  /** Identifies the message inside its request. */
  readonly id: string
  /** Who said it. */
  readonly author: Author
  /** The whole text, unchanged. */
  readonly text: string
  /** Who may see it. */
  readonly visibility: Visibility
  /** Whether a provider may cache the prompt up to and including this message. */
  readonly cachePoint?: boolean | undefined
}

/**
 * What a message is.
 * - `answer`: A first or repeated answer.
 * - `critique`: Criticism.
 * - `revision`: A revised answer.
 * - `speech`: A speech.
 * - `ballot`: A ballot, raw.
 * - `ranking`: A ranking, raw.
 * - `judgement`: A judgement.
 * - `synthesis`: A synthesis.
 * - `intervention`: A message of the library to participants.
 * - `human`: A person's word that is nobody's turn.
 */
export type MessageKind = 'answer' | 'critique' | 'revision' | 'speech' | 'ballot' | 'ranking' | 'judgement' | 'synthesis' | 'intervention' | 'human'

/** What a model can do. Absent means the dialect's permissive default. */
export interface ModelCaps {
  /** The window in tokens, prompt and output together. */
  readonly context?: number | undefined
  /** The most tokens it writes. */
  readonly maxOutput?: number | undefined
  /** Whether it can be held to a JSON schema. */
  readonly jsonSchema?: boolean | undefined
  /** Whether it can be made to call one tool. */
  readonly forcedTool?: boolean | undefined
  /** Whether it takes `temperature` and `top_p`. A model that thinks on demand takes them while it does not. */
  readonly temperature?: boolean | undefined
  /** The efforts it takes, weakest first; empty: none. `Effort::None` among them: thinking can be turned off. */
  readonly efforts?: readonly Effort[] | undefined
  /** Whether effort is told as a budget of tokens, as to models before Claude 4.6 and Gemini 3. */
  readonly thinkingBudget?: boolean | undefined
  /** Whether it knows a system role. */
  readonly systemRole?: boolean | undefined
  /** `max_tokens` or `max_completion_tokens`. */
  readonly maxTokensKey?: string | undefined
}

/** One stated option. */
export interface OptionSpec {
  /** Its id in ballots and decisions. */
  readonly id: string
  /** Its text, at most 10,000 characters; texts must differ after normalisation. */
  readonly text: string
}

/** An option that can be voted for: a stated one, or a group of equal answers. */
export interface OptionView {
  /** Its id: a stated id, or the label of the group. */
  readonly id: string
  /** The label shown in prompts. */
  readonly label: string
  /** The value that is compared. */
  readonly value: string
  /** The whole text shown to voters: the first member's reply, or the stated text. */
  readonly text: string
  /** Whose answer it is, in roster order. */
  readonly authors: readonly string[]
  /** The message that text is of; absent for a stated text. */
  readonly shown?: string | undefined
  /** The members' messages. */
  readonly messages: readonly string[]
}

/**
 * Whether the turns of a step run at once.
 * - `parallel`: All at once, up to `max_parallel`.
 * - `sequential`: Each waits for the one before.
 */
export type Order = 'parallel' | 'sequential'

/** Given orders, by roster index. What is not given falls back to roster order. */
export interface Orders {
  /** `asked[round - 1]`: the order of asking. */
  readonly asked?: readonly (readonly number[])[] | undefined
  /** `shown[round - 1][seat]`: the order in which that seat is shown the previous replies. */
  readonly shown?: readonly (readonly (readonly number[] | null)[])[] | undefined
}

/** One option won. */
export interface OutcomeDecided {
  readonly type: 'decided'
}

/** These options are tied. */
export interface OutcomeTie {
  readonly type: 'tie'
  readonly value: readonly string[]
}

/** Votes were counted and nobody passed the test. */
export interface OutcomeNotReached {
  readonly type: 'not_reached'
}

/** Too few took part. */
export interface OutcomeNoQuorum {
  readonly type: 'no_quorum'
}

/** Nobody cast a vote. */
export interface OutcomeNoEvidence {
  readonly type: 'no_evidence'
}

/** The rule seeks no decision. */
export interface OutcomeNotSought {
  readonly type: 'not_sought'
}

/** What the rule found. */
export type Outcome =
  | OutcomeDecided
  | OutcomeTie
  | OutcomeNotReached
  | OutcomeNoQuorum
  | OutcomeNoEvidence
  | OutcomeNotSought

/** Where a debate was forked from. */
export interface Parent {
  /** The parent. */
  readonly debate: string
  /** The last record taken over. */
  readonly seq: number
}

/** Something about a reply that a reader should know and that did not make it invalid. */
export interface ParseWarning {
  /** `confidence_rejected`, `severity_rejected`, `ballot_revised` or `critique_unstructured`. */
  readonly code: string
  /** What was found. */
  readonly detail: string
}

/** What a voter's reply says. */
export interface ParsedBallot {
  /** The ballot; `Invalid` whenever the reply is not clearly one. A judge's tie is a ranking with one rank. */
  readonly ballot: Ballot
  /** Stated confidence 0..=1, rounded to six decimals. */
  readonly confidence?: number | undefined
  /** The stated reason. */
  readonly reason?: string | undefined
  /** Whether the voter wants the debate to go on. */
  readonly goOn?: boolean | undefined
  /** Whether the voter is ready to decide; from structured output only. */
  readonly ready?: boolean | undefined
  /** Whether some offered options were left unranked or without a score. */
  readonly partial: boolean
  /** What the reply says it answers; from structured output only. */
  readonly respondsTo: readonly string[]
  /** A judge's probability per option, normalised to sum 1; empty if not given. */
  readonly probabilities: { readonly [key: string]: number }
  /** What a reader should know. */
  readonly warnings: readonly ParseWarning[]
}

/** A critique of one target. */
export interface ParsedCritique {
  /**
   * The target as the critic names it, e.g. `Agent-2`; absent if it names none. Whether it is a seat the critic was
   * shown, and not the critic itself, is the caller's to check.
   */
  readonly target?: string | undefined
  /** Problems. */
  readonly issues: readonly string[]
  /** Suggestions. */
  readonly suggestions: readonly string[]
  /** 0..=10, rounded to six decimals: 0-2 cosmetic, 3-5 moderate, 6-8 significant, 9-10 invalidates. */
  readonly severity?: number | undefined
  /** Why. */
  readonly reasoning: string
  /** `severity_rejected`, `critique_unstructured`. */
  readonly warnings: readonly ParseWarning[]
}

/** A point at which a person is waited for. */
export interface Pause {
  /** Its id, unique in the debate. */
  readonly id: string
  /** What triggered it. */
  readonly trigger: string
  /** Positions, issues and tally for the person. */
  readonly snapshot: Json
  /** Escalation level 1..=3. */
  readonly level: number
  /** How long to wait; then the debate goes on. */
  readonly waitMs: number
}

/** Nobody has answered yet. */
export interface PendingStatePending {
  readonly type: 'pending'
}

/** Answered. */
export interface PendingStateAnswered {
  readonly type: 'answered'
  /** The answer. */
  readonly reply: HumanReply
  /** By whom. */
  readonly by: string
  /** When. */
  readonly at: Date
}

/** Declined. */
export interface PendingStateDeclined {
  readonly type: 'declined'
  /** Why. */
  readonly reason: string
  /** By whom. */
  readonly by: string
  /** When. */
  readonly at: Date
}

/** Nobody answered in time. */
export interface PendingStateExpired {
  readonly type: 'expired'
}

/** The debate no longer needs it. */
export interface PendingStateCancelled {
  readonly type: 'cancelled'
}

/** What became of a person's turn. */
export type PendingState =
  | PendingStatePending
  | PendingStateAnswered
  | PendingStateDeclined
  | PendingStateExpired
  | PendingStateCancelled

/** What a person is asked, and what became of it. It holds only the messages that participant may see. */
export interface PendingTurn {
  /** The request, and the key of this record. */
  readonly id: string
  /** Who is asked. */
  readonly agent: string
  /** Digest of the request: an answer is used for this question only. */
  readonly digest: string
  /** The debate, for sorting. */
  readonly debate?: string | undefined
  /** The round, for sorting. */
  readonly round: number
  /** The phase, for sorting. */
  readonly phase: Phase
  /** The part to play. */
  readonly role: Role
  /** Who to be. */
  readonly persona?: Persona | undefined
  /** Rules and output format. */
  readonly system: string
  /** The conversation as this participant sees it. */
  readonly messages: readonly SeenMessage[]
  /** What must be answered. */
  readonly expect: Expect
  /** When it was asked. */
  readonly askedAt: Date
  /** When the answer is no longer of use. */
  readonly deadline: Date
  /** What became of it. */
  readonly state: PendingState
}

/** Turns people have not answered yet. */
export interface PendingTurns {
  /** The turns, in the order of their ids. */
  readonly turns: readonly PendingTurn[]
  /** Whether there are more than were asked for. */
  readonly more: boolean
}

/**
 * A period of the calendar in UTC.
 * - `day`: From midnight.
 * - `week`: From Monday.
 * - `month`: From the first of the month.
 * - `quarter`: From the first of January, April, July or October.
 * - `year`: From the first of January.
 * - `unlimited`: For ever.
 */
export type Period = 'day' | 'week' | 'month' | 'quarter' | 'year' | 'unlimited'

/** Who a participant is asked to be. */
export interface Persona {
  /** A short name, e.g. `Economist`. */
  readonly name: string
  /** The side to argue. */
  readonly stance?: Stance | undefined
  /** What the persona cares about and how it speaks. */
  readonly instructions?: string | undefined
}

/**
 * What a step asks for; part of the turn id.
 * - `context`: Gathering of context before anybody answers.
 * - `answer`: An answer to the question.
 * - `critique`: Criticism of the answers of others.
 * - `revise`: A new version of the own answer.
 * - `speech`: A contribution in turn order.
 * - `vote`: A ballot.
 * - `rank`: A ranking of what others said.
 * - `judge`: A judgement.
 * - `moderate`: A moderator's word.
 * - `synthesize`: Merging of several contributions into one.
 * - `attack`: An attack in a stress test.
 * - `defend`: The defence against an attack.
 * - `probe`: A probe of an agent's habits.
 * - `review`: A review of a document or diff.
 * - `confirm`: Confirmation or refutation of findings.
 */
export type Phase = 'context' | 'answer' | 'critique' | 'revise' | 'speech' | 'vote' | 'rank' | 'judge' | 'moderate' | 'synthesize' | 'attack' | 'defend' | 'probe' | 'review' | 'confirm'

/** One planned turn of a step. */
export interface PlannedAsk {
  /** The turn. */
  readonly turn: string
  /** The seat. */
  readonly seat: string
  /** Its part in this turn. */
  readonly role: Role
  /** Digest of the whole request, so that a resume can tell whether it would ask the same. */
  readonly promptDigest: string
  /** The messages shown, in the order shown. */
  readonly shown: readonly string[]
  /** Labels of this voter where they differ by voter. */
  readonly labels?: { readonly [key: string]: string } | undefined
  /** What must be returned. */
  readonly expect: Expect
  /** Output limit. */
  readonly maxOutputTokens: number
  /** Time limit. */
  readonly deadlineMs: number
  /** What is set aside for it. */
  readonly reserve: Reserve
}

/** `constant + per_seat * seats + per_seat_round * seats * rounds`. */
export interface PlannedCalls {
  /** Independent of seats and rounds. */
  readonly constant?: number | undefined
  /** Per debating seat. */
  readonly perSeat?: number | undefined
  /** Per debating seat and round. */
  readonly perSeatRound?: number | undefined
}

/** Where a debating seat stands. */
export interface Position {
  /** The seat. */
  readonly seat: string
  /** What its newest answer amounts to. */
  readonly kind: PositionKind
  /** The message it is in. */
  readonly message?: string | undefined
  /** The round of that message; 0 without one. */
  readonly round: number
  /** Stated confidence. */
  readonly confidence?: number | undefined
  /** Order of arrival in the debate. */
  readonly arrival: number
  /** What became of the newest turn; anything but `Cast` means that an answer shown is an earlier one. */
  readonly newest: VoteStatus
}

/** An answer with this value. */
export interface PositionKindAnswer {
  readonly type: 'answer'
  readonly value: string
}

/** The seat abstains. */
export interface PositionKindAbstain {
  readonly type: 'abstain'
}

/** A reply without an answer. */
export interface PositionKindInvalid {
  readonly type: 'invalid'
  readonly value: InvalidWhy
}

/** No reply: failed, late or not asked. */
export interface PositionKindMissing {
  readonly type: 'missing'
}

/** What a seat's newest answer amounts to. */
export type PositionKind =
  | PositionKindAnswer
  | PositionKindAbstain
  | PositionKindInvalid
  | PositionKindMissing

/**
 * Texts of a published experiment, used byte for byte: nothing is put between the parts, and line breaks and blanks
 * at both ends of every string count. Replies are quoted without escaping, which is recorded as a warning.
 */
export interface Preset {
  /** The system message, if there is one. */
  readonly system?: string | undefined
  /** The first user message with slots `{question}` and, for choices, `{A}` to `{D}`. */
  readonly first?: string | undefined
  /** Opens the message of a later round. */
  readonly prefix?: string | undefined
  /** Once per shown reply, with slot `{reply}`. */
  readonly each?: string | undefined
  /** Closes the message of a later round. */
  readonly suffix?: string | undefined
  /** How an answer is taken from a reply: a row of the extractor table. */
  readonly extractor?: string | undefined
}

/** The price of some models, in whole micro-dollars per million tokens. */
export interface PriceRow {
  /** The provider's word, or `*`. */
  readonly provider: string
  /** The model; `*` stands for any characters, `?` for one. Compared without regard to ASCII case. */
  readonly model: string
  /** Input tokens that touch no cache. */
  readonly input: number
  /** Output tokens, reasoning included. */
  readonly output: number
  /** Input tokens read from a cache, default `input`. */
  readonly cacheRead?: number | undefined
  /** Input tokens written to a cache, default `input`. */
  readonly cacheWrite?: number | undefined
  /** Only calls in this service tier; default any. */
  readonly serviceTier?: string | undefined
  /** Valid from this instant on, in milliseconds since 1970. */
  readonly from?: Date | undefined
  /** Valid before this instant, in milliseconds since 1970. */
  readonly until?: Date | undefined
}

/**
 * Prices of the host: negotiated rates, models of its own, or what the bundled list does not know. Rows are read in
 * order and the first that matches gives the price.
 */
export interface PriceTable {
  /** The version kept beside every cost. */
  readonly version: string
  /** The prices. */
  readonly rows: readonly PriceRow[]
}

/** What one seat is asked, rendered. */
export interface Prompt {
  /** S0: the rules of the protocol and the output format. */
  readonly system: string
  /** S1, S2 in blocks by round, S3; or an own history. */
  readonly messages: readonly Message[]
}

/**
 * Whether cache points are used.
 * - `off`: No.
 * - `auto`: Where the provider supports it.
 */
export type PromptCache = 'off' | 'auto'

/** A protocol of the host. */
export interface ProtocolDocument {
  /** The participant. */
  readonly participant: number
  /** The registered name. */
  readonly name: string
  /** Its version. */
  readonly version: string
  /** Its parameters. */
  readonly params?: Json | undefined
  /** Voting seats it needs at least. */
  readonly minSeats?: number | undefined
  /** Voting seats it takes at most. */
  readonly maxSeats?: number | undefined
  /** The most calls it makes. */
  readonly plannedCalls?: PlannedCalls | undefined
  /** Which methods it has beside `next`. */
  readonly members?: readonly string[] | undefined
}

/** A protocol by name, with what is needed to build it again. */
export interface ProtocolRef {
  /** The registered name. */
  readonly name: string
  /** Its version. */
  readonly version: string
  /** Its parameters. */
  readonly params: Json
  /** The most calls it can make with this roster. */
  readonly plannedCalls: number
}

/** An agent behind a provider, as a document. What is absent keeps its default. */
export interface ProviderDocument {
  /** The provider, or an alias of it; absent only where a model's name stands beside the document. */
  readonly provider?: string | undefined
  /** The model, with Azure the deployment; default the provider's. */
  readonly model?: string | undefined
  /** The agent's id, default made of provider and model. */
  readonly id?: string | undefined
  /** The wire format, default the provider's. */
  readonly wire?: Wire | undefined
  /** Where it is reached, default the provider's. */
  readonly baseUrl?: string | undefined
  /** The path after the base, with `{model}` in it; default the wire's. */
  readonly path?: string | undefined
  /** Header fields of every request; never shown. */
  readonly headers?: { readonly [key: string]: string } | undefined
  /** Query members of every request. A credential belongs in a header. */
  readonly query?: { readonly [key: string]: string } | undefined
  /** `OpenAI-Organization`. */
  readonly organization?: string | undefined
  /** `OpenAI-Project`. */
  readonly project?: string | undefined
  /** The host's name, for OpenRouter's `X-Title`. */
  readonly appName?: string | undefined
  /** The host's site, for OpenRouter's `HTTP-Referer`. */
  readonly appUrl?: string | undefined
  /** Time limits of one exchange. */
  readonly timeouts?: TimeoutsDocument | undefined
  /** When replies are streamed, default where somebody listens. */
  readonly stream?: StreamMode | undefined
  /** Permits plain `http` beyond this machine. */
  readonly allowInsecureHttp?: boolean | undefined
  /** Refuses a request with a knob the model does not take, instead of leaving it out with a warning. */
  readonly strictKnobs?: boolean | undefined
  /** What the model can do, default by its name. */
  readonly caps?: ModelCaps | undefined
  /** Whether the model can be held to a schema, default native where the provider can. */
  readonly structured?: StructuredMode | undefined
  /** Names of metadata that leave the process. */
  readonly forwardMetadata?: readonly string[] | undefined
  /** Keeps the raw body of a refused call in the error. */
  readonly captureRaw?: boolean | undefined
  /** Calls cost nothing, e.g. on a server of one's own. */
  readonly free?: boolean | undefined
  /** Members of every request's body; the request's own `extra` wins. */
  readonly extra?: { readonly [key: string]: Json } | undefined
  /** The model's lineage, default guessed from its name. */
  readonly family?: string | undefined
  /** The agent's version. */
  readonly version?: string | undefined
}

/** Which providers an instance can ask, found without asking them. */
export interface ProviderReport {
  /** Every provider, in a fixed order. */
  readonly providers: readonly ProviderStatus[]
  /** What a host should know. */
  readonly warnings: readonly string[]
}

/** Whether a provider can be named. */
export interface ProviderStatus {
  /** Its word in spec strings. */
  readonly provider: string
  /** Whether it has a key, an address or credentials of the host. */
  readonly configured: boolean
  /** Where from, or what is missing. Never a key. */
  readonly reason: string
  /** The model where a spec string names none. */
  readonly defaultModel?: string | undefined
}

/** What to remove. Executed only while its hash fits what lies at the target. */
export interface PrunePlan {
  /** The rule. */
  readonly preset: RetentionPreset
  /** For which moment. */
  readonly now: Date
  /** What goes, oldest first. */
  readonly remove: readonly string[]
  /** What stays, oldest first. */
  readonly keep: readonly string[]
  /** SHA-256 of the members above. */
  readonly hash: string
}

/** A question with everything the participants are given. */
export interface Question {
  /** The question itself: not blank, at most 100,000 characters, no NUL. */
  readonly text: string
  /** Background, at most 1,000,000 characters. */
  readonly context?: string | undefined
  /** Stated options, at most 24; empty means that the answers themselves are the options. */
  readonly options?: readonly OptionSpec[] | undefined
  /** How an answer is taken from a reply and when two answers are the same. */
  readonly format?: AnswerFormat | undefined
  /** At most 100 documents, 4 MiB together. */
  readonly documents?: readonly Document[] | undefined
}

/** Who had to take part, and who did. */
export interface Quorum {
  /** Eligible seats. */
  readonly eligible: number
  /** How many had to cast or abstain. */
  readonly needed: number
  /** How many did. */
  readonly present: number
  /** Whether that suffices. */
  readonly met: boolean
}

/** max(min(2, eligible), ceil(eligible / 2)). */
export interface QuorumRuleHalf {
  readonly type: 'half'
}

/** This many. */
export interface QuorumRuleCount {
  readonly type: 'count'
  readonly value: number
}

/** This share, rounded up. */
export interface QuorumRuleFraction {
  readonly type: 'fraction'
  readonly value: string
}

/** How many eligible seats must cast or abstain. */
export type QuorumRule =
  | QuorumRuleHalf
  | QuorumRuleCount
  | QuorumRuleFraction

/** The rate limits of a target. */
export interface RateLimitSnapshot {
  /** Provider and model. */
  readonly target: string
  /** Scheme, host and port; empty if it has none. */
  readonly origin: string
  /** Our limit of requests per minute. */
  readonly requestsPerMinute?: number | undefined
  /** Our limit of tokens per minute. */
  readonly tokensPerMinute?: number | undefined
  /** Our limit of calls in flight. */
  readonly mostInFlight: number
  /** Calls in flight. */
  readonly inFlight: number
  /** Calls that wait for a place or for a rate limit. */
  readonly queued: number
  /** For how long nothing is sent, in milliseconds. */
  readonly pausedMs: number
  /** Repeats that are left of at most ten. */
  readonly retriesLeft: number
  /** What the provider last said about its limits. */
  readonly stated: readonly StatedLimit[]
  /** When it said so. */
  readonly statedAt?: Date | undefined
}

/** What became of the rows of one store. */
export interface ReencryptCounts {
  /** Rows that were sealed, or sealed anew. */
  readonly migrated: number
  /** Rows that were wholly under the active key already. */
  readonly skipped: number
  /** Rows that cannot be read. */
  readonly failed: number
}

/** A row that cannot be re-encrypted. */
export interface ReencryptFailure {
  /** Whose; empty for the installation. */
  readonly tenant: string
  /** The table. */
  readonly store: string
  /** The encoded key of the row, in hex. */
  readonly row: string
  /** The code of the error. */
  readonly code: string
  /** Its reason. */
  readonly reason: string
}

/** How far the re-encryption of one table of one tenant came. */
export interface ReencryptProgress {
  /** Whose; empty for the installation. */
  readonly tenant: string
  /** The table. */
  readonly store: string
  /** The id of the key everything is sealed under. */
  readonly target?: string | undefined
  /** Rows so far. */
  readonly counts: ReencryptCounts
  /** When the end was reached; absent while it was not. */
  readonly finishedAt?: Date | undefined
}

/** What a re-encryption did, or what a plan found. */
export interface ReencryptReport {
  /** Counts by table, all tenants together. */
  readonly perStore: { readonly [key: string]: ReencryptCounts }
  /** Rows by the key ids they were found under; a row under two keys counts for both. */
  readonly keysSeen: { readonly [key: string]: number }
  /** The rows that failed. */
  readonly failures: readonly ReencryptFailure[]
  /** Whether every selected store was seen to its end. */
  readonly complete: boolean
}

/** A refusal, which is a recorded outcome and not an error. */
export interface Refusal {
  /** What was said. */
  readonly text: string
  /** The provider's category. */
  readonly category?: string | undefined
}

/**
 * Whether voters share labels.
 * - `off`: All voters see the same labels.
 * - `per_voter`: Each voter gets an own mapping, recorded with the step.
 */
export type Relabel = 'off' | 'per_voter'

/**
 * How closely a replay is compared.
 * - `strict`: Every byte of every record.
 * - `decision`: The decision only.
 */
export type ReplayCheck = 'strict' | 'decision'

/** What a replay found. */
export interface ReplayReport {
  /** Whether the check holds. */
  readonly matches: boolean
  /** Records compared. */
  readonly records: number
  /** The first difference of the logs, also when only decisions are compared. */
  readonly difference?: Difference | undefined
  /** The decision of the replayed debate, if it came to one. */
  readonly decision?: Decision | undefined
}

/** Keeps replies of models, so that the same request need not be paid for twice. Every organisation has its own. */
export interface ReplyCache {
  /** How long a reply lives, 1 ms to 10 years, default one hour. */
  readonly ttlMs?: number | undefined
  /** Keeps replies at any temperature, instead of those at temperature 0 only. */
  readonly always?: boolean | undefined
}

/** Something about a reply that a reader should know and that changed nothing. */
export interface ReplyWarning {
  /** A stable code. */
  readonly code: string
  /** More about it. */
  readonly detail: string
}

/** A protocol's own report, by kind. */
export interface Report {
  /** Which report. */
  readonly kind: string
  /** Its content. */
  readonly value: Json
}

/** Ratings of a seat, for `reputation_weighted` and judge selection. */
export interface Reputation {
  /** Elo, 1500 for the unknown. */
  readonly elo: number
  /** Calibration score 0..=1; absent if unknown. */
  readonly calibration?: number | undefined
}

/** One message of a request. */
export interface RequestMessage {
  /** Its id. */
  readonly id: string
  /** Who said it. */
  readonly author: Author
  /** The text. */
  readonly text: string
  /** Who may see it. */
  readonly visibility: Visibility
  /** Whether a provider's prompt cache may end here. */
  readonly cachePoint: boolean
}

/** Tokens and money set aside for a turn. */
export interface Reserve {
  /** Estimated input tokens, bytes / 3 rounded up. */
  readonly tokensIn: number
  /** Output limit. */
  readonly tokensOut: number
  /** Quoted cost; absent if the model has no price. */
  readonly micros?: number | undefined
}

/** What was restored. */
export interface RestoreReport {
  /** The backup whose end the store stands at. */
  readonly backup: string
  /** Its chain, the full backup first. */
  readonly chain: readonly string[]
  /** When that end was: what was written later is lost. */
  readonly restoredTo: Date
  /** From then until the restore, in milliseconds. */
  readonly gapMs: number
  /** Rows by table. */
  readonly tables: { readonly [key: string]: TableCount }
  /** Names of the checks that held. */
  readonly checks: readonly string[]
}

/** Increments 24 h, daily full backups 7 d, weekly ones 30 d. */
export interface RetentionPresetRunbook {
  readonly type: 'runbook'
}

/** Increments 7 d, daily full backups 30 d, weekly ones 90 d. */
export interface RetentionPresetDeployment {
  readonly type: 'deployment'
}

/** Times of the host's, none shorter than a day. */
export interface RetentionPresetCustom {
  readonly type: 'custom'
  /** Increments, in days. */
  readonly increments: number
  /** The first full backup of each day, in days. */
  readonly daily: number
  /** The first full backup of each week (ISO 8601, from Monday, UTC), in days. */
  readonly weekly: number
}

/**
 * How long backups are kept. Whatever a preset says, the newest five full backups and the newest verified one stay,
 * and so does everything that an increment that stays goes on from.
 */
export type RetentionPreset =
  | RetentionPresetRunbook
  | RetentionPresetDeployment
  | RetentionPresetCustom

/** How much agreement a matter needs. */
export type RiskTier = number

/**
 * The part a participant plays in one turn.
 * - `proposer`: Proposes answers; the default.
 * - `critic`: Criticises.
 * - `reviser`: Revises the own answer.
 * - `voter`: Votes.
 * - `judge`: Judges.
 * - `synthesizer`: Merges.
 */
export type Role = 'proposer' | 'critic' | 'reviser' | 'voter' | 'judge' | 'synthesizer' | (string & {})

/**
 * Cognitive roles.
 * - `off`: None.
 * - `rotate`: Analyst, Skeptic, Lateral Thinker, Synthesizer by (seat + round) mod 4.
 */
export type RolePolicy = 'off' | 'rotate'

/** How close the seats were at the end of a round: the three figures of `Convergence`. */
export interface RoundConvergence {
  /** Mean similarity of the newest texts over pairs of seats. */
  readonly agreement: number
  /** Lowest similarity of a seat's newest text to its previous one. */
  readonly stability: number
  /** Weight of the largest answer group over the weight of all positions. */
  readonly position: number
}

/** One round. */
export interface RoundView {
  /** Its number, from 1. */
  readonly round: number
  /** Whose words each seat sees. */
  readonly sees: { readonly [key: string]: readonly string[] }
  /** Cognitive roles. */
  readonly roles: { readonly [key: string]: string }
  /** Stances. */
  readonly stances: { readonly [key: string]: Stance }
}

/** What one option got. */
export interface Row {
  /** The option. */
  readonly option: string
  /** Votes of seats. */
  readonly votes: number
  /** Weight of the votes, those of host users included. In millionths. */
  readonly weight: number
  /** Figures of the rule, and the share of host users in the weight: `user_votes`, `user_weight`. */
  readonly extra?: Json | undefined
}

/** A decision rule with its common settings. */
export interface RuleConfig {
  /** Which rule. */
  readonly rule?: RuleKind | undefined
  /** How many must take part. */
  readonly quorum?: QuorumRule | undefined
  /** What happens when several options are first. */
  readonly ties?: TieBreak | undefined
  /** Whose weight is the whole. */
  readonly basis?: Basis | undefined
  /** Whether votes for one's own answer count; absent means the default of the ballot kind. */
  readonly selfVote?: SelfVote | undefined
}

/** Greatest weight above 0. */
export interface RuleKindPlurality {
  readonly type: 'plurality'
}

/** More than half of the counted weight; the default. */
export interface RuleKindMajority {
  readonly type: 'majority'
}

/** At least this share of the counted weight, default 2/3. */
export interface RuleKindSupermajority {
  readonly type: 'supermajority'
  /** The share. */
  readonly share?: string | undefined
}

/** A share of the basis, strictly or not. */
export interface RuleKindThreshold {
  readonly type: 'threshold'
  /** The share. */
  readonly share: string
  /** Whether the share must be exceeded. */
  readonly strict?: boolean | undefined
}

/** Votes > floor(share * n), n = seats active in the round. */
export interface RuleKindCountAboveFloor {
  readonly type: 'count_above_floor'
  /** The share, default 2/3. */
  readonly share?: string | undefined
}

/** Every eligible seat cast for one option. */
export interface RuleKindUnanimity {
  readonly type: 'unanimity'
  /** Whether abstentions do not block. */
  readonly ignoreAbstain?: boolean | undefined
}

/** Votes weighted by stated confidence. */
export interface RuleKindConfidenceWeighted {
  readonly type: 'confidence_weighted'
  /** The curve from confidence to weight. */
  readonly curve?: ConfidenceCurve | undefined
}

/** Votes weighted by rating and calibration, read once at start. */
export interface RuleKindReputationWeighted {
  readonly type: 'reputation_weighted'
}

/** The first rule that decides. */
export interface RuleKindHybrid {
  readonly type: 'hybrid'
  /** In order of preference. */
  readonly rules: readonly RuleKind[]
}

/** No decision is sought; all positions are returned. */
export interface RuleKindNone {
  readonly type: 'none'
}

/** A rule of the host, registered with the engine by name. */
export interface RuleKindCustom {
  readonly type: 'custom'
  /** The registered name. */
  readonly rule: string
}

/** The decision rules. */
export type RuleKind =
  | RuleKindPlurality
  | RuleKindMajority
  | RuleKindSupermajority
  | RuleKindThreshold
  | RuleKindCountAboveFloor
  | RuleKindUnanimity
  | RuleKindConfidenceWeighted
  | RuleKindReputationWeighted
  | RuleKindHybrid
  | RuleKindNone
  | RuleKindCustom

/** The rule that was used, and where. */
export interface RuleUsed {
  /** The rule's name; of a hybrid, the member that decided. */
  readonly name: string
  /** Its settings. */
  readonly config: RuleConfig
}

/** How a model samples. Absent means the provider's default. */
export interface Sampling {
  /** 0..=2. */
  readonly temperature?: number | undefined
  /** Above 0, at most 1. */
  readonly topP?: number | undefined
  /** At least 1. */
  readonly maxOutputTokens?: number | undefined
  /** At most 4 of at most 64 characters. */
  readonly stop?: readonly string[] | undefined
  /** A seed for providers that take one. */
  readonly seed?: number | undefined
  /** How hard to think. */
  readonly effort?: Effort | undefined
  /** The provider's service tier. */
  readonly serviceTier?: string | undefined
  /** Whether cache points are used. */
  readonly promptCache?: PromptCache | undefined
}

/** One step of a script; exactly one of its verbs is given. */
export interface ScriptDocument {
  /** Only in this phase. */
  readonly phase?: Phase | undefined
  /** Answers this text. */
  readonly say?: string | undefined
  /** Answers this reply. */
  readonly reply?: AgentReply | undefined
  /** Answers this JSON value. */
  readonly json?: Json | undefined
  /** Votes: a ballot as in the log. */
  readonly ballot?: Ballot | undefined
  /** With a ballot: stated confidence. */
  readonly confidence?: number | undefined
  /** With a ballot: stated reason. */
  readonly reason?: string | undefined
  /** Fails with this code. */
  readonly fail?: string | undefined
  /** With a failure: when to try again. */
  readonly retryAfterMs?: number | undefined
  /** Waits, then goes on with the next step. */
  readonly sleepMs?: number | undefined
  /** Says nothing until cancelled. */
  readonly hang?: boolean | undefined
  /** Streams the pieces. */
  readonly stream?: readonly string[] | undefined
}

/** One participant's place in a debate. */
export interface SeatDocument {
  /** Who answers. */
  readonly agent: AgentDocument
  /** The part played when the protocol gives none. */
  readonly role?: Role | undefined
  /** Who it is asked to be. */
  readonly persona?: Persona | undefined
  /** Above 0, at most 100. */
  readonly weight?: number | undefined
  /** Whether it votes. */
  readonly votes?: boolean | undefined
  /** Whether it judges. */
  readonly judges?: boolean | undefined
  /** Ratings, where the host has them. */
  readonly reputation?: Reputation | undefined
  /**
   * Layers around this agent, of whatever kind it is, in place of the instance's; default the instance's around a
   * model and none around others. Budgets and kept replies stay the instance's.
   */
  readonly layers?: Layers | undefined
  /**
   * Agents that stand in for this one when it fails, in this order, in its name and behind layers of their own, in
   * place of the models the layers name.
   */
  readonly standIns?: readonly AgentDocument[] | undefined
}

/** The highest price of a seat's tokens over its targets, in micro-dollars per million, as it stood at the start. */
export interface SeatPrice {
  /** Input tokens. */
  readonly input: number
  /** Output tokens. */
  readonly output: number
}

/** One seat as everybody may see it. */
export interface SeatView {
  /** The participant. */
  readonly id: string
  /** What kind answers. */
  readonly kind: AgentKind
  /** Provider, e.g. `openai`, empty if there is none. */
  readonly provider?: string | undefined
  /** Model as asked for, empty if there is none. */
  readonly model?: string | undefined
  /** Model lineage, e.g. `claude`; empty means undisclosed. */
  readonly family?: string | undefined
  /** Version of the agent. */
  readonly version?: string | undefined
  /** The model's window in tokens, prompt and output together; absent if unknown. */
  readonly contextTokens?: number | undefined
  /** What its tokens cost at most; only where the debate has a cost limit. */
  readonly price?: SeatPrice | undefined
  /** Its part. */
  readonly role: Role
  /** Who it is asked to be. */
  readonly persona?: Persona | undefined
  /** Its weight in votes. In millionths. */
  readonly weight: number
  /** Whether it votes. */
  readonly votes: boolean
  /** Whether it judges. */
  readonly judges: boolean
  /** Ratings read once at start. */
  readonly reputation?: Reputation | undefined
}

/** A message as it is shown. */
export interface SeenMessage {
  /** Who said it. */
  readonly author: Author
  /** The text. */
  readonly text: string
}

/**
 * Whether a vote for one's own answer counts.
 * - `count`: In full; the default for choices, since forbidding it forces a lone dissenter to join the majority.
 * - `exclude`: Not at all; the default for rankings, scores and points.
 * - `half`: At half weight.
 */
export type SelfVote = 'count' | 'exclude' | 'half'

/**
 * One after the other, each seeing what was said before.
 *
 * Planned calls: nR.
 */
export interface Sequential {
  /** Everything said so far instead of the newest message of every other seat. */
  readonly full?: boolean | undefined
  /** The order moves on by one seat each round. */
  readonly rotate?: boolean | undefined
}

/** Asked for and answered now. */
export interface ServedLive {
  readonly type: 'live'
}

/** From a reply cache. */
export interface ServedCache {
  readonly type: 'cache'
}

/** From a recording. */
export interface ServedRecorded {
  readonly type: 'recorded'
}

/** Another target answered. */
export interface ServedFallback {
  readonly type: 'fallback'
  /** The target that failed. */
  readonly from: string
}

/** How a reply came to be. */
export type Served =
  | ServedLive
  | ServedCache
  | ServedRecorded
  | ServedFallback

/** What a shutdown left behind. */
export interface ShutdownReport {
  /** Debates that ended within the grace. */
  readonly finished: number
  /** Debates that were stopped at their last record and can be resumed elsewhere. */
  readonly stopped: number
}

/** What an ordinary reply says about itself. */
export interface Signals {
  /** Stated confidence 0..=1, rounded to six decimals. */
  readonly confidence?: number | undefined
  /** Whether to go on, from yes, no, true or false only. */
  readonly goOn?: boolean | undefined
  /**
   * Whether the participant is ready to decide; from structured output only, because a hidden comment in a text
   * must never control the debate.
   */
  readonly ready?: boolean | undefined
  /** What the reply says it answers; from structured output only. */
  readonly respondsTo: readonly string[]
  /** `confidence_rejected`. */
  readonly warnings: readonly ParseWarning[]
}

/** What the hook sees of a request, so that it can sign it. */
export interface SigningRequest {
  /** The method. */
  readonly method: string
  /** The whole target. */
  readonly url: string
  /** The body as it is sent; JSON text, empty for a request without one. */
  readonly body: string
  /** Whether the provider refused the last fields and new ones are needed. */
  readonly refresh: boolean
}

/**
 * Everybody answers alone, then again having seen the others' last answers (Du et al., arXiv:2305.14325).
 *
 * Planned calls: nR.
 */
export interface Simultaneous {
  /**
   * Whether everybody is asked at once (default) or, from round 2, in index order with each seeing the newest reply
   * of every other seat.
   */
  readonly sequentialVisibility?: boolean | undefined
  /** The library's own layout, or a published one. */
  readonly layout?: Layout | undefined
}

/** What was spent: settled attempts, in total and by seat. */
export interface Spent {
  /** All attempts together. */
  readonly total: UsageTotals
  /** By seat. */
  readonly bySeat: { readonly [key: string]: UsageTotals }
  /** Turns that were asked. */
  readonly calls: number
  /** Of these, failed. */
  readonly failed: number
  /** Attempts that were hedges. */
  readonly hedged: number
  /** What a fork took over from its parent; not in the total. */
  readonly inherited?: UsageTotals | undefined
}

/**
 * What becomes of the earlier answer of a seat that failed in the last round.
 * - `drop`: The seat has no position.
 * - `count`: It counts.
 */
export type StalePolicy = 'drop' | 'count'

/**
 * The position a persona argues from.
 * - `affirmative`: For.
 * - `negative`: Against.
 * - `neutral`: Neither.
 */
export type Stance = 'affirmative' | 'negative' | 'neutral'

/**
 * Stances.
 * - `off`: None.
 * - `rotate`: Affirmative, negative, neutral by (seat + round) mod 3.
 */
export type StancePolicy = 'off' | 'rotate'

/** A limit as the provider stated it. */
export interface StatedLimit {
  /** Its name in the header fields, e.g. `requests` or `input-tokens`. */
  readonly name: string
  /** The limit. */
  readonly limit?: number | undefined
  /** What was left of it. */
  readonly remaining?: number | undefined
  /** Time until it is whole again, in milliseconds; absent if unknown. */
  readonly resetMs?: number | undefined
}

/** Ask these seats. */
export interface StepAsk {
  readonly type: 'ask'
  readonly value: AskStep
}

/** Compute these figures and record them. */
export interface StepAnalyse {
  readonly type: 'analyse'
  readonly value: readonly AnalysisKind[]
}

/** Wait for a person. */
export interface StepPause {
  readonly type: 'pause'
  readonly value: Pause
}

/** End the debate. */
export interface StepFinish {
  readonly type: 'finish'
  readonly value: Stop
}

/** What the engine does next. */
export type Step =
  | StepAsk
  | StepAnalyse
  | StepPause
  | StepFinish

/** One step. */
export interface StepView {
  /** Its number, from 0. */
  readonly step: number
  /** The round. */
  readonly round: number
  /** What it asks for. */
  readonly phase: Phase
  /** When it ends. */
  readonly join: Join
  /** All at once or one after the other. */
  readonly order: Order
  /** Usable replies it needs. */
  readonly min: number
  /** The step whose failed turns it repeats. */
  readonly retryOf?: number | undefined
  /** The planned turns. */
  readonly asks: readonly PlannedAsk[]
  /** Turns with a reply, in order of arrival. */
  readonly arrived: readonly string[]
  /** Why it ended; absent while it is open. */
  readonly end?: StepWhy | undefined
  /** When it began, in ms since 1970. */
  readonly began: Date
}

/**
 * Why a step ended.
 * - `all`: Every turn ended.
 * - `quorum`: A quorum was in.
 * - `consensus`: The threshold was reached.
 * - `deadline`: Time was up.
 * - `budget`: A limit stopped it.
 * - `cancelled`: The debate was cancelled.
 */
export type StepWhy = 'all' | 'quorum' | 'consensus' | 'deadline' | 'budget' | 'cancelled'

/** Why a debate ended, with the numbers that triggered it. */
export interface Stop {
  /** The cause. */
  readonly cause: StopCause
  /** The round it was found in. */
  readonly round: number
  /** The numbers behind it, for people. */
  readonly detail: string
}

/**
 * Why a debate ended.
 * - `cancelled`: The caller, a shutdown or a revoked permission.
 * - `all_failed`: No usable reply at all.
 * - `human`: A person ended it.
 * - `budget`: A limit on calls, tokens or cost.
 * - `deadline`: Time is up.
 * - `judge`: A judge or moderator ended it.
 * - `consensus`: Agreement of positions.
 * - `gate`: All independent first answers agree.
 * - `readiness`: Enough seats say they are ready.
 * - `stability`: The distribution of positions stopped moving.
 * - `stalemate`: Everybody repeats a different answer.
 * - `quorum_lost`: Too few usable seats remain.
 * - `max_rounds`: The last allowed round was played.
 * - `completed`: The protocol's schedule is done.
 */
export type StopCause = 'cancelled' | 'all_failed' | 'human' | 'budget' | 'deadline' | 'judge' | 'consensus' | 'gate' | 'readiness' | 'stability' | 'stalemate' | 'quorum_lost' | 'max_rounds' | 'completed'

/** The participant was done. */
export interface StopReasonEnd {
  readonly type: 'end'
}

/** The output limit cut it off. */
export interface StopReasonLength {
  readonly type: 'length'
}

/** A stop string was met. */
export interface StopReasonStopSequence {
  readonly type: 'stop_sequence'
}

/** It asks for tool calls, which the core never runs. */
export interface StopReasonToolCalls {
  readonly type: 'tool_calls'
}

/** It refused. */
export interface StopReasonRefusal {
  readonly type: 'refusal'
}

/** A filter stopped it. */
export interface StopReasonContentFilter {
  readonly type: 'content_filter'
}

/** The provider paused the turn. */
export interface StopReasonPause {
  readonly type: 'pause'
}

/** Something this version has no word for. */
export interface StopReasonOther {
  readonly type: 'other'
  readonly value: string
}

/** Why a reply ended. */
export type StopReason =
  | StopReasonEnd
  | StopReasonLength
  | StopReasonStopSequence
  | StopReasonToolCalls
  | StopReasonRefusal
  | StopReasonContentFilter
  | StopReasonPause
  | StopReasonOther

/**
 * When replies are streamed.
 * - `auto`: Where somebody listens.
 * - `always`: Always, e.g. because a gateway cuts long silent calls.
 * - `never`: Never.
 */
export type StreamMode = 'auto' | 'always' | 'never'

/**
 * Whether an agent can be held to a schema.
 * - `native`: The provider enforces it.
 * - `instructed`: The prompt asks for it.
 * - `none`: Neither; ballots are read from text.
 */
export type StructuredMode = 'native' | 'instructed' | 'none'

/** How many rows a table has, and how many removals an increment holds for it. */
export interface TableCount {
  /** Rows with a value. */
  readonly rows: number
  /** Rows that are gone. */
  readonly removed?: number | undefined
}

/** What a rule counted. */
export interface Tally {
  /** The rule's name; of a hybrid, the member that decided. */
  readonly rule: string
  /** One row per option, in the order of the options. */
  readonly rows: readonly Row[]
  /** Weight of the votes that counted. In millionths. */
  readonly counted: number
  /** Weight of all eligible seats. In millionths. */
  readonly electorate: number
  /** Who had to take part, and who did. */
  readonly quorum: Quorum
  /** The test the leader had to pass, if the rule has one. */
  readonly test?: Test | undefined
  /** The options that are first: one if decided, several if tied, else none. */
  readonly winners: readonly string[]
  /** What follows from it. */
  readonly outcome: Outcome
  /** How a tie was broken. */
  readonly tieBreak?: TieUse | undefined
  /** What the rule did, line by line, where that is not plain from the rows. */
  readonly trace?: readonly TraceLine[] | undefined
}

/** How a target does. */
export interface TargetHealth {
  /** Provider and model, e.g. `openai/gpt-5.4`. */
  readonly target: string
  /** Scheme, host and port; empty if it has none. */
  readonly origin: string
  /** The breaker's state. */
  readonly state: BreakerState
  /** Whether a call would be let through or be the probe. */
  readonly available: boolean
  /** When it last answered. */
  readonly lastSuccess?: Date | undefined
  /** When it last failed, and how. */
  readonly lastError?: LastError | undefined
  /** Length of the window the numbers below are about, in seconds. */
  readonly windowSeconds: number
  /** Calls that ended. */
  readonly calls: number
  /** Of those, failed. */
  readonly errors: number
  /** Answers slower than the service target. */
  readonly missed: number
  /** Median of the answers, in milliseconds. */
  readonly p50Ms?: number | undefined
  /** 95th percentile of the answers, in milliseconds. */
  readonly p95Ms?: number | undefined
  /** Calls in flight. */
  readonly inFlight: number
  /** Calls that wait for a place or for a rate limit. */
  readonly queued: number
  /** What the provider last said about its limits. */
  readonly stated: readonly StatedLimit[]
}

/** The test the leader had to pass. */
export interface Test {
  /** `>` or `>=`. */
  readonly op: string
  /** The share. */
  readonly share: string
  /** Whose weight is the whole. */
  readonly basis: Basis
  /** What the leader has; rules that count heads count each as weight 1. In millionths. */
  readonly part: number
  /** What it is a share of. In millionths. */
  readonly whole: number
  /** Whether the leader passed. Stays false when a casting vote decided an exact half. */
  readonly passed: boolean
}

/** A tie stays a tie. */
export interface TieBreakNone {
  readonly type: 'none'
}

/** The option that was voted for first. */
export interface TieBreakFirstSeen {
  readonly type: 'first_seen'
}

/** The option with the earliest supporter in roster order. */
export interface TieBreakRoster {
  readonly type: 'roster'
}

/** By the debate's seed. */
export interface TieBreakSeeded {
  readonly type: 'seeded'
}

/** One more turn of this seat decides. */
export interface TieBreakSeat {
  readonly type: 'seat'
  readonly value: string
}

/** What happens when several options are first. */
export type TieBreak =
  | TieBreakNone
  | TieBreakFirstSeen
  | TieBreakRoster
  | TieBreakSeeded
  | TieBreakSeat

/** How a tie was broken. */
export interface TieUse {
  /** The options that were tied. */
  readonly tied: readonly string[]
  /** What decided. */
  readonly by: TieBreak
  /** The option that was taken. */
  readonly chosen: string
}

/** Time limits of one exchange, in milliseconds. */
export interface TimeoutsDocument {
  /** Until the head of a streamed response, default 120,000. */
  readonly headersMs?: number | undefined
  /** Between two pieces of the body, default 60,000. */
  readonly idleMs?: number | undefined
  /** For everything, default 240,000. */
  readonly totalMs?: number | undefined
}

/** A tool call a model asked for. */
export interface ToolCall {
  /** The provider's id. */
  readonly id?: string | undefined
  /** The tool. */
  readonly name?: string | undefined
  /** The arguments, if they are JSON. */
  readonly arguments?: Json | undefined
  /** The arguments as they came. */
  readonly raw?: string | undefined
}

/** Everybody sees everybody. */
export interface TopologyAllToAll {
  readonly type: 'all_to_all'
}

/** The neighbours in roster order; only the one before if directed. */
export interface TopologyRing {
  readonly type: 'ring'
  /** Whether only the seat before is seen. */
  readonly directed?: boolean | undefined
}

/** Spokes see the hub, the hub sees all. */
export interface TopologyStar {
  readonly type: 'star'
  /** Roster index of the hub. */
  readonly hub: number
}

/** max(1, ceil((1 - sparsity)(n - 1))) others, anew each round. */
export interface TopologySparse {
  readonly type: 'sparse'
  /** 0..1, default .5. */
  readonly sparsity?: number | undefined
}

/** One other, another in each round. */
export interface TopologyRoundRobin {
  readonly type: 'round_robin'
}

/** Row i lists whom seat i sees. */
export interface TopologyCustom {
  readonly type: 'custom'
  /** n x n. */
  readonly matrix: readonly (readonly boolean[])[]
}

/** Who sees whom. */
export type Topology =
  | TopologyAllToAll
  | TopologyRing
  | TopologyStar
  | TopologySparse
  | TopologyRoundRobin
  | TopologyCustom

/** One line of a rule's account. */
export interface TraceLine {
  /** The rule or stage. */
  readonly stage: string
  /** What it found. */
  readonly note: string
}

/** Something that was said. */
export interface TranscriptMessage {
  /** Its id. */
  readonly id: string
  /** Who said it. */
  readonly author: Author
  /** The seat, if it was one. */
  readonly seat?: string | undefined
  /** The turn, if it was one. */
  readonly turn?: string | undefined
  /** The step it arrived in. */
  readonly step?: number | undefined
  /** What was asked for. */
  readonly phase?: Phase | undefined
  /** What it is. */
  readonly kind: MessageKind
  /** The round. */
  readonly round: number
  /** The whole text, unchanged. */
  readonly text: string
  /** Who may see it. */
  readonly visibility: Visibility
  /** The structured value. */
  readonly structured: Json
  /** Why the reply ended. */
  readonly stop: StopReason
  /** A refusal. */
  readonly refusal?: Refusal | undefined
  /** The answer found in it. */
  readonly answer?: ExtractedAnswer | undefined
  /** Stated confidence. */
  readonly confidence?: number | undefined
  /** Whether the seat wants to go on. */
  readonly goOn?: boolean | undefined
  /** Whether the seat is ready to decide. */
  readonly ready?: boolean | undefined
  /** Order of arrival in its step. */
  readonly arrival: number
  /** Whether a fork replaced the text. */
  readonly edited: boolean
}

/**
 * Where a turn stands.
 * - `planned`: Planned, not started.
 * - `running`: Handed to its agent.
 * - `answered`: Ended with a reply.
 * - `failed`: Ended without a usable reply.
 * - `cancelled`: Given up while it ran.
 * - `skipped`: Never started.
 */
export type TurnState = 'planned' | 'running' | 'answered' | 'failed' | 'cancelled' | 'skipped'

/** One turn of one seat. */
export interface TurnView {
  /** The turn. */
  readonly id: string
  /** The seat. */
  readonly seat: string
  /** What was asked for. */
  readonly phase: Phase
  /** The round. */
  readonly round: number
  /** The step. */
  readonly step: number
  /** Where it stands. */
  readonly state: TurnState
  /** Why it failed. */
  readonly error?: ErrorInfo | undefined
  /** Its message. */
  readonly message?: string | undefined
  /** Attempts of the newest asking. */
  readonly attempts: number
  /** Whether it was handed to its agent at least once. */
  readonly askedBefore: boolean
  /** Tokens its attempts used, input and output together. */
  readonly tokens: number
  /** Known cost of its attempts in micro-dollars. */
  readonly micros: number
}

/**
 * What becomes of a reply in which no answer is found.
 * - `exclude`: It is no position and no vote; the default.
 * - `own_candidate`: It is an answer of its own, and two such replies agree (as in published DyLAN runs).
 */
export type UnparsedPolicy = 'exclude' | 'own_candidate'

/** It is refused as `unpriced`. */
export interface UnpricedRefuse {
  readonly type: 'refuse'
}

/** It is let through and counts as nothing. */
export interface UnpricedAllow {
  readonly type: 'allow'
}

/** It counts at these prices. */
export interface UnpricedAssume {
  readonly type: 'assume'
  /** Micro-dollars per million input tokens. */
  readonly input: number
  /** Micro-dollars per million output tokens. */
  readonly output: number
}

/** What becomes of a call that has no price. */
export type Unpriced =
  | UnpricedRefuse
  | UnpricedAllow
  | UnpricedAssume

/**
 * Tokens of one call, as reported. Derived differences saturate at 0 because some vendors break the rules
 * `reasoning <= output_total` and `cache_read + cache_write <= input_total`.
 */
export interface Usage {
  /** Input tokens, cached ones included. */
  readonly inputTotal: number
  /** Output tokens, reasoning included. */
  readonly outputTotal: number
  /** Input tokens read from a cache. */
  readonly cacheRead?: number | undefined
  /** Input tokens written to a cache. */
  readonly cacheWrite?: number | undefined
  /** Output tokens spent on reasoning. */
  readonly reasoning?: number | undefined
}

/** Tokens and money of a debate or a seat. */
export interface UsageTotals {
  /** Input tokens, cached ones included. */
  readonly input: number
  /** Output tokens, reasoning included. */
  readonly output: number
  /** Input tokens read from a cache. */
  readonly cacheRead: number
  /** Input tokens written to a cache. */
  readonly cacheWrite: number
  /** Output tokens spent on reasoning. */
  readonly reasoning: number
  /** Known cost in micro-dollars. */
  readonly micros: number
  /** Whether the cost of every call is known. */
  readonly complete: boolean
}

/**
 * Outcome, exact share and confidence in one word.
 * - `approved`: Decided, no dissent, confidence >= .8, nothing open.
 * - `approved_with_conditions`: Decided otherwise.
 * - `needs_review`: Not decided, the leader has at least 2/5.
 * - `rejected`: Not decided.
 * - `no_evidence`: No usable reply.
 */
export type Verdict = 'approved' | 'approved_with_conditions' | 'needs_review' | 'rejected' | 'no_evidence'

/** Everybody. */
export interface VisibilityAll {
  readonly type: 'all'
}

/** These agents only. */
export interface VisibilityOnly {
  readonly type: 'only'
  readonly value: readonly string[]
}

/** Everybody but these agents. */
export interface VisibilityExcept {
  readonly type: 'except'
  readonly value: readonly string[]
}

/** Who may see a message. What is hidden from an agent reaches no body, digest, log or cache key of its calls. */
export type Visibility =
  | VisibilityAll
  | VisibilityOnly
  | VisibilityExcept

/** Plurality over the first independent answers, with the same equivalence. */
export interface VoteOnly {
  /** What it would have decided. */
  readonly answer?: Answer | undefined
  /** The outcome of that vote. */
  readonly outcome: Outcome
  /** What was counted. */
  readonly tally: Tally
  /** Whether it is the decision's answer. */
  readonly sameAsDecision: boolean
  /** Whether every eligible seat had been asked; an early stop may leave some out. */
  readonly complete: boolean
  /** Calls the first answers took. */
  readonly calls: number
  /** Tokens they used. */
  readonly tokens: number
  /** What they cost, where known. */
  readonly micros: number
}

/**
 * Everybody answers alone; the answers are the votes. The baseline every debate has to beat.
 *
 * Planned calls: nk, or n(k + 1) with ballots.
 */
export interface VoteOnlyProtocol {
  /** Answers per seat, default 1; a seat's most frequent answer is its position. */
  readonly samples?: number | undefined
  /** Adds a vote over the answers, for free texts that never group. */
  readonly ballots?: boolean | undefined
}

/** One eligible seat's vote. */
export interface VoteRecord {
  /** Who. */
  readonly voter: string
  /** What became of it. */
  readonly status: VoteStatus
  /** The ballot, if there was a reply. */
  readonly ballot?: Ballot | undefined
  /** Stated confidence. */
  readonly confidence?: number | undefined
  /** The weight it counted with; 0 unless cast. In millionths. */
  readonly weight: number
  /** The stated reason. */
  readonly reason?: string | undefined
  /** Whether it was for the own answer and nobody else's. */
  readonly selfVote: boolean
  /** The round it was given in; 0 if never asked. */
  readonly round: number
}

/**
 * What became of an eligible seat in the deciding vote. Only `cast` counts.
 * - `cast`: A valid ballot.
 * - `abstain`: An explicit abstention.
 * - `invalid`: A reply that is no ballot.
 * - `failed`: The turn failed.
 * - `timed_out`: The turn ran out of time.
 * - `not_asked`: Never asked, or cancelled before it answered.
 */
export type VoteStatus = 'cast' | 'abstain' | 'invalid' | 'failed' | 'timed_out' | 'not_asked'

/** A recorded vote. */
export interface VoteView {
  /** The step it was given in; absent for a host user's vote. */
  readonly step?: number | undefined
  /** The round. */
  readonly round: number
  /** Who. */
  readonly voter: string
  /** What became of it. */
  readonly status: VoteStatus
  /** The ballot. */
  readonly ballot?: Ballot | undefined
  /** Stated confidence. */
  readonly confidence?: number | undefined
  /** Stated reason. */
  readonly reason?: string | undefined
  /** Whether it was for the own answer and nobody else's. */
  readonly selfVote: boolean
  /** Order of arrival. */
  readonly arrival: number
  /** Intensity of a host user's vote. */
  readonly userIntensity?: number | undefined
}

/**
 * The wire formats.
 * - `messages`: Anthropic Messages.
 * - `responses`: OpenAI Responses.
 * - `chat`: OpenAI Chat Completions and its dialects.
 * - `gemini`: Gemini `generateContent`.
 * - `gemini_interactions`: Gemini Interactions.
 */
export type Wire = 'messages' | 'responses' | 'chat' | 'gemini' | 'gemini_interactions'

/**
 * The codes of errors. A version to come may add some.
 * - `invalid_request`: One or more fields are outside their documented form; all violations are in the context.
 * Correct the request.
 * - `invalid_config`: The configuration is refused; all violations, sorted by pointer. Correct the settings.
 * - `invalid_state`: The object cannot do this now (other process, not terminal, no loop). Follow the reason; use a
 * new object.
 * - `closed`: Used after `close()`. Open a new instance.
 * - `unauthenticated`: A credential is missing, wrong, expired or revoked, ours or a provider's. Sign in again or
 * fix the key.
 * - `permission_denied`: The caller is known and not allowed; the decision is in the context. Ask for the right.
 * - `mfa_required`: Allowed after a fresh second factor. Step up and repeat.
 * - `not_found`: Absent, or not visible to this caller. Check the id.
 * - `conflict`: A precondition failed: changed meanwhile, or exists with other content. Re-read, decide, repeat.
 * - `lease_lost`: Somebody else owns it now. Stop, and never report success.
 * - `unavailable`: A dependency (store, network, entropy) does not answer; context `outcome` is `unknown` or
 * `not_applied`. Repeat; settle `unknown` by reading.
 * - `timeout`: One call outward passed its own limit. Repeat, or raise the limit.
 * - `deadline_exceeded`: The deadline the caller set has passed. Give more time.
 * - `cancelled`: Cancelled by the caller, the debate or a shutdown; a partial result is in the context. Nothing to
 * do.
 * - `rate_limited`: Too many calls or attempts, here or at the provider. Wait for `retry_after`.
 * - `queue_full`: A bounded queue or the admission is full. Wait for `retry_after`, or raise the limit.
 * - `limit_exceeded`: Larger than a store, receipt, webhook body or index may be; limit and size are in the
 * context. Split or shrink.
 * - `not_configured`: The feature needs a setting, key or compiled feature that is absent. Configure it.
 * - `unsupported`: This implementation or model cannot do it. Choose another.
 * - `unsupported_version`: Written by a newer or unknown version; nothing was changed. Upgrade the library.
 * - `clock_jump`: The clock cannot be believed; nothing was deleted. Check the time, then `confirm_clock`.
 * - `internal`: A bug or a contained panic; the location is in the context. Report it.
 * - `corrupt`: A stored value, file or page is damaged; others stay readable. Run `Verify`, then restore.
 * - `log_corrupt`: An append-only log contradicts itself or its head. Stop writing and restore.
 * - `store_poisoned`: A write or sync failed and later writes are refused. Reopen the store.
 * - `already_open`: The directory is held by another process. Close the other one.
 * - `read_only`: The store cannot be written. Fix the rights, or open it for reading only.
 * - `storage_full`: The disk or quota is full and the batch was not applied. Free space.
 * - `migration_locked`: Another process is migrating. Wait.
 * - `migration_failed`: A migration step failed and is absent; version and cause are in the context. Fix it and run
 * again.
 * - `decryption_failed`: Sealed data does not open at this address. Investigate.
 * - `plaintext_refused`: Plain data was found in a strict store. Investigate.
 * - `key_not_found`: Sealed under a key that is not loaded. Add the key.
 * - `kms_unavailable`: The key service does not answer. Wait.
 * - `kms_denied`: The key service refuses. Fix the service's rights.
 * - `kms_invalid`: The key service answered nonsense. Fix the service.
 * - `backup_invalid`: A backup's chain, manifest or object is damaged and nothing was touched. Use another backup.
 * - `overloaded`: The provider is busy. Nothing to do: layers retry.
 * - `transport`: The connection failed. Nothing to do: layers retry.
 * - `provider_error`: The provider reported an error of its own (5xx). Nothing to do: layers retry.
 * - `interrupted`: The stream ended early; partial text is kept. Nothing to do: layers retry.
 * - `malformed_response`: The provider's body cannot be read. Report it.
 * - `quota_exhausted`: A credit or spend limit at the provider is used up. Pay or wait.
 * - `model_not_found`: The provider does not know this model. Change the request.
 * - `request_too_large`: The provider refuses a request of this size. Change the request.
 * - `context_too_long`: The prompt does not fit the model's window. Change the request, or set a context policy.
 * - `blocked`: The provider's policy refused the request. Rephrase.
 * - `empty_reply`: The reply holds no text. Relax the shape or fix the participant.
 * - `invalid_reply`: The answer of a participant is not in the agreed shape. Relax the shape or fix the
 * participant.
 * - `reply_too_large`: The reply is larger than 4 MiB. Limit the output.
 * - `circuit_open`: The breaker is open and nothing was sent. Wait for `retry_after`.
 * - `budget_exceeded`: A limit would be passed. Raise the limit.
 * - `unpriced`: A cost limit exists and the model has no price. Give a price.
 * - `agent_failed`: A participant raised, panicked or returned a wrong type; the cause is attached. Look at the
 * cause.
 * - `script_exhausted`: The scripted agent has no step left. Complete the script.
 * - `recording_missing`: There is no recorded reply for this request, and none is invented. Complete the recording.
 * - `human_declined`: The person declined to answer. Go on without.
 * - `all_agents_failed`: No participant gave a usable reply; every cause is in the context. See the causes.
 * - `protocol_failed`: The protocol raised or broke its contract. Fix the protocol.
 * - `nondeterministic`: Resuming found other prompts than the recorded ones. Fix the protocol or template, or
 * accept the change.
 * - `poisoned`: Five starts of a job made no progress. Inspect it, then `retry_dead_letter`.
 * - `receipt_invalid`: A receipt import or check failed; the report is in the context. Read the report.
 * - `receipt_deleted`: Only the tombstone of the receipt is left. Nothing to do.
 * - `transcript_expired`: The debate's log was pruned. Nothing to do.
 * - `signing_failed`: A signer produced no valid signature. Check the key service.
 * - `legal_hold`: Held data cannot be changed. Release the hold.
 * - `log_rolled_back`: The store is behind a pinned checkpoint. Investigate, then start a successor log.
 * - `audit_tampered`: The audit chain does not match its head. Investigate, then start a new chain.
 * - `invalid_payload`: The webhook body is not acceptable. Correct it.
 * - `invalid_secret`: The webhook secret is not acceptable. Correct it.
 * - `refused_address`: The address is not one this library may contact. Correct it.
 * - `endpoint_disabled`: The webhook endpoint is off. Enable it.
 * - `sink_error`: A foreign webhook sink raised. Nothing to do: delivery retries.
 * - `signature_missing`: The webhook request carries no signature. Reject the request.
 * - `signature_mismatch`: The webhook signature does not match. Reject the request.
 * - `timestamp_out_of_tolerance`: The webhook timestamp is too old or too new. Reject the request.
 * - `malformed_header`: The webhook signature header cannot be read. Reject the request.
 * - `lagged`: A live stream in `Disconnect` mode fell behind. Re-read from the log.
 * - `cursor_expired`: The log before this cursor was pruned. Start at the given seq.
 */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_config'
  | 'invalid_state'
  | 'closed'
  | 'unauthenticated'
  | 'permission_denied'
  | 'mfa_required'
  | 'not_found'
  | 'conflict'
  | 'lease_lost'
  | 'unavailable'
  | 'timeout'
  | 'deadline_exceeded'
  | 'cancelled'
  | 'rate_limited'
  | 'queue_full'
  | 'limit_exceeded'
  | 'not_configured'
  | 'unsupported'
  | 'unsupported_version'
  | 'clock_jump'
  | 'internal'
  | 'corrupt'
  | 'log_corrupt'
  | 'store_poisoned'
  | 'already_open'
  | 'read_only'
  | 'storage_full'
  | 'migration_locked'
  | 'migration_failed'
  | 'decryption_failed'
  | 'plaintext_refused'
  | 'key_not_found'
  | 'kms_unavailable'
  | 'kms_denied'
  | 'kms_invalid'
  | 'backup_invalid'
  | 'overloaded'
  | 'transport'
  | 'provider_error'
  | 'interrupted'
  | 'malformed_response'
  | 'quota_exhausted'
  | 'model_not_found'
  | 'request_too_large'
  | 'context_too_long'
  | 'blocked'
  | 'empty_reply'
  | 'invalid_reply'
  | 'reply_too_large'
  | 'circuit_open'
  | 'budget_exceeded'
  | 'unpriced'
  | 'agent_failed'
  | 'script_exhausted'
  | 'recording_missing'
  | 'human_declined'
  | 'all_agents_failed'
  | 'protocol_failed'
  | 'nondeterministic'
  | 'poisoned'
  | 'receipt_invalid'
  | 'receipt_deleted'
  | 'transcript_expired'
  | 'signing_failed'
  | 'legal_hold'
  | 'log_rolled_back'
  | 'audit_tampered'
  | 'invalid_payload'
  | 'invalid_secret'
  | 'refused_address'
  | 'endpoint_disabled'
  | 'sink_error'
  | 'signature_missing'
  | 'signature_mismatch'
  | 'timestamp_out_of_tolerance'
  | 'malformed_header'
  | 'lagged'
  | 'cursor_expired'

/** Every value type by its name. */
export interface Values {
  readonly AgentDocument: AgentDocument
  readonly AgentKind: AgentKind
  readonly AgentReply: AgentReply
  readonly AgentRequest: AgentRequest
  readonly AnalysisKind: AnalysisKind
  readonly Answer: Answer
  readonly AnswerFormat: AnswerFormat
  readonly Ask: Ask
  readonly AskOrder: AskOrder
  readonly AskStep: AskStep
  readonly AttemptOutcome: AttemptOutcome
  readonly Author: Author
  readonly BackupFacts: BackupFacts
  readonly BackupVerifyReport: BackupVerifyReport
  readonly Ballot: Ballot
  readonly BallotKind: BallotKind
  readonly BallotShape: BallotShape
  readonly Ballots: Ballots
  readonly Basis: Basis
  readonly BiasReport: BiasReport
  readonly BreakerSnapshot: BreakerSnapshot
  readonly BreakerState: BreakerState
  readonly Budget: Budget
  readonly BudgetScope: BudgetScope
  readonly BudgetUsage: BudgetUsage
  readonly Calls: Calls
  readonly CastVote: CastVote
  readonly CheckScope: CheckScope
  readonly Checkpoint: Checkpoint
  readonly Condition: Condition
  readonly ConditionKind: ConditionKind
  readonly Confidence: Confidence
  readonly ConfidenceCurve: ConfidenceCurve
  readonly ConfidenceMethod: ConfidenceMethod
  readonly ContextPolicy: ContextPolicy
  readonly ContextReduced: ContextReduced
  readonly Convergence: Convergence
  readonly CostSource: CostSource
  readonly CredentialsDocument: CredentialsDocument
  readonly Critique: Critique
  readonly Crux: Crux
  readonly DebateOptions: DebateOptions
  readonly DebatePage: DebatePage
  readonly DebateState: DebateState
  readonly DebateSummary: DebateSummary
  readonly Decision: Decision
  readonly DecisionUsage: DecisionUsage
  readonly Difference: Difference
  readonly Dissent: Dissent
  readonly Diversity: Diversity
  readonly Document: Document
  readonly Draft: Draft
  readonly DrillReport: DrillReport
  readonly Dynamic: Dynamic
  readonly Edit: Edit
  readonly Effort: Effort
  readonly Equivalence: Equivalence
  readonly ErrorInfo: ErrorInfo
  readonly Event: Event
  readonly EventClass: EventClass
  readonly EventData: EventData
  readonly Expect: Expect
  readonly ExtractedAnswer: ExtractedAnswer
  readonly Extractor: Extractor
  readonly Frame: Frame
  readonly Gate: Gate
  readonly GatePolicy: GatePolicy
  readonly GiveUp: GiveUp
  readonly Grace: Grace
  readonly HistoryPolicy: HistoryPolicy
  readonly HumanInputKind: HumanInputKind
  readonly HumanReply: HumanReply
  readonly Identity: Identity
  readonly Intervention: Intervention
  readonly InvalidWhy: InvalidWhy
  readonly Join: Join
  readonly JsonShape: JsonShape
  readonly KeyAge: KeyAge
  readonly KeyCensus: KeyCensus
  readonly Label: Label
  readonly LastError: LastError
  readonly Layers: Layers
  readonly Layout: Layout
  readonly Limits: Limits
  readonly Message: Message
  readonly MessageKind: MessageKind
  readonly ModelCaps: ModelCaps
  readonly OptionSpec: OptionSpec
  readonly OptionView: OptionView
  readonly Order: Order
  readonly Orders: Orders
  readonly Outcome: Outcome
  readonly Parent: Parent
  readonly ParseWarning: ParseWarning
  readonly ParsedBallot: ParsedBallot
  readonly ParsedCritique: ParsedCritique
  readonly Pause: Pause
  readonly PendingState: PendingState
  readonly PendingTurn: PendingTurn
  readonly PendingTurns: PendingTurns
  readonly Period: Period
  readonly Persona: Persona
  readonly Phase: Phase
  readonly PlannedAsk: PlannedAsk
  readonly PlannedCalls: PlannedCalls
  readonly Position: Position
  readonly PositionKind: PositionKind
  readonly Preset: Preset
  readonly PriceRow: PriceRow
  readonly PriceTable: PriceTable
  readonly Prompt: Prompt
  readonly PromptCache: PromptCache
  readonly ProtocolDocument: ProtocolDocument
  readonly ProtocolRef: ProtocolRef
  readonly ProviderDocument: ProviderDocument
  readonly ProviderReport: ProviderReport
  readonly ProviderStatus: ProviderStatus
  readonly PrunePlan: PrunePlan
  readonly Question: Question
  readonly Quorum: Quorum
  readonly QuorumRule: QuorumRule
  readonly RateLimitSnapshot: RateLimitSnapshot
  readonly ReencryptCounts: ReencryptCounts
  readonly ReencryptFailure: ReencryptFailure
  readonly ReencryptProgress: ReencryptProgress
  readonly ReencryptReport: ReencryptReport
  readonly Refusal: Refusal
  readonly Relabel: Relabel
  readonly ReplayCheck: ReplayCheck
  readonly ReplayReport: ReplayReport
  readonly ReplyCache: ReplyCache
  readonly ReplyWarning: ReplyWarning
  readonly Report: Report
  readonly Reputation: Reputation
  readonly RequestMessage: RequestMessage
  readonly Reserve: Reserve
  readonly RestoreReport: RestoreReport
  readonly RetentionPreset: RetentionPreset
  readonly RiskTier: RiskTier
  readonly Role: Role
  readonly RolePolicy: RolePolicy
  readonly RoundConvergence: RoundConvergence
  readonly RoundView: RoundView
  readonly Row: Row
  readonly RuleConfig: RuleConfig
  readonly RuleKind: RuleKind
  readonly RuleUsed: RuleUsed
  readonly Sampling: Sampling
  readonly ScriptDocument: ScriptDocument
  readonly SeatDocument: SeatDocument
  readonly SeatPrice: SeatPrice
  readonly SeatView: SeatView
  readonly SeenMessage: SeenMessage
  readonly SelfVote: SelfVote
  readonly Sequential: Sequential
  readonly Served: Served
  readonly ShutdownReport: ShutdownReport
  readonly Signals: Signals
  readonly SigningRequest: SigningRequest
  readonly Simultaneous: Simultaneous
  readonly Spent: Spent
  readonly StalePolicy: StalePolicy
  readonly Stance: Stance
  readonly StancePolicy: StancePolicy
  readonly StatedLimit: StatedLimit
  readonly Step: Step
  readonly StepView: StepView
  readonly StepWhy: StepWhy
  readonly Stop: Stop
  readonly StopCause: StopCause
  readonly StopReason: StopReason
  readonly StreamMode: StreamMode
  readonly StructuredMode: StructuredMode
  readonly TableCount: TableCount
  readonly Tally: Tally
  readonly TargetHealth: TargetHealth
  readonly Test: Test
  readonly TieBreak: TieBreak
  readonly TieUse: TieUse
  readonly TimeoutsDocument: TimeoutsDocument
  readonly ToolCall: ToolCall
  readonly Topology: Topology
  readonly TraceLine: TraceLine
  readonly TranscriptMessage: TranscriptMessage
  readonly TurnState: TurnState
  readonly TurnView: TurnView
  readonly UnparsedPolicy: UnparsedPolicy
  readonly Unpriced: Unpriced
  readonly Usage: Usage
  readonly UsageTotals: UsageTotals
  readonly Verdict: Verdict
  readonly Visibility: Visibility
  readonly VoteOnly: VoteOnly
  readonly VoteOnlyProtocol: VoteOnlyProtocol
  readonly VoteRecord: VoteRecord
  readonly VoteStatus: VoteStatus
  readonly VoteView: VoteView
  readonly Wire: Wire
}

/** The rows of all types whose documents differ from their values. @internal */
export const codecs: { readonly [name: string]: CodecRow } = {
  AgentDocument: { tag: 'kind', cases: { foreign: [['participant', 'participant', 0], ['id', 'id', 0], ['provider', 'provider', 0], ['model', 'model', 0], ['family', 'family', 0], ['version', 'version', 0], ['structured', 'structured', 0], ['streams', 'streams', 0], ['contextTokens', 'context_tokens', 0]], model: [['name', 'name', 0], ['config', 'config', 'ProviderDocument'], ['baseUrl', 'base_url', 0], ['apiKey', 'api_key', 0], ['credentials', 'credentials', 'CredentialsDocument'], ['id', 'id', 0]], scripted: [['id', 'id', 0], ['steps', 'steps', ['list', 'ScriptDocument']], ['atEnd', 'at_end', 0]], demo: [['id', 'id', 0], ['style', 'style', 0], ['seed', 'seed', 0]], human: [['id', 'id', 0]], recorded: [['id', 'id', 0], ['log', 'log', 0], ['cassette', 'cassette', 0]] } },
  AgentReply: { record: [['text', 'text', 0], ['structured', 'structured', 0], ['reasoning', 'reasoning', 0], ['toolCalls', 'tool_calls', ['list', 'ToolCall']], ['refusal', 'refusal', 'Refusal'], ['stop', 'stop', 'StopReason'], ['usage', 'usage', 'Usage'], ['costMicros', 'cost_micros', 0], ['provider', 'provider', 0], ['model', 'model', 0], ['responseId', 'response_id', 0], ['warnings', 'warnings', ['list', 'ReplyWarning']]] },
  AgentRequest: { record: [['id', 'id', 0], ['debate', 'debate', 0], ['round', 'round', 0], ['phase', 'phase', 0], ['role', 'role', 0], ['persona', 'persona', 'Persona'], ['system', 'system', 0], ['messages', 'messages', ['list', 'RequestMessage']], ['expect', 'expect', 'Expect'], ['sampling', 'sampling', 'Sampling'], ['deadlineMs', 'deadline_ms', 0], ['metadata', 'metadata', 0], ['extra', 'extra', 0]] },
  Answer: { record: [['option', 'option', 0], ['value', 'value', 0], ['text', 'text', 0], ['author', 'author', 0], ['synthesis', 'synthesis', 0]] },
  AnswerFormat: { record: [['extract', 'extract', ['list', 'Extractor']], ['equal', 'equal', 'Equivalence'], ['unparsed', 'unparsed', 0]] },
  Ask: { record: [['turn', 'turn', 0], ['seat', 'seat', 0], ['role', 'role', 0], ['prompt', 'prompt', 'Prompt'], ['shown', 'shown', 0], ['labels', 'labels', 0], ['expect', 'expect', 'Expect'], ['maxOutputTokens', 'max_output_tokens', 0], ['deadlineMs', 'deadline_ms', 0], ['reduced', 'reduced', ['list', 'ContextReduced']], ['tooLong', 'too_long', 0], ['notes', 'notes', 0]] },
  AskOrder: { tag: null, cases: { index: [], shuffled: [], explicit: { value: 'Orders' } } },
  AskStep: { record: [['phase', 'phase', 0], ['round', 'round', 0], ['asks', 'asks', ['list', 'Ask']], ['order', 'order', 0], ['join', 'join', 'Join'], ['min', 'min', 0]] },
  Author: { tag: null, cases: { agent: { value: 0 }, human: { value: 0 }, moderator: [] } },
  BackupFacts: { record: [['id', 'id', 0], ['parent', 'parent', 0, 1], ['endedAt', 'ended_at', 'instantMs'], ['verified', 'verified', 0]] },
  BackupVerifyReport: { record: [['backup', 'backup', 0], ['chain', 'chain', 0], ['tables', 'tables', ['map', 'TableCount']], ['checks', 'checks', 0], ['verifiedAt', 'verified_at', 'instantMs']] },
  Ballot: { tag: null, cases: { choice: { value: 0 }, ranking: { value: 0 }, approval: { value: 0 }, scores: { value: 0 }, points: { value: 0 }, abstain: [['reason', 'reason', 0]], invalid: [['raw', 'raw', 0], ['why', 'why', 0]] } },
  BallotKind: { tag: null, cases: { choice: [], ranking: [], approval: [], scores: [['lo', 'lo', 0], ['hi', 'hi', 0]], points: [['total', 'total', 0]], verdict: [] } },
  BallotShape: { record: [['kind', 'kind', 'BallotKind'], ['labels', 'labels', ['list', 'Label']], ['mayAbstain', 'may_abstain', 0], ['confidence', 'confidence', 0], ['reason', 'reason', 0]] },
  BiasReport: { record: [['chosenByPosition', 'chosen_by_position', 0], ['positionP', 'position_p', 0], ['selfVotes', 'self_votes', 0], ['winnerChars', 'winner_chars', 0], ['loserChars', 'loser_chars', 0]] },
  BreakerSnapshot: { record: [['target', 'target', 0], ['origin', 'origin', 0], ['state', 'state', 0], ['failures', 'failures', 0], ['threshold', 'threshold', 0], ['windowMs', 'window_ms', 0], ['openings', 'openings', 0], ['openedAt', 'opened_at', 'instantMs'], ['openedBy', 'opened_by', 0], ['retryAfterMs', 'retry_after_ms', 0]] },
  Budget: { record: [['scope', 'scope', 'BudgetScope'], ['limitMicros', 'limit_micros', 0], ['unpriced', 'unpriced', 'Unpriced'], ['name', 'name', 0]] },
  BudgetScope: { tag: null, cases: { call: [], debate: [], tenant: [['period', 'period', 0], ['tenant', 'tenant', 0]] } },
  BudgetUsage: { record: [['name', 'name', 0], ['spentMicros', 'spent_micros', 0], ['reservedMicros', 'reserved_micros', 0], ['limitMicros', 'limit_micros', 0]] },
  Calls: { record: [['made', 'made', 0], ['failed', 'failed', 0], ['hedged', 'hedged', 0], ['planned', 'planned', 0], ['saved', 'saved', 0]] },
  CastVote: { record: [['voter', 'voter', 0], ['status', 'status', 0], ['ballot', 'ballot', 'Ballot'], ['confidence', 'confidence', 0], ['selfVote', 'self_vote', 0], ['arrival', 'arrival', 0], ['userIntensity', 'user_intensity', 0]] },
  Checkpoint: { record: [['scope', 'scope', 0], ['ballots', 'ballots', 0], ['seats', 'seats', 0], ['rule', 'rule', 'RuleConfig']] },
  Condition: { record: [['kind', 'kind', 0], ['seat', 'seat', 0], ['detail', 'detail', 0]] },
  Confidence: { record: [['value', 'value', 0], ['method', 'method', 0], ['inputs', 'inputs', 0]] },
  ContextPolicy: { tag: 'name', cases: { last_round: [], window: [['rounds', 'rounds', 0]], summarise: [['seat', 'seat', 0], ['maxTokens', 'max_tokens', 0]] } },
  ContextReduced: { record: [['turn', 'turn', 0], ['method', 'method', 0], ['dropped', 'dropped', 0], ['summary', 'summary', 0]] },
  Convergence: { record: [['round', 'round', 0], ['agreement', 'agreement', 0], ['stability', 'stability', 0], ['position', 'position', 0]] },
  CostSource: { tag: null, cases: { provider: [], price_book: { value: 0 }, estimate: [], free: [], unknown: [] } },
  CredentialsDocument: { record: [['participant', 'participant', 0]] },
  Critique: { record: [['pairwise', 'pairwise', 0], ['synthesis', 'synthesis', 0]] },
  Crux: { record: [['id', 'id', 0], ['statement', 'statement', 0], ['score', 'score', 0], ['contesters', 'contesters', 0], ['supporters', 'supporters', 0], ['strategy', 'strategy', 0]] },
  DebateOptions: { record: [['minRounds', 'min_rounds', 0], ['stopWhen', 'stop_when', ['optional', 'RuleConfig']], ['gate', 'gate', 'GatePolicy'], ['join', 'join', 'Join'], ['benchAfter', 'bench_after', 0], ['stepMin', 'step_min', 0], ['topology', 'topology', 'Topology'], ['identity', 'identity', 0], ['relabel', 'relabel', 0], ['contextPolicy', 'context_policy', ['list', 'ContextPolicy']], ['warmFirst', 'warm_first', 0], ['roles', 'roles', 0], ['stances', 'stances', 0], ['agreement', 'agreement', 0], ['stalemate', 'stalemate', 0], ['stability', 'stability', 0], ['readiness', 'readiness', 0], ['stale', 'stale', 0], ['judgesMayDebate', 'judges_may_debate', 0], ['confidence', 'confidence', 0], ['templates', 'templates', 0]] },
  DebatePage: { record: [['items', 'items', ['list', 'DebateSummary']], ['next', 'next', 0, 1]] },
  DebateSummary: { record: [['debate', 'debate', 0], ['state', 'state', 0], ['nextSeq', 'next_seq', 0], ['startedAt', 'started_at', 'instantMs'], ['updatedAt', 'updated_at', 'instantMs'], ['protocol', 'protocol', 0], ['question', 'question', 0], ['tags', 'tags', 0], ['parent', 'parent', 'Parent'], ['stop', 'stop', 0], ['outcome', 'outcome', 'Outcome'], ['verdict', 'verdict', 0], ['rounds', 'rounds', 0], ['calls', 'calls', 0], ['micros', 'micros', 0]] },
  Decision: { record: [['schema', 'schema', 0], ['debate', 'debate', 0], ['answer', 'answer', 'Answer', 1], ['leading', 'leading', 'Answer', 1], ['outcome', 'outcome', 'Outcome'], ['stop', 'stop', 'Stop'], ['verdict', 'verdict', 0], ['gate', 'gate', 0], ['partial', 'partial', 0], ['rule', 'rule', 'RuleUsed'], ['tally', 'tally', 'Tally'], ['votes', 'votes', ['list', 'VoteRecord']], ['supporters', 'supporters', 0], ['dissenters', 'dissenters', 0], ['abstained', 'abstained', 0], ['invalid', 'invalid', 0], ['failed', 'failed', 0], ['notAsked', 'not_asked', 0], ['dissent', 'dissent', ['list', 'Dissent']], ['confidence', 'confidence', 'Confidence'], ['conditions', 'conditions', ['list', 'Condition']], ['voteOnly', 'vote_only', 'VoteOnly'], ['cruxes', 'cruxes', ['list', 'Crux']], ['convergence', 'convergence', ['list', 'Convergence']], ['interventions', 'interventions', ['list', 'Intervention']], ['contribution', 'contribution', 0], ['bias', 'bias', 'BiasReport'], ['diversity', 'diversity', 'Diversity'], ['report', 'report', 'Report', 1], ['usage', 'usage', 'DecisionUsage'], ['calls', 'calls', 'Calls'], ['roundsUsed', 'rounds_used', 0]] },
  DecisionUsage: { record: [['total', 'total', 'UsageTotals'], ['bySeat', 'by_seat', ['map', 'UsageTotals']], ['inherited', 'inherited', 'UsageTotals']] },
  Difference: { record: [['seq', 'seq', 0], ['field', 'field', 0], ['recorded', 'recorded', 0], ['produced', 'produced', 0]] },
  Dissent: { record: [['seat', 'seat', 0], ['option', 'option', 0], ['reasons', 'reasons', 0], ['view', 'view', 0], ['severity', 'severity', 0], ['acknowledged', 'acknowledged', 0], ['rebuttal', 'rebuttal', 0], ['messages', 'messages', 0]] },
  Diversity: { record: [['families', 'families', 0], ['providers', 'providers', 0], ['effective', 'effective', 0], ['largestShare', 'largest_share', 0]] },
  Document: { record: [['title', 'title', 0], ['text', 'text', 0], ['uri', 'uri', 0]] },
  Draft: { record: [['ballots', 'ballots', 0], ['rule', 'rule', 'RuleConfig'], ['seats', 'seats', 0], ['synthesis', 'synthesis', 0], ['contribution', 'contribution', 0], ['report', 'report', 'Report'], ['notes', 'notes', 0]] },
  DrillReport: { record: [['started', 'started', 'instantMs'], ['backup', 'backup', 0], ['restoredInMs', 'restored_in_ms', 0], ['records', 'records', 0], ['unsavedAgeMs', 'unsaved_age_ms', 0], ['checks', 'checks', 0], ['rtoMet', 'rto_met', 0], ['rpoMet', 'rpo_met', 0]] },
  Dynamic: { record: [['keep', 'keep', 0], ['pruneRound', 'prune_round', 0], ['checkAfterPrune', 'check_after_prune', 0], ['peersIncludeSelf', 'peers_include_self', 0], ['history', 'history', 0], ['sequentialVisibility', 'sequential_visibility', 0], ['ratings', 'ratings', 0], ['askOrder', 'ask_order', 'AskOrder'], ['showOrder', 'show_order', 'AskOrder'], ['parallel', 'parallel', 0], ['ranker', 'ranker', 0], ['preset', 'preset', 'Preset']] },
  Edit: { tag: 'name', cases: { replace_message: [['message', 'message', 0], ['text', 'text', 0]], insert_human: [['by', 'by', 0], ['text', 'text', 0]], drop_seat: [['seat', 'seat', 0]], add_seat: [['seat', 'seat', 'SeatView']], set_rule: [['rule', 'rule', 'RuleConfig']], set_limits: [['limits', 'limits', 'Limits']], set_belief: [['seat', 'seat', 0], ['belief', 'belief', 0]] } },
  Equivalence: { tag: 'name', cases: { exact: [], normalised: [], numeric: [['rel', 'rel', 0], ['abs', 'abs', 0]], letter: [], math: [], semantic: [['min', 'min', 0], ['embedder', 'embedder', 0]], custom: [['comparator', 'comparator', 0]] } },
  ErrorInfo: { record: [['code', 'code', 0], ['reason', 'reason', 0], ['retryable', 'retryable', 0], ['retryAfterMs', 'retry_after_ms', 0]] },
  Event: { record: [['type', 'type', 0], ['seq', 'seq', 0], ['class', 'class', 0], ['debateId', 'debate_id', 0], ['run', 'run', 0], ['agent', 'agent', 0], ['agentSeq', 'agent_seq', 0], ['round', 'round', 0], ['time', 'time', 'instant'], ['data', 'data', 'EventData', 0, 'type']] },
  EventData: { tag: 'type', cases: { debate_start: [['debate', 'debate', 0], ['parent', 'parent', 'Parent'], ['library', 'library', 0], ['question', 'question', 'Question'], ['environment', 'environment', 'Frame'], ['roster', 'roster', ['list', 'SeatView']], ['protocol', 'protocol', 'ProtocolRef'], ['rule', 'rule', 'RuleConfig'], ['stopWhen', 'stop_when', 'RuleConfig'], ['stops', 'stops', 0], ['topology', 'topology', 'Topology'], ['options', 'options', 'DebateOptions'], ['seed', 'seed', 'uint64'], ['configDigest', 'config_digest', 0]], debate_resumed: [['fromSeq', 'from_seq', 0], ['lostTurns', 'lost_turns', 0], ['configChanged', 'config_changed', 0]], round_start: [['roles', 'roles', 0], ['stances', 'stances', 0], ['sees', 'sees', 0]], step_start: [['step', 'step', 0], ['phase', 'phase', 0], ['join', 'join', 'Join'], ['order', 'order', 0], ['min', 'min', 0], ['retryOf', 'retry_of', 0], ['asks', 'asks', ['list', 'PlannedAsk']]], turn_start: [['turn', 'turn', 0], ['seat', 'seat', 0], ['requestId', 'request_id', 0]], agent_attempt: [['turn', 'turn', 0], ['n', 'n', 0], ['target', 'target', 0], ['outcome', 'outcome', 0], ['usage', 'usage', 'Usage'], ['costMicros', 'cost_micros', 0], ['costSource', 'cost_source', 'CostSource'], ['latencyMs', 'latency_ms', 0], ['hedge', 'hedge', 0], ['error', 'error', 'ErrorInfo']], agent_message: [['turn', 'turn', 0], ['seat', 'seat', 0], ['phase', 'phase', 0], ['kind', 'kind', 0], ['message', 'message', 0], ['text', 'text', 0], ['structured', 'structured', 0], ['stop', 'stop', 'StopReason'], ['refusal', 'refusal', 'Refusal'], ['provider', 'provider', 0], ['model', 'model', 0], ['served', 'served', 'Served'], ['usage', 'usage', 'Usage'], ['costMicros', 'cost_micros', 0], ['arrival', 'arrival', 0], ['answer', 'answer', 'ExtractedAnswer'], ['confidence', 'confidence', 0], ['goOn', 'continue', 0], ['ready', 'ready', 0]], critique: [['turn', 'turn', 0], ['critic', 'critic', 0], ['target', 'target', 0], ['message', 'message', 0], ['issues', 'issues', 0], ['suggestions', 'suggestions', 0], ['severity', 'severity', 0], ['reasoning', 'reasoning', 0]], vote: [['turn', 'turn', 0], ['voter', 'voter', 0], ['status', 'status', 0], ['ballot', 'ballot', 'Ballot'], ['confidence', 'confidence', 0], ['weight', 'weight', 0], ['reason', 'reason', 0], ['selfVote', 'self_vote', 0], ['userIntensity', 'user_intensity', 0]], turn_failed: [['turn', 'turn', 0], ['seat', 'seat', 0], ['error', 'error', 'ErrorInfo'], ['partialText', 'partial_text', 0]], turn_cancelled: [['turn', 'turn', 0], ['seat', 'seat', 0], ['why', 'why', 0]], turn_skipped: [['turn', 'turn', 0], ['seat', 'seat', 0], ['why', 'why', 0]], seat_benched: [['seat', 'seat', 0], ['afterFailures', 'after_failures', 0]], context_reduced: [['turn', 'turn', 0], ['method', 'method', 0], ['dropped', 'dropped', 0], ['summary', 'summary', 0]], knowledge_injected: [['items', 'items', 0], ['text', 'text', 0]], knowledge_degraded: [['error', 'error', 'ErrorInfo']], human_input: [['by', 'by', 0], ['kind', 'kind', 0], ['text', 'text', 0], ['intensity', 'intensity', 0]], consensus_check: [['scope', 'scope', 0], ['rule', 'rule', 'RuleConfig'], ['tally', 'tally', 'Tally'], ['outcome', 'outcome', 'Outcome']], analysis: [['kind', 'kind', 0], ['value', 'value', 0]], hollow_consensus: [['similarity', 'similarity', 0], ['quality', 'quality', 0], ['severity', 'severity', 0], ['detected', 'detected', 0]], trickster_intervention: [['kind', 'kind', 0], ['targets', 'targets', 0], ['text', 'text', 0], ['gaps', 'gaps', 0], ['priority', 'priority', 0]], breakpoint: [['id', 'id', 0], ['trigger', 'trigger', 0], ['snapshot', 'snapshot', 0], ['level', 'level', 0], ['deadlineMs', 'deadline_ms', 0]], breakpoint_resolved: [['id', 'id', 0], ['action', 'action', 0], ['guidance', 'guidance', 0], ['by', 'by', 0], ['timedOut', 'timed_out', 0]], budget_alert: [['scope', 'scope', 0], ['percent', 'percent', 0], ['spent', 'spent', 0], ['limit', 'limit', 0]], warning: [['code', 'code', 0], ['turn', 'turn', 0], ['detail', 'detail', 0]], fork_edit: [['edit', 'edit', 'Edit']], step_end: [['step', 'step', 0], ['why', 'why', 0], ['arrived', 'arrived', 0]], round_end: [['convergence', 'convergence', 'RoundConvergence'], ['leader', 'leader', 0], ['leaderValue', 'leader_value', 0], ['share', 'share', 0]], stop: [['cause', 'cause', 0], ['detail', 'detail', 0]], decision: [['decision', 'decision', 'Decision']], debate_end: [['status', 'status', 0], ['decisionDigest', 'decision_digest', 0]], debate_failed: [['error', 'error', 'ErrorInfo']], debate_cancelled: [['by', 'by', 0], ['reason', 'reason', 0]], token_start: [['turn', 'turn', 0]], token_delta: [['turn', 'turn', 0], ['text', 'text', 0]], token_reset: [['turn', 'turn', 0]], token_end: [['turn', 'turn', 0], ['chars', 'chars', 0]], agent_thinking: [['turn', 'turn', 0], ['text', 'text', 0]], agent_error: [['turn', 'turn', 0], ['code', 'code', 0], ['attempt', 'attempt', 0]], agent_retry: [['turn', 'turn', 0], ['attempt', 'attempt', 0], ['code', 'code', 0], ['delayMs', 'delay_ms', 0]], agent_fallback_triggered: [['turn', 'turn', 0], ['from', 'from', 0], ['to', 'to', 0], ['code', 'code', 0]], rate_limit_wait: [['provider', 'provider', 0], ['waitMs', 'wait_ms', 0]], breaker_opened: [['scope', 'scope', 0], ['name', 'name', 0], ['failures', 'failures', 0]], breaker_half_open: [['scope', 'scope', 0], ['name', 'name', 0], ['failures', 'failures', 0]], breaker_closed: [['scope', 'scope', 0], ['name', 'name', 0], ['failures', 'failures', 0]], heartbeat: [], lagged: [['from', 'from', 0], ['to', 'to', 0], ['dropped', 'dropped', 0]] } },
  Expect: { tag: null, cases: { text: [], json: { value: 'JsonShape' }, ballot: { value: 'BallotShape' } } },
  ExtractedAnswer: { record: [['raw', 'raw', 0], ['value', 'value', 0], ['extractor', 'extractor', 0]] },
  Extractor: { tag: 'name', cases: { structured: [['pointer', 'pointer', 0]], final_answer_line: [], answer_line: [], choice_paren: [['letters', 'letters', 0]], boxed: [], braces_number: [], float_token: [], last_number: [], hendrycks_math: [], whole: [], regex: [['pattern', 'pattern', 0], ['group', 'group', 0], ['last', 'last', 0], ['upper', 'upper', 0]] } },
  Frame: { record: [['limits', 'limits', 'Limits'], ['tier', 'tier', 0], ['tenant', 'tenant', 0], ['workspace', 'workspace', 0], ['topic', 'topic', 0], ['tags', 'tags', 0]] },
  GatePolicy: { tag: 'name', cases: { default: [], unanimous: [], confidence: [['min', 'min', 0]], off: [] } },
  Grace: { record: [['atLeastMs', 'at_least_ms', 0], ['elapsedThousandths', 'elapsed_thousandths', 0]] },
  HumanReply: { record: [['text', 'text', 0], ['structured', 'structured', 0]] },
  Intervention: { record: [['kind', 'kind', 0], ['round', 'round', 0], ['targets', 'targets', 0], ['text', 'text', 0], ['resolved', 'resolved', 0]] },
  Join: { tag: null, cases: { all: [], quorum: [['min', 'min', 0], ['grace', 'grace', 'Grace']], consensus: { value: 'RuleConfig' }, first: [] } },
  JsonShape: { record: [['name', 'name', 0], ['schema', 'schema', 0], ['strict', 'strict', 0]] },
  KeyAge: { record: [['key', 'key', 0], ['since', 'since', 'instantMs'], ['rotationDue', 'rotation_due', 0]] },
  KeyCensus: { record: [['rows', 'rows', 0], ['plain', 'plain', 0], ['backups', 'backups', 0], ['takenAt', 'taken_at', 'instantMs']] },
  Label: { record: [['label', 'label', 0], ['option', 'option', 0]] },
  LastError: { record: [['code', 'code', 0], ['at', 'at', 'instantMs']] },
  Layers: { record: [['bare', 'bare', 0], ['fallback', 'fallback', 0], ['repairs', 'repairs', 0], ['retries', 'retries', 0], ['retryFirstMs', 'retry_first_ms', 0], ['retryLongestMs', 'retry_longest_ms', 0], ['hedgeAfterMs', 'hedge_after_ms', 0], ['attemptLimitMs', 'attempt_limit_ms', 0], ['requestsPerMinute', 'requests_per_minute', 0], ['tokensPerMinute', 'tokens_per_minute', 0], ['longestWaitMs', 'longest_wait_ms', 0], ['inFlight', 'in_flight', 0], ['queue', 'queue', 0], ['breakerFailures', 'breaker_failures', 0], ['breakerWindowMs', 'breaker_window_ms', 0], ['breakerOpenForMs', 'breaker_open_for_ms', 0], ['budgets', 'budgets', ['list', 'Budget']], ['cache', 'cache', 'ReplyCache']] },
  Layout: { tag: null, cases: { shared: [], preset: { value: 'Preset' } } },
  Limits: { record: [['rounds', 'rounds', 0], ['deadlineMs', 'deadline_ms', 0], ['turnTimeoutMs', 'turn_timeout_ms', 0], ['calls', 'calls', 0], ['inputTokens', 'input_tokens', 0], ['outputTokens', 'output_tokens', 0], ['costMicros', 'cost_micros', 0], ['maxOutputTokens', 'max_output_tokens', 0], ['maxParallel', 'max_parallel', 0]] },
  Message: { record: [['id', 'id', 0], ['author', 'author', 'Author'], ['text', 'text', 0], ['visibility', 'visibility', 'Visibility'], ['cachePoint', 'cache_point', 0]] },
  ModelCaps: { record: [['context', 'context', 0], ['maxOutput', 'max_output', 0], ['jsonSchema', 'json_schema', 0], ['forcedTool', 'forced_tool', 0], ['temperature', 'temperature', 0], ['efforts', 'efforts', 0], ['thinkingBudget', 'thinking_budget', 0], ['systemRole', 'system_role', 0], ['maxTokensKey', 'max_tokens_key', 0]] },
  OptionSpec: { record: [['id', 'id', 0], ['text', 'text', 0]] },
  OptionView: { record: [['id', 'id', 0], ['label', 'label', 0], ['value', 'value', 0], ['text', 'text', 0], ['authors', 'authors', 0], ['shown', 'shown', 0, 1], ['messages', 'messages', 0]] },
  Orders: { record: [['asked', 'asked', 0], ['shown', 'shown', 0]] },
  Outcome: { tag: null, cases: { decided: [], tie: { value: 0 }, not_reached: [], no_quorum: [], no_evidence: [], not_sought: [] } },
  Parent: { record: [['debate', 'debate', 0], ['seq', 'seq', 0]] },
  ParseWarning: { record: [['code', 'code', 0], ['detail', 'detail', 0]] },
  ParsedBallot: { record: [['ballot', 'ballot', 'Ballot'], ['confidence', 'confidence', 0, 1], ['reason', 'reason', 0, 1], ['goOn', 'continue', 0, 1], ['ready', 'ready', 0, 1], ['partial', 'partial', 0], ['respondsTo', 'responds_to', 0], ['probabilities', 'probabilities', 0], ['warnings', 'warnings', ['list', 'ParseWarning']]] },
  ParsedCritique: { record: [['target', 'target', 0, 1], ['issues', 'issues', 0], ['suggestions', 'suggestions', 0], ['severity', 'severity', 0, 1], ['reasoning', 'reasoning', 0], ['warnings', 'warnings', ['list', 'ParseWarning']]] },
  Pause: { record: [['id', 'id', 0], ['trigger', 'trigger', 0], ['snapshot', 'snapshot', 0], ['level', 'level', 0], ['waitMs', 'wait_ms', 0]] },
  PendingState: { tag: 'name', cases: { pending: [], answered: [['reply', 'reply', 'HumanReply'], ['by', 'by', 0], ['at', 'at', 'instantMs']], declined: [['reason', 'reason', 0], ['by', 'by', 0], ['at', 'at', 'instantMs']], expired: [], cancelled: [] } },
  PendingTurn: { record: [['id', 'id', 0], ['agent', 'agent', 0], ['digest', 'digest', 0], ['debate', 'debate', 0], ['round', 'round', 0], ['phase', 'phase', 0], ['role', 'role', 0], ['persona', 'persona', 'Persona'], ['system', 'system', 0], ['messages', 'messages', ['list', 'SeenMessage']], ['expect', 'expect', 'Expect'], ['askedAt', 'asked_at', 'instantMs'], ['deadline', 'deadline', 'instantMs'], ['state', 'state', 'PendingState']] },
  PendingTurns: { record: [['turns', 'turns', ['list', 'PendingTurn']], ['more', 'more', 0]] },
  Persona: { record: [['name', 'name', 0], ['stance', 'stance', 0], ['instructions', 'instructions', 0]] },
  PlannedAsk: { record: [['turn', 'turn', 0], ['seat', 'seat', 0], ['role', 'role', 0], ['promptDigest', 'prompt_digest', 0], ['shown', 'shown', 0], ['labels', 'labels', 0], ['expect', 'expect', 'Expect'], ['maxOutputTokens', 'max_output_tokens', 0], ['deadlineMs', 'deadline_ms', 0], ['reserve', 'reserve', 'Reserve']] },
  PlannedCalls: { record: [['constant', 'constant', 0], ['perSeat', 'per_seat', 0], ['perSeatRound', 'per_seat_round', 0]] },
  Position: { record: [['seat', 'seat', 0], ['kind', 'kind', 'PositionKind'], ['message', 'message', 0, 1], ['round', 'round', 0], ['confidence', 'confidence', 0, 1], ['arrival', 'arrival', 0], ['newest', 'newest', 0]] },
  PositionKind: { tag: null, cases: { answer: { value: 0 }, abstain: [], invalid: { value: 0 }, missing: [] } },
  Preset: { record: [['system', 'system', 0], ['first', 'first', 0], ['prefix', 'prefix', 0], ['each', 'each', 0], ['suffix', 'suffix', 0], ['extractor', 'extractor', 0]] },
  PriceRow: { record: [['provider', 'provider', 0], ['model', 'model', 0], ['input', 'input', 0], ['output', 'output', 0], ['cacheRead', 'cache_read', 0], ['cacheWrite', 'cache_write', 0], ['serviceTier', 'service_tier', 0], ['from', 'from', 'instantMs'], ['until', 'until', 'instantMs']] },
  PriceTable: { record: [['version', 'version', 0], ['rows', 'rows', ['list', 'PriceRow']]] },
  Prompt: { record: [['system', 'system', 0], ['messages', 'messages', ['list', 'Message']]] },
  ProtocolDocument: { record: [['participant', 'participant', 0], ['name', 'name', 0], ['version', 'version', 0], ['params', 'params', 0], ['minSeats', 'min_seats', 0], ['maxSeats', 'max_seats', 0], ['plannedCalls', 'planned_calls', 'PlannedCalls'], ['members', 'members', 0]] },
  ProtocolRef: { record: [['name', 'name', 0], ['version', 'version', 0], ['params', 'params', 0], ['plannedCalls', 'planned_calls', 0]] },
  ProviderDocument: { record: [['provider', 'provider', 0], ['model', 'model', 0], ['id', 'id', 0], ['wire', 'wire', 0], ['baseUrl', 'base_url', 0], ['path', 'path', 0], ['headers', 'headers', 0], ['query', 'query', 0], ['organization', 'organization', 0], ['project', 'project', 0], ['appName', 'app_name', 0], ['appUrl', 'app_url', 0], ['timeouts', 'timeouts', 'TimeoutsDocument'], ['stream', 'stream', 0], ['allowInsecureHttp', 'allow_insecure_http', 0], ['strictKnobs', 'strict_knobs', 0], ['caps', 'caps', 'ModelCaps'], ['structured', 'structured', 0], ['forwardMetadata', 'forward_metadata', 0], ['captureRaw', 'capture_raw', 0], ['free', 'free', 0], ['extra', 'extra', 0], ['family', 'family', 0], ['version', 'version', 0]] },
  ProviderReport: { record: [['providers', 'providers', ['list', 'ProviderStatus']], ['warnings', 'warnings', 0]] },
  ProviderStatus: { record: [['provider', 'provider', 0], ['configured', 'configured', 0], ['reason', 'reason', 0], ['defaultModel', 'default_model', 0]] },
  PrunePlan: { record: [['preset', 'preset', 'RetentionPreset'], ['now', 'now', 'instantMs'], ['remove', 'remove', 0], ['keep', 'keep', 0], ['hash', 'hash', 0]] },
  Question: { record: [['text', 'text', 0], ['context', 'context', 0], ['options', 'options', ['list', 'OptionSpec']], ['format', 'format', 'AnswerFormat'], ['documents', 'documents', ['list', 'Document']]] },
  Quorum: { record: [['eligible', 'eligible', 0], ['needed', 'needed', 0], ['present', 'present', 0], ['met', 'met', 0]] },
  QuorumRule: { tag: null, cases: { half: [], count: { value: 0 }, fraction: { value: 0 } } },
  RateLimitSnapshot: { record: [['target', 'target', 0], ['origin', 'origin', 0], ['requestsPerMinute', 'requests_per_minute', 0], ['tokensPerMinute', 'tokens_per_minute', 0], ['mostInFlight', 'most_in_flight', 0], ['inFlight', 'in_flight', 0], ['queued', 'queued', 0], ['pausedMs', 'paused_ms', 0], ['retriesLeft', 'retries_left', 0], ['stated', 'stated', ['list', 'StatedLimit']], ['statedAt', 'stated_at', 'instantMs']] },
  ReencryptCounts: { record: [['migrated', 'migrated', 0], ['skipped', 'skipped', 0], ['failed', 'failed', 0]] },
  ReencryptFailure: { record: [['tenant', 'tenant', 0], ['store', 'store', 0], ['row', 'row', 0], ['code', 'code', 0], ['reason', 'reason', 0]] },
  ReencryptProgress: { record: [['tenant', 'tenant', 0], ['store', 'store', 0], ['target', 'target', 0], ['counts', 'counts', 'ReencryptCounts'], ['finishedAt', 'finished_at', 'instantMs']] },
  ReencryptReport: { record: [['perStore', 'per_store', ['map', 'ReencryptCounts']], ['keysSeen', 'keys_seen', 0], ['failures', 'failures', ['list', 'ReencryptFailure']], ['complete', 'complete', 0]] },
  Refusal: { record: [['text', 'text', 0], ['category', 'category', 0]] },
  ReplayReport: { record: [['matches', 'matches', 0], ['records', 'records', 0], ['difference', 'difference', 'Difference'], ['decision', 'decision', 'Decision']] },
  ReplyCache: { record: [['ttlMs', 'ttl_ms', 0], ['always', 'always', 0]] },
  ReplyWarning: { record: [['code', 'code', 0], ['detail', 'detail', 0]] },
  Report: { record: [['kind', 'kind', 0], ['value', 'value', 0]] },
  Reputation: { record: [['elo', 'elo', 0], ['calibration', 'calibration', 0]] },
  RequestMessage: { record: [['id', 'id', 0], ['author', 'author', 'Author'], ['text', 'text', 0], ['visibility', 'visibility', 'Visibility'], ['cachePoint', 'cache_point', 0]] },
  Reserve: { record: [['tokensIn', 'tokens_in', 0], ['tokensOut', 'tokens_out', 0], ['micros', 'micros', 0]] },
  RestoreReport: { record: [['backup', 'backup', 0], ['chain', 'chain', 0], ['restoredTo', 'restored_to', 'instantMs'], ['gapMs', 'gap_ms', 0], ['tables', 'tables', ['map', 'TableCount']], ['checks', 'checks', 0]] },
  RetentionPreset: { tag: null, cases: { runbook: [], deployment: [], custom: [['increments', 'increments', 0], ['daily', 'daily', 0], ['weekly', 'weekly', 0]] } },
  RoundConvergence: { record: [['agreement', 'agreement', 0], ['stability', 'stability', 0], ['position', 'position', 0]] },
  RoundView: { record: [['round', 'round', 0], ['sees', 'sees', 0], ['roles', 'roles', 0], ['stances', 'stances', 0]] },
  Row: { record: [['option', 'option', 0], ['votes', 'votes', 0], ['weight', 'weight', 0], ['extra', 'extra', 0]] },
  RuleConfig: { record: [['rule', 'rule', 'RuleKind'], ['quorum', 'quorum', 'QuorumRule'], ['ties', 'ties', 'TieBreak'], ['basis', 'basis', 0], ['selfVote', 'self_vote', 0]] },
  RuleKind: { tag: 'name', cases: { plurality: [], majority: [], supermajority: [['share', 'share', 0]], threshold: [['share', 'share', 0], ['strict', 'strict', 0]], count_above_floor: [['share', 'share', 0]], unanimity: [['ignoreAbstain', 'ignore_abstain', 0]], confidence_weighted: [['curve', 'curve', 0]], reputation_weighted: [], hybrid: [['rules', 'rules', ['list', 'RuleKind']]], none: [], custom: [['rule', 'rule', 0]] } },
  RuleUsed: { record: [['name', 'name', 0], ['config', 'config', 'RuleConfig']] },
  Sampling: { record: [['temperature', 'temperature', 0], ['topP', 'top_p', 0], ['maxOutputTokens', 'max_output_tokens', 0], ['stop', 'stop', 0], ['seed', 'seed', 0], ['effort', 'effort', 0], ['serviceTier', 'service_tier', 0], ['promptCache', 'prompt_cache', 0]] },
  ScriptDocument: { record: [['phase', 'phase', 0], ['say', 'say', 0], ['reply', 'reply', 'AgentReply'], ['json', 'json', 0], ['ballot', 'ballot', 'Ballot'], ['confidence', 'confidence', 0], ['reason', 'reason', 0], ['fail', 'fail', 0], ['retryAfterMs', 'retry_after_ms', 0], ['sleepMs', 'sleep_ms', 0], ['hang', 'hang', 0], ['stream', 'stream', 0]] },
  SeatDocument: { record: [['agent', 'agent', 'AgentDocument'], ['role', 'role', 0], ['persona', 'persona', 'Persona'], ['weight', 'weight', 0], ['votes', 'votes', 0], ['judges', 'judges', 0], ['reputation', 'reputation', 'Reputation'], ['layers', 'layers', 'Layers'], ['standIns', 'stand_ins', ['list', 'AgentDocument']]] },
  SeatPrice: { record: [['input', 'input', 0], ['output', 'output', 0]] },
  SeatView: { record: [['id', 'id', 0], ['kind', 'kind', 0], ['provider', 'provider', 0], ['model', 'model', 0], ['family', 'family', 0], ['version', 'version', 0], ['contextTokens', 'context_tokens', 0], ['price', 'price', 'SeatPrice'], ['role', 'role', 0], ['persona', 'persona', 'Persona'], ['weight', 'weight', 0], ['votes', 'votes', 0], ['judges', 'judges', 0], ['reputation', 'reputation', 'Reputation']] },
  SeenMessage: { record: [['author', 'author', 'Author'], ['text', 'text', 0]] },
  Sequential: { record: [['full', 'full', 0], ['rotate', 'rotate', 0]] },
  Served: { tag: null, cases: { live: [], cache: [], recorded: [], fallback: [['from', 'from', 0]] } },
  ShutdownReport: { record: [['finished', 'finished', 0], ['stopped', 'stopped', 0]] },
  Signals: { record: [['confidence', 'confidence', 0, 1], ['goOn', 'continue', 0, 1], ['ready', 'ready', 0, 1], ['respondsTo', 'responds_to', 0], ['warnings', 'warnings', ['list', 'ParseWarning']]] },
  SigningRequest: { record: [['method', 'method', 0], ['url', 'url', 0], ['body', 'body', 0], ['refresh', 'refresh', 0]] },
  Simultaneous: { record: [['sequentialVisibility', 'sequential_visibility', 0], ['layout', 'layout', 'Layout']] },
  Spent: { record: [['total', 'total', 'UsageTotals'], ['bySeat', 'by_seat', ['map', 'UsageTotals']], ['calls', 'calls', 0], ['failed', 'failed', 0], ['hedged', 'hedged', 0], ['inherited', 'inherited', 'UsageTotals', 1]] },
  StatedLimit: { record: [['name', 'name', 0], ['limit', 'limit', 0], ['remaining', 'remaining', 0], ['resetMs', 'reset_ms', 0]] },
  Step: { tag: null, cases: { ask: { value: 'AskStep' }, analyse: { value: 0 }, pause: { value: 'Pause' }, finish: { value: 'Stop' } } },
  StepView: { record: [['step', 'step', 0], ['round', 'round', 0], ['phase', 'phase', 0], ['join', 'join', 'Join'], ['order', 'order', 0], ['min', 'min', 0], ['retryOf', 'retry_of', 0, 1], ['asks', 'asks', ['list', 'PlannedAsk']], ['arrived', 'arrived', 0], ['end', 'end', 0, 1], ['began', 'began', 'instantMs']] },
  Stop: { record: [['cause', 'cause', 0], ['round', 'round', 0], ['detail', 'detail', 0]] },
  StopReason: { tag: null, cases: { end: [], length: [], stop_sequence: [], tool_calls: [], refusal: [], content_filter: [], pause: [], other: { value: 0 } } },
  TableCount: { record: [['rows', 'rows', 0], ['removed', 'removed', 0]] },
  Tally: { record: [['rule', 'rule', 0], ['rows', 'rows', ['list', 'Row']], ['counted', 'counted', 0], ['electorate', 'electorate', 0], ['quorum', 'quorum', 'Quorum'], ['test', 'test', 'Test'], ['winners', 'winners', 0], ['outcome', 'outcome', 'Outcome'], ['tieBreak', 'tie_break', 'TieUse'], ['trace', 'trace', ['list', 'TraceLine']]] },
  TargetHealth: { record: [['target', 'target', 0], ['origin', 'origin', 0], ['state', 'state', 0], ['available', 'available', 0], ['lastSuccess', 'last_success', 'instantMs'], ['lastError', 'last_error', 'LastError'], ['windowSeconds', 'window_seconds', 0], ['calls', 'calls', 0], ['errors', 'errors', 0], ['missed', 'missed', 0], ['p50Ms', 'p50_ms', 0], ['p95Ms', 'p95_ms', 0], ['inFlight', 'in_flight', 0], ['queued', 'queued', 0], ['stated', 'stated', ['list', 'StatedLimit']]] },
  Test: { record: [['op', 'op', 0], ['share', 'share', 0], ['basis', 'basis', 0], ['part', 'part', 0], ['whole', 'whole', 0], ['passed', 'passed', 0]] },
  TieBreak: { tag: null, cases: { none: [], first_seen: [], roster: [], seeded: [], seat: { value: 0 } } },
  TieUse: { record: [['tied', 'tied', 0], ['by', 'by', 'TieBreak'], ['chosen', 'chosen', 0]] },
  TimeoutsDocument: { record: [['headersMs', 'headers_ms', 0], ['idleMs', 'idle_ms', 0], ['totalMs', 'total_ms', 0]] },
  ToolCall: { record: [['id', 'id', 0], ['name', 'name', 0], ['arguments', 'arguments', 0], ['raw', 'raw', 0]] },
  Topology: { tag: 'name', cases: { all_to_all: [], ring: [['directed', 'directed', 0]], star: [['hub', 'hub', 0]], sparse: [['sparsity', 'sparsity', 0]], round_robin: [], custom: [['matrix', 'matrix', 0]] } },
  TraceLine: { record: [['stage', 'stage', 0], ['note', 'note', 0]] },
  TranscriptMessage: { record: [['id', 'id', 0], ['author', 'author', 'Author'], ['seat', 'seat', 0, 1], ['turn', 'turn', 0, 1], ['step', 'step', 0, 1], ['phase', 'phase', 0, 1], ['kind', 'kind', 0], ['round', 'round', 0], ['text', 'text', 0], ['visibility', 'visibility', 'Visibility'], ['structured', 'structured', 0], ['stop', 'stop', 'StopReason'], ['refusal', 'refusal', 'Refusal', 1], ['answer', 'answer', 'ExtractedAnswer', 1], ['confidence', 'confidence', 0, 1], ['goOn', 'go_on', 0, 1], ['ready', 'ready', 0, 1], ['arrival', 'arrival', 0], ['edited', 'edited', 0]] },
  TurnView: { record: [['id', 'id', 0], ['seat', 'seat', 0], ['phase', 'phase', 0], ['round', 'round', 0], ['step', 'step', 0], ['state', 'state', 0], ['error', 'error', 'ErrorInfo', 1], ['message', 'message', 0, 1], ['attempts', 'attempts', 0], ['askedBefore', 'asked_before', 0], ['tokens', 'tokens', 0], ['micros', 'micros', 0]] },
  Unpriced: { tag: null, cases: { refuse: [], allow: [], assume: [['input', 'input', 0], ['output', 'output', 0]] } },
  Usage: { record: [['inputTotal', 'input_total', 0], ['outputTotal', 'output_total', 0], ['cacheRead', 'cache_read', 0], ['cacheWrite', 'cache_write', 0], ['reasoning', 'reasoning', 0]] },
  UsageTotals: { record: [['input', 'input', 0], ['output', 'output', 0], ['cacheRead', 'cache_read', 0], ['cacheWrite', 'cache_write', 0], ['reasoning', 'reasoning', 0], ['micros', 'micros', 0], ['complete', 'complete', 0]] },
  Visibility: { tag: null, cases: { all: [], only: { value: 0 }, except: { value: 0 } } },
  VoteOnly: { record: [['answer', 'answer', 'Answer'], ['outcome', 'outcome', 'Outcome'], ['tally', 'tally', 'Tally'], ['sameAsDecision', 'same_as_decision', 0], ['complete', 'complete', 0], ['calls', 'calls', 0], ['tokens', 'tokens', 0], ['micros', 'micros', 0]] },
  VoteOnlyProtocol: { record: [['samples', 'samples', 0], ['ballots', 'ballots', 0]] },
  VoteRecord: { record: [['voter', 'voter', 0], ['status', 'status', 0], ['ballot', 'ballot', 'Ballot'], ['confidence', 'confidence', 0], ['weight', 'weight', 0], ['reason', 'reason', 0], ['selfVote', 'self_vote', 0], ['round', 'round', 0]] },
  VoteView: { record: [['step', 'step', 0, 1], ['round', 'round', 0], ['voter', 'voter', 0], ['status', 'status', 0], ['ballot', 'ballot', 'Ballot', 1], ['confidence', 'confidence', 0, 1], ['reason', 'reason', 0, 1], ['selfVote', 'self_vote', 0], ['arrival', 'arrival', 0], ['userIntensity', 'user_intensity', 0, 1]] },
}
