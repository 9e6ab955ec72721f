// A participant of your own: one protocol with a name and a method.

// START custom_agent
import Aragora

/// Answers from a price list. What is not in it, it does not guess.
struct PriceList: Agent {
    let id: String
    let prices = ["nails": 7, "screws": 9]

    func respond(to request: AgentRequest) async throws -> AgentReply {
        // Only what this seat may see is in the request.
        let seen = request.messages.map(\.text).joined()
        guard let (item, price) = prices.first(where: { seen.contains($0.key) }) else {
            throw AragoraError(.agentFailed, "nothing in the question has a price")
        }
        // Streaming is optional: whoever follows the debate sees this piece at once.
        request.output.text("The list has \(item) at \(price).\n")
        return "The list has \(item) at \(price).\nFINAL ANSWER: \(price)"
    }
}
// END custom_agent

let aragora = try await Aragora.open()
for question in ["What does a box of nails cost?", "What does a hammer cost?"] {
    let seats: [Seat] = [
        .custom(PriceList(id: "list")),
        // A seat has settings of its own: a weight, a role, or no vote.
        .custom(PriceList(id: "expert")).with(weight: 2),
        .function("clerk") { _ in "From memory.\nFINAL ANSWER: 8" },
    ]
    let decision = try await aragora.debate(question, agents: seats, protocol: .voteOnly()).result()
    print("\(question) \(decision.answer?.value ?? "none"): \(decision.outcome), failed \(decision.failed)")
}
await aragora.close()
