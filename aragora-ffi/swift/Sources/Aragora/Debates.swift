import Foundation

/// Debates that were held, and those to go on with.
public struct Debates: Sendable {
    let aragora: Aragora

    /// What is known of a debate.
    public func get(_ debate: String, tenant: String? = nil) async throws -> DebateSummary {
        try await aragora.call("debates.get", named(debate, tenant), as: DebateSummary.self)
    }

    /// Debates by state, time and tag, newest first.
    public func list(
        tenant: String? = nil, state: DebateState? = nil, from: Date? = nil, to: Date? = nil, tag: String? = nil,
        cursor: String? = nil, limit: Int64? = nil
    ) async throws -> DebatePage {
        var arguments = Members()
        try arguments.set("tenant", tenant)
        try arguments.set("state", state)
        try arguments.set("from", from.map(Moment.format))
        try arguments.set("to", to.map(Moment.format))
        try arguments.set("tag", tag)
        try arguments.set("cursor", cursor)
        try arguments.set("limit", limit)
        return try await aragora.call("debates.list", arguments, as: DebatePage.self)
    }

    /// The log: one record per line, the exact bytes.
    public func log(_ debate: String, tenant: String? = nil) async throws -> String {
        try await aragora.call("debates.log", named(debate, tenant), as: String.self)
    }

    /// Debates as JSON lines, one text for each: its summary, then the records of its log. Read as they are asked for.
    public func export(
        tenant: String? = nil, state: DebateState? = nil, from: Date? = nil, to: Date? = nil, tag: String? = nil
    ) -> AsyncThrowingStream<String, any Error> {
        let pages = ExportPages(aragora: aragora, query: (tenant, state, from, to, tag))
        return AsyncThrowingStream { try await pages.next() }
    }

    /// The recorded events from the log.
    public func events(_ debate: String, tenant: String? = nil, from: Int64? = nil) async throws -> [Event] {
        var arguments = try named(debate, tenant)
        try arguments.set("from", from)
        return try await aragora.call("debates.events", arguments, as: [Event].self)
    }

    /// Everything that was said.
    public func messages(_ debate: String, tenant: String? = nil) async throws -> [TranscriptMessage] {
        try await aragora.call("debates.messages", named(debate, tenant), as: [TranscriptMessage].self)
    }

    /// Runs a log again without asking anybody, and compares.
    public func replay(_ log: String, check: ReplayCheck? = nil) async throws -> ReplayReport {
        var arguments = Members()
        try arguments.set("log", log)
        try arguments.set("check", check)
        return try await aragora.call("debates.replay", arguments, as: ReplayReport.self)
    }

    /// Goes on with a debate that was interrupted.
    public func resume(
        _ debate: String, agents: [Seat], tenant: String? = nil, acceptChanges: Bool? = nil
    ) -> Debate {
        aragora.begin("resume") { spec in
            try spec.set("debate", debate)
            try spec.set("tenant", tenant)
            try spec.set("accept_changes", acceptChanges)
            spec.set("seats", raw: Members.array(try agents.map { try $0.document() }))
        }
    }

    /// Takes over the records up to a `seq` and goes on differently. The parent never changes.
    public func fork(
        _ debate: String, at seq: Int64, edits: [Edit]? = nil, agents: [Seat], tenant: String? = nil,
        id: String? = nil
    ) -> Debate {
        aragora.begin("fork") { spec in
            try spec.set("debate", debate)
            try spec.set("at_seq", seq)
            try spec.set("edits", edits)
            try spec.set("tenant", tenant)
            try spec.set("id", id)
            spec.set("seats", raw: Members.array(try agents.map { try $0.document() }))
        }
    }

    /// A debate that runs in this instance.
    public func running(_ debate: String, tenant: String? = nil) async throws -> Debate {
        try await aragora.begin("attach") { spec in
            try spec.set("debate", debate)
            try spec.set("tenant", tenant)
        }.start()
    }

    /// The question of an appeal against a debate's decision, with new documents.
    public func appeal(
        _ debate: String, reason: String, documents: [Document]? = nil, tenant: String? = nil
    ) async throws -> Question {
        var arguments = try named(debate, tenant)
        try arguments.set("reason", reason)
        try arguments.set("documents", documents)
        return try await aragora.call("debates.appeal", arguments, as: Question.self)
    }

    private func named(_ debate: String, _ tenant: String?) throws -> Members {
        var arguments = Members()
        try arguments.set("debate", debate)
        try arguments.set("tenant", tenant)
        return arguments
    }
}

/// Reads an export page by page; whoever reads it waits for each text before asking for the next.
private actor ExportPages {
    private struct Page: Decodable {
        let debates: [String]
        let next: String?
    }

    private let aragora: Aragora
    private let query: (tenant: String?, state: DebateState?, from: Date?, to: Date?, tag: String?)
    private var waiting: [String] = []
    private var cursor: String?
    private var more = true

    init(aragora: Aragora, query: (tenant: String?, state: DebateState?, from: Date?, to: Date?, tag: String?)) {
        self.aragora = aragora
        self.query = query
    }

    func next() async throws -> String? {
        while waiting.isEmpty, more {
            var arguments = Members()
            try arguments.set("tenant", query.tenant)
            try arguments.set("state", query.state)
            try arguments.set("from", query.from.map(Moment.format))
            try arguments.set("to", query.to.map(Moment.format))
            try arguments.set("tag", query.tag)
            try arguments.set("cursor", cursor)
            let page = try await aragora.call("debates.export", arguments, as: Page.self)
            waiting = page.debates.reversed()
            cursor = page.next
            more = page.next != nil
        }
        return waiting.popLast()
    }
}

/// Where people find what they are asked. Questions live in the same store as the debate.
public struct HumanDesk: Sendable {
    let aragora: Aragora

    /// Turns people have not answered yet.
    public func pending(
        debate: String? = nil, agent: String? = nil, tenant: String? = nil, limit: Int64? = nil
    ) async throws -> PendingTurns {
        var arguments = Members()
        try arguments.set("debate", debate)
        try arguments.set("agent", agent)
        try arguments.set("tenant", tenant)
        try arguments.set("limit", limit)
        return try await aragora.call("desk.pending", arguments, as: PendingTurns.self)
    }

    /// One turn, with what became of it; nil if there is none.
    public func turn(_ id: String, tenant: String? = nil) async throws -> PendingTurn? {
        try await aragora.call("desk.turn", named(id, tenant), as: PendingTurn?.self)
    }

    /// Answers a turn.
    public func submit(_ id: String, _ reply: HumanReply, by: String, tenant: String? = nil) async throws {
        var arguments = try named(id, tenant)
        try arguments.set("reply", reply)
        try arguments.set("by", by)
        _ = try await aragora.call("desk.submit", arguments, as: JSONValue.self)
    }

    /// Declines a turn; the debate goes on without it.
    public func decline(_ id: String, reason: String, by: String, tenant: String? = nil) async throws {
        var arguments = try named(id, tenant)
        try arguments.set("reason", reason)
        try arguments.set("by", by)
        _ = try await aragora.call("desk.decline", arguments, as: JSONValue.self)
    }

    private func named(_ id: String, _ tenant: String?) throws -> Members {
        var arguments = Members()
        try arguments.set("id", id)
        try arguments.set("tenant", tenant)
        return arguments
    }
}

extension HumanReply: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) {
        self.init(text: text)
    }
}
