import Aragora
import Foundation

/// Ops about what is stored, and values sealed beside it.
extension CaseRun {
    func encryptionOperation(_ op: String, _ a: JSONValue) async throws -> JSONValue {
        let encryption = try instance().encryption
        let (stores, tenants, backups) = (texts(a["stores"]), texts(a["tenants"]), texts(a["backups"]))
        switch op {
        case "encryption.key_ids": return .array(try encryption.keyIds().map(JSONValue.string))
        case "encryption.census": return try await encryption.census(tenants: tenants, backups: backups).json()
        case "encryption.plan": return try await encryption.plan(stores: stores, tenants: tenants).json()
        case "encryption.reencrypt": return try await encryption.reencrypt(stores: stores, tenants: tenants).json()
        case "encryption.status": return .array(try await encryption.status().map { try $0.json() })
        case "encryption.announce":
            return try await encryption.announce(a["instance"]?.string ?? "", ttl: .milliseconds(a["ttl_ms"]?.int ?? 0))
                .json()
        case "encryption.retire":
            let (key, compromised) = (a["key"]?.string ?? "", a["compromised"]?.bool)
            try await encryption.retire(key, compromised: compromised, tenants: tenants, backups: backups)
            return .null
        default: throw Malformed("op \(op)")
        }
    }

    func backupsOperation(_ op: String, _ a: JSONValue) async throws -> JSONValue {
        let backups = try instance().backups(a["target"]?.string ?? "")
        let id = a["id"]?.string
        switch op {
        case "backups.full": return .string(try await backups.full())
        case "backups.increment": return try await backups.increment().map(JSONValue.string) ?? .null
        case "backups.list": return .array(try await backups.list().map { try $0.json() })
        case "backups.verify": return try await backups.verify(id ?? "").json()
        case "backups.restore":
            return try await backups.restore(
                into: a["into"]?.string ?? "", id: id, time: try instant(a["time"]), storeId: a["store_id"]?.string,
                transient: a["transient"]?.bool
            ).json()
        case "backups.drill": return try await backups.drill().json()
        case "backups.plan_prune":
            return try await backups.planPrune(try a["preset"].map(RetentionPreset.init(json:))).json()
        case "backups.prune":
            try await backups.prune(try PrunePlan(json: a["plan"] ?? .null))
            return .null
        default: throw Malformed("op \(op)")
        }
    }

    func cryptoOperation(_ op: String, _ a: JSONValue) throws -> JSONValue {
        switch op {
        case "crypto.generate_key": return .string(try generateKey())
        case "crypto.record_key": return .string(hex(try recordKey(texts(a["parts"]) ?? [])))
        case "crypto.key_ids": return .array(try Cipher(keys: texts(a["keys"]) ?? []).keyIds.map(JSONValue.string))
        case "crypto.seal":
            let plain: Plain =
                if let text = a["text"]?.string {
                    .text(text)
                } else if let bytes = a["bytes"]?.string {
                    .bytes(data(bytes))
                } else {
                    .json(a["json"] ?? .null)
                }
            return .string(hex(try Cipher(keys: texts(a["keys"]) ?? []).seal(plain, at: path(a))))
        case "crypto.open":
            switch try Cipher(keys: texts(a["keys"]) ?? []).open(data(a["envelope"]?.string ?? ""), at: path(a)) {
            case .text(let text): return ["text": .string(text)]
            case .bytes(let bytes): return ["bytes": .string(hex(bytes))]
            case .json(let value): return ["json": value]
            }
        default: throw Malformed("op \(op)")
        }
    }

    private func path(_ a: JSONValue) -> FieldPath {
        FieldPath(
            tenant: a["tenant"]?.string ?? "", store: a["store"]?.string ?? "", record: data(a["record"]?.string ?? ""),
            field: a["field"]?.string ?? "")
    }

    private func texts(_ list: JSONValue?) -> [String]? {
        list?.array?.compactMap(\.string)
    }

    private func hex(_ bytes: Data) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func data(_ hex: String) -> Data {
        var bytes = Data()
        var rest = Substring(hex)
        while !rest.isEmpty {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
