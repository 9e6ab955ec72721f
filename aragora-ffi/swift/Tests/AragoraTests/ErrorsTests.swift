import Aragora
import XCTest

/// Codes, flags, facts and causes arrive whole, and the first error somebody meets reads as help.
final class ErrorsTests: XCTestCase {
    private struct Mine: Error, Equatable { let number: Int }

    func testEveryCodeOfTheCoreArrives() async throws {
        let codes = try errorCodes()
        XCTAssertEqual(codes.map(\.code), AragoraError.Code.all)
        for info in codes {
            let error = await failure {
                try AragoraTesting.fail(info.code, reason: "on purpose", context: ["a": "b"])
            }
            XCTAssertEqual(error?.code, info.code)
            XCTAssertEqual(error?.retryable, info.retryable, info.code.rawValue)
            XCTAssertEqual(error?.reason, "on purpose")
            XCTAssertEqual(error?.context["a"], "b")
            XCTAssertEqual(AragoraError(info.code, "made here").retryable, info.retryable)
        }
        let late = await failure { try AragoraTesting.fail(.blocked, retryAfter: .milliseconds(1500)) }
        XCTAssertEqual(late?.retryAfter, .milliseconds(1500))
        XCTAssertEqual(late?.retryable, true)
    }

    func testEveryCodeOfAParticipantIsKept() async throws {
        try await withAragora { aragora in
            for code in AragoraError.Code.all where code != .cancelled {
                let seat = Seat.function("a") { _ in
                    throw AragoraError(code, "the participant says so", retryAfter: .milliseconds(20))
                }
                let seats = [seat, says("b", "x"), says("c", "x")]
                let debate = try await aragora.debate("?", agents: seats, protocol: "vote_only").start()
                _ = try await debate.result()
                let failed = try await aragora.debates.events(try debate.id).compactMap { event -> ErrorInfo? in
                    if case .turnFailed(let turn) = event.data { turn.error } else { nil }
                }
                XCTAssertEqual(failed.first?.code, code.rawValue)
                XCTAssertEqual(failed.first?.reason, "the participant says so")
                XCTAssertEqual(failed.first?.retryAfter, .milliseconds(20))
                XCTAssertEqual(failed.first?.retryable, true)
            }
        }
    }

    func testTheParticipantsOwnErrorIsTheCause() async throws {
        struct Failing: DebateProtocol {
            let name = "failing"
            let version = "1"
            let error: any Error
            func next(_ transcript: Transcript) throws -> Step { throw error }
        }
        try await withAragora { aragora in
            let seats = [says("a", "x"), says("b", "x")]
            let own = aragora.debate("?", agents: seats, protocol: .custom(Failing(error: Mine(number: 7))))
            let first = await failure { _ = try await own.result() }
            XCTAssertEqual(first?.underlying as? Mine, Mine(number: 7))
            // Asked again, the same cause is still there: the core holds the error.
            let second = await failure { _ = try await own.result() }
            XCTAssertEqual(second?.underlying as? Mine, Mine(number: 7))

            let coded = AragoraError(.rateLimited, "slow down", retryAfter: .seconds(2), context: ["who": "me"])
            let other = aragora.debate("?", agents: seats, protocol: .custom(Failing(error: coded)))
            let error = await failure { _ = try await other.result() }
            let cause = error?.underlying as? AragoraError
            XCTAssertEqual(cause?.code, .rateLimited)
            XCTAssertEqual(cause?.context["who"], "me")
        }
        try await nothingIsKept()
    }

    func testAPanicIsAnErrorAndTheNextCallWorks() async throws {
        let error = await failure { try AragoraTesting.panic() }
        XCTAssertEqual(error?.code, .internal)
        XCTAssertFalse(try coreVersion().isEmpty)
    }

    func testTheFirstErrorsReadAsHelp() async throws {
        try await withAragora { aragora in
            let nobody = await failure { _ = try await aragora.debate("Ship?", agents: []).result() }
            XCTAssertEqual(nobody?.code, .invalidRequest)
            XCTAssertTrue(nobody?.reason.contains("seat") == true, "\(String(describing: nobody))")

            let seats: [Seat] = ["openai/gpt-5", "anthropic/claude-sonnet-5"]
            let keyless = await failure { _ = try await aragora.debate("Ship?", agents: seats).result() }
            XCTAssertTrue(keyless?.reason.contains("_API_KEY") == true, "\(String(describing: keyless))")

            let several = await failure {
                _ = try await aragora.debate(
                    " ", agents: [says("a", "x"), says("b", "x")], limits: Limits(rounds: 0)
                ).result()
            }
            let violations = try JSONValue(text: several?.context["violations"] ?? "[]").array ?? []
            XCTAssertGreaterThanOrEqual(violations.count, 1)
            XCTAssertTrue(violations.allSatisfy { $0["pointer"]?.string?.hasPrefix("/") == true })

            let unstarted = await failure { try aragora.debate("Ship?", agents: []).cancel("x") }
            XCTAssertEqual(unstarted?.code, .invalidState)
            XCTAssertTrue(unstarted?.reason.contains("start()") == true)

            let unknown = await failure {
                _ = try await aragora.debate("?", agents: [says("a", "x"), says("b", "x")], protocol: "critic").result()
            }
            XCTAssertTrue(unknown?.reason.contains("\"critic\" is not built in") == true, "\(String(describing: unknown))")
        }
    }

    func testAfterCloseEverythingAnswersClosed() async throws {
        let aragora = try await Aragora.open()
        let running = Hanging("a")
        let debate = try await aragora.debate("?", agents: [.custom(running), .custom(Hanging("b"))]).start()
        await aragora.close()
        await aragora.close()
        for error in [
            await failure { _ = try aragora.activity() },
            await failure { _ = try await aragora.debates.list() },
            await failure { _ = try await aragora.debate("?", agents: [says("a", "x"), says("b", "x")]).result() },
            await failure { _ = try debate.finished },
        ] {
            XCTAssertEqual(error?.code, .closed)
        }
        try await nothingIsKept()
    }

    func testValuesWithoutAJSONFormAreRefused() async throws {
        try await withAragora { aragora in
            let seat = says("a", "x").with(weight: .nan)
            let error = await failure { _ = try await aragora.debate("?", agents: [seat, says("b", "x")]).result() }
            XCTAssertEqual(error?.code, .invalidRequest)
        }
    }
}
