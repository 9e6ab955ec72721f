import Foundation

internal import AragoraBindings

/// A key that nobody else has, as 64 hex digits. Keep it where secrets are kept.
public func generateKey() throws -> String {
    try Native.compute("encryption.generate_key", Members(), as: String.self)
}

/// The name of a record that several texts make up; no other texts have it.
public func recordKey(_ parts: [String]) throws -> Data {
    let hex = try Native.compute("encryption.record_key", json: JSONText.encode(parts), as: String.self)
    var bytes = Data()
    var rest = Substring(hex)
    while !rest.isEmpty {
        bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
    }
    return bytes
}

/// The place a value is sealed for; it opens nowhere else.
public struct FieldPath: Hashable, Sendable {
    /// Whose it is; empty for the installation.
    public var tenant: String
    /// The name of the store.
    public var store: String
    /// The name of the record in the store; ``recordKey(_:)`` makes one of several texts.
    public var record: Data
    /// The RFC 6901 pointer of the member; empty for the whole record.
    public var field: String

    /// A place whose record is named by bytes.
    public init(tenant: String, store: String, record: Data, field: String = "") {
        self.tenant = tenant
        self.store = store
        self.record = record
        self.field = field
    }

    /// A place whose record is named by a text.
    public init(tenant: String, store: String, record: String, field: String = "") {
        self.init(tenant: tenant, store: store, record: Data(record.utf8), field: field)
    }

    fileprivate func place() throws -> String {
        var place = Members()
        try place.set("tenant", tenant)
        try place.set("store", store)
        try place.set("field", field)
        return place.text
    }
}

/// A value to be sealed, or one that was opened; never printed. Its type is sealed with it, so `.text("true")` and
/// `.json(true)` stay apart.
public enum Plain: Hashable, Sendable {
    case text(String)
    case bytes(Data)
    case json(JSONValue)
}

extension Plain: CustomStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .text: "Plain.text(***)"
        case .bytes: "Plain.bytes(***)"
        case .json: "Plain.json(***)"
        }
    }

    /// Without the value.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Seals values for a place under the first of its keys, and opens them there under any of them.
///
/// It belongs to no instance: for values that an application keeps itself.
public final class Cipher: Sendable {
    private let cipher: FfiCipher

    /// With these keys, 64 hex digits each. `invalid_config` says what is wrong with which, and quotes none.
    public init(keys: [String]) throws {
        cipher = try Native.call { try ffiCipher(keys: keys.joined(separator: ",")) }
    }

    /// The ids of its keys, the one that seals first; they say nothing about the keys.
    public var keyIds: [String] { cipher.keyIds() }

    /// Seals a value for this place; every time with other bytes.
    public func seal(_ value: Plain, at path: FieldPath) throws -> Data {
        let (kind, plain) =
            switch value {
            case .text(let text): ("text", Data(text.utf8))
            case .bytes(let bytes): ("bytes", bytes)
            case .json(let value): ("json", Data(try value.text().utf8))
            }
        let place = try path.place()
        return try Native.call { try cipher.seal(place: place, record: path.record, kind: kind, plain: plain) }
    }

    /// Opens what was sealed for this place. `decryption_failed` for what was sealed for another or was changed,
    /// `key_not_found` for what was sealed under another key.
    public func open(_ envelope: Data, at path: FieldPath) throws -> Plain {
        let place = try path.place()
        let plain = try Native.call {
            try cipher.unseal(place: place, record: path.record, envelope: envelope)
        }
        switch plain.kind {
        case "bytes": return .bytes(plain.bytes)
        case "text": return .text(String(decoding: plain.bytes, as: UTF8.self))
        default: return .json(try JSONValue(text: String(decoding: plain.bytes, as: UTF8.self)))
        }
    }
}

extension Cipher: CustomStringConvertible {
    public var description: String { "Cipher(\(keyIds))" }
}
