import Aragora
import XCTest

/// Protocols written in Swift: what they are asked, what they may read, and what becomes of their mistakes.
final class ProtocolsTests: XCTestCase {
    private struct OneRound: DebateProtocol {
        let name = "one-round"
        let version = "1"
        func next(_ transcript: Transcript) throws -> Step {
            transcript.round == 0 ? transcript.ask(.answer, "Answer in one line.") : .finish
        }
    }

    /// Reads every part, and closes with a synthesis.
    private final class Reading: DebateProtocol {
        let name = "reading"
        let version = "2"
        let info = ProtocolInfo(params: ["depth": 3], minSeats: 2, plannedCalls: PlannedCalls(constant: 1, perSeat: 2))
        let seen = Guarded<[String]>([])

        func next(_ t: Transcript) throws -> Step {
            guard t.round > 0 else { return t.ask(.answer, "Say it.", seats: ["a", "b"]) }
            let said = try t.messages.map(\.text)
            let parts: [Int] = [
                try t.seats.count, try t.active.count, try t.eligible.count, try t.rounds.count, try t.steps.count,
                try t.critiques.count, try t.votes.count, try t.checks.count, try t.positions.count, try t.options.count,
            ]
            seen.with { seen in
                seen.append(contentsOf: said)
                seen.append(parts.map(String.init).joined(separator: " "))
            }
            XCTAssertEqual(try t.question.text, "Which?")
            XCTAssertNotNil(try t.limits.rounds)
            XCTAssertEqual(try t.rule.rule, .plurality)
            XCTAssertEqual(try t.spent.calls, 2)
            XCTAssertEqual(try t.start.protocol.params, ["depth": 3])
            XCTAssertFalse(try t.displayName("a").isEmpty)
            XCTAssertEqual(try t.part("turns").array?.count, 2)
            XCTAssertEqual(try t.check(RuleConfig(rule: .plurality)).rows.count, 2)
            return .finish
        }

        func decide(_ t: Transcript) throws -> Draft {
            var draft = try t.draft()
            draft.rule = RuleConfig(rule: .plurality, ties: .roster)
            draft.report = try Report(json: ["kind": "note", "value": "read"])
            return draft
        }
    }

    private struct Broken: DebateProtocol {
        struct Boom: Error {}
        let name = "broken"
        let version = "1"
        func next(_ transcript: Transcript) throws -> Step { throw Boom() }
    }

    private struct Nonsense: DebateProtocol {
        let name = "nonsense"
        let version = "1"
        func next(_ transcript: Transcript) throws -> Step { .document(["shout": "loud"]) }
    }

    private final class Leaking: DebateProtocol {
        let name = "leaking"
        let version = "1"
        let kept = Guarded<Transcript?>(nil)
        func next(_ transcript: Transcript) throws -> Step {
            kept.with { $0 = transcript }
            return .finish(.human, "that is all")
        }
    }

    func testAProtocolOfTheSpecificationDecides() async throws {
        try await withAragora { aragora in
            let seats = [says("a", "yes"), says("b", "yes"), says("c", "no")]
            let debate = aragora.debate("Ship?", agents: seats, protocol: .custom(OneRound()))
            let decision = try await debate.result()
            XCTAssertEqual(decision.outcome, .decided)
            XCTAssertEqual(decision.dissenters, ["c"])
            XCTAssertEqual(decision.calls.made, 3)
        }
    }

    func testEveryPartOfTheTranscriptIsRead() async throws {
        let rules = Reading()
        try await withAragora(protocols: [rules]) { aragora in
            let debate = aragora.debate(
                "Which?", agents: [says("a", "x"), says("b", "y")], protocol: .custom(rules), rule: .plurality)
            let decision = try await debate.result()
            XCTAssertEqual(decision.answer?.value, "x", "the first of the roster, as the draft says")
            XCTAssertEqual(decision.report?.value, "read")
            // Its own log replays with the protocol that was given to `open`.
            let report = try await aragora.debates.replay(try await aragora.debates.log(try debate.id))
            XCTAssertTrue(report.matches, "\(String(describing: report.difference))")
        }
        let seen = rules.seen.with { $0 }
        XCTAssertTrue(seen.contains("FINAL ANSWER: x") && seen.contains("FINAL ANSWER: y"), "\(seen)")
        XCTAssertTrue(seen.contains { $0.hasPrefix("2 2 2 1 1 0 0 0 2 2") }, "\(seen)")
    }

    func testWhatAProtocolThrowsIsTheCause() async throws {
        try await withAragora { aragora in
            let debate = aragora.debate("?", agents: [says("a", "x"), says("b", "y")], protocol: .custom(Broken()))
            let error = await failure { _ = try await debate.result() }
            XCTAssertEqual(error?.code, .protocolFailed)
            XCTAssertTrue(error?.underlying is Broken.Boom, "\(String(describing: error?.underlying))")
        }
    }

    /// What is wrong with a step is explained, not swallowed.
    func testAStepNobodyKnowsIsExplained() async throws {
        try await withAragora { aragora in
            let debate = aragora.debate("?", agents: [says("a", "x"), says("b", "y")], protocol: .custom(Nonsense()))
            let error = await failure { _ = try await debate.result() }
            XCTAssertEqual(error?.code, .protocolFailed)
            XCTAssertTrue(error?.reason.contains("shout") == true, "\(String(describing: error))")
        }
    }

    func testATranscriptIsOfNoUseAfterItsCall() async throws {
        let rules = Leaking()
        try await withAragora { aragora in
            let debate = aragora.debate("?", agents: [says("a", "x"), says("b", "y")], protocol: .custom(rules))
            let decision = try? await debate.result()
            XCTAssertEqual(decision?.stop.cause ?? .human, .human)
            let transcript = try XCTUnwrap(rules.kept.with { $0 })
            let error = await failure { _ = try transcript.seats }
            XCTAssertEqual(error?.code, .invalidState)
        }
    }

    func testBuiltInProtocolsAndRulesAreNamed() async throws {
        let named: [ProtocolChoice] = [
            "critique", .critique(Critique(pairwise: true)), .simultaneous(), .sequential(Sequential(rotate: true)),
            .voteOnly(VoteOnlyProtocol(ballots: true)), .dynamic(),
        ]
        let rules: [Rule] = [
            .majority, .plurality, .supermajority("3/4"), .unanimity(), .kind(.threshold(share: "1/2")),
            .config(RuleConfig(rule: .confidenceWeighted(), quorum: .count(2))),
        ]
        try await withAragora { aragora in
            for (choice, rule) in zip(named, rules) {
                let seats = ["a", "b", "c"].map { Seat.demo($0, style: .supportive) }
                let decision = try await aragora.debate("Ship?", agents: seats, protocol: choice, rule: rule).result()
                XCTAssertGreaterThan(decision.calls.made, 0)
            }
        }
        XCTAssertGreaterThanOrEqual(try builtInProtocols().count, 5)
    }
}
