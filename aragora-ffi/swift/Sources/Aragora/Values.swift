// Rendered from the core's types by `cargo xtask faces`; do not edit.

import Foundation

/// What kind of participant answers.
public enum AgentKind: String, Hashable, CaseIterable, AragoraDocument {
    /// A language model.
    case model
    /// A person.
    case human
    /// A function of the host.
    case function
    /// A script with fixed replies.
    case scripted
    /// The styled demo without network.
    case demo
    /// A recording.
    case recorded
    /// An object of another language.
    case foreign
}

/// What an agent answers.
public struct AgentReply: Hashable, AragoraDocument {
    /// The text; may be empty where `structured` says it all.
    public var text: String?
    /// The structured value, where one was asked for.
    public var structured: JSONValue?
    /// What a model thought, where it shows it.
    public var reasoning: String?
    /// Tools a model asked for; they are recorded, never run.
    public var toolCalls: [ToolCall]?
    /// A refusal.
    public var refusal: Refusal?
    /// Why the text ends, default `end`.
    public var stop: StopReason?
    /// Tokens used.
    public var usage: Usage?
    /// Cost in micro-dollars, where it is known.
    public var costMicros: Int64?
    /// Who served it.
    public var provider: String?
    /// The model that answered.
    public var model: String?
    /// The provider's id of the response.
    public var responseId: String?
    /// What a reader should know.
    public var warnings: [ReplyWarning]?

    public init(
        text: String? = nil,
        structured: JSONValue? = nil,
        reasoning: String? = nil,
        toolCalls: [ToolCall]? = nil,
        refusal: Refusal? = nil,
        stop: StopReason? = nil,
        usage: Usage? = nil,
        costMicros: Int64? = nil,
        provider: String? = nil,
        model: String? = nil,
        responseId: String? = nil,
        warnings: [ReplyWarning]? = nil
    ) {
        self.text = text
        self.structured = structured
        self.reasoning = reasoning
        self.toolCalls = toolCalls
        self.refusal = refusal
        self.stop = stop
        self.usage = usage
        self.costMicros = costMicros
        self.provider = provider
        self.model = model
        self.responseId = responseId
        self.warnings = warnings
    }

    private enum CodingKeys: String, CodingKey {
        case text
        case structured
        case reasoning
        case toolCalls = "tool_calls"
        case refusal
        case stop
        case usage
        case costMicros = "cost_micros"
        case provider
        case model
        case responseId = "response_id"
        case warnings
    }
}

/// Which figure an analysis holds.
public enum AnalysisKind: String, Hashable, CaseIterable, AragoraDocument {
    /// Agreement, stability and position.
    case convergence
    /// Evidence quality.
    case evidence
    /// Gaps and contradictions between proposals.
    case cross
    /// Claims and relations.
    case claims
    /// Cruxes.
    case cruxes
    /// Contribution of each seat.
    case contribution
    /// Signs of bias.
    case bias
    /// Diversity of the seats.
    case diversity
    /// The stability test.
    case stability
    /// Verdicts of a comparator with I/O, so that grouping needs no call when folding.
    case equivalence
}

/// The answer of a decision.
public struct Answer: Hashable, AragoraDocument {
    /// The option it won as.
    public let option: String
    /// The value that was compared, e.g. `42`, or a stated option's id.
    public let value: String
    /// The whole text it came from, or a stated option's text.
    public let text: String
    /// Who gave it first; absent for stated options.
    public let author: String?
    /// A synthesis made of it, beside the original.
    public let synthesis: String?

    private enum CodingKeys: String, CodingKey {
        case option
        case value
        case text
        case author
        case synthesis
    }
}

/// How an answer is taken from a reply, and when two answers are the same.
public struct AnswerFormat: Hashable, AragoraDocument {
    /// Tried in order, the first hit wins. Empty: the whole trimmed reply is the answer.
    public var extract: [Extractor]?
    /// When two answers are the same.
    public var equal: Equivalence?
    /// What becomes of a reply without an answer.
    public var unparsed: UnparsedPolicy?

    public init(
        extract: [Extractor]? = nil,
        equal: Equivalence? = nil,
        unparsed: UnparsedPolicy? = nil
    ) {
        self.extract = extract
        self.equal = equal
        self.unparsed = unparsed
    }

    private enum CodingKeys: String, CodingKey {
        case extract
        case equal
        case unparsed
    }
}

/// One turn to ask.
public struct Ask: Hashable, AragoraDocument {
    /// The turn.
    public var turn: String
    /// The seat.
    public var seat: String
    /// Its part in this turn.
    public var role: Role
    /// What it is asked.
    public var prompt: Prompt
    /// The messages shown, in the order shown.
    public var shown: [String]
    /// Labels of this voter, where they differ by voter.
    public var labels: [String: String]?
    /// What must be returned.
    public var expect: Expect
    /// Output limit.
    public var maxOutputTokens: Int64
    /// Time limit; absent means the debate's turn timeout.
    public var deadline: Duration?
    /// What was left out of the prompt to make it fit.
    public var reduced: [ContextReduced]?
    /// Whether the prompt still does not fit the model's window; the turn then fails without a call.
    public var tooLong: Bool?
    /// Notes about the prompt, recorded as warnings.
    public var notes: [String]?

    public init(
        turn: String,
        seat: String,
        role: Role,
        prompt: Prompt,
        shown: [String],
        labels: [String: String]? = nil,
        expect: Expect,
        maxOutputTokens: Int64,
        deadline: Duration? = nil,
        reduced: [ContextReduced]? = nil,
        tooLong: Bool? = nil,
        notes: [String]? = nil
    ) {
        self.turn = turn
        self.seat = seat
        self.role = role
        self.prompt = prompt
        self.shown = shown
        self.labels = labels
        self.expect = expect
        self.maxOutputTokens = maxOutputTokens
        self.deadline = deadline
        self.reduced = reduced
        self.tooLong = tooLong
        self.notes = notes
    }

    private enum CodingKeys: String, CodingKey {
        case turn
        case seat
        case role
        case prompt
        case shown
        case labels
        case expect
        case maxOutputTokens = "max_output_tokens"
        case deadline = "deadline_ms"
        case reduced
        case tooLong = "too_long"
        case notes
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        turn = try keyed.decode(String.self, forKey: .turn)
        seat = try keyed.decode(String.self, forKey: .seat)
        role = try keyed.decode(Role.self, forKey: .role)
        prompt = try keyed.decode(Prompt.self, forKey: .prompt)
        shown = try keyed.decode([String].self, forKey: .shown)
        labels = try keyed.decodeIfPresent([String: String].self, forKey: .labels)
        expect = try keyed.decode(Expect.self, forKey: .expect)
        maxOutputTokens = try keyed.decode(Int64.self, forKey: .maxOutputTokens)
        deadline = try keyed.decodeIfPresent(WireMillis.self, forKey: .deadline)?.duration
        reduced = try keyed.decodeIfPresent([ContextReduced].self, forKey: .reduced)
        tooLong = try keyed.decodeIfPresent(Bool.self, forKey: .tooLong)
        notes = try keyed.decodeIfPresent([String].self, forKey: .notes)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(turn, forKey: .turn)
        try keyed.encode(seat, forKey: .seat)
        try keyed.encode(role, forKey: .role)
        try keyed.encode(prompt, forKey: .prompt)
        try keyed.encode(shown, forKey: .shown)
        try keyed.encodeIfPresent(labels, forKey: .labels)
        try keyed.encode(expect, forKey: .expect)
        try keyed.encode(maxOutputTokens, forKey: .maxOutputTokens)
        try keyed.encodeIfPresent(deadline.map(WireMillis.init), forKey: .deadline)
        try keyed.encodeIfPresent(reduced, forKey: .reduced)
        try keyed.encodeIfPresent(tooLong, forKey: .tooLong)
        try keyed.encodeIfPresent(notes, forKey: .notes)
    }
}

/// An order of seats.
public enum AskOrder: Hashable, AragoraDocument {
    /// Roster order; the default.
    case index
    /// By the debate's seed, anew each round and, when showing, for each seat.
    case shuffled
    /// As given.
    case explicit(Orders)

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "index": self = .index
            case "shuffled": self = .shuffled
            default: throw Unknown.word(word, of: "AskOrder", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "explicit":
            self = .explicit(try cases.decode(Orders.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "AskOrder", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .index:
            var single = encoder.singleValueContainer()
            try single.encode("index")
        case .shuffled:
            var single = encoder.singleValueContainer()
            try single.encode("shuffled")
        case .explicit(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("explicit"))
        }
    }
}

/// One set of turns.
public struct AskStep: Hashable, AragoraDocument {
    /// What is asked for.
    public var phase: Phase
    /// The round, the current one or the next.
    public var round: Int64
    /// The turns.
    public var asks: [Ask]
    /// All at once or one after the other.
    public var order: Order
    /// When the step ends.
    public var join: Join
    /// Usable replies it needs; never more than there are asks.
    public var min: Int64

    public init(
        phase: Phase,
        round: Int64,
        asks: [Ask],
        order: Order,
        join: Join,
        min: Int64
    ) {
        self.phase = phase
        self.round = round
        self.asks = asks
        self.order = order
        self.join = join
        self.min = min
    }

    private enum CodingKeys: String, CodingKey {
        case phase
        case round
        case asks
        case order
        case join
        case min
    }
}

/// How an attempt ended.
public enum AttemptOutcome: String, Hashable, CaseIterable, AragoraDocument {
    /// With a reply.
    case ok
    /// With an error.
    case failed
    /// It was cancelled or dropped.
    case cancelled
}

/// Who said something.
public enum Author: Hashable, AragoraDocument {
    /// A participant.
    case agent(String)
    /// A person who is not a participant.
    case human(String)
    /// The library, speaking for the protocol.
    case moderator

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "moderator": self = .moderator
            default: throw Unknown.word(word, of: "Author", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "agent":
            self = .agent(try cases.decode(String.self, forKey: key))
        case "human":
            self = .human(try cases.decode(String.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "Author", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .agent(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("agent"))
        case .human(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("human"))
        case .moderator:
            var single = encoder.singleValueContainer()
            try single.encode("moderator")
        }
    }
}

/// What is known of a backup.
public struct BackupFacts: Hashable, AragoraDocument {
    /// Its id.
    public let id: String
    /// The one it goes on from.
    public let parent: String?
    /// When it ended.
    public let endedAt: Date
    /// Whether it was read back.
    public let verified: Bool

    private enum CodingKeys: String, CodingKey {
        case id
        case parent
        case endedAt = "ended_at"
        case verified
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        id = try keyed.decode(String.self, forKey: .id)
        parent = try keyed.decodeIfPresent(String.self, forKey: .parent)
        endedAt = try keyed.decode(WireDate.self, forKey: .endedAt).date
        verified = try keyed.decode(Bool.self, forKey: .verified)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(id, forKey: .id)
        try keyed.encodeIfPresent(parent, forKey: .parent)
        try keyed.encode(WireDate(endedAt), forKey: .endedAt)
        try keyed.encode(verified, forKey: .verified)
    }
}

/// What reading a backup back showed. Damage is an error and not in here.
public struct BackupVerifyReport: Hashable, AragoraDocument {
    /// The backup.
    public let backup: String
    /// Its chain, the full backup first.
    public let chain: [String]
    /// Rows of the restored copy by table.
    public let tables: [String: TableCount]
    /// Names of the checks that held in the copy.
    public let checks: [String]
    /// When this was.
    public let verifiedAt: Date

    private enum CodingKeys: String, CodingKey {
        case backup
        case chain
        case tables
        case checks
        case verifiedAt = "verified_at"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        backup = try keyed.decode(String.self, forKey: .backup)
        chain = try keyed.decode([String].self, forKey: .chain)
        tables = try keyed.decode([String: TableCount].self, forKey: .tables)
        checks = try keyed.decode([String].self, forKey: .checks)
        verifiedAt = try keyed.decode(WireDate.self, forKey: .verifiedAt).date
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(backup, forKey: .backup)
        try keyed.encode(chain, forKey: .chain)
        try keyed.encode(tables, forKey: .tables)
        try keyed.encode(checks, forKey: .checks)
        try keyed.encode(WireDate(verifiedAt), forKey: .verifiedAt)
    }
}

/// What one voter said. Nothing unparsable, refused, failed or late is ever a choice.
public enum Ballot: Hashable, AragoraDocument {
    /// One option.
    case choice(String)
    /// Options best first; an inner list holds options tied with each other. Unlisted options tie for last.
    case ranking([[String]])
    /// The approved options; empty approves nobody and is not an abstention.
    case approval([String])
    /// A score per option.
    case scores([String: Int64])
    /// Points per option.
    case points([String: Int64])
    /// The voter takes part in the quorum and chooses nothing.
    case abstain(reason: String)
    /// Not a ballot; counted nowhere.
    case invalid(raw: String, why: InvalidWhy)

    private enum AbstainKeys: String, CodingKey {
        case reason
    }

    private enum InvalidKeys: String, CodingKey {
        case raw
        case why
    }

    public init(from decoder: any Decoder) throws {
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "choice":
            self = .choice(try cases.decode(String.self, forKey: key))
        case "ranking":
            self = .ranking(try cases.decode([[String]].self, forKey: key))
        case "approval":
            self = .approval(try cases.decode([String].self, forKey: key))
        case "scores":
            self = .scores(try cases.decode([String: Int64].self, forKey: key))
        case "points":
            self = .points(try cases.decode([String: Int64].self, forKey: key))
        case "abstain":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: AbstainKeys.self)
            self = .abstain(
                reason: try keyed.decode(String.self, forKey: .reason))
        case "invalid":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: InvalidKeys.self)
            self = .invalid(
                raw: try keyed.decode(String.self, forKey: .raw),
                why: try keyed.decode(InvalidWhy.self, forKey: .why))
        default: throw Unknown.word(key.stringValue, of: "Ballot", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .choice(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("choice"))
        case .ranking(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("ranking"))
        case .approval(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("approval"))
        case .scores(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("scores"))
        case .points(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("points"))
        case .abstain(let reason):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("abstain"))
            var keyed = encoder.container(keyedBy: AbstainKeys.self)
            try keyed.encode(reason, forKey: .reason)
        case .invalid(let raw, let why):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("invalid"))
            var keyed = encoder.container(keyedBy: InvalidKeys.self)
            try keyed.encode(raw, forKey: .raw)
            try keyed.encode(why, forKey: .why)
        }
    }
}

/// The kind of ballot a rule counts.
public enum BallotKind: Hashable, AragoraDocument {
    /// One option.
    case choice
    /// An order of the options.
    case ranking
    /// A set of options.
    case approval
    /// A number per option inside this range.
    case scores(lo: Int64, hi: Int64)
    /// Whole points per option.
    case points(total: Int64)
    /// A judge's verdict: an option or a tie, with probabilities.
    case verdict

    private enum ScoresKeys: String, CodingKey {
        case lo
        case hi
    }

    private enum PointsKeys: String, CodingKey {
        case total
    }

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "choice": self = .choice
            case "ranking": self = .ranking
            case "approval": self = .approval
            case "verdict": self = .verdict
            default: throw Unknown.word(word, of: "BallotKind", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "scores":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: ScoresKeys.self)
            self = .scores(
                lo: try keyed.decode(Int64.self, forKey: .lo),
                hi: try keyed.decode(Int64.self, forKey: .hi))
        case "points":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: PointsKeys.self)
            self = .points(
                total: try keyed.decode(Int64.self, forKey: .total))
        default: throw Unknown.word(key.stringValue, of: "BallotKind", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .choice:
            var single = encoder.singleValueContainer()
            try single.encode("choice")
        case .ranking:
            var single = encoder.singleValueContainer()
            try single.encode("ranking")
        case .approval:
            var single = encoder.singleValueContainer()
            try single.encode("approval")
        case .scores(let lo, let hi):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("scores"))
            var keyed = encoder.container(keyedBy: ScoresKeys.self)
            try keyed.encode(lo, forKey: .lo)
            try keyed.encode(hi, forKey: .hi)
        case .points(let total):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("points"))
            var keyed = encoder.container(keyedBy: PointsKeys.self)
            try keyed.encode(total, forKey: .total)
        case .verdict:
            var single = encoder.singleValueContainer()
            try single.encode("verdict")
        }
    }
}

/// The ballot one voter is asked for.
public struct BallotShape: Hashable, AragoraDocument {
    /// Which kind.
    public var kind: BallotKind
    /// The labels on offer, in the order shown.
    public var labels: [Label]
    /// Whether abstaining is offered.
    public var mayAbstain: Bool
    /// Whether a confidence is asked for.
    public var confidence: Bool
    /// Whether a reason is asked for.
    public var reason: Bool

    public init(
        kind: BallotKind,
        labels: [Label],
        mayAbstain: Bool,
        confidence: Bool,
        reason: Bool
    ) {
        self.kind = kind
        self.labels = labels
        self.mayAbstain = mayAbstain
        self.confidence = confidence
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case kind
        case labels
        case mayAbstain = "may_abstain"
        case confidence
        case reason
    }
}

/// What counts as the votes.
public enum Ballots: String, Hashable, CaseIterable, AragoraDocument {
    /// The recorded ballots of the newest vote.
    case cast
    /// The newest positions.
    case positions
    /// The positions given in the current round. A seat that has not answered in it yet has no vote, whatever it
    /// said before.
    case round
}

/// Whose weight is the whole of a share.
public enum Basis: String, Hashable, CaseIterable, AragoraDocument {
    /// The weight of cast votes; the default.
    case counted
    /// The weight of all eligible seats.
    case electorate
}

/// Signs of bias in the voting. Lexical and positional figures, not proof.
public struct BiasReport: Hashable, AragoraDocument {
    /// How often each position shown was chosen.
    public let chosenByPosition: [Int64]
    /// p of a chi-square test of those counts against equal chances; absent below 5 votes.
    public let positionP: Double?
    /// Votes for the own answer and nobody else's.
    public let selfVotes: Int64
    /// Mean characters of the winner's texts.
    public let winnerChars: Double?
    /// Mean characters of the other texts.
    public let loserChars: Double?

    private enum CodingKeys: String, CodingKey {
        case chosenByPosition = "chosen_by_position"
        case positionP = "position_p"
        case selfVotes = "self_votes"
        case winnerChars = "winner_chars"
        case loserChars = "loser_chars"
    }
}

/// The breaker of a target.
public struct BreakerSnapshot: Hashable, AragoraDocument {
    /// Provider and model.
    public let target: String
    /// Scheme, host and port; empty if it has none.
    public let origin: String
    /// Its state.
    public let state: BreakerState
    /// Failures in the window.
    public let failures: Int64
    /// Failures that open it.
    public let threshold: Int64
    /// The window, in milliseconds.
    public let window: Duration
    /// How often it has opened.
    public let openings: Int64
    /// When it opened, unless it is closed.
    public let openedAt: Date?
    /// Code of the failure that opened it, unless it is closed.
    public let openedBy: String?
    /// Time until a probe is let through, in milliseconds; 0 unless it is open.
    public let retryAfter: Duration

    private enum CodingKeys: String, CodingKey {
        case target
        case origin
        case state
        case failures
        case threshold
        case window = "window_ms"
        case openings
        case openedAt = "opened_at"
        case openedBy = "opened_by"
        case retryAfter = "retry_after_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        target = try keyed.decode(String.self, forKey: .target)
        origin = try keyed.decode(String.self, forKey: .origin)
        state = try keyed.decode(BreakerState.self, forKey: .state)
        failures = try keyed.decode(Int64.self, forKey: .failures)
        threshold = try keyed.decode(Int64.self, forKey: .threshold)
        window = try keyed.decode(WireMillis.self, forKey: .window).duration
        openings = try keyed.decode(Int64.self, forKey: .openings)
        openedAt = try keyed.decodeIfPresent(WireDate.self, forKey: .openedAt)?.date
        openedBy = try keyed.decodeIfPresent(String.self, forKey: .openedBy)
        retryAfter = try keyed.decode(WireMillis.self, forKey: .retryAfter).duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(target, forKey: .target)
        try keyed.encode(origin, forKey: .origin)
        try keyed.encode(state, forKey: .state)
        try keyed.encode(failures, forKey: .failures)
        try keyed.encode(threshold, forKey: .threshold)
        try keyed.encode(WireMillis(window), forKey: .window)
        try keyed.encode(openings, forKey: .openings)
        try keyed.encodeIfPresent(openedAt.map(WireDate.init), forKey: .openedAt)
        try keyed.encodeIfPresent(openedBy, forKey: .openedBy)
        try keyed.encode(WireMillis(retryAfter), forKey: .retryAfter)
    }
}

/// What a circuit breaker lets through. The numbers are those of the gauge `aragora_circuit_breaker_state`.
public enum BreakerState: String, Hashable, CaseIterable, AragoraDocument {
    /// Everything.
    case closed
    /// One probe.
    case halfOpen = "half_open"
    /// Nothing.
    case open
}

/// A budget of an instance, as its host describes it.
///
/// What a call may cost at most is set aside before it is sent. A call that would pass the limit fails with
/// `budget_exceeded`, and nothing is sent.
public struct Budget: Hashable, AragoraDocument {
    /// What is counted together.
    public var scope: BudgetScope
    /// The most that may be spent, in micro-dollars.
    public var limitMicros: Int64
    /// What becomes of a call whose model has no price, default `refuse`.
    public var unpriced: Unpriced?
    /// Its name in errors and alerts, and in the store: a budget that keeps its name keeps what was spent.
    /// Default by the scope, e.g. `tenant/day`.
    public var name: String?

    public init(
        scope: BudgetScope,
        limitMicros: Int64,
        unpriced: Unpriced? = nil,
        name: String? = nil
    ) {
        self.scope = scope
        self.limitMicros = limitMicros
        self.unpriced = unpriced
        self.name = name
    }

    private enum CodingKeys: String, CodingKey {
        case scope
        case limitMicros = "limit_micros"
        case unpriced
        case name
    }
}

/// What a budget counts together.
public enum BudgetScope: Hashable, AragoraDocument {
    /// Nothing: every call by itself.
    case call
    /// The calls of a debate, each debate by itself. What it spent before it was resumed counts.
    case debate
    /// The calls of an organisation in every period of the calendar; kept in the store, and shared by all
    /// processes that use it.
    case tenant(period: Period, tenant: String? = nil)

    private enum TenantKeys: String, CodingKey {
        case period
        case tenant
    }

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "call": self = .call
            case "debate": self = .debate
            default: throw Unknown.word(word, of: "BudgetScope", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "tenant":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: TenantKeys.self)
            self = .tenant(
                period: try keyed.decode(Period.self, forKey: .period),
                tenant: try keyed.decodeIfPresent(String.self, forKey: .tenant))
        default: throw Unknown.word(key.stringValue, of: "BudgetScope", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .call:
            var single = encoder.singleValueContainer()
            try single.encode("call")
        case .debate:
            var single = encoder.singleValueContainer()
            try single.encode("debate")
        case .tenant(let period, let tenant):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("tenant"))
            var keyed = encoder.container(keyedBy: TenantKeys.self)
            try keyed.encode(period, forKey: .period)
            try keyed.encodeIfPresent(tenant, forKey: .tenant)
        }
    }
}

/// How a budget of an organisation stands in its current period.
public struct BudgetUsage: Hashable, AragoraDocument {
    /// Its name, e.g. `tenant/day`.
    public let name: String
    /// Settled, in micro-dollars.
    public let spentMicros: Int64
    /// Set aside for calls under way, in micro-dollars.
    public let reservedMicros: Int64
    /// The limit, in micro-dollars.
    public let limitMicros: Int64

    private enum CodingKeys: String, CodingKey {
        case name
        case spentMicros = "spent_micros"
        case reservedMicros = "reserved_micros"
        case limitMicros = "limit_micros"
    }
}

/// Calls made and saved.
public struct Calls: Hashable, AragoraDocument {
    /// Turns that were asked.
    public let made: Int64
    /// Of these, failed.
    public let failed: Int64
    /// Extra attempts by hedging.
    public let hedged: Int64
    /// The protocol's maximum.
    public let planned: Int64
    /// planned - made.
    public let saved: Int64

    private enum CodingKeys: String, CodingKey {
        case made
        case failed
        case hedged
        case planned
        case saved
    }
}

/// One eligible seat's vote as a rule sees it.
public struct CastVote: Hashable, AragoraDocument {
    /// Who voted.
    public var voter: String
    /// What became of the vote; rules count `cast` only.
    public var status: VoteStatus
    /// The ballot, also when it is an abstention or invalid. Absent if there was no reply.
    public var ballot: Ballot?
    /// Stated confidence, 0..=1.
    public var confidence: Double?
    /// Whether the choice is the voter's own answer and nobody else's.
    public var selfVote: Bool?
    /// Order of arrival in the debate.
    public var arrival: Int64?
    /// Intensity 1..=10 of a host user's vote; such a voter is no seat, never counts towards the quorum, and
    /// weighs .5 times 1 -> .5, 5 -> 1, 10 -> 2, linear between.
    public var userIntensity: Int64?

    public init(
        voter: String,
        status: VoteStatus,
        ballot: Ballot? = nil,
        confidence: Double? = nil,
        selfVote: Bool? = nil,
        arrival: Int64? = nil,
        userIntensity: Int64? = nil
    ) {
        self.voter = voter
        self.status = status
        self.ballot = ballot
        self.confidence = confidence
        self.selfVote = selfVote
        self.arrival = arrival
        self.userIntensity = userIntensity
    }

    private enum CodingKeys: String, CodingKey {
        case voter
        case status
        case ballot
        case confidence
        case selfVote = "self_vote"
        case arrival
        case userIntensity = "user_intensity"
    }
}

/// When a rule counted.
public enum CheckScope: String, Hashable, CaseIterable, AragoraDocument {
    /// After the independent first answers.
    case gate
    /// After one reply.
    case reply
    /// At the end of a round.
    case round
    /// For the decision.
    case final
}

/// What to count after a step.
public struct Checkpoint: Hashable, AragoraDocument {
    /// When it is: a gate, one reply, or the end of a round.
    public var scope: CheckScope
    /// What counts as the votes.
    public var ballots: Ballots
    /// The electorate, where it is not every eligible seat.
    public var seats: [String]?
    /// The rule to check; absent means the debate's `stop_when` (or the gate's own rule).
    public var rule: RuleConfig?

    public init(
        scope: CheckScope,
        ballots: Ballots,
        seats: [String]? = nil,
        rule: RuleConfig? = nil
    ) {
        self.scope = scope
        self.ballots = ballots
        self.seats = seats
        self.rule = rule
    }

    private enum CodingKeys: String, CodingKey {
        case scope
        case ballots
        case seats
        case rule
    }
}

/// Something open.
public struct Condition: Hashable, AragoraDocument {
    /// Why.
    public let kind: ConditionKind
    /// Whom it concerns.
    public let seat: String?
    /// What is open.
    public let detail: String

    private enum CodingKeys: String, CodingKey {
        case kind
        case seat
        case detail
    }
}

/// Why a verdict carries a condition.
public enum ConditionKind: String, Hashable, CaseIterable, AragoraDocument {
    /// Somebody dissents.
    case dissent
    /// A challenge was not met.
    case unresolvedIntervention = "unresolved_intervention"
    /// A severe critique of the winner was followed by no revision.
    case severeCritique = "severe_critique"
    /// A judge decided differently in the other order.
    case judgeInconsistent = "judge_inconsistent"
}

/// How sure, and how that was found.
public struct Confidence: Hashable, AragoraDocument {
    /// 0..=1; 0 with method `none` when nothing was decided.
    public let value: Double
    /// `support_share`, `mean_supporter`, `calibrated`, `judge_probability` or `none`.
    public let method: String
    /// The numbers it was computed from.
    public let inputs: [String: Double]

    private enum CodingKeys: String, CodingKey {
        case value
        case method
        case inputs
    }
}

/// From stated confidence to weight.
public enum ConfidenceCurve: String, Hashable, CaseIterable, AragoraDocument {
    /// 1 -> 1; >= .9 -> .8; >= .8 -> .5; > .6 -> .3; else .1 (ReConcile, arXiv:2309.13007).
    case reconcile
    /// The confidence itself.
    case linear
}

/// How confidence in the decision is found.
public enum ConfidenceMethod: String, Hashable, CaseIterable, AragoraDocument {
    /// Winner weight over counted weight; the default.
    case supportShare = "support_share"
    /// Mean stated confidence of the supporters.
    case meanSupporter = "mean_supporter"
}

/// What may be left out of a prompt that does not fit, in order of preference.
public enum ContextPolicy: Hashable, AragoraDocument {
    /// Everything before the last round.
    case lastRound
    /// Everything before the last rounds.
    case window(rounds: Int64)
    /// What is left out is summarised by an extra recorded turn of this seat.
    case summarise(seat: String, maxTokens: Int64)

    private enum WindowKeys: String, CodingKey {
        case rounds
    }

    private enum SummariseKeys: String, CodingKey {
        case seat
        case maxTokens = "max_tokens"
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "last_round":
            self = .lastRound
        case "window":
            let keyed = try decoder.container(keyedBy: WindowKeys.self)
            self = .window(
                rounds: try keyed.decode(Int64.self, forKey: .rounds))
        case "summarise":
            let keyed = try decoder.container(keyedBy: SummariseKeys.self)
            self = .summarise(
                seat: try keyed.decode(String.self, forKey: .seat),
                maxTokens: try keyed.decode(Int64.self, forKey: .maxTokens))
        default: throw Unknown.word(word, of: "ContextPolicy", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .lastRound:
            try tags.encode("last_round", forKey: Name("name"))
        case .window(let rounds):
            try tags.encode("window", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: WindowKeys.self)
            try keyed.encode(rounds, forKey: .rounds)
        case .summarise(let seat, let maxTokens):
            try tags.encode("summarise", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: SummariseKeys.self)
            try keyed.encode(seat, forKey: .seat)
            try keyed.encode(maxTokens, forKey: .maxTokens)
        }
    }
}

/// A prompt was shortened, visibly.
public struct ContextReduced: Hashable, AragoraDocument {
    /// The turn whose prompt it was.
    public var turn: String
    /// How.
    public var method: String
    /// The messages left out.
    public var dropped: [String]
    /// What stands in their place.
    public var summary: String?

    public init(
        turn: String,
        method: String,
        dropped: [String],
        summary: String? = nil
    ) {
        self.turn = turn
        self.method = method
        self.dropped = dropped
        self.summary = summary
    }

    private enum CodingKeys: String, CodingKey {
        case turn
        case method
        case dropped
        case summary
    }
}

/// How close the seats are after a round.
public struct Convergence: Hashable, AragoraDocument {
    /// The round.
    public let round: Int64
    /// Mean similarity of the newest texts over pairs of seats. A signal; never consensus.
    public let agreement: Double
    /// Lowest similarity of a seat's newest text to its previous one.
    public let stability: Double
    /// Weight of the largest answer group over the weight of all positions.
    public let position: Double

    private enum CodingKeys: String, CodingKey {
        case round
        case agreement
        case stability
        case position
    }
}

/// Where a cost comes from.
public enum CostSource: Hashable, AragoraDocument {
    /// The provider said so.
    case provider
    /// A price list of this version.
    case priceBook(String)
    /// Estimated from sizes.
    case estimate
    /// It costs nothing.
    case free
    /// Nobody knows; the cost is absent, not zero.
    case unknown

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "provider": self = .provider
            case "estimate": self = .estimate
            case "free": self = .free
            case "unknown": self = .unknown
            default: throw Unknown.word(word, of: "CostSource", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "price_book":
            self = .priceBook(try cases.decode(String.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "CostSource", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .provider:
            var single = encoder.singleValueContainer()
            try single.encode("provider")
        case .priceBook(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("price_book"))
        case .estimate:
            var single = encoder.singleValueContainer()
            try single.encode("estimate")
        case .free:
            var single = encoder.singleValueContainer()
            try single.encode("free")
        case .unknown:
            var single = encoder.singleValueContainer()
            try single.encode("unknown")
        }
    }
}

/// Independent answers, then rounds of critique, revision and vote. The default protocol.
///
/// Planned calls: n + 3nR; `pairwise`: n + R(n(n - 1) + 2n); one more with a synthesis.
public struct Critique: Hashable, AragoraDocument {
    /// One critique call per target instead of one per critic.
    public var pairwise: Bool?
    /// A seat that may merge the winner's members in one more call; it is shown the dissent.
    public var synthesis: String?

    public init(
        pairwise: Bool? = nil,
        synthesis: String? = nil
    ) {
        self.pairwise = pairwise
        self.synthesis = synthesis
    }

    private enum CodingKeys: String, CodingKey {
        case pairwise
        case synthesis
    }
}

/// A claim the disagreement hangs on.
public struct Crux: Hashable, AragoraDocument {
    /// The claim's id.
    public let id: String
    /// The claim.
    public let statement: String
    /// 0..=1.
    public let score: Double
    /// Who contests it.
    public let contesters: [String]
    /// Who supports it.
    public let supporters: [String]
    /// What would settle it.
    public let strategy: String

    private enum CodingKeys: String, CodingKey {
        case id
        case statement
        case score
        case contesters
        case supporters
        case strategy
    }
}

/// How a debate is run. Every field has the documented default; as a document, unknown fields are refused.
public struct DebateOptions: Hashable, AragoraDocument {
    /// The first round in which early stops may end the debate, default 1.
    public var minRounds: Int64?
    /// The rule that ends the debate early once the deciding rule decides too; default supermajority 2/3.
    public var stopWhen: Nullable<RuleConfig>?
    /// Stop after independent first answers that agree, default unanimous.
    public var gate: GatePolicy?
    /// When parallel steps end, default all.
    public var join: Join?
    /// Failed turns in a row after which a seat is asked no more, default 2.
    public var benchAfter: Int64?
    /// Usable replies a step needs, default 2 (all if fewer are asked).
    public var stepMin: Int64?
    /// Who sees whom, default everybody.
    public var topology: Topology?
    /// Whether participants appear by name, default anonymous.
    public var identity: Identity?
    /// Whether each voter gets labels of its own, default off.
    public var relabel: Relabel?
    /// What to do with a prompt that does not fit, default nothing.
    public var contextPolicy: [ContextPolicy]?
    /// Start one seat per model and wait for its first token, default off.
    public var warmFirst: Bool?
    /// Cognitive roles, default off.
    public var roles: RolePolicy?
    /// Stances, default off.
    public var stances: StancePolicy?
    /// 0..=100 adds one sentence about how far to seek agreement, default none.
    public var agreement: Int64?
    /// Whether a stop by repetition without agreement is on, default on.
    public var stalemate: Bool?
    /// Whether the stability test is on, default off.
    public var stability: Bool?
    /// Whether the readiness stop is on, default off.
    public var readiness: Bool?
    /// Whether a failed seat's earlier answer still counts as its position, default drop.
    public var stale: StalePolicy?
    /// Whether a seat may judge and debate, default no.
    public var judgesMayDebate: Bool?
    /// How confidence in the decision is found.
    public var confidence: ConfidenceMethod?
    /// Templates that replace the library's own, by name.
    public var templates: [String: String]?

    public init(
        minRounds: Int64? = nil,
        stopWhen: Nullable<RuleConfig>? = nil,
        gate: GatePolicy? = nil,
        join: Join? = nil,
        benchAfter: Int64? = nil,
        stepMin: Int64? = nil,
        topology: Topology? = nil,
        identity: Identity? = nil,
        relabel: Relabel? = nil,
        contextPolicy: [ContextPolicy]? = nil,
        warmFirst: Bool? = nil,
        roles: RolePolicy? = nil,
        stances: StancePolicy? = nil,
        agreement: Int64? = nil,
        stalemate: Bool? = nil,
        stability: Bool? = nil,
        readiness: Bool? = nil,
        stale: StalePolicy? = nil,
        judgesMayDebate: Bool? = nil,
        confidence: ConfidenceMethod? = nil,
        templates: [String: String]? = nil
    ) {
        self.minRounds = minRounds
        self.stopWhen = stopWhen
        self.gate = gate
        self.join = join
        self.benchAfter = benchAfter
        self.stepMin = stepMin
        self.topology = topology
        self.identity = identity
        self.relabel = relabel
        self.contextPolicy = contextPolicy
        self.warmFirst = warmFirst
        self.roles = roles
        self.stances = stances
        self.agreement = agreement
        self.stalemate = stalemate
        self.stability = stability
        self.readiness = readiness
        self.stale = stale
        self.judgesMayDebate = judgesMayDebate
        self.confidence = confidence
        self.templates = templates
    }

    private enum CodingKeys: String, CodingKey {
        case minRounds = "min_rounds"
        case stopWhen = "stop_when"
        case gate
        case join
        case benchAfter = "bench_after"
        case stepMin = "step_min"
        case topology
        case identity
        case relabel
        case contextPolicy = "context_policy"
        case warmFirst = "warm_first"
        case roles
        case stances
        case agreement
        case stalemate
        case stability
        case readiness
        case stale
        case judgesMayDebate = "judges_may_debate"
        case confidence
        case templates
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        minRounds = try keyed.decodeIfPresent(Int64.self, forKey: .minRounds)
        stopWhen = keyed.contains(.stopWhen) ? try keyed.decode(Nullable<RuleConfig>.self, forKey: .stopWhen) : nil
        gate = try keyed.decodeIfPresent(GatePolicy.self, forKey: .gate)
        join = try keyed.decodeIfPresent(Join.self, forKey: .join)
        benchAfter = try keyed.decodeIfPresent(Int64.self, forKey: .benchAfter)
        stepMin = try keyed.decodeIfPresent(Int64.self, forKey: .stepMin)
        topology = try keyed.decodeIfPresent(Topology.self, forKey: .topology)
        identity = try keyed.decodeIfPresent(Identity.self, forKey: .identity)
        relabel = try keyed.decodeIfPresent(Relabel.self, forKey: .relabel)
        contextPolicy = try keyed.decodeIfPresent([ContextPolicy].self, forKey: .contextPolicy)
        warmFirst = try keyed.decodeIfPresent(Bool.self, forKey: .warmFirst)
        roles = try keyed.decodeIfPresent(RolePolicy.self, forKey: .roles)
        stances = try keyed.decodeIfPresent(StancePolicy.self, forKey: .stances)
        agreement = try keyed.decodeIfPresent(Int64.self, forKey: .agreement)
        stalemate = try keyed.decodeIfPresent(Bool.self, forKey: .stalemate)
        stability = try keyed.decodeIfPresent(Bool.self, forKey: .stability)
        readiness = try keyed.decodeIfPresent(Bool.self, forKey: .readiness)
        stale = try keyed.decodeIfPresent(StalePolicy.self, forKey: .stale)
        judgesMayDebate = try keyed.decodeIfPresent(Bool.self, forKey: .judgesMayDebate)
        confidence = try keyed.decodeIfPresent(ConfidenceMethod.self, forKey: .confidence)
        templates = try keyed.decodeIfPresent([String: String].self, forKey: .templates)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encodeIfPresent(minRounds, forKey: .minRounds)
        try keyed.encodeIfPresent(stopWhen, forKey: .stopWhen)
        try keyed.encodeIfPresent(gate, forKey: .gate)
        try keyed.encodeIfPresent(join, forKey: .join)
        try keyed.encodeIfPresent(benchAfter, forKey: .benchAfter)
        try keyed.encodeIfPresent(stepMin, forKey: .stepMin)
        try keyed.encodeIfPresent(topology, forKey: .topology)
        try keyed.encodeIfPresent(identity, forKey: .identity)
        try keyed.encodeIfPresent(relabel, forKey: .relabel)
        try keyed.encodeIfPresent(contextPolicy, forKey: .contextPolicy)
        try keyed.encodeIfPresent(warmFirst, forKey: .warmFirst)
        try keyed.encodeIfPresent(roles, forKey: .roles)
        try keyed.encodeIfPresent(stances, forKey: .stances)
        try keyed.encodeIfPresent(agreement, forKey: .agreement)
        try keyed.encodeIfPresent(stalemate, forKey: .stalemate)
        try keyed.encodeIfPresent(stability, forKey: .stability)
        try keyed.encodeIfPresent(readiness, forKey: .readiness)
        try keyed.encodeIfPresent(stale, forKey: .stale)
        try keyed.encodeIfPresent(judgesMayDebate, forKey: .judgesMayDebate)
        try keyed.encodeIfPresent(confidence, forKey: .confidence)
        try keyed.encodeIfPresent(templates, forKey: .templates)
    }
}

/// One page of a list, in order of the debates' ids, which is the order of their beginnings for ids made here.
public struct DebatePage: Hashable, AragoraDocument {
    /// The debates.
    public let items: [DebateSummary]
    /// Where to go on; absent exactly when nothing follows.
    public let next: String?

    private enum CodingKeys: String, CodingKey {
        case items
        case next
    }
}

/// Where a stored debate stands.
public enum DebateState: String, Hashable, CaseIterable, AragoraDocument {
    /// It has not ended. It may run here, run elsewhere, or wait to be resumed.
    case running
    /// It ended with a decision.
    case finished
    /// It ended without any usable reply, or by a broken protocol.
    case failed
    /// It was cancelled.
    case cancelled
}

/// What a list shows of a debate; one row per debate, written with every append.
public struct DebateSummary: Hashable, AragoraDocument {
    /// The debate.
    public let debate: String
    /// Where it stands.
    public let state: DebateState
    /// The seq the next record will have.
    public let nextSeq: Int64
    /// When it began.
    public let startedAt: Date
    /// When the newest record was written.
    public let updatedAt: Date
    /// The protocol.
    public let `protocol`: String
    /// The first 200 characters of the question.
    public let question: String
    /// Words of the host.
    public let tags: [String]?
    /// Where it was forked from.
    public let parent: Parent?
    /// Why it ended.
    public let stop: StopCause?
    /// What was found.
    public let outcome: Outcome?
    /// The verdict.
    public let verdict: Verdict?
    /// Rounds begun.
    public let rounds: Int64
    /// Turns asked.
    public let calls: Int64
    /// Known cost in micro-dollars.
    public let micros: Int64

    private enum CodingKeys: String, CodingKey {
        case debate
        case state
        case nextSeq = "next_seq"
        case startedAt = "started_at"
        case updatedAt = "updated_at"
        case `protocol`
        case question
        case tags
        case parent
        case stop
        case outcome
        case verdict
        case rounds
        case calls
        case micros
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        debate = try keyed.decode(String.self, forKey: .debate)
        state = try keyed.decode(DebateState.self, forKey: .state)
        nextSeq = try keyed.decode(Int64.self, forKey: .nextSeq)
        startedAt = try keyed.decode(WireDate.self, forKey: .startedAt).date
        updatedAt = try keyed.decode(WireDate.self, forKey: .updatedAt).date
        `protocol` = try keyed.decode(String.self, forKey: .`protocol`)
        question = try keyed.decode(String.self, forKey: .question)
        tags = try keyed.decodeIfPresent([String].self, forKey: .tags)
        parent = try keyed.decodeIfPresent(Parent.self, forKey: .parent)
        stop = try keyed.decodeIfPresent(StopCause.self, forKey: .stop)
        outcome = try keyed.decodeIfPresent(Outcome.self, forKey: .outcome)
        verdict = try keyed.decodeIfPresent(Verdict.self, forKey: .verdict)
        rounds = try keyed.decode(Int64.self, forKey: .rounds)
        calls = try keyed.decode(Int64.self, forKey: .calls)
        micros = try keyed.decode(Int64.self, forKey: .micros)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(debate, forKey: .debate)
        try keyed.encode(state, forKey: .state)
        try keyed.encode(nextSeq, forKey: .nextSeq)
        try keyed.encode(WireDate(startedAt), forKey: .startedAt)
        try keyed.encode(WireDate(updatedAt), forKey: .updatedAt)
        try keyed.encode(`protocol`, forKey: .`protocol`)
        try keyed.encode(question, forKey: .question)
        try keyed.encodeIfPresent(tags, forKey: .tags)
        try keyed.encodeIfPresent(parent, forKey: .parent)
        try keyed.encodeIfPresent(stop, forKey: .stop)
        try keyed.encodeIfPresent(outcome, forKey: .outcome)
        try keyed.encodeIfPresent(verdict, forKey: .verdict)
        try keyed.encode(rounds, forKey: .rounds)
        try keyed.encode(calls, forKey: .calls)
        try keyed.encode(micros, forKey: .micros)
    }
}

/// The answer of a debate, who stands behind it, who dissents and why, and what it cost.
public struct Decision: Hashable, AragoraDocument {
    /// The version of this document, `DECISION_SCHEMA`.
    public let schema: Int64
    /// The debate.
    public let debate: String
    /// The answer; there iff the outcome is `Decided` (or `NotSought` with one group).
    public let answer: Answer?
    /// The front runner of an undecided debate. Never a decision.
    public let leading: Answer?
    /// What the rule found.
    public let outcome: Outcome
    /// Why the debate ended; exactly one cause.
    public let stop: Stop
    /// Outcome, share and confidence in one word.
    public let verdict: Verdict
    /// PASS, CONDITIONAL or FAIL.
    public let gate: Gate
    /// Whether a limit ended it before the protocol did.
    public let partial: Bool
    /// The rule that was used.
    public let rule: RuleUsed
    /// What was counted.
    public let tally: Tally
    /// Every eligible seat's vote, in roster order.
    public let votes: [VoteRecord]
    /// Voters of the winner. With the next five lists a partition of the eligible seats.
    public let supporters: [String]
    /// Every other cast vote.
    public let dissenters: [String]
    /// Explicit abstentions.
    public let abstained: [String]
    /// Replies that are no ballot.
    public let invalid: [String]
    /// Failed or late turns.
    public let failed: [String]
    /// Never asked, or cancelled before they answered.
    public let notAsked: [String]
    /// Every minority view, named.
    public let dissent: [Dissent]
    /// How sure, and by which method.
    public let confidence: Confidence
    /// What is open.
    public let conditions: [Condition]
    /// What a plain vote over the first answers would have decided.
    public let voteOnly: VoteOnly
    /// The claims the disagreement hangs on.
    public let cruxes: [Crux]
    /// Convergence per round.
    public let convergence: [Convergence]
    /// Challenges and guidance that were given.
    public let interventions: [Intervention]
    /// Each seat's share in the result, where the protocol measures it.
    public let contribution: [String: Double]
    /// Signs of bias in the voting.
    public let bias: BiasReport
    /// How different the voters are.
    public let diversity: Diversity
    /// A protocol's own report.
    public let report: Report?
    /// Tokens and money.
    public let usage: DecisionUsage
    /// Calls made and saved.
    public let calls: Calls
    /// Rounds played.
    public let roundsUsed: Int64

    private enum CodingKeys: String, CodingKey {
        case schema
        case debate
        case answer
        case leading
        case outcome
        case stop
        case verdict
        case gate
        case partial
        case rule
        case tally
        case votes
        case supporters
        case dissenters
        case abstained
        case invalid
        case failed
        case notAsked = "not_asked"
        case dissent
        case confidence
        case conditions
        case voteOnly = "vote_only"
        case cruxes
        case convergence
        case interventions
        case contribution
        case bias
        case diversity
        case report
        case usage
        case calls
        case roundsUsed = "rounds_used"
    }
}

/// Tokens and money of a debate.
public struct DecisionUsage: Hashable, AragoraDocument {
    /// All calls together, failed attempts and lost hedges included.
    public let total: UsageTotals
    /// By seat.
    public let bySeat: [String: UsageTotals]
    /// What a fork took over from its parent; not part of the total.
    public let inherited: UsageTotals?

    private enum CodingKeys: String, CodingKey {
        case total
        case bySeat = "by_seat"
        case inherited
    }
}

/// Where a log and the debate it should produce part.
public struct Difference: Hashable, AragoraDocument {
    /// The first seq that differs.
    public let seq: Int64
    /// RFC 6901 pointer to the first member that differs.
    public let field: String
    /// What the log holds, as JSON; empty if it ends here.
    public let recorded: String
    /// What was produced, as JSON; empty if nothing was.
    public let produced: String

    private enum CodingKeys: String, CodingKey {
        case seq
        case field
        case recorded
        case produced
    }
}

/// A minority view.
public struct Dissent: Hashable, AragoraDocument {
    /// Who.
    public let seat: String
    /// What the seat stands for instead.
    public let option: String?
    /// Why, as stated with the vote or in critiques of the winner.
    public let reasons: [String]
    /// The seat's own answer.
    public let view: String
    /// 0..=1: highest critique of the winner / 10, else confidence / 2, else .25.
    public let severity: Double
    /// Whether a supporter answered it later.
    public let acknowledged: Bool
    /// The answer to it.
    public let rebuttal: String?
    /// Where the view was given.
    public let messages: [String]

    private enum CodingKeys: String, CodingKey {
        case seat
        case option
        case reasons
        case view
        case severity
        case acknowledged
        case rebuttal
        case messages
    }
}

/// How different the voting seats are.
public struct Diversity: Hashable, AragoraDocument {
    /// Model families among the voting seats; undisclosed ones count as one.
    public let families: [String: Int64]
    /// Providers among the voting seats.
    public let providers: [String: Int64]
    /// 1 / sum of squared family shares.
    public let effective: Double
    /// The largest family's share.
    public let largestShare: Double

    private enum CodingKeys: String, CodingKey {
        case families
        case providers
        case effective
        case largestShare = "largest_share"
    }
}

/// A document given to every participant.
public struct Document: Hashable, AragoraDocument {
    /// What it is called in prompts.
    public var title: String
    /// Its whole text.
    public var text: String
    /// Where it came from.
    public var uri: String?

    public init(
        title: String,
        text: String,
        uri: String? = nil
    ) {
        self.title = title
        self.text = text
        self.uri = uri
    }

    private enum CodingKeys: String, CodingKey {
        case title
        case text
        case uri
    }
}

/// What is counted for the decision.
public struct Draft: Hashable, AragoraDocument {
    /// What counts as the votes.
    public var ballots: Ballots
    /// The rule.
    public var rule: RuleConfig
    /// The electorate, where it is not every eligible seat.
    public var seats: [String]?
    /// A synthesis of the winner, stored beside it.
    public var synthesis: String?
    /// Each seat's share in the result.
    public var contribution: [String: Double]?
    /// The protocol's own report.
    public var report: Report?
    /// Notes about how it came about, recorded as warnings unless they were before.
    public var notes: [String]?

    public init(
        ballots: Ballots,
        rule: RuleConfig,
        seats: [String]? = nil,
        synthesis: String? = nil,
        contribution: [String: Double]? = nil,
        report: Report? = nil,
        notes: [String]? = nil
    ) {
        self.ballots = ballots
        self.rule = rule
        self.seats = seats
        self.synthesis = synthesis
        self.contribution = contribution
        self.report = report
        self.notes = notes
    }

    private enum CodingKeys: String, CodingKey {
        case ballots
        case rule
        case seats
        case synthesis
        case contribution
        case report
        case notes
    }
}

/// How a restore went that nobody needed yet.
public struct DrillReport: Hashable, AragoraDocument {
    /// When it began.
    public let started: Date
    /// What was restored: the newest backup that was read back before.
    public let backup: String
    /// How long restoring and checking took, in milliseconds.
    public let restoredIn: Duration
    /// Rows restored.
    public let records: Int64
    /// How old the oldest change was that no backup held, in milliseconds.
    public let unsavedAge: Duration
    /// The checks that held, by name.
    public let checks: [String: Bool]
    /// Whether the restore took less than an hour.
    public let rtoMet: Bool
    /// Whether less than five minutes would have been lost.
    public let rpoMet: Bool

    private enum CodingKeys: String, CodingKey {
        case started
        case backup
        case restoredIn = "restored_in_ms"
        case records
        case unsavedAge = "unsaved_age_ms"
        case checks
        case rtoMet = "rto_met"
        case rpoMet = "rpo_met"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        started = try keyed.decode(WireDate.self, forKey: .started).date
        backup = try keyed.decode(String.self, forKey: .backup)
        restoredIn = try keyed.decode(WireMillis.self, forKey: .restoredIn).duration
        records = try keyed.decode(Int64.self, forKey: .records)
        unsavedAge = try keyed.decode(WireMillis.self, forKey: .unsavedAge).duration
        checks = try keyed.decode([String: Bool].self, forKey: .checks)
        rtoMet = try keyed.decode(Bool.self, forKey: .rtoMet)
        rpoMet = try keyed.decode(Bool.self, forKey: .rpoMet)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(WireDate(started), forKey: .started)
        try keyed.encode(backup, forKey: .backup)
        try keyed.encode(WireMillis(restoredIn), forKey: .restoredIn)
        try keyed.encode(records, forKey: .records)
        try keyed.encode(WireMillis(unsavedAge), forKey: .unsavedAge)
        try keyed.encode(checks, forKey: .checks)
        try keyed.encode(rtoMet, forKey: .rtoMet)
        try keyed.encode(rpoMet, forKey: .rpoMet)
    }
}

/// Rounds that stop with the first reply that completes a threshold, and keep only the best seats from a given
/// round (DyLAN, arXiv:2310.02170).
///
/// A round ends as soon as one answer has more than floor(2n/3) votes, n being the seats active in it. Planned
/// calls: nR, one more from the pruning round if seats are pruned: with keep 2, pruning in round 3 and R = 3, 2n
/// + 3.
public struct Dynamic: Hashable, AragoraDocument {
    /// Seats kept from the pruning round on, default 2.
    public var keep: Int64?
    /// The first round only the kept seats play, default 3. Seats are pruned only if there are more than 3.
    public var pruneRound: Int64?
    /// Whether kept seats whose last answers agree finish without another call, default yes.
    public var checkAfterPrune: Bool?
    /// Whether a seat's own previous reply is among those it is shown, default no.
    public var peersIncludeSelf: Bool?
    /// Whether a seat's own earlier exchange precedes the prompt, default yes.
    public var history: HistoryPolicy?
    /// Whether the seats of a round see the replies given before theirs in it.
    public var sequentialVisibility: Bool?
    /// Whether each reply rates what it was shown, as `[[a, b, ...]]`, 1 to 5.
    public var ratings: Bool?
    /// The order of asking.
    public var askOrder: AskOrder?
    /// The order in which previous replies are shown.
    public var showOrder: AskOrder?
    /// All at once; the reply that completes the threshold cancels the rest.
    public var parallel: Bool?
    /// Who ranks before pruning; absent: the first active seat.
    public var ranker: String?
    /// A published layout instead of the library's own.
    public var preset: Preset?

    public init(
        keep: Int64? = nil,
        pruneRound: Int64? = nil,
        checkAfterPrune: Bool? = nil,
        peersIncludeSelf: Bool? = nil,
        history: HistoryPolicy? = nil,
        sequentialVisibility: Bool? = nil,
        ratings: Bool? = nil,
        askOrder: AskOrder? = nil,
        showOrder: AskOrder? = nil,
        parallel: Bool? = nil,
        ranker: String? = nil,
        preset: Preset? = nil
    ) {
        self.keep = keep
        self.pruneRound = pruneRound
        self.checkAfterPrune = checkAfterPrune
        self.peersIncludeSelf = peersIncludeSelf
        self.history = history
        self.sequentialVisibility = sequentialVisibility
        self.ratings = ratings
        self.askOrder = askOrder
        self.showOrder = showOrder
        self.parallel = parallel
        self.ranker = ranker
        self.preset = preset
    }

    private enum CodingKeys: String, CodingKey {
        case keep
        case pruneRound = "prune_round"
        case checkAfterPrune = "check_after_prune"
        case peersIncludeSelf = "peers_include_self"
        case history
        case sequentialVisibility = "sequential_visibility"
        case ratings
        case askOrder = "ask_order"
        case showOrder = "show_order"
        case parallel
        case ranker
        case preset
    }
}

/// What a fork changes before it goes on.
public enum Edit: Hashable, AragoraDocument {
    /// Another text under the same id, marked as edited.
    case replaceMessage(message: String, text: String)
    /// A person's word to all.
    case insertHuman(by: String, text: String)
    /// The seat takes part no more.
    case dropSeat(seat: String)
    /// A seat that was not there; the fork's roster must hold its agent.
    case addSeat(seat: SeatView)
    /// Another decision rule.
    case setRule(rule: RuleConfig)
    /// Other limits.
    case setLimits(limits: Limits)
    /// Another belief of a judge or seat.
    case setBelief(seat: String, belief: [String: Double])

    private enum ReplaceMessageKeys: String, CodingKey {
        case message
        case text
    }

    private enum InsertHumanKeys: String, CodingKey {
        case by
        case text
    }

    private enum DropSeatKeys: String, CodingKey {
        case seat
    }

    private enum AddSeatKeys: String, CodingKey {
        case seat
    }

    private enum SetRuleKeys: String, CodingKey {
        case rule
    }

    private enum SetLimitsKeys: String, CodingKey {
        case limits
    }

    private enum SetBeliefKeys: String, CodingKey {
        case seat
        case belief
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "replace_message":
            let keyed = try decoder.container(keyedBy: ReplaceMessageKeys.self)
            self = .replaceMessage(
                message: try keyed.decode(String.self, forKey: .message),
                text: try keyed.decode(String.self, forKey: .text))
        case "insert_human":
            let keyed = try decoder.container(keyedBy: InsertHumanKeys.self)
            self = .insertHuman(
                by: try keyed.decode(String.self, forKey: .by),
                text: try keyed.decode(String.self, forKey: .text))
        case "drop_seat":
            let keyed = try decoder.container(keyedBy: DropSeatKeys.self)
            self = .dropSeat(
                seat: try keyed.decode(String.self, forKey: .seat))
        case "add_seat":
            let keyed = try decoder.container(keyedBy: AddSeatKeys.self)
            self = .addSeat(
                seat: try keyed.decode(SeatView.self, forKey: .seat))
        case "set_rule":
            let keyed = try decoder.container(keyedBy: SetRuleKeys.self)
            self = .setRule(
                rule: try keyed.decode(RuleConfig.self, forKey: .rule))
        case "set_limits":
            let keyed = try decoder.container(keyedBy: SetLimitsKeys.self)
            self = .setLimits(
                limits: try keyed.decode(Limits.self, forKey: .limits))
        case "set_belief":
            let keyed = try decoder.container(keyedBy: SetBeliefKeys.self)
            self = .setBelief(
                seat: try keyed.decode(String.self, forKey: .seat),
                belief: try keyed.decode([String: Double].self, forKey: .belief))
        default: throw Unknown.word(word, of: "Edit", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .replaceMessage(let message, let text):
            try tags.encode("replace_message", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: ReplaceMessageKeys.self)
            try keyed.encode(message, forKey: .message)
            try keyed.encode(text, forKey: .text)
        case .insertHuman(let by, let text):
            try tags.encode("insert_human", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: InsertHumanKeys.self)
            try keyed.encode(by, forKey: .by)
            try keyed.encode(text, forKey: .text)
        case .dropSeat(let seat):
            try tags.encode("drop_seat", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: DropSeatKeys.self)
            try keyed.encode(seat, forKey: .seat)
        case .addSeat(let seat):
            try tags.encode("add_seat", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: AddSeatKeys.self)
            try keyed.encode(seat, forKey: .seat)
        case .setRule(let rule):
            try tags.encode("set_rule", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: SetRuleKeys.self)
            try keyed.encode(rule, forKey: .rule)
        case .setLimits(let limits):
            try tags.encode("set_limits", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: SetLimitsKeys.self)
            try keyed.encode(limits, forKey: .limits)
        case .setBelief(let seat, let belief):
            try tags.encode("set_belief", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: SetBeliefKeys.self)
            try keyed.encode(seat, forKey: .seat)
            try keyed.encode(belief, forKey: .belief)
        }
    }
}

/// How hard to think.
public enum Effort: String, Hashable, CaseIterable, AragoraDocument {
    /// Not at all.
    case nothing = "none"
    /// As little as there is.
    case minimal
    /// Little.
    case low
    /// Some.
    case medium
    /// Much.
    case high
    /// Very much.
    case xHigh = "x_high"
    /// As much as there is.
    case max
}

/// When two answers are the same.
public enum Equivalence: Hashable, AragoraDocument {
    /// Byte for byte.
    case exact
    /// NFKC, full case fold, white space collapsed, surrounding quotes, emphasis and `.,;:!?` stripped.
    case normalised
    /// Exact rationals within a tolerance.
    case numeric(rel: Double? = nil, abs: Double? = nil)
    /// One letter, in either case, with or without brackets.
    case letter
    /// String equality after the Hendrycks MATH normaliser.
    case math
    /// Alike in meaning: the cosine of the answers' vectors is at least `min`. The verdicts are recorded in the
    /// log, so that a fold needs no embedder.
    case semantic(min: Double, embedder: String? = nil)
    /// The verdicts of a comparator, recorded in the log so that a fold needs no comparator.
    case custom(comparator: String)

    private enum NumericKeys: String, CodingKey {
        case rel
        case abs
    }

    private enum SemanticKeys: String, CodingKey {
        case min
        case embedder
    }

    private enum CustomKeys: String, CodingKey {
        case comparator
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "exact":
            self = .exact
        case "normalised":
            self = .normalised
        case "numeric":
            let keyed = try decoder.container(keyedBy: NumericKeys.self)
            self = .numeric(
                rel: try keyed.decodeIfPresent(Double.self, forKey: .rel),
                abs: try keyed.decodeIfPresent(Double.self, forKey: .abs))
        case "letter":
            self = .letter
        case "math":
            self = .math
        case "semantic":
            let keyed = try decoder.container(keyedBy: SemanticKeys.self)
            self = .semantic(
                min: try keyed.decode(Double.self, forKey: .min),
                embedder: try keyed.decodeIfPresent(String.self, forKey: .embedder))
        case "custom":
            let keyed = try decoder.container(keyedBy: CustomKeys.self)
            self = .custom(
                comparator: try keyed.decode(String.self, forKey: .comparator))
        default: throw Unknown.word(word, of: "Equivalence", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .exact:
            try tags.encode("exact", forKey: Name("name"))
        case .normalised:
            try tags.encode("normalised", forKey: Name("name"))
        case .numeric(let rel, let abs):
            try tags.encode("numeric", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: NumericKeys.self)
            try keyed.encodeIfPresent(rel, forKey: .rel)
            try keyed.encodeIfPresent(abs, forKey: .abs)
        case .letter:
            try tags.encode("letter", forKey: Name("name"))
        case .math:
            try tags.encode("math", forKey: Name("name"))
        case .semantic(let min, let embedder):
            try tags.encode("semantic", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: SemanticKeys.self)
            try keyed.encode(min, forKey: .min)
            try keyed.encodeIfPresent(embedder, forKey: .embedder)
        case .custom(let comparator):
            try tags.encode("custom", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: CustomKeys.self)
            try keyed.encode(comparator, forKey: .comparator)
        }
    }
}

/// An error as the log keeps it: no cause and no context, which may hold private text.
public struct ErrorInfo: Hashable, AragoraDocument {
    /// The kind's stable name.
    public let code: String
    /// One sentence.
    public let reason: String
    /// Whether repeating could have helped.
    public let retryable: Bool
    /// How long to wait before.
    public let retryAfter: Duration?

    private enum CodingKeys: String, CodingKey {
        case code
        case reason
        case retryable
        case retryAfter = "retry_after_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        code = try keyed.decode(String.self, forKey: .code)
        reason = try keyed.decode(String.self, forKey: .reason)
        retryable = try keyed.decode(Bool.self, forKey: .retryable)
        retryAfter = try keyed.decodeIfPresent(WireMillis.self, forKey: .retryAfter)?.duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(code, forKey: .code)
        try keyed.encode(reason, forKey: .reason)
        try keyed.encode(retryable, forKey: .retryable)
        try keyed.encodeIfPresent(retryAfter.map(WireMillis.init), forKey: .retryAfter)
    }
}

/// Whether an event is in the log.
public enum EventClass: String, Hashable, CaseIterable, AragoraDocument {
    /// One per record of the log.
    case recorded
    /// Never stored.
    case live
}

/// The debate began; everything fixed before the first turn.
public struct DebateStartEvent: Hashable, AragoraDocument {
    /// The debate.
    public let debate: String
    /// Where it was forked from.
    public let parent: Parent?
    /// Version of the library that wrote the log.
    public let library: String
    /// What is to be decided.
    public let question: Question
    /// Limits, tier and tenant.
    public let environment: Frame
    /// The seats in order.
    public let roster: [SeatView]
    /// The protocol.
    public let `protocol`: ProtocolRef
    /// The decision rule.
    public let rule: RuleConfig
    /// The rule that ends the debate early; absent: none.
    public let stopWhen: RuleConfig?
    /// The stopping rules that are on.
    public let stops: [String]
    /// Who sees whom.
    public let topology: Topology
    /// The remaining options.
    public let options: DebateOptions
    /// The seed, given or drawn.
    public let seed: UInt64
    /// Digest of protocol, parameters, templates, options and roster.
    public let configDigest: String

    private enum CodingKeys: String, CodingKey {
        case debate
        case parent
        case library
        case question
        case environment
        case roster
        case `protocol`
        case rule
        case stopWhen = "stop_when"
        case stops
        case topology
        case options
        case seed
        case configDigest = "config_digest"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        debate = try keyed.decode(String.self, forKey: .debate)
        parent = try keyed.decodeIfPresent(Parent.self, forKey: .parent)
        library = try keyed.decode(String.self, forKey: .library)
        question = try keyed.decode(Question.self, forKey: .question)
        environment = try keyed.decode(Frame.self, forKey: .environment)
        roster = try keyed.decode([SeatView].self, forKey: .roster)
        `protocol` = try keyed.decode(ProtocolRef.self, forKey: .`protocol`)
        rule = try keyed.decode(RuleConfig.self, forKey: .rule)
        stopWhen = try keyed.decodeIfPresent(RuleConfig.self, forKey: .stopWhen)
        stops = try keyed.decode([String].self, forKey: .stops)
        topology = try keyed.decode(Topology.self, forKey: .topology)
        options = try keyed.decode(DebateOptions.self, forKey: .options)
        seed = try keyed.decode(WireUInt64.self, forKey: .seed).value
        configDigest = try keyed.decode(String.self, forKey: .configDigest)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(debate, forKey: .debate)
        try keyed.encodeIfPresent(parent, forKey: .parent)
        try keyed.encode(library, forKey: .library)
        try keyed.encode(question, forKey: .question)
        try keyed.encode(environment, forKey: .environment)
        try keyed.encode(roster, forKey: .roster)
        try keyed.encode(`protocol`, forKey: .`protocol`)
        try keyed.encode(rule, forKey: .rule)
        try keyed.encodeIfPresent(stopWhen, forKey: .stopWhen)
        try keyed.encode(stops, forKey: .stops)
        try keyed.encode(topology, forKey: .topology)
        try keyed.encode(options, forKey: .options)
        try keyed.encode(WireUInt64(seed), forKey: .seed)
        try keyed.encode(configDigest, forKey: .configDigest)
    }
}

/// Another owner took over after a stop.
public struct DebateResumedEvent: Hashable, AragoraDocument {
    /// The first seq it wrote.
    public let fromSeq: Int64
    /// Turns that were started and not ended.
    public let lostTurns: [String]
    /// Whether a changed configuration was accepted.
    public let configChanged: Bool?

    private enum CodingKeys: String, CodingKey {
        case fromSeq = "from_seq"
        case lostTurns = "lost_turns"
        case configChanged = "config_changed"
    }
}

/// A round began.
public struct RoundStartEvent: Hashable, AragoraDocument {
    /// Cognitive roles by seat.
    public let roles: [String: String]?
    /// Stances by seat.
    public let stances: [String: Stance]?
    /// Whose words each seat sees in this round.
    public let sees: [String: [String]]

    private enum CodingKeys: String, CodingKey {
        case roles
        case stances
        case sees
    }
}

/// A step was planned; its turns may start.
public struct StepStartEvent: Hashable, AragoraDocument {
    /// Number of the step, from 0.
    public let step: Int64
    /// What is asked for.
    public let phase: Phase
    /// When the step ends.
    public let join: Join
    /// All at once or one after the other.
    public let order: Order
    /// Usable replies that are needed.
    public let min: Int64
    /// The step whose failed turns it repeats.
    public let retryOf: Int64?
    /// Who is asked what.
    public let asks: [PlannedAsk]

    private enum CodingKeys: String, CodingKey {
        case step
        case phase
        case join
        case order
        case min
        case retryOf = "retry_of"
        case asks
    }
}

/// A turn was handed to its agent.
public struct TurnStartEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The seat.
    public let seat: String
    /// The idempotency key it is asked under.
    public let requestId: String

    private enum CodingKeys: String, CodingKey {
        case turn
        case seat
        case requestId = "request_id"
    }
}

/// One attempt reached the wire, or ended before.
public struct AgentAttemptEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// Number of the attempt, from 1.
    public let n: Int64
    /// The endpoint and model.
    public let target: String
    /// How it ended.
    public let outcome: AttemptOutcome
    /// Tokens.
    public let usage: Usage?
    /// Cost, absent if unknown.
    public let costMicros: Int64?
    /// Where the cost comes from.
    public let costSource: CostSource
    /// How long it took.
    public let latency: Duration
    /// Whether it was a hedge.
    public let hedge: Bool?
    /// What went wrong.
    public let error: ErrorInfo?

    private enum CodingKeys: String, CodingKey {
        case turn
        case n
        case target
        case outcome
        case usage
        case costMicros = "cost_micros"
        case costSource = "cost_source"
        case latency = "latency_ms"
        case hedge
        case error
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        turn = try keyed.decode(String.self, forKey: .turn)
        n = try keyed.decode(Int64.self, forKey: .n)
        target = try keyed.decode(String.self, forKey: .target)
        outcome = try keyed.decode(AttemptOutcome.self, forKey: .outcome)
        usage = try keyed.decodeIfPresent(Usage.self, forKey: .usage)
        costMicros = try keyed.decodeIfPresent(Int64.self, forKey: .costMicros)
        costSource = try keyed.decode(CostSource.self, forKey: .costSource)
        latency = try keyed.decode(WireMillis.self, forKey: .latency).duration
        hedge = try keyed.decodeIfPresent(Bool.self, forKey: .hedge)
        error = try keyed.decodeIfPresent(ErrorInfo.self, forKey: .error)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(turn, forKey: .turn)
        try keyed.encode(n, forKey: .n)
        try keyed.encode(target, forKey: .target)
        try keyed.encode(outcome, forKey: .outcome)
        try keyed.encodeIfPresent(usage, forKey: .usage)
        try keyed.encodeIfPresent(costMicros, forKey: .costMicros)
        try keyed.encode(costSource, forKey: .costSource)
        try keyed.encode(WireMillis(latency), forKey: .latency)
        try keyed.encodeIfPresent(hedge, forKey: .hedge)
        try keyed.encodeIfPresent(error, forKey: .error)
    }
}

/// A usable or refused reply.
public struct AgentMessageEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The seat.
    public let seat: String
    /// What was asked for.
    public let phase: Phase
    /// What it is.
    public let kind: MessageKind
    /// Its id.
    public let message: String
    /// The whole text, unchanged.
    public let text: String
    /// The structured value, if there is one.
    public let structured: JSONValue?
    /// Why it ended.
    public let stop: StopReason
    /// A refusal, which is an outcome and no error.
    public let refusal: Refusal?
    /// Provider.
    public let provider: String?
    /// Model as it answered.
    public let model: String?
    /// How the reply came to be.
    public let served: Served
    /// Tokens of all attempts of the turn.
    public let usage: Usage?
    /// Cost of the turn, absent if unknown.
    public let costMicros: Int64?
    /// Order of arrival in its step, from 0.
    public let arrival: Int64
    /// The answer found in it.
    public let answer: ExtractedAnswer?
    /// Stated confidence 0..=1.
    public let confidence: Double?
    /// Whether the seat wants to go on.
    public let goOn: Bool?
    /// Whether the seat is ready to decide; from structured output only.
    public let ready: Bool?

    private enum CodingKeys: String, CodingKey {
        case turn
        case seat
        case phase
        case kind
        case message
        case text
        case structured
        case stop
        case refusal
        case provider
        case model
        case served
        case usage
        case costMicros = "cost_micros"
        case arrival
        case answer
        case confidence
        case goOn = "continue"
        case ready
    }
}

/// One critic's view of one target.
public struct CritiqueEvent: Hashable, AragoraDocument {
    /// The turn it was given in.
    public let turn: String
    /// Who.
    public let critic: String
    /// Of whom.
    public let target: String
    /// The message it was given in.
    public let message: String
    /// Problems.
    public let issues: [String]
    /// Suggestions.
    public let suggestions: [String]
    /// 0..=10.
    public let severity: Double?
    /// Why.
    public let reasoning: String

    private enum CodingKeys: String, CodingKey {
        case turn
        case critic
        case target
        case message
        case issues
        case suggestions
        case severity
        case reasoning
    }
}

/// One seat's ballot.
public struct VoteEvent: Hashable, AragoraDocument {
    /// The turn; absent for a host user's vote and for positions that count as votes.
    public let turn: String?
    /// Who.
    public let voter: String
    /// What became of it.
    public let status: VoteStatus
    /// The ballot; absent if there was no reply.
    public let ballot: Ballot?
    /// Stated confidence.
    public let confidence: Double?
    /// The seat's weight. In millionths.
    public let weight: Int64
    /// The stated reason.
    public let reason: String?
    /// Whether it was for the own answer and nobody else's.
    public let selfVote: Bool
    /// Intensity 1..=10 of a host user's vote.
    public let userIntensity: Int64?

    private enum CodingKeys: String, CodingKey {
        case turn
        case voter
        case status
        case ballot
        case confidence
        case weight
        case reason
        case selfVote = "self_vote"
        case userIntensity = "user_intensity"
    }
}

/// A turn ended without a usable reply.
public struct TurnFailedEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The seat.
    public let seat: String
    /// Why.
    public let error: ErrorInfo
    /// What had arrived.
    public let partialText: String?

    private enum CodingKeys: String, CodingKey {
        case turn
        case seat
        case error
        case partialText = "partial_text"
    }
}

/// A turn was given up while it ran.
public struct TurnCancelledEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The seat.
    public let seat: String
    /// Why.
    public let why: GiveUp

    private enum CodingKeys: String, CodingKey {
        case turn
        case seat
        case why
    }
}

/// A planned turn was never started.
public struct TurnSkippedEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The seat.
    public let seat: String
    /// Why.
    public let why: GiveUp

    private enum CodingKeys: String, CodingKey {
        case turn
        case seat
        case why
    }
}

/// A seat failed so often that it is asked no more.
public struct SeatBenchedEvent: Hashable, AragoraDocument {
    /// The seat.
    public let seat: String
    /// Failures in a row.
    public let afterFailures: Int64

    private enum CodingKeys: String, CodingKey {
        case seat
        case afterFailures = "after_failures"
    }
}

/// A prompt was shortened, visibly.
public struct ContextReducedEvent: Hashable, AragoraDocument {
    /// The turn whose prompt it was.
    public let turn: String
    /// How.
    public let method: String
    /// The messages left out.
    public let dropped: [String]
    /// What stands in their place.
    public let summary: String?

    private enum CodingKeys: String, CodingKey {
        case turn
        case method
        case dropped
        case summary
    }
}

/// Knowledge was given to the participants.
public struct KnowledgeInjectedEvent: Hashable, AragoraDocument {
    /// The items shown.
    public let items: [JSONValue]
    /// Their text as it stands in the prompts.
    public let text: String

    private enum CodingKeys: String, CodingKey {
        case items
        case text
    }
}

/// Knowledge was asked for and could not be had.
public struct KnowledgeDegradedEvent: Hashable, AragoraDocument {
    /// What went wrong.
    public let error: ErrorInfo

    private enum CodingKeys: String, CodingKey {
        case error
    }
}

/// A person said something that is nobody's turn.
public struct HumanInputEvent: Hashable, AragoraDocument {
    /// Who.
    public let by: String
    /// What.
    public let kind: HumanInputKind
    /// The text, or the option of a vote.
    public let text: String
    /// Intensity 1..=10 of a vote.
    public let intensity: Int64?

    private enum CodingKeys: String, CodingKey {
        case by
        case kind
        case text
        case intensity
    }
}

/// A rule counted.
public struct ConsensusCheckEvent: Hashable, AragoraDocument {
    /// When.
    public let scope: CheckScope
    /// The rule that ends the debate early, or the deciding rule.
    public let rule: RuleConfig
    /// What was counted.
    public let tally: Tally
    /// What it found.
    public let outcome: Outcome

    private enum CodingKeys: String, CodingKey {
        case scope
        case rule
        case tally
        case outcome
    }
}

/// A figure about the debate.
public struct AnalysisEvent: Hashable, AragoraDocument {
    /// Which.
    public let kind: AnalysisKind
    /// The result with its inputs and version.
    public let value: JSONValue

    private enum CodingKeys: String, CodingKey {
        case kind
        case value
    }
}

/// Agreement without evidence.
public struct HollowConsensusEvent: Hashable, AragoraDocument {
    /// Similarity of the texts.
    public let similarity: Double
    /// Mean evidence quality.
    public let quality: Double
    /// 0..=1.
    public let severity: Double
    /// Whether it counts as hollow.
    public let detected: Bool

    private enum CodingKeys: String, CodingKey {
        case similarity
        case quality
        case severity
        case detected
    }
}

/// The library challenged the participants.
public struct TricksterInterventionEvent: Hashable, AragoraDocument {
    /// Which challenge.
    public let kind: String
    /// To whom.
    public let targets: [String]
    /// Its text.
    public let text: String
    /// What each target lacks.
    public let gaps: [String: [String]]
    /// 0..=1.
    public let priority: Double

    private enum CodingKeys: String, CodingKey {
        case kind
        case targets
        case text
        case gaps
        case priority
    }
}

/// The debate waits for a person.
public struct BreakpointEvent: Hashable, AragoraDocument {
    /// Its id.
    public let id: String
    /// What triggered it.
    public let trigger: String
    /// Positions, issues and tally.
    public let snapshot: JSONValue
    /// Escalation level 1..=3.
    public let level: Int64
    /// How long it waits.
    public let deadline: Duration

    private enum CodingKeys: String, CodingKey {
        case id
        case trigger
        case snapshot
        case level
        case deadline = "deadline_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        id = try keyed.decode(String.self, forKey: .id)
        trigger = try keyed.decode(String.self, forKey: .trigger)
        snapshot = try keyed.decode(JSONValue.self, forKey: .snapshot)
        level = try keyed.decode(Int64.self, forKey: .level)
        deadline = try keyed.decode(WireMillis.self, forKey: .deadline).duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(id, forKey: .id)
        try keyed.encode(trigger, forKey: .trigger)
        try keyed.encode(snapshot, forKey: .snapshot)
        try keyed.encode(level, forKey: .level)
        try keyed.encode(WireMillis(deadline), forKey: .deadline)
    }
}

/// A person answered a breakpoint, or time ran out.
public struct BreakpointResolvedEvent: Hashable, AragoraDocument {
    /// Its id.
    public let id: String
    /// continue, resolve, redirect or abort.
    public let action: String
    /// Guidance for the next round.
    public let guidance: String?
    /// Who.
    public let by: String?
    /// Whether nobody answered in time.
    public let timedOut: Bool

    private enum CodingKeys: String, CodingKey {
        case id
        case action
        case guidance
        case by
        case timedOut = "timed_out"
    }
}

/// A share of a limit is used.
public struct BudgetAlertEvent: Hashable, AragoraDocument {
    /// Which limit.
    public let scope: String
    /// 50, 75, 90 or 100.
    public let percent: Int64
    /// What is spent.
    public let spent: Int64
    /// The limit.
    public let limit: Int64

    private enum CodingKeys: String, CodingKey {
        case scope
        case percent
        case spent
        case limit
    }
}

/// Something a reader should know that changed nothing.
public struct WarningEvent: Hashable, AragoraDocument {
    /// A stable code.
    public let code: String
    /// The turn it concerns.
    public let turn: String?
    /// More about it.
    public let detail: String

    private enum CodingKeys: String, CodingKey {
        case code
        case turn
        case detail
    }
}

/// What a fork changed.
public struct ForkEditEvent: Hashable, AragoraDocument {
    /// The edit.
    public let edit: Edit

    private enum CodingKeys: String, CodingKey {
        case edit
    }
}

/// A step ended.
public struct StepEndEvent: Hashable, AragoraDocument {
    /// Number of the step.
    public let step: Int64
    /// Why it ended.
    public let why: StepWhy
    /// Turns with a reply, in order of arrival.
    public let arrived: [String]

    private enum CodingKeys: String, CodingKey {
        case step
        case why
        case arrived
    }
}

/// A round ended.
public struct RoundEndEvent: Hashable, AragoraDocument {
    /// How close the seats are.
    public let convergence: RoundConvergence
    /// The option with the greatest weight.
    public let leader: String?
    /// The leader's answer; labels change from round to round.
    public let leaderValue: String?
    /// Its share.
    public let share: Double?

    private enum CodingKeys: String, CodingKey {
        case convergence
        case leader
        case leaderValue = "leader_value"
        case share
    }
}

/// Why the debate ends; exactly one per debate.
public struct StopEvent: Hashable, AragoraDocument {
    /// The cause.
    public let cause: StopCause
    /// The numbers.
    public let detail: String

    private enum CodingKeys: String, CodingKey {
        case cause
        case detail
    }
}

/// The result.
public struct DecisionEvent: Hashable, AragoraDocument {
    /// The whole decision.
    public let decision: Decision

    private enum CodingKeys: String, CodingKey {
        case decision
    }
}

/// The debate ended with a decision document.
public struct DebateEndEvent: Hashable, AragoraDocument {
    /// `finished`.
    public let status: String
    /// SHA-256 of the decision's canonical JSON.
    public let decisionDigest: String?

    private enum CodingKeys: String, CodingKey {
        case status
        case decisionDigest = "decision_digest"
    }
}

/// The debate ended without any usable reply, or by a broken protocol.
public struct DebateFailedEvent: Hashable, AragoraDocument {
    /// Why.
    public let error: ErrorInfo

    private enum CodingKeys: String, CodingKey {
        case error
    }
}

/// The debate was cancelled.
public struct DebateCancelledEvent: Hashable, AragoraDocument {
    /// By whom.
    public let by: String
    /// Why.
    public let reason: String

    private enum CodingKeys: String, CodingKey {
        case by
        case reason
    }
}

/// A turn begins to stream.
public struct TokenStartEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String

    private enum CodingKeys: String, CodingKey {
        case turn
    }
}

/// A piece of text.
public struct TokenDeltaEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The piece; adjacent ones are joined for slow readers.
    public let text: String

    private enum CodingKeys: String, CodingKey {
        case turn
        case text
    }
}

/// Forget the text of this turn so far: another attempt begins.
public struct TokenResetEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String

    private enum CodingKeys: String, CodingKey {
        case turn
    }
}

/// A turn is done streaming.
public struct TokenEndEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// Characters of the text.
    public let chars: Int64

    private enum CodingKeys: String, CodingKey {
        case turn
        case chars
    }
}

/// A piece of thinking, where a model shows it.
public struct AgentThinkingEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The piece.
    public let text: String

    private enum CodingKeys: String, CodingKey {
        case turn
        case text
    }
}

/// An attempt of a turn failed.
public struct AgentErrorEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The error's code.
    public let code: String
    /// Which attempt of its target, from 1.
    public let attempt: Int64

    private enum CodingKeys: String, CodingKey {
        case turn
        case code
        case attempt
    }
}

/// A turn is asked again of the same target.
public struct AgentRetryEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The attempt that follows, from 2.
    public let attempt: Int64
    /// Code of the failure before.
    public let code: String
    /// The pause before it, in milliseconds.
    public let delay: Duration

    private enum CodingKeys: String, CodingKey {
        case turn
        case attempt
        case code
        case delay = "delay_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        turn = try keyed.decode(String.self, forKey: .turn)
        attempt = try keyed.decode(Int64.self, forKey: .attempt)
        code = try keyed.decode(String.self, forKey: .code)
        delay = try keyed.decode(WireMillis.self, forKey: .delay).duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(turn, forKey: .turn)
        try keyed.encode(attempt, forKey: .attempt)
        try keyed.encode(code, forKey: .code)
        try keyed.encode(WireMillis(delay), forKey: .delay)
    }
}

/// A turn is asked of another target.
public struct AgentFallbackTriggeredEvent: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The target that failed.
    public let from: String
    /// The target asked now.
    public let to: String
    /// Code of the failure.
    public let code: String

    private enum CodingKeys: String, CodingKey {
        case turn
        case from
        case to
        case code
    }
}

/// A turn waits under a provider's rate limit.
public struct RateLimitWaitEvent: Hashable, AragoraDocument {
    /// The provider.
    public let provider: String
    /// For how long at most, in milliseconds.
    public let wait: Duration

    private enum CodingKeys: String, CodingKey {
        case provider
        case wait = "wait_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        provider = try keyed.decode(String.self, forKey: .provider)
        wait = try keyed.decode(WireMillis.self, forKey: .wait).duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(provider, forKey: .provider)
        try keyed.encode(WireMillis(wait), forKey: .wait)
    }
}

/// A turn's failure opened a circuit breaker: nothing is sent to its target for a while.
public struct BreakerOpenedEvent: Hashable, AragoraDocument {
    /// What it guards: `agent`.
    public let scope: String
    /// Whose, e.g. `openai/gpt-5`.
    public let name: String
    /// Failures that counted when it changed.
    public let failures: Int64

    private enum CodingKeys: String, CodingKey {
        case scope
        case name
        case failures
    }
}

/// A circuit breaker lets one probe through.
public struct BreakerHalfOpenEvent: Hashable, AragoraDocument {
    /// What it guards: `agent`.
    public let scope: String
    /// Whose, e.g. `openai/gpt-5`.
    public let name: String
    /// Failures that counted when it changed.
    public let failures: Int64

    private enum CodingKeys: String, CodingKey {
        case scope
        case name
        case failures
    }
}

/// A circuit breaker closed: its target answers again.
public struct BreakerClosedEvent: Hashable, AragoraDocument {
    /// What it guards: `agent`.
    public let scope: String
    /// Whose, e.g. `openai/gpt-5`.
    public let name: String
    /// Failures that counted when it changed.
    public let failures: Int64

    private enum CodingKeys: String, CodingKey {
        case scope
        case name
        case failures
    }
}

/// This reader fell behind; recorded events are read again from the log, live ones are gone.
public struct LaggedEvent: Hashable, AragoraDocument {
    /// First seq.
    public let from: Int64
    /// Last seq.
    public let to: Int64
    /// Live events lost since the stream began.
    public let dropped: Int64

    private enum CodingKeys: String, CodingKey {
        case from
        case to
        case dropped
    }
}

/// What an event says, by its type.
public indirect enum EventData: Hashable, Sendable {
    /// The debate began; everything fixed before the first turn.
    case debateStart(DebateStartEvent)
    /// Another owner took over after a stop.
    case debateResumed(DebateResumedEvent)
    /// A round began.
    case roundStart(RoundStartEvent)
    /// A step was planned; its turns may start.
    case stepStart(StepStartEvent)
    /// A turn was handed to its agent.
    case turnStart(TurnStartEvent)
    /// One attempt reached the wire, or ended before.
    case agentAttempt(AgentAttemptEvent)
    /// A usable or refused reply.
    case agentMessage(AgentMessageEvent)
    /// One critic's view of one target.
    case critique(CritiqueEvent)
    /// One seat's ballot.
    case vote(VoteEvent)
    /// A turn ended without a usable reply.
    case turnFailed(TurnFailedEvent)
    /// A turn was given up while it ran.
    case turnCancelled(TurnCancelledEvent)
    /// A planned turn was never started.
    case turnSkipped(TurnSkippedEvent)
    /// A seat failed so often that it is asked no more.
    case seatBenched(SeatBenchedEvent)
    /// A prompt was shortened, visibly.
    case contextReduced(ContextReducedEvent)
    /// Knowledge was given to the participants.
    case knowledgeInjected(KnowledgeInjectedEvent)
    /// Knowledge was asked for and could not be had.
    case knowledgeDegraded(KnowledgeDegradedEvent)
    /// A person said something that is nobody's turn.
    case humanInput(HumanInputEvent)
    /// A rule counted.
    case consensusCheck(ConsensusCheckEvent)
    /// A figure about the debate.
    case analysis(AnalysisEvent)
    /// Agreement without evidence.
    case hollowConsensus(HollowConsensusEvent)
    /// The library challenged the participants.
    case tricksterIntervention(TricksterInterventionEvent)
    /// The debate waits for a person.
    case breakpoint(BreakpointEvent)
    /// A person answered a breakpoint, or time ran out.
    case breakpointResolved(BreakpointResolvedEvent)
    /// A share of a limit is used.
    case budgetAlert(BudgetAlertEvent)
    /// Something a reader should know that changed nothing.
    case warning(WarningEvent)
    /// What a fork changed.
    case forkEdit(ForkEditEvent)
    /// A step ended.
    case stepEnd(StepEndEvent)
    /// A round ended.
    case roundEnd(RoundEndEvent)
    /// Why the debate ends; exactly one per debate.
    case stop(StopEvent)
    /// The result.
    case decision(DecisionEvent)
    /// The debate ended with a decision document.
    case debateEnd(DebateEndEvent)
    /// The debate ended without any usable reply, or by a broken protocol.
    case debateFailed(DebateFailedEvent)
    /// The debate was cancelled.
    case debateCancelled(DebateCancelledEvent)
    /// A turn begins to stream.
    case tokenStart(TokenStartEvent)
    /// A piece of text.
    case tokenDelta(TokenDeltaEvent)
    /// Forget the text of this turn so far: another attempt begins.
    case tokenReset(TokenResetEvent)
    /// A turn is done streaming.
    case tokenEnd(TokenEndEvent)
    /// A piece of thinking, where a model shows it.
    case agentThinking(AgentThinkingEvent)
    /// An attempt of a turn failed.
    case agentError(AgentErrorEvent)
    /// A turn is asked again of the same target.
    case agentRetry(AgentRetryEvent)
    /// A turn is asked of another target.
    case agentFallbackTriggered(AgentFallbackTriggeredEvent)
    /// A turn waits under a provider's rate limit.
    case rateLimitWait(RateLimitWaitEvent)
    /// A turn's failure opened a circuit breaker: nothing is sent to its target for a while.
    case breakerOpened(BreakerOpenedEvent)
    /// A circuit breaker lets one probe through.
    case breakerHalfOpen(BreakerHalfOpenEvent)
    /// A circuit breaker closed: its target answers again.
    case breakerClosed(BreakerClosedEvent)
    /// Nothing happened for 30 seconds; the debate still runs.
    case heartbeat
    /// This reader fell behind; recorded events are read again from the log, live ones are gone.
    case lagged(LaggedEvent)
    /// A type this version does not know.
    case unknown(type: String, data: JSONValue)

    init(type: String, from decoder: any Decoder) throws {
        switch type {
        case "debate_start": self = .debateStart(try DebateStartEvent(from: decoder))
        case "debate_resumed": self = .debateResumed(try DebateResumedEvent(from: decoder))
        case "round_start": self = .roundStart(try RoundStartEvent(from: decoder))
        case "step_start": self = .stepStart(try StepStartEvent(from: decoder))
        case "turn_start": self = .turnStart(try TurnStartEvent(from: decoder))
        case "agent_attempt": self = .agentAttempt(try AgentAttemptEvent(from: decoder))
        case "agent_message": self = .agentMessage(try AgentMessageEvent(from: decoder))
        case "critique": self = .critique(try CritiqueEvent(from: decoder))
        case "vote": self = .vote(try VoteEvent(from: decoder))
        case "turn_failed": self = .turnFailed(try TurnFailedEvent(from: decoder))
        case "turn_cancelled": self = .turnCancelled(try TurnCancelledEvent(from: decoder))
        case "turn_skipped": self = .turnSkipped(try TurnSkippedEvent(from: decoder))
        case "seat_benched": self = .seatBenched(try SeatBenchedEvent(from: decoder))
        case "context_reduced": self = .contextReduced(try ContextReducedEvent(from: decoder))
        case "knowledge_injected": self = .knowledgeInjected(try KnowledgeInjectedEvent(from: decoder))
        case "knowledge_degraded": self = .knowledgeDegraded(try KnowledgeDegradedEvent(from: decoder))
        case "human_input": self = .humanInput(try HumanInputEvent(from: decoder))
        case "consensus_check": self = .consensusCheck(try ConsensusCheckEvent(from: decoder))
        case "analysis": self = .analysis(try AnalysisEvent(from: decoder))
        case "hollow_consensus": self = .hollowConsensus(try HollowConsensusEvent(from: decoder))
        case "trickster_intervention": self = .tricksterIntervention(try TricksterInterventionEvent(from: decoder))
        case "breakpoint": self = .breakpoint(try BreakpointEvent(from: decoder))
        case "breakpoint_resolved": self = .breakpointResolved(try BreakpointResolvedEvent(from: decoder))
        case "budget_alert": self = .budgetAlert(try BudgetAlertEvent(from: decoder))
        case "warning": self = .warning(try WarningEvent(from: decoder))
        case "fork_edit": self = .forkEdit(try ForkEditEvent(from: decoder))
        case "step_end": self = .stepEnd(try StepEndEvent(from: decoder))
        case "round_end": self = .roundEnd(try RoundEndEvent(from: decoder))
        case "stop": self = .stop(try StopEvent(from: decoder))
        case "decision": self = .decision(try DecisionEvent(from: decoder))
        case "debate_end": self = .debateEnd(try DebateEndEvent(from: decoder))
        case "debate_failed": self = .debateFailed(try DebateFailedEvent(from: decoder))
        case "debate_cancelled": self = .debateCancelled(try DebateCancelledEvent(from: decoder))
        case "token_start": self = .tokenStart(try TokenStartEvent(from: decoder))
        case "token_delta": self = .tokenDelta(try TokenDeltaEvent(from: decoder))
        case "token_reset": self = .tokenReset(try TokenResetEvent(from: decoder))
        case "token_end": self = .tokenEnd(try TokenEndEvent(from: decoder))
        case "agent_thinking": self = .agentThinking(try AgentThinkingEvent(from: decoder))
        case "agent_error": self = .agentError(try AgentErrorEvent(from: decoder))
        case "agent_retry": self = .agentRetry(try AgentRetryEvent(from: decoder))
        case "agent_fallback_triggered": self = .agentFallbackTriggered(try AgentFallbackTriggeredEvent(from: decoder))
        case "rate_limit_wait": self = .rateLimitWait(try RateLimitWaitEvent(from: decoder))
        case "breaker_opened": self = .breakerOpened(try BreakerOpenedEvent(from: decoder))
        case "breaker_half_open": self = .breakerHalfOpen(try BreakerHalfOpenEvent(from: decoder))
        case "breaker_closed": self = .breakerClosed(try BreakerClosedEvent(from: decoder))
        case "heartbeat": self = .heartbeat
        case "lagged": self = .lagged(try LaggedEvent(from: decoder))
        default: self = .unknown(type: type, data: try JSONValue(from: decoder))
        }
    }

    func encodeMembers(to encoder: any Encoder) throws {
        switch self {
        case .debateStart(let data): try data.encode(to: encoder)
        case .debateResumed(let data): try data.encode(to: encoder)
        case .roundStart(let data): try data.encode(to: encoder)
        case .stepStart(let data): try data.encode(to: encoder)
        case .turnStart(let data): try data.encode(to: encoder)
        case .agentAttempt(let data): try data.encode(to: encoder)
        case .agentMessage(let data): try data.encode(to: encoder)
        case .critique(let data): try data.encode(to: encoder)
        case .vote(let data): try data.encode(to: encoder)
        case .turnFailed(let data): try data.encode(to: encoder)
        case .turnCancelled(let data): try data.encode(to: encoder)
        case .turnSkipped(let data): try data.encode(to: encoder)
        case .seatBenched(let data): try data.encode(to: encoder)
        case .contextReduced(let data): try data.encode(to: encoder)
        case .knowledgeInjected(let data): try data.encode(to: encoder)
        case .knowledgeDegraded(let data): try data.encode(to: encoder)
        case .humanInput(let data): try data.encode(to: encoder)
        case .consensusCheck(let data): try data.encode(to: encoder)
        case .analysis(let data): try data.encode(to: encoder)
        case .hollowConsensus(let data): try data.encode(to: encoder)
        case .tricksterIntervention(let data): try data.encode(to: encoder)
        case .breakpoint(let data): try data.encode(to: encoder)
        case .breakpointResolved(let data): try data.encode(to: encoder)
        case .budgetAlert(let data): try data.encode(to: encoder)
        case .warning(let data): try data.encode(to: encoder)
        case .forkEdit(let data): try data.encode(to: encoder)
        case .stepEnd(let data): try data.encode(to: encoder)
        case .roundEnd(let data): try data.encode(to: encoder)
        case .stop(let data): try data.encode(to: encoder)
        case .decision(let data): try data.encode(to: encoder)
        case .debateEnd(let data): try data.encode(to: encoder)
        case .debateFailed(let data): try data.encode(to: encoder)
        case .debateCancelled(let data): try data.encode(to: encoder)
        case .tokenStart(let data): try data.encode(to: encoder)
        case .tokenDelta(let data): try data.encode(to: encoder)
        case .tokenReset(let data): try data.encode(to: encoder)
        case .tokenEnd(let data): try data.encode(to: encoder)
        case .agentThinking(let data): try data.encode(to: encoder)
        case .agentError(let data): try data.encode(to: encoder)
        case .agentRetry(let data): try data.encode(to: encoder)
        case .agentFallbackTriggered(let data): try data.encode(to: encoder)
        case .rateLimitWait(let data): try data.encode(to: encoder)
        case .breakerOpened(let data): try data.encode(to: encoder)
        case .breakerHalfOpen(let data): try data.encode(to: encoder)
        case .breakerClosed(let data): try data.encode(to: encoder)
        case .heartbeat: try JSONValue.object([:]).encode(to: encoder)
        case .lagged(let data): try data.encode(to: encoder)
        case .unknown(_, let data): try data.encode(to: encoder)
        }
    }
}

/// What a turn must return.
public enum Expect: Hashable, AragoraDocument {
    /// Free text.
    case text
    /// A JSON value of this shape.
    case json(JsonShape)
    /// A ballot of this shape.
    case ballot(BallotShape)

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "text": self = .text
            default: throw Unknown.word(word, of: "Expect", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "json":
            self = .json(try cases.decode(JsonShape.self, forKey: key))
        case "ballot":
            self = .ballot(try cases.decode(BallotShape.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "Expect", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .text:
            var single = encoder.singleValueContainer()
            try single.encode("text")
        case .json(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("json"))
        case .ballot(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("ballot"))
        }
    }
}

/// An answer taken from a reply.
public struct ExtractedAnswer: Hashable, AragoraDocument {
    /// As it stands in the reply.
    public let raw: String
    /// The value that is compared.
    public let value: String
    /// The extractor that found it, `whole` for the whole reply, `unparsed` for an own candidate.
    public let extractor: String

    private enum CodingKeys: String, CodingKey {
        case raw
        case value
        case extractor
    }
}

/// A rule that finds an answer in a reply. Pure; named in the event.
public enum Extractor: Hashable, AragoraDocument {
    /// RFC 6901 pointer into the structured value.
    case structured(pointer: String)
    /// The last `final answer:` line outside fences.
    case finalAnswerLine
    /// The last `answer:` line.
    case answerLine
    /// The last `(X)`, else the last `X)`, X one of the letters, upper-cased.
    case choiceParen(letters: String)
    /// The content of the last `\boxed`.
    case boxed
    /// The first `{...}` with digits, from the last match back; else the last number.
    case bracesNumber
    /// The last token that is a decimal number.
    case floatToken
    /// The last match of `-?\d*\.?\d+`.
    case lastNumber
    /// The extractor of the Hendrycks MATH evaluation.
    case hendrycksMath
    /// The whole trimmed reply.
    case whole
    /// A regular expression of at most 1 KiB, linear time.
    case regex(pattern: String, group: Int64? = nil, last: Bool? = nil, upper: Bool? = nil)

    private enum StructuredKeys: String, CodingKey {
        case pointer
    }

    private enum ChoiceParenKeys: String, CodingKey {
        case letters
    }

    private enum RegexKeys: String, CodingKey {
        case pattern
        case group
        case last
        case upper
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "structured":
            let keyed = try decoder.container(keyedBy: StructuredKeys.self)
            self = .structured(
                pointer: try keyed.decode(String.self, forKey: .pointer))
        case "final_answer_line":
            self = .finalAnswerLine
        case "answer_line":
            self = .answerLine
        case "choice_paren":
            let keyed = try decoder.container(keyedBy: ChoiceParenKeys.self)
            self = .choiceParen(
                letters: try keyed.decode(String.self, forKey: .letters))
        case "boxed":
            self = .boxed
        case "braces_number":
            self = .bracesNumber
        case "float_token":
            self = .floatToken
        case "last_number":
            self = .lastNumber
        case "hendrycks_math":
            self = .hendrycksMath
        case "whole":
            self = .whole
        case "regex":
            let keyed = try decoder.container(keyedBy: RegexKeys.self)
            self = .regex(
                pattern: try keyed.decode(String.self, forKey: .pattern),
                group: try keyed.decodeIfPresent(Int64.self, forKey: .group),
                last: try keyed.decodeIfPresent(Bool.self, forKey: .last),
                upper: try keyed.decodeIfPresent(Bool.self, forKey: .upper))
        default: throw Unknown.word(word, of: "Extractor", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .structured(let pointer):
            try tags.encode("structured", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: StructuredKeys.self)
            try keyed.encode(pointer, forKey: .pointer)
        case .finalAnswerLine:
            try tags.encode("final_answer_line", forKey: Name("name"))
        case .answerLine:
            try tags.encode("answer_line", forKey: Name("name"))
        case .choiceParen(let letters):
            try tags.encode("choice_paren", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: ChoiceParenKeys.self)
            try keyed.encode(letters, forKey: .letters)
        case .boxed:
            try tags.encode("boxed", forKey: Name("name"))
        case .bracesNumber:
            try tags.encode("braces_number", forKey: Name("name"))
        case .floatToken:
            try tags.encode("float_token", forKey: Name("name"))
        case .lastNumber:
            try tags.encode("last_number", forKey: Name("name"))
        case .hendrycksMath:
            try tags.encode("hendrycks_math", forKey: Name("name"))
        case .whole:
            try tags.encode("whole", forKey: Name("name"))
        case .regex(let pattern, let group, let last, let upper):
            try tags.encode("regex", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: RegexKeys.self)
            try keyed.encode(pattern, forKey: .pattern)
            try keyed.encodeIfPresent(group, forKey: .group)
            try keyed.encodeIfPresent(last, forKey: .last)
            try keyed.encodeIfPresent(upper, forKey: .upper)
        }
    }
}

/// The environment without the question, which stands beside it.
public struct Frame: Hashable, AragoraDocument {
    /// Bounds.
    public let limits: Limits
    /// Risk tier.
    public let tier: RiskTier?
    /// The organisation.
    public let tenant: String
    /// The workspace.
    public let workspace: String
    /// A word for ratings and search.
    public let topic: String?
    /// Words of the host.
    public let tags: [String]?

    private enum CodingKeys: String, CodingKey {
        case limits
        case tier
        case tenant
        case workspace
        case topic
        case tags
    }
}

/// The gate of a receipt.
public enum Gate: String, Hashable, CaseIterable, AragoraDocument {
    /// Decided, confidence >= .7, no unacknowledged dissent of severity >= .6.
    case pass = "PASS"
    /// Decided otherwise.
    case conditional = "CONDITIONAL"
    /// Not decided.
    case fail = "FAIL"
}

/// When agreeing first answers end the debate.
public enum GatePolicy: Hashable, AragoraDocument {
    /// What the protocol has: unanimous for `critique` and `roundtable`, off for the others.
    case `default`
    /// Every eligible seat gave an answer of one group.
    case unanimous
    /// As unanimous, and every confidence is at least this.
    case confidence(min: Int64)
    /// Never.
    case off

    private enum ConfidenceKeys: String, CodingKey {
        case min
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "default":
            self = .`default`
        case "unanimous":
            self = .unanimous
        case "confidence":
            let keyed = try decoder.container(keyedBy: ConfidenceKeys.self)
            self = .confidence(
                min: try keyed.decode(Int64.self, forKey: .min))
        case "off":
            self = .off
        default: throw Unknown.word(word, of: "GatePolicy", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .`default`:
            try tags.encode("default", forKey: Name("name"))
        case .unanimous:
            try tags.encode("unanimous", forKey: Name("name"))
        case .confidence(let min):
            try tags.encode("confidence", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: ConfidenceKeys.self)
            try keyed.encode(min, forKey: .min)
        case .off:
            try tags.encode("off", forKey: Name("name"))
        }
    }
}

/// Why a turn was given up or never started.
public enum GiveUp: String, Hashable, CaseIterable, AragoraDocument {
    /// The threshold was reached without it.
    case consensus
    /// Enough others had answered.
    case quorum
    /// Time was up.
    case deadline
    /// A limit would be passed.
    case budget
    /// A hedge answered first.
    case hedgeLost = "hedge_lost"
    /// The process that ran it stopped.
    case ownerLost = "owner_lost"
    /// The seat had failed too often.
    case benched
    /// The debate was cancelled.
    case debateCancelled = "debate_cancelled"
    /// A person took it.
    case human
}

/// How long stragglers get once a quorum is in: the longer of a fixed time and a share of the time elapsed.
public struct Grace: Hashable, AragoraDocument {
    /// Fixed time, default 250 ms.
    public var atLeast: Duration?
    /// Share of the time elapsed in the step in thousandths, default 500.
    public var elapsedThousandths: Int64?

    public init(
        atLeast: Duration? = nil,
        elapsedThousandths: Int64? = nil
    ) {
        self.atLeast = atLeast
        self.elapsedThousandths = elapsedThousandths
    }

    private enum CodingKeys: String, CodingKey {
        case atLeast = "at_least_ms"
        case elapsedThousandths = "elapsed_thousandths"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        atLeast = try keyed.decodeIfPresent(WireMillis.self, forKey: .atLeast)?.duration
        elapsedThousandths = try keyed.decodeIfPresent(Int64.self, forKey: .elapsedThousandths)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encodeIfPresent(atLeast.map(WireMillis.init), forKey: .atLeast)
        try keyed.encodeIfPresent(elapsedThousandths, forKey: .elapsedThousandths)
    }
}

/// Whether a seat's own earlier exchange precedes the prompt.
public enum HistoryPolicy: String, Hashable, CaseIterable, AragoraDocument {
    /// It does; the default.
    case own
    /// It does not.
    case nothing = "none"
}

/// What a person said.
public enum HumanInputKind: String, Hashable, CaseIterable, AragoraDocument {
    /// A message to all.
    case message
    /// Guidance for the next round.
    case guidance
    /// A vote.
    case userVote = "user_vote"
    /// An answer that resolves the debate.
    case answer
}

/// A person's answer.
public struct HumanReply: Hashable, AragoraDocument {
    /// The text, at most 4 MiB.
    public var text: String
    /// The structured value, e.g. from a form.
    public var structured: JSONValue?

    public init(
        text: String,
        structured: JSONValue? = nil
    ) {
        self.text = text
        self.structured = structured
    }

    private enum CodingKeys: String, CodingKey {
        case text
        case structured
    }
}

/// How participants appear to each other.
public enum Identity: String, Hashable, CaseIterable, AragoraDocument {
    /// As Agent-1..n by a seeded shuffle, stable over the debate.
    case anonymous
    /// By their ids.
    case named
}

/// A challenge or guidance that was given during the debate.
public struct Intervention: Hashable, AragoraDocument {
    /// What kind.
    public let kind: String
    /// When.
    public let round: Int64
    /// To whom.
    public let targets: [String]
    /// Its text.
    public let text: String
    /// Whether it was met.
    public let resolved: Bool

    private enum CodingKeys: String, CodingKey {
        case kind
        case round
        case targets
        case text
        case resolved
    }
}

/// Why a reply is not a ballot.
public enum InvalidWhy: String, Hashable, CaseIterable, AragoraDocument {
    /// Nothing in it is a ballot.
    case noBallot = "no_ballot"
    /// A label that was not offered.
    case unknownLabel = "unknown_label"
    /// Two different choices at once.
    case conflicting
    /// In no form that is agreed.
    case malformed
    /// A number outside the declared range.
    case outOfRange = "out_of_range"
    /// One option twice.
    case duplicate
    /// The participant refused, or a filter stopped it.
    case refused
    /// Cut off before the ballot was complete.
    case truncated
}

/// When a step ends.
public enum Join: Hashable, AragoraDocument {
    /// When every turn has ended.
    case all
    /// When this many usable replies are in and the grace for stragglers is over.
    case quorum(min: Int64, grace: Grace? = nil)
    /// As soon as the rule decides over the replies so far; checked after every reply.
    case consensus(RuleConfig)
    /// With the first usable reply.
    case first

    private enum QuorumKeys: String, CodingKey {
        case min
        case grace
    }

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "all": self = .all
            case "first": self = .first
            default: throw Unknown.word(word, of: "Join", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "quorum":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: QuorumKeys.self)
            self = .quorum(
                min: try keyed.decode(Int64.self, forKey: .min),
                grace: try keyed.decodeIfPresent(Grace.self, forKey: .grace))
        case "consensus":
            self = .consensus(try cases.decode(RuleConfig.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "Join", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .all:
            var single = encoder.singleValueContainer()
            try single.encode("all")
        case .quorum(let min, let grace):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("quorum"))
            var keyed = encoder.container(keyedBy: QuorumKeys.self)
            try keyed.encode(min, forKey: .min)
            try keyed.encodeIfPresent(grace, forKey: .grace)
        case .consensus(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("consensus"))
        case .first:
            var single = encoder.singleValueContainer()
            try single.encode("first")
        }
    }
}

/// A named JSON Schema.
public struct JsonShape: Hashable, AragoraDocument {
    /// What providers are told it is called.
    public var name: String
    /// JSON Schema, an object of at most 64 KiB and 32 levels; shared, because every turn of a step asks for the
    /// same.
    public var schema: JSONValue
    /// Whether providers should enforce it.
    public var strict: Bool

    public init(
        name: String,
        schema: JSONValue,
        strict: Bool
    ) {
        self.name = name
        self.schema = schema
        self.strict = strict
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case schema
        case strict
    }
}

/// How old the key that encrypts is. Age never stops decryption.
public struct KeyAge: Hashable, AragoraDocument {
    /// The key's id.
    public let key: String
    /// When it was first announced in this store.
    public let since: Date
    /// Whether that is 90 days ago.
    public let rotationDue: Bool

    private enum CodingKeys: String, CodingKey {
        case key
        case since
        case rotationDue = "rotation_due"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        key = try keyed.decode(String.self, forKey: .key)
        since = try keyed.decode(WireDate.self, forKey: .since).date
        rotationDue = try keyed.decode(Bool.self, forKey: .rotationDue)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(key, forKey: .key)
        try keyed.encode(WireDate(since), forKey: .since)
        try keyed.encode(rotationDue, forKey: .rotationDue)
    }
}

/// Which keys the stored rows need.
public struct KeyCensus: Hashable, AragoraDocument {
    /// Rows by table and key id; a row under two keys counts for both.
    public let rows: [String: [String: Int64]]
    /// Rows of sealed tables that no key protects, by table.
    public let plain: [String: Int64]
    /// The ids of the keys that reading each retained backup takes, by the backup's id.
    public let backups: [String: [String]]
    /// When it was begun.
    public let takenAt: Date

    private enum CodingKeys: String, CodingKey {
        case rows
        case plain
        case backups
        case takenAt = "taken_at"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        rows = try keyed.decode([String: [String: Int64]].self, forKey: .rows)
        plain = try keyed.decode([String: Int64].self, forKey: .plain)
        backups = try keyed.decode([String: [String]].self, forKey: .backups)
        takenAt = try keyed.decode(WireDate.self, forKey: .takenAt).date
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(rows, forKey: .rows)
        try keyed.encode(plain, forKey: .plain)
        try keyed.encode(backups, forKey: .backups)
        try keyed.encode(WireDate(takenAt), forKey: .takenAt)
    }
}

/// A label shown to a voter and the option it stands for.
public struct Label: Hashable, AragoraDocument {
    /// What is shown: a capital letter without I and O, two of them beyond 24 options.
    public var label: String
    /// What it stands for.
    public var option: String

    public init(
        label: String,
        option: String
    ) {
        self.label = label
        self.option = option
    }

    private enum CodingKeys: String, CodingKey {
        case label
        case option
    }
}

/// The last failure of a target.
public struct LastError: Hashable, AragoraDocument {
    /// The error's code.
    public let code: String
    /// When.
    public let at: Date

    private enum CodingKeys: String, CodingKey {
        case code
        case at
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        code = try keyed.decode(String.self, forKey: .code)
        at = try keyed.decode(WireDate.self, forKey: .at).date
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(code, forKey: .code)
        try keyed.encode(WireDate(at), forKey: .at)
    }
}

/// What the layers around named models do. What is absent keeps its default.
public struct Layers: Hashable, AragoraDocument {
    /// No layers at all: every failure reaches the debate at once, and nobody stands in.
    public var bare: Bool?
    /// Models that stand in for one whose provider fails, in this order; empty: nobody. Default OpenRouter where
    /// its key is set.
    public var fallback: [String]?
    /// Requests to repair an unusable answer, default 1.
    public var repairs: Int64?
    /// How often the same target is asked again, default 2.
    public var retries: Int64?
    /// The longest first pause before it is, default 0.5 s; doubled for each further one.
    public var retryFirst: Duration?
    /// The longest such pause, default 8 s.
    public var retryLongest: Duration?
    /// When a second copy of a slow call is sent, default never.
    public var hedgeAfter: Duration?
    /// How long one attempt may take, default 240 s.
    public var attemptLimit: Duration?
    /// Requests per minute and target, default no limit of ours.
    public var requestsPerMinute: Int64?
    /// Tokens per minute and target, prompt and output together, default no limit of ours.
    public var tokensPerMinute: Int64?
    /// The longest anybody waits for a rate limit, default 60 s.
    public var longestWait: Duration?
    /// Calls of a target in flight, default 8.
    public var inFlight: Int64?
    /// Calls that may wait for one of those to end, default 256.
    public var queue: Int64?
    /// Failures within the window that open a target's breaker, default 3, for OpenRouter 5.
    public var breakerFailures: Int64?
    /// That window, default 60 s, for OpenRouter 120 s.
    public var breakerWindow: Duration?
    /// How long a breaker stays open before one probe is let through, default 60 s.
    public var breakerOpenFor: Duration?
    /// What calls may cost, default as much as they like. A call is booked on all budgets it belongs to, or is
    /// refused.
    public var budgets: [Budget]?
    /// Keeps replies, default no.
    public var cache: ReplyCache?

    public init(
        bare: Bool? = nil,
        fallback: [String]? = nil,
        repairs: Int64? = nil,
        retries: Int64? = nil,
        retryFirst: Duration? = nil,
        retryLongest: Duration? = nil,
        hedgeAfter: Duration? = nil,
        attemptLimit: Duration? = nil,
        requestsPerMinute: Int64? = nil,
        tokensPerMinute: Int64? = nil,
        longestWait: Duration? = nil,
        inFlight: Int64? = nil,
        queue: Int64? = nil,
        breakerFailures: Int64? = nil,
        breakerWindow: Duration? = nil,
        breakerOpenFor: Duration? = nil,
        budgets: [Budget]? = nil,
        cache: ReplyCache? = nil
    ) {
        self.bare = bare
        self.fallback = fallback
        self.repairs = repairs
        self.retries = retries
        self.retryFirst = retryFirst
        self.retryLongest = retryLongest
        self.hedgeAfter = hedgeAfter
        self.attemptLimit = attemptLimit
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.longestWait = longestWait
        self.inFlight = inFlight
        self.queue = queue
        self.breakerFailures = breakerFailures
        self.breakerWindow = breakerWindow
        self.breakerOpenFor = breakerOpenFor
        self.budgets = budgets
        self.cache = cache
    }

    private enum CodingKeys: String, CodingKey {
        case bare
        case fallback
        case repairs
        case retries
        case retryFirst = "retry_first_ms"
        case retryLongest = "retry_longest_ms"
        case hedgeAfter = "hedge_after_ms"
        case attemptLimit = "attempt_limit_ms"
        case requestsPerMinute = "requests_per_minute"
        case tokensPerMinute = "tokens_per_minute"
        case longestWait = "longest_wait_ms"
        case inFlight = "in_flight"
        case queue
        case breakerFailures = "breaker_failures"
        case breakerWindow = "breaker_window_ms"
        case breakerOpenFor = "breaker_open_for_ms"
        case budgets
        case cache
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        bare = try keyed.decodeIfPresent(Bool.self, forKey: .bare)
        fallback = try keyed.decodeIfPresent([String].self, forKey: .fallback)
        repairs = try keyed.decodeIfPresent(Int64.self, forKey: .repairs)
        retries = try keyed.decodeIfPresent(Int64.self, forKey: .retries)
        retryFirst = try keyed.decodeIfPresent(WireMillis.self, forKey: .retryFirst)?.duration
        retryLongest = try keyed.decodeIfPresent(WireMillis.self, forKey: .retryLongest)?.duration
        hedgeAfter = try keyed.decodeIfPresent(WireMillis.self, forKey: .hedgeAfter)?.duration
        attemptLimit = try keyed.decodeIfPresent(WireMillis.self, forKey: .attemptLimit)?.duration
        requestsPerMinute = try keyed.decodeIfPresent(Int64.self, forKey: .requestsPerMinute)
        tokensPerMinute = try keyed.decodeIfPresent(Int64.self, forKey: .tokensPerMinute)
        longestWait = try keyed.decodeIfPresent(WireMillis.self, forKey: .longestWait)?.duration
        inFlight = try keyed.decodeIfPresent(Int64.self, forKey: .inFlight)
        queue = try keyed.decodeIfPresent(Int64.self, forKey: .queue)
        breakerFailures = try keyed.decodeIfPresent(Int64.self, forKey: .breakerFailures)
        breakerWindow = try keyed.decodeIfPresent(WireMillis.self, forKey: .breakerWindow)?.duration
        breakerOpenFor = try keyed.decodeIfPresent(WireMillis.self, forKey: .breakerOpenFor)?.duration
        budgets = try keyed.decodeIfPresent([Budget].self, forKey: .budgets)
        cache = try keyed.decodeIfPresent(ReplyCache.self, forKey: .cache)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encodeIfPresent(bare, forKey: .bare)
        try keyed.encodeIfPresent(fallback, forKey: .fallback)
        try keyed.encodeIfPresent(repairs, forKey: .repairs)
        try keyed.encodeIfPresent(retries, forKey: .retries)
        try keyed.encodeIfPresent(retryFirst.map(WireMillis.init), forKey: .retryFirst)
        try keyed.encodeIfPresent(retryLongest.map(WireMillis.init), forKey: .retryLongest)
        try keyed.encodeIfPresent(hedgeAfter.map(WireMillis.init), forKey: .hedgeAfter)
        try keyed.encodeIfPresent(attemptLimit.map(WireMillis.init), forKey: .attemptLimit)
        try keyed.encodeIfPresent(requestsPerMinute, forKey: .requestsPerMinute)
        try keyed.encodeIfPresent(tokensPerMinute, forKey: .tokensPerMinute)
        try keyed.encodeIfPresent(longestWait.map(WireMillis.init), forKey: .longestWait)
        try keyed.encodeIfPresent(inFlight, forKey: .inFlight)
        try keyed.encodeIfPresent(queue, forKey: .queue)
        try keyed.encodeIfPresent(breakerFailures, forKey: .breakerFailures)
        try keyed.encodeIfPresent(breakerWindow.map(WireMillis.init), forKey: .breakerWindow)
        try keyed.encodeIfPresent(breakerOpenFor.map(WireMillis.init), forKey: .breakerOpenFor)
        try keyed.encodeIfPresent(budgets, forKey: .budgets)
        try keyed.encodeIfPresent(cache, forKey: .cache)
    }
}

/// How prompts are laid out.
public enum Layout: Hashable, AragoraDocument {
    /// Shared prefixes: rules, question, transcript, then what differs by seat.
    case shared
    /// Own history with a published preset's texts, byte for byte.
    case preset(Preset)

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "shared": self = .shared
            default: throw Unknown.word(word, of: "Layout", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "preset":
            self = .preset(try cases.decode(Preset.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "Layout", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .shared:
            var single = encoder.singleValueContainer()
            try single.encode("shared")
        case .preset(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("preset"))
        }
    }
}

/// Bounds of one debate. Absent limits are unlimited.
public struct Limits: Hashable, AragoraDocument {
    /// Rounds, 1..=50, default 2.
    public var rounds: Int64?
    /// The whole debate, 1 s..=24 h, default 900 s.
    public var deadline: Duration?
    /// One turn, default 60 s.
    public var turnTimeout: Duration?
    /// Calls to agents.
    public var calls: Int64?
    /// Input tokens.
    public var inputTokens: Int64?
    /// Output tokens.
    public var outputTokens: Int64?
    /// Money, in micro-dollars.
    public var costMicros: Int64?
    /// Output tokens of one turn, default 2,048.
    public var maxOutputTokens: Int64?
    /// Calls of this debate at the same time, default 16.
    public var maxParallel: Int64?

    public init(
        rounds: Int64? = nil,
        deadline: Duration? = nil,
        turnTimeout: Duration? = nil,
        calls: Int64? = nil,
        inputTokens: Int64? = nil,
        outputTokens: Int64? = nil,
        costMicros: Int64? = nil,
        maxOutputTokens: Int64? = nil,
        maxParallel: Int64? = nil
    ) {
        self.rounds = rounds
        self.deadline = deadline
        self.turnTimeout = turnTimeout
        self.calls = calls
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.costMicros = costMicros
        self.maxOutputTokens = maxOutputTokens
        self.maxParallel = maxParallel
    }

    private enum CodingKeys: String, CodingKey {
        case rounds
        case deadline = "deadline_ms"
        case turnTimeout = "turn_timeout_ms"
        case calls
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case costMicros = "cost_micros"
        case maxOutputTokens = "max_output_tokens"
        case maxParallel = "max_parallel"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        rounds = try keyed.decodeIfPresent(Int64.self, forKey: .rounds)
        deadline = try keyed.decodeIfPresent(WireMillis.self, forKey: .deadline)?.duration
        turnTimeout = try keyed.decodeIfPresent(WireMillis.self, forKey: .turnTimeout)?.duration
        calls = try keyed.decodeIfPresent(Int64.self, forKey: .calls)
        inputTokens = try keyed.decodeIfPresent(Int64.self, forKey: .inputTokens)
        outputTokens = try keyed.decodeIfPresent(Int64.self, forKey: .outputTokens)
        costMicros = try keyed.decodeIfPresent(Int64.self, forKey: .costMicros)
        maxOutputTokens = try keyed.decodeIfPresent(Int64.self, forKey: .maxOutputTokens)
        maxParallel = try keyed.decodeIfPresent(Int64.self, forKey: .maxParallel)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encodeIfPresent(rounds, forKey: .rounds)
        try keyed.encodeIfPresent(deadline.map(WireMillis.init), forKey: .deadline)
        try keyed.encodeIfPresent(turnTimeout.map(WireMillis.init), forKey: .turnTimeout)
        try keyed.encodeIfPresent(calls, forKey: .calls)
        try keyed.encodeIfPresent(inputTokens, forKey: .inputTokens)
        try keyed.encodeIfPresent(outputTokens, forKey: .outputTokens)
        try keyed.encodeIfPresent(costMicros, forKey: .costMicros)
        try keyed.encodeIfPresent(maxOutputTokens, forKey: .maxOutputTokens)
        try keyed.encodeIfPresent(maxParallel, forKey: .maxParallel)
    }
}

/// One rendered message of a request to an agent. Author = the asked agent maps to the assistant role, every
/// other author to the user role.
public struct Message: Hashable, AragoraDocument {
    /// Identifies the message inside its request.
    public var id: String
    /// Who said it.
    public var author: Author
    /// The whole text, unchanged.
    public var text: String
    /// Who may see it.
    public var visibility: Visibility
    /// Whether a provider may cache the prompt up to and including this message.
    public var cachePoint: Bool?

    public init(
        id: String,
        author: Author,
        text: String,
        visibility: Visibility,
        cachePoint: Bool? = nil
    ) {
        self.id = id
        self.author = author
        self.text = text
        self.visibility = visibility
        self.cachePoint = cachePoint
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case author
        case text
        case visibility
        case cachePoint = "cache_point"
    }
}

/// What a message is.
public enum MessageKind: String, Hashable, CaseIterable, AragoraDocument {
    /// A first or repeated answer.
    case answer
    /// Criticism.
    case critique
    /// A revised answer.
    case revision
    /// A speech.
    case speech
    /// A ballot, raw.
    case ballot
    /// A ranking, raw.
    case ranking
    /// A judgement.
    case judgement
    /// A synthesis.
    case synthesis
    /// A message of the library to participants.
    case intervention
    /// A person's word that is nobody's turn.
    case human
}

/// What a model can do. Absent means the dialect's permissive default.
public struct ModelCaps: Hashable, AragoraDocument {
    /// The window in tokens, prompt and output together.
    public var context: Int64?
    /// The most tokens it writes.
    public var maxOutput: Int64?
    /// Whether it can be held to a JSON schema.
    public var jsonSchema: Bool?
    /// Whether it can be made to call one tool.
    public var forcedTool: Bool?
    /// Whether it takes `temperature` and `top_p`. A model that thinks on demand takes them while it does not.
    public var temperature: Bool?
    /// The efforts it takes, weakest first; empty: none. `Effort::None` among them: thinking can be turned off.
    public var efforts: [Effort]?
    /// Whether effort is told as a budget of tokens, as to models before Claude 4.6 and Gemini 3.
    public var thinkingBudget: Bool?
    /// Whether it knows a system role.
    public var systemRole: Bool?
    /// `max_tokens` or `max_completion_tokens`.
    public var maxTokensKey: String?

    public init(
        context: Int64? = nil,
        maxOutput: Int64? = nil,
        jsonSchema: Bool? = nil,
        forcedTool: Bool? = nil,
        temperature: Bool? = nil,
        efforts: [Effort]? = nil,
        thinkingBudget: Bool? = nil,
        systemRole: Bool? = nil,
        maxTokensKey: String? = nil
    ) {
        self.context = context
        self.maxOutput = maxOutput
        self.jsonSchema = jsonSchema
        self.forcedTool = forcedTool
        self.temperature = temperature
        self.efforts = efforts
        self.thinkingBudget = thinkingBudget
        self.systemRole = systemRole
        self.maxTokensKey = maxTokensKey
    }

    private enum CodingKeys: String, CodingKey {
        case context
        case maxOutput = "max_output"
        case jsonSchema = "json_schema"
        case forcedTool = "forced_tool"
        case temperature
        case efforts
        case thinkingBudget = "thinking_budget"
        case systemRole = "system_role"
        case maxTokensKey = "max_tokens_key"
    }
}

/// One stated option.
public struct OptionSpec: Hashable, AragoraDocument {
    /// Its id in ballots and decisions.
    public var id: String
    /// Its text, at most 10,000 characters; texts must differ after normalisation.
    public var text: String

    public init(
        id: String,
        text: String
    ) {
        self.id = id
        self.text = text
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case text
    }
}

/// An option that can be voted for: a stated one, or a group of equal answers.
public struct OptionView: Hashable, AragoraDocument {
    /// Its id: a stated id, or the label of the group.
    public let id: String
    /// The label shown in prompts.
    public let label: String
    /// The value that is compared.
    public let value: String
    /// The whole text shown to voters: the first member's reply, or the stated text.
    public let text: String
    /// Whose answer it is, in roster order.
    public let authors: [String]
    /// The message that text is of; absent for a stated text.
    public let shown: String?
    /// The members' messages.
    public let messages: [String]

    private enum CodingKeys: String, CodingKey {
        case id
        case label
        case value
        case text
        case authors
        case shown
        case messages
    }
}

/// Whether the turns of a step run at once.
public enum Order: String, Hashable, CaseIterable, AragoraDocument {
    /// All at once, up to `max_parallel`.
    case parallel
    /// Each waits for the one before.
    case sequential
}

/// Given orders, by roster index. What is not given falls back to roster order.
public struct Orders: Hashable, AragoraDocument {
    /// `asked[round - 1]`: the order of asking.
    public var asked: [[Int64]]?
    /// `shown[round - 1][seat]`: the order in which that seat is shown the previous replies.
    public var shown: [[[Int64]?]]?

    public init(
        asked: [[Int64]]? = nil,
        shown: [[[Int64]?]]? = nil
    ) {
        self.asked = asked
        self.shown = shown
    }

    private enum CodingKeys: String, CodingKey {
        case asked
        case shown
    }
}

/// What the rule found.
public enum Outcome: Hashable, AragoraDocument {
    /// One option won.
    case decided
    /// These options are tied.
    case tie([String])
    /// Votes were counted and nobody passed the test.
    case notReached
    /// Too few took part.
    case noQuorum
    /// Nobody cast a vote.
    case noEvidence
    /// The rule seeks no decision.
    case notSought

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "decided": self = .decided
            case "not_reached": self = .notReached
            case "no_quorum": self = .noQuorum
            case "no_evidence": self = .noEvidence
            case "not_sought": self = .notSought
            default: throw Unknown.word(word, of: "Outcome", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "tie":
            self = .tie(try cases.decode([String].self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "Outcome", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .decided:
            var single = encoder.singleValueContainer()
            try single.encode("decided")
        case .tie(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("tie"))
        case .notReached:
            var single = encoder.singleValueContainer()
            try single.encode("not_reached")
        case .noQuorum:
            var single = encoder.singleValueContainer()
            try single.encode("no_quorum")
        case .noEvidence:
            var single = encoder.singleValueContainer()
            try single.encode("no_evidence")
        case .notSought:
            var single = encoder.singleValueContainer()
            try single.encode("not_sought")
        }
    }
}

/// Where a debate was forked from.
public struct Parent: Hashable, AragoraDocument {
    /// The parent.
    public let debate: String
    /// The last record taken over.
    public let seq: Int64

    private enum CodingKeys: String, CodingKey {
        case debate
        case seq
    }
}

/// Something about a reply that a reader should know and that did not make it invalid.
public struct ParseWarning: Hashable, AragoraDocument {
    /// `confidence_rejected`, `severity_rejected`, `ballot_revised` or `critique_unstructured`.
    public let code: String
    /// What was found.
    public let detail: String

    private enum CodingKeys: String, CodingKey {
        case code
        case detail
    }
}

/// What a voter's reply says.
public struct ParsedBallot: Hashable, AragoraDocument {
    /// The ballot; `Invalid` whenever the reply is not clearly one. A judge's tie is a ranking with one rank.
    public let ballot: Ballot
    /// Stated confidence 0..=1, rounded to six decimals.
    public let confidence: Double?
    /// The stated reason.
    public let reason: String?
    /// Whether the voter wants the debate to go on.
    public let goOn: Bool?
    /// Whether the voter is ready to decide; from structured output only.
    public let ready: Bool?
    /// Whether some offered options were left unranked or without a score.
    public let partial: Bool
    /// What the reply says it answers; from structured output only.
    public let respondsTo: [String]
    /// A judge's probability per option, normalised to sum 1; empty if not given.
    public let probabilities: [String: Int64]
    /// What a reader should know.
    public let warnings: [ParseWarning]

    private enum CodingKeys: String, CodingKey {
        case ballot
        case confidence
        case reason
        case goOn = "continue"
        case ready
        case partial
        case respondsTo = "responds_to"
        case probabilities
        case warnings
    }
}

/// A critique of one target.
public struct ParsedCritique: Hashable, AragoraDocument {
    /// The target as the critic names it, e.g. `Agent-2`; absent if it names none. Whether it is a seat the
    /// critic was shown, and not the critic itself, is the caller's to check.
    public let target: String?
    /// Problems.
    public let issues: [String]
    /// Suggestions.
    public let suggestions: [String]
    /// 0..=10, rounded to six decimals: 0-2 cosmetic, 3-5 moderate, 6-8 significant, 9-10 invalidates.
    public let severity: Double?
    /// Why.
    public let reasoning: String
    /// `severity_rejected`, `critique_unstructured`.
    public let warnings: [ParseWarning]

    private enum CodingKeys: String, CodingKey {
        case target
        case issues
        case suggestions
        case severity
        case reasoning
        case warnings
    }
}

/// A point at which a person is waited for.
public struct Pause: Hashable, AragoraDocument {
    /// Its id, unique in the debate.
    public var id: String
    /// What triggered it.
    public var trigger: String
    /// Positions, issues and tally for the person.
    public var snapshot: JSONValue
    /// Escalation level 1..=3.
    public var level: Int64
    /// How long to wait; then the debate goes on.
    public var wait: Duration

    public init(
        id: String,
        trigger: String,
        snapshot: JSONValue,
        level: Int64,
        wait: Duration
    ) {
        self.id = id
        self.trigger = trigger
        self.snapshot = snapshot
        self.level = level
        self.wait = wait
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case trigger
        case snapshot
        case level
        case wait = "wait_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        id = try keyed.decode(String.self, forKey: .id)
        trigger = try keyed.decode(String.self, forKey: .trigger)
        snapshot = try keyed.decode(JSONValue.self, forKey: .snapshot)
        level = try keyed.decode(Int64.self, forKey: .level)
        wait = try keyed.decode(WireMillis.self, forKey: .wait).duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(id, forKey: .id)
        try keyed.encode(trigger, forKey: .trigger)
        try keyed.encode(snapshot, forKey: .snapshot)
        try keyed.encode(level, forKey: .level)
        try keyed.encode(WireMillis(wait), forKey: .wait)
    }
}

/// What became of a person's turn.
public enum PendingState: Hashable, AragoraDocument {
    /// Nobody has answered yet.
    case pending
    /// Answered.
    case answered(reply: HumanReply, by: String, at: Date)
    /// Declined.
    case declined(reason: String, by: String, at: Date)
    /// Nobody answered in time.
    case expired
    /// The debate no longer needs it.
    case cancelled

    private enum AnsweredKeys: String, CodingKey {
        case reply
        case by
        case at
    }

    private enum DeclinedKeys: String, CodingKey {
        case reason
        case by
        case at
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "pending":
            self = .pending
        case "answered":
            let keyed = try decoder.container(keyedBy: AnsweredKeys.self)
            self = .answered(
                reply: try keyed.decode(HumanReply.self, forKey: .reply),
                by: try keyed.decode(String.self, forKey: .by),
                at: try keyed.decode(WireDate.self, forKey: .at).date)
        case "declined":
            let keyed = try decoder.container(keyedBy: DeclinedKeys.self)
            self = .declined(
                reason: try keyed.decode(String.self, forKey: .reason),
                by: try keyed.decode(String.self, forKey: .by),
                at: try keyed.decode(WireDate.self, forKey: .at).date)
        case "expired":
            self = .expired
        case "cancelled":
            self = .cancelled
        default: throw Unknown.word(word, of: "PendingState", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .pending:
            try tags.encode("pending", forKey: Name("name"))
        case .answered(let reply, let by, let at):
            try tags.encode("answered", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: AnsweredKeys.self)
            try keyed.encode(reply, forKey: .reply)
            try keyed.encode(by, forKey: .by)
            try keyed.encode(WireDate(at), forKey: .at)
        case .declined(let reason, let by, let at):
            try tags.encode("declined", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: DeclinedKeys.self)
            try keyed.encode(reason, forKey: .reason)
            try keyed.encode(by, forKey: .by)
            try keyed.encode(WireDate(at), forKey: .at)
        case .expired:
            try tags.encode("expired", forKey: Name("name"))
        case .cancelled:
            try tags.encode("cancelled", forKey: Name("name"))
        }
    }
}

/// What a person is asked, and what became of it. It holds only the messages that participant may see.
public struct PendingTurn: Hashable, AragoraDocument {
    /// The request, and the key of this record.
    public let id: String
    /// Who is asked.
    public let agent: String
    /// Digest of the request: an answer is used for this question only.
    public let digest: String
    /// The debate, for sorting.
    public let debate: String?
    /// The round, for sorting.
    public let round: Int64
    /// The phase, for sorting.
    public let phase: Phase
    /// The part to play.
    public let role: Role
    /// Who to be.
    public let persona: Persona?
    /// Rules and output format.
    public let system: String
    /// The conversation as this participant sees it.
    public let messages: [SeenMessage]
    /// What must be answered.
    public let expect: Expect
    /// When it was asked.
    public let askedAt: Date
    /// When the answer is no longer of use.
    public let deadline: Date
    /// What became of it.
    public let state: PendingState

    private enum CodingKeys: String, CodingKey {
        case id
        case agent
        case digest
        case debate
        case round
        case phase
        case role
        case persona
        case system
        case messages
        case expect
        case askedAt = "asked_at"
        case deadline
        case state
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        id = try keyed.decode(String.self, forKey: .id)
        agent = try keyed.decode(String.self, forKey: .agent)
        digest = try keyed.decode(String.self, forKey: .digest)
        debate = try keyed.decodeIfPresent(String.self, forKey: .debate)
        round = try keyed.decode(Int64.self, forKey: .round)
        phase = try keyed.decode(Phase.self, forKey: .phase)
        role = try keyed.decode(Role.self, forKey: .role)
        persona = try keyed.decodeIfPresent(Persona.self, forKey: .persona)
        system = try keyed.decode(String.self, forKey: .system)
        messages = try keyed.decode([SeenMessage].self, forKey: .messages)
        expect = try keyed.decode(Expect.self, forKey: .expect)
        askedAt = try keyed.decode(WireDate.self, forKey: .askedAt).date
        deadline = try keyed.decode(WireDate.self, forKey: .deadline).date
        state = try keyed.decode(PendingState.self, forKey: .state)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(id, forKey: .id)
        try keyed.encode(agent, forKey: .agent)
        try keyed.encode(digest, forKey: .digest)
        try keyed.encodeIfPresent(debate, forKey: .debate)
        try keyed.encode(round, forKey: .round)
        try keyed.encode(phase, forKey: .phase)
        try keyed.encode(role, forKey: .role)
        try keyed.encodeIfPresent(persona, forKey: .persona)
        try keyed.encode(system, forKey: .system)
        try keyed.encode(messages, forKey: .messages)
        try keyed.encode(expect, forKey: .expect)
        try keyed.encode(WireDate(askedAt), forKey: .askedAt)
        try keyed.encode(WireDate(deadline), forKey: .deadline)
        try keyed.encode(state, forKey: .state)
    }
}

/// Turns people have not answered yet.
public struct PendingTurns: Hashable, AragoraDocument {
    /// The turns, in the order of their ids.
    public let turns: [PendingTurn]
    /// Whether there are more than were asked for.
    public let more: Bool

    private enum CodingKeys: String, CodingKey {
        case turns
        case more
    }
}

/// A period of the calendar in UTC.
public enum Period: String, Hashable, CaseIterable, AragoraDocument {
    /// From midnight.
    case day
    /// From Monday.
    case week
    /// From the first of the month.
    case month
    /// From the first of January, April, July or October.
    case quarter
    /// From the first of January.
    case year
    /// For ever.
    case unlimited
}

/// Who a participant is asked to be.
public struct Persona: Hashable, AragoraDocument {
    /// A short name, e.g. `Economist`.
    public var name: String
    /// The side to argue.
    public var stance: Stance?
    /// What the persona cares about and how it speaks.
    public var instructions: String?

    public init(
        name: String,
        stance: Stance? = nil,
        instructions: String? = nil
    ) {
        self.name = name
        self.stance = stance
        self.instructions = instructions
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case stance
        case instructions
    }
}

/// What a step asks for; part of the turn id.
public enum Phase: String, Hashable, CaseIterable, AragoraDocument {
    /// Gathering of context before anybody answers.
    case context
    /// An answer to the question.
    case answer
    /// Criticism of the answers of others.
    case critique
    /// A new version of the own answer.
    case revise
    /// A contribution in turn order.
    case speech
    /// A ballot.
    case vote
    /// A ranking of what others said.
    case rank
    /// A judgement.
    case judge
    /// A moderator's word.
    case moderate
    /// Merging of several contributions into one.
    case synthesize
    /// An attack in a stress test.
    case attack
    /// The defence against an attack.
    case defend
    /// A probe of an agent's habits.
    case probe
    /// A review of a document or diff.
    case review
    /// Confirmation or refutation of findings.
    case confirm
}

/// One planned turn of a step.
public struct PlannedAsk: Hashable, AragoraDocument {
    /// The turn.
    public let turn: String
    /// The seat.
    public let seat: String
    /// Its part in this turn.
    public let role: Role
    /// Digest of the whole request, so that a resume can tell whether it would ask the same.
    public let promptDigest: String
    /// The messages shown, in the order shown.
    public let shown: [String]
    /// Labels of this voter where they differ by voter.
    public let labels: [String: String]?
    /// What must be returned.
    public let expect: Expect
    /// Output limit.
    public let maxOutputTokens: Int64
    /// Time limit.
    public let deadline: Duration
    /// What is set aside for it.
    public let reserve: Reserve

    private enum CodingKeys: String, CodingKey {
        case turn
        case seat
        case role
        case promptDigest = "prompt_digest"
        case shown
        case labels
        case expect
        case maxOutputTokens = "max_output_tokens"
        case deadline = "deadline_ms"
        case reserve
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        turn = try keyed.decode(String.self, forKey: .turn)
        seat = try keyed.decode(String.self, forKey: .seat)
        role = try keyed.decode(Role.self, forKey: .role)
        promptDigest = try keyed.decode(String.self, forKey: .promptDigest)
        shown = try keyed.decode([String].self, forKey: .shown)
        labels = try keyed.decodeIfPresent([String: String].self, forKey: .labels)
        expect = try keyed.decode(Expect.self, forKey: .expect)
        maxOutputTokens = try keyed.decode(Int64.self, forKey: .maxOutputTokens)
        deadline = try keyed.decode(WireMillis.self, forKey: .deadline).duration
        reserve = try keyed.decode(Reserve.self, forKey: .reserve)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(turn, forKey: .turn)
        try keyed.encode(seat, forKey: .seat)
        try keyed.encode(role, forKey: .role)
        try keyed.encode(promptDigest, forKey: .promptDigest)
        try keyed.encode(shown, forKey: .shown)
        try keyed.encodeIfPresent(labels, forKey: .labels)
        try keyed.encode(expect, forKey: .expect)
        try keyed.encode(maxOutputTokens, forKey: .maxOutputTokens)
        try keyed.encode(WireMillis(deadline), forKey: .deadline)
        try keyed.encode(reserve, forKey: .reserve)
    }
}

/// `constant + per_seat * seats + per_seat_round * seats * rounds`.
public struct PlannedCalls: Hashable, AragoraDocument {
    /// Independent of seats and rounds.
    public var constant: Int64?
    /// Per debating seat.
    public var perSeat: Int64?
    /// Per debating seat and round.
    public var perSeatRound: Int64?

    public init(
        constant: Int64? = nil,
        perSeat: Int64? = nil,
        perSeatRound: Int64? = nil
    ) {
        self.constant = constant
        self.perSeat = perSeat
        self.perSeatRound = perSeatRound
    }

    private enum CodingKeys: String, CodingKey {
        case constant
        case perSeat = "per_seat"
        case perSeatRound = "per_seat_round"
    }
}

/// Where a debating seat stands.
public struct Position: Hashable, AragoraDocument {
    /// The seat.
    public let seat: String
    /// What its newest answer amounts to.
    public let kind: PositionKind
    /// The message it is in.
    public let message: String?
    /// The round of that message; 0 without one.
    public let round: Int64
    /// Stated confidence.
    public let confidence: Double?
    /// Order of arrival in the debate.
    public let arrival: Int64
    /// What became of the newest turn; anything but `Cast` means that an answer shown is an earlier one.
    public let newest: VoteStatus

    private enum CodingKeys: String, CodingKey {
        case seat
        case kind
        case message
        case round
        case confidence
        case arrival
        case newest
    }
}

/// What a seat's newest answer amounts to.
public enum PositionKind: Hashable, AragoraDocument {
    /// An answer with this value.
    case answer(String)
    /// The seat abstains.
    case abstain
    /// A reply without an answer.
    case invalid(InvalidWhy)
    /// No reply: failed, late or not asked.
    case missing

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "abstain": self = .abstain
            case "missing": self = .missing
            default: throw Unknown.word(word, of: "PositionKind", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "answer":
            self = .answer(try cases.decode(String.self, forKey: key))
        case "invalid":
            self = .invalid(try cases.decode(InvalidWhy.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "PositionKind", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .answer(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("answer"))
        case .abstain:
            var single = encoder.singleValueContainer()
            try single.encode("abstain")
        case .invalid(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("invalid"))
        case .missing:
            var single = encoder.singleValueContainer()
            try single.encode("missing")
        }
    }
}

/// Texts of a published experiment, used byte for byte: nothing is put between the parts, and line breaks and
/// blanks at both ends of every string count. Replies are quoted without escaping, which is recorded as a
/// warning.
public struct Preset: Hashable, AragoraDocument {
    /// The system message, if there is one.
    public var system: String?
    /// The first user message with slots `{question}` and, for choices, `{A}` to `{D}`.
    public var first: String?
    /// Opens the message of a later round.
    public var prefix: String?
    /// Once per shown reply, with slot `{reply}`.
    public var each: String?
    /// Closes the message of a later round.
    public var suffix: String?
    /// How an answer is taken from a reply: a row of the extractor table.
    public var extractor: String?

    public init(
        system: String? = nil,
        first: String? = nil,
        prefix: String? = nil,
        each: String? = nil,
        suffix: String? = nil,
        extractor: String? = nil
    ) {
        self.system = system
        self.first = first
        self.prefix = prefix
        self.each = each
        self.suffix = suffix
        self.extractor = extractor
    }

    private enum CodingKeys: String, CodingKey {
        case system
        case first
        case prefix
        case each
        case suffix
        case extractor
    }
}

/// The price of some models, in whole micro-dollars per million tokens.
public struct PriceRow: Hashable, AragoraDocument {
    /// The provider's word, or `*`.
    public var provider: String
    /// The model; `*` stands for any characters, `?` for one. Compared without regard to ASCII case.
    public var model: String
    /// Input tokens that touch no cache.
    public var input: Int64
    /// Output tokens, reasoning included.
    public var output: Int64
    /// Input tokens read from a cache, default `input`.
    public var cacheRead: Int64?
    /// Input tokens written to a cache, default `input`.
    public var cacheWrite: Int64?
    /// Only calls in this service tier; default any.
    public var serviceTier: String?
    /// Valid from this instant on, in milliseconds since 1970.
    public var from: Date?
    /// Valid before this instant, in milliseconds since 1970.
    public var until: Date?

    public init(
        provider: String,
        model: String,
        input: Int64,
        output: Int64,
        cacheRead: Int64? = nil,
        cacheWrite: Int64? = nil,
        serviceTier: String? = nil,
        from: Date? = nil,
        until: Date? = nil
    ) {
        self.provider = provider
        self.model = model
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.serviceTier = serviceTier
        self.from = from
        self.until = until
    }

    private enum CodingKeys: String, CodingKey {
        case provider
        case model
        case input
        case output
        case cacheRead = "cache_read"
        case cacheWrite = "cache_write"
        case serviceTier = "service_tier"
        case from
        case until
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        provider = try keyed.decode(String.self, forKey: .provider)
        model = try keyed.decode(String.self, forKey: .model)
        input = try keyed.decode(Int64.self, forKey: .input)
        output = try keyed.decode(Int64.self, forKey: .output)
        cacheRead = try keyed.decodeIfPresent(Int64.self, forKey: .cacheRead)
        cacheWrite = try keyed.decodeIfPresent(Int64.self, forKey: .cacheWrite)
        serviceTier = try keyed.decodeIfPresent(String.self, forKey: .serviceTier)
        from = try keyed.decodeIfPresent(WireDate.self, forKey: .from)?.date
        until = try keyed.decodeIfPresent(WireDate.self, forKey: .until)?.date
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(provider, forKey: .provider)
        try keyed.encode(model, forKey: .model)
        try keyed.encode(input, forKey: .input)
        try keyed.encode(output, forKey: .output)
        try keyed.encodeIfPresent(cacheRead, forKey: .cacheRead)
        try keyed.encodeIfPresent(cacheWrite, forKey: .cacheWrite)
        try keyed.encodeIfPresent(serviceTier, forKey: .serviceTier)
        try keyed.encodeIfPresent(from.map(WireDate.init), forKey: .from)
        try keyed.encodeIfPresent(until.map(WireDate.init), forKey: .until)
    }
}

/// Prices of the host: negotiated rates, models of its own, or what the bundled list does not know. Rows are read
/// in order and the first that matches gives the price.
public struct PriceTable: Hashable, AragoraDocument {
    /// The version kept beside every cost.
    public var version: String
    /// The prices.
    public var rows: [PriceRow]

    public init(
        version: String,
        rows: [PriceRow]
    ) {
        self.version = version
        self.rows = rows
    }

    private enum CodingKeys: String, CodingKey {
        case version
        case rows
    }
}

/// What one seat is asked, rendered.
public struct Prompt: Hashable, AragoraDocument {
    /// S0: the rules of the protocol and the output format.
    public var system: String
    /// S1, S2 in blocks by round, S3; or an own history.
    public var messages: [Message]

    public init(
        system: String,
        messages: [Message]
    ) {
        self.system = system
        self.messages = messages
    }

    private enum CodingKeys: String, CodingKey {
        case system
        case messages
    }
}

/// Whether cache points are used.
public enum PromptCache: String, Hashable, CaseIterable, AragoraDocument {
    /// No.
    case off
    /// Where the provider supports it.
    case auto
}

/// A protocol by name, with what is needed to build it again.
public struct ProtocolRef: Hashable, AragoraDocument {
    /// The registered name.
    public let name: String
    /// Its version.
    public let version: String
    /// Its parameters.
    public let params: JSONValue
    /// The most calls it can make with this roster.
    public let plannedCalls: Int64

    private enum CodingKeys: String, CodingKey {
        case name
        case version
        case params
        case plannedCalls = "planned_calls"
    }
}

/// An agent behind a provider, as a document. What is absent keeps its default.
public struct ProviderDocument: Hashable, AragoraDocument {
    /// The provider, or an alias of it; absent only where a model's name stands beside the document.
    public var provider: String?
    /// The model, with Azure the deployment; default the provider's.
    public var model: String?
    /// The agent's id, default made of provider and model.
    public var id: String?
    /// The wire format, default the provider's.
    public var wire: Wire?
    /// Where it is reached, default the provider's.
    public var baseUrl: String?
    /// The path after the base, with `{model}` in it; default the wire's.
    public var path: String?
    /// Header fields of every request; never shown.
    public var headers: [String: String]?
    /// Query members of every request. A credential belongs in a header.
    public var query: [String: String]?
    /// `OpenAI-Organization`.
    public var organization: String?
    /// `OpenAI-Project`.
    public var project: String?
    /// The host's name, for OpenRouter's `X-Title`.
    public var appName: String?
    /// The host's site, for OpenRouter's `HTTP-Referer`.
    public var appUrl: String?
    /// Time limits of one exchange.
    public var timeouts: TimeoutsDocument?
    /// When replies are streamed, default where somebody listens.
    public var stream: StreamMode?
    /// Permits plain `http` beyond this machine.
    public var allowInsecureHttp: Bool?
    /// Refuses a request with a knob the model does not take, instead of leaving it out with a warning.
    public var strictKnobs: Bool?
    /// What the model can do, default by its name.
    public var caps: ModelCaps?
    /// Whether the model can be held to a schema, default native where the provider can.
    public var structured: StructuredMode?
    /// Names of metadata that leave the process.
    public var forwardMetadata: [String]?
    /// Keeps the raw body of a refused call in the error.
    public var captureRaw: Bool?
    /// Calls cost nothing, e.g. on a server of one's own.
    public var free: Bool?
    /// Members of every request's body; the request's own `extra` wins.
    public var extra: [String: JSONValue]?
    /// The model's lineage, default guessed from its name.
    public var family: String?
    /// The agent's version.
    public var version: String?

    public init(
        provider: String? = nil,
        model: String? = nil,
        id: String? = nil,
        wire: Wire? = nil,
        baseUrl: String? = nil,
        path: String? = nil,
        headers: [String: String]? = nil,
        query: [String: String]? = nil,
        organization: String? = nil,
        project: String? = nil,
        appName: String? = nil,
        appUrl: String? = nil,
        timeouts: TimeoutsDocument? = nil,
        stream: StreamMode? = nil,
        allowInsecureHttp: Bool? = nil,
        strictKnobs: Bool? = nil,
        caps: ModelCaps? = nil,
        structured: StructuredMode? = nil,
        forwardMetadata: [String]? = nil,
        captureRaw: Bool? = nil,
        free: Bool? = nil,
        extra: [String: JSONValue]? = nil,
        family: String? = nil,
        version: String? = nil
    ) {
        self.provider = provider
        self.model = model
        self.id = id
        self.wire = wire
        self.baseUrl = baseUrl
        self.path = path
        self.headers = headers
        self.query = query
        self.organization = organization
        self.project = project
        self.appName = appName
        self.appUrl = appUrl
        self.timeouts = timeouts
        self.stream = stream
        self.allowInsecureHttp = allowInsecureHttp
        self.strictKnobs = strictKnobs
        self.caps = caps
        self.structured = structured
        self.forwardMetadata = forwardMetadata
        self.captureRaw = captureRaw
        self.free = free
        self.extra = extra
        self.family = family
        self.version = version
    }

    private enum CodingKeys: String, CodingKey {
        case provider
        case model
        case id
        case wire
        case baseUrl = "base_url"
        case path
        case headers
        case query
        case organization
        case project
        case appName = "app_name"
        case appUrl = "app_url"
        case timeouts
        case stream
        case allowInsecureHttp = "allow_insecure_http"
        case strictKnobs = "strict_knobs"
        case caps
        case structured
        case forwardMetadata = "forward_metadata"
        case captureRaw = "capture_raw"
        case free
        case extra
        case family
        case version
    }
}

extension ProviderDocument: CustomStringConvertible, CustomReflectable {
    public var description: String { Hidden.text(of: customMirror) }
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "provider": provider as Any,
                "model": model as Any,
                "id": id as Any,
                "wire": wire as Any,
                "baseUrl": baseUrl as Any,
                "path": path as Any,
                "headers": Hidden.shown(headers),
                "query": query as Any,
                "organization": organization as Any,
                "project": project as Any,
                "appName": appName as Any,
                "appUrl": appUrl as Any,
                "timeouts": timeouts as Any,
                "stream": stream as Any,
                "allowInsecureHttp": allowInsecureHttp as Any,
                "strictKnobs": strictKnobs as Any,
                "caps": caps as Any,
                "structured": structured as Any,
                "forwardMetadata": forwardMetadata as Any,
                "captureRaw": captureRaw as Any,
                "free": free as Any,
                "extra": extra as Any,
                "family": family as Any,
                "version": version as Any,
            ])
    }
}

/// Which providers an instance can ask, found without asking them.
public struct ProviderReport: Hashable, AragoraDocument {
    /// Every provider, in a fixed order.
    public let providers: [ProviderStatus]
    /// What a host should know.
    public let warnings: [String]

    private enum CodingKeys: String, CodingKey {
        case providers
        case warnings
    }
}

/// Whether a provider can be named.
public struct ProviderStatus: Hashable, AragoraDocument {
    /// Its word in spec strings.
    public let provider: String
    /// Whether it has a key, an address or credentials of the host.
    public let configured: Bool
    /// Where from, or what is missing. Never a key.
    public let reason: String
    /// The model where a spec string names none.
    public let defaultModel: String?

    private enum CodingKeys: String, CodingKey {
        case provider
        case configured
        case reason
        case defaultModel = "default_model"
    }
}

/// What to remove. Executed only while its hash fits what lies at the target.
public struct PrunePlan: Hashable, AragoraDocument {
    /// The rule.
    public let preset: RetentionPreset
    /// For which moment.
    public let now: Date
    /// What goes, oldest first.
    public let remove: [String]
    /// What stays, oldest first.
    public let keep: [String]
    /// SHA-256 of the members above.
    public let hash: String

    private enum CodingKeys: String, CodingKey {
        case preset
        case now
        case remove
        case keep
        case hash
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        preset = try keyed.decode(RetentionPreset.self, forKey: .preset)
        now = try keyed.decode(WireDate.self, forKey: .now).date
        remove = try keyed.decode([String].self, forKey: .remove)
        keep = try keyed.decode([String].self, forKey: .keep)
        hash = try keyed.decode(String.self, forKey: .hash)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(preset, forKey: .preset)
        try keyed.encode(WireDate(now), forKey: .now)
        try keyed.encode(remove, forKey: .remove)
        try keyed.encode(keep, forKey: .keep)
        try keyed.encode(hash, forKey: .hash)
    }
}

/// A question with everything the participants are given.
public struct Question: Hashable, AragoraDocument {
    /// The question itself: not blank, at most 100,000 characters, no NUL.
    public var text: String
    /// Background, at most 1,000,000 characters.
    public var context: String?
    /// Stated options, at most 24; empty means that the answers themselves are the options.
    public var options: [OptionSpec]?
    /// How an answer is taken from a reply and when two answers are the same.
    public var format: AnswerFormat?
    /// At most 100 documents, 4 MiB together.
    public var documents: [Document]?

    public init(
        text: String,
        context: String? = nil,
        options: [OptionSpec]? = nil,
        format: AnswerFormat? = nil,
        documents: [Document]? = nil
    ) {
        self.text = text
        self.context = context
        self.options = options
        self.format = format
        self.documents = documents
    }

    private enum CodingKeys: String, CodingKey {
        case text
        case context
        case options
        case format
        case documents
    }
}

/// Who had to take part, and who did.
public struct Quorum: Hashable, AragoraDocument {
    /// Eligible seats.
    public let eligible: Int64
    /// How many had to cast or abstain.
    public let needed: Int64
    /// How many did.
    public let present: Int64
    /// Whether that suffices.
    public let met: Bool

    private enum CodingKeys: String, CodingKey {
        case eligible
        case needed
        case present
        case met
    }
}

/// How many eligible seats must cast or abstain.
public enum QuorumRule: Hashable, AragoraDocument {
    /// max(min(2, eligible), ceil(eligible / 2)).
    case half
    /// This many.
    case count(Int64)
    /// This share, rounded up.
    case fraction(String)

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "half": self = .half
            default: throw Unknown.word(word, of: "QuorumRule", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "count":
            self = .count(try cases.decode(Int64.self, forKey: key))
        case "fraction":
            self = .fraction(try cases.decode(String.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "QuorumRule", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .half:
            var single = encoder.singleValueContainer()
            try single.encode("half")
        case .count(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("count"))
        case .fraction(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("fraction"))
        }
    }
}

/// The rate limits of a target.
public struct RateLimitSnapshot: Hashable, AragoraDocument {
    /// Provider and model.
    public let target: String
    /// Scheme, host and port; empty if it has none.
    public let origin: String
    /// Our limit of requests per minute.
    public let requestsPerMinute: Int64?
    /// Our limit of tokens per minute.
    public let tokensPerMinute: Int64?
    /// Our limit of calls in flight.
    public let mostInFlight: Int64
    /// Calls in flight.
    public let inFlight: Int64
    /// Calls that wait for a place or for a rate limit.
    public let queued: Int64
    /// For how long nothing is sent, in milliseconds.
    public let paused: Duration
    /// Repeats that are left of at most ten.
    public let retriesLeft: Double
    /// What the provider last said about its limits.
    public let stated: [StatedLimit]
    /// When it said so.
    public let statedAt: Date?

    private enum CodingKeys: String, CodingKey {
        case target
        case origin
        case requestsPerMinute = "requests_per_minute"
        case tokensPerMinute = "tokens_per_minute"
        case mostInFlight = "most_in_flight"
        case inFlight = "in_flight"
        case queued
        case paused = "paused_ms"
        case retriesLeft = "retries_left"
        case stated
        case statedAt = "stated_at"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        target = try keyed.decode(String.self, forKey: .target)
        origin = try keyed.decode(String.self, forKey: .origin)
        requestsPerMinute = try keyed.decodeIfPresent(Int64.self, forKey: .requestsPerMinute)
        tokensPerMinute = try keyed.decodeIfPresent(Int64.self, forKey: .tokensPerMinute)
        mostInFlight = try keyed.decode(Int64.self, forKey: .mostInFlight)
        inFlight = try keyed.decode(Int64.self, forKey: .inFlight)
        queued = try keyed.decode(Int64.self, forKey: .queued)
        paused = try keyed.decode(WireMillis.self, forKey: .paused).duration
        retriesLeft = try keyed.decode(Double.self, forKey: .retriesLeft)
        stated = try keyed.decode([StatedLimit].self, forKey: .stated)
        statedAt = try keyed.decodeIfPresent(WireDate.self, forKey: .statedAt)?.date
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(target, forKey: .target)
        try keyed.encode(origin, forKey: .origin)
        try keyed.encodeIfPresent(requestsPerMinute, forKey: .requestsPerMinute)
        try keyed.encodeIfPresent(tokensPerMinute, forKey: .tokensPerMinute)
        try keyed.encode(mostInFlight, forKey: .mostInFlight)
        try keyed.encode(inFlight, forKey: .inFlight)
        try keyed.encode(queued, forKey: .queued)
        try keyed.encode(WireMillis(paused), forKey: .paused)
        try keyed.encode(retriesLeft, forKey: .retriesLeft)
        try keyed.encode(stated, forKey: .stated)
        try keyed.encodeIfPresent(statedAt.map(WireDate.init), forKey: .statedAt)
    }
}

/// What became of the rows of one store.
public struct ReencryptCounts: Hashable, AragoraDocument {
    /// Rows that were sealed, or sealed anew.
    public let migrated: Int64
    /// Rows that were wholly under the active key already.
    public let skipped: Int64
    /// Rows that cannot be read.
    public let failed: Int64

    private enum CodingKeys: String, CodingKey {
        case migrated
        case skipped
        case failed
    }
}

/// A row that cannot be re-encrypted.
public struct ReencryptFailure: Hashable, AragoraDocument {
    /// Whose; empty for the installation.
    public let tenant: String
    /// The table.
    public let store: String
    /// The encoded key of the row, in hex.
    public let row: String
    /// The code of the error.
    public let code: String
    /// Its reason.
    public let reason: String

    private enum CodingKeys: String, CodingKey {
        case tenant
        case store
        case row
        case code
        case reason
    }
}

/// How far the re-encryption of one table of one tenant came.
public struct ReencryptProgress: Hashable, AragoraDocument {
    /// Whose; empty for the installation.
    public let tenant: String
    /// The table.
    public let store: String
    /// The id of the key everything is sealed under.
    public let target: String?
    /// Rows so far.
    public let counts: ReencryptCounts
    /// When the end was reached; absent while it was not.
    public let finishedAt: Date?

    private enum CodingKeys: String, CodingKey {
        case tenant
        case store
        case target
        case counts
        case finishedAt = "finished_at"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        tenant = try keyed.decode(String.self, forKey: .tenant)
        store = try keyed.decode(String.self, forKey: .store)
        target = try keyed.decodeIfPresent(String.self, forKey: .target)
        counts = try keyed.decode(ReencryptCounts.self, forKey: .counts)
        finishedAt = try keyed.decodeIfPresent(WireDate.self, forKey: .finishedAt)?.date
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(tenant, forKey: .tenant)
        try keyed.encode(store, forKey: .store)
        try keyed.encodeIfPresent(target, forKey: .target)
        try keyed.encode(counts, forKey: .counts)
        try keyed.encodeIfPresent(finishedAt.map(WireDate.init), forKey: .finishedAt)
    }
}

/// What a re-encryption did, or what a plan found.
public struct ReencryptReport: Hashable, AragoraDocument {
    /// Counts by table, all tenants together.
    public let perStore: [String: ReencryptCounts]
    /// Rows by the key ids they were found under; a row under two keys counts for both.
    public let keysSeen: [String: Int64]
    /// The rows that failed.
    public let failures: [ReencryptFailure]
    /// Whether every selected store was seen to its end.
    public let complete: Bool

    private enum CodingKeys: String, CodingKey {
        case perStore = "per_store"
        case keysSeen = "keys_seen"
        case failures
        case complete
    }
}

/// A refusal, which is a recorded outcome and not an error.
public struct Refusal: Hashable, AragoraDocument {
    /// What was said.
    public var text: String
    /// The provider's category.
    public var category: String?

    public init(
        text: String,
        category: String? = nil
    ) {
        self.text = text
        self.category = category
    }

    private enum CodingKeys: String, CodingKey {
        case text
        case category
    }
}

/// Whether voters share labels.
public enum Relabel: String, Hashable, CaseIterable, AragoraDocument {
    /// All voters see the same labels.
    case off
    /// Each voter gets an own mapping, recorded with the step.
    case perVoter = "per_voter"
}

/// How closely a replay is compared.
public enum ReplayCheck: String, Hashable, CaseIterable, AragoraDocument {
    /// Every byte of every record.
    case strict
    /// The decision only.
    case decision
}

/// What a replay found.
public struct ReplayReport: Hashable, AragoraDocument {
    /// Whether the check holds.
    public let matches: Bool
    /// Records compared.
    public let records: Int64
    /// The first difference of the logs, also when only decisions are compared.
    public let difference: Difference?
    /// The decision of the replayed debate, if it came to one.
    public let decision: Decision?

    private enum CodingKeys: String, CodingKey {
        case matches
        case records
        case difference
        case decision
    }
}

/// Keeps replies of models, so that the same request need not be paid for twice. Every organisation has its own.
public struct ReplyCache: Hashable, AragoraDocument {
    /// How long a reply lives, 1 ms to 10 years, default one hour.
    public var ttl: Duration?
    /// Keeps replies at any temperature, instead of those at temperature 0 only.
    public var always: Bool?

    public init(
        ttl: Duration? = nil,
        always: Bool? = nil
    ) {
        self.ttl = ttl
        self.always = always
    }

    private enum CodingKeys: String, CodingKey {
        case ttl = "ttl_ms"
        case always
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        ttl = try keyed.decodeIfPresent(WireMillis.self, forKey: .ttl)?.duration
        always = try keyed.decodeIfPresent(Bool.self, forKey: .always)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encodeIfPresent(ttl.map(WireMillis.init), forKey: .ttl)
        try keyed.encodeIfPresent(always, forKey: .always)
    }
}

/// Something about a reply that a reader should know and that changed nothing.
public struct ReplyWarning: Hashable, AragoraDocument {
    /// A stable code.
    public var code: String
    /// More about it.
    public var detail: String

    public init(
        code: String,
        detail: String
    ) {
        self.code = code
        self.detail = detail
    }

    private enum CodingKeys: String, CodingKey {
        case code
        case detail
    }
}

/// A protocol's own report, by kind.
public struct Report: Hashable, AragoraDocument {
    /// Which report.
    public var kind: String
    /// Its content.
    public var value: JSONValue

    public init(
        kind: String,
        value: JSONValue
    ) {
        self.kind = kind
        self.value = value
    }

    private enum CodingKeys: String, CodingKey {
        case kind
        case value
    }
}

/// Ratings of a seat, for `reputation_weighted` and judge selection.
public struct Reputation: Hashable, AragoraDocument {
    /// Elo, 1500 for the unknown.
    public var elo: Double
    /// Calibration score 0..=1; absent if unknown.
    public var calibration: Double?

    public init(
        elo: Double,
        calibration: Double? = nil
    ) {
        self.elo = elo
        self.calibration = calibration
    }

    private enum CodingKeys: String, CodingKey {
        case elo
        case calibration
    }
}

/// One message of a request.
public struct RequestMessage: Hashable, AragoraDocument {
    /// Its id.
    public let id: String
    /// Who said it.
    public let author: Author
    /// The text.
    public let text: String
    /// Who may see it.
    public let visibility: Visibility
    /// Whether a provider's prompt cache may end here.
    public let cachePoint: Bool

    private enum CodingKeys: String, CodingKey {
        case id
        case author
        case text
        case visibility
        case cachePoint = "cache_point"
    }
}

/// Tokens and money set aside for a turn.
public struct Reserve: Hashable, AragoraDocument {
    /// Estimated input tokens, bytes / 3 rounded up.
    public let tokensIn: Int64
    /// Output limit.
    public let tokensOut: Int64
    /// Quoted cost; absent if the model has no price.
    public let micros: Int64?

    private enum CodingKeys: String, CodingKey {
        case tokensIn = "tokens_in"
        case tokensOut = "tokens_out"
        case micros
    }
}

/// What was restored.
public struct RestoreReport: Hashable, AragoraDocument {
    /// The backup whose end the store stands at.
    public let backup: String
    /// Its chain, the full backup first.
    public let chain: [String]
    /// When that end was: what was written later is lost.
    public let restoredTo: Date
    /// From then until the restore, in milliseconds.
    public let gap: Duration
    /// Rows by table.
    public let tables: [String: TableCount]
    /// Names of the checks that held.
    public let checks: [String]

    private enum CodingKeys: String, CodingKey {
        case backup
        case chain
        case restoredTo = "restored_to"
        case gap = "gap_ms"
        case tables
        case checks
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        backup = try keyed.decode(String.self, forKey: .backup)
        chain = try keyed.decode([String].self, forKey: .chain)
        restoredTo = try keyed.decode(WireDate.self, forKey: .restoredTo).date
        gap = try keyed.decode(WireMillis.self, forKey: .gap).duration
        tables = try keyed.decode([String: TableCount].self, forKey: .tables)
        checks = try keyed.decode([String].self, forKey: .checks)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(backup, forKey: .backup)
        try keyed.encode(chain, forKey: .chain)
        try keyed.encode(WireDate(restoredTo), forKey: .restoredTo)
        try keyed.encode(WireMillis(gap), forKey: .gap)
        try keyed.encode(tables, forKey: .tables)
        try keyed.encode(checks, forKey: .checks)
    }
}

/// How long backups are kept. Whatever a preset says, the newest five full backups and the newest verified one
/// stay, and so does everything that an increment that stays goes on from.
public enum RetentionPreset: Hashable, AragoraDocument {
    /// Increments 24 h, daily full backups 7 d, weekly ones 30 d.
    case runbook
    /// Increments 7 d, daily full backups 30 d, weekly ones 90 d.
    case deployment
    /// Times of the host's, none shorter than a day.
    case custom(increments: Int64, daily: Int64, weekly: Int64)

    private enum CustomKeys: String, CodingKey {
        case increments
        case daily
        case weekly
    }

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "runbook": self = .runbook
            case "deployment": self = .deployment
            default: throw Unknown.word(word, of: "RetentionPreset", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "custom":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: CustomKeys.self)
            self = .custom(
                increments: try keyed.decode(Int64.self, forKey: .increments),
                daily: try keyed.decode(Int64.self, forKey: .daily),
                weekly: try keyed.decode(Int64.self, forKey: .weekly))
        default: throw Unknown.word(key.stringValue, of: "RetentionPreset", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .runbook:
            var single = encoder.singleValueContainer()
            try single.encode("runbook")
        case .deployment:
            var single = encoder.singleValueContainer()
            try single.encode("deployment")
        case .custom(let increments, let daily, let weekly):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("custom"))
            var keyed = encoder.container(keyedBy: CustomKeys.self)
            try keyed.encode(increments, forKey: .increments)
            try keyed.encode(daily, forKey: .daily)
            try keyed.encode(weekly, forKey: .weekly)
        }
    }
}

/// How much agreement a matter needs.
public typealias RiskTier = Int64

/// The part a participant plays in one turn.
public struct Role: RawRepresentable, Hashable, AragoraDocument, ExpressibleByStringLiteral {
    /// Proposes answers; the default.
    public static let proposer = Role(rawValue: "proposer")
    /// Criticises.
    public static let critic = Role(rawValue: "critic")
    /// Revises the own answer.
    public static let reviser = Role(rawValue: "reviser")
    /// Votes.
    public static let voter = Role(rawValue: "voter")
    /// Judges.
    public static let judge = Role(rawValue: "judge")
    /// Merges.
    public static let synthesizer = Role(rawValue: "synthesizer")

    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }
}

/// Cognitive roles.
public enum RolePolicy: String, Hashable, CaseIterable, AragoraDocument {
    /// None.
    case off
    /// Analyst, Skeptic, Lateral Thinker, Synthesizer by (seat + round) mod 4.
    case rotate
}

/// How close the seats were at the end of a round: the three figures of `Convergence`.
public struct RoundConvergence: Hashable, AragoraDocument {
    /// Mean similarity of the newest texts over pairs of seats.
    public let agreement: Double
    /// Lowest similarity of a seat's newest text to its previous one.
    public let stability: Double
    /// Weight of the largest answer group over the weight of all positions.
    public let position: Double

    private enum CodingKeys: String, CodingKey {
        case agreement
        case stability
        case position
    }
}

/// One round.
public struct RoundView: Hashable, AragoraDocument {
    /// Its number, from 1.
    public let round: Int64
    /// Whose words each seat sees.
    public let sees: [String: [String]]
    /// Cognitive roles.
    public let roles: [String: String]
    /// Stances.
    public let stances: [String: Stance]

    private enum CodingKeys: String, CodingKey {
        case round
        case sees
        case roles
        case stances
    }
}

/// What one option got.
public struct Row: Hashable, AragoraDocument {
    /// The option.
    public let option: String
    /// Votes of seats.
    public let votes: Int64
    /// Weight of the votes, those of host users included. In millionths.
    public let weight: Int64
    /// Figures of the rule, and the share of host users in the weight: `user_votes`, `user_weight`.
    public let extra: JSONValue?

    private enum CodingKeys: String, CodingKey {
        case option
        case votes
        case weight
        case extra
    }
}

/// A decision rule with its common settings.
public struct RuleConfig: Hashable, AragoraDocument {
    /// Which rule.
    public var rule: RuleKind?
    /// How many must take part.
    public var quorum: QuorumRule?
    /// What happens when several options are first.
    public var ties: TieBreak?
    /// Whose weight is the whole.
    public var basis: Basis?
    /// Whether votes for one's own answer count; absent means the default of the ballot kind.
    public var selfVote: SelfVote?

    public init(
        rule: RuleKind? = nil,
        quorum: QuorumRule? = nil,
        ties: TieBreak? = nil,
        basis: Basis? = nil,
        selfVote: SelfVote? = nil
    ) {
        self.rule = rule
        self.quorum = quorum
        self.ties = ties
        self.basis = basis
        self.selfVote = selfVote
    }

    private enum CodingKeys: String, CodingKey {
        case rule
        case quorum
        case ties
        case basis
        case selfVote = "self_vote"
    }
}

/// The decision rules.
public enum RuleKind: Hashable, AragoraDocument {
    /// Greatest weight above 0.
    case plurality
    /// More than half of the counted weight; the default.
    case majority
    /// At least this share of the counted weight, default 2/3.
    case supermajority(share: String? = nil)
    /// A share of the basis, strictly or not.
    case threshold(share: String, strict: Bool? = nil)
    /// Votes > floor(share * n), n = seats active in the round.
    case countAboveFloor(share: String? = nil)
    /// Every eligible seat cast for one option.
    case unanimity(ignoreAbstain: Bool? = nil)
    /// Votes weighted by stated confidence.
    case confidenceWeighted(curve: ConfidenceCurve? = nil)
    /// Votes weighted by rating and calibration, read once at start.
    case reputationWeighted
    /// The first rule that decides.
    case hybrid(rules: [RuleKind])
    /// No decision is sought; all positions are returned.
    case nothing
    /// A rule of the host, registered with the engine by name.
    case custom(rule: String)

    private enum SupermajorityKeys: String, CodingKey {
        case share
    }

    private enum ThresholdKeys: String, CodingKey {
        case share
        case strict
    }

    private enum CountAboveFloorKeys: String, CodingKey {
        case share
    }

    private enum UnanimityKeys: String, CodingKey {
        case ignoreAbstain = "ignore_abstain"
    }

    private enum ConfidenceWeightedKeys: String, CodingKey {
        case curve
    }

    private enum HybridKeys: String, CodingKey {
        case rules
    }

    private enum CustomKeys: String, CodingKey {
        case rule
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "plurality":
            self = .plurality
        case "majority":
            self = .majority
        case "supermajority":
            let keyed = try decoder.container(keyedBy: SupermajorityKeys.self)
            self = .supermajority(
                share: try keyed.decodeIfPresent(String.self, forKey: .share))
        case "threshold":
            let keyed = try decoder.container(keyedBy: ThresholdKeys.self)
            self = .threshold(
                share: try keyed.decode(String.self, forKey: .share),
                strict: try keyed.decodeIfPresent(Bool.self, forKey: .strict))
        case "count_above_floor":
            let keyed = try decoder.container(keyedBy: CountAboveFloorKeys.self)
            self = .countAboveFloor(
                share: try keyed.decodeIfPresent(String.self, forKey: .share))
        case "unanimity":
            let keyed = try decoder.container(keyedBy: UnanimityKeys.self)
            self = .unanimity(
                ignoreAbstain: try keyed.decodeIfPresent(Bool.self, forKey: .ignoreAbstain))
        case "confidence_weighted":
            let keyed = try decoder.container(keyedBy: ConfidenceWeightedKeys.self)
            self = .confidenceWeighted(
                curve: try keyed.decodeIfPresent(ConfidenceCurve.self, forKey: .curve))
        case "reputation_weighted":
            self = .reputationWeighted
        case "hybrid":
            let keyed = try decoder.container(keyedBy: HybridKeys.self)
            self = .hybrid(
                rules: try keyed.decode([RuleKind].self, forKey: .rules))
        case "none":
            self = .nothing
        case "custom":
            let keyed = try decoder.container(keyedBy: CustomKeys.self)
            self = .custom(
                rule: try keyed.decode(String.self, forKey: .rule))
        default: throw Unknown.word(word, of: "RuleKind", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .plurality:
            try tags.encode("plurality", forKey: Name("name"))
        case .majority:
            try tags.encode("majority", forKey: Name("name"))
        case .supermajority(let share):
            try tags.encode("supermajority", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: SupermajorityKeys.self)
            try keyed.encodeIfPresent(share, forKey: .share)
        case .threshold(let share, let strict):
            try tags.encode("threshold", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: ThresholdKeys.self)
            try keyed.encode(share, forKey: .share)
            try keyed.encodeIfPresent(strict, forKey: .strict)
        case .countAboveFloor(let share):
            try tags.encode("count_above_floor", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: CountAboveFloorKeys.self)
            try keyed.encodeIfPresent(share, forKey: .share)
        case .unanimity(let ignoreAbstain):
            try tags.encode("unanimity", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: UnanimityKeys.self)
            try keyed.encodeIfPresent(ignoreAbstain, forKey: .ignoreAbstain)
        case .confidenceWeighted(let curve):
            try tags.encode("confidence_weighted", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: ConfidenceWeightedKeys.self)
            try keyed.encodeIfPresent(curve, forKey: .curve)
        case .reputationWeighted:
            try tags.encode("reputation_weighted", forKey: Name("name"))
        case .hybrid(let rules):
            try tags.encode("hybrid", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: HybridKeys.self)
            try keyed.encode(rules, forKey: .rules)
        case .nothing:
            try tags.encode("none", forKey: Name("name"))
        case .custom(let rule):
            try tags.encode("custom", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: CustomKeys.self)
            try keyed.encode(rule, forKey: .rule)
        }
    }
}

/// The rule that was used, and where.
public struct RuleUsed: Hashable, AragoraDocument {
    /// The rule's name; of a hybrid, the member that decided.
    public let name: String
    /// Its settings.
    public let config: RuleConfig

    private enum CodingKeys: String, CodingKey {
        case name
        case config
    }
}

/// How a model samples. Absent means the provider's default.
public struct Sampling: Hashable, AragoraDocument {
    /// 0..=2.
    public let temperature: Double?
    /// Above 0, at most 1.
    public let topP: Double?
    /// At least 1.
    public let maxOutputTokens: Int64?
    /// At most 4 of at most 64 characters.
    public let stop: [String]?
    /// A seed for providers that take one.
    public let seed: Int64?
    /// How hard to think.
    public let effort: Effort?
    /// The provider's service tier.
    public let serviceTier: String?
    /// Whether cache points are used.
    public let promptCache: PromptCache?

    private enum CodingKeys: String, CodingKey {
        case temperature
        case topP = "top_p"
        case maxOutputTokens = "max_output_tokens"
        case stop
        case seed
        case effort
        case serviceTier = "service_tier"
        case promptCache = "prompt_cache"
    }
}

/// The highest price of a seat's tokens over its targets, in micro-dollars per million, as it stood at the start.
public struct SeatPrice: Hashable, AragoraDocument {
    /// Input tokens.
    public var input: Int64
    /// Output tokens.
    public var output: Int64

    public init(
        input: Int64,
        output: Int64
    ) {
        self.input = input
        self.output = output
    }

    private enum CodingKeys: String, CodingKey {
        case input
        case output
    }
}

/// One seat as everybody may see it.
public struct SeatView: Hashable, AragoraDocument {
    /// The participant.
    public var id: String
    /// What kind answers.
    public var kind: AgentKind
    /// Provider, e.g. `openai`, empty if there is none.
    public var provider: String?
    /// Model as asked for, empty if there is none.
    public var model: String?
    /// Model lineage, e.g. `claude`; empty means undisclosed.
    public var family: String?
    /// Version of the agent.
    public var version: String?
    /// The model's window in tokens, prompt and output together; absent if unknown.
    public var contextTokens: Int64?
    /// What its tokens cost at most; only where the debate has a cost limit.
    public var price: SeatPrice?
    /// Its part.
    public var role: Role
    /// Who it is asked to be.
    public var persona: Persona?
    /// Its weight in votes. In millionths.
    public var weight: Int64
    /// Whether it votes.
    public var votes: Bool
    /// Whether it judges.
    public var judges: Bool
    /// Ratings read once at start.
    public var reputation: Reputation?

    public init(
        id: String,
        kind: AgentKind,
        provider: String? = nil,
        model: String? = nil,
        family: String? = nil,
        version: String? = nil,
        contextTokens: Int64? = nil,
        price: SeatPrice? = nil,
        role: Role,
        persona: Persona? = nil,
        weight: Int64,
        votes: Bool,
        judges: Bool,
        reputation: Reputation? = nil
    ) {
        self.id = id
        self.kind = kind
        self.provider = provider
        self.model = model
        self.family = family
        self.version = version
        self.contextTokens = contextTokens
        self.price = price
        self.role = role
        self.persona = persona
        self.weight = weight
        self.votes = votes
        self.judges = judges
        self.reputation = reputation
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case kind
        case provider
        case model
        case family
        case version
        case contextTokens = "context_tokens"
        case price
        case role
        case persona
        case weight
        case votes
        case judges
        case reputation
    }
}

/// A message as it is shown.
public struct SeenMessage: Hashable, AragoraDocument {
    /// Who said it.
    public let author: Author
    /// The text.
    public let text: String

    private enum CodingKeys: String, CodingKey {
        case author
        case text
    }
}

/// Whether a vote for one's own answer counts.
public enum SelfVote: String, Hashable, CaseIterable, AragoraDocument {
    /// In full; the default for choices, since forbidding it forces a lone dissenter to join the majority.
    case count
    /// Not at all; the default for rankings, scores and points.
    case exclude
    /// At half weight.
    case half
}

/// One after the other, each seeing what was said before.
///
/// Planned calls: nR.
public struct Sequential: Hashable, AragoraDocument {
    /// Everything said so far instead of the newest message of every other seat.
    public var full: Bool?
    /// The order moves on by one seat each round.
    public var rotate: Bool?

    public init(
        full: Bool? = nil,
        rotate: Bool? = nil
    ) {
        self.full = full
        self.rotate = rotate
    }

    private enum CodingKeys: String, CodingKey {
        case full
        case rotate
    }
}

/// How a reply came to be.
public enum Served: Hashable, AragoraDocument {
    /// Asked for and answered now.
    case live
    /// From a reply cache.
    case cache
    /// From a recording.
    case recorded
    /// Another target answered.
    case fallback(from: String)

    private enum FallbackKeys: String, CodingKey {
        case from
    }

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "live": self = .live
            case "cache": self = .cache
            case "recorded": self = .recorded
            default: throw Unknown.word(word, of: "Served", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "fallback":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: FallbackKeys.self)
            self = .fallback(
                from: try keyed.decode(String.self, forKey: .from))
        default: throw Unknown.word(key.stringValue, of: "Served", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .live:
            var single = encoder.singleValueContainer()
            try single.encode("live")
        case .cache:
            var single = encoder.singleValueContainer()
            try single.encode("cache")
        case .recorded:
            var single = encoder.singleValueContainer()
            try single.encode("recorded")
        case .fallback(let from):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("fallback"))
            var keyed = encoder.container(keyedBy: FallbackKeys.self)
            try keyed.encode(from, forKey: .from)
        }
    }
}

/// What a shutdown left behind.
public struct ShutdownReport: Hashable, AragoraDocument {
    /// Debates that ended within the grace.
    public let finished: Int64
    /// Debates that were stopped at their last record and can be resumed elsewhere.
    public let stopped: Int64

    private enum CodingKeys: String, CodingKey {
        case finished
        case stopped
    }
}

/// What an ordinary reply says about itself.
public struct Signals: Hashable, AragoraDocument {
    /// Stated confidence 0..=1, rounded to six decimals.
    public let confidence: Double?
    /// Whether to go on, from yes, no, true or false only.
    public let goOn: Bool?
    /// Whether the participant is ready to decide; from structured output only, because a hidden comment in a
    /// text must never control the debate.
    public let ready: Bool?
    /// What the reply says it answers; from structured output only.
    public let respondsTo: [String]
    /// `confidence_rejected`.
    public let warnings: [ParseWarning]

    private enum CodingKeys: String, CodingKey {
        case confidence
        case goOn = "continue"
        case ready
        case respondsTo = "responds_to"
        case warnings
    }
}

/// What the hook sees of a request, so that it can sign it.
public struct SigningRequest: Hashable, AragoraDocument {
    /// The method.
    public let method: String
    /// The whole target.
    public let url: String
    /// The body as it is sent; JSON text, empty for a request without one.
    public let body: String
    /// Whether the provider refused the last fields and new ones are needed.
    public let refresh: Bool

    private enum CodingKeys: String, CodingKey {
        case method
        case url
        case body
        case refresh
    }
}

/// Everybody answers alone, then again having seen the others' last answers (Du et al., arXiv:2305.14325).
///
/// Planned calls: nR.
public struct Simultaneous: Hashable, AragoraDocument {
    /// Whether everybody is asked at once (default) or, from round 2, in index order with each seeing the newest
    /// reply of every other seat.
    public var sequentialVisibility: Bool?
    /// The library's own layout, or a published one.
    public var layout: Layout?

    public init(
        sequentialVisibility: Bool? = nil,
        layout: Layout? = nil
    ) {
        self.sequentialVisibility = sequentialVisibility
        self.layout = layout
    }

    private enum CodingKeys: String, CodingKey {
        case sequentialVisibility = "sequential_visibility"
        case layout
    }
}

/// What was spent: settled attempts, in total and by seat.
public struct Spent: Hashable, AragoraDocument {
    /// All attempts together.
    public let total: UsageTotals
    /// By seat.
    public let bySeat: [String: UsageTotals]
    /// Turns that were asked.
    public let calls: Int64
    /// Of these, failed.
    public let failed: Int64
    /// Attempts that were hedges.
    public let hedged: Int64
    /// What a fork took over from its parent; not in the total.
    public let inherited: UsageTotals?

    private enum CodingKeys: String, CodingKey {
        case total
        case bySeat = "by_seat"
        case calls
        case failed
        case hedged
        case inherited
    }
}

/// What becomes of the earlier answer of a seat that failed in the last round.
public enum StalePolicy: String, Hashable, CaseIterable, AragoraDocument {
    /// The seat has no position.
    case drop
    /// It counts.
    case count
}

/// The position a persona argues from.
public enum Stance: String, Hashable, CaseIterable, AragoraDocument {
    /// For.
    case affirmative
    /// Against.
    case negative
    /// Neither.
    case neutral
}

/// Stances.
public enum StancePolicy: String, Hashable, CaseIterable, AragoraDocument {
    /// None.
    case off
    /// Affirmative, negative, neutral by (seat + round) mod 3.
    case rotate
}

/// A limit as the provider stated it.
public struct StatedLimit: Hashable, AragoraDocument {
    /// Its name in the header fields, e.g. `requests` or `input-tokens`.
    public let name: String
    /// The limit.
    public let limit: Int64?
    /// What was left of it.
    public let remaining: Int64?
    /// Time until it is whole again, in milliseconds; absent if unknown.
    public let reset: Duration?

    private enum CodingKeys: String, CodingKey {
        case name
        case limit
        case remaining
        case reset = "reset_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        name = try keyed.decode(String.self, forKey: .name)
        limit = try keyed.decodeIfPresent(Int64.self, forKey: .limit)
        remaining = try keyed.decodeIfPresent(Int64.self, forKey: .remaining)
        reset = try keyed.decodeIfPresent(WireMillis.self, forKey: .reset)?.duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(name, forKey: .name)
        try keyed.encodeIfPresent(limit, forKey: .limit)
        try keyed.encodeIfPresent(remaining, forKey: .remaining)
        try keyed.encodeIfPresent(reset.map(WireMillis.init), forKey: .reset)
    }
}

/// One step.
public struct StepView: Hashable, AragoraDocument {
    /// Its number, from 0.
    public let step: Int64
    /// The round.
    public let round: Int64
    /// What it asks for.
    public let phase: Phase
    /// When it ends.
    public let join: Join
    /// All at once or one after the other.
    public let order: Order
    /// Usable replies it needs.
    public let min: Int64
    /// The step whose failed turns it repeats.
    public let retryOf: Int64?
    /// The planned turns.
    public let asks: [PlannedAsk]
    /// Turns with a reply, in order of arrival.
    public let arrived: [String]
    /// Why it ended; absent while it is open.
    public let end: StepWhy?
    /// When it began, in ms since 1970.
    public let began: Date

    private enum CodingKeys: String, CodingKey {
        case step
        case round
        case phase
        case join
        case order
        case min
        case retryOf = "retry_of"
        case asks
        case arrived
        case end
        case began
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        step = try keyed.decode(Int64.self, forKey: .step)
        round = try keyed.decode(Int64.self, forKey: .round)
        phase = try keyed.decode(Phase.self, forKey: .phase)
        join = try keyed.decode(Join.self, forKey: .join)
        order = try keyed.decode(Order.self, forKey: .order)
        min = try keyed.decode(Int64.self, forKey: .min)
        retryOf = try keyed.decodeIfPresent(Int64.self, forKey: .retryOf)
        asks = try keyed.decode([PlannedAsk].self, forKey: .asks)
        arrived = try keyed.decode([String].self, forKey: .arrived)
        end = try keyed.decodeIfPresent(StepWhy.self, forKey: .end)
        began = try keyed.decode(WireDate.self, forKey: .began).date
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(step, forKey: .step)
        try keyed.encode(round, forKey: .round)
        try keyed.encode(phase, forKey: .phase)
        try keyed.encode(join, forKey: .join)
        try keyed.encode(order, forKey: .order)
        try keyed.encode(min, forKey: .min)
        try keyed.encodeIfPresent(retryOf, forKey: .retryOf)
        try keyed.encode(asks, forKey: .asks)
        try keyed.encode(arrived, forKey: .arrived)
        try keyed.encodeIfPresent(end, forKey: .end)
        try keyed.encode(WireDate(began), forKey: .began)
    }
}

/// Why a step ended.
public enum StepWhy: String, Hashable, CaseIterable, AragoraDocument {
    /// Every turn ended.
    case all
    /// A quorum was in.
    case quorum
    /// The threshold was reached.
    case consensus
    /// Time was up.
    case deadline
    /// A limit stopped it.
    case budget
    /// The debate was cancelled.
    case cancelled
}

/// Why a debate ended, with the numbers that triggered it.
public struct Stop: Hashable, AragoraDocument {
    /// The cause.
    public var cause: StopCause
    /// The round it was found in.
    public var round: Int64
    /// The numbers behind it, for people.
    public var detail: String

    public init(
        cause: StopCause,
        round: Int64,
        detail: String
    ) {
        self.cause = cause
        self.round = round
        self.detail = detail
    }

    private enum CodingKeys: String, CodingKey {
        case cause
        case round
        case detail
    }
}

/// Why a debate ended.
public enum StopCause: String, Hashable, CaseIterable, AragoraDocument {
    /// The caller, a shutdown or a revoked permission.
    case cancelled
    /// No usable reply at all.
    case allFailed = "all_failed"
    /// A person ended it.
    case human
    /// A limit on calls, tokens or cost.
    case budget
    /// Time is up.
    case deadline
    /// A judge or moderator ended it.
    case judge
    /// Agreement of positions.
    case consensus
    /// All independent first answers agree.
    case gate
    /// Enough seats say they are ready.
    case readiness
    /// The distribution of positions stopped moving.
    case stability
    /// Everybody repeats a different answer.
    case stalemate
    /// Too few usable seats remain.
    case quorumLost = "quorum_lost"
    /// The last allowed round was played.
    case maxRounds = "max_rounds"
    /// The protocol's schedule is done.
    case completed
}

/// Why a reply ended.
public enum StopReason: Hashable, AragoraDocument {
    /// The participant was done.
    case end
    /// The output limit cut it off.
    case length
    /// A stop string was met.
    case stopSequence
    /// It asks for tool calls, which the core never runs.
    case toolCalls
    /// It refused.
    case refusal
    /// A filter stopped it.
    case contentFilter
    /// The provider paused the turn.
    case pause
    /// Something this version has no word for.
    case other(String)

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "end": self = .end
            case "length": self = .length
            case "stop_sequence": self = .stopSequence
            case "tool_calls": self = .toolCalls
            case "refusal": self = .refusal
            case "content_filter": self = .contentFilter
            case "pause": self = .pause
            default: throw Unknown.word(word, of: "StopReason", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "other":
            self = .other(try cases.decode(String.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "StopReason", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .end:
            var single = encoder.singleValueContainer()
            try single.encode("end")
        case .length:
            var single = encoder.singleValueContainer()
            try single.encode("length")
        case .stopSequence:
            var single = encoder.singleValueContainer()
            try single.encode("stop_sequence")
        case .toolCalls:
            var single = encoder.singleValueContainer()
            try single.encode("tool_calls")
        case .refusal:
            var single = encoder.singleValueContainer()
            try single.encode("refusal")
        case .contentFilter:
            var single = encoder.singleValueContainer()
            try single.encode("content_filter")
        case .pause:
            var single = encoder.singleValueContainer()
            try single.encode("pause")
        case .other(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("other"))
        }
    }
}

/// When replies are streamed.
public enum StreamMode: String, Hashable, CaseIterable, AragoraDocument {
    /// Where somebody listens.
    case auto
    /// Always, e.g. because a gateway cuts long silent calls.
    case always
    /// Never.
    case never
}

/// Whether an agent can be held to a schema.
public enum StructuredMode: String, Hashable, CaseIterable, AragoraDocument {
    /// The provider enforces it.
    case native
    /// The prompt asks for it.
    case instructed
    /// Neither; ballots are read from text.
    case nothing = "none"
}

/// How many rows a table has, and how many removals an increment holds for it.
public struct TableCount: Hashable, AragoraDocument {
    /// Rows with a value.
    public let rows: Int64
    /// Rows that are gone.
    public let removed: Int64?

    private enum CodingKeys: String, CodingKey {
        case rows
        case removed
    }
}

/// What a rule counted.
public struct Tally: Hashable, AragoraDocument {
    /// The rule's name; of a hybrid, the member that decided.
    public let rule: String
    /// One row per option, in the order of the options.
    public let rows: [Row]
    /// Weight of the votes that counted. In millionths.
    public let counted: Int64
    /// Weight of all eligible seats. In millionths.
    public let electorate: Int64
    /// Who had to take part, and who did.
    public let quorum: Quorum
    /// The test the leader had to pass, if the rule has one.
    public let test: Test?
    /// The options that are first: one if decided, several if tied, else none.
    public let winners: [String]
    /// What follows from it.
    public let outcome: Outcome
    /// How a tie was broken.
    public let tieBreak: TieUse?
    /// What the rule did, line by line, where that is not plain from the rows.
    public let trace: [TraceLine]?

    private enum CodingKeys: String, CodingKey {
        case rule
        case rows
        case counted
        case electorate
        case quorum
        case test
        case winners
        case outcome
        case tieBreak = "tie_break"
        case trace
    }
}

/// How a target does.
public struct TargetHealth: Hashable, AragoraDocument {
    /// Provider and model, e.g. `openai/gpt-5.4`.
    public let target: String
    /// Scheme, host and port; empty if it has none.
    public let origin: String
    /// The breaker's state.
    public let state: BreakerState
    /// Whether a call would be let through or be the probe.
    public let available: Bool
    /// When it last answered.
    public let lastSuccess: Date?
    /// When it last failed, and how.
    public let lastError: LastError?
    /// Length of the window the numbers below are about, in seconds.
    public let windowSeconds: Int64
    /// Calls that ended.
    public let calls: Int64
    /// Of those, failed.
    public let errors: Int64
    /// Answers slower than the service target.
    public let missed: Int64
    /// Median of the answers, in milliseconds.
    public let p50: Duration?
    /// 95th percentile of the answers, in milliseconds.
    public let p95: Duration?
    /// Calls in flight.
    public let inFlight: Int64
    /// Calls that wait for a place or for a rate limit.
    public let queued: Int64
    /// What the provider last said about its limits.
    public let stated: [StatedLimit]

    private enum CodingKeys: String, CodingKey {
        case target
        case origin
        case state
        case available
        case lastSuccess = "last_success"
        case lastError = "last_error"
        case windowSeconds = "window_seconds"
        case calls
        case errors
        case missed
        case p50 = "p50_ms"
        case p95 = "p95_ms"
        case inFlight = "in_flight"
        case queued
        case stated
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        target = try keyed.decode(String.self, forKey: .target)
        origin = try keyed.decode(String.self, forKey: .origin)
        state = try keyed.decode(BreakerState.self, forKey: .state)
        available = try keyed.decode(Bool.self, forKey: .available)
        lastSuccess = try keyed.decodeIfPresent(WireDate.self, forKey: .lastSuccess)?.date
        lastError = try keyed.decodeIfPresent(LastError.self, forKey: .lastError)
        windowSeconds = try keyed.decode(Int64.self, forKey: .windowSeconds)
        calls = try keyed.decode(Int64.self, forKey: .calls)
        errors = try keyed.decode(Int64.self, forKey: .errors)
        missed = try keyed.decode(Int64.self, forKey: .missed)
        p50 = try keyed.decodeIfPresent(WireMillis.self, forKey: .p50)?.duration
        p95 = try keyed.decodeIfPresent(WireMillis.self, forKey: .p95)?.duration
        inFlight = try keyed.decode(Int64.self, forKey: .inFlight)
        queued = try keyed.decode(Int64.self, forKey: .queued)
        stated = try keyed.decode([StatedLimit].self, forKey: .stated)
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(target, forKey: .target)
        try keyed.encode(origin, forKey: .origin)
        try keyed.encode(state, forKey: .state)
        try keyed.encode(available, forKey: .available)
        try keyed.encodeIfPresent(lastSuccess.map(WireDate.init), forKey: .lastSuccess)
        try keyed.encodeIfPresent(lastError, forKey: .lastError)
        try keyed.encode(windowSeconds, forKey: .windowSeconds)
        try keyed.encode(calls, forKey: .calls)
        try keyed.encode(errors, forKey: .errors)
        try keyed.encode(missed, forKey: .missed)
        try keyed.encodeIfPresent(p50.map(WireMillis.init), forKey: .p50)
        try keyed.encodeIfPresent(p95.map(WireMillis.init), forKey: .p95)
        try keyed.encode(inFlight, forKey: .inFlight)
        try keyed.encode(queued, forKey: .queued)
        try keyed.encode(stated, forKey: .stated)
    }
}

/// The test the leader had to pass.
public struct Test: Hashable, AragoraDocument {
    /// `>` or `>=`.
    public let op: String
    /// The share.
    public let share: String
    /// Whose weight is the whole.
    public let basis: Basis
    /// What the leader has; rules that count heads count each as weight 1. In millionths.
    public let part: Int64
    /// What it is a share of. In millionths.
    public let whole: Int64
    /// Whether the leader passed. Stays false when a casting vote decided an exact half.
    public let passed: Bool

    private enum CodingKeys: String, CodingKey {
        case op
        case share
        case basis
        case part
        case whole
        case passed
    }
}

/// What happens when several options are first.
public enum TieBreak: Hashable, AragoraDocument {
    /// A tie stays a tie.
    case nothing
    /// The option that was voted for first.
    case firstSeen
    /// The option with the earliest supporter in roster order.
    case roster
    /// By the debate's seed.
    case seeded
    /// One more turn of this seat decides.
    case seat(String)

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "none": self = .nothing
            case "first_seen": self = .firstSeen
            case "roster": self = .roster
            case "seeded": self = .seeded
            default: throw Unknown.word(word, of: "TieBreak", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "seat":
            self = .seat(try cases.decode(String.self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "TieBreak", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .nothing:
            var single = encoder.singleValueContainer()
            try single.encode("none")
        case .firstSeen:
            var single = encoder.singleValueContainer()
            try single.encode("first_seen")
        case .roster:
            var single = encoder.singleValueContainer()
            try single.encode("roster")
        case .seeded:
            var single = encoder.singleValueContainer()
            try single.encode("seeded")
        case .seat(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("seat"))
        }
    }
}

/// How a tie was broken.
public struct TieUse: Hashable, AragoraDocument {
    /// The options that were tied.
    public let tied: [String]
    /// What decided.
    public let by: TieBreak
    /// The option that was taken.
    public let chosen: String

    private enum CodingKeys: String, CodingKey {
        case tied
        case by
        case chosen
    }
}

/// Time limits of one exchange, in milliseconds.
public struct TimeoutsDocument: Hashable, AragoraDocument {
    /// Until the head of a streamed response, default 120,000.
    public var headers: Duration?
    /// Between two pieces of the body, default 60,000.
    public var idle: Duration?
    /// For everything, default 240,000.
    public var total: Duration?

    public init(
        headers: Duration? = nil,
        idle: Duration? = nil,
        total: Duration? = nil
    ) {
        self.headers = headers
        self.idle = idle
        self.total = total
    }

    private enum CodingKeys: String, CodingKey {
        case headers = "headers_ms"
        case idle = "idle_ms"
        case total = "total_ms"
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        headers = try keyed.decodeIfPresent(WireMillis.self, forKey: .headers)?.duration
        idle = try keyed.decodeIfPresent(WireMillis.self, forKey: .idle)?.duration
        total = try keyed.decodeIfPresent(WireMillis.self, forKey: .total)?.duration
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encodeIfPresent(headers.map(WireMillis.init), forKey: .headers)
        try keyed.encodeIfPresent(idle.map(WireMillis.init), forKey: .idle)
        try keyed.encodeIfPresent(total.map(WireMillis.init), forKey: .total)
    }
}

/// A tool call a model asked for.
public struct ToolCall: Hashable, AragoraDocument {
    /// The provider's id.
    public var id: String?
    /// The tool.
    public var name: String?
    /// The arguments, if they are JSON.
    public var arguments: JSONValue?
    /// The arguments as they came.
    public var raw: String?

    public init(
        id: String? = nil,
        name: String? = nil,
        arguments: JSONValue? = nil,
        raw: String? = nil
    ) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.raw = raw
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case name
        case arguments
        case raw
    }
}

/// Who sees whom.
public enum Topology: Hashable, AragoraDocument {
    /// Everybody sees everybody.
    case allToAll
    /// The neighbours in roster order; only the one before if directed.
    case ring(directed: Bool? = nil)
    /// Spokes see the hub, the hub sees all.
    case star(hub: Int64)
    /// max(1, ceil((1 - sparsity)(n - 1))) others, anew each round.
    case sparse(sparsity: Double? = nil)
    /// One other, another in each round.
    case roundRobin
    /// Row i lists whom seat i sees.
    case custom(matrix: [[Bool]])

    private enum RingKeys: String, CodingKey {
        case directed
    }

    private enum StarKeys: String, CodingKey {
        case hub
    }

    private enum SparseKeys: String, CodingKey {
        case sparsity
    }

    private enum CustomKeys: String, CodingKey {
        case matrix
    }

    public init(from decoder: any Decoder) throws {
        let tags = try decoder.container(keyedBy: Name.self)
        let word = try tags.decode(String.self, forKey: Name("name"))
        switch word {
        case "all_to_all":
            self = .allToAll
        case "ring":
            let keyed = try decoder.container(keyedBy: RingKeys.self)
            self = .ring(
                directed: try keyed.decodeIfPresent(Bool.self, forKey: .directed))
        case "star":
            let keyed = try decoder.container(keyedBy: StarKeys.self)
            self = .star(
                hub: try keyed.decode(Int64.self, forKey: .hub))
        case "sparse":
            let keyed = try decoder.container(keyedBy: SparseKeys.self)
            self = .sparse(
                sparsity: try keyed.decodeIfPresent(Double.self, forKey: .sparsity))
        case "round_robin":
            self = .roundRobin
        case "custom":
            let keyed = try decoder.container(keyedBy: CustomKeys.self)
            self = .custom(
                matrix: try keyed.decode([[Bool]].self, forKey: .matrix))
        default: throw Unknown.word(word, of: "Topology", tags.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tags = encoder.container(keyedBy: Name.self)
        switch self {
        case .allToAll:
            try tags.encode("all_to_all", forKey: Name("name"))
        case .ring(let directed):
            try tags.encode("ring", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: RingKeys.self)
            try keyed.encodeIfPresent(directed, forKey: .directed)
        case .star(let hub):
            try tags.encode("star", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: StarKeys.self)
            try keyed.encode(hub, forKey: .hub)
        case .sparse(let sparsity):
            try tags.encode("sparse", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: SparseKeys.self)
            try keyed.encodeIfPresent(sparsity, forKey: .sparsity)
        case .roundRobin:
            try tags.encode("round_robin", forKey: Name("name"))
        case .custom(let matrix):
            try tags.encode("custom", forKey: Name("name"))
            var keyed = encoder.container(keyedBy: CustomKeys.self)
            try keyed.encode(matrix, forKey: .matrix)
        }
    }
}

/// One line of a rule's account.
public struct TraceLine: Hashable, AragoraDocument {
    /// The rule or stage.
    public let stage: String
    /// What it found.
    public let note: String

    private enum CodingKeys: String, CodingKey {
        case stage
        case note
    }
}

/// Something that was said.
public struct TranscriptMessage: Hashable, AragoraDocument {
    /// Its id.
    public let id: String
    /// Who said it.
    public let author: Author
    /// The seat, if it was one.
    public let seat: String?
    /// The turn, if it was one.
    public let turn: String?
    /// The step it arrived in.
    public let step: Int64?
    /// What was asked for.
    public let phase: Phase?
    /// What it is.
    public let kind: MessageKind
    /// The round.
    public let round: Int64
    /// The whole text, unchanged.
    public let text: String
    /// Who may see it.
    public let visibility: Visibility
    /// The structured value.
    public let structured: JSONValue
    /// Why the reply ended.
    public let stop: StopReason
    /// A refusal.
    public let refusal: Refusal?
    /// The answer found in it.
    public let answer: ExtractedAnswer?
    /// Stated confidence.
    public let confidence: Double?
    /// Whether the seat wants to go on.
    public let goOn: Bool?
    /// Whether the seat is ready to decide.
    public let ready: Bool?
    /// Order of arrival in its step.
    public let arrival: Int64
    /// Whether a fork replaced the text.
    public let edited: Bool

    private enum CodingKeys: String, CodingKey {
        case id
        case author
        case seat
        case turn
        case step
        case phase
        case kind
        case round
        case text
        case visibility
        case structured
        case stop
        case refusal
        case answer
        case confidence
        case goOn = "go_on"
        case ready
        case arrival
        case edited
    }
}

/// Where a turn stands.
public enum TurnState: String, Hashable, CaseIterable, AragoraDocument {
    /// Planned, not started.
    case planned
    /// Handed to its agent.
    case running
    /// Ended with a reply.
    case answered
    /// Ended without a usable reply.
    case failed
    /// Given up while it ran.
    case cancelled
    /// Never started.
    case skipped
}

/// One turn of one seat.
public struct TurnView: Hashable, AragoraDocument {
    /// The turn.
    public let id: String
    /// The seat.
    public let seat: String
    /// What was asked for.
    public let phase: Phase
    /// The round.
    public let round: Int64
    /// The step.
    public let step: Int64
    /// Where it stands.
    public let state: TurnState
    /// Why it failed.
    public let error: ErrorInfo?
    /// Its message.
    public let message: String?
    /// Attempts of the newest asking.
    public let attempts: Int64
    /// Whether it was handed to its agent at least once.
    public let askedBefore: Bool
    /// Tokens its attempts used, input and output together.
    public let tokens: Int64
    /// Known cost of its attempts in micro-dollars.
    public let micros: Int64

    private enum CodingKeys: String, CodingKey {
        case id
        case seat
        case phase
        case round
        case step
        case state
        case error
        case message
        case attempts
        case askedBefore = "asked_before"
        case tokens
        case micros
    }
}

/// What becomes of a reply in which no answer is found.
public enum UnparsedPolicy: String, Hashable, CaseIterable, AragoraDocument {
    /// It is no position and no vote; the default.
    case exclude
    /// It is an answer of its own, and two such replies agree (as in published DyLAN runs).
    case ownCandidate = "own_candidate"
}

/// What becomes of a call that has no price.
public enum Unpriced: Hashable, AragoraDocument {
    /// It is refused as `unpriced`.
    case refuse
    /// It is let through and counts as nothing.
    case allow
    /// It counts at these prices.
    case assume(input: Int64, output: Int64)

    private enum AssumeKeys: String, CodingKey {
        case input
        case output
    }

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "refuse": self = .refuse
            case "allow": self = .allow
            default: throw Unknown.word(word, of: "Unpriced", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "assume":
            let decoder = try cases.superDecoder(forKey: key)
            let keyed = try decoder.container(keyedBy: AssumeKeys.self)
            self = .assume(
                input: try keyed.decode(Int64.self, forKey: .input),
                output: try keyed.decode(Int64.self, forKey: .output))
        default: throw Unknown.word(key.stringValue, of: "Unpriced", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .refuse:
            var single = encoder.singleValueContainer()
            try single.encode("refuse")
        case .allow:
            var single = encoder.singleValueContainer()
            try single.encode("allow")
        case .assume(let input, let output):
            var cases = encoder.container(keyedBy: Name.self)
            let encoder = cases.superEncoder(forKey: Name("assume"))
            var keyed = encoder.container(keyedBy: AssumeKeys.self)
            try keyed.encode(input, forKey: .input)
            try keyed.encode(output, forKey: .output)
        }
    }
}

/// Tokens of one call, as reported. Derived differences saturate at 0 because some vendors break the rules
/// `reasoning <= output_total` and `cache_read + cache_write <= input_total`.
public struct Usage: Hashable, AragoraDocument {
    /// Input tokens, cached ones included.
    public var inputTotal: Int64
    /// Output tokens, reasoning included.
    public var outputTotal: Int64
    /// Input tokens read from a cache.
    public var cacheRead: Int64?
    /// Input tokens written to a cache.
    public var cacheWrite: Int64?
    /// Output tokens spent on reasoning.
    public var reasoning: Int64?

    public init(
        inputTotal: Int64,
        outputTotal: Int64,
        cacheRead: Int64? = nil,
        cacheWrite: Int64? = nil,
        reasoning: Int64? = nil
    ) {
        self.inputTotal = inputTotal
        self.outputTotal = outputTotal
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.reasoning = reasoning
    }

    private enum CodingKeys: String, CodingKey {
        case inputTotal = "input_total"
        case outputTotal = "output_total"
        case cacheRead = "cache_read"
        case cacheWrite = "cache_write"
        case reasoning
    }
}

/// Tokens and money of a debate or a seat.
public struct UsageTotals: Hashable, AragoraDocument {
    /// Input tokens, cached ones included.
    public let input: Int64
    /// Output tokens, reasoning included.
    public let output: Int64
    /// Input tokens read from a cache.
    public let cacheRead: Int64
    /// Input tokens written to a cache.
    public let cacheWrite: Int64
    /// Output tokens spent on reasoning.
    public let reasoning: Int64
    /// Known cost in micro-dollars.
    public let micros: Int64
    /// Whether the cost of every call is known.
    public let complete: Bool

    private enum CodingKeys: String, CodingKey {
        case input
        case output
        case cacheRead = "cache_read"
        case cacheWrite = "cache_write"
        case reasoning
        case micros
        case complete
    }
}

/// Outcome, exact share and confidence in one word.
public enum Verdict: String, Hashable, CaseIterable, AragoraDocument {
    /// Decided, no dissent, confidence >= .8, nothing open.
    case approved
    /// Decided otherwise.
    case approvedWithConditions = "approved_with_conditions"
    /// Not decided, the leader has at least 2/5.
    case needsReview = "needs_review"
    /// Not decided.
    case rejected
    /// No usable reply.
    case noEvidence = "no_evidence"
}

/// Who may see a message. What is hidden from an agent reaches no body, digest, log or cache key of its calls.
public enum Visibility: Hashable, AragoraDocument {
    /// Everybody.
    case all
    /// These agents only.
    case only([String])
    /// Everybody but these agents.
    case except([String])

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "all": self = .all
            default: throw Unknown.word(word, of: "Visibility", decoder.codingPath)
            }
            return
        }
        let cases = try decoder.container(keyedBy: Name.self)
        let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name("")
        switch key.stringValue {
        case "only":
            self = .only(try cases.decode([String].self, forKey: key))
        case "except":
            self = .except(try cases.decode([String].self, forKey: key))
        default: throw Unknown.word(key.stringValue, of: "Visibility", cases.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .all:
            var single = encoder.singleValueContainer()
            try single.encode("all")
        case .only(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("only"))
        case .except(let payload):
            var cases = encoder.container(keyedBy: Name.self)
            try cases.encode(payload, forKey: Name("except"))
        }
    }
}

/// Plurality over the first independent answers, with the same equivalence.
public struct VoteOnly: Hashable, AragoraDocument {
    /// What it would have decided.
    public let answer: Answer?
    /// The outcome of that vote.
    public let outcome: Outcome
    /// What was counted.
    public let tally: Tally
    /// Whether it is the decision's answer.
    public let sameAsDecision: Bool
    /// Whether every eligible seat had been asked; an early stop may leave some out.
    public let complete: Bool
    /// Calls the first answers took.
    public let calls: Int64
    /// Tokens they used.
    public let tokens: Int64
    /// What they cost, where known.
    public let micros: Int64

    private enum CodingKeys: String, CodingKey {
        case answer
        case outcome
        case tally
        case sameAsDecision = "same_as_decision"
        case complete
        case calls
        case tokens
        case micros
    }
}

/// Everybody answers alone; the answers are the votes. The baseline every debate has to beat.
///
/// Planned calls: nk, or n(k + 1) with ballots.
public struct VoteOnlyProtocol: Hashable, AragoraDocument {
    /// Answers per seat, default 1; a seat's most frequent answer is its position.
    public var samples: Int64?
    /// Adds a vote over the answers, for free texts that never group.
    public var ballots: Bool?

    public init(
        samples: Int64? = nil,
        ballots: Bool? = nil
    ) {
        self.samples = samples
        self.ballots = ballots
    }

    private enum CodingKeys: String, CodingKey {
        case samples
        case ballots
    }
}

/// One eligible seat's vote.
public struct VoteRecord: Hashable, AragoraDocument {
    /// Who.
    public let voter: String
    /// What became of it.
    public let status: VoteStatus
    /// The ballot, if there was a reply.
    public let ballot: Ballot?
    /// Stated confidence.
    public let confidence: Double?
    /// The weight it counted with; 0 unless cast. In millionths.
    public let weight: Int64
    /// The stated reason.
    public let reason: String?
    /// Whether it was for the own answer and nobody else's.
    public let selfVote: Bool
    /// The round it was given in; 0 if never asked.
    public let round: Int64

    private enum CodingKeys: String, CodingKey {
        case voter
        case status
        case ballot
        case confidence
        case weight
        case reason
        case selfVote = "self_vote"
        case round
    }
}

/// What became of an eligible seat in the deciding vote. Only `cast` counts.
public enum VoteStatus: String, Hashable, CaseIterable, AragoraDocument {
    /// A valid ballot.
    case cast
    /// An explicit abstention.
    case abstain
    /// A reply that is no ballot.
    case invalid
    /// The turn failed.
    case failed
    /// The turn ran out of time.
    case timedOut = "timed_out"
    /// Never asked, or cancelled before it answered.
    case notAsked = "not_asked"
}

/// A recorded vote.
public struct VoteView: Hashable, AragoraDocument {
    /// The step it was given in; absent for a host user's vote.
    public let step: Int64?
    /// The round.
    public let round: Int64
    /// Who.
    public let voter: String
    /// What became of it.
    public let status: VoteStatus
    /// The ballot.
    public let ballot: Ballot?
    /// Stated confidence.
    public let confidence: Double?
    /// Stated reason.
    public let reason: String?
    /// Whether it was for the own answer and nobody else's.
    public let selfVote: Bool
    /// Order of arrival.
    public let arrival: Int64
    /// Intensity of a host user's vote.
    public let userIntensity: Int64?

    private enum CodingKeys: String, CodingKey {
        case step
        case round
        case voter
        case status
        case ballot
        case confidence
        case reason
        case selfVote = "self_vote"
        case arrival
        case userIntensity = "user_intensity"
    }
}

/// The wire formats.
public enum Wire: String, Hashable, CaseIterable, AragoraDocument {
    /// Anthropic Messages.
    case messages
    /// OpenAI Responses.
    case responses
    /// OpenAI Chat Completions and its dialects.
    case chat
    /// Gemini `generateContent`.
    case gemini
    /// Gemini Interactions.
    case geminiInteractions = "gemini_interactions"
}

extension AragoraError.Code {
    /// One or more fields are outside their documented form; all violations are in the context. Correct the
    /// request.
    public static let invalidRequest = AragoraError.Code(rawValue: "invalid_request")
    /// The configuration is refused; all violations, sorted by pointer. Correct the settings.
    public static let invalidConfig = AragoraError.Code(rawValue: "invalid_config")
    /// The object cannot do this now (other process, not terminal, no loop). Follow the reason; use a new object.
    public static let invalidState = AragoraError.Code(rawValue: "invalid_state")
    /// Used after `close()`. Open a new instance.
    public static let closed = AragoraError.Code(rawValue: "closed")
    /// A credential is missing, wrong, expired or revoked, ours or a provider's. Sign in again or fix the key.
    public static let unauthenticated = AragoraError.Code(rawValue: "unauthenticated")
    /// The caller is known and not allowed; the decision is in the context. Ask for the right.
    public static let permissionDenied = AragoraError.Code(rawValue: "permission_denied")
    /// Allowed after a fresh second factor. Step up and repeat.
    public static let mfaRequired = AragoraError.Code(rawValue: "mfa_required")
    /// Absent, or not visible to this caller. Check the id.
    public static let notFound = AragoraError.Code(rawValue: "not_found")
    /// A precondition failed: changed meanwhile, or exists with other content. Re-read, decide, repeat.
    public static let conflict = AragoraError.Code(rawValue: "conflict")
    /// Somebody else owns it now. Stop, and never report success.
    public static let leaseLost = AragoraError.Code(rawValue: "lease_lost")
    /// A dependency (store, network, entropy) does not answer; context `outcome` is `unknown` or `not_applied`.
    /// Repeat; settle `unknown` by reading.
    public static let unavailable = AragoraError.Code(rawValue: "unavailable")
    /// One call outward passed its own limit. Repeat, or raise the limit.
    public static let timeout = AragoraError.Code(rawValue: "timeout")
    /// The deadline the caller set has passed. Give more time.
    public static let deadlineExceeded = AragoraError.Code(rawValue: "deadline_exceeded")
    /// Cancelled by the caller, the debate or a shutdown; a partial result is in the context. Nothing to do.
    public static let cancelled = AragoraError.Code(rawValue: "cancelled")
    /// Too many calls or attempts, here or at the provider. Wait for `retry_after`.
    public static let rateLimited = AragoraError.Code(rawValue: "rate_limited")
    /// A bounded queue or the admission is full. Wait for `retry_after`, or raise the limit.
    public static let queueFull = AragoraError.Code(rawValue: "queue_full")
    /// Larger than a store, receipt, webhook body or index may be; limit and size are in the context. Split or
    /// shrink.
    public static let limitExceeded = AragoraError.Code(rawValue: "limit_exceeded")
    /// The feature needs a setting, key or compiled feature that is absent. Configure it.
    public static let notConfigured = AragoraError.Code(rawValue: "not_configured")
    /// This implementation or model cannot do it. Choose another.
    public static let unsupported = AragoraError.Code(rawValue: "unsupported")
    /// Written by a newer or unknown version; nothing was changed. Upgrade the library.
    public static let unsupportedVersion = AragoraError.Code(rawValue: "unsupported_version")
    /// The clock cannot be believed; nothing was deleted. Check the time, then `confirm_clock`.
    public static let clockJump = AragoraError.Code(rawValue: "clock_jump")
    /// A bug or a contained panic; the location is in the context. Report it.
    public static let `internal` = AragoraError.Code(rawValue: "internal")
    /// A stored value, file or page is damaged; others stay readable. Run `Verify`, then restore.
    public static let corrupt = AragoraError.Code(rawValue: "corrupt")
    /// An append-only log contradicts itself or its head. Stop writing and restore.
    public static let logCorrupt = AragoraError.Code(rawValue: "log_corrupt")
    /// A write or sync failed and later writes are refused. Reopen the store.
    public static let storePoisoned = AragoraError.Code(rawValue: "store_poisoned")
    /// The directory is held by another process. Close the other one.
    public static let alreadyOpen = AragoraError.Code(rawValue: "already_open")
    /// The store cannot be written. Fix the rights, or open it for reading only.
    public static let readOnly = AragoraError.Code(rawValue: "read_only")
    /// The disk or quota is full and the batch was not applied. Free space.
    public static let storageFull = AragoraError.Code(rawValue: "storage_full")
    /// Another process is migrating. Wait.
    public static let migrationLocked = AragoraError.Code(rawValue: "migration_locked")
    /// A migration step failed and is absent; version and cause are in the context. Fix it and run again.
    public static let migrationFailed = AragoraError.Code(rawValue: "migration_failed")
    /// Sealed data does not open at this address. Investigate.
    public static let decryptionFailed = AragoraError.Code(rawValue: "decryption_failed")
    /// Plain data was found in a strict store. Investigate.
    public static let plaintextRefused = AragoraError.Code(rawValue: "plaintext_refused")
    /// Sealed under a key that is not loaded. Add the key.
    public static let keyNotFound = AragoraError.Code(rawValue: "key_not_found")
    /// The key service does not answer. Wait.
    public static let kmsUnavailable = AragoraError.Code(rawValue: "kms_unavailable")
    /// The key service refuses. Fix the service's rights.
    public static let kmsDenied = AragoraError.Code(rawValue: "kms_denied")
    /// The key service answered nonsense. Fix the service.
    public static let kmsInvalid = AragoraError.Code(rawValue: "kms_invalid")
    /// A backup's chain, manifest or object is damaged and nothing was touched. Use another backup.
    public static let backupInvalid = AragoraError.Code(rawValue: "backup_invalid")
    /// The provider is busy. Nothing to do: layers retry.
    public static let overloaded = AragoraError.Code(rawValue: "overloaded")
    /// The connection failed. Nothing to do: layers retry.
    public static let transport = AragoraError.Code(rawValue: "transport")
    /// The provider reported an error of its own (5xx). Nothing to do: layers retry.
    public static let providerError = AragoraError.Code(rawValue: "provider_error")
    /// The stream ended early; partial text is kept. Nothing to do: layers retry.
    public static let interrupted = AragoraError.Code(rawValue: "interrupted")
    /// The provider's body cannot be read. Report it.
    public static let malformedResponse = AragoraError.Code(rawValue: "malformed_response")
    /// A credit or spend limit at the provider is used up. Pay or wait.
    public static let quotaExhausted = AragoraError.Code(rawValue: "quota_exhausted")
    /// The provider does not know this model. Change the request.
    public static let modelNotFound = AragoraError.Code(rawValue: "model_not_found")
    /// The provider refuses a request of this size. Change the request.
    public static let requestTooLarge = AragoraError.Code(rawValue: "request_too_large")
    /// The prompt does not fit the model's window. Change the request, or set a context policy.
    public static let contextTooLong = AragoraError.Code(rawValue: "context_too_long")
    /// The provider's policy refused the request. Rephrase.
    public static let blocked = AragoraError.Code(rawValue: "blocked")
    /// The reply holds no text. Relax the shape or fix the participant.
    public static let emptyReply = AragoraError.Code(rawValue: "empty_reply")
    /// The answer of a participant is not in the agreed shape. Relax the shape or fix the participant.
    public static let invalidReply = AragoraError.Code(rawValue: "invalid_reply")
    /// The reply is larger than 4 MiB. Limit the output.
    public static let replyTooLarge = AragoraError.Code(rawValue: "reply_too_large")
    /// The breaker is open and nothing was sent. Wait for `retry_after`.
    public static let circuitOpen = AragoraError.Code(rawValue: "circuit_open")
    /// A limit would be passed. Raise the limit.
    public static let budgetExceeded = AragoraError.Code(rawValue: "budget_exceeded")
    /// A cost limit exists and the model has no price. Give a price.
    public static let unpriced = AragoraError.Code(rawValue: "unpriced")
    /// A participant raised, panicked or returned a wrong type; the cause is attached. Look at the cause.
    public static let agentFailed = AragoraError.Code(rawValue: "agent_failed")
    /// The scripted agent has no step left. Complete the script.
    public static let scriptExhausted = AragoraError.Code(rawValue: "script_exhausted")
    /// There is no recorded reply for this request, and none is invented. Complete the recording.
    public static let recordingMissing = AragoraError.Code(rawValue: "recording_missing")
    /// The person declined to answer. Go on without.
    public static let humanDeclined = AragoraError.Code(rawValue: "human_declined")
    /// No participant gave a usable reply; every cause is in the context. See the causes.
    public static let allAgentsFailed = AragoraError.Code(rawValue: "all_agents_failed")
    /// The protocol raised or broke its contract. Fix the protocol.
    public static let protocolFailed = AragoraError.Code(rawValue: "protocol_failed")
    /// Resuming found other prompts than the recorded ones. Fix the protocol or template, or accept the change.
    public static let nondeterministic = AragoraError.Code(rawValue: "nondeterministic")
    /// Five starts of a job made no progress. Inspect it, then `retry_dead_letter`.
    public static let poisoned = AragoraError.Code(rawValue: "poisoned")
    /// A receipt import or check failed; the report is in the context. Read the report.
    public static let receiptInvalid = AragoraError.Code(rawValue: "receipt_invalid")
    /// Only the tombstone of the receipt is left. Nothing to do.
    public static let receiptDeleted = AragoraError.Code(rawValue: "receipt_deleted")
    /// The debate's log was pruned. Nothing to do.
    public static let transcriptExpired = AragoraError.Code(rawValue: "transcript_expired")
    /// A signer produced no valid signature. Check the key service.
    public static let signingFailed = AragoraError.Code(rawValue: "signing_failed")
    /// Held data cannot be changed. Release the hold.
    public static let legalHold = AragoraError.Code(rawValue: "legal_hold")
    /// The store is behind a pinned checkpoint. Investigate, then start a successor log.
    public static let logRolledBack = AragoraError.Code(rawValue: "log_rolled_back")
    /// The audit chain does not match its head. Investigate, then start a new chain.
    public static let auditTampered = AragoraError.Code(rawValue: "audit_tampered")
    /// The webhook body is not acceptable. Correct it.
    public static let invalidPayload = AragoraError.Code(rawValue: "invalid_payload")
    /// The webhook secret is not acceptable. Correct it.
    public static let invalidSecret = AragoraError.Code(rawValue: "invalid_secret")
    /// The address is not one this library may contact. Correct it.
    public static let refusedAddress = AragoraError.Code(rawValue: "refused_address")
    /// The webhook endpoint is off. Enable it.
    public static let endpointDisabled = AragoraError.Code(rawValue: "endpoint_disabled")
    /// A foreign webhook sink raised. Nothing to do: delivery retries.
    public static let sinkError = AragoraError.Code(rawValue: "sink_error")
    /// The webhook request carries no signature. Reject the request.
    public static let signatureMissing = AragoraError.Code(rawValue: "signature_missing")
    /// The webhook signature does not match. Reject the request.
    public static let signatureMismatch = AragoraError.Code(rawValue: "signature_mismatch")
    /// The webhook timestamp is too old or too new. Reject the request.
    public static let timestampOutOfTolerance = AragoraError.Code(rawValue: "timestamp_out_of_tolerance")
    /// The webhook signature header cannot be read. Reject the request.
    public static let malformedHeader = AragoraError.Code(rawValue: "malformed_header")
    /// A live stream in `Disconnect` mode fell behind. Re-read from the log.
    public static let lagged = AragoraError.Code(rawValue: "lagged")
    /// The log before this cursor was pruned. Start at the given seq.
    public static let cursorExpired = AragoraError.Code(rawValue: "cursor_expired")

    /// Every code this version knows.
    public static let all: [AragoraError.Code] = [
        .invalidRequest, .invalidConfig, .invalidState, .closed, .unauthenticated, .permissionDenied, .mfaRequired,
        .notFound, .conflict, .leaseLost, .unavailable, .timeout, .deadlineExceeded, .cancelled, .rateLimited,
        .queueFull, .limitExceeded, .notConfigured, .unsupported, .unsupportedVersion, .clockJump, .`internal`,
        .corrupt, .logCorrupt, .storePoisoned, .alreadyOpen, .readOnly, .storageFull, .migrationLocked,
        .migrationFailed, .decryptionFailed, .plaintextRefused, .keyNotFound, .kmsUnavailable, .kmsDenied,
        .kmsInvalid, .backupInvalid, .overloaded, .transport, .providerError, .interrupted, .malformedResponse,
        .quotaExhausted, .modelNotFound, .requestTooLarge, .contextTooLong, .blocked, .emptyReply, .invalidReply,
        .replyTooLarge, .circuitOpen, .budgetExceeded, .unpriced, .agentFailed, .scriptExhausted, .recordingMissing,
        .humanDeclined, .allAgentsFailed, .protocolFailed, .nondeterministic, .poisoned, .receiptInvalid,
        .receiptDeleted, .transcriptExpired, .signingFailed, .legalHold, .logRolledBack, .auditTampered,
        .invalidPayload, .invalidSecret, .refusedAddress, .endpointDisabled, .sinkError, .signatureMissing,
        .signatureMismatch, .timestampOutOfTolerance, .malformedHeader, .lagged, .cursorExpired
    ]

    static let retryableByDefault: Set<AragoraError.Code> = [
        .unavailable, .timeout, .rateLimited, .queueFull, .storageFull, .migrationLocked, .kmsUnavailable,
        .overloaded, .transport, .providerError, .interrupted, .malformedResponse, .circuitOpen, .signingFailed,
        .sinkError
    ]
}
