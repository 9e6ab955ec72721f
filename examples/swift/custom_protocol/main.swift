// A protocol of your own: what to ask next, as a pure function of what was said.

// START custom_protocol
import Aragora

/// Everybody answers. Whoever is not in the largest group then hears the others and may think again, once.
struct SecondThoughts: DebateProtocol {
    let name = "second-thoughts"
    let version = "1"
    let info = ProtocolInfo(plannedCalls: PlannedCalls(perSeat: 2))

    func next(_ transcript: Transcript) throws -> Step {
        if transcript.round == 0 {
            return transcript.ask(.answer, "Answer on your own, in one line.")
        }
        // Equal answers are one option, with everybody who gave it.
        let options = try transcript.options
        let largest = options.map(\.authors.count).max() ?? 0
        let minority = options.filter { $0.authors.count < largest }.flatMap(\.authors)
        if minority.isEmpty || transcript.round > 1 {
            return .finish
        }
        return transcript.ask(.answer, "Most see it differently. Do their reasons convince you?", seats: minority)
    }
}
// END custom_protocol

let aragora = try await Aragora.open()
let stubborn = "tabs, and nothing will change my mind"
let views = [("ada", "spaces", "spaces"), ("bob", "spaces", "spaces"), ("cyd", "tabs", "spaces"), ("eve", stubborn, stubborn)]
let seats = views.map { id, first, second in
    Seat.function(id) { request in "FINAL ANSWER: \(request.round == 1 ? first : second)" }
}
let debate = aragora.debate("Tabs or spaces?", agents: seats, protocol: .custom(SecondThoughts()))
let decision = try await debate.result()
print("\(decision.answer?.value ?? "none") with \(decision.supporters); \(decision.dissenters) is not convinced")
print("\(decision.calls.made) calls: four first answers, two second thoughts")
await aragora.close()
