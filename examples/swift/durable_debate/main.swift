// A debate outlives its process: it stops half-way, is found in its store, and goes on where it stopped.

import Aragora
import Foundation

/// Counts how often each was asked. Who is away lets everybody wait.
actor Calls {
    private var counts: [String: Int] = [:]
    private var away: Set<String> = ["eve"]

    func asked(_ id: String) -> Bool {
        counts[id, default: 0] += 1
        return away.contains(id)
    }

    func comeBack() { away = [] }
    func count(_ id: String) -> Int { counts[id] ?? 0 }
}

let calls = Calls()
let members = [("ada", "yes"), ("bob", "yes"), ("eve", "no")].map { id, view in
    Seat.function(id) { _ in
        if await calls.asked(id) { try await Task.sleep(for: .seconds(3_600)) }
        return AgentReply(text: "FINAL ANSWER: \(view)")
    }
}
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("durable-\(UUID().uuidString)")
// START durable_debate
// A path, or redb:, sled:, postgres:// with an address: every record is durable before the next step depends on it.
let storage = "redb:\(folder.path)/debates"
let first = try await Aragora.open(storage: storage)
let debate = first.debate("Do we rewrite it?", agents: members, protocol: .voteOnly())
var answered = 0
for try await event in debate.events() {
    if event.type == "agent_message" { answered += 1 }
    if answered == 2 { break }
}
// Eve does not answer, and this process has to go. What runs stops at its last record; killing it does the same.
print("stopped: \(try await first.shutdown(grace: .zero).stopped)")

// Another process, later: whatever has not ended is found and goes on.
await calls.comeBack()
let second = try await Aragora.open(storage: storage)
for found in try await second.debates.list(state: .running).items {
    let decision = try await second.debates.resume(found.debate, agents: members).result()
    print("\(found.question) \(decision.outcome), dissent of \(decision.dissenters)")
}

// Answers that were recorded are not asked for again, and not paid for again.
print("asked: ada \(await calls.count("ada")), bob \(await calls.count("bob")), eve \(await calls.count("eve"))")

// Everything as JSON lines: the summary of each debate, then its log.
for try await lines in second.debates.export() {
    print("exported \(lines.split(separator: "\n").count) lines")
}
await second.close()
// END durable_debate
try FileManager.default.removeItem(at: folder)
