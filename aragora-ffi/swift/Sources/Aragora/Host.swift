internal import AragoraBindings

/// The process's participants and the calls the core makes to them.
///
/// The core posts; here a task is started for each call and kept under the call's number until it ends. One lock
/// covers participants, tasks and parked errors, so that nothing can fall between two of them. What comes after the
/// core has given a call up is discarded by the core.
final class Host: FfiHost {
    static let shared = Host()

    private struct State {
        var next: UInt64 = 1
        var participants: [UInt64: Participant] = [:]
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var causes: [UInt64: any Error] = [:]
    }

    private let state = Locked(State())

    /// Keeps a participant until the core forgets it.
    func register(_ participant: Participant) -> UInt64 {
        state.with { state in
            let number = state.next
            state.next += 1
            state.participants[number] = participant
            return number
        }
    }

    /// The error a participant's call ended with, while the core still holds it.
    func cause(of call: UInt64) -> (any Error)? {
        state.with { $0.causes[call] }
    }

    /// How much is kept, for leak tests.
    var kept: (participants: Int, calls: Int, causes: Int) {
        state.with { ($0.participants.count, $0.tasks.count, $0.causes.count) }
    }

    /// On one thread of the core, in order. It only sorts and starts tasks.
    func deliver(messages: [FfiMessage]) throws {
        for message in messages {
            switch message {
            case .call(let call, let participant, let method, let data):
                begin(call, participant, method, data)
            case .cancel(let call):
                state.with { $0.tasks[call] }?.cancel()
            case .release(let call):
                _ = state.with { $0.causes.removeValue(forKey: call) }
            case .forget(let participant):
                _ = state.with { $0.participants.removeValue(forKey: participant) }
            }
        }
    }

    private func begin(_ call: UInt64, _ number: UInt64, _ method: String, _ data: String) {
        state.with { state in
            guard let participant = state.participants[number] else {
                _ = Native.fail(call, "{\"reason\":\"the host holds no participant \(number)\",\"code\":\"internal\"}")
                return
            }
            // Ends after this closure at the earliest: it needs the lock to do so.
            state.tasks[call] = ParticipantThreads.task {
                do {
                    Native.answer(call, try await participant.run(call, method, data))
                } catch {
                    self.failed(call, error)
                }
                _ = self.state.with { $0.tasks.removeValue(forKey: call) }
            }
        }
    }

    /// Parked first, so that whoever gets the core's error finds it.
    private func failed(_ call: UInt64, _ error: any Error) {
        state.with { $0.causes[call] = error }
        if !Native.fail(call, AragoraError.failure(error)) {
            _ = state.with { $0.causes.removeValue(forKey: call) }
        }
    }
}

/// What stands behind a participant's number.
enum Participant: Sendable {
    case agent(any Agent)
    case credentials(Credentials)
    case rules(any DebateProtocol, TranscriptCache)

    /// Runs one method; the answer is JSON.
    func run(_ call: UInt64, _ method: String, _ data: String) async throws -> String {
        switch self {
        case .agent(let agent):
            let request = try AgentRequest(call, data)
            return try JSONText.encode(try await agent.respond(to: request))
        case .credentials(let headers):
            return try JSONText.encode(try await headers(JSONText.decode(SigningRequest.self, from: data)))
        case .rules(let rules, let cache):
            return try rules.answer(method, try Transcript(call, data, cache))
        }
    }
}
