import Aragora
import Foundation

extension CaseRun {
    /// One table from the corpus's operations to the public functions.
    func perform(_ op: String, _ a: JSONValue, as name: String?) async throws -> JSONValue {
        let result = try await operation(op, a, as: name)
        if !["debate.start", "debates.fork", "debates.resume"].contains(op) { keep(result, as: name) }
        return result
    }

    private func operation(_ op: String, _ a: JSONValue, as name: String?) async throws -> JSONValue {
        switch op.prefix(while: { $0 != "." }) {
        case "debate": return try await debateOperation(op, a, as: name)
        case "human": return try await humanOperation(op, a)
        case "debates": return try await debatesOperation(op, a, as: name)
        case "desk": return try await deskOperation(op, a)
        case "agents": return try await agentsOperation(op, a)
        case "encryption": return try await encryptionOperation(op, a)
        case "backups": return try await backupsOperation(op, a)
        case "crypto": return try cryptoOperation(op, a)
        default: return try await otherOperation(op, a)
        }
    }

    private func debateOperation(_ op: String, _ a: JSONValue, as name: String?) async throws -> JSONValue {
        switch op {
        case "debate.start":
            try known(a, [
                "question", "seats", "protocol", "rule", "limits", "options", "tier", "tenant", "workspace", "topic",
                "tags", "seed", "id",
            ])
            let question = a["question"] ?? .null
            let debate = try instance().debate(
                try question.string.map { Question(text: $0) } ?? Question(json: question),
                agents: try seats(a), protocol: try rules(a["protocol"]), rule: try rule(a["rule"]),
                limits: try a["limits"].map(Limits.init(json:)), options: try a["options"].map(DebateOptions.init(json:)),
                tier: a["tier"]?.int, tenant: a["tenant"]?.string, workspace: a["workspace"]?.string,
                topic: a["topic"]?.string, tags: a["tags"]?.array?.compactMap(\.string),
                seed: a["seed"]?.string.flatMap(UInt64.init), id: a["id"]?.string)
            return try follow(try await debate.start(), as: name)
        case "debate.result": return try await self.debate(a).0.result().json()
        case "debate.cancel":
            try self.debate(a).0.cancel(a["reason"]?.string ?? "")
            return .null
        case "debate.partial": return try await self.debate(a).0.partial().json()
        case "debate.finished": return .bool(try self.debate(a).0.finished)
        case "debate.events":
            var events: [JSONValue] = []
            for try await event in try self.debate(a).0.events(from: a["from"]?.int) where event.class == .recorded {
                events.append(try event.json())
            }
            return .array(events)
        case "debate.types": return try self.debate(a).1.types
        case "debate.streamed": return try self.debate(a).1.streamed
        case "debate.noted": return try self.debate(a).1.noted
        default: throw Malformed("op \(op)")
        }
    }

    private func humanOperation(_ op: String, _ a: JSONValue) async throws -> JSONValue {
        let human = try debate(a).0.human
        let by = a["by"]?.string ?? ""
        switch op {
        case "human.message": try human.message(a["text"]?.string ?? "", by: by)
        case "human.guidance": try human.guidance(a["text"]?.string ?? "", by: by)
        case "human.vote": try human.vote(a["option"]?.string ?? "", by: by, intensity: a["intensity"]?.int)
        case "human.resolve":
            try await human.resolve(
                a["breakpoint"]?.string ?? "", action: a["action"]?.string ?? "", guidance: a["guidance"]?.string, by: by)
        default: throw Malformed("op \(op)")
        }
        return .null
    }

    private func debatesOperation(_ op: String, _ a: JSONValue, as name: String?) async throws -> JSONValue {
        let debates = try instance().debates
        let id = a["debate"]?.string ?? ""
        let tenant = a["tenant"]?.string
        switch op {
        case "debates.get": return try await debates.get(id, tenant: tenant).json()
        case "debates.list":
            return try await debates.list(
                tenant: tenant, state: try a["state"].map(DebateState.init(json:)), from: try instant(a["from"]),
                to: try instant(a["to"]), tag: a["tag"]?.string, cursor: a["cursor"]?.string, limit: a["limit"]?.int
            ).json()
        case "debates.log": return .string(try await debates.log(id, tenant: tenant))
        case "debates.events":
            return .array(try await debates.events(id, tenant: tenant, from: a["from"]?.int).map { try $0.json() })
        case "debates.messages":
            return .array(try await debates.messages(id, tenant: tenant).map { try $0.json() })
        case "debates.export":
            let export = debates.export(
                tenant: tenant, state: try a["state"].map(DebateState.init(json:)), from: try instant(a["from"]),
                to: try instant(a["to"]), tag: a["tag"]?.string)
            var texts: [JSONValue] = []
            for try await text in export { texts.append(.string(text)) }
            return .array(texts)
        case "debates.replay":
            let check = try a["check"].map(ReplayCheck.init(json:))
            return try await debates.replay(a["log"]?.string ?? "", check: check).json()
        case "debates.fork":
            let fork = debates.fork(
                id, at: a["at_seq"]?.int ?? 0, edits: try a["edits"]?.array?.map(Edit.init(json:)),
                agents: try seats(a), tenant: tenant, id: a["id"]?.string)
            return try follow(try await fork.start(), as: name)
        case "debates.resume":
            let resume = debates.resume(
                id, agents: try seats(a), tenant: tenant, acceptChanges: a["accept_changes"]?.bool)
            return try follow(try await resume.start(), as: name)
        case "debates.appeal":
            let documents = try a["documents"]?.array?.map(Document.init(json:))
            return try await debates.appeal(
                id, reason: a["reason"]?.string ?? "", documents: documents, tenant: tenant
            ).json()
        default: throw Malformed("op \(op)")
        }
    }

    private func agentsOperation(_ op: String, _ a: JSONValue) async throws -> JSONValue {
        let agents = try instance().agents
        let tenant = a["tenant"]?.string
        switch op {
        case "agents.check": return try agents.check().json()
        case "agents.health": return .array(try agents.health().map { try $0.json() })
        case "agents.breakers": return .array(try agents.breakers().map { try $0.json() })
        case "agents.rate_limits": return .array(try agents.rateLimits().map { try $0.json() })
        case "agents.budgets": return .array(try await agents.budgets(tenant: tenant).map { try $0.json() })
        case "agents.forget": return .integer(try await agents.forget(a["agent"]?.string ?? "", tenant: tenant))
        default: throw Malformed("op \(op)")
        }
    }

    private func deskOperation(_ op: String, _ a: JSONValue) async throws -> JSONValue {
        let desk = try instance().desk
        let id = a["id"]?.string ?? ""
        let by = a["by"]?.string ?? ""
        let tenant = a["tenant"]?.string
        switch op {
        case "desk.pending":
            return try await desk.pending(
                debate: a["debate"]?.string, agent: a["agent"]?.string, tenant: tenant, limit: a["limit"]?.int
            ).json()
        case "desk.turn": return try await desk.turn(id, tenant: tenant)?.json() ?? .null
        case "desk.submit":
            try await desk.submit(id, try HumanReply(json: a["reply"] ?? .null), by: by, tenant: tenant)
            return .null
        case "desk.decline":
            try await desk.decline(id, reason: a["reason"]?.string ?? "", by: by, tenant: tenant)
            return .null
        default: throw Malformed("op \(op)")
        }
    }

    private func otherOperation(_ op: String, _ a: JSONValue) async throws -> JSONValue {
        switch op {
        case "consensus.tally":
            try known(a, ["rule", "seats", "options", "votes", "seed", "active"])
            return try tally(
                rule: try RuleConfig(json: a["rule"] ?? [:]), seats: try list(a["seats"], Voter.init(json:)),
                options: try list(a["options"], Candidate.init(json:)), votes: try list(a["votes"], CastVote.init(json:)),
                seed: a["seed"]?.string.flatMap(UInt64.init), active: a["active"]?.int
            ).json()
        case _ where op.hasPrefix("parse."): return try parseOperation(op, a)
        case "config.load": return try Config.load(env: a["env"]?.object?.compactMapValues(\.string) ?? [:]).redacted
        case "errors.list": return .array(try errorCodes().map { try $0.json() })
        case "protocols.list": return .array(try builtInProtocols())
        case "errors.raise":
            try AragoraTesting.fail(
                AragoraError.Code(rawValue: a["code"]?.string ?? ""), reason: a["reason"]?.string,
                retryAfter: a["retry_after_ms"]?.int.map { .milliseconds($0) },
                context: a["context"]?.object?.compactMapValues(\.string))
            return .null
        case "clock.now":
            let format = ISO8601DateFormatter()
            format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
            return .string(format.string(from: try manual().now()))
        case "clock.advance":
            try manual().advance(by: .milliseconds(a["ms"]?.int ?? 0))
            return .null
        case "gate.open":
            gate(a["gate"]?.string ?? "").open()
            return .null
        case "server.requests": return try requests(a["server"]?.string ?? "")
        case "participant.stats": return try stats(a["participant"]?.string ?? "")
        case "aragora.activity": return try instance().activity().json()
        case "aragora.open":
            try await beside(a)
            return .null
        case "aragora.reopen":
            try await reopen(a)
            return .null
        case "aragora.shutdown":
            return try await instance().shutdown(grace: .milliseconds(a["grace_ms"]?.int ?? 0)).json()
        case "aragora.close":
            await (try instance()).close()
            return .null
        default: throw Malformed("op \(op)")
        }
    }

    private func parseOperation(_ op: String, _ a: JSONValue) throws -> JSONValue {
        try known(a, ["text", "structured", "stop", "shape", "targets", "format", "equal", "a", "b"])
        let text = a["text"]?.string ?? ""
        let stop = try a["stop"].map(StopReason.init(json:))
        switch op {
        case "parse.ballot":
            let shape = try BallotShape(json: a["shape"] ?? .null)
            return try Parse.ballot(text, structured: a["structured"], stop: stop, shape: shape).json()
        case "parse.critiques":
            let targets = a["targets"]?.array?.compactMap(\.string)
            return .array(try Parse.critiques(text, structured: a["structured"], targets: targets).map { try $0.json() })
        case "parse.signals": return try Parse.signals(text, structured: a["structured"], stop: stop).json()
        case "parse.answer":
            let format = try a["format"].map(AnswerFormat.init(json:))
            return try Parse.answer(text, structured: a["structured"], format: format)?.json() ?? .null
        case "parse.normalise": return .string(try Parse.normalise(text))
        case "parse.same":
            let equal = try Equivalence(json: a["equal"] ?? .null)
            return .bool(try Parse.same(a["a"]?.string ?? "", a["b"]?.string ?? "", equal: equal))
        default: throw Malformed("op \(op)")
        }
    }

    private func rule(_ rule: JSONValue?) throws -> Rule? {
        guard let rule else { return nil }
        if let name = rule.string { return .named(name) }
        if rule["name"] != nil { return .kind(try RuleKind(json: rule)) }
        return .config(try RuleConfig(json: rule))
    }

    private func list<Value>(_ items: JSONValue?, _ read: (JSONValue) throws -> Value) throws -> [Value] {
        try (items?.array ?? []).map(read)
    }

    func instant(_ value: JSONValue?) throws -> Date? {
        guard let text = value?.string else { return nil }
        guard let date = ISO8601DateFormatter().date(from: text) else { throw Malformed("instant \(text)") }
        return date
    }
}
