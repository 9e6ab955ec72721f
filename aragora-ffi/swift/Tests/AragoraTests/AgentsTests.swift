import Aragora
import Foundation
import XCTest

/// Participants written in Swift, in every way Swift writes them.
final class AgentsTests: XCTestCase {
    private actor Counting: Agent {
        nonisolated let id = "actor"
        private var calls = 0
        func respond(to request: AgentRequest) async throws -> AgentReply {
            calls += 1
            return "FINAL ANSWER: \(calls)"
        }
    }

    private struct Plain: Agent {
        let id = "plain"
        func respond(to request: AgentRequest) throws -> AgentReply { "FINAL ANSWER: 1" }
    }

    @MainActor private final class OnMain: Agent {
        nonisolated let id = "main"
        private(set) var threads: [Bool] = []
        func respond(to request: AgentRequest) async throws -> AgentReply {
            threads.append(Self.isMain)
            return "FINAL ANSWER: 1"
        }
        private static var isMain: Bool { Thread.isMainThread }
    }

    func testPlainAsyncActorAndMainActorTakePartAlike() async throws {
        let main = OnMain()
        try await withAragora { aragora in
            let seats: [Seat] = [.custom(Counting()), .custom(Plain()), .custom(main), says("closure", "1")]
            let decision = try await aragora.debate("How many?", agents: seats, protocol: "vote_only").result()
            XCTAssertEqual(decision.outcome, .decided)
            XCTAssertEqual(decision.supporters, ["actor", "plain", "main", "closure"])
        }
        let threads = await main.threads
        XCTAssertEqual(threads, [true])
    }

    func testTheRequestSaysWhatIsAsked() async throws {
        let seen = Guarded<AgentRequest?>(nil)
        try await withAragora { aragora in
            let asker = Seat.function("a", profile: AgentProfile(provider: "p", model: "m")) { request in
                seen.with { $0 = request }
                return "FINAL ANSWER: yes"
            }.with(role: .critic, persona: Persona(name: "Ada", instructions: "Be brief."), weight: 2)
            let limits = Limits(turnTimeout: .seconds(30))
            let debate = aragora.debate(
                Question(text: "Ship?", context: "It is Friday."), agents: [asker, says("b", "yes")],
                protocol: .voteOnly(), limits: limits, id: "deb_request")
            let decision = try await debate.result()
            XCTAssertEqual(decision.votes.first?.weight, 2_000_000)
        }
        let request = try XCTUnwrap(seen.with { $0 })
        XCTAssertEqual(request.debate, "deb_request")
        XCTAssertEqual(request.phase, .answer)
        XCTAssertEqual(request.round, 1)
        XCTAssertEqual(request.persona?.name, "Ada")
        XCTAssertTrue(request.messages.contains { $0.text.contains("Ship?") && $0.text.contains("Friday") })
        let deadline = try XCTUnwrap(request.deadline)
        XCTAssertTrue(deadline > .zero && deadline <= .seconds(30), "\(deadline)")
        XCTAssertEqual(try request.json()["phase"], "answer")
    }

    func testARepliesWholeDocumentArrives() async throws {
        try await withAragora { aragora in
            let seat = Seat.function("a") { _ in
                AgentReply(
                    text: "FINAL ANSWER: yes", reasoning: "because", stop: .other("tired"), costMicros: 12,
                    provider: "own", model: "m-1")
            }
            let debate = try await aragora.debate("?", agents: [seat, says("b", "yes")], protocol: "vote_only").start()
            _ = try await debate.result()
            let events = try await aragora.debates.events(try debate.id)
            let message = events.compactMap { event -> AgentMessageEvent? in
                if case .agentMessage(let message) = event.data, message.seat == "a" { message } else { nil }
            }.first
            XCTAssertEqual(message?.stop, .other("tired"))
            XCTAssertEqual(message?.costMicros, 12)
            XCTAssertEqual(message?.provider, "own")
            XCTAssertEqual(message?.model, "m-1")
        }
    }

    /// A debate that is only described asks nobody and keeps nothing.
    func testADescribedDebateCostsNothing() async throws {
        let calls = Guarded(0)
        try await withAragora { aragora in
            let before = AragoraTesting.kept.participants
            let seat = Seat.function("a") { _ in
                calls.with { $0 += 1 }
                return "x"
            }
            do { _ = aragora.debate("?", agents: [seat, seat]) }
            XCTAssertEqual(AragoraTesting.kept.participants, before)
            XCTAssertEqual(try aragora.activity().debates, 0)
        }
        XCTAssertEqual(calls.with { $0 }, 0)
    }

    /// Sixty-four participants that block their thread leave everybody else's tasks running.
    func testBlockingParticipantsStopNobodyElse() async throws {
        try await withAragora { aragora in
            let seats = (0..<64).map { i in
                Seat.function("blocks-\(i)") { _ in
                    Self.block()
                    return "FINAL ANSWER: yes"
                }
            }
            let limits = Limits(maxParallel: 64)
            let debate = try await aragora.debate("?", agents: seats, protocol: "vote_only", limits: limits).start()
            let longest = Guarded(Duration.zero)
            let ticker = Task {
                var last = ContinuousClock.now
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(5))
                    let now = ContinuousClock.now
                    longest.with { $0 = max($0, now - last) }
                    last = now
                }
            }
            let decision = try await debate.result()
            ticker.cancel()
            await ticker.value
            XCTAssertEqual(decision.supporters.count, 64)
            // Usually a few milliseconds. Blocked one after the other they take 13 s, which a shared pool would show;
            // the bound leaves room for a machine that does other things.
            let gap = longest.with { $0 }
            XCTAssertLessThan(gap, .seconds(1), "a task waited \(gap)")
        }
    }

    private static func block() { Thread.sleep(forTimeInterval: 0.2) }

    /// The built-in agents, each by its own name.
    func testBuiltInAgentsTakePart() async throws {
        try await withAragora { aragora in
            let seats: [Seat] = [
                .demo("demo", style: .balanced),
                .scripted("script", [.say("FINAL ANSWER: yes")], atEnd: .repeat),
                .scripted("stream", [.stream(["FINAL ", "ANSWER: yes"])], atEnd: .cycle),
                .scripted("fails", [.fail(.blocked)]),
            ]
            let debate = try await aragora.debate("Ship?", agents: seats, protocol: "vote_only").start()
            let decision = try await debate.result()
            XCTAssertTrue(decision.supporters.contains("script") && decision.supporters.contains("stream"))
            XCTAssertEqual(decision.failed, ["fails"])

            // What two of them said in a debate of their own can be said again by recordings.
            let two = aragora.debate("Ship?", agents: Array(seats[1...2]), protocol: "vote_only", seed: 7)
            _ = try await two.result()
            let log = try await aragora.debates.log(try two.id)
            let again: [Seat] = [.recorded("script", log: log), .recorded("stream", log: log)]
            let replayed = try await aragora.debate("Ship?", agents: again, protocol: "vote_only", seed: 7).result()
            XCTAssertEqual(replayed.supporters, ["script", "stream"], "\(replayed.failed)")
        }
    }

    /// A person answers at the desk while the debate waits.
    func testAPersonAnswersAtTheDesk() async throws {
        try await withAragora { aragora in
            let seats: [Seat] = [.human("you"), says("a", "noon"), says("b", "one")]
            let debate = try await aragora.debate("Lunch?", agents: seats, protocol: "vote_only").start()
            var turns: [PendingTurn] = []
            while turns.isEmpty {
                turns = try await aragora.desk.pending(debate: try debate.id).turns
                await Task.yield()
            }
            XCTAssertEqual(turns[0].agent, "you")
            try await aragora.desk.submit(turns[0].id, "FINAL ANSWER: noon", by: "me")
            let decision = try await debate.result()
            XCTAssertEqual(decision.answer?.value, "noon")
            let state = try await aragora.desk.turn(turns[0].id)?.state
            guard case .answered(let reply, let by, _) = state else { return XCTFail("\(String(describing: state))") }
            XCTAssertEqual(reply.text, "FINAL ANSWER: noon")
            XCTAssertEqual(by, "me")
        }
    }
}
