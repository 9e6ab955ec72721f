/// What a scripted agent does when no step is left.
public enum ScriptEnd: String, Sendable, CaseIterable {
    /// Fails with `script_exhausted`.
    case error
    /// The last step again.
    case `repeat`
    /// From the beginning.
    case cycle
}

/// One step of a scripted agent.
public struct ScriptStep: Sendable {
    var document: JSONValue

    init(_ members: [String: JSONValue]) {
        document = .object(members)
    }

    /// A step in the core's form.
    public init(json: JSONValue) {
        document = json
    }

    /// Answers this text.
    public static func say(_ text: String) -> ScriptStep {
        ScriptStep(["say": .string(text)])
    }

    /// Answers this reply.
    public static func reply(_ reply: AgentReply) throws -> ScriptStep {
        ScriptStep(["reply": try reply.json()])
    }

    /// Answers this JSON value.
    public static func json(_ value: JSONValue) -> ScriptStep {
        ScriptStep(["json": value])
    }

    /// Votes.
    public static func ballot(_ ballot: Ballot, confidence: Double? = nil, reason: String? = nil) throws -> ScriptStep {
        var members = ["ballot": try ballot.json()]
        members["confidence"] = confidence.map(JSONValue.number)
        members["reason"] = reason.map(JSONValue.string)
        return ScriptStep(members)
    }

    /// Fails with this code.
    public static func fail(_ code: AragoraError.Code, retryAfter: Duration? = nil) -> ScriptStep {
        var members: [String: JSONValue] = ["fail": .string(code.rawValue)]
        members["retry_after_ms"] = retryAfter.map { .integer($0.wholeMilliseconds) }
        return ScriptStep(members)
    }

    /// Waits by the instance's clock, then goes on with the next step.
    public static func sleep(_ duration: Duration) -> ScriptStep {
        ScriptStep(["sleep_ms": .integer(duration.wholeMilliseconds)])
    }

    /// Says nothing until it is cancelled.
    public static var hang: ScriptStep { ScriptStep(["hang": true]) }

    /// Streams the pieces, then answers them joined.
    public static func stream(_ pieces: [String]) -> ScriptStep {
        ScriptStep(["stream": .array(pieces.map(JSONValue.string))])
    }

    /// The same step, only in this phase.
    public func during(_ phase: Phase) throws -> ScriptStep {
        guard case .object(var members) = document else { return self }
        members["phase"] = try JSONValue(text: JSONText.encode(phase))
        return ScriptStep(members)
    }
}
