import Foundation

internal import AragoraBindings

/// One instance of the library. Nothing is read from the environment, written to disk or logged unless you say so.
///
/// ```swift
/// let aragora = try await Aragora.open()
/// let debate = aragora.debate("Ship on Friday?", agents: ["openai/gpt-5", .custom(Checker())])
/// print(try await debate.result().outcome)
/// await aragora.close()
/// ```
public final class Aragora: Sendable {
    let session: FfiSession

    private init(_ session: FfiSession) {
        self.session = session
    }

    /// Opens an instance, in memory unless `storage` names a store.
    ///
    /// - Parameters:
    ///   - protocols: your own protocols, for replaying, resuming and forking debates that used them.
    ///   - layers: what the layers around every named model do: repeats, limits, budgets, who stands in.
    ///   - prices: your own prices; they win over the list that comes with the library.
    ///   - encryptionKeys: keys of 64 hex digits: what is stored is sealed under the first and opened by all. They take
    ///     the place of `ARAGORA_ENCRYPTION_KEY`.
    ///   - admitPlain: whether rows from before there was a key are read until they are re-encrypted.
    ///   - clock: a clock of a test instead of the machine's.
    ///   - seed: makes ids the same in every run; for tests.
    public static func open(
        _ config: Config? = nil, storage: String? = nil, protocols: [any DebateProtocol] = [],
        layers: Layers? = nil, prices: PriceTable? = nil, encryptionKeys: [String]? = nil, admitPlain: Bool? = nil,
        clock: ManualClock? = nil, seed: UInt64? = nil
    ) async throws -> Aragora {
        var settings = Members()
        if let config {
            settings.set("config", raw: try config.settings())
        }
        try settings.set("storage", storage)
        try settings.set("layers", layers)
        try settings.set("prices", prices)
        if encryptionKeys != nil || admitPlain != nil {
            var encryption = Members()
            try encryption.set("keys", encryptionKeys)
            try encryption.set("admit_plain", admitPlain)
            settings.set("encryption", raw: encryption.text)
        }
        if let clock {
            try settings.set("clock", ["manual": Moment.format(clock.start)])
        }
        try settings.set("seed", seed.map(WireUInt64.init))
        if !protocols.isEmpty {
            settings.set("protocols", raw: Members.array(try protocols.map { try Rules.register($0) }))
        }
        let aragora = Aragora(try await Native.open(settings.text))
        clock?.bind(aragora.session)
        return aragora
    }

    /// Cancels what runs, waits up to five seconds for participants and lets go of them. A second call does nothing;
    /// everything else answers `closed` from then on.
    public func close() async {
        // What could not be ended within that time is no matter of whoever closes.
        try? await session.shut()
    }

    /// Lets debates run on for this long, half a minute without it, stops the others at their last record so that they
    /// can be resumed, here or in another process, and closes.
    public func shutdown(grace: Duration? = nil) async throws -> ShutdownReport {
        var arguments = Members()
        try arguments.set("grace_ms", grace.map(WireMillis.init))
        return try await call("shutdown", arguments, as: ShutdownReport.self)
    }

    /// Describes a debate. Nothing runs and nothing is spent until `start()`, `result()` or `events()`. What is nil
    /// gets the core's default.
    public func debate(
        _ question: String, agents: [Seat], protocol: ProtocolChoice? = nil, rule: Rule? = nil,
        limits: Limits? = nil, options: DebateOptions? = nil, tier: RiskTier? = nil, tenant: String? = nil,
        workspace: String? = nil, topic: String? = nil, tags: [String]? = nil, seed: UInt64? = nil, id: String? = nil
    ) -> Debate {
        debate(
            Question(text: question), agents: agents, protocol: `protocol`, rule: rule, limits: limits,
            options: options, tier: tier, tenant: tenant, workspace: workspace, topic: topic, tags: tags, seed: seed,
            id: id)
    }

    /// Describes a debate about a question with its context, options or documents.
    public func debate(
        _ question: Question, agents: [Seat], protocol: ProtocolChoice? = nil, rule: Rule? = nil,
        limits: Limits? = nil, options: DebateOptions? = nil, tier: RiskTier? = nil, tenant: String? = nil,
        workspace: String? = nil, topic: String? = nil, tags: [String]? = nil, seed: UInt64? = nil, id: String? = nil
    ) -> Debate {
        begin("debate") { spec in
            try spec.set("question", question)
            try spec.set("rule", rule)
            try spec.set("limits", limits)
            try spec.set("options", options)
            try spec.set("tier", tier)
            try spec.set("tenant", tenant)
            try spec.set("workspace", workspace)
            try spec.set("topic", topic)
            try spec.set("tags", tags)
            try spec.set("seed", seed.map(WireUInt64.init))
            try spec.set("id", id)
            if let choice = `protocol` {
                spec.set("protocol", raw: try choice.document())
            }
            spec.set("seats", raw: Members.array(try agents.map { try $0.document() }))
        }
    }

    /// Debates that were held, and those to go on with.
    public var debates: Debates { Debates(aragora: self) }

    /// The providers behind its models: which can be asked, how they fare, and what was spent.
    public var agents: Agents { Agents(aragora: self) }

    /// The keys of what is stored: which rows need them, and how one takes the place of another.
    public var encryption: Encryption { Encryption(aragora: self) }

    /// Copies of its store in this folder, sealed under its keys where it has some.
    public func backups(_ target: String) -> Backups {
        Backups(aragora: self, target: target)
    }

    /// Where people find what they are asked.
    public var desk: HumanDesk { HumanDesk(aragora: self) }

    /// How much runs at the moment.
    public func activity() throws -> Activity {
        try JSONText.decode(Activity.self, from: ask("activity", Members()))
    }

    /// The instance's counters in the text format of Prometheus.
    public func metrics() throws -> String {
        try JSONText.decode(String.self, from: ask("metrics", Members()))
    }

    /// Worker threads of the process, before its first use; afterwards `invalid_state`.
    public static func configureRuntime(threads: Int) throws {
        try Native.configure(threads: UInt32(clamping: threads))
    }

    func ask(_ op: String, _ arguments: Members) throws -> String {
        try Native.call { try session.ask(op: op, args: arguments.text) }
    }

    func call<Value: Decodable>(_ op: String, _ arguments: Members, as type: Value.Type) async throws -> Value {
        let text = arguments.text
        let answer = try await Native.call { try await self.session.call(op: op, args: text) }
        return try JSONText.decode(type, from: answer)
    }

    /// A debate whose document is made when it begins, so that one nobody starts registers nothing.
    func begin(_ kind: String, _ describe: @escaping @Sendable (inout Members) throws -> Void) -> Debate {
        Debate { [session] listening in
            var spec = Members()
            try describe(&spec)
            // Somebody who follows it misses nothing that is said at once.
            try spec.set("listen", listening ? true : nil)
            let text = spec.text
            return try await Native.call { try await session.start(kind: kind, spec: text) }
        }
    }
}

/// How much runs at the moment.
public struct Activity: Hashable, AragoraDocument {
    /// Debates that run.
    public let debates: Int64
    /// Debates that wait for their turn.
    public let queued: Int64
    /// Turns under way.
    public let turns: Int64
    /// Turn permits in use.
    public let permits: Int64
    /// Calls to participants of this process under way.
    public let foreignCalls: Int64

    private enum CodingKeys: String, CodingKey {
        case debates, queued, turns, permits, foreignCalls = "foreign_calls"
    }
}
