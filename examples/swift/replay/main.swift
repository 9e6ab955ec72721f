// A debate is its log: replayed to the last byte, caught when somebody changed it, and forked to ask "what if".

import Aragora

/// Two seats are for it, one against, and nobody is convinced by anybody.
let seats = [("ada", "yes"), ("bob", "yes"), ("eve", "no")].map { id, view in
    Seat.function(id) { _ in "FINAL ANSWER: \(view)" }
}
let aragora = try await Aragora.open()
// START replay
let debate = aragora.debate("Do we rewrite it?", agents: seats, protocol: .simultaneous())
let decision = try await debate.result()
print("decided: \(decision.outcome)")

// Nobody is asked: the machine is fed what the log says was answered, and must write the same log.
let log = try await aragora.debates.log(try debate.id)
let report = try await aragora.debates.replay(log, check: .strict)
print("replayed \(report.records) records, all bytes equal: \(report.matches)")

// Somebody edits a reply afterwards. What was concluded no longer follows from what was said.
let lines = log.split(separator: "\n").map { line in
    let isBobs = line.contains("\"agent_message\"") && line.contains("\"seat\":\"bob\"")
    return isBobs ? String(line.replacing("FINAL ANSWER: yes", with: "FINAL ANSWER: no")) : String(line)
}
let forged = try await aragora.debates.replay(lines.joined(separator: "\n"), check: .strict)
if let difference = forged.difference {
    print("the forgery differs at record \(difference.seq), \(difference.field)")
}

// What if it had to be unanimous? A fork takes over the records up to a seq; the parent never changes.
let answered = try await aragora.debates.events(try debate.id).first { $0.type == "step_end" }
let unanimous = Edit.setRule(rule: RuleConfig(rule: .unanimity(ignoreAbstain: false)))
let fork = aragora.debates.fork(try debate.id, at: answered?.seq ?? 0, edits: [unanimous], agents: seats)
let other = try await fork.result()
print("by unanimity: \(other.outcome) after \(other.roundsUsed) rounds")
// END replay
await aragora.close()
