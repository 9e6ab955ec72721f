import Aragora
import Foundation

/// The language's own exception, as scripts throw it.
struct ScriptFailure: Error, CustomStringConvertible {
    let description: String
}

/// Waits until it is opened. A task that is cancelled stops waiting, unless it is told not to.
final class Gate: Sendable {
    private struct State {
        var open = false
        var next = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Guarded(State())

    func open() {
        let waiting = state.with { state in
            state.open = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        waiting.forEach { $0.resume() }
    }

    /// Throws when the task was cancelled, after calling `onCancel`; with `ignoring` only the latter.
    func wait(ignoring: Bool = false, onCancel: @escaping @Sendable () -> Void) async throws {
        let number = state.with { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.with { state in
                    if state.open || state.cancelled.contains(number) { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if now { continuation.resume() }
            }
        } onCancel: {
            onCancel()
            if ignoring { return }
            let continuation = state.with { state in
                state.cancelled.insert(number)
                return state.waiting.removeValue(forKey: number)
            }
            continuation?.resume()
        }
        if !ignoring { try Task.checkCancellation() }
    }
}

/// A value behind a lock.
final class Guarded<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value
    init(_ value: Value) { self.value = value }
    func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}

/// The script of one agent of a case: which item a call takes, and what was counted.
final class Script: Sendable {
    private struct State {
        var at: [String: Int] = [:]
        var calls = 0
        var cancelled = 0
        var requests: [JSONValue] = []
    }

    let id: String
    let profile: AgentProfile
    private let items: [JSONValue]
    private let atEnd: String
    private let gates: @Sendable (String) -> Gate
    private let state = Guarded(State())

    init(_ name: String, _ document: JSONValue, gates: @escaping @Sendable (String) -> Gate) throws {
        try known(document, ["seam", "style", "id", "profile", "at_end", "script"])
        id = document["id"]?.string ?? name
        let profile = document["profile"]
        self.profile = AgentProfile(
            provider: profile?["provider"]?.string, model: profile?["model"]?.string,
            family: profile?["family"]?.string, version: profile?["version"]?.string)
        items = document["script"]?.array ?? []
        atEnd = document["at_end"]?.string ?? "repeat"
        self.gates = gates
    }

    var stats: JSONValue {
        state.with { state in
            [
                "calls": .integer(Int64(state.calls)), "cancelled": .integer(Int64(state.cancelled)),
                "requests": .array(state.requests),
            ]
        }
    }

    /// Whether it has to wait, which a plain function cannot do without holding a thread.
    var waits: Bool { items.contains { $0["gate"] != nil || $0["hang"] != nil } }

    /// The next item for this call.
    func begin(_ request: AgentRequest) throws -> JSONValue {
        let document = try request.json()
        let phase = document["phase"]?.string ?? ""
        return try state.with { state in
            state.calls += 1
            state.requests.append(document)
            let own = items.filter { $0["phase"]?.string == phase }
            let queue = own.isEmpty ? items.filter { $0["phase"] == nil } : own
            let key = own.isEmpty ? "" : phase
            let at = state.at[key, default: 0]
            state.at[key] = at + 1
            if at < queue.count { return queue[at] }
            switch atEnd {
            case "repeat" where !queue.isEmpty: return queue[queue.count - 1]
            case "cycle" where !queue.isEmpty: return queue[at % queue.count]
            case "error", "repeat", "cycle": throw AragoraError(.scriptExhausted, "the script has no item left")
            default: throw Malformed("at_end \(atEnd)")
            }
        }
    }

    func waitIfTold(_ item: JSONValue) async throws {
        let counted: @Sendable () -> Void = { [state] in state.with { $0.cancelled += 1 } }
        if let gate = item["gate"]?.string {
            try await gates(gate).wait(ignoring: item["ignore_cancel"]?.bool == true, onCancel: counted)
        }
        if item["hang"]?.bool == true {
            try await Gate().wait(onCancel: counted)
        }
    }

    /// Everything but waiting.
    func perform(_ item: JSONValue, _ request: AgentRequest) throws -> AgentReply {
        try known(item, [
            "phase", "gate", "ignore_cancel", "say", "reply", "stream", "ballot", "fail", "reason", "retry_after_ms",
            "hang", "throw", "wrong_type",
        ])
        if let text = item["say"]?.string { return AgentReply(text: text) }
        if let reply = item["reply"] { return try AgentReply(json: reply) }
        if let pieces = item["stream"]?.array {
            let pieces = pieces.compactMap(\.string)
            pieces.forEach(request.output.text)
            // A failure may follow a stream.
            try Self.throwIfTold(item)
            return AgentReply(text: pieces.joined())
        }
        if let option = item["ballot"]?.string {
            guard case .ballot(let shape) = request.expect else { throw Malformed("a ballot where none is asked for") }
            let choice: JSONValue = ["choice": .string(shape.labels.first { $0.option == option }?.label ?? option)]
            return AgentReply(text: try choice.text(), structured: choice)
        }
        try Self.throwIfTold(item)
        throw Malformed("script item \(try item.text())")
    }

    static func throwIfTold(_ item: JSONValue) throws {
        if let code = item["fail"]?.string {
            throw AragoraError(
                AragoraError.Code(rawValue: code), item["reason"]?.string ?? "the script says so",
                retryAfter: item["retry_after_ms"]?.int.map { .milliseconds($0) })
        }
        if let text = item["throw"]?.string { throw ScriptFailure(description: text) }
        // A function that is typed cannot return the integer 7: the compiler is the test.
        if item["wrong_type"] != nil { throw Malformed("wrong_type in a typed language") }
    }
}

struct AsyncAgent: Agent {
    let script: Script
    var id: String { script.id }
    var profile: AgentProfile { script.profile }
    func respond(to request: AgentRequest) async throws -> AgentReply {
        let item = try script.begin(request)
        try await script.waitIfTold(item)
        return try script.perform(item, request)
    }
}

struct PlainAgent: Agent {
    let script: Script
    var id: String { script.id }
    var profile: AgentProfile { script.profile }
    func respond(to request: AgentRequest) throws -> AgentReply {
        try script.perform(try script.begin(request), request)
    }
}

/// A protocol that follows a script: the item whose index is the number of steps so far.
struct ScriptProtocol: DebateProtocol {
    let name: String
    let version: String
    let info: ProtocolInfo
    private let items: [JSONValue]
    private let decision: JSONValue?

    init(_ document: JSONValue) throws {
        try known(document, [
            "seam", "name", "version", "params", "min_seats", "max_seats", "planned_calls", "script", "decide",
        ])
        name = document["name"]?.string ?? ""
        version = document["version"]?.string ?? "1"
        info = ProtocolInfo(
            params: document["params"], minSeats: document["min_seats"]?.int, maxSeats: document["max_seats"]?.int,
            plannedCalls: try document["planned_calls"].map(PlannedCalls.init(json:)) ?? PlannedCalls(perSeatRound: 8))
        items = document["script"]?.array ?? []
        decision = document["decide"]
    }

    func next(_ transcript: Transcript) throws -> Step {
        let at = try transcript.steps.count
        guard at < items.count else { return .finish }
        let item = items[at]
        try known(item, ["ask", "finish", "throw", "fail", "reason", "retry_after_ms", "wrong_type"])
        if item["finish"] != nil { return .finish }
        guard let ask = item["ask"] else {
            try Script.throwIfTold(item)
            throw Malformed("protocol item \(try item.text())")
        }
        try known(ask, ["phase", "instruction", "seats", "round", "expect", "order"])
        return transcript.ask(
            try Phase(json: ask["phase"] ?? .null), ask["instruction"]?.string ?? "",
            seats: ask["seats"]?.array?.compactMap(\.string), round: ask["round"]?.int,
            expect: try ask["expect"].map(Expect.init(json:)), order: try ask["order"].map(Order.init(json:)))
    }

    func decide(_ transcript: Transcript) throws -> Draft {
        if let decision { try Script.throwIfTold(decision) }
        return try transcript.draft()
    }
}

/// Fails on a member nobody knows.
func known(_ document: JSONValue, _ names: Set<String>) throws {
    for name in (document.object ?? [:]).keys where !names.contains(name) {
        throw Malformed("member \(name) in \(try document.text())")
    }
}
