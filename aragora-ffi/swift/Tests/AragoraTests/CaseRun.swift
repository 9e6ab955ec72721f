import Aragora
import Foundation

/// One case in one mode: a fresh instance, its participants, and what its steps stored.
final class CaseRun: @unchecked Sendable {
    // One task runs the steps; only the collectors run beside it, behind their own locks.
    private enum Stored {
        case debate(Debate, Collector)
        case value(JSONValue)
    }

    private let builtin: Bool
    private let document: JSONValue
    private var clock: ManualClock
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("aragora-\(UUID().uuidString)")
    private var settings: JSONValue = [:]
    private var aragora: Aragora?
    private var scripts: [String: Script] = [:]
    private var protocols: [String: ScriptProtocol] = [:]
    private var servers: [String: Vendor] = [:]
    private var stored: [String: Stored] = [:]
    private var first: Collector?
    private let gates = Guarded<[String: Gate]>([:])

    init(_ document: JSONValue, builtin: Bool) throws {
        try known(document, ["id", "since", "about", "modes", "needs", "given", "steps", "then"])
        self.document = document
        self.builtin = builtin
        let given = document["given"] ?? [:]
        try known(given, ["clock", "seed", "config", "layers", "storage", "encryption", "participants", "servers"])
        if let need = document["needs"]?.array?.first { throw Malformed("need \(try need.text())") }
        let start = given["clock"]?.string ?? "2026-01-01T00:00:00Z"
        guard let instant = ISO8601DateFormatter().date(from: start) else { throw Malformed("instant \(start)") }
        clock = ManualClock(at: instant)
        for (name, participant) in given["participants"]?.object ?? [:] {
            switch participant["seam"]?.string {
            case "agent":
                scripts[name] = try Script(name, participant) { [gates] gate in
                    gates.with { gates in
                        let found = gates[gate] ?? Gate()
                        gates[gate] = found
                        return found
                    }
                }
            case "protocol": protocols[name] = try ScriptProtocol(participant)
            case let seam: throw Malformed("seam \(seam ?? "none")")
            }
        }
    }

    /// The modes a case has.
    static func modes(of document: JSONValue) -> [String] {
        if let stated = document["modes"]?.array { return stated.compactMap(\.string) }
        let participants = (document["given"]?["participants"]?.object ?? [:]).values
        let foreign: Set = ["throw", "wrong_type", "gate", "ignore_cancel"]
        let onlyForeign = participants.contains { participant in
            participant["seam"]?.string == "protocol" || participant["profile"] != nil
                || (participant["script"]?.array ?? []).contains { !foreign.isDisjoint(with: ($0.object ?? [:]).keys) }
        }
        return participants.isEmpty || onlyForeign ? ["foreign"] : ["foreign", "builtin"]
    }

    func run() async throws {
        let given = document["given"] ?? [:]
        defer { servers.values.forEach { $0.stop() } }
        for (name, answers) in given["servers"]?.object ?? [:] {
            let server = try Vendor(answers: answers.array ?? [])
            servers[name] = server
            stored[name] = .value(["url": .string(server.origin)])
        }
        settings = given
        defer { try? FileManager.default.removeItem(at: folder) }
        aragora = try await open(given, clock)
        do {
            for (at, step) in (document["steps"]?.array ?? []).enumerated() {
                try await self.step(step, at)
            }
            try await afterwards()
        } catch {
            await aragora?.close()
            throw error
        }
        await aragora?.close()
    }

    /// An instance of the case.
    private func open(_ settings: JSONValue, _ clock: ManualClock) async throws -> Aragora {
        let env = try settings["config"]?["env"].map(resolved)?.object?.compactMapValues(\.string)
        let encryption = settings["encryption"]
        return try await Aragora.open(
            try env.map { try Config.load(env: $0) }, storage: try settings["storage"].map(resolved)?.string,
            protocols: Array(protocols.values), layers: try settings["layers"].map(Layers.init(json:)),
            encryptionKeys: encryption?["keys"]?.array?.compactMap(\.string),
            admitPlain: encryption?["admit_plain"]?.bool, clock: clock, seed: UInt64(settings["seed"]?.string ?? "7"))
    }

    private func changed(_ arguments: JSONValue) -> JSONValue {
        .object((settings.object ?? [:]).merging(arguments.object ?? [:]) { $1 })
    }

    func beside(_ arguments: JSONValue) async throws {
        await (try await open(changed(arguments), ManualClock(at: clock.now()))).close()
    }

    func reopen(_ arguments: JSONValue) async throws {
        let next = ManualClock(at: try clock.now())
        if let grace = arguments["grace_ms"]?.int {
            _ = try await instance().shutdown(grace: .milliseconds(grace))
        } else {
            await (try instance()).close()
        }
        settings = changed(arguments)
        aragora = try await open(settings, next)
        clock = next
    }

    private func afterwards() async throws {
        let then = document["then"] ?? [:]
        try known(then, ["events", "participants"])
        if let expected = then["events"] {
            try await until { [self] in try self.match(["ok": expected], .success(first?.types ?? .null)) }
        }
        for (name, expected) in then["participants"]?.object ?? [:] where !builtin {
            try await until { [self] in try self.match(["ok": expected], .success(try stats(name))) }
        }
    }

    private func step(_ step: JSONValue, _ at: Int) async throws {
        try known(step, ["op", "args", "as", "then", "until"])
        let op = step["op"]?.string ?? ""
        if builtin, op == "participant.stats" { return }
        let attempt: () async throws -> String? = { [self] in
            let result: Result<JSONValue, any Error>
            do {
                result = .success(try await perform(op, try resolved(step["args"] ?? [:]), as: step["as"]?.string))
            } catch let error as Malformed {
                throw error
            } catch {
                result = .failure(error)
            }
            return try match(step["then"], result).map { "step \(at), \(op)\($0)" }
        }
        guard let condition = step["until"] else {
            if let difference = try await attempt() { throw Different(difference) }
            return
        }
        let advance = condition["advance_ms"]?.int
        try await until(attempt) { [clock] in
            if let advance { try clock.advance(by: .milliseconds(advance)) }
        }
    }

    private func until(_ attempt: () async throws -> String?, before: () throws -> Void = {}) async throws {
        var last = ""
        repeat {
            guard let difference = try await attempt() else { return }
            last = difference
            try before()
            try? await Task.sleep(for: .milliseconds(5))
        } while !Task.isCancelled
        throw Different("still after 10 s: \(last)")
    }

    private func match(_ expected: JSONValue?, _ found: Result<JSONValue, any Error>) throws -> String? {
        let matching = Matching { [self] in try lookUp($0) }
        guard let expected else {
            if case .failure(let error) = found { return ": \(error)" }
            return nil
        }
        try known(expected, ["ok", "error", "bytes"])
        switch found {
        case .success(let value):
            if let bytes = expected["bytes"]?.string {
                let hex = (value.string ?? "").utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                return hex.joined() == bytes ? nil : ": other bytes"
            }
            guard let ok = expected["ok"] else { return ": expected an error, found \(try value.text().prefix(400))" }
            return try matching.difference(ok, value)
        case .failure(let error):
            guard let wanted = expected["error"] else { return ": \(error)" }
            try known(wanted, ["code", "retryable", "retry_after_ms", "reason", "context", "cause"])
            return try matching.difference(wanted, try describe(error))
        }
    }

    private func describe(_ error: any Error) throws -> JSONValue {
        guard let error = error as? AragoraError else { return ["code": .string("\(error)")] }
        var members: [String: JSONValue] = [
            "code": .string(error.code.rawValue), "retryable": .bool(error.retryable), "reason": .string(error.reason),
            "context": .object(error.context.mapValues(JSONValue.string)),
        ]
        if let wait = error.retryAfter {
            members["retry_after_ms"] = .integer(Int64((wait / .milliseconds(1)).rounded()))
        }
        members["cause"] = error.underlying.map { .string("\($0)") }
        return .object(members)
    }

    // Operations are in Operations.swift.

    func instance() throws -> Aragora {
        guard let aragora else { throw Malformed("an instance that is not open") }
        return aragora
    }

    func manual() -> ManualClock { clock }

    func gate(_ name: String) -> Gate {
        gates.with { gates in
            let found = gates[name] ?? Gate()
            gates[name] = found
            return found
        }
    }

    func stats(_ name: String) throws -> JSONValue {
        guard let script = scripts[name] else { throw Malformed("participant \(name)") }
        return script.stats
    }

    /// What a server of the case was sent.
    func requests(_ name: String) throws -> JSONValue {
        guard let server = servers[name] else { throw Malformed("server \(name)") }
        return .array(
            try server.seen.with { $0 }.map { request in
                [
                    "method": .string(request.method), "path": .string(request.path),
                    "headers": .object(request.headers.mapValues(JSONValue.string)),
                    "body": try JSONValue(text: request.body),
                ]
            })
    }

    func keep(_ value: JSONValue, as name: String?) {
        if let name { stored[name] = .value(value) }
    }

    /// Remembers a running debate, and follows it from the beginning.
    func follow(_ debate: Debate, as name: String?) throws -> JSONValue {
        let collector = Collector(debate)
        if first == nil { first = collector }
        if let name { stored[name] = .debate(debate, collector) }
        return .string(try debate.id)
    }

    func debate(_ arguments: JSONValue) throws -> (Debate, Collector) {
        guard let name = arguments["debate"]?["$handle"]?.string, case .debate(let debate, let collector) = stored[name]
        else { throw Malformed("debate \(try arguments.text())") }
        return (debate, collector)
    }

    func seats(_ arguments: JSONValue) throws -> [Seat] {
        try (arguments["seats"]?.array ?? []).map { entry in
            guard entry.string == nil else { return try seat(entry) }
            var seat = try self.seat(entry["agent"] ?? .null)
            try known(entry, [
                "agent", "role", "persona", "weight", "votes", "judges", "reputation", "layers", "stand_ins",
            ])
            seat.role = try entry["role"].map(Role.init(json:))
            seat.persona = try entry["persona"].map(Persona.init(json:))
            seat.weight = entry["weight"]?.double
            seat.votes = entry["votes"]?.bool
            seat.judges = entry["judges"]?.bool
            seat.reputation = try entry["reputation"].map(Reputation.init(json:))
            seat.layers = try entry["layers"].map(Layers.init(json:))
            seat.standIns = try entry["stand_ins"]?.array?.map(self.seat)
            return seat
        }
    }

    private func seat(_ agent: JSONValue) throws -> Seat {
        guard let name = agent.string else {
            return agent["kind"]?.string == "model" ? try model(agent) : .document(agent)
        }
        guard let script = scripts[name] else { throw Malformed("participant \(name)") }
        guard builtin else {
            let plain = document["given"]?["participants"]?[name]?["style"]?.string == "plain" && !script.waits
            return .custom(plain ? PlainAgent(script: script) : AsyncAgent(script: script))
        }
        let given = document["given"]?["participants"]?[name] ?? [:]
        let end = ScriptEnd(rawValue: given["at_end"]?.string ?? "repeat")
        let steps = (given["script"]?.array ?? []).map { item -> ScriptStep in
            guard case .object(var members) = item, let option = members["ballot"] else { return ScriptStep(json: item) }
            members["ballot"] = ["choice": option]
            return ScriptStep(json: .object(members))
        }
        return .scripted(script.id, steps, atEnd: end)
    }

    private func model(_ agent: JSONValue) throws -> Seat {
        try known(agent, ["kind", "name", "id", "base_url", "api_key", "config"])
        return .model(
            agent["name"]?.string ?? "", id: agent["id"]?.string, baseUrl: agent["base_url"]?.string,
            apiKey: agent["api_key"]?.string, config: try agent["config"].map(ProviderDocument.init(json:)))
    }

    func rules(_ choice: JSONValue?) throws -> ProtocolChoice? {
        guard let choice else { return nil }
        if let name = choice.string { return .named(name) }
        if let name = choice["participant"]?.string {
            guard let rules = protocols[name] else { throw Malformed("participant \(name)") }
            return .custom(rules)
        }
        try known(choice, ["name", "params"])
        return .named(choice["name"]?.string ?? "", params: choice["params"])
    }

    /// Arguments with what earlier steps stored in the place of references; debates stand there as handles.
    private func resolved(_ value: JSONValue) throws -> JSONValue {
        switch value {
        case .object(let members):
            if members.count == 1, let name = members["$ref"]?.string {
                if case .debate = stored[name] { return ["$handle": .string(name)] }
                return try lookUp(name)
            }
            return .object(try members.mapValues(resolved))
        case .array(let items): return .array(try items.map(resolved))
        case .string(let text): return .string(text.replacingOccurrences(of: "{dir}", with: folder.path))
        default: return value
        }
    }

    private func lookUp(_ reference: String) throws -> JSONValue {
        let parts = reference.split(separator: ".").map(String.init)
        guard let name = parts.first, let found = stored[name] else { throw Malformed("reference \(reference)") }
        switch found {
        case .debate(let debate, _):
            guard parts.dropFirst().elementsEqual(["id"]) else { throw Malformed("reference \(reference)") }
            return .string(try debate.id)
        case .value(let value):
            return try parts.dropFirst().reduce(value) { value, part in
                guard let next = Int(part).flatMap({ value[$0] }) ?? value[part] else {
                    throw Malformed("reference \(reference)")
                }
                return next
            }
        }
    }
}

/// What a case found instead of what it expects.
struct Different: Error, CustomStringConvertible {
    let description: String
    init(_ what: String) { description = what }
}

/// Reads a debate's events in the background, from the first to the last.
final class Collector: Sendable {
    private let events = Guarded<[Event]>([])

    init(_ debate: Debate) {
        // Opened here, so that nothing of what the next step lets happen is missed.
        let stream = debate.events(from: 0)
        Task { [events] in
            // A stream that fails ends here; what it did not bring is then missing where it is expected.
            do {
                for try await event in stream { events.with { $0.append(event) } }
            } catch {}
        }
    }

    var types: JSONValue {
        .array(events.with { $0.filter { $0.class == .recorded }.map { .string($0.type) } })
    }

    /// What layers told.
    var noted: JSONValue {
        .array(
            events.with { $0 }.filter { $0.class == .live && !Self.silent.contains($0.type) }
                .compactMap { try? $0.json() })
    }

    private static let silent: Set = [
        "token_start", "token_delta", "token_reset", "token_end", "agent_thinking", "heartbeat", "lagged",
    ]

    var streamed: JSONValue {
        var texts: [String: String] = [:]
        for event in events.with({ $0 }) {
            switch event.data {
            case .tokenDelta(let delta): texts[delta.turn, default: ""] += delta.text
            case .tokenReset(let reset): texts[reset.turn] = ""
            default: break
            }
        }
        return .object(texts.mapValues(JSONValue.string))
    }
}
