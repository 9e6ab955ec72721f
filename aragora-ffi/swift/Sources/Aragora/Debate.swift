import Foundation

internal import AragoraBindings

/// A debate: described first, begun by `start()`, `result()` or `events()`.
///
/// When nobody holds it any more, it is cancelled, unless it was detached.
public final class Debate: Sendable {
    private struct State {
        var beginning: Task<FfiDebate, any Error>?
        var handle: FfiDebate?
    }

    private let begin: @Sendable (_ listening: Bool) async throws -> FfiDebate
    private let state = Locked(State())

    init(begin: @escaping @Sendable (_ listening: Bool) async throws -> FfiDebate) {
        self.begin = begin
    }

    /// Checks the description and begins; a second call changes nothing.
    @discardableResult
    public func start() async throws -> Debate {
        _ = try await started()
        return self
    }

    /// The debate's id; `invalid_state` before it has started.
    public var id: String {
        get throws {
            let handle = try handle()
            return try Native.call { try handle.id() }
        }
    }

    /// Waits for the decision, and starts the debate if nobody has.
    ///
    /// Cancelling the task that waits here cancels the debate, and it gets `CancellationError`; everybody else who
    /// waits gets an ``AragoraError`` with code `cancelled`, the partial decision in its context.
    public func result() async throws -> Decision {
        if state.with({ $0.beginning == nil && $0.handle == nil }) {
            // Nothing has been spent yet, and nothing will be.
            try Task.checkCancellation()
        }
        let handle = try await started()
        return try await withTaskCancellationHandler {
            do {
                return try JSONText.decode(Decision.self, from: try await Native.call { try await handle.result() })
            } catch let error as AragoraError where error.code == .cancelled && Task.isCancelled {
                throw CancellationError()
            }
        } onCancel: {
            // A debate that has ended cannot be cancelled any more, which is as good.
            try? handle.cancel(reason: "the task that waited for the result was cancelled")
        }
    }

    /// Follows the debate, and starts it if nobody has. Every recorded event comes once and in order, live ones as
    /// they happen. Leaving the loop ends this stream and nothing else.
    ///
    /// - Parameters:
    ///   - from: the first `seq` of the log that is wanted.
    ///   - lag: what happens to a reader that is too slow.
    ///   - liveOnly: leaves out what was recorded before.
    public func events(
        from: Int64? = nil, lag: EventLag? = nil, liveOnly: Bool? = nil
    ) -> AsyncThrowingStream<Event, any Error> {
        let options: @Sendable () throws -> String = {
            var options = Members()
            try options.set("from", from)
            try options.set("lag", lag?.rawValue)
            try options.set("live_only", liveOnly)
            return options.text
        }
        let pull: EventPull
        if let handle = state.with({ $0.handle }) {
            // Of a debate that runs already nothing may be missed between here and the first pull.
            let opened = Result { try Native.call { try handle.events(options: try options()) } }
            pull = EventPull(of: self) { try opened.get() }
        } else {
            pull = EventPull(of: self) { [self] in
                let handle = try await started(listening: true)
                return try Native.call { try handle.events(options: try options()) }
            }
        }
        return AsyncThrowingStream { try await pull.next() }
    }

    /// Ends the debate early. Returns at once; a second time nothing happens.
    public func cancel(_ reason: String) throws {
        if let beginning = state.with({ $0.handle == nil ? $0.beginning : nil }) {
            // It begins at this moment: cancelled as soon as it has. If it cannot begin, nothing is left to cancel.
            Task { try? await beginning.value.cancel(reason: reason) }
            return
        }
        let handle = try handle()
        try Native.call { try handle.cancel(reason: reason) }
    }

    /// Lets the debate run when nobody holds this object any more.
    public func detach() throws {
        let handle = try handle()
        try Native.call { try handle.detach() }
    }

    /// The decision as it would be if the debate ended now.
    public func partial() async throws -> Decision {
        try JSONText.decode(Decision.self, from: try await call("partial", Members()))
    }

    /// Whether the debate has ended.
    public var finished: Bool {
        get throws { try JSONText.decode(Bool.self, from: ask("finished", Members())) }
    }

    /// What people may say to a running debate without having a seat.
    public var human: DebateHuman { DebateHuman(debate: self) }

    func call(_ op: String, _ arguments: Members) async throws -> String {
        let handle = try handle()
        let text = arguments.text
        return try await Native.call { try await handle.call(op: op, args: text) }
    }

    func ask(_ op: String, _ arguments: Members) throws -> String {
        let handle = try handle()
        return try Native.call { try handle.ask(op: op, args: arguments.text) }
    }

    private func handle() throws -> FfiDebate {
        if let handle = state.with({ $0.handle }) {
            return handle
        }
        throw AragoraError(.invalidState, "this debate has not started; await start(), result() or events() first")
    }

    /// One beginning for all who ask. It is a task of its own: who gives up waiting does not stop it for the others.
    private func started(listening: Bool = false) async throws -> FfiDebate {
        let beginning = state.with { state in
            if let task = state.beginning { return task }
            let task = Task { [begin] in try await begin(listening) }
            state.beginning = task
            return task
        }
        let handle = try await beginning.value
        state.with { $0.handle = handle }
        return handle
    }
}

/// What happens to a reader that is too slow.
public enum EventLag: String, Sendable, CaseIterable {
    /// Recorded events are read again from the log; live ones are gone.
    case catchUp = "catch_up"
    /// The stream ends with an error of code `lagged`.
    case disconnect
}

/// What people may say to a running debate without having a seat.
public struct DebateHuman: Sendable {
    let debate: Debate

    /// Adds a message everybody sees.
    public func message(_ text: String, by: String) throws {
        try say("human.message", text, by)
    }

    /// Gives guidance for the next round.
    public func guidance(_ text: String, by: String) throws {
        try say("human.guidance", text, by)
    }

    /// Votes, with an intensity from 1 to 10.
    public func vote(_ option: String, by: String, intensity: Int64? = nil) throws {
        var arguments = Members()
        try arguments.set("by", by)
        try arguments.set("option", option)
        try arguments.set("intensity", intensity)
        _ = try debate.ask("human.vote", arguments)
    }

    /// Answers a breakpoint: `continue`, `resolve`, `redirect` or `abort`.
    public func resolve(_ breakpoint: String, action: String, guidance: String? = nil, by: String) async throws {
        var arguments = Members()
        try arguments.set("breakpoint", breakpoint)
        try arguments.set("action", action)
        try arguments.set("guidance", guidance)
        try arguments.set("by", by)
        _ = try await debate.call("human.resolve", arguments)
    }

    private func say(_ op: String, _ text: String, _ by: String) throws {
        var arguments = Members()
        try arguments.set("by", by)
        try arguments.set("text", text)
        _ = try debate.ask(op, arguments)
    }
}
