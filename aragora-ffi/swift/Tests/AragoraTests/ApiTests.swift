import Aragora
import Foundation
import XCTest

/// Names and values of the public face.
final class ApiTests: XCTestCase {
    /// What Swift has beside the manifest every language shares, because of how Swift builds values and closures.
    /// Anything else that is public must be in the manifest.
    private static let ownNames: Set = [
        "Activity", "AgentProfile", "AragoraDocument", "AragoraTesting", "Candidate", "DemoStyle", "ErrorCodeInfo",
        "EventLag", "FunctionAgent", "JSONValue", "LogLevel", "Nullable", "Parse", "ProtocolChoice", "ProtocolInfo",
        "Rule", "ScriptEnd", "Voter",
    ]

    /// The names of the manifest, against what the compiler says is public.
    func testEveryNameOfTheManifestIsThereAndNoOther() throws {
        guard let file = ProcessInfo.processInfo.environment["ARAGORA_SYMBOLS"] else {
            throw XCTSkip("the suite gives the compiler's list of public names; a plain `swift test` has none")
        }
        let graph = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file))) as? [String: Any]
        let symbols = try XCTUnwrap(graph?["symbols"] as? [[String: Any]])
        let found = Set(symbols.compactMap { ($0["pathComponents"] as? [String])?.joined(separator: ".") })

        let corpus = try ConformanceTests.folder()
        let text = try String(contentsOf: corpus.appendingPathComponent("api.json"), encoding: .utf8)
        let manifest = try JSONValue(text: text)
        var known = Self.ownNames
        for type in manifest["types"]?.array ?? [] {
            let name = type["name"]?.string ?? ""
            known.insert(name)
            // Documents that stand for objects of the host have hand-written faces.
            if ["AgentDocument", "CredentialsDocument", "ProtocolDocument", "ScriptDocument", "SeatDocument"].contains(name) { continue }
            XCTAssertTrue(found.contains(name), "the type \(name) is missing")
        }
        for item in manifest["items"]?.array ?? [] where item["swift"] != .null {
            let name = item["swift"]?.string ?? Self.caseRule(item["name"]?.string ?? "")
            known.insert(Self.outermost(name))
            // Without a name of its own for Swift, the labels are Swift's matter.
            let isThere = found.contains(name) || item["swift"] == nil && found.contains { $0.hasPrefix(name + "(") }
            XCTAssertTrue(isThere, "\(name) is missing")
        }
        let events = manifest["types"]?.array?.first { $0["name"] == "EventData" }?["cases"]?.array ?? []
        for event in events {
            known.insert(Self.caseRule("_" + (event["name"]?.string ?? "")) + "Event")
        }
        XCTAssertEqual(found.filter { !known.contains(Self.outermost($0)) }.sorted(), [])
    }

    /// `Debate.cancel(_:)` to `Debate`, `tally(rule:seats:)` to `tally`.
    private static func outermost(_ name: String) -> String {
        String(name.prefix { $0 != "." && $0 != "(" })
    }

    /// `Transcript.next_seq` to `Transcript.nextSeq`.
    private static func caseRule(_ name: String) -> String {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        return parts[0] + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// What is not given is not written, so that the core fills its default.
    func testOnlyWhatIsGivenIsWritten() throws {
        XCTAssertEqual(try Limits().json(), [:])
        let limits = Limits(rounds: 3, deadline: .seconds(90), turnTimeout: .milliseconds(1500))
        XCTAssertEqual(try limits.json(), ["rounds": 3, "deadline_ms": 90_000, "turn_timeout_ms": 1500])
        XCTAssertEqual(try Limits(json: limits.json()), limits)
    }

    /// `null` and absence are different where the core says so.
    func testNullIsNotAbsence() throws {
        XCTAssertEqual(try DebateOptions().json(), [:])
        XCTAssertEqual(try DebateOptions(stopWhen: .null).json(), ["stop_when": .null])
        let options = DebateOptions(stopWhen: .value(RuleConfig(rule: .majority)), gate: .confidence(min: 900_000))
        XCTAssertEqual(
            try options.json(), ["stop_when": ["rule": ["name": "majority"]], "gate": ["name": "confidence", "min": 900_000]])
        XCTAssertEqual(try DebateOptions(json: options.json()), options)
        XCTAssertEqual(try DebateOptions(json: ["stop_when": .null]).stopWhen, .null)
    }

    func testUnionsHaveTheCoresForms() throws {
        let forms: [(any AragoraDocument, JSONValue)] = [
            (RuleKind.majority, ["name": "majority"]),
            (RuleKind.supermajority(share: "2/3"), ["name": "supermajority", "share": "2/3"]),
            (RuleKind.hybrid(rules: [.unanimity(), .nothing]), ["name": "hybrid", "rules": [["name": "unanimity"], ["name": "none"]]]),
            (Join.all, "all"),
            (Join.quorum(min: 2), ["quorum": ["min": 2]]),
            (Join.consensus(RuleConfig()), ["consensus": [:]]),
            (TieBreak.seat("a"), ["seat": "a"]),
            (Ballot.abstain(reason: "no"), ["abstain": ["reason": "no"]]),
            (Ballot.choice("a"), ["choice": "a"]),
            (QuorumRule.fraction("1/2"), ["fraction": "1/2"]),
            (Role.critic, "critic"),
            (Role(rawValue: "jester"), "jester"),
            (Edit.setLimits(limits: Limits(rounds: 1)), ["name": "set_limits", "limits": ["rounds": 1]]),
        ]
        for (value, form) in forms { try roundTrip(value, form) }
        let wrong = XCTAssertThrowsErrorOf { _ = try RuleKind(json: ["name": "lottery"]) }
        XCTAssertEqual(wrong?.code, .invalidRequest)
        XCTAssertTrue(wrong?.reason.contains("lottery") == true, "\(String(describing: wrong))")
    }

    private func roundTrip<Value: AragoraDocument>(_ value: Value, _ form: JSONValue) throws {
        let written = try value.json()
        XCTAssertEqual(written, form)
        XCTAssertEqual(try Value(json: written).json(), form)
    }

    private func XCTAssertThrowsErrorOf(_ body: () throws -> Void) -> AragoraError? {
        do { try body() } catch { return error as? AragoraError }
        XCTFail("nothing was thrown")
        return nil
    }

    func testFullRangeNumbersInstantsAndText() async throws {
        let clock = ManualClock(at: Date(timeIntervalSince1970: 1_767_225_600.25))
        try await withAragora(clock: clock) { aragora in
            XCTAssertEqual(try clock.now().timeIntervalSince1970, 1_767_225_600.25, accuracy: 0.000_5)
            try clock.advance(by: .milliseconds(1_750))
            let text = "quote \" slash / back \\ newline \n nul-free \u{1F600} \u{202E}"
            let debate = aragora.debate(
                text, agents: [says("a", "yes"), says("b", "yes")], protocol: "vote_only", topic: "t", tags: ["x", "y"],
                seed: UInt64.max, id: "deb_values")
            _ = try await debate.result()
            let events = try await aragora.debates.events("deb_values")
            guard case .debateStart(let start) = events.first?.data else { return XCTFail("no start") }
            XCTAssertEqual(start.seed, UInt64.max)
            XCTAssertEqual(start.question.text, text)
            XCTAssertEqual(start.environment.tags, ["x", "y"])
            XCTAssertEqual(events[0].time.timeIntervalSince1970, 1_767_225_602, accuracy: 0.000_5)
            let summary = try await aragora.debates.get("deb_values")
            XCTAssertEqual(summary.startedAt.timeIntervalSince1970, 1_767_225_602, accuracy: 0.000_5)
            XCTAssertEqual(summary.state, .finished)
            let page = try await aragora.debates.list(
                state: .finished, from: Date(timeIntervalSince1970: 1_767_225_600), tag: "x", limit: 10)
            XCTAssertEqual(page.items.map(\.debate), ["deb_values"])
            XCTAssertNil(page.next)
            XCTAssertTrue(try aragora.metrics().contains("aragora_foreign_calls_total"))
        }
    }

    func testAForkGoesOnDifferently() async throws {
        try await withAragora { aragora in
            let seats = [says("a", "yes"), says("b", "yes"), says("c", "no")]
            let debate = aragora.debate("?", agents: seats, protocol: .voteOnly(), rule: .majority)
            _ = try await debate.result()
            let events = try await aragora.debates.events(try debate.id)
            let at = try XCTUnwrap(events.first { $0.type == "step_end" }?.seq)
            let edit = Edit.setRule(rule: RuleConfig(rule: .unanimity()))
            let fork = aragora.debates.fork(try debate.id, at: at, edits: [edit], agents: seats, id: "deb_fork")
            let decision = try await fork.result()
            XCTAssertEqual(decision.outcome, .notReached)
            let summary = try await aragora.debates.get("deb_fork")
            XCTAssertEqual(summary.parent?.seq, at)
        }
    }

    func testATallyNeedsNoDebate() throws {
        let tally = try tally(
            rule: RuleConfig(rule: .majority), seats: [Voter(id: "a"), Voter(id: "b", weight: 2)],
            options: [Candidate(id: "x"), Candidate(id: "y")],
            votes: [
                CastVote(voter: "a", status: .cast, ballot: .choice("x")),
                CastVote(voter: "b", status: .cast, ballot: .choice("y")),
            ])
        XCTAssertEqual(tally.winners, ["y"])
        XCTAssertEqual(tally.rows.first { $0.option == "y" }?.weight, 2_000_000)
        XCTAssertEqual(try Parse.answer("So.\nFINAL ANSWER: 42")?.value, "42")
    }

    func testConfigurationIsExplained() async throws {
        let error = XCTAssertThrowsErrorOf { _ = try Config.load(env: ["ARAGORA_EVENT_BUFFER_SIZE": "many"]) }
        XCTAssertEqual(error?.code, .invalidConfig)
        XCTAssertTrue(error?.reason.contains("many") == true, "\(String(describing: error))")
    }

    /// The runtime runs by now, so its size is settled.
    func testThreadsAreSettledAtTheFirstUse() async throws {
        try await withAragora { _ in
            let error = await failure { try Aragora.configureRuntime(threads: 2) }
            XCTAssertEqual(error?.code, .invalidState)
        }
    }
}
