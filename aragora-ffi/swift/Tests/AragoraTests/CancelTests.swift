import Aragora
import XCTest

/// Cancellation in both directions, with nothing left running.
final class CancelTests: XCTestCase {
    /// Three Swift agents, streamed, cancelled half-way with nothing left running, and replayed to equal bytes.
    func testCancelledHalfWayAndReplayed() async throws {
        let agents = ["a", "b", "c"].map(Hanging.init)
        try await withAragora { aragora in
            let debate = aragora.debate("Ship?", agents: agents.map(Seat.custom), protocol: .simultaneous())
            var streamed: [String: String] = [:]
            var types: [String] = []
            for try await event in debate.events() {
                if case .tokenDelta(let delta) = event.data {
                    streamed[delta.turn, default: ""] += delta.text
                    if streamed.count == agents.count { try debate.cancel("enough") }
                }
                if event.class == .recorded { types.append(event.type) }
            }
            XCTAssertEqual(Array(streamed.values), Array(repeating: "I begin. ", count: 3))
            XCTAssertEqual(types.last, "debate_cancelled")
            let error = await failure { _ = try await debate.result() }
            XCTAssertEqual(error?.code, .cancelled)
            let partial = try Decision(json: JSONValue(text: error?.context["decision"] ?? "null"))
            XCTAssertTrue(partial.partial)
            // A second time changes nothing.
            try debate.cancel("again")
            try await eventually("every agent saw it") { agents.allSatisfy { $0.cancelled.with { $0 } == 1 } }
            try await eventually("nothing runs") {
                let activity = try aragora.activity()
                return activity.debates == 0 && activity.turns == 0 && activity.foreignCalls == 0
                    && AragoraTesting.kept.calls == 0
            }
            let log = try await aragora.debates.log(try debate.id)
            let report = try await aragora.debates.replay(log, check: .strict)
            XCTAssertTrue(report.matches, "\(String(describing: report.difference))")
            XCTAssertEqual(report.records, Int64(log.split(separator: "\n").count))
        }
    }

    /// A task that is cancelled while it waits for the result cancels the debate and sees its own cancellation;
    /// somebody else who waits gets an error of the library.
    func testCancellingTheTaskCancelsTheDebate() async throws {
        let agents = ["a", "b"].map(Hanging.init)
        try await withAragora { aragora in
            let debate = try await aragora.debate("Ship?", agents: agents.map(Seat.custom)).start()
            let own = Task { try await debate.result() }
            let other = Task { try await debate.result() }
            try await eventually("both are asked") { agents.allSatisfy { $0.begun.with { $0 } == 1 } }
            let began = ContinuousClock.now
            own.cancel()
            do {
                _ = try await own.value
                XCTFail("nothing was thrown")
            } catch {
                XCTAssertTrue(error is CancellationError, "\(error)")
            }
            let error = await failure { _ = try await other.value }
            XCTAssertEqual(error?.code, .cancelled)
            try await eventually("every agent saw it") { agents.allSatisfy { $0.cancelled.with { $0 } == 1 } }
            XCTAssertLessThan(ContinuousClock.now - began, .seconds(2))
        }
    }

    func testACancelledTaskStartsNothing() async throws {
        let agent = Hanging("a")
        try await withAragora { aragora in
            let debate = aragora.debate("Ship?", agents: [.custom(agent), says("b", "x")])
            let gate = Gate()
            let task = Task {
                try? await gate.wait {}
                return try await debate.result()
            }
            task.cancel()
            do {
                _ = try await task.value
                XCTFail("nothing was thrown")
            } catch {
                XCTAssertTrue(error is CancellationError, "\(error)")
            }
            XCTAssertEqual(try aragora.activity().debates, 0)
        }
        XCTAssertEqual(agent.begun.with { $0 }, 0)
    }

    /// Whoever cancels a debate while it begins cancels it, whichever comes first.
    func testCancelWhileItBegins() async throws {
        try await withAragora { aragora in
            for _ in 0..<50 {
                let debate = aragora.debate("?", agents: [.custom(Hanging("a")), .custom(Hanging("b"))])
                let waiting = Task { try await debate.result() }
                // Until somebody has begun it there is nothing to cancel, and that is said.
                while (try? debate.cancel("enough")) == nil { await Task.yield() }
                let error = await failure { _ = try await waiting.value }
                XCTAssertEqual(error?.code, .cancelled)
            }
        }
    }

    /// An agent that does not care is left behind after its two seconds, and its late answer is discarded.
    func testAnAgentThatIgnoresItsCancellationIsLeftBehind() async throws {
        let gate = Gate()
        let clock = ManualClock()
        try await withAragora(clock: clock) { aragora in
            let begun = Guarded(false)
            let stubborn = Seat.function("a") { _ in
                begun.with { $0 = true }
                try await gate.wait(ignoring: true) {}
                return "too late"
            }
            let debate = try await aragora.debate("?", agents: [stubborn, says("b", "x")], protocol: "vote_only").start()
            try await eventually("it is asked") { begun.with { $0 } }
            try debate.cancel("enough")
            try await eventually("the core waits no longer") {
                try clock.advance(by: .milliseconds(500))
                return try aragora.activity().foreignCalls == 0
            }
            let error = await failure { _ = try await debate.result() }
            XCTAssertEqual(error?.code, .cancelled)
            XCTAssertEqual(AragoraTesting.kept.calls, 1)
            gate.open()
            try await eventually("the late answer is gone") { AragoraTesting.kept.calls == 0 }
        }
    }

    func testADebateNobodyHoldsIsCancelledUnlessDetached() async throws {
        let held = Hanging("a")
        let free = Hanging("a")
        try await withAragora { aragora in
            var debate: Debate? = try await aragora.debate("?", agents: [.custom(held), .custom(Hanging("b"))]).start()
            try await eventually("it is asked") { held.begun.with { $0 } == 1 }
            XCTAssertNotNil(debate)
            debate = nil
            try await eventually("it is cancelled") { held.cancelled.with { $0 } == 1 }

            var detached: Debate? = try await aragora.debate(
                "?", agents: [.custom(free), .custom(Hanging("b"))], id: "deb_free"
            ).start()
            try detached?.detach()
            try await eventually("it is asked") { free.begun.with { $0 } == 1 }
            detached = nil
            XCTAssertEqual(free.cancelled.with { $0 }, 0)
            let found = try await aragora.debates.running("deb_free")
            XCTAssertFalse(try found.finished)
            try found.cancel("the test is over")
            try await eventually("it is cancelled") { free.cancelled.with { $0 } == 1 }
        }
    }

    func testCloseCancelsWhatRuns() async throws {
        let agents = ["a", "b"].map(Hanging.init)
        let aragora = try await Aragora.open()
        let debate = try await aragora.debate("?", agents: agents.map(Seat.custom)).start()
        let waiting = Task { try await debate.result() }
        try await eventually("both are asked") { agents.allSatisfy { $0.begun.with { $0 } == 1 } }
        await aragora.close()
        XCTAssertEqual(agents.map { $0.cancelled.with { $0 } }, [1, 1])
        let error = await failure { _ = try await waiting.value }
        XCTAssertTrue(error?.code == .cancelled || error?.code == .closed, "\(String(describing: error))")
    }
}
