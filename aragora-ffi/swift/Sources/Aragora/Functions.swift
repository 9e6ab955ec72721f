/// The version of the core.
public func coreVersion() throws -> String {
    try Native.compute("version", Members(), as: String.self)
}

/// A code, and whether it is worth repeating.
public struct ErrorCodeInfo: Hashable, AragoraDocument {
    /// The code.
    public let code: AragoraError.Code
    /// Whether repeating can help.
    public let retryable: Bool
}

/// Every error code of the core.
public func errorCodes() throws -> [ErrorCodeInfo] {
    try Native.compute("errors.list", Members(), as: [ErrorCodeInfo].self)
}

/// The built-in protocols with their parameters, in the core's form.
public func builtInProtocols() throws -> [JSONValue] {
    try Native.compute("protocols.list", Members(), as: [JSONValue].self)
}

/// Somebody who votes in a tally.
public struct Voter: Hashable, AragoraDocument {
    /// Who.
    public var id: String
    /// Above 0, at most 100.
    public var weight: Double?
    /// Ratings, where you have them.
    public var reputation: Reputation?

    /// Somebody with this weight.
    public init(id: String, weight: Double? = nil, reputation: Reputation? = nil) {
        self.id = id
        self.weight = weight
        self.reputation = reputation
    }
}

/// Somebody or something to vote for.
public struct Candidate: Hashable, AragoraDocument {
    /// The option's id.
    public var id: String
    /// Whose answer it is.
    public var authors: [String]?

    /// An option of these authors.
    public init(id: String, authors: [String]? = nil) {
        self.id = id
        self.authors = authors
    }
}

/// Counts votes with a rule, without a debate. `active` is how many seats are still asked, where a rule counts those.
public func tally(
    rule: RuleConfig, seats: [Voter], options: [Candidate], votes: [CastVote], seed: UInt64? = nil,
    active: Int64? = nil
) throws -> Tally {
    var arguments = Members()
    try arguments.set("rule", rule)
    try arguments.set("seats", seats)
    try arguments.set("options", options)
    try arguments.set("votes", votes)
    try arguments.set("seed", seed.map(WireUInt64.init))
    try arguments.set("active", active)
    return try Native.compute("consensus.tally", arguments, as: Tally.self)
}

/// What a reply says, as the core reads it.
public enum Parse {
    /// The ballot in a reply to a question of this shape.
    public static func ballot(
        _ text: String, structured: JSONValue? = nil, stop: StopReason? = nil, shape: BallotShape
    ) throws -> ParsedBallot {
        var arguments = try reply(text, structured, stop)
        try arguments.set("shape", shape)
        return try Native.compute("parse.ballot", arguments, as: ParsedBallot.self)
    }

    /// The critiques in a reply, of seats that were shown under these names.
    public static func critiques(
        _ text: String, structured: JSONValue? = nil, targets: [String]? = nil
    ) throws -> [ParsedCritique] {
        var arguments = try reply(text, structured, nil)
        try arguments.set("targets", targets)
        return try Native.compute("parse.critiques", arguments, as: [ParsedCritique].self)
    }

    /// Stated confidence and readiness.
    public static func signals(
        _ text: String, structured: JSONValue? = nil, stop: StopReason? = nil
    ) throws -> Signals {
        try Native.compute("parse.signals", try reply(text, structured, stop), as: Signals.self)
    }

    /// The answer in a reply, if there is one.
    public static func answer(
        _ text: String, structured: JSONValue? = nil, format: AnswerFormat? = nil
    ) throws -> ExtractedAnswer? {
        var arguments = try reply(text, structured, nil)
        try arguments.set("format", format)
        return try Native.compute("parse.answer", arguments, as: ExtractedAnswer?.self)
    }

    /// The text as it is compared by `normalised`.
    public static func normalise(_ text: String) throws -> String {
        try Native.compute("parse.normalise", try reply(text, nil, nil), as: String.self)
    }

    /// Whether two answers are the same.
    public static func same(_ a: String, _ b: String, equal: Equivalence) throws -> Bool {
        var arguments = Members()
        try arguments.set("equal", equal)
        try arguments.set("a", a)
        try arguments.set("b", b)
        return try Native.compute("parse.same", arguments, as: Bool.self)
    }

    private static func reply(_ text: String, _ structured: JSONValue?, _ stop: StopReason?) throws -> Members {
        var arguments = Members()
        try arguments.set("text", text)
        try arguments.set("structured", structured)
        try arguments.set("stop", stop)
        return arguments
    }
}
