import Foundation

internal import AragoraBindings

/// A clock a test moves by hand; give it to ``Aragora/open(_:storage:protocols:layers:prices:encryptionKeys:admitPlain:clock:seed:)``.
public final class ManualClock: Sendable {
    let start: Date
    private let session = Locked<FfiSession?>(nil)

    /// A clock that stands at this instant, `2026-01-01T00:00:00Z` unless told otherwise.
    public init(at start: Date = Date(timeIntervalSince1970: 1_767_225_600)) {
        self.start = start
    }

    /// The instant it stands at.
    public func now() throws -> Date {
        let text = try JSONText.decode(String.self, from: ask("clock.now", Members()))
        guard let now = Moment.parse(text) else {
            throw AragoraError(.internal, "the core's clock says \(text)")
        }
        return now
    }

    /// Moves it, and wakes what waited for that.
    public func advance(by duration: Duration) throws {
        var arguments = Members()
        try arguments.set("ms", WireMillis(duration))
        _ = try ask("clock.advance", arguments)
    }

    /// How many wait for a later instant.
    public func sleepers() throws -> Int64 {
        try JSONText.decode(Int64.self, from: ask("clock.sleepers", Members()))
    }

    func bind(_ session: FfiSession) {
        self.session.with { $0 = session }
    }

    private func ask(_ op: String, _ arguments: Members) throws -> String {
        guard let session = session.with({ $0 }) else {
            throw AragoraError(.invalidState, "this clock moves no instance yet; give it to Aragora.open")
        }
        return try Native.call { try session.ask(op: op, args: arguments.text) }
    }
}

/// For the library's own tests.
public enum AragoraTesting {
    /// Fails in the core with this error.
    public static func fail(
        _ code: AragoraError.Code, reason: String? = nil, retryAfter: Duration? = nil, context: [String: String]? = nil
    ) throws {
        var arguments = Members()
        try arguments.set("code", code)
        try arguments.set("reason", reason)
        try arguments.set("retry_after_ms", retryAfter.map(WireMillis.init))
        try arguments.set("context", context)
        _ = try Native.compute("testing.fail", arguments, as: JSONValue.self)
    }

    /// Panics in the core; what arrives is an error of code `internal`.
    public static func panic() throws {
        _ = try Native.compute("testing.panic", Members(), as: JSONValue.self)
    }

    /// What this process keeps for the core: participants, calls under way, and errors of theirs. All are zero when
    /// every instance is closed.
    public static var kept: (participants: Int, calls: Int, causes: Int) { Host.shared.kept }
}
