package ai.aragora

/** The providers behind an instance's models. Nothing of it holds a key, and nothing of it asks a provider. */
public class Agents internal constructor(private val aragora: Aragora) {
    /** Which providers are configured, and why one is not. */
    public fun check(): ProviderReport = ProviderReport.fromJson(ask("check"))

    /** How every model used so far fares at its provider: errors, times, what waits. */
    public fun health(): List<TargetHealth> = ask("health").asList { TargetHealth.fromJson(it) }

    /** The circuit breaker of every model used so far. */
    public fun breakers(): List<BreakerSnapshot> = ask("breakers").asList { BreakerSnapshot.fromJson(it) }

    /** What every model used so far may be asked now, by our limits and by its provider's. */
    public fun rateLimits(): List<RateLimitSnapshot> = ask("rate_limits").asList { RateLimitSnapshot.fromJson(it) }

    /** How the budgets of an organisation stand in their current periods. */
    public suspend fun budgets(tenant: String? = null): List<BudgetUsage> =
        aragora.call("agents.budgets", of(tenant).done()).asList { BudgetUsage.fromJson(it) }

    /** Forgets what the reply cache keeps of this agent and returns how many replies that were. */
    public suspend fun forget(agent: String, tenant: String? = null): Long =
        aragora.call("agents.forget", of(tenant).put("agent", jsonOf(agent)).done()).asLong()

    private fun ask(op: String) = aragora.ask("agents.$op", JsonObject(emptyMap()))

    private fun of(tenant: String?) = Members().put("tenant", tenant?.let { jsonOf(it) })
}
