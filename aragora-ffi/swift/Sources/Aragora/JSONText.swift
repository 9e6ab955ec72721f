import Foundation

/// A value with the core's own JSON form.
public protocol AragoraDocument: Codable, Sendable {}

extension AragoraDocument {
    /// Reads the core's form. A value that is none is `invalid_request`.
    public init(json: JSONValue) throws {
        self = try JSONText.decode(Self.self, from: JSONText.encode(json), else: .invalidRequest)
    }

    /// The value in the core's form.
    public func json() throws -> JSONValue {
        try JSONText.decode(JSONValue.self, from: JSONText.encode(self))
    }
}

/// Between JSON text and values.
enum JSONText {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch let error as EncodingError {
            throw AragoraError(.invalidRequest, "a value has no JSON form: \(error.explanation)")
        }
    }

    /// What the core wrote. That it cannot be read is a defect of this library.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from text: String, else code: AragoraError.Code = .internal
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw AragoraError(code, "not a \(type): \(error.explanation)")
        }
    }
}

extension EncodingError {
    fileprivate var explanation: String {
        switch self {
        case .invalidValue(_, let context): context.explanation
        @unknown default: "\(self)"
        }
    }
}

extension EncodingError.Context {
    fileprivate var explanation: String { "\(pointer(codingPath)) \(debugDescription)" }
}

extension DecodingError {
    fileprivate var explanation: String {
        switch self {
        case .keyNotFound(let key, let context): "\(pointer(context.codingPath)) has no member \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(pointer(context.codingPath)) \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}

private func pointer(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the document:" : path.map { "/" + ($0.intValue.map(String.init) ?? $0.stringValue) }.joined() + ":"
}

/// A JSON object that is put together member by member; what is nil is left out, so the core fills its default.
struct Members {
    private var members: [String] = []

    mutating func set(_ name: String, _ value: (some Encodable)?) throws {
        if let value {
            set(name, raw: try JSONText.encode(value))
        }
    }

    mutating func set(_ name: String, raw json: String) {
        members.append("\"\(name)\":\(json)")
    }

    var text: String { "{" + members.joined(separator: ",") + "}" }

    static func array(_ items: [Members]) -> String {
        "[" + items.map(\.text).joined(separator: ",") + "]"
    }
}
