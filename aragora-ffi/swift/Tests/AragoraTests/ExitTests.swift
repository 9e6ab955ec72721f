import Foundation
import XCTest

/// A process ends as its program says, at once and silently, whatever runs.
final class ExitTests: XCTestCase {
    private struct Ended {
        let status: Int32
        let reason: Process.TerminationReason
        let output: String
        let errors: String
    }

    func testNormalEndWithDebatesInFlight() throws { try many("end", 100) { $0.status == 0 && $0.errors.isEmpty } }
    func testExitStatusIsTheHosts() throws { try many("exit", 100) { $0.status == 3 && $0.errors.isEmpty } }
    func testClosedBeforeTheEnd() throws { try many("closed", 20) { $0.status == 0 && $0.errors.isEmpty } }
    /// The library starts no thread by being loaded.
    func testALoadedLibraryStartsNothing() throws { try many("idle", 1) { $0.status == 0 && $0.errors.isEmpty } }

    /// An error nobody catches is told by Swift itself, and by nobody else.
    func testAnUncaughtErrorIsSwiftsOwnMatter() throws {
        try many("throw", 5) { ended in
            ended.reason == .uncaughtSignal && ended.errors.contains("OnPurpose") && !ended.errors.contains("panicked")
        }
    }

    func testSignalsEndIt() throws {
        for signal in [SIGINT, SIGTERM] {
            for _ in 0..<20 {
                let ended = try run("wait") { process, output in
                    _ = output.fileHandleForReading.readData(ofLength: 6)
                    kill(process.processIdentifier, signal)
                }
                XCTAssertEqual(ended.reason, .uncaughtSignal)
                XCTAssertEqual(ended.status, signal)
                XCTAssertEqual(ended.errors, "")
            }
        }
    }

    private func many(
        _ how: String, _ times: Int, file: StaticString = #filePath, line: UInt = #line, _ holds: (Ended) -> Bool
    ) throws {
        for _ in 0..<times {
            let ended = try run(how)
            if !holds(ended) {
                return XCTFail("\(how): \(ended)", file: file, line: line)
            }
        }
    }

    private func run(_ how: String, _ while: (Process, Pipe) -> Void = { _, _ in }) throws -> Ended {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = try probe()
        process.arguments = [how]
        process.standardOutput = output
        process.standardError = errors
        // An uncaught error is a trap; the runtime would otherwise take seconds to draw its backtrace.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        try process.run()
        `while`(process, output)
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus, reason: process.terminationReason,
            output: "", errors: String(decoding: text, as: UTF8.self))
    }

    /// The probe lies beside the tests.
    private func probe() throws -> URL {
        #if os(macOS)
            let folder = Bundle(for: Self.self).bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        let url = folder.appendingPathComponent("ExitProbe")
        return try XCTUnwrap(FileManager.default.isExecutableFile(atPath: url.path) ? url : nil, "no \(url.path)")
    }
}
