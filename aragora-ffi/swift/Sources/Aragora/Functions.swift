/// The version of the core.
public func coreVersion() throws -> String {
    try Native.compute("version", Members(), as: String.self)
}

/// A code, and whether it is worth repeating.
public struct ErrorCodeInfo: Hashable, AragoraDocument {
    public let code: AragoraError.Code
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
    public var id: String
    public var weight: Double?
    public var reputation: Reputation?

    public init(id: String, weight: Double? = nil, reputation: Reputation? = nil) {
        self.id = id
        self.weight = weight
        self.reputation = reputation
    }
}

/// Somebody or something to vote for.
public struct Candidate: Hashable, AragoraDocument {
    public var id: String
    /// Whose answer it is.
    public var authors: [String]?

    public init(id: String, authors: [String]? = nil) {
        self.id = id
        self.authors = authors
    }
}

/// Counts votes with a rule, without a debate.
public func tally(
    rule: RuleConfig, seats: [Voter], options: [Candidate], votes: [CastVote], seed: UInt64? = nil
) throws -> Tally {
    var arguments = Members()
    try arguments.set("rule", rule)
    try arguments.set("seats", seats)
    try arguments.set("options", options)
    try arguments.set("votes", votes)
    try arguments.set("seed", seed.map(WireUInt64.init))
    return try Native.compute("consensus.tally", arguments, as: Tally.self)
}

/// What a reply says, as the core reads it. Arguments and results are in the core's form.
public enum Parse {
    /// A ballot: `text`, `structured`?, `stop`?, and the shape that was asked for.
    public static func ballot(_ arguments: JSONValue) throws -> JSONValue { try parse("parse.ballot", arguments) }

    /// Critiques of these targets: `text`, `structured`?, `targets`.
    public static func critiques(_ arguments: JSONValue) throws -> JSONValue { try parse("parse.critiques", arguments) }

    /// Stated confidence and readiness: `text`, `structured`?, `stop`?.
    public static func signals(_ arguments: JSONValue) throws -> JSONValue { try parse("parse.signals", arguments) }

    /// The answer: `text`, `structured`?, and how it is taken.
    public static func answer(_ arguments: JSONValue) throws -> JSONValue { try parse("parse.answer", arguments) }

    private static func parse(_ op: String, _ arguments: JSONValue) throws -> JSONValue {
        try Native.compute(op, arguments, as: JSONValue.self)
    }
}
