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

    /// Models at this address, each a target of its own.
    private func models(_ url: String, _ ids: String...) -> [Seat] {
        ids.map { .model("compatible/fake-\($0)", id: $0, baseUrl: url, config: whole) }
    }

    /// One micro-dollar per token of a prompt, two per token of an answer: a reply of the vendor costs 20.
    private let prices = PriceTable(
        version: "own", rows: [PriceRow(provider: "*", model: "*fake-*", input: 1_000_000, output: 2_000_000)])

    /// Codes of the turns of a debate that failed.
    private func failures(_ aragora: Aragora, _ debate: String) async throws -> [String] {
        try await aragora.debates.events(debate).compactMap { event -> String? in
            if case .turnFailed(let failed) = event.data { failed.error.code } else { nil }
        }
    }

    func testAnInstanceSaysWhichProvidersItCanAskAndNoKey() async throws {
        let config = try Config.load(env: ["MISTRAL_API_KEY": "canary-key-12345"])
        try await withAragora(config) { aragora in
            let report = try aragora.agents.check()
            let found = Dictionary(uniqueKeysWithValues: report.providers.map { ($0.provider, $0) })
            XCTAssertEqual(found["mistral"]?.configured, true)
            XCTAssertEqual(found["mistral"]?.reason, "a key is set")
            XCTAssertEqual(found["mistral"]?.defaultModel, "mistral-large-latest")
            XCTAssertEqual(found["anthropic"]?.configured, false)
            XCTAssertEqual(found["anthropic"]?.reason, "ANTHROPIC_API_KEY is not set")
            XCTAssertTrue(report.warnings.contains("neither Anthropic nor OpenAI is configured"))
            XCTAssertTrue(try aragora.agents.health().isEmpty)
            XCTAssertFalse("\(report) \(config)".contains("canary"))
        }
    }

    func testAnInstanceSaysHowItsModelsFare() async throws {
        let vendor = try Vendor { _ in false }
        defer { vendor.stop() }
        let layers = Layers(retries: 0, requestsPerMinute: 60, inFlight: 3, breakerFailures: 1)
        try await withAragora(layers: layers) { aragora in
            let seats = models("\(vendor.url)/busy", "ada") + [says("bob", "yes"), says("cyd", "yes")]
            _ = try await aragora.debate("Ship?", agents: seats, protocol: "vote_only").result()
            let health = try XCTUnwrap(aragora.agents.health().first)
            let breaker = try XCTUnwrap(aragora.agents.breakers().first)
            let limits = try XCTUnwrap(aragora.agents.rateLimits().first)
            XCTAssertEqual(Set([health.target, breaker.target, limits.target]), ["compatible/fake-ada"])
            XCTAssertEqual("\(health.origin)/v1", vendor.url)
            XCTAssertEqual(health.state, .open)
            XCTAssertFalse(health.available)
            XCTAssertEqual([health.calls, health.errors], [1, 1])
            XCTAssertEqual(health.lastError?.code, "overloaded")
            XCTAssertNil(health.lastSuccess)
            XCTAssertEqual(breaker.state, .open)
            XCTAssertEqual([breaker.failures, breaker.threshold], [1, 1])
            XCTAssertEqual(breaker.openedBy, "overloaded")
            XCTAssertEqual(breaker.window, .seconds(60))
            XCTAssertTrue(breaker.retryAfter > .zero && breaker.retryAfter <= .seconds(60))
            XCTAssertEqual(limits.requestsPerMinute, 60)
            XCTAssertEqual([limits.mostInFlight, limits.inFlight], [3, 0])
        }
    }

    func testACallBeyondABudgetIsNotSent() async throws {
        let vendor = try Vendor { _ in true }
        defer { vendor.stop() }
        let layers = Layers(budgets: [Budget(scope: .call, limitMicros: 10)])
        try await withAragora(layers: layers, prices: prices) { aragora in
            let seats = models(vendor.url, "ada") + [says("bob", "yes"), says("cyd", "yes")]
            let decision = try await aragora.debate("Ship?", agents: seats, protocol: "vote_only").result()
            XCTAssertEqual(decision.failed, ["ada"])
            let codes = try await failures(aragora, decision.debate)
            XCTAssertEqual(codes, ["budget_exceeded"])
            // Where nobody else is there it is what the debate fails of.
            let alone = aragora.debate("Ship?", agents: models(vendor.url, "ada", "eve"), protocol: "vote_only")
            let refused = await failure { _ = try await alone.result() }
            XCTAssertEqual(refused?.code, .allAgentsFailed)
            let cause = try XCTUnwrap(refused?.underlying as? AragoraError)
            XCTAssertEqual(cause.code, .budgetExceeded)
            XCTAssertEqual(cause.context["scope"], "call")
            XCTAssertEqual(cause.context["limit"], "10")
        }
        XCTAssertTrue(vendor.seen.with { $0.isEmpty })
    }

    func testATenantsBudgetSaysHowItStandsAndNobodyElsesIsTouched() async throws {
        let vendor = try Vendor { _ in true }
        defer { vendor.stop() }
        let layers = Layers(budgets: [Budget(scope: .tenant(period: .month), limitMicros: 5_000_000)])
        try await withAragora(layers: layers, prices: prices) { aragora in
            let seats = models("\(vendor.url)/plain", "ada") + [says("bob", "yes")]
            let debate = aragora.debate("Ship?", agents: seats, protocol: "vote_only", tenant: "acme")
            let used = try await debate.result().usage.bySeat["ada"]
            XCTAssertEqual([used?.input, used?.output, used?.micros], [10, 5, 20])
            let stands = try await aragora.agents.budgets(tenant: "acme")
            XCTAssertEqual(stands.map(\.name), ["tenant/month"])
            XCTAssertEqual(stands.map(\.spentMicros), [20])
            let others = try await aragora.agents.budgets()
            XCTAssertEqual(others.map(\.spentMicros), [0])
        }
    }

    func testWhatAModelWithoutAPriceMayCostIsTheHostsToSay() async throws {
        func failed(_ unpriced: Unpriced?) async throws -> [String] {
            let vendor = try Vendor { _ in true }
            defer { vendor.stop() }
            let budget = Budget(scope: .debate, limitMicros: 1_000_000, unpriced: unpriced)
            var codes: [String] = []
            try await withAragora(layers: Layers(budgets: [budget])) { aragora in
                let seats = models(vendor.url, "ada") + [says("bob", "yes"), says("cyd", "yes")]
                let decision = try await aragora.debate("Ship?", agents: seats, protocol: "vote_only").result()
                codes = try await failures(aragora, decision.debate)
            }
            return codes
        }
        let refused = try await failed(nil)
        XCTAssertEqual(refused, ["unpriced"])
        for unpriced in [Unpriced.allow, .assume(input: 1, output: 1)] {
            let codes = try await failed(unpriced)
            XCTAssertEqual(codes, [])
        }
        let dear = try await failed(.assume(input: 1_000_000_000_000, output: 1))
        XCTAssertEqual(dear, ["budget_exceeded"])
    }

    func testAKeptReplyIsNotPaidForAgainUntilItIsForgotten() async throws {
        let vendor = try Vendor { _ in true }
        defer { vendor.stop() }
        try await withAragora(layers: Layers(cache: ReplyCache(ttl: .seconds(60), always: true))) { aragora in
            func asked() async throws -> Int {
                let seats = models(vendor.url, "ada") + [says("bob", "yes")]
                _ = try await aragora.debate("Ship?", agents: seats, protocol: "vote_only", seed: 7).result()
                return vendor.seen.with { $0.count }
            }
            let first = try await asked()
            let second = try await asked()
            XCTAssertEqual([first, second], [1, 1])
            let others = try await aragora.agents.forget("ada", tenant: "acme")
            let own = try await aragora.agents.forget("ada")
            XCTAssertEqual([others, own], [0, 1])
            let third = try await asked()
            XCTAssertEqual(third, 2)
        }
    }

    func testSettingsThatMeanNothingAreRefused() async throws {
        let day = Budget(scope: .tenant(period: .day), limitMicros: 1)
        let wrong = [
            Layers(budgets: [day, day]), Layers(bare: true, budgets: [day]), Layers(cache: ReplyCache(ttl: .zero)),
        ]
        for layers in wrong {
            let refused = await failure { try await withAragora(layers: layers) { _ in } }
            XCTAssertEqual(refused?.code, .invalidConfig)
        }
        let nowhere = PriceTable(version: "own", rows: [PriceRow(provider: "", model: "m", input: 1, output: 1)])
        let refused = await failure { try await withAragora(prices: nowhere) { _ in } }
        XCTAssertEqual(refused?.code, .invalidRequest)
    }

    func testWhatIsPrintedHoldsNoSecret() throws {
        let config = ProviderDocument(provider: "mistral", headers: ["x-team": "canary-field"])
        let ada = Seat.model("compatible/fake-1", id: "ada", apiKey: "canary-key", config: config)
        var shown = "\(config) \(ada) \(String(reflecting: config)) \(String(reflecting: ada)) \([config])"
        dump(config, to: &shown)
        dump(ada, to: &shown)
        dump([config as Any, ada as Any], to: &shown)
        XCTAssertFalse(shown.contains("canary"), shown)
        XCTAssertEqual("\(config)", #"ProviderDocument(provider: mistral, headers: ["x-team": "***"])"#)
        XCTAssertEqual(config.headers, ["x-team": "canary-field"])
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
