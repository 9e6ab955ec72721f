import { type LiveCall, failureOf, kindOf } from './call.js'
import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { native } from './native.js'
import { type BuiltinAgent, builtinDocument } from './builtin.js'
import type { AgentReply, AgentRequest as RequestDocument, Layers, Persona, Reputation, Role } from './values.js'

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
  /** Layers around this agent, of whatever kind it is, in place of the instance's; budgets and kept replies stay there. */
  readonly layers?: Layers | undefined
  /** Who answers in its name when it fails, in this order, in place of the models the layers name. */
  readonly standIns?: readonly (string | Agent | BuiltinAgent)[] | undefined
}

/** Whoever can take part: a model by name, an agent, or a seat with more settings. */
export type Participant = string | Agent | BuiltinAgent | Seat

const EXPECTED = 'expected "provider/model", an object with id and respond, or a seat { agent }'

/** A document that names participants. It is called only when nothing else can fail any more, because `number` counts
 * them. @internal */
export type Numbered = (number: (participant: object) => number) => unknown

/** A seat as the core reads it. Throws a TypeError for what is no participant. @internal */
export function seatDocument(participant: Participant, at: number): Numbered {
  if (!isSeat(participant)) {
    const agent = agentDocument(participant, `agents[${at}]`)
    return (number) => ({ agent: agent(number) })
  }
  const { agent, persona, reputation, layers, standIns, ...rest } = participant
  const document = agentDocument(agent, `agents[${at}]`)
  if (standIns !== undefined && !Array.isArray(standIns)) {
    throw new TypeError(`standIns of agents[${at}] is ${kindOf(standIns)}, expected a list of agents`)
  }
  const others = standIns?.map((other, index) => agentDocument(other, `standIns[${index}] of agents[${at}]`))
  const seat = {
    ...rest,
    persona: persona && encode('Persona', persona),
    reputation: reputation && encode('Reputation', reputation),
    layers: layers && encode('Layers', layers),
  }
  return (number) => ({ ...seat, agent: document(number), stand_ins: others?.map((other) => other(number)) })
}

function isSeat(participant: Participant): participant is Seat {
  return typeof participant === 'object' && participant !== null && 'agent' in participant
}

function agentDocument(agent: Exclude<Participant, Seat>, place: string): Numbered {
  if (typeof agent === 'string') return () => ({ kind: 'model', name: agent })
  if (typeof agent !== 'object' || agent === null) throw wrong(agent, place)
  if (isAgent(agent)) {
    const { id, provider, model, family, version, structured, streams, contextTokens } = agent
    if (typeof id !== 'string') throw new TypeError(`${place} has the id ${String(id)}, expected a string`)
    const rest = { id, provider, model, family, version, structured, streams, context_tokens: contextTokens }
    return (number) => ({ kind: 'foreign', participant: number(agent), ...rest })
  }
  if (typeof agent.type !== 'string') throw wrong(agent, place)
  return builtinDocument(agent)
}

function isAgent(value: object): value is Agent {
  return typeof (value as { respond?: unknown }).respond === 'function'
}

function wrong(found: unknown, place: string): TypeError {
  if (typeof found === 'function') {
    return new TypeError(`${place} is a function or class; give an object with id and respond (did you forget new?)`)
  }
  if (found instanceof Promise) return new TypeError(`${place} is a promise; did you forget await?`)
  return new TypeError(`${place} is ${kindOf(found)}, ${EXPECTED}`)
}

class CallOutput implements Output {
  readonly #call: number

  constructor(call: number) {
    this.#call = call
  }

  text(piece: string): void {
    native.output(this.#call, 'text', piece)
  }

  reasoning(piece: string): void {
    native.output(this.#call, 'reasoning', piece)
  }

  reset(): void {
    native.output(this.#call, 'reset', '')
  }
}

/** Lets an agent answer one call. Never rejects. @internal */
export async function respond(call: LiveCall, object: object, data: string): Promise<void> {
  const agent = object as Agent
  const who = `agent ${JSON.stringify(agent.id)}`
  try {
    const request: AgentRequest = { ...decode('AgentRequest', JSON.parse(data)), output: new CallOutput(call.id) }
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

/** A structured value may stand without a text. */
function isReply(value: unknown): value is AgentReply {
  if (typeof value !== 'object' || value === null) return false
  const { text, structured } = value as { text?: unknown; structured?: unknown }
  return typeof text === 'string' || (text === undefined && structured !== undefined)
}
