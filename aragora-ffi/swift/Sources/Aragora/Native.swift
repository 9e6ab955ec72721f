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
        case .Failed(let code, let reason, let retryable, let retryAfterMs, let context, let causeCall):
            self.init(
                Code(rawValue: code), reason, retryable: retryable,
                retryAfter: retryAfterMs.map { .milliseconds(Int64(clamping: $0)) }, context: context,
                underlying: causeCall.flatMap(Native.found))
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
