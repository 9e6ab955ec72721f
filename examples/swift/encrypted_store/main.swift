// A store nobody reads without its key: sealed debates and values, a new key, and a backup of it all.

import Aragora
import Foundation

let members = [("ada", "yes"), ("bob", "yes"), ("eve", "no")].map { id, view in
    Seat.function(id) { _ in "FINAL ANSWER: \(view)" }
}
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("encrypted-\(UUID().uuidString)").path
let storage = "redb:\(folder)/store"
// START encrypted_store
// 64 hex digits each, from wherever secrets are kept. The first seals, all open.
let (oldKey, newKey) = (try generateKey(), try generateKey())
let before = try await Aragora.open(storage: storage, encryptionKeys: [oldKey])
let debate = before.debate("Do we tell the board?", agents: members, protocol: .voteOnly())
_ = try await debate.result()
let id = try debate.id
await before.close()

// Rotation: the new key in front, everything sealed anew beside running writers, then the old key may go.
let after = try await Aragora.open(storage: storage, encryptionKeys: [newKey, oldKey])
let report = try await after.encryption.reencrypt()
print("complete: \(report.complete), failures: \(report.failures.count)")
let retired = try after.encryption.keyIds()[1]
let census = try await after.encryption.census()
print("rows under the old key: \(census.rows.values.reduce(0) { $0 + ($1[retired] ?? 0) })")
do {
    try await after.encryption.retire(retired)
} catch let error as AragoraError where error.code == .conflict {
    print("not yet: \(error.reason)")
}

// A backup is sealed too, and counts once it was read back.
let backups = after.backups("\(folder)/backups")
_ = try await backups.verify(try await backups.full())
await after.close()

// The machine is lost. Somewhere else, with the key and the folder:
let rescue = try await Aragora.open(encryptionKeys: [newKey])
let restored = try await rescue.backups("\(folder)/backups").restore(into: "redb:\(folder)/restored")
print("restored \(restored.tables["debate"]?.rows ?? 0) debate")
await rescue.close()
let again = try await Aragora.open(storage: "redb:\(folder)/restored", encryptionKeys: [newKey])
print(try await again.debates.get(id).state)
await again.close()

// Values of your own tables: sealed for a place, and of no use anywhere else.
let cipher = try Cipher(keys: [newKey])
let place = FieldPath(
    tenant: "acme", store: "integrations", record: try recordKey(["slack", "u-123"]), field: "/token")
let sealed = try cipher.seal(.text("xoxb-1"), at: place)
print(try cipher.open(sealed, at: place) == .text("xoxb-1"))
var other = place
other.tenant = "other"
do {
    _ = try cipher.open(sealed, at: other)
} catch let error as AragoraError {
    print(error.code.rawValue)
}
// END encrypted_store
try FileManager.default.removeItem(atPath: folder)
