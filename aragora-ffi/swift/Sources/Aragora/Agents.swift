/// The providers behind an instance's models. Nothing of it holds a key, and nothing of it asks a provider.
public struct Agents: Sendable {
    let aragora: Aragora

    /// Which providers are configured, and why one is not.
    public func check() throws -> ProviderReport {
        try ask("check", as: ProviderReport.self)
    }

    /// How every model used so far fares at its provider: errors, times, what waits.
    public func health() throws -> [TargetHealth] {
        try ask("health", as: [TargetHealth].self)
    }

    /// The circuit breaker of every model used so far.
    public func breakers() throws -> [BreakerSnapshot] {
        try ask("breakers", as: [BreakerSnapshot].self)
    }

    /// What every model used so far may be asked now, by our limits and by its provider's.
    public func rateLimits() throws -> [RateLimitSnapshot] {
        try ask("rate_limits", as: [RateLimitSnapshot].self)
    }

    /// How the budgets of an organisation stand in their current periods.
    public func budgets(tenant: String? = nil) async throws -> [BudgetUsage] {
        var arguments = Members()
        try arguments.set("tenant", tenant)
        return try await aragora.call("agents.budgets", arguments, as: [BudgetUsage].self)
    }

    /// Forgets what the reply cache keeps of this agent and returns how many replies that were.
    public func forget(_ agent: String, tenant: String? = nil) async throws -> Int64 {
        var arguments = Members()
        try arguments.set("agent", agent)
        try arguments.set("tenant", tenant)
        return try await aragora.call("agents.forget", arguments, as: Int64.self)
    }

    private func ask<Value: Decodable>(_ op: String, as type: Value.Type) throws -> Value {
        try JSONText.decode(type, from: aragora.ask("agents.\(op)", Members()))
    }
}
