import Foundation

/// Where participants run. A participant may block (a plain function, a synchronous client), which on the shared pool
/// of Swift's tasks would stop everything else in the process. Here it stops a thread of its own: at most 64 of them,
/// which end after 10 s without work. What a participant isolates elsewhere, such as on the main actor, runs there.
///
/// Systems before macOS 15 and iOS 18 cannot be told where a task runs; there it is the shared pool.
enum ParticipantThreads {
    static func task(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        if #available(macOS 15, iOS 18, watchOS 11, tvOS 18, visionOS 2, *) {
            return Task.detached(executorPreference: ParticipantExecutor.shared, operation: work)
        }
        return Task.detached(operation: work)
    }
}

@available(macOS 15, iOS 18, watchOS 11, tvOS 18, visionOS 2, *)
private final class ParticipantExecutor: TaskExecutor {
    static let shared = ParticipantExecutor()

    private let threads = ThreadPool(most: 64, idle: 10)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        threads.run { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Threads that are started when there is work and none is free.
private final class ThreadPool: @unchecked Sendable {
    private let most: Int
    private let idle: TimeInterval
    private let condition = NSCondition()
    private var waiting: [@Sendable () -> Void] = []
    private var threads = 0
    private var free = 0

    init(most: Int, idle: TimeInterval) {
        self.most = most
        self.idle = idle
    }

    func run(_ work: @escaping @Sendable () -> Void) {
        condition.lock()
        defer { condition.unlock() }
        waiting.append(work)
        if free >= waiting.count {
            condition.signal()
        } else if threads < most {
            threads += 1
            let thread = Thread { self.serve() }
            thread.name = "aragora-task"
            thread.start()
        }
    }

    private func serve() {
        condition.lock()
        while true {
            if waiting.isEmpty {
                free += 1
                let woken = condition.wait(until: Date(timeIntervalSinceNow: idle))
                free -= 1
                if !woken && waiting.isEmpty { break }
                continue
            }
            let work = waiting.removeFirst()
            condition.unlock()
            work()
            condition.lock()
        }
        threads -= 1
        condition.unlock()
    }
}
