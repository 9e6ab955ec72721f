// The first debate anybody writes: three seats, one question, a decision.

// START first_debate
import Aragora

let aragora = try await Aragora.open()
// These seats are closures. A model ("openai/gpt-5"), a person or a recording takes a seat the same way.
let seats = [("ada", "no"), ("bob", "no"), ("eve", "yes")].map { id, view in
    Seat.function(id) { _ in "I looked at the open issues.\nFINAL ANSWER: \(view)" }
}
let debate = aragora.debate("Do we ship on Friday?", agents: seats, protocol: .simultaneous())
let decision = try await debate.result()

print("answer: \(decision.answer?.value ?? "none"), because of \(decision.stop.cause): \(decision.stop.detail)")
print("for it: \(decision.supporters), against it: \(decision.dissenters)")
print("calls: \(decision.calls.made) of at most \(decision.calls.planned)")
await aragora.close()
// END first_debate
