import Aragora

/// What a case expects, against what was found. The answer is where they differ, or nil.
struct Matching {
    /// What earlier steps have stored, by `name.path`.
    let stored: (String) throws -> JSONValue

    func difference(_ expected: JSONValue, _ found: JSONValue?, at path: String = "") throws -> String? {
        if case .object(let members) = expected, members.count == 1, let key = members.keys.first, key.hasPrefix("$") {
            return try matcher(key, members[key] ?? .null, found, path)
        }
        let shown = "\(path.isEmpty ? "/" : path): expected \(text(expected)), found \(text(found))"
        switch (expected, found) {
        case (.null, nil), (.null, .null): return nil
        case (.object(let members), .object(let present)):
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                if let difference = try difference(value, present[name], at: "\(path)/\(name)") { return difference }
            }
            return nil
        case (.array(let items), .array(let present)):
            guard items.count == present.count else { return shown }
            for (i, pair) in zip(items, present).enumerated() {
                if let difference = try difference(pair.0, pair.1, at: "\(path)/\(i)") { return difference }
            }
            return nil
        case (.integer, .some(let value)), (.number, .some(let value)):
            return expected.double == value.double ? nil : shown
        default: return expected == found ? nil : shown
        }
    }

    private func matcher(_ name: String, _ body: JSONValue, _ found: JSONValue?, _ path: String) throws -> String? {
        let shown = "\(path.isEmpty ? "/" : path): expected \(name) \(text(body)), found \(text(found))"
        func holds(_ condition: Bool) -> String? { condition ? nil : shown }
        switch name {
        case "$any": return holds(found != nil && found != .null)
        case "$absent": return holds(found == nil || found == .null)
        case "$near":
            guard let x = body[0]?.double, let tolerance = body[1]?.double, let value = found?.double else { return shown }
            return holds(abs(value - x) <= tolerance)
        case "$ref": return try difference(try stored(body.string ?? ""), found, at: path)
        case "$contains":
            guard let part = body.string, let whole = found?.string else { return shown }
            return holds(whole.contains(part))
        case "$json":
            guard let whole = found?.string, let value = try? JSONValue(text: whole) else { return shown }
            return try difference(body, value, at: path)
        case "$count":
            guard let items = found?.array, let wanted = body["is"]?.int, let item = body["of"] else { return shown }
            return holds(try items.filter { try difference(item, $0) == nil }.count == wanted)
        case "$unordered":
            guard var rest = found?.array, let wanted = body.array, rest.count == wanted.count else { return shown }
            for item in wanted {
                guard let at = try rest.firstIndex(where: { try difference(item, $0) == nil }) else { return shown }
                rest.remove(at: at)
            }
            return nil
        case "$contains_in_order":
            guard let items = found?.array, let wanted = body.array else { return shown }
            var at = 0
            for item in items where at < wanted.count {
                if try difference(wanted[at], item) == nil { at += 1 }
            }
            return holds(at == wanted.count)
        default: throw Malformed("matcher \(name)")
        }
    }

    private func text(_ value: JSONValue?) -> String {
        guard let value else { return "nothing" }
        let whole = (try? value.text()) ?? "?"
        return whole.count <= 400 ? whole : whole.prefix(400) + "..."
    }
}

/// Something in the corpus this runner does not know: never skipped.
struct Malformed: Error, CustomStringConvertible {
    let description: String
    init(_ what: String) { description = "the runner does not know \(what)" }
}
