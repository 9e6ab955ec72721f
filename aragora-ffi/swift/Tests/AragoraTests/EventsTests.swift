import Aragora
import Foundation
import XCTest

/// Streams: whole, in order, left and come back to.
final class EventsTests: XCTestCase {
    private func seats() -> [Seat] {
        ["a", "b"].map { id in
            .function(id) { request in
                request.output.text("FINAL ")
                request.output.text("ANSWER: yes")
                return "FINAL ANSWER: yes"
            }
        }
    }

    func testEveryRecordedEventComesOnceAndInOrder() async throws {
        try await withAragora { aragora in
            let debate = aragora.debate("?", agents: seats(), protocol: "vote_only")
            var recorded: [Event] = []
            var streamed: [String: String] = [:]
            for try await event in debate.events() {
                if event.class == .recorded { recorded.append(event) }
                if case .tokenDelta(let delta) = event.data { streamed[delta.turn, default: ""] += delta.text }
            }
            XCTAssertEqual(recorded.map(\.seq), Array(0..<Int64(recorded.count)))
            XCTAssertEqual(recorded.first?.type, "debate_start")
            XCTAssertEqual(recorded.last?.type, "debate_end")
            XCTAssertEqual(Array(streamed.values), ["FINAL ANSWER: yes", "FINAL ANSWER: yes"])
            // What the stream said is what the log holds.
            let stored = try await aragora.debates.events(try debate.id)
            XCTAssertEqual(stored.map(\.type), recorded.map(\.type))
            XCTAssertEqual(stored.map(\.data), recorded.map(\.data))
            let decision = try await debate.result()
            XCTAssertEqual(decision.answer?.value, "yes")
        }
    }

    /// Leaving a loop ends this stream only; who comes back misses nothing.
    func testLeavingALoopEndsOnlyThatStream() async throws {
        try await withAragora { aragora in
            let debate = aragora.debate("?", agents: seats(), protocol: "vote_only")
            var last: Int64 = -1
            for try await event in debate.events() where event.class == .recorded {
                last = event.seq
                if event.type == "step_start" { break }
            }
            var rest: [Int64] = []
            for try await event in debate.events(from: last + 1) where event.class == .recorded { rest.append(event.seq) }
            XCTAssertEqual(rest.first, last + 1)
            let decision = try await debate.result()
            XCTAssertEqual(decision.outcome, .decided)
        }
    }

    /// A task that is cancelled while it waits for an event gets the end of the stream, and the debate goes on.
    func testACancelledReaderEndsAndTheDebateGoesOn() async throws {
        let gate = Gate()
        try await withAragora { aragora in
            let slow = Seat.function("a") { _ in
                try await gate.wait {}
                return "FINAL ANSWER: yes"
            }
            let debate = try await aragora.debate("?", agents: [slow, says("b", "yes")], protocol: "vote_only").start()
            let count = Guarded(0)
            let reader = Task {
                for try await _ in debate.events() { count.with { $0 += 1 } }
            }
            try await eventually("it reads") { count.with { $0 } > 0 }
            reader.cancel()
            try await reader.value
            XCTAssertFalse(try debate.finished)
            gate.open()
            let decision = try await debate.result()
            XCTAssertEqual(decision.outcome, .decided)
        }
    }

    /// Two readers of one stream share it: together they have every event once.
    func testTwoReadersOfOneStreamShareIt() async throws {
        try await withAragora { aragora in
            let debate = try await aragora.debate("?", agents: seats(), protocol: "vote_only").start()
            let stream = debate.events()
            let seen = Guarded<[Int64]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        for try await event in stream where event.class == .recorded { seen.with { $0.append(event.seq) } }
                    }
                }
                try await group.waitForAll()
            }
            let all = seen.with { $0.sorted() }
            XCTAssertEqual(all, Array(0..<Int64(all.count)))
        }
    }

    /// Whoever only follows a debate holds it.
    func testTheStreamHoldsTheDebate() async throws {
        try await withAragora { aragora in
            var types: [String] = []
            for try await event in aragora.debate("?", agents: seats(), protocol: "vote_only").events() {
                types.append(event.type)
            }
            XCTAssertEqual(types.last, "debate_end")
        }
    }

    func testAFailedStartReachesTheReader() async throws {
        try await withAragora { aragora in
            let error = await failure {
                for try await _ in aragora.debate("?", agents: []).events() {}
            }
            XCTAssertEqual(error?.code, .invalidRequest)
        }
    }

    func testAnUnknownTypeIsKept() throws {
        let text = """
            {"type":"moon_landing","seq":3,"class":"recorded","debate_id":"d","run":1,\
            "time":"2026-01-02T03:04:05.678Z","data":{"who":["a"],"x":1.5}}
            """
        let event = try Event(json: JSONValue(text: text))
        XCTAssertEqual(event.data, .unknown(type: "moon_landing", data: ["who": ["a"], "x": 1.5]))
        XCTAssertEqual(try event.json(), try JSONValue(text: text))
        XCTAssertEqual(event.time.timeIntervalSince1970, 1_767_323_045.678, accuracy: 0.000_5)
    }
}
