/// A protocol of your own: what to ask next, as a pure function of what was said. Written are `name`, `version` and
/// `next`; the rest has the core's defaults.
public protocol DebateProtocol: Sendable {
    /// The name it is recorded under.
    var name: String { get }
    /// Changes whenever it would ask something else.
    var version: String { get }
    /// Parameters, seats and calls; by default nothing.
    var info: ProtocolInfo { get }
    /// The next step. Throwing ends the debate with `protocol_failed`.
    func next(_ transcript: Transcript) throws -> Step
    /// What is counted in the end.
    func decide(_ transcript: Transcript) throws -> Draft
    /// What to count now, if anything.
    func checkpoint(_ transcript: Transcript) throws -> Checkpoint?
    /// A last step after the decision, such as a synthesis; made with ``Transcript/ask(_:_:seats:round:expect:order:)``.
    func closing(_ transcript: Transcript, winner: OptionView) throws -> Step?
}

extension DebateProtocol {
    public var info: ProtocolInfo { ProtocolInfo() }
    public func decide(_ transcript: Transcript) throws -> Draft { try transcript.draft() }
    public func checkpoint(_ transcript: Transcript) throws -> Checkpoint? { nil }
    public func closing(_ transcript: Transcript, winner: OptionView) throws -> Step? { nil }

    /// Answers one call of the core.
    func answer(_ method: String, _ transcript: Transcript) throws -> String {
        switch method {
        case "protocol.next":
            return try next(transcript).text()
        case "protocol.decide":
            return try JSONText.encode(try decide(transcript))
        case "protocol.checkpoint":
            return try JSONText.encode(try checkpoint(transcript))
        case "protocol.closing":
            guard let winner = transcript.winner else {
                throw AragoraError(.internal, "the core closed a debate without a winner")
            }
            guard let step = try closing(transcript, winner: winner) else { return "null" }
            guard let ask = try JSONValue(text: step.text())["ask"] else {
                throw AragoraError(
                    .protocolFailed, "protocol \"\(name)\" returned no question from closing, expected transcript.ask(...)")
            }
            return try ask.text()
        default:
            throw AragoraError(.internal, "the core called \(method), which this version does not know")
        }
    }
}

/// What a protocol says of itself beside its name. What is nil gets the core's default.
public struct ProtocolInfo: Hashable, Sendable {
    /// Its parameters, part of the record.
    public var params: JSONValue?
    /// Voting seats it needs at least.
    public var minSeats: Int64?
    /// Voting seats it takes at most.
    public var maxSeats: Int64?
    /// The most calls it makes.
    public var plannedCalls: PlannedCalls?

    /// Only what differs from the default needs to be given.
    public init(
        params: JSONValue? = nil, minSeats: Int64? = nil, maxSeats: Int64? = nil, plannedCalls: PlannedCalls? = nil
    ) {
        self.params = params
        self.minSeats = minSeats
        self.maxSeats = maxSeats
        self.plannedCalls = plannedCalls
    }
}

/// The documents of your own protocols.
enum Rules {
    /// Registers a protocol; the document names its number.
    static func register(_ rules: any DebateProtocol) throws -> Members {
        let info = rules.info
        var inner = Members()
        try inner.set("name", rules.name)
        try inner.set("version", rules.version)
        try inner.set("params", info.params)
        try inner.set("min_seats", info.minSeats)
        try inner.set("max_seats", info.maxSeats)
        try inner.set("planned_calls", info.plannedCalls)
        // Swift cannot tell whether a default was replaced, so all are asked; the defaults are the core's.
        try inner.set("members", ["next", "decide", "checkpoint", "closing"])
        try inner.set("participant", Host.shared.register(.rules(rules, TranscriptCache())))
        var document = Members()
        document.set("foreign", raw: inner.text)
        return document
    }
}

/// Which protocol leads a debate. A string literal is a built-in one's name.
public struct ProtocolChoice: Sendable {
    private enum Source: Sendable {
        case custom(any DebateProtocol)
        case named(String, (any AragoraDocument)?)
    }

    private let source: Source

    /// Your own protocol.
    public static func custom(_ rules: any DebateProtocol) -> ProtocolChoice {
        ProtocolChoice(source: .custom(rules))
    }

    /// A built-in protocol, or one given to ``Aragora/open(_:storage:protocols:layers:clock:seed:)``, by its name.
    public static func named(_ name: String, params: JSONValue? = nil) -> ProtocolChoice {
        ProtocolChoice(source: .named(name, params))
    }

    /// Answers, critiques, revisions.
    public static func critique(_ params: Critique = Critique()) -> ProtocolChoice { with("critique", params) }

    /// Everybody speaks at once, round by round.
    public static func simultaneous(_ params: Simultaneous = Simultaneous()) -> ProtocolChoice {
        with("simultaneous", params)
    }

    /// One after the other.
    public static func sequential(_ params: Sequential = Sequential()) -> ProtocolChoice { with("sequential", params) }

    /// No debate, one vote.
    public static func voteOnly(_ params: VoteOnlyProtocol = VoteOnlyProtocol()) -> ProtocolChoice {
        with("vote_only", params)
    }

    /// Weak seats are left out as it goes on.
    public static func dynamic(_ params: Dynamic = Dynamic()) -> ProtocolChoice { with("dynamic", params) }

    private static func with(_ name: String, _ params: any AragoraDocument) -> ProtocolChoice {
        ProtocolChoice(source: .named(name, params))
    }

    func document() throws -> String {
        switch source {
        case .custom(let rules):
            return try Rules.register(rules).text
        case .named(let name, let params):
            var document = Members()
            try document.set("name", name)
            if let params {
                document.set("params", raw: try JSONText.encode(params))
            }
            return document.text
        }
    }
}

extension ProtocolChoice: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) {
        self = .named(name)
    }
}

/// How a debate is decided: a rule's name, its kind, or the whole configuration.
public struct Rule: Encodable, Sendable {
    private let document: any AragoraDocument

    /// A rule by its name.
    public static func named(_ name: String) -> Rule { Rule(document: JSONValue.string(name)) }

    /// A rule with its own settings.
    public static func kind(_ kind: RuleKind) -> Rule { Rule(document: kind) }

    /// A rule with quorum, ties and basis.
    public static func config(_ config: RuleConfig) -> Rule { Rule(document: config) }

    /// More than half.
    public static var majority: Rule { "majority" }

    /// The most votes.
    public static var plurality: Rule { "plurality" }

    /// At least a share, such as `"2/3"`.
    public static func supermajority(_ share: String? = nil) -> Rule { .kind(.supermajority(share: share)) }

    /// Everybody.
    public static func unanimity(ignoreAbstain: Bool? = nil) -> Rule { .kind(.unanimity(ignoreAbstain: ignoreAbstain)) }

    public func encode(to encoder: any Encoder) throws {
        try document.encode(to: encoder)
    }
}

extension Rule: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) {
        document = JSONValue.string(name)
    }
}

extension JSONValue: AragoraDocument {}
