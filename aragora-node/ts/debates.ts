import type { Participant } from './agents.js'
import { type Spec, seatsOf } from './aragora.js'
import { decode, encode } from './codec.js'
import type { Debate } from './debate.js'
import { toJson } from './document.js'
import { unwrap } from './errors.js'
import type { NativeSession } from './native.js'
import type {
  DebatePage,
  DebateState,
  DebateSummary,
  Document,
  Edit,
  Event,
  Question,
  ReplayCheck,
  ReplayReport,
  TranscriptMessage,
} from './values.js'

/** Whose debate. */
export interface TenantOptions {
  /** The organisation; `default` without it. */
  readonly tenant?: string | undefined
}

/** Which debates to list. */
export interface DebateQuery extends TenantOptions {
  readonly state?: DebateState | undefined
  /** Only begun at or after this time. */
  readonly from?: Date | undefined
  /** Only begun before this time. */
  readonly to?: Date | undefined
  readonly tag?: string | undefined
  /** Where the page before ended. */
  readonly cursor?: string | undefined
  /** 1 to 1000. */
  readonly limit?: number | undefined
}

/** How a stopped debate goes on. */
export interface ResumeSettings extends TenantOptions {
  /** Its participants, as they were. */
  readonly agents: readonly Participant[]
  /** Whether other prompts than the recorded ones are accepted. */
  readonly acceptChanges?: boolean | undefined
}

/** How a fork differs from its parent. */
export interface ForkSettings extends TenantOptions {
  readonly agents: readonly Participant[]
  /** What is changed before it goes on. */
  readonly edits?: readonly Edit[] | undefined
  /** An id of your own. */
  readonly id?: string | undefined
}

/** @internal */
interface ExportPage {
  readonly debates: readonly string[]
  readonly next: string | null
}

/** @internal */
type Describe = (kind: string, spec: Spec, id: string | undefined) => Debate

/** Debates that are kept. */
export class Debates {
  readonly #session: () => NativeSession
  readonly #describe: Describe

  private constructor(session: () => NativeSession, describe: Describe) {
    this.#session = session
    this.#describe = describe
  }

  /** @internal */
  static of(session: () => NativeSession, describe: Describe): Debates {
    return new Debates(session, describe)
  }

  /** What is known about one debate. */
  async get(debate: string, options: TenantOptions = {}): Promise<DebateSummary> {
    return decode('DebateSummary', await this.#call('debates.get', { ...options, debate }))
  }

  /** One page of debates, oldest first. */
  async list(query: DebateQuery = {}): Promise<DebatePage> {
    const { from, to, ...rest } = query
    const document = { ...rest, from: from?.toISOString(), to: to?.toISOString() }
    return decode('DebatePage', await this.#call('debates.list', document))
  }

  /** The log of a debate: one JSON record per line, the very bytes that are kept. */
  async log(debate: string, options: TenantOptions = {}): Promise<string> {
    return String(await this.#call('debates.log', { ...options, debate }))
  }

  /** Debates as JSON lines, one text for each: its summary, then the records of its log. */
  async *export(query: Omit<DebateQuery, 'cursor' | 'limit'> = {}): AsyncGenerator<string, void, undefined> {
    const { from, to, ...rest } = query
    const document = { ...rest, from: from?.toISOString(), to: to?.toISOString() }
    let cursor: string | null | undefined
    do {
      const page = (await this.#call('debates.export', { ...document, cursor })) as ExportPage
      yield* page.debates
      cursor = page.next
    } while (cursor !== null)
  }

  /** Runs a log again without asking anybody and compares every byte, or only the decision. */
  async replay(log: string, options: { readonly check?: ReplayCheck } = {}): Promise<ReplayReport> {
    return decode('ReplayReport', await this.#call('debates.replay', { log, ...options }))
  }

  /** The events of a debate's log. */
  async events(debate: string, options: TenantOptions & { readonly from?: number } = {}): Promise<readonly Event[]> {
    const events = (await this.#call('debates.events', { ...options, debate })) as unknown[]
    return events.map((event) => decode('Event', event))
  }

  /** What was said in a debate. */
  async messages(debate: string, options: TenantOptions = {}): Promise<readonly TranscriptMessage[]> {
    const messages = (await this.#call('debates.messages', { ...options, debate })) as unknown[]
    return messages.map((message) => decode('TranscriptMessage', message))
  }

  /** The question with which a decision is asked again: what was decided, why that is doubted, and new documents. */
  async appeal(
    debate: string,
    reason: string,
    options: TenantOptions & { readonly documents?: readonly Document[] } = {},
  ): Promise<Question> {
    const { tenant, documents } = options
    const written = documents?.map((document) => encode('Document', document))
    return decode('Question', await this.#call('debates.appeal', { debate, reason, tenant, documents: written }))
  }

  /** A debate that runs in this instance, as another handle of it. */
  attach(debate: string, options: TenantOptions = {}): Debate {
    return this.#describe('attach', () => ({ ...options, debate }), debate)
  }

  /** Describes how a debate that was stopped goes on from its last record. */
  resume(debate: string, settings: ResumeSettings): Debate {
    const { agents, acceptChanges, tenant } = settings
    const seats = seatsOf(agents)
    return this.#describe('resume', () => ({ debate, tenant, accept_changes: acceptChanges, seats: seats() }), debate)
  }

  /** Describes a new debate that takes over the records of this one up to a place in its log. */
  fork(debate: string, atSeq: number, settings: ForkSettings): Debate {
    const { agents, edits, tenant, id } = settings
    const seats = seatsOf(agents)
    const changes = edits?.map((edit) => encode('Edit', edit))
    toJson(changes ?? null)
    return this.#describe('fork', () => ({ debate, at_seq: atSeq, tenant, edits: changes, id, seats: seats() }), id)
  }

  async #call(op: string, args: object): Promise<unknown> {
    return JSON.parse(unwrap(await this.#session().call(op, toJson(args))))
  }
}
