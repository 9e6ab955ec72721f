import Foundation

/// How much is logged.
public enum LogLevel: String, Sendable, CaseIterable, Codable {
    case error, warning, info, debug, trace
}

/// One log record, without secrets.
public struct LogRecord: Sendable, Codable {
    /// RFC 3339.
    public let time: String
    /// How much it matters.
    public let level: LogLevel
    /// The part of the library that tells it.
    public let target: String
    /// What happened.
    public let text: String
    /// Facts such as `debate_id`, `agent`, latency and token counts.
    public let fields: [String: JSONValue]
}

/// Sends log records of this level and above to a sink, on a thread of its own; without one, to standard error. Once
/// per process: a second call is `invalid_state`. Without this call nothing is logged.
public func setLogSink(_ level: LogLevel, _ sink: (@Sendable (LogRecord) -> Void)? = nil) throws {
    let take = sink ?? standardError
    try Native.log(
        level: level.rawValue,
        to: LogSink { text in
            // The core writes nothing else than records.
            if let record = try? JSONText.decode(LogRecord.self, from: text) { take(record) }
        })
}

@Sendable private func standardError(_ record: LogRecord) {
    let facts = record.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\((try? $0.value.text()) ?? "")" }
    let line = ([record.time, record.level.rawValue, record.target, record.text] + facts).joined(separator: " ")
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
