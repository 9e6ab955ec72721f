import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { unwrap } from './errors.js'
import type { NativeSession } from './native.js'
import type { BackupFacts, BackupVerifyReport, DrillReport, PrunePlan, RestoreReport, RetentionPreset } from './values.js'

/** How far back to go, and with what: to the latest backup of the only store there is without any of it. */
export interface RestoreOptions {
  /** To this backup. */
  readonly id?: string | undefined
  /** To the latest backup that ended at this time or before. */
  readonly time?: Date | undefined
  /** Whose, where the folder holds backups of several stores. */
  readonly storeId?: string | undefined
  /** Whether sessions, OAuth states and rate limits come back too. */
  readonly transient?: boolean | undefined
}

/** Copies of a store in a folder. A backup counts once it was read back: `verify`. */
export class Backups {
  readonly #session: () => NativeSession
  readonly #target: string

  private constructor(session: () => NativeSession, target: string) {
    this.#session = session
    this.#target = target
  }

  /** @internal */
  static of(session: () => NativeSession, target: string): Backups {
    return new Backups(session, target)
  }

  /** Writes everything, while writers go on; the backup's id. */
  async full(): Promise<string> {
    return (await this.#call('full', {})) as string
  }

  /** Writes what changed since the latest backup; undefined if nothing did. A full one instead if there is none yet, or
   * if the store keeps no journal (`?journal=on`). */
  async increment(): Promise<string | undefined> {
    return ((await this.#call('increment', {})) as string | null) ?? undefined
  }

  /** Every complete backup of this store, oldest first. */
  async list(): Promise<BackupFacts[]> {
    const found = (await this.#call('list', {})) as unknown[]
    return found.map((item) => decode('BackupFacts', item))
  }

  /** Reads a backup and its chain back into memory and notes that it counts; `backup_invalid` if it does not. */
  async verify(id: string): Promise<BackupVerifyReport> {
    return decode('BackupVerifyReport', await this.#call('verify', { id }))
  }

  /** Fills the empty store of this URI and closes it. */
  async restore(into: string, options: RestoreOptions = {}): Promise<RestoreReport> {
    const { id, time, storeId, transient } = options
    return decode('RestoreReport', await this.#call('restore', { into, id, time: time?.toISOString(), store_id: storeId, transient }))
  }

  /** Restores the newest verified backup into memory and measures it. */
  async drill(): Promise<DrillReport> {
    return decode('DrillReport', await this.#call('drill', {}))
  }

  /** What would go by this rule, `runbook` without one. Changes nothing. */
  async planPrune(preset?: RetentionPreset): Promise<PrunePlan> {
    return decode('PrunePlan', await this.#call('plan_prune', { preset: preset && encode('RetentionPreset', preset) }))
  }

  /** Removes what the plan lists; `conflict` if there are other backups by now. */
  async prune(plan: PrunePlan): Promise<void> {
    await this.#call('prune', { plan: encode('PrunePlan', plan) })
  }

  async #call(op: string, args: object): Promise<unknown> {
    return JSON.parse(unwrap(await this.#session().call(`backups.${op}`, toJson({ ...args, target: this.#target }))))
  }
}
