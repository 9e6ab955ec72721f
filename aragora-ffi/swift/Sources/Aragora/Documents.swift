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

/// What is shown of values that hold secrets.
enum Hidden {
    static func shown(_ secret: String?) -> Any {
        secret.map { _ in "***" } as Any
    }

    static func shown(_ secrets: [String: String]?) -> Any {
        secrets.map { $0.mapValues { _ in "***" } } as Any
    }

    /// The members that are set.
    static func text(of mirror: Mirror) -> String {
        let members = mirror.children.compactMap { child -> String? in
            let value = Mirror(reflecting: child.value)
            guard value.displayStyle == .optional else { return "\(child.label ?? ""): \(child.value)" }
            return value.children.first.map { "\(child.label ?? ""): \($0.value)" }
        }
        return "\(mirror.subjectType)(\(members.joined(separator: ", ")))"
    }
}
