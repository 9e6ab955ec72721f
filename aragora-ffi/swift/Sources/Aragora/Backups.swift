import Foundation

/// Copies of an instance's store in a folder. A backup counts once it was read back: ``verify(_:)``.
public struct Backups: Sendable {
    let aragora: Aragora
    let target: String

    /// Writes everything, while writers go on; the backup's id.
    public func full() async throws -> String {
        try await aragora.call("backups.full", arguments(), as: String.self)
    }

    /// Writes what changed since the latest backup, nil if nothing did. A full one instead if there is none yet, or if
    /// the store keeps no journal (`?journal=on`).
    public func increment() async throws -> String? {
        try await aragora.call("backups.increment", arguments(), as: String?.self)
    }

    /// Every complete backup of this store, oldest first.
    public func list() async throws -> [BackupFacts] {
        try await aragora.call("backups.list", arguments(), as: [BackupFacts].self)
    }

    /// Reads a backup and its chain back into memory and notes that it counts; `backup_invalid` if it does not.
    public func verify(_ id: String) async throws -> BackupVerifyReport {
        var arguments = try arguments()
        try arguments.set("id", id)
        return try await aragora.call("backups.verify", arguments, as: BackupVerifyReport.self)
    }

    /// Fills the empty store of this URI and closes it: to a backup, to the latest one until a time, or to the latest.
    ///
    /// - Parameters:
    ///   - storeId: whose, where the folder holds backups of several stores.
    ///   - transient: whether sessions, OAuth states and rate limits come back too.
    public func restore(
        into: String, id: String? = nil, time: Date? = nil, storeId: String? = nil, transient: Bool? = nil
    ) async throws -> RestoreReport {
        var arguments = try arguments()
        try arguments.set("into", into)
        try arguments.set("id", id)
        try arguments.set("time", time.map(Moment.format))
        try arguments.set("store_id", storeId)
        try arguments.set("transient", transient)
        return try await aragora.call("backups.restore", arguments, as: RestoreReport.self)
    }

    /// Restores the newest verified backup into memory and measures it.
    public func drill() async throws -> DrillReport {
        try await aragora.call("backups.drill", arguments(), as: DrillReport.self)
    }

    /// What would go by this rule, `runbook` without one. Changes nothing.
    public func planPrune(_ preset: RetentionPreset? = nil) async throws -> PrunePlan {
        var arguments = try arguments()
        try arguments.set("preset", preset)
        return try await aragora.call("backups.plan_prune", arguments, as: PrunePlan.self)
    }

    /// Removes what the plan lists; `conflict` if there are other backups by now.
    public func prune(_ plan: PrunePlan) async throws {
        var arguments = try arguments()
        try arguments.set("plan", plan)
        _ = try await aragora.call("backups.prune", arguments, as: JSONValue.self)
    }

    private func arguments() throws -> Members {
        var arguments = Members()
        try arguments.set("target", target)
        return arguments
    }
}
