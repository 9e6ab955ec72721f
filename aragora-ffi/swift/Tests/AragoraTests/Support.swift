import Aragora
import Foundation
import XCTest

/// Opens an instance, and closes it whatever happens.
func withAragora(
    _ config: Config? = nil, clock: ManualClock? = nil, protocols: [any DebateProtocol] = [], layers: Layers? = nil,
    prices: PriceTable? = nil,
    _ body: (Aragora) async throws -> Void
) async throws {
    let aragora = try await Aragora.open(
        config, protocols: protocols, layers: layers, prices: prices, clock: clock, seed: clock == nil ? nil : 7)
    do {
        try await body(aragora)
    } catch {
        await aragora.close()
        throw error
    }
    await aragora.close()
}

/// Waits for something that must happen; fails after ten seconds.
func eventually(
    _ what: String, file: StaticString = #filePath, line: UInt = #line, else found: () -> String = { "" },
    _ holds: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
        if try holds() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    XCTFail("did not happen within 10 s: \(what) \(found())", file: file, line: line)
}

/// The error an operation must throw.
func failure(
    file: StaticString = #filePath, line: UInt = #line, _ body: () async throws -> Void
) async -> AragoraError? {
    do {
        try await body()
        XCTFail("nothing was thrown", file: file, line: line)
    } catch let error as AragoraError {
        return error
    } catch {
        XCTFail("thrown was \(error)", file: file, line: line)
    }
    return nil
}

/// A seat that says one answer.
func says(_ id: String, _ answer: String) -> Seat {
    .function(id) { _ in "FINAL ANSWER: \(answer)" }
}

/// An agent that streams a piece and then answers nothing until it is cancelled.
final class Hanging: Agent {
    let id: String
    let begun = Guarded(0)
    let cancelled = Guarded(0)

    init(_ id: String) { self.id = id }

    func respond(to request: AgentRequest) async throws -> AgentReply {
        request.output.text("I begin. ")
        begun.with { $0 += 1 }
        let cancelled = self.cancelled
        try await Gate().wait { cancelled.with { $0 += 1 } }
        return "never"
    }
}

/// Nothing of this process is kept for the core.
func nothingIsKept(file: StaticString = #filePath, line: UInt = #line) async throws {
    try await eventually("nothing is kept", file: file, line: line, else: { "\(AragoraTesting.kept)" }) {
        AragoraTesting.kept == (0, 0, 0)
    }
}
