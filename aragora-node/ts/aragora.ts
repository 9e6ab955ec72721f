import { type Participant, seatDocument } from './agents.js'
import { Backups } from './backups.js'
import { environment, kindOf, retain } from './call.js'
import { decode, encode } from './codec.js'
import { type Config, configDocument } from './config.js'
import { Debate } from './debate.js'
import { Debates } from './debates.js'
import { toJson } from './document.js'
import { Encryption, encryptionDocument } from './encryption.js'
import { AragoraError, errorOf, isAragoraError, unwrap } from './errors.js'
import { HumanDesk } from './human.js'
import { camelKeys } from './keys.js'
import type { NativeSession } from './native.js'
import { Agents } from './providers.js'
import { type BuiltinProtocol, type DebateProtocol, isProtocol, protocolDocument } from './protocols.js'
import { type ManualClock, bindClock, clockDocument } from './testing.js'
import { uncloneable } from './uncloneable.js'
import type { DebateOptions, Layers, Limits, PriceTable, Question, RiskTier, RuleConfig, RuleKind, ShutdownReport } from './values.js'

/** What an instance is made of. Nothing is needed: without anything it keeps debates in memory. */
export interface OpenOptions {
  /** Settings and keys, made by `Config.load`. */
  readonly config?: Config | undefined
  /** Where debates are kept, `memory:` without it. */
  readonly storage?: string | undefined
  /** Protocols of your own that logs name, so that their debates can be resumed and replayed. */
  readonly protocols?: readonly DebateProtocol[] | undefined
  /** What the layers around every named model do: repeats, breakers, limits, budgets, who stands in. */
  readonly layers?: Layers | undefined
  /** Your own prices; they win over the list that comes with the library. */
  readonly prices?: PriceTable | undefined
  /** Keys of 64 hex digits: what is stored is sealed under the first and opened by all. They take the place of
   * `ARAGORA_ENCRYPTION_KEY`. */
  readonly encryptionKeys?: readonly string[] | undefined
  /** Whether rows from before there was a key are read until they are re-encrypted. */
  readonly admitPlain?: boolean | undefined
  /** A clock that tests move. */
  readonly clock?: ManualClock | undefined
  /** Makes ids repeatable, for tests. */
  readonly seed?: bigint | undefined
}

/** A rule by name, with its parameters, or with quorum, ties and basis too. */
export type Rule = string | RuleKind | RuleConfig

/** A debate's participants and how they decide. */
export interface DebateSettings {
  /** Who takes part, in order. */
  readonly agents: readonly Participant[]
  /** What is asked of them; `critique` without it. */
  readonly protocol?: string | BuiltinProtocol | DebateProtocol | undefined
  /** What counts as a decision; majority without it. */
  readonly rule?: Rule | undefined
  /** How much may be used. */
  readonly limits?: Limits | undefined
  /** How it is run. */
  readonly options?: DebateOptions | undefined
  /** How much agreement the matter needs. */
  readonly tier?: RiskTier | undefined
  /** The organisation it belongs to. */
  readonly tenant?: string | undefined
  /** The workspace inside the organisation. */
  readonly workspace?: string | undefined
  /** A word for ratings and search. */
  readonly topic?: string | undefined
  /** Words to find it by. */
  readonly tags?: readonly string[] | undefined
  /** The seed of every shuffle and tie break; drawn without it. */
  readonly seed?: bigint | undefined
  /** An id of your own. */
  readonly id?: string | undefined
}

/** What runs now; all zero when nothing does. */
export interface Activity {
  readonly debates: number
  readonly turns: number
  /** Calls into participants, of the whole process. */
  readonly foreignCalls: number
  readonly [name: string]: number
}

/** Makes a description whose participants are counted only once everything in it is known to be right. @internal */
export type Spec = () => object

/**
 * An instance: runs debates, keeps them, and finds them again. Close it, or declare it with `await using`.
 */
export class Aragora implements AsyncDisposable {
  readonly #session: NativeSession
  #closed = false

  private constructor(session: NativeSession) {
    this.#session = session
    uncloneable(this)
  }

  /** Opens an instance. */
  static async open(options: OpenOptions = {}): Promise<Aragora> {
    const { config, storage, protocols = [], layers, prices, encryptionKeys, admitPlain, clock, seed } = options
    const described = protocols.map((protocol) => {
      if (!isProtocol(protocol)) throw new TypeError(`protocols holds ${kindOf(protocol)}, expected an object with name, version and next`)
      return protocolDocument(protocol)
    })
    const settings = {
      config: config && configDocument(config),
      storage,
      layers: layers && encode('Layers', layers),
      prices: prices && encode('PriceTable', prices),
      encryption: encryptionDocument(encryptionKeys, admitPlain),
      clock: clock && clockDocument(clock),
      seed: seed?.toString(),
    }
    toJson(settings)
    const json = toJson({ ...settings, protocols: described.map((document) => document(retain)) })
    const { session, err } = await environment().open(json)
    if (session === undefined) throw errorOf(err ?? '')
    if (clock !== undefined) bindClock(clock, session)
    return new Aragora(session)
  }

  /** Describes a debate; nothing happens before `start`, `result` or `events`. */
  debate(question: string | Question, settings: DebateSettings): Debate {
    const { agents, protocol, rule, limits, options, tier, tenant, workspace, topic, tags, seed, id } = settings ?? {}
    const seats = seatsOf(agents)
    const rest = {
      question: typeof question === 'string' ? question : encode('Question', question),
      rule: rule && ruleDocument(rule),
      limits: limits && encode('Limits', limits),
      options: options && encode('DebateOptions', options),
      tier,
      tenant,
      workspace,
      topic,
      tags,
      seed: seed?.toString(),
      id,
    }
    toJson(rest)
    const asked = protocolOf(protocol)
    return this.#describe('debate', () => ({ ...rest, seats: seats(), protocol: asked() }), id)
  }

  /** Debates that are kept: found, read, resumed, replayed and forked. */
  get debates(): Debates {
    return Debates.of(
      () => this.#open(),
      (kind, spec, id) => this.#describe(kind, spec, id),
    )
  }

  /** The providers behind its models: which can be asked, how they fare, and what was spent. */
  get agents(): Agents {
    return Agents.of(() => this.#open())
  }

  /** The keys of what is stored: which rows need them, and how one takes the place of another. */
  get encryption(): Encryption {
    return Encryption.of(() => this.#open())
  }

  /** Copies of its store in this folder, sealed under its keys where it has some. */
  backups(target: string): Backups {
    return Backups.of(() => this.#open(), target)
  }

  /** Where people who hold a seat answer. */
  get desk(): HumanDesk {
    return HumanDesk.of(() => this.#open())
  }

  /** What runs now. */
  activity(): Activity {
    return camelKeys(JSON.parse(unwrap(this.#open().ask('activity', '{}')))) as Activity
  }

  /** The metrics as Prometheus reads them. */
  metrics(): string {
    const text = unwrap(this.#open().ask('metrics', '{}'))
    return JSON.parse(text) as string
  }

  /** Lets debates run on for up to so many milliseconds, half a minute without it, stops the others at their last record
   * so that they can be resumed, here or in another process, and closes. */
  async shutdown(options: { readonly graceMs?: number | undefined } = {}): Promise<ShutdownReport> {
    const session = this.#open()
    const args = toJson({ grace_ms: options.graceMs })
    this.#closed = true
    try {
      return decode('ShutdownReport', JSON.parse(unwrap(await session.call('shutdown', args))))
    } catch (error) {
      // Arguments that the core refuses have closed nothing.
      if (isAragoraError(error) && error.code === 'invalid_request') this.#closed = false
      throw error
    }
  }

  /** Cancels what runs, waits for it, and lets go of every participant. May be called again, and while a shutdown runs,
   * whose grace it ends. */
  async close(): Promise<void> {
    this.#closed = true
    unwrap(await this.#session.close())
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(): NativeSession {
    if (this.#closed) throw new AragoraError('closed', 'this instance is closed; open a new one')
    return this.#session
  }

  #describe(kind: string, spec: Spec, id: string | undefined): Debate {
    return Debate.of(async (events) => this.#open().start(kind, toJson(spec()), events), id)
  }
}

/** The seats, checked now and counted later. @internal */
export function seatsOf(agents: readonly Participant[]): () => unknown[] {
  if (agents !== undefined && !Array.isArray(agents)) {
    throw new TypeError(`agents is ${kindOf(agents)}, expected an array of participants`)
  }
  const seats = (agents ?? []).map((agent: Participant, at: number) => seatDocument(agent, at))
  const plain = seats.map((seat) => seat(() => 0))
  toJson(plain)
  return () => seats.map((seat) => seat(retain))
}

function protocolOf(protocol: string | BuiltinProtocol | DebateProtocol | undefined): () => unknown {
  if (protocol === undefined || typeof protocol === 'string') return () => protocol
  if (isProtocol(protocol)) {
    const document = protocolDocument(protocol)
    toJson(document(() => 0))
    return () => document(retain)
  }
  if (typeof protocol !== 'object' || protocol === null || typeof protocol.name !== 'string') {
    const hint = typeof protocol === 'function' ? ' (did you forget new?)' : ''
    throw new TypeError(`protocol is ${kindOf(protocol)}, expected a name, { name, params } or an object with next${hint}`)
  }
  const { name, params } = protocol
  toJson(params ?? null)
  return () => ({ name, params })
}

/** A rule with its settings. @internal */
export function ruleConfig(rule: Rule): unknown {
  if (typeof rule === 'string') return { rule: { name: rule } }
  return 'type' in rule ? { rule: ruleDocument(rule) } : ruleDocument(rule)
}

/** A rule in one of its forms. @internal */
export function ruleDocument(rule: Rule): unknown {
  if (typeof rule === 'string') return rule
  return 'type' in rule ? encode('RuleKind', rule) : encode('RuleConfig', rule)
}
