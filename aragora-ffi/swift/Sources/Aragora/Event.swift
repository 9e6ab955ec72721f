import Foundation

internal import AragoraBindings

/// One event of a debate: the envelope, and what happened.
public struct Event: AragoraDocument {
    /// Whether an event is in the log.
    public struct Class: RawRepresentable, Hashable, Sendable, Codable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        /// One per record of the log.
        public static let recorded = Class(rawValue: "recorded")
        /// Never stored.
        public static let live = Class(rawValue: "live")
    }

    /// The word of the type, such as `agent_message`.
    public let type: String
    /// For recorded events their place in the log, for live ones that of the last recorded event.
    public let seq: Int64
    /// Whether it is in the log.
    public let `class`: Class
    /// The debate.
    public let debateId: String
    /// 1 + the number of resumes before it.
    public let run: Int64
    /// The participant it concerns.
    public let agent: String?
    /// Counts the events of one participant in one run from 0.
    public let agentSeq: Int64?
    /// The round.
    public let round: Int64?
    /// When.
    public let time: Date
    /// What happened. New types may come: keep a default branch.
    public let data: EventData

    private enum Keys: String, CodingKey {
        case type, seq, `class`, debateId = "debate_id", run, agent, agentSeq = "agent_seq", round, time, data
    }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: Keys.self)
        type = try keyed.decode(String.self, forKey: .type)
        seq = try keyed.decode(Int64.self, forKey: .seq)
        `class` = try keyed.decode(Class.self, forKey: .class)
        debateId = try keyed.decode(String.self, forKey: .debateId)
        run = try keyed.decode(Int64.self, forKey: .run)
        agent = try keyed.decodeIfPresent(String.self, forKey: .agent)
        agentSeq = try keyed.decodeIfPresent(Int64.self, forKey: .agentSeq)
        round = try keyed.decodeIfPresent(Int64.self, forKey: .round)
        time = try keyed.decode(WireDate.self, forKey: .time).date
        data = try EventData(type: type, from: keyed.superDecoder(forKey: .data))
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: Keys.self)
        try keyed.encode(type, forKey: .type)
        try keyed.encode(seq, forKey: .seq)
        try keyed.encode(`class`, forKey: .class)
        try keyed.encode(debateId, forKey: .debateId)
        try keyed.encode(run, forKey: .run)
        try keyed.encodeIfPresent(agent, forKey: .agent)
        try keyed.encodeIfPresent(agentSeq, forKey: .agentSeq)
        try keyed.encodeIfPresent(round, forKey: .round)
        try keyed.encode(Moment.format(time), forKey: .time)
        try data.encodeMembers(to: keyed.superEncoder(forKey: .data))
    }
}

/// Pulls events in batches, one crossing each, and hands them out one by one.
final class EventPull: Sendable {
    private struct State {
        var opening: Task<FfiEvents, any Error>?
        var fetching: Task<Void, any Error>?
        var waiting: ArraySlice<Event> = []
        var ended = false
    }

    // Whoever only follows a debate holds it too.
    private let debate: Debate
    private let open: @Sendable () async throws -> FfiEvents
    private let state = Locked(State())

    init(of debate: Debate, open: @escaping @Sendable () async throws -> FfiEvents) {
        self.debate = debate
        self.open = open
    }

    /// The next event, in order; nil after the last, and for a task that is cancelled while it waits.
    func next() async throws -> Event? {
        while true {
            let (event, ended) = state.with { state in (state.waiting.popFirst(), state.ended) }
            if let event { return event }
            if ended || Task.isCancelled { return nil }
            let events = try await opened()
            let fetching = state.with { state in
                // Several readers of one stream share a fetch, so that what they get stays in order.
                if let running = state.fetching { return running }
                let task = Task { try await self.fetch(events) }
                state.fetching = task
                return task
            }
            try await withTaskCancellationHandler {
                try await fetching.value
            } onCancel: {
                // Ends a pull that waits; a stream that has ended stays so.
                try? events.stop()
            }
        }
    }

    private func opened() async throws -> FfiEvents {
        let opening = state.with { state in
            if let task = state.opening { return task }
            let task = Task { [open] in try await open() }
            state.opening = task
            return task
        }
        return try await opening.value
    }

    private func fetch(_ events: FfiEvents) async throws {
        defer { state.with { $0.fetching = nil } }
        guard let batch = try await Native.call({ try await events.nextBatch(max: 256) }) else {
            state.with { $0.ended = true }
            return
        }
        let decoded = try JSONText.decode([Event].self, from: batch)
        state.with { $0.waiting.append(contentsOf: decoded) }
    }
}
