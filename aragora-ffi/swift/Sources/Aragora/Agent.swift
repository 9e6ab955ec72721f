/// A participant of your own. `respond` may be a plain function or an asynchronous one; when the debate does not need
/// the answer any more, its task is cancelled.
public protocol Agent: Sendable {
    /// Unique among the seats of a debate.
    var id: String { get }
    /// What is known about who answers; by default nothing.
    var profile: AgentProfile { get }
    /// Answers one turn. A string literal is a reply. A thrown error is this seat's failure, not the debate's.
    func respond(to request: AgentRequest) async throws -> AgentReply
}

extension Agent {
    public var profile: AgentProfile { AgentProfile() }
}

/// What is known about who answers. What is nil is unknown.
public struct AgentProfile: Hashable, Sendable {
    /// How an agent returns structured values.
    public enum Structured: String, Sendable {
        /// It is told a schema and returns a value.
        case native
        /// It is asked for JSON in words.
        case instructed
        /// It returns text only.
        case none
    }

    /// Who serves the model.
    public var provider: String?
    /// The model.
    public var model: String?
    /// The model's lineage, for diversity.
    public var family: String?
    /// The agent's own version.
    public var version: String?
    /// How it returns structured values.
    public var structured: Structured?
    /// Whether it streams.
    public var streams: Bool?
    /// The window of the model, in tokens.
    public var contextTokens: Int64?

    /// Only what is known needs to be given.
    public init(
        provider: String? = nil, model: String? = nil, family: String? = nil, version: String? = nil,
        structured: Structured? = nil, streams: Bool? = nil, contextTokens: Int64? = nil
    ) {
        self.provider = provider
        self.model = model
        self.family = family
        self.version = version
        self.structured = structured
        self.streams = streams
        self.contextTokens = contextTokens
    }
}

/// An agent that is one closure.
public struct FunctionAgent: Agent {
    public let id: String
    public let profile: AgentProfile
    private let answer: @Sendable (AgentRequest) async throws -> AgentReply

    /// An agent with this id and answer.
    public init(
        _ id: String, profile: AgentProfile = AgentProfile(),
        respond: @escaping @Sendable (AgentRequest) async throws -> AgentReply
    ) {
        self.id = id
        self.profile = profile
        answer = respond
    }

    public func respond(to request: AgentRequest) async throws -> AgentReply {
        try await answer(request)
    }
}

extension AgentReply: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) {
        self.init(text: text)
    }
}

/// What an agent is asked in one turn.
public struct AgentRequest: Sendable {
    /// Identifies the turn: `{debate}/{turn}`.
    public let id: String
    /// The debate.
    public let debate: String?
    /// The round.
    public let round: Int64
    /// What is asked for.
    public let phase: Phase
    /// The part to play.
    public let role: Role
    /// Who to be.
    public let persona: Persona?
    /// Rules and output format.
    public let system: String
    /// The conversation as this agent may see it.
    public let messages: [RequestMessage]
    /// What must be returned.
    public let expect: Expect
    /// How a model should sample.
    public let sampling: Sampling
    /// How long until the answer is of no use any more.
    public let deadline: Duration?
    /// Facts of the host.
    public let metadata: [String: String]
    /// Members of a provider's body.
    public let extra: [String: JSONValue]
    /// For streaming while the answer is made.
    public let output: AgentOutput
    private let text: String

    init(_ call: UInt64, _ text: String) throws {
        let fields = try JSONText.decode(Fields.self, from: text)
        id = fields.id
        debate = fields.debate
        round = fields.round
        phase = fields.phase
        role = fields.role
        persona = fields.persona
        system = fields.system
        messages = fields.messages
        expect = fields.expect
        sampling = fields.sampling
        deadline = fields.deadline_ms?.duration
        metadata = fields.metadata
        extra = fields.extra
        output = AgentOutput(call: call)
        self.text = text
    }

    /// The request in the core's form.
    public func json() throws -> JSONValue {
        try JSONValue(text: text)
    }

    private struct Fields: Decodable {
        let id: String
        let debate: String?
        let round: Int64
        let phase: Phase
        let role: Role
        let persona: Persona?
        let system: String
        let messages: [RequestMessage]
        let expect: Expect
        let sampling: Sampling
        let deadline_ms: WireMillis?
        let metadata: [String: String]
        let extra: [String: JSONValue]
    }
}

/// Where an agent streams its answer while it makes it. Optional: what counts is the reply that is returned.
public struct AgentOutput: Sendable {
    let call: UInt64

    /// A piece of the text.
    public func text(_ piece: String) {
        Native.output(call, "text", piece)
    }

    /// A piece of thinking, shown to those who follow and never part of the answer.
    public func reasoning(_ piece: String) {
        Native.output(call, "reasoning", piece)
    }

    /// Forget what was streamed so far: the answer begins again.
    public func reset() {
        Native.output(call, "reset", "")
    }
}
