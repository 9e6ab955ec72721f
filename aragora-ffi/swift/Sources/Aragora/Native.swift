import Foundation

internal import AragoraBindings

/// The only file that knows how the generated functions report errors.
enum Native {
    /// Calls a generated function; its error becomes ours.
    static func call<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FfiError {
            throw AragoraError(error)
        }
    }

    /// The same for functions that wait.
    static func call<Result: Sendable>(_ body: () async throws -> sending Result) async throws -> sending Result {
        do {
            return try await body()
        } catch let error as FfiError {
            throw AragoraError(error)
        }
    }

    static func open(_ settings: String) async throws -> FfiSession {
        _ = atExit
        return try await call { try await ffiOpen(host: Host.shared, settings: settings) }
    }

    /// A pure function of the core.
    static func compute<Value: Decodable>(_ op: String, _ arguments: Members, as type: Value.Type) throws -> Value {
        try JSONText.decode(type, from: try call { try ffiCompute(op: op, args: arguments.text) })
    }

    /// The same for a function whose arguments are no object.
    static func compute<Value: Decodable>(_ op: String, json: String, as type: Value.Type) throws -> Value {
        try JSONText.decode(type, from: try call { try ffiCompute(op: op, args: json) })
    }

    static func transcript(_ id: UInt64, _ question: String) throws -> String {
        try call { try ffiTranscript(call: id, question: question) }
    }

    static func output(_ id: UInt64, _ kind: String, _ piece: String) {
        // False: nobody listens any more, which a participant need not care about.
        _ = ffiOutput(call: id, kind: kind, piece: piece)
    }

    static func answer(_ id: UInt64, _ json: String) {
        _ = ffiAnswer(call: id, json: json)
    }

    /// False: nobody waits, so the error need not be kept.
    static func fail(_ id: UInt64, _ json: String) -> Bool {
        ffiFail(call: id, json: json)
    }

    /// The error a participant's call ended with. The core may let go of it from now on.
    static func found(cause call: UInt64) -> (any Error)? {
        let cause = Host.shared.cause(of: call)
        ffiCauseFound(call: call)
        return cause
    }

    static func configure(threads: UInt32) throws {
        try call { try ffiConfigureRuntime(threads: threads) }
    }

    static func log(level: String, to sink: LogSink) throws {
        try call { try ffiLogTo(level: level, sink: sink) }
    }

    /// Ends what runs before the process's memory goes; registered at the first use.
    private static let atExit: Bool = {
        atexit {
            // Nobody is left to be told.
            try? ffiShutdownRuntime(waitMs: 2_000)
        } == 0
    }()
}

extension AragoraError {
    init(_ error: FfiError) {
        switch error {
        case .Failed(let code, let reason, let retryable, let retryAfterMs, let context, let causeCall, let causeParts):
            self.init(
                Code(rawValue: code), reason, retryable: retryable,
                retryAfter: retryAfterMs.map { .milliseconds(Int64(clamping: $0)) }, context: context,
                underlying: causeCall.flatMap(Native.found) ?? causeParts.flatMap(AragoraError.init(parts:)))
        }
    }

    /// An error of the core that is the cause of another one.
    private init?(parts: String) {
        guard let parts = try? JSONText.decode(Parts.self, from: parts) else { return nil }
        self.init(parts)
    }

    private init(_ parts: Parts) {
        self.init(
            Code(rawValue: parts.code), parts.reason, retryable: parts.retryable,
            retryAfter: parts.retryAfter.map { .milliseconds($0) }, context: parts.context,
            underlying: parts.cause.first.map { AragoraError($0) })
    }

    private struct Parts: Decodable {
        let code: String
        let reason: String
        let retryable: Bool
        let retryAfter: Int64?
        let context: [String: String]
        // A structure cannot hold another one of its kind in place.
        let cause: [Parts]

        private enum CodingKeys: String, CodingKey {
            case code, reason, retryable, retryAfter = "retry_after_ms", context, cause
        }

        init(from decoder: any Decoder) throws {
            let keyed = try decoder.container(keyedBy: CodingKeys.self)
            code = try keyed.decode(String.self, forKey: .code)
            reason = try keyed.decode(String.self, forKey: .reason)
            retryable = try keyed.decode(Bool.self, forKey: .retryable)
            retryAfter = try keyed.decodeIfPresent(Int64.self, forKey: .retryAfter)
            context = try keyed.decode([String: String].self, forKey: .context)
            cause = try keyed.decodeIfPresent(Parts.self, forKey: .cause).map { [$0] } ?? []
        }
    }
}

/// Receives log records from the core, on a thread of the core.
final class LogSink: FfiLogSink {
    private let take: @Sendable (String) -> Void

    init(_ take: @escaping @Sendable (String) -> Void) {
        self.take = take
    }

    func accept(record: String) throws {
        take(record)
    }
}
