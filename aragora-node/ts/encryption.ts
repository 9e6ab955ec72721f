import { checkedKeys } from './cipher.js'
import { decode } from './codec.js'
import { toJson } from './document.js'
import { unwrap } from './errors.js'
import type { NativeSession } from './native.js'
import type { KeyAge, KeyCensus, ReencryptProgress, ReencryptReport } from './values.js'

/** Whose rows to look at. */
export interface TenantsOptions {
  /** Organisations that never stored anything under a key; all others are known. */
  readonly tenants?: readonly string[] | undefined
}

/** Where keys may be needed. */
export interface CensusOptions extends TenantsOptions {
  /** Folders of backups to look into beside those that this instance has worked with. No other folder is looked into. */
  readonly backups?: readonly string[] | undefined
}

/** Which rows to look at. */
export interface StoresOptions extends TenantsOptions {
  /** Names of tables; every sealed one without them. */
  readonly stores?: readonly string[] | undefined
}

/** How a key is retired. */
export interface RetireOptions extends CensusOptions {
  /** Whether somebody else may know the key: then its seven days are waived. */
  readonly compromised?: boolean | undefined
}

/**
 * The keys of what an instance stores. Without keys every method but `keyIds` is `not_configured`.
 */
export class Encryption {
  readonly #session: () => NativeSession

  private constructor(session: () => NativeSession) {
    this.#session = session
  }

  /** @internal */
  static of(session: () => NativeSession): Encryption {
    return new Encryption(session)
  }

  /** The ids of its keys, the one that encrypts first; none where nothing is encrypted. */
  get keyIds(): readonly string[] {
    return JSON.parse(unwrap(this.#session().ask('encryption.key_ids', '{}'))) as string[]
  }

  /** Counts the rows that need each key, without opening any, and names the keys that backups need. */
  async census(options: CensusOptions = {}): Promise<KeyCensus> {
    return decode('KeyCensus', await this.#call('census', options))
  }

  /** What `reencrypt` would do. Writes nothing. */
  async plan(options: StoresOptions = {}): Promise<ReencryptReport> {
    return decode('ReencryptReport', await this.#call('plan', options))
  }

  /** Seals every row of these tables under the key that encrypts now. What a call that ended early left is done by the
   * next one. */
  async reencrypt(options: StoresOptions = {}): Promise<ReencryptReport> {
    return decode('ReencryptReport', await this.#call('reencrypt', options))
  }

  /** Every re-encryption that was begun, by table and organisation. */
  async status(): Promise<ReencryptProgress[]> {
    const runs = (await this.#call('status', {})) as unknown[]
    return runs.map((run) => decode('ReencryptProgress', run))
  }

  /** Tells the other processes on this store which keys this one has, until so many milliseconds have passed. */
  async announce(instance: string, ttlMs: number): Promise<KeyAge> {
    return decode('KeyAge', await this.#call('announce', { instance, ttl_ms: ttlMs }))
  }

  /** Says whether this key may be taken out of the settings: `conflict` while a row or a backup needs it, and within seven
   * days of the re-encryption unless it is compromised. Backups in folders that this instance has not worked with are not
   * looked at unless they are named. It removes nothing itself. */
  async retire(key: string, options: RetireOptions = {}): Promise<void> {
    await this.#call('retire', { ...options, key })
  }

  async #call(op: string, args: object): Promise<unknown> {
    return JSON.parse(unwrap(await this.#session().call(`encryption.${op}`, toJson(args))))
  }
}

/** What the core reads; nothing if nothing was given. @internal */
export function encryptionDocument(keys: readonly string[] | undefined, admitPlain: boolean | undefined): object | undefined {
  if (keys === undefined && admitPlain === undefined) return undefined
  return { keys: keys && checkedKeys(keys), admit_plain: admitPlain }
}
