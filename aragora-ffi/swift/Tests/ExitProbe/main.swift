// Ends in one way or another with debates in flight; ExitTests looks at how.

import Aragora
import Foundation

struct Hangs: Agent {
    let id: String
    func respond(to request: AgentRequest) async throws -> AgentReply {
        request.output.text("I begin. ")
        try await Task.sleep(for: .seconds(3_600))
        return "never"
    }
}

/// The names of this process's threads.
func threads() -> [String] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return tasks.map { (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) ?? "" }
}

struct OnPurpose: Error {}

let how = CommandLine.arguments.dropFirst().first ?? ""
if how == "idle" {
    // The library is loaded and has done nothing.
    exit(threads().contains { $0.hasPrefix("aragora") } ? 1 : 0)
}
let aragora = try await Aragora.open()
let debate = aragora.debate("?", agents: ["a", "b", "c"].map { .custom(Hangs(id: $0)) })
for try await event in debate.events() {
    if case .tokenDelta = event.data { break }
}
switch how {
case "end": break
case "closed": await aragora.close()
case "exit": exit(3)
case "throw": throw OnPurpose()
case "wait":
    FileHandle.standardOutput.write(Data("ready\n".utf8))
    _ = try? await debate.result()
default: exit(2)
}
