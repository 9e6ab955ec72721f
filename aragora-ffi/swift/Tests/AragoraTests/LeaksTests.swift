import Aragora
import Foundation
import XCTest

/// Nothing is kept: not after many debates, not after timeouts, not in a cycle.
final class LeaksTests: XCTestCase {
    private final class Counted: Agent {
        static let alive = Guarded(0)
        let id: String
        init(_ id: String) {
            self.id = id
            Self.alive.with { $0 += 1 }
        }
        deinit { Self.alive.with { $0 -= 1 } }
        func respond(to request: AgentRequest) throws -> AgentReply { "FINAL ANSWER: yes" }
    }

    /// An agent that holds the instance which holds it.
    private final class Cyclic: Agent {
        let id = "a"
        let aragora: Aragora
        static let alive = Guarded(0)
        init(_ aragora: Aragora) {
            self.aragora = aragora
            Self.alive.with { $0 += 1 }
        }
        deinit { Self.alive.with { $0 -= 1 } }
        func respond(to request: AgentRequest) throws -> AgentReply { "FINAL ANSWER: yes" }
    }

    /// Ten thousand debates in flat memory. The store of an instance is memory, so each thousand gets a new one.
    func testTenThousandDebatesLeaveNothing() async throws {
        var resident: [Int] = []
        for _ in 0..<10 {
            try await withAragora { aragora in try await run(1_000, in: aragora) }
            try await nothingIsKept()
            resident.append(try residentBytes())
        }
        try await eventually("no agent lives") { Counted.alive.with { $0 } == 0 }
        print("resident after each thousand: \(resident.map { $0 >> 20 }) MiB")
        // The first thousands fill the allocator's pools; after that nothing may be added.
        XCTAssertLessThan(Double(resident[9]), Double(resident[3]) * 1.05 + 4 * 1_024 * 1_024)
    }

    private func run(_ count: Int, in aragora: Aragora) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<8 {
                group.addTask {
                    for _ in 0..<(count / 8) {
                        let seats = ["a", "b"].map { Seat.custom(Counted($0)) }
                        let decision = try await aragora.debate("?", agents: seats, protocol: "vote_only").result()
                        if decision.outcome != .decided { throw Malformed("outcome of lane \(lane)") }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Half of the calls time out and answer late: no call and no cause is kept.
    func testLateAnswersLeaveNothing() async throws {
        let clock = ManualClock()
        let late = Guarded(0)
        try await withAragora(clock: clock) { aragora in
            for _ in 0..<100 {
                let begun = Guarded(false)
                let gate = Gate()
                let slow = Seat.function("a") { _ in
                    begun.with { $0 = true }
                    try? await gate.wait(ignoring: true) {}
                    late.with { $0 += 1 }
                    throw AragoraError(.blocked, "late")
                }
                let limits = Limits(turnTimeout: .seconds(1))
                let seats = [slow, says("b", "x"), says("c", "x")]
                let debate = aragora.debate("?", agents: seats, protocol: "vote_only", limits: limits)
                var answered = 0
                for try await event in debate.events() {
                    if case .agentMessage = event.data { answered += 1 }
                    if answered == 2 { break }
                }
                try await eventually("it is asked") { begun.with { $0 } }
                try await eventually("it is given up") {
                    try clock.advance(by: .seconds(1))
                    return try debate.finished
                }
                gate.open()
                let decision = try await debate.result()
                XCTAssertEqual(decision.failed, ["a"])
            }
            try await eventually("all have answered late") { late.with { $0 } == 100 }
        }
        try await nothingIsKept()
    }

    /// Host, handle, participant and host again: closing breaks the circle.
    func testAClosedInstanceAndItsParticipantsAreFreed() async throws {
        for _ in 0..<200 {
            let aragora = try await Aragora.open()
            let seats: [Seat] = [.custom(Cyclic(aragora)), says("b", "yes")]
            _ = try await aragora.debate("?", agents: seats, protocol: "vote_only").result()
            await aragora.close()
        }
        try await eventually("no participant lives") { Cyclic.alive.with { $0 } == 0 }
        try await nothingIsKept()
    }

    /// Documents that are refused let go of their participants too.
    func testRefusedDebatesKeepNothing() async throws {
        try await withAragora { aragora in
            for _ in 0..<50 {
                let seats = ["a", "a"].map { Seat.custom(Counted($0)) }
                _ = await failure { _ = try await aragora.debate("?", agents: seats).result() }
            }
        }
        try await nothingIsKept()
        try await eventually("no agent lives") { Counted.alive.with { $0 } == 0 }
    }

    private func residentBytes() throws -> Int {
        #if os(Linux)
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            return (Int(pages[1]) ?? 0) * 4_096
        #else
            throw XCTSkip("resident memory is read from /proc, which this system does not have")
        #endif
    }
}
