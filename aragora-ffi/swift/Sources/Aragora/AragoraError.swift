import Foundation

/// What went wrong, whether repeating helps, and where to look. The only error the library throws, beside
/// `CancellationError` for a task that was itself cancelled.
public struct AragoraError: Error, Sendable {
    /// A stable word. New ones may come: keep a default branch.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral {
        /// The word.
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public init(stringLiteral value: String) { rawValue = value }
    }

    /// What went wrong.
    public let code: Code
    /// One sentence for people.
    public let reason: String
    /// Whether repeating the same call can succeed.
    public var retryable: Bool { declaredRetryable ?? (retryAfter != nil || Code.retryableByDefault.contains(code)) }
    /// How long to wait before repeating, if the other side said so.
    public let retryAfter: Duration?
    /// Facts by name; documents among them are JSON text.
    public let context: [String: String]
    /// The error of your own participant that caused this one, or another one of the library.
    public let underlying: (any Error)?

    let declaredRetryable: Bool?

    /// An error for a participant to throw: the library sees its code and acts on it. What is nil follows from the
    /// code.
    public init(
        _ code: Code, _ reason: String, retryable: Bool? = nil, retryAfter: Duration? = nil,
        context: [String: String] = [:], underlying: (any Error)? = nil
    ) {
        self.code = code
        self.reason = reason
        self.retryAfter = retryAfter
        self.context = context
        self.underlying = underlying
        declaredRetryable = retryable
    }
}

extension AragoraError: CustomStringConvertible, LocalizedError {
    /// One line: code, reason, and the short facts.
    public var description: String {
        let short = context.filter { $0.value.count <= 120 && !$0.value.hasPrefix("{") && !$0.value.hasPrefix("[") }
        let facts = short.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
        return "\(code.rawValue): \(reason)" + (facts.isEmpty ? "" : " {\(facts)}")
    }

    public var errorDescription: String? { description }
}

extension AragoraError.Code: CustomStringConvertible {
    public var description: String { rawValue }
}

extension AragoraError {
    /// The failure of a participant, as the core reads it.
    static func failure(_ error: any Error) -> String {
        var document = Members()
        do {
            if let error = error as? AragoraError {
                try document.set("reason", error.reason)
                try document.set("code", error.code.rawValue)
                try document.set("retryable", error.declaredRetryable)
                try document.set("retry_after_ms", error.retryAfter?.wholeMilliseconds)
                try document.set("context", error.context)
            } else {
                try document.set("reason", text(of: error))
            }
        } catch {
            document.set("reason", raw: "\"an error that has no text\"")
        }
        return document.text
    }

    private static func text(of error: any Error) -> String {
        (error as? any LocalizedError)?.errorDescription ?? String(describing: error)
    }
}
