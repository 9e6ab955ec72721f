import Aragora
import XCTest

/// One sink per process, records with facts and without secrets.
final class LoggingTests: XCTestCase {
    func testRecordsReachTheOneSink() async throws {
        let records = Guarded<[LogRecord]>([])
        try setLogSink(.debug) { record in records.with { $0.append(record) } }
        let second = await failure { try setLogSink(.info) }
        XCTAssertEqual(second?.code, .invalidState)

        let config = try Config.load(env: ["OPENAI_API_KEY": "sk-canary-key-very-secret"])
        let aragora = try await Aragora.open(config)
        let failing = Seat.function("a") { _ in throw AragoraError(.blocked, "no") }
        let debate = aragora.debate("?", agents: [failing, says("b", "x"), says("c", "x")], protocol: "vote_only")
        _ = try await debate.result()
        // A running debate that nobody holds any more is cancelled, and that is told.
        let hanging = Hanging("a")
        do {
            let lost = try await aragora.debate("?", agents: [.custom(hanging), .custom(Hanging("b"))], id: "deb_lost").start()
            try await eventually("it is asked") { hanging.begun.with { $0 } == 1 }
            _ = lost
        }
        try await eventually("it is cancelled") { hanging.cancelled.with { $0 } == 1 }
        try await eventually("it is told") {
            records.with { $0.contains { $0.level == .warning && $0.fields["debate_id"] == "deb_lost" } }
        }
        await aragora.close()

        let all = records.with { $0 }
        XCTAssertTrue(all.allSatisfy { $0.time.hasSuffix("Z") && !$0.target.isEmpty })
        XCTAssertFalse("\(all)".contains("very-secret"))
        XCTAssertFalse("\(config)".contains("very-secret"))
        XCTAssertFalse(String(reflecting: config).contains("very-secret"))
        XCTAssertEqual(config.redacted["providers"], ["openai"])
    }
}
