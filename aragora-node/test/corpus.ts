// What the runner of the corpus needs beside the public API: participants that follow a script, and the comparison.

import { AragoraError, type Agent, type AgentReply, type AgentRequest, type CallOptions, type DebateProtocol, type Json, Step, type Transcript, fromDocument, toDocument } from 'aragora-core'
import { gate } from './support.js'

export type Doc = { [name: string]: any }

const VERBS = new Set(['say', 'reply', 'stream', 'ballot', 'fail', 'hang', 'throw', 'wrong_type'])
const MODIFIERS = new Set(['phase', 'reason', 'retry_after_ms', 'gate', 'ignore_cancel'])

/** Gates of one case. */
export class Gates {
  readonly #gates = new Map<string, ReturnType<typeof gate<void>>>()

  of(name: string): ReturnType<typeof gate<void>> {
    const found = this.#gates.get(name) ?? gate<void>()
    this.#gates.set(name, found)
    return found
  }
}

/** An agent that follows a script, written as a user would write one. */
export class Player implements Agent {
  readonly id: string
  readonly provider?: string
  readonly model?: string
  readonly family?: string
  readonly version?: string
  readonly stats = { calls: 0, cancelled: 0, requests: [] as Json[] }
  readonly #script: Doc
  readonly #gates: Gates
  readonly #used = new Map<string, number>()

  constructor(name: string, script: Doc, gates: Gates) {
    this.id = script['id'] ?? name
    Object.assign(this, script['profile'])
    this.#script = script
    this.#gates = gates
    for (const item of script['script']) {
      // A failure may follow a stream.
      const verbs = Object.keys(item).filter((key) => VERBS.has(key) && !(key === 'fail' && 'stream' in item))
      const unknown = Object.keys(item).filter((key) => !VERBS.has(key) && !MODIFIERS.has(key))
      if (verbs.length !== 1 || unknown.length > 0) throw new Error(`a script item of ${name} is not understood: ${JSON.stringify(item)}`)
    }
  }

  respond(request: AgentRequest, options: CallOptions): string | AgentReply | Promise<string | AgentReply> {
    this.stats.calls += 1
    const { output: _, ...document } = request
    this.stats.requests.push(toDocument('AgentRequest', document))
    const item = this.#next(request.phase)
    if (item['gate'] === undefined && item['hang'] !== true && this.#script['style'] === 'plain') return this.#act(item, request)
    return this.#later(item, request, options.signal)
  }

  async #later(item: Doc, request: AgentRequest, signal: AbortSignal): Promise<string | AgentReply> {
    if (item['gate'] === undefined && item['hang'] !== true) return this.#act(item, request)
    let left = () => {}
    const aborted = new Promise<never>((_resolve, reject) => {
      const leave = () => {
        this.stats.cancelled += 1
        if (item['ignore_cancel'] !== true) reject(signal.reason)
      }
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
      left = () => signal.removeEventListener('abort', leave)
    })
    await Promise.race([aborted, item['gate'] === undefined ? new Promise(() => {}) : this.#gates.of(item['gate']).promise])
    left()
    return this.#act(item, request)
  }

  #next(phase: string): Doc {
    const script: Doc[] = this.#script['script']
    const own = script.filter((item) => item['phase'] === phase)
    const items = own.length > 0 ? own : script.filter((item) => item['phase'] === undefined)
    const key = own.length > 0 ? phase : ''
    const used = this.#used.get(key) ?? 0
    this.#used.set(key, used + 1)
    const end = this.#script['at_end'] ?? 'repeat'
    const at = used < items.length ? used : end === 'cycle' ? used % items.length : end === 'repeat' ? items.length - 1 : -1
    const item = items[at]
    if (item === undefined) throw new AragoraError('script_exhausted', 'the script says nothing more')
    return item
  }

  #act(item: Doc, request: AgentRequest): string | AgentReply {
    if (item['say'] !== undefined) return item['say']
    if (item['reply'] !== undefined) return fromDocument('AgentReply', item['reply'])
    if (item['stream'] !== undefined) {
      for (const piece of item['stream']) request.output.text(piece)
      return item['fail'] === undefined ? item['stream'].join('') : (broken(item) as string)
    }
    if (item['ballot'] !== undefined) {
      const labels = request.expect.type === 'ballot' ? request.expect.value.labels : []
      const choice = labels.find((label) => label.option === item['ballot'])?.label ?? item['ballot']
      return { text: JSON.stringify({ choice }), structured: { choice } }
    }
    return broken(item) as string
  }
}

function broken(item: Doc): unknown {
  if (item['fail'] !== undefined) {
    throw new AragoraError(item['fail'], item['reason'] ?? 'the script says so', { retryAfterMs: item['retry_after_ms'] })
  }
  if (item['throw'] !== undefined) throw new RangeError(item['throw'])
  if (item['wrong_type'] === true) return 7
  throw new Error(`not understood: ${JSON.stringify(item)}`)
}

/** A protocol that follows a script, written as a user would write one. */
export function scriptedProtocol(script: Doc): DebateProtocol {
  const optional = script['decide'] === undefined ? {} : {
    decide: (t: Transcript) => (script['decide'].default === true ? t.draft() : (broken(script['decide']) as never)),
  }
  const { per_seat, per_seat_round, constant } = script['planned_calls'] ?? { per_seat_round: 8 }
  return {
    name: script['name'],
    version: script['version'] ?? '1',
    params: script['params'],
    minSeats: script['min_seats'],
    maxSeats: script['max_seats'],
    plannedCalls: { constant, perSeat: per_seat, perSeatRound: per_seat_round },
    next(t) {
      const item = script['script'][t.steps.length]
      if (item === undefined || item.finish === true) return Step.finish()
      if (item.ask === undefined) return broken(item) as Step
      const { phase, instruction, expect, ...rest } = item.ask
      return t.ask(phase, instruction, { ...rest, expect: expect && fromDocument('Expect', expect) })
    },
    ...optional,
  }
}

/** Undefined if it holds, else what differs. */
export function differs(expected: any, found: any, lookup: (path: string) => unknown, at = ''): string | undefined {
  const no = () => `${at || '/'}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)?.slice(0, 600)}`
  if (expected === null) return found === undefined || found === null ? undefined : no()
  if (typeof expected !== 'object') return expected === found ? undefined : no()
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return no()
    return first(expected.map((item, index) => () => differs(item, found[index], lookup, `${at}/${index}`)))
  }
  const [only] = Object.keys(expected)
  if (only?.startsWith('$') && Object.keys(expected).length === 1) return matcher(only, expected[only], found, lookup, at) ? undefined : no()
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return no()
  return first(Object.entries(expected).map(([key, item]) => () => differs(item, found[key], lookup, `${at}/${key}`)))
}

function first(checks: (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const difference = check()
    if (difference !== undefined) return difference
  }
  return undefined
}

function matcher(name: string, value: any, found: any, lookup: (path: string) => unknown, at: string): boolean {
  const same = (expected: unknown, item: unknown) => differs(expected, item, lookup, at) === undefined
  switch (name) {
    case '$any':
      return found !== undefined && found !== null
    case '$absent':
      return found === undefined || found === null
    case '$near':
      return typeof found === 'number' && Math.abs(found - value[0]) <= value[1]
    case '$ref':
      return JSON.stringify(lookup(value)) === JSON.stringify(found)
    case '$unordered':
      return Array.isArray(found) && found.length === value.length && paired(value, found, same)
    case '$contains_in_order': {
      if (!Array.isArray(found)) return false
      let from = 0
      return value.every((expected: unknown) => {
        const hit = found.findIndex((item, index) => index >= from && same(expected, item))
        from = hit + 1
        return hit >= 0
      })
    }
    case '$contains':
      return typeof found === 'string' && found.includes(value)
    case '$count':
      return Array.isArray(found) && found.filter((item) => same(value.of, item)).length === value.is
    case '$json':
      return typeof found === 'string' && same(value, JSON.parse(found))
    default:
      throw new Error(`the matcher ${name} is unknown`)
  }
}

/** Whether each expectation has an item of its own. */
function paired(expected: unknown[], found: unknown[], same: (expected: unknown, item: unknown) => boolean): boolean {
  const [head, ...rest] = expected
  if (expected.length === 0) return true
  return found.some((item, index) => same(head, item) && paired(rest, found.filter((_, other) => other !== index), same))
}
