/// The keys of what an instance stores. Without keys every method but ``keyIds()`` is `not_configured`.
///
/// Organisations that never stored anything under a key are not known here: name them in `tenants`.
public struct Encryption: Sendable {
    let aragora: Aragora

    /// The ids of its keys, the one that encrypts first; none where nothing is encrypted.
    public func keyIds() throws -> [String] {
        try JSONText.decode([String].self, from: aragora.ask("encryption.key_ids", Members()))
    }

    /// Counts the rows that need each key, without opening any, and names the keys that backups need: in the folders
    /// that this instance has worked with, and in `backups`. No other folder is looked into.
    public func census(tenants: [String]? = nil, backups: [String]? = nil) async throws -> KeyCensus {
        try await aragora.call("encryption.census", of(nil, tenants, backups), as: KeyCensus.self)
    }

    /// What ``reencrypt(stores:tenants:)`` would do. Writes nothing.
    public func plan(stores: [String]? = nil, tenants: [String]? = nil) async throws -> ReencryptReport {
        try await aragora.call("encryption.plan", of(stores, tenants), as: ReencryptReport.self)
    }

    /// Seals every row of these tables, of all without them, under the key that encrypts now. A call that was given up
    /// is gone on with by the next one.
    public func reencrypt(stores: [String]? = nil, tenants: [String]? = nil) async throws -> ReencryptReport {
        try await aragora.call("encryption.reencrypt", of(stores, tenants), as: ReencryptReport.self)
    }

    /// Every re-encryption that was begun, by table and organisation.
    public func status() async throws -> [ReencryptProgress] {
        try await aragora.call("encryption.status", Members(), as: [ReencryptProgress].self)
    }

    /// Tells the other processes on this store which keys this one has, for this long.
    public func announce(_ instance: String, ttl: Duration) async throws -> KeyAge {
        var arguments = Members()
        try arguments.set("instance", instance)
        try arguments.set("ttl_ms", WireMillis(ttl))
        return try await aragora.call("encryption.announce", arguments, as: KeyAge.self)
    }

    /// Says whether this key may be taken out of the settings: `conflict` while a row or a backup needs it, and within
    /// seven days of the re-encryption unless it is compromised. Backups in folders that this instance has not worked
    /// with are not looked at unless `backups` names them. It removes nothing itself.
    public func retire(
        _ key: String, compromised: Bool? = nil, tenants: [String]? = nil, backups: [String]? = nil
    ) async throws {
        var arguments = try of(nil, tenants, backups)
        try arguments.set("key", key)
        try arguments.set("compromised", compromised)
        _ = try await aragora.call("encryption.retire", arguments, as: JSONValue.self)
    }

    private func of(_ stores: [String]?, _ tenants: [String]?, _ backups: [String]? = nil) throws -> Members {
        var arguments = Members()
        try arguments.set("stores", stores)
        try arguments.set("tenants", tenants)
        try arguments.set("backups", backups)
        return arguments
    }
}
