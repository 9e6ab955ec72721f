import { decode } from './codec.js'
import { toJson } from './document.js'
import { unwrap } from './errors.js'
import type { TenantOptions } from './debates.js'
import type { NativeSession } from './native.js'
import type { BreakerSnapshot, BudgetUsage, ProviderReport, RateLimitSnapshot, TargetHealth, Values } from './values.js'

/**
 * The providers behind an instance's models. Nothing of it holds a key, and nothing of it asks a provider.
 */
export class Agents {
  readonly #session: () => NativeSession

  private constructor(session: () => NativeSession) {
    this.#session = session
  }

  /** @internal */
  static of(session: () => NativeSession): Agents {
    return new Agents(session)
  }

  /** Which providers are configured, and why one is not. */
  check(): ProviderReport {
    return decode('ProviderReport', this.#ask('check'))
  }

  /** How every model used so far fares at its provider: errors, times, what waits. */
  health(): TargetHealth[] {
    return this.#list('TargetHealth', 'health')
  }

  /** The circuit breaker of every model used so far. */
  breakers(): BreakerSnapshot[] {
    return this.#list('BreakerSnapshot', 'breakers')
  }

  /** What every model used so far may be asked now, by our limits and by its provider's. */
  rateLimits(): RateLimitSnapshot[] {
    return this.#list('RateLimitSnapshot', 'rate_limits')
  }

  /** How the budgets of an organisation stand in their current periods. */
  async budgets(options: TenantOptions = {}): Promise<BudgetUsage[]> {
    const found = (await this.#call('budgets', options)) as unknown[]
    return found.map((item) => decode('BudgetUsage', item))
  }

  /** Forgets what the reply cache keeps of this agent and returns how many replies that were. */
  async forget(agent: string, options: TenantOptions = {}): Promise<number> {
    return (await this.#call('forget', { ...options, agent })) as number
  }

  #list<Name extends keyof Values>(name: Name, op: string): Values[Name][] {
    return (this.#ask(op) as unknown[]).map((item) => decode(name, item))
  }

  #ask(op: string): unknown {
    return JSON.parse(unwrap(this.#session().ask(`agents.${op}`, '{}')))
  }

  async #call(op: string, args: object): Promise<unknown> {
    return JSON.parse(unwrap(await this.#session().call(`agents.${op}`, toJson(args))))
  }
}
