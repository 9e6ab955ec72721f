// Models by name and at an address of your own, with a budget.
//
// `MODEL_SERVER` is the address of a server that speaks chat completions, `MODEL_KEY` its key, and `OLLAMA_HOST` where
// Ollama runs; `cargo xtask test` brings a server of its own.

import Aragora
import Foundation

let environment = ProcessInfo.processInfo.environment
let key = environment["MODEL_KEY"] ?? ""
guard let server = environment["MODEL_SERVER"] else {
    print("set MODEL_SERVER to the address of a server that speaks chat completions")
    exit(0)
}

@Sendable func fetchToken(renew: Bool) async throws -> String {
    ProcessInfo.processInfo.environment["MODEL_KEY"] ?? ""
}

// START layers
let layers = Layers(
    fallback: [],  // nobody stands in for a model whose provider fails
    retries: 1,
    attemptLimit: .seconds(30),
    requestsPerMinute: 600,
    budgets: [
        Budget(scope: .call, limitMicros: 50_000),
        Budget(scope: .debate, limitMicros: 500_000),
        Budget(scope: .tenant(period: .month), limitMicros: 20_000_000),
    ],
    cache: ReplyCache(ttl: .seconds(3_600))
)
// In micro-dollars per million tokens. They win over the list that comes with the library.
let house = PriceRow(provider: "compatible", model: "qwen3*", input: 100_000, output: 400_000)
let prices = PriceTable(version: "2026-11", rows: [house])
// END layers

// START credentials
// Asked for every request, and once more with `refresh` after the provider has refused the fields. It sees method,
// address and final body, so it can sign too.
let token: Credentials = { request in
    ["Authorization": "Bearer \(try await fetchToken(renew: request.refresh))"]
}
let signed = Seat.model("compatible/qwen3-coder", id: "signed", baseUrl: server, credentials: token)
// END credentials

// START models
// Nothing else reads keys; pass a dictionary of your own in place of the environment.
let config = try Config.load(env: ProcessInfo.processInfo.environment)
let aragora = try await Aragora.open(config, layers: layers, prices: prices)
for status in try aragora.agents.check().providers {
    print(status.provider, status.configured ? "configured" : "not configured: \(status.reason)")
}

// By its name alone: key and address come from the configuration.
let named: Seat = "ollama/qwen3"
// Everything beyond a name: an address, a key, and in `config` whatever else its provider takes.
let own = Seat.model(
    "compatible/qwen3-large", id: "own", baseUrl: server, apiKey: key,
    config: ProviderDocument(headers: ["x-team": "core"], stream: .never))
let debate = aragora.debate("A batch or a queue?", agents: [named, own, signed], protocol: "vote_only")
let decision = try await debate.result()
// END models

// START usage
print("answer: \(decision.answer?.value ?? "none")")
for (seat, used) in decision.usage.bySeat {
    print("\(seat): \(used.input) tokens in, \(used.output) out, \(used.micros) micro-dollars")
}
let total = decision.usage.total
// A cost nobody knows is in no sum, and the total says so.
print("\(Double(total.micros) / 1e6) dollars\(total.complete ? "" : " or more")")
for budget in try await aragora.agents.budgets() {
    print("\(budget.name): \(budget.spentMicros) of \(budget.limitMicros) micro-dollars")
}
for health in try aragora.agents.health() {
    print("\(health.target): \(health.state), \(health.calls) calls, \(health.errors) failed")
}
// END usage
await aragora.close()
