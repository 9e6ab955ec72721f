/// What an agent answers.
public struct AgentReply: Hashable, AragoraDocument {
    /// The text; may be empty where `structured` says it all.
    public var text: String
    /// The structured value, where one was asked for.
    public var structured: JSONValue?
    /// What a model thought, where it shows it.
    public var reasoning: String?
    /// A refusal.
    public var refusal: Refusal?
    /// Why the text ends.
    public var stop: StopReason?
    /// Tokens used.
    public var usage: Usage?
    /// Cost in micro-dollars, where it is known.
    public var costMicros: Int64?
    /// Who served it.
    public var provider: String?
    /// The model that answered.
    public var model: String?
    /// The provider's id of the response.
    public var responseId: String?

    public init(
        text: String, structured: JSONValue? = nil, reasoning: String? = nil, refusal: Refusal? = nil,
        stop: StopReason? = nil, usage: Usage? = nil, costMicros: Int64? = nil, provider: String? = nil,
        model: String? = nil, responseId: String? = nil
    ) {
        self.text = text
        self.structured = structured
        self.reasoning = reasoning
        self.refusal = refusal
        self.stop = stop
        self.usage = usage
        self.costMicros = costMicros
        self.provider = provider
        self.model = model
        self.responseId = responseId
    }

    private enum CodingKeys: String, CodingKey {
        case text, structured, reasoning, refusal, stop, usage, costMicros = "cost_micros", provider, model
        case responseId = "response_id"
    }
}

/// One message of a request.
public struct RequestMessage: Hashable, AragoraDocument {
    public let id: String
    public let author: Author
    public let text: String
    public let visibility: Visibility
    public let cachePoint: Bool

    private enum CodingKeys: String, CodingKey {
        case id, author, text, visibility, cachePoint = "cache_point"
    }
}

/// What a replay found.
public struct ReplayReport: Hashable, AragoraDocument {
    /// Whether the check holds.
    public let matches: Bool
    /// Records compared.
    public let records: Int64
    /// The first difference of the logs, also when only decisions are compared.
    public let difference: Difference?
    /// The decision of the replayed debate, if it came to one.
    public let decision: Decision?
}

/// Where two logs differ first.
public struct Difference: Hashable, AragoraDocument {
    /// The first seq that differs.
    public let seq: Int64
    /// RFC 6901 pointer to the first member that differs.
    public let field: String
    /// What the log holds, as JSON; empty if it ends here.
    public let recorded: String
    /// What was produced, as JSON; empty if nothing was.
    public let produced: String
}

/// An option that can be voted for: a stated one, or a group of equal answers.
public struct OptionView: Hashable, AragoraDocument {
    public let id: String
    /// The label shown in prompts.
    public let label: String
    /// The value that is compared.
    public let value: String
    /// The whole text shown to voters.
    public let text: String
    /// Whose answer it is, in roster order.
    public let authors: [String]
    /// The message that text is of; absent for a stated text.
    public let shown: String?
    /// The members' messages.
    public let messages: [String]
}

/// Where a debating seat stands.
public struct Position: Hashable, AragoraDocument {
    public let seat: String
    /// What its newest answer amounts to, in the core's form: `{"answer": value}`, `"abstain"`, `"missing"` ...
    public let kind: JSONValue
    public let message: String?
    /// The round of that message; 0 without one.
    public let round: Int64
    public let confidence: Double?
    /// Order of arrival in the debate.
    public let arrival: Int64
    /// What became of the newest turn.
    public let newest: VoteStatus

    /// The value of the answer, if there is one.
    public var answer: String? { kind["answer"]?.string }
}

/// Turns people have not answered yet.
public struct PendingPage: Hashable, AragoraDocument {
    public let turns: [PendingTurn]
    /// Whether there are more than the limit.
    public let more: Bool
}
