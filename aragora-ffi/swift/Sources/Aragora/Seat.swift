/// One participant's place in a debate. A string literal is a model's name, such as `"openai/gpt-5"`.
public struct Seat: Sendable {
    enum Source: Sendable {
        case custom(any Agent)
        case document(@Sendable () throws -> String)
    }

    let source: Source
    /// The part played when the protocol gives none.
    public var role: Role?
    /// Who it is asked to be.
    public var persona: Persona?
    /// Above 0, at most 100.
    public var weight: Double?
    /// Whether it votes.
    public var votes: Bool?
    /// Whether it judges.
    public var judges: Bool?
    /// Ratings, where you have them.
    public var reputation: Reputation?
    /// Layers around this agent, of whatever kind it is, in place of the instance's; budgets and kept replies stay there.
    public var layers: Layers?
    /// Whose agents answer in its name when it fails, in this order, in place of the models the layers name. Nothing
    /// else of these seats counts.
    public var standIns: [Seat]?

    init(_ source: Source) {
        self.source = source
    }

    init(_ kind: String, _ members: @escaping @Sendable (inout Members) throws -> Void) {
        source = .document {
            var document = Members()
            try document.set("kind", kind)
            try members(&document)
            return document.text
        }
    }

    /// Your own agent.
    public static func custom(_ agent: any Agent) -> Seat {
        Seat(.custom(agent))
    }

    /// Your own agent, as one closure.
    public static func function(
        _ id: String, profile: AgentProfile = AgentProfile(),
        respond: @escaping @Sendable (AgentRequest) async throws -> AgentReply
    ) -> Seat {
        .custom(FunctionAgent(id, profile: profile, respond: respond))
    }

    /// A model by its name, `provider/model`. Key and address come from the instance's configuration unless they are
    /// given here; `config` says everything else and names neither provider nor model.
    public static func model(
        _ name: String, id: String? = nil, baseUrl: String? = nil, apiKey: String? = nil,
        credentials: Credentials? = nil, config: ProviderDocument? = nil
    ) -> Seat {
        Seat("model") { document in
            try document.set("name", name)
            try document.set("id", id)
            try document.set("base_url", baseUrl)
            try document.set("api_key", apiKey)
            try document.set("config", config)
            // Last, because a document that cannot be written is forgotten by nobody.
            if let credentials {
                try document.set("credentials", ["participant": Host.shared.register(.credentials(credentials))])
            }
        }
    }

    /// Follows a script.
    public static func scripted(_ id: String, _ steps: [ScriptStep], atEnd: ScriptEnd? = nil) -> Seat {
        Seat("scripted") { document in
            try document.set("id", id)
            try document.set("steps", steps.map(\.document))
            try document.set("at_end", atEnd?.rawValue)
        }
    }

    /// Answers from templates and the words of the question; needs no key.
    public static func demo(_ id: String, style: DemoStyle, seed: Int64? = nil) -> Seat {
        Seat("demo") { document in
            try document.set("id", id)
            try document.set("style", style.rawValue)
            try document.set("seed", seed)
        }
    }

    /// A person, asked at the desk (``Aragora/desk``).
    public static func human(_ id: String) -> Seat {
        Seat("human") { try $0.set("id", id) }
    }

    /// Answers what this seat answered in the debate whose log this is.
    public static func recorded(_ id: String, log: String) -> Seat {
        Seat("recorded") { document in
            try document.set("id", id)
            try document.set("log", log)
        }
    }

    /// Answers from a cassette.
    public static func recorded(_ id: String, cassette: String) -> Seat {
        Seat("recorded") { document in
            try document.set("id", id)
            try document.set("cassette", cassette)
        }
    }

    /// An agent document of the core, `{"kind": ...}`.
    public static func document(_ document: JSONValue) -> Seat {
        Seat(.document { try JSONText.encode(document) })
    }

    /// The same seat with these settings; what is nil stays.
    public func with(
        role: Role? = nil, persona: Persona? = nil, weight: Double? = nil, votes: Bool? = nil, judges: Bool? = nil,
        reputation: Reputation? = nil, layers: Layers? = nil, standIns: [Seat]? = nil
    ) -> Seat {
        var seat = self
        seat.role = role ?? seat.role
        seat.persona = persona ?? seat.persona
        seat.weight = weight ?? seat.weight
        seat.votes = votes ?? seat.votes
        seat.judges = judges ?? seat.judges
        seat.reputation = reputation ?? seat.reputation
        seat.layers = layers ?? seat.layers
        seat.standIns = standIns ?? seat.standIns
        return seat
    }

    /// The seat's document; an agent of the host gets its number here.
    func document() throws -> Members {
        var document = Members()
        try document.set("role", role)
        try document.set("persona", persona)
        try document.set("weight", weight)
        try document.set("votes", votes)
        try document.set("judges", judges)
        try document.set("reputation", reputation)
        try document.set("layers", layers)
        let others = try standIns?.map { try $0.agentDocument() }
        if let others { document.set("stand_ins", raw: "[" + others.joined(separator: ",") + "]") }
        document.set("agent", raw: try agentDocument())
        return document
    }

    private func agentDocument() throws -> String {
        switch source {
        case .document(let text): try text()
        case .custom(let agent): try Self.register(agent)
        }
    }

    private static func register(_ agent: any Agent) throws -> String {
        let profile = agent.profile
        var document = Members()
        try document.set("kind", "foreign")
        try document.set("id", agent.id)
        try document.set("provider", profile.provider)
        try document.set("model", profile.model)
        try document.set("family", profile.family)
        try document.set("version", profile.version)
        try document.set("structured", profile.structured?.rawValue)
        try document.set("streams", profile.streams)
        try document.set("context_tokens", profile.contextTokens)
        try document.set("participant", Host.shared.register(.agent(agent)))
        return document.text
    }
}

extension Seat: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) {
        self = .model(name)
    }
}

/// Gives the header fields that authenticate a request; every value is treated as a secret. It is asked for every
/// request, and once more with `refresh` after the provider has refused the fields.
public typealias Credentials = @Sendable (SigningRequest) async throws -> [String: String]

/// How a demo agent speaks.
public enum DemoStyle: String, Sendable, CaseIterable {
    case supportive, critical, balanced, contrarian
}
