// Following a debate while it runs, leaving, and coming back without a gap.

import Aragora

let aragora = try await Aragora.open()
let seats = [("ada", ["A queue, ", "it never sleeps."]), ("bob", ["A batch, ", "I want to."])].map { id, words in
    Seat.function(id) { request in
        for word in words {
            request.output.text(word)
            try await Task.sleep(for: .milliseconds(20))
        }
        return AgentReply(text: words.joined())
    }
}
let limits = Limits(rounds: 1)
// START streaming
let debate = aragora.debate("Queue or nightly batch?", agents: seats, protocol: .simultaneous(), limits: limits)
var lastSeen: Int64 = 0
for try await event in debate.events() {
    switch event.data {
    // Never stored: the words as they come.
    case .tokenDelta(let delta): print("    \(delta.turn): \(delta.text)")
    case .agentMessage(let message): print("    \(message.seat) said: \(message.text)")
    default: break
    }
    // Recorded events are in the log: they come exactly once and in order, and are durable before they are shown.
    if event.class == .recorded {
        lastSeen = event.seq
        print("\(event.seq) \(event.type)")
        if event.type == "agent_message" { break }  // The connection is lost here, say. The debate does not notice.
    }
}

// Whoever comes back names the first seq it has not seen: no gap and no repetition.
for try await event in debate.events(from: lastSeen + 1) where event.class == .recorded {
    print("\(event.seq) \(event.type)")
}
// END streaming
await aragora.close()
