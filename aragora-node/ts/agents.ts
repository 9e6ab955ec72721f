import { type LiveCall, environment, failureOf, kindOf } from './call.js'
import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import type { AgentReply, AgentRequest as RequestDocument, Ballot, Persona, Phase, Reputation, Role } from './values.js'

/** Beside the request: how to learn that the answer is no longer wanted. */
export interface CallOptions {
  /** Aborted when the debate was cancelled, the deadline has passed or the answer is no longer needed. */
  readonly signal: AbortSignal
}

/** Where an agent says what it has so far. Followers of the debate see it at once; the reply is what counts. */
export interface Output {
  /** A piece of the answer. */
  text(piece: string): void
  /** A piece of thinking. */
  reasoning(piece: string): void
  /** Begin again: what was said so far is no part of the answer. */
  reset(): void
}

/** One turn: what is asked, and everything this agent may see. */
export interface AgentRequest extends RequestDocument {
  /** Where to stream to; optional. */
  readonly output: Output
}

/** A participant of your own. Its `respond` is called as a method, so `this` and private fields work. */
export interface Agent {
  /** Its name in the debate: letters, digits, `-` and `_`. */
  readonly id: string
  /** Answers one turn, at once or later, with text or a whole reply. */
  respond(request: AgentRequest, options: CallOptions): string | AgentReply | Promise<string | AgentReply>
  /** Who serves it, e.g. `openai`. */
  readonly provider?: string | undefined
  /** The model behind it. */
  readonly model?: string | undefined
  /** The model's lineage, e.g. `claude`; used to see how diverse the participants are. */
  readonly family?: string | undefined
  /** Its version. */
  readonly version?: string | undefined
  /** Whether it can answer with structured values. */
  readonly structured?: 'native' | 'instructed' | 'none' | undefined
  /** Whether it says something before it is done. */
  readonly streams?: boolean | undefined
  /** The model's window in tokens. */
  readonly contextTokens?: number | undefined
}

/** An agent of the library, as plain data. */
export type BuiltinAgent =
  | { readonly kind: 'model'; readonly name: string; readonly id?: string | undefined }
  | {
      readonly kind: 'scripted'
      readonly id: string
      readonly steps: readonly ScriptStep[]
      /** What happens after the last step: an error, the last step again, or all of them again. */
      readonly atEnd?: 'error' | 'repeat' | 'cycle' | undefined
    }
  | {
      readonly kind: 'demo'
      readonly id: string
      readonly style: 'supportive' | 'critical' | 'balanced' | 'contrarian'
      readonly seed?: number | undefined
    }
  | { readonly kind: 'human'; readonly id: string }
  | {
      readonly kind: 'recorded'
      readonly id: string
      /** The log of a debate this seat took part in. */
      readonly log?: string | undefined
      /** A cassette. */
      readonly cassette?: string | undefined
    }

/** One step of a script: exactly one verb. */
export interface ScriptStep {
  /** Only in this phase. */
  readonly phase?: Phase | undefined
  /** Answers this text. */
  readonly say?: string | undefined
  /** Answers this reply. */
  readonly reply?: AgentReply | undefined
  /** Answers this JSON value. */
  readonly json?: unknown
  /** Votes. */
  readonly ballot?: Ballot | undefined
  /** With a ballot: stated confidence. */
  readonly confidence?: number | undefined
  /** With a ballot: the stated reason. */
  readonly reason?: string | undefined
  /** Fails with this code. */
  readonly fail?: string | undefined
  /** With a failure: when to try again. */
  readonly retryAfterMs?: number | undefined
  /** Waits, then goes on with the next step. */
  readonly sleepMs?: number | undefined
  /** Says nothing until it is cancelled. */
  readonly hang?: boolean | undefined
  /** Streams these pieces. */
  readonly stream?: readonly string[] | undefined
}

/** One participant's place in a debate. */
export interface Seat {
  /** Who answers: `provider/model`, an agent of your own or one of the library's. */
  readonly agent: string | Agent | BuiltinAgent
  /** The part played when the protocol gives none. */
  readonly role?: Role | undefined
  /** Who it is asked to be. */
  readonly persona?: Persona | undefined
  /** How much its vote counts, above 0. */
  readonly weight?: number | undefined
  /** Whether it votes. */
  readonly votes?: boolean | undefined
  /** Whether it judges. */
  readonly judges?: boolean | undefined
  /** Ratings, where you have them. */
  readonly reputation?: Reputation | undefined
}

/** Whoever can take part: a model by name, an agent, or a seat with more settings. */
export type Participant = string | Agent | BuiltinAgent | Seat

/** A model by its name, `provider/model`; its key comes from the configuration. */
export function modelAgent(name: string, options: { readonly id?: string } = {}): BuiltinAgent {
  return { kind: 'model', name, ...options }
}

/** An agent that follows a script; for tests and examples. */
export function scriptedAgent(
  id: string,
  steps: readonly (string | ScriptStep)[],
  options: { readonly atEnd?: 'error' | 'repeat' | 'cycle' } = {},
): BuiltinAgent {
  return { kind: 'scripted', id, steps: steps.map((step) => (typeof step === 'string' ? { say: step } : step)), ...options }
}

/** An agent that makes its words from templates and the question; needs no network. */
export function demoAgent(
  id: string,
  style: 'supportive' | 'critical' | 'balanced' | 'contrarian',
  options: { readonly seed?: number } = {},
): BuiltinAgent {
  return { kind: 'demo', id, style, ...options }
}

/** A person, who answers at the human desk. */
export function humanAgent(id: string): BuiltinAgent {
  return { kind: 'human', id }
}

/** Says again what was recorded. */
export function recordedAgent(
  id: string,
  recording: { readonly log: string } | { readonly cassette: string },
): BuiltinAgent {
  return { kind: 'recorded', id, ...recording }
}

const EXPECTED = 'expected "provider/model", an object with id and respond, or a seat { agent }'

/** A seat as the core reads it. `number` gives an object its number, and is called only when nothing can fail any
 * more. Throws a TypeError for what is no participant. @internal */
export function seatDocument(participant: Participant, at: number): (number: (agent: object) => number) => object {
  if (!isSeat(participant)) {
    const agent = agentDocument(participant, at)
    return (number) => ({ agent: agent(number) })
  }
  const { agent, role, persona, weight, votes, judges, reputation } = participant
  const document = agentDocument(agent, at)
  const rest = {
    role,
    persona: persona && encode('Persona', persona),
    weight,
    votes,
    judges,
    reputation: reputation && encode('Reputation', reputation),
  }
  return (number) => ({ agent: document(number), ...rest })
}

function isSeat(participant: Participant): participant is Seat {
  return typeof participant === 'object' && participant !== null && 'agent' in participant
}

/** The agent alone. @internal */
export function agentDocument(agent: Exclude<Participant, Seat>, at: number): (number: (agent: object) => number) => object {
  if (typeof agent === 'string') return () => ({ kind: 'model', name: agent })
  if (typeof agent !== 'object' || agent === null) throw wrong(agent, at)
  if (isAgent(agent)) {
    const { id, provider, model, family, version, structured, streams, contextTokens } = agent
    if (typeof id !== 'string') throw new TypeError(`agents[${at}] has the id ${String(id)}, expected a string`)
    const rest = { id, provider, model, family, version, structured, streams, context_tokens: contextTokens }
    return (number) => ({ kind: 'foreign', participant: number(agent), ...rest })
  }
  switch (agent.kind) {
    case 'scripted': {
      const { kind, id, steps, atEnd } = agent
      const document = { kind, id, steps: steps.map(stepDocument), at_end: atEnd }
      return () => document
    }
    case 'model':
    case 'demo':
    case 'human':
    case 'recorded':
      return () => agent
    default:
      throw wrong(agent, at)
  }
}

function isAgent(value: object): value is Agent {
  return typeof (value as { respond?: unknown }).respond === 'function'
}

function wrong(found: unknown, at: number): TypeError {
  if (typeof found === 'function') {
    return new TypeError(`agents[${at}] is a function or class; give an object with id and respond (did you forget new?)`)
  }
  if (found instanceof Promise) return new TypeError(`agents[${at}] is a promise; did you forget await?`)
  return new TypeError(`agents[${at}] is ${kindOf(found)}, ${EXPECTED}`)
}

function stepDocument(step: ScriptStep): object {
  const { retryAfterMs, sleepMs, reply, ballot, ...rest } = step
  return {
    ...rest,
    reply: reply && encode('AgentReply', reply),
    ballot: ballot && encode('Ballot', ballot),
    retry_after_ms: retryAfterMs,
    sleep_ms: sleepMs,
  }
}

class CallOutput implements Output {
  readonly #call: number

  constructor(call: number) {
    this.#call = call
  }

  text(piece: string): void {
    environment().output(this.#call, 'text', piece)
  }

  reasoning(piece: string): void {
    environment().output(this.#call, 'reasoning', piece)
  }

  reset(): void {
    environment().output(this.#call, 'reset', '')
  }
}

/** Lets an agent answer one call. Never rejects. @internal */
export async function respond(call: LiveCall, object: object, data: string): Promise<void> {
  const agent = object as Agent
  const who = `agent ${JSON.stringify(agent.id)}`
  try {
    const document = decode('AgentRequest', JSON.parse(data)) as RequestDocument
    const request: AgentRequest = { ...document, output: new CallOutput(call.id) }
    const options: CallOptions = {
      get signal() {
        return call.signal
      },
    }
    const reply: unknown = await agent.respond(request, options)
    const wrongKind = typeof reply !== 'string' && !isReply(reply)
    if (wrongKind) call.fail({ reason: `${who} returned ${kindOf(reply)}, expected string or AgentReply` })
    else call.answer(toJson(typeof reply === 'string' ? reply : encode('AgentReply', reply)))
  } catch (error) {
    call.fail(failureOf(who, error), { error })
  }
}

function isReply(value: unknown): value is AgentReply {
  return typeof value === 'object' && value !== null && typeof (value as { text?: unknown }).text === 'string'
}
