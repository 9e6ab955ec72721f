import Foundation

/// Instants and durations as the core writes them.
enum Moment {
    /// Milliseconds since 1970, or RFC 3339 in UTC.
    static func read(_ decoder: any Decoder) throws -> Date {
        let single = try decoder.singleValueContainer()
        if let millis = try? single.decode(Int64.self) {
            return Date(timeIntervalSince1970: Double(millis) / 1000)
        }
        let text = try single.decode(String.self)
        guard let date = parse(text) else {
            throw DecodingError.dataCorruptedError(in: single, debugDescription: "\(text) is no instant")
        }
        return date
    }

    static func millis(_ date: Date) -> Int64 {
        Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    /// `2026-01-01T00:00:00Z`, with a fraction or without.
    static func parse(_ text: String) -> Date? {
        let parts = text.split(whereSeparator: { "-T:Z".contains($0) })
        guard text.hasSuffix("Z"), parts.count == 6,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            let hour = Int(parts[3]), let minute = Int(parts[4]), let second = Double(parts[5])
        else { return nil }
        // Days of the proleptic Gregorian calendar; years begin in March, so that the leap day is the last.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        return Date(timeIntervalSince1970: Double(days * 86_400 + hour * 3_600 + minute * 60) + second)
    }

    /// RFC 3339 in UTC with milliseconds.
    static func format(_ date: Date) -> String {
        let all = millis(date)
        let seconds = Int((Double(all) / 1000).rounded(.down))
        let days = (seconds - ((seconds % 86_400) + 86_400) % 86_400) / 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        let civil = month < 10 ? month + 3 : month - 9
        let rest = seconds - days * 86_400
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let fraction = String(1_000 + Int(all) - seconds * 1_000).dropFirst()
        let date = "\(year + era * 400 + (civil <= 2 ? 1 : 0))-\(two(civil))-\(two(day))"
        return "\(date)T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60)).\(fraction)Z"
    }
}

/// An instant in a document.
struct WireDate: Codable {
    let date: Date

    init(_ date: Date) { self.date = date }
    init(from decoder: any Decoder) throws { date = try Moment.read(decoder) }
    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        try single.encode(Moment.millis(date))
    }
}

/// A duration in a document: whole milliseconds.
struct WireMillis: Codable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }
    init(from decoder: any Decoder) throws {
        duration = .milliseconds(try decoder.singleValueContainer().decode(Int64.self))
    }
    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        try single.encode(duration.wholeMilliseconds)
    }
}

/// A full 64-bit value in a document: a decimal string, because other languages read numbers as doubles.
struct WireUInt64: Codable {
    let value: UInt64

    init(_ value: UInt64) { self.value = value }
    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        let text = try single.decode(String.self)
        guard let value = UInt64(text) else {
            throw DecodingError.dataCorruptedError(in: single, debugDescription: "\(text) is no 64-bit number")
        }
        self.value = value
    }
    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        try single.encode(String(value))
    }
}

extension Duration {
    /// Rounded down, as the core counts.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
