import Foundation

/// A value or an explicit `null`, where the core tells that from a value that is not given.
public enum Nullable<Value: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
    case null
    case value(Value)

    public init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        self = single.decodeNil() ? .null : .value(try single.decode(Value.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        switch self {
        case .null: try single.encodeNil()
        case .value(let value): try single.encode(value)
        }
    }
}

/// An instant that is written as RFC 3339.
struct WireText: Codable {
    let date: Date

    init(_ date: Date) { self.date = date }
    init(from decoder: any Decoder) throws { date = try Moment.read(decoder) }
    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        try single.encode(Moment.format(date))
    }
}

/// What a document says that this version cannot read.
enum Unknown {
    static func word(_ word: String, of type: String, _ path: [any CodingKey]) -> DecodingError {
        .dataCorrupted(.init(codingPath: path, debugDescription: "\"\(word)\" is no \(type)"))
    }
}

/// What is counted for the decision: begun by ``Transcript/draft()``, changed as needed.
public struct Draft: AragoraDocument {
    private var document: JSONValue

    /// The rule that decides.
    public mutating func set(rule: RuleConfig) throws { try set("rule", rule) }
    /// The electorate, where it is not every eligible seat.
    public mutating func set(seats: [String]) throws { try set("seats", seats) }
    /// The message that is a synthesis of the winner.
    public mutating func set(synthesis: String) throws { try set("synthesis", synthesis) }
    /// Each seat's share in the result.
    public mutating func set(contribution: [String: Double]) throws { try set("contribution", contribution) }
    /// The protocol's own report.
    public mutating func set(report: Report) throws { try set("report", report) }

    /// Any member in the core's form.
    public mutating func set(_ name: String, _ value: some Encodable) throws {
        var members = document.object ?? [:]
        members[name] = try JSONValue(text: Wire.encode(value))
        document = .object(members)
    }

    public init(from decoder: any Decoder) throws { document = try JSONValue(from: decoder) }
    public func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }
}

/// What to count after a step.
public struct Checkpoint: AragoraDocument {
    /// When it is.
    public var scope: CheckScope
    /// What counts as the votes, in the core's form: `"positions"`, `"cast"` and their like.
    public var ballots: JSONValue
    /// The electorate, where it is not every eligible seat.
    public var seats: [String]?
    /// The rule to check; the debate's own `stop_when` otherwise.
    public var rule: RuleConfig?

    public init(scope: CheckScope, ballots: JSONValue, seats: [String]? = nil, rule: RuleConfig? = nil) {
        self.scope = scope
        self.ballots = ballots
        self.seats = seats
        self.rule = rule
    }
}
