import Aragora
import Foundation
import XCTest

/// The corpus every language runs, with participants written in Swift.
final class ConformanceTests: XCTestCase {
    private static let suites: Set = [
        "debate", "protocols", "consensus", "parsing", "events", "errors", "cancel", "replay", "config", "layers",
        "providers", "storage", "crypto",
    ]

    func testCorpus() async throws {
        let folder = try Self.folder()
        let excluded = try Self.exclusions(folder)
        var seen: Set<String> = []
        var (passed, failed, skipped) = (0, 0, 0)
        for name in Self.suites.sorted() {
            let suite = try JSONValue(text: String(contentsOf: folder.appendingPathComponent("\(name).json"), encoding: .utf8))
            XCTAssertEqual(suite["format"], 1)
            XCTAssertEqual(suite["suite"]?.string, name)
            for document in suite["cases"]?.array ?? [] {
                let id = "\(name)/\(document["id"]?.string ?? "?")"
                seen.insert("cases/\(id)")
                for mode in CaseRun.modes(of: document) {
                    let problem = await Self.problem(document, mode)
                    switch (problem, excluded["cases/\(id)"]) {
                    case (nil, nil): passed += 1
                    case (.some, .some): skipped += 1
                    case (nil, .some):
                        failed += 1
                        XCTFail("\(id) (\(mode)) passes, so its exclusion is stale")
                    case (.some(let problem), nil):
                        failed += 1
                        XCTFail("\(id) (\(mode)): \(problem)")
                    }
                }
            }
        }
        for target in excluded.keys where target.hasPrefix("cases/") && !seen.contains(target) {
            XCTFail("\(target) is excluded and does not exist")
        }
        print("\(passed) passed, \(failed) failed, \(skipped) excluded")
        XCTAssertGreaterThan(passed, 0)
    }

    /// What is wrong with a case, within ten seconds.
    private static func problem(_ document: JSONValue, _ mode: String) async -> String? {
        do {
            guard ["foreign", "builtin"].contains(mode) else { throw Malformed("mode \(mode)") }
            let run = try CaseRun(document, builtin: mode == "builtin")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await run.run() }
                group.addTask {
                    try await Task.sleep(for: .seconds(10))
                    throw Different("did not end within 10 s")
                }
                defer { group.cancelAll() }
                // A case that waits for something says what it waited for, once it is cancelled.
                do { try await group.next() } catch let late as Different where late.description.hasPrefix("did not") {
                    group.cancelAll()
                    try await group.next()
                    throw late
                }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    static func folder() throws -> URL {
        if let given = ProcessInfo.processInfo.environment["ARAGORA_CONFORMANCE"] {
            return URL(fileURLWithPath: given, isDirectory: true)
        }
        let source = URL(fileURLWithPath: #filePath)
        let root = (0..<5).reduce(source) { url, _ in url.deletingLastPathComponent() }
        return root.appendingPathComponent("tests/conformance", isDirectory: true)
    }

    private static func exclusions(_ folder: URL) throws -> [String: String] {
        let text = try String(contentsOf: folder.appendingPathComponent("exclusions.json"), encoding: .utf8)
        var found: [String: String] = [:]
        for entry in try JSONValue(text: text).array ?? [] {
            let languages = entry["languages"]?.array?.compactMap(\.string) ?? []
            if languages.contains("swift") { found[entry["target"]?.string ?? ""] = entry["reason"]?.string ?? "" }
        }
        return found
    }
}
