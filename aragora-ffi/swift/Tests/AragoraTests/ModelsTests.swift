import Aragora
import Foundation
import XCTest

/// Models behind an address, a key and a callback of one's own, against a server on this machine.
final class ModelsTests: XCTestCase {
    private let whole = ProviderDocument(stream: .never)

    private func withVendor(
        accepts: @escaping @Sendable (String?) -> Bool = { _ in true }, _ body: (Vendor, Aragora) async throws -> Void
    ) async throws {
        let vendor = try Vendor(accepts: accepts)
        defer { vendor.stop() }
        try await withAragora { try await body(vendor, $0) }
    }

    func testAModelHasAnAddressAKeyAndAConfigurationOfItsOwn() async throws {
        try await withVendor { vendor, aragora in
            let config = ProviderDocument(headers: ["x-team": "core"], stream: .never)
            let ada = Seat.model(
                "openrouter/acme/fake-1", id: "ada", baseUrl: vendor.url, apiKey: "canary-key", config: config)
            let debate = aragora.debate("Ship?", agents: [ada, says("bob", "yes")], protocol: "vote_only")
            let decision = try await debate.result()
            XCTAssertEqual(decision.supporters, ["ada", "bob"])
            let seen = vendor.seen.with { $0 }
            XCTAssertEqual(seen.map(\.path), ["/v1/chat/completions"])
            XCTAssertEqual(seen.first?.headers["authorization"], "Bearer canary-key")
            XCTAssertEqual(seen.first?.headers["x-team"], "core")
            XCTAssertEqual(try JSONValue(text: seen.first?.body ?? "")["model"], "acme/fake-1")
            let used = decision.usage.bySeat["ada"]
            XCTAssertEqual(used?.input, 10)
            XCTAssertEqual(used?.output, 5)
            XCTAssertEqual(used?.micros, 42)
            let log = try await aragora.debates.log(decision.debate)
            XCTAssertFalse(log.contains("canary-key"))
            XCTAssertFalse("\(ada)".contains("canary-key"))
        }
    }

    func testACredentialsCallbackSignsAndIsAskedAgainAfterARefusal() async throws {
        let asked = Guarded<[SigningRequest]>([])
        try await withVendor(accepts: { $0 == "Bearer new" }) { vendor, aragora in
            let credentials: Credentials = { request in
                await Task.yield()
                asked.with { $0.append(request) }
                return ["Authorization": request.refresh ? "Bearer new" : "Bearer old"]
            }
            let ada = Seat.model(
                "compatible/fake-1", id: "ada", baseUrl: vendor.url, credentials: credentials, config: whole)
            let debate = aragora.debate("Ship?", agents: [ada, says("bob", "yes")], protocol: "vote_only")
            let decision = try await debate.result()
            XCTAssertEqual(decision.supporters, ["ada", "bob"])
            let requests = asked.with { $0 }
            let seen = vendor.seen.with { $0 }
            XCTAssertEqual(requests.map(\.refresh), [false, true])
            XCTAssertEqual(requests.first?.method, "POST")
            XCTAssertEqual(requests.first?.url, "\(vendor.url)/chat/completions")
            XCTAssertEqual(requests.first?.body, seen.first?.body)
            XCTAssertEqual(seen.map { $0.headers["authorization"] }, ["Bearer old", "Bearer new"])
        }
        try await nothingIsKept()
    }

    func testACredentialsCallbackThatFailsKeepsItsWords() async throws {
        struct Expired: Error, CustomStringConvertible {
            let description = "token canary-token has expired"
        }
        try await withVendor { vendor, aragora in
            let ada = Seat.model(
                "compatible/fake-1", id: "ada", baseUrl: vendor.url, credentials: { _ in throw Expired() },
                config: whole)
            let seats = [ada, says("bob", "yes"), says("cyd", "yes")]
            let debate = aragora.debate("Ship?", agents: seats, protocol: "vote_only")
            let decision = try await debate.result()
            XCTAssertEqual(decision.failed, ["ada"])
            let failures = try await aragora.debates.events(try debate.id).compactMap { event -> TurnFailedEvent? in
                if case .turnFailed(let failed) = event.data { failed } else { nil }
            }
            XCTAssertEqual(failures.map(\.error.code), ["unauthenticated"])
            XCTAssertEqual(failures.map(\.error.reason), ["the credentials callback failed"])
            let log = try await aragora.debates.log(decision.debate)
            XCTAssertFalse(log.contains("canary-token"))
            XCTAssertTrue(vendor.seen.with { $0.isEmpty })
        }
    }

    func testLayersSayHowOftenAModelIsAskedAgain() async throws {
        func asked(_ layers: Layers) async throws -> (failed: [String], requests: Int) {
            let requests = Guarded(0)
            let vendor = try Vendor { _ in
                requests.with { count in
                    count += 1
                    return count > 1
                }
            }
            defer { vendor.stop() }
            var failed: [String] = []
            try await withAragora(layers: layers) { aragora in
                let ada = Seat.model("compatible/fake-1", id: "ada", baseUrl: "\(vendor.url)/busy", config: whole)
                let seats = [ada, says("bob", "yes"), says("cyd", "yes")]
                failed = try await aragora.debate("Ship?", agents: seats, protocol: "vote_only").result().failed
            }
            return (failed, requests.with { $0 })
        }
        let again = try await asked(Layers(retries: 1, retryFirst: .milliseconds(1)))
        XCTAssertEqual(again.failed, [])
        XCTAssertEqual(again.requests, 2)
        for once in [Layers(retries: 0), Layers(bare: true)] {
            let asked = try await asked(once)
            XCTAssertEqual(asked.failed, ["ada"])
            XCTAssertEqual(asked.requests, 1)
        }
        let refused = await failure { _ = try await asked(Layers(fallback: ["nobody/fake-1"])) }
        XCTAssertEqual(refused?.code, .invalidRequest)
    }

    func testOptionsThatContradictEachOtherAreRefused() async throws {
        try await withVendor { vendor, aragora in
            let none: Credentials = { _ in [:] }
            let wrong: [Seat] = [
                .model("compatible/fake-1", id: "ada", baseUrl: vendor.url, apiKey: "canary-key", credentials: none),
                .model(
                    "compatible/fake-1", id: "ada", baseUrl: vendor.url, config: ProviderDocument(provider: "mistral")),
                .model("nobody/fake-1", id: "ada", credentials: none),
            ]
            for ada in wrong {
                let refused = await failure {
                    _ = try await aragora.debate("Ship?", agents: [ada, says("bob", "yes")]).start()
                }
                XCTAssertEqual(refused?.code, .invalidRequest)
                XCTAssertFalse("\(String(describing: refused))".contains("canary-key"))
            }
            XCTAssertTrue(vendor.seen.with { $0.isEmpty })
        }
        try await nothingIsKept()
    }
}
