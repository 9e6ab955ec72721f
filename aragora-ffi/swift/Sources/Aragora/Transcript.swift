/// What was said and done so far, as a protocol reads it. It is valid only inside the method that got it; what is
/// read from it stays.
public struct Transcript: Sendable {
    private let call: UInt64
    private let cache: TranscriptCache
    /// The debate.
    public let debate: String
    /// The current round; 0 before the first.
    public let round: Int64
    /// The place in the log of the next record.
    public let nextSeq: Int64
    let winner: OptionView?
    private let messageCount: Int

    init(_ call: UInt64, _ data: String, _ cache: TranscriptCache) throws {
        struct Head: Decodable {
            let debate: String
            let round: Int64
            let next_seq: Int64
            let messages: Int
            let winner: OptionView?
        }
        let head = try JSONText.decode(Head.self, from: data)
        self.call = call
        self.cache = cache
        debate = head.debate
        round = head.round
        nextSeq = head.next_seq
        winner = head.winner
        messageCount = head.messages
    }

    /// Every message, oldest first. Only those that are new since the last step cross the boundary.
    public var messages: [TranscriptMessage] {
        get throws {
            try cache.messages(of: debate, upTo: messageCount) { from in
                try read("messages", from: from, as: [TranscriptMessage].self)
            }
        }
    }

    /// What is to be decided.
    public var question: Question { get throws { try read("question", as: Question.self) } }
    /// What it may take.
    public var limits: Limits { get throws { try read("limits", as: Limits.self) } }
    /// The rule that decides.
    public var rule: RuleConfig { get throws { try read("rule", as: RuleConfig.self) } }
    /// The seats in order.
    public var seats: [SeatView] { get throws { try read("seats", as: [SeatView].self) } }
    /// Seats that are still asked.
    public var active: [String] { get throws { try read("active", as: [String].self) } }
    /// Seats that may vote.
    public var eligible: [String] { get throws { try read("eligible", as: [String].self) } }
    /// The rounds so far.
    public var rounds: [RoundView] { get throws { try read("rounds", as: [RoundView].self) } }
    /// The steps so far.
    public var steps: [StepView] { get throws { try read("steps", as: [StepView].self) } }
    /// Every critique.
    public var critiques: [CritiqueEvent] { get throws { try read("critiques", as: [CritiqueEvent].self) } }
    /// Every vote.
    public var votes: [VoteView] { get throws { try read("votes", as: [VoteView].self) } }
    /// What rules have counted.
    public var checks: [ConsensusCheckEvent] { get throws { try read("checks", as: [ConsensusCheckEvent].self) } }
    /// Where every debating seat stands.
    public var positions: [Position] { get throws { try read("positions", as: [Position].self) } }
    /// What can be voted for: the stated options, or the groups of equal answers.
    public var options: [OptionView] { get throws { try read("options", as: [OptionView].self) } }
    /// What was spent.
    public var spent: Spent { get throws { try read("spent", as: Spent.self) } }
    /// Everything fixed before the first turn.
    public var start: DebateStartEvent { get throws { try read("start", as: DebateStartEvent.self) } }

    /// Why the debate ends, once that is known.
    public var stop: Stop? { get throws { try read("stop", as: Stop?.self) } }
    /// The turns so far.
    public var turns: [TurnView] { get throws { try read("turns", as: [TurnView].self) } }

    /// Whether a seat sees what another says.
    public func sees(_ seat: String, _ other: String) throws -> Bool {
        var pair = Members()
        try pair.set("seat", seat)
        try pair.set("other", other)
        var question = Members()
        question.set("sees", raw: pair.text)
        return try answer(question, as: Bool.self)
    }

    /// Whether a phase of a round has been asked for already.
    public func planned(round: Int64, _ phase: Phase) throws -> Bool {
        var pair = Members()
        try pair.set("round", round)
        try pair.set("phase", phase)
        var question = Members()
        question.set("planned", raw: pair.text)
        return try answer(question, as: Bool.self)
    }

    /// Any part in the core's form, such as `turns` or `round_ends`.
    public func part(_ name: String, from: Int64? = nil) throws -> JSONValue {
        try read(name, from: from, as: JSONValue.self)
    }

    /// A step that asks these seats, or all. Turns, visibility and prompts are the core's. What is wrong with it is
    /// thrown when the step is used.
    public func ask(
        _ phase: Phase, _ instruction: String, seats: [String]? = nil, round: Int64? = nil, expect: Expect? = nil,
        order: Order? = nil
    ) -> Step {
        Step {
            var ask = Members()
            try ask.set("phase", phase)
            try ask.set("instruction", instruction)
            try ask.set("seats", seats)
            try ask.set("round", round)
            try ask.set("expect", expect)
            try ask.set("order", order)
            var question = Members()
            question.set("ask", raw: ask.text)
            return try Native.transcript(call, question.text)
        }
    }

    /// Counts with this rule what is there now.
    public func check(_ rule: RuleConfig) throws -> Tally {
        var question = Members()
        try question.set("check", rule)
        return try answer(question, as: Tally.self)
    }

    /// What the core would count in the end.
    public func draft() throws -> Draft {
        var question = Members()
        question.set("draft", raw: "{}")
        return try answer(question, as: Draft.self)
    }

    /// The name under which the others see a seat.
    public func displayName(_ seat: String) throws -> String {
        var question = Members()
        try question.set("display_name", seat)
        return try answer(question, as: String.self)
    }

    private func read<Value: Decodable>(_ part: String, from: Int64? = nil, as type: Value.Type) throws -> Value {
        var question = Members()
        try question.set("read", part)
        try question.set("from", from)
        return try answer(question, as: type)
    }

    private func answer<Value: Decodable>(_ question: Members, as type: Value.Type) throws -> Value {
        try JSONText.decode(type, from: try Native.transcript(call, question.text))
    }
}

/// Messages a protocol has read already, by debate. They are only ever appended, so step n does not cost n.
final class TranscriptCache: Sendable {
    /// More debates than this at once, and the oldest is read again.
    private static let kept = 64

    private struct State {
        var messages: [String: [TranscriptMessage]] = [:]
        var order: [String] = []
    }

    private let state = Locked(State())

    func messages(
        of debate: String, upTo count: Int, read: (Int64) throws -> [TranscriptMessage]
    ) throws -> [TranscriptMessage] {
        var known = state.with { $0.messages[debate] ?? [] }
        if known.count < count {
            known += try read(Int64(known.count))
            let all = known
            state.with { state in
                if state.messages.updateValue(all, forKey: debate) == nil {
                    state.order.append(debate)
                }
                if state.order.count > Self.kept {
                    state.messages[state.order.removeFirst()] = nil
                }
            }
        }
        return Array(known.prefix(count))
    }
}

/// What the debate does next.
public struct Step: Sendable {
    private let content: @Sendable () throws -> String

    init(_ content: @escaping @Sendable () throws -> String) {
        self.content = content
    }

    /// Ends the debate: its schedule is done.
    public static var finish: Step {
        .finish(.completed, "the protocol's schedule is done")
    }

    /// Ends the debate for another reason.
    public static func finish(_ cause: StopCause, _ detail: String, round: Int64 = 0) -> Step {
        Step {
            var stop = Members()
            try stop.set("cause", cause)
            try stop.set("round", round)
            try stop.set("detail", detail)
            return "{\"finish\":\(stop.text)}"
        }
    }

    /// Computes these figures and records them.
    public static func analyse(_ kinds: [AnalysisKind]) -> Step {
        Step { "{\"analyse\":\(try JSONText.encode(kinds))}" }
    }

    /// Waits for a person; then the debate goes on.
    public static func pause(_ pause: Pause) -> Step {
        Step { "{\"pause\":\(try JSONText.encode(pause))}" }
    }

    /// Asks exactly this; ``Transcript/ask(_:_:seats:round:expect:order:)`` builds it for you.
    public static func ask(_ step: AskStep) -> Step {
        Step { "{\"ask\":\(try JSONText.encode(step))}" }
    }

    /// A step in the core's form.
    public static func document(_ document: JSONValue) -> Step {
        Step { try document.text() }
    }

    func text() throws -> String {
        try content()
    }
}
