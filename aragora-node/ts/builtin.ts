// Agents of the library, as plain data.

import type { Numbered } from './agents.js'
import { type LiveCall, failureOf, kindOf } from './call.js'
import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { Secret, hidden } from './secret.js'
import type { AgentReply, Ballot, ErrorCode, Json, Phase, ProviderDocument, SigningRequest } from './values.js'

/**
 * Gives the header fields that authenticate a request, at once or later. It is asked for every request, and once more
 * with `refresh` after the provider has refused the fields.
 */
export type Credentials = (
  request: SigningRequest,
) => { readonly [name: string]: string } | Promise<{ readonly [name: string]: string }>

/** A model, `provider/model`; its key and address come from the configuration unless they are given here. */
export interface ModelAgent {
  readonly type: 'model'
  readonly name: string
  /** Its name in the debate; made of the model's without it. */
  readonly id?: string | undefined
  /** Where it is reached. */
  readonly baseUrl?: string | undefined
  /** Its key; `modelAgent` keeps it out of sight. */
  readonly apiKey?: string | Secret | undefined
  /** What authenticates its requests instead of a key. */
  readonly credentials?: Credentials | undefined
  /** Everything else; names neither provider nor model. `modelAgent` keeps header fields out of sight. */
  readonly config?: ProviderDocument | Secret<ProviderDocument> | undefined
}

/** An agent that follows a script; for tests and examples. */
export interface ScriptedAgent {
  readonly type: 'scripted'
  readonly id: string
  readonly steps: readonly ScriptStep[]
  /** What happens after the last step: an error, the last step again, or all of them again. */
  readonly atEnd?: 'error' | 'repeat' | 'cycle' | undefined
}

/** An agent that makes its words from templates and the question; needs no network. */
export interface DemoAgent {
  readonly type: 'demo'
  readonly id: string
  readonly style: 'supportive' | 'critical' | 'balanced' | 'contrarian'
  readonly seed?: number | undefined
}

/** A person, who answers at the human desk. */
export interface HumanAgent {
  readonly type: 'human'
  readonly id: string
}

/** Says again what was recorded. */
export interface RecordedAgent {
  readonly type: 'recorded'
  readonly id: string
  /** The log of a debate this seat took part in. */
  readonly log?: string | undefined
  /** A cassette. */
  readonly cassette?: string | undefined
}

/** An agent of the library. */
export type BuiltinAgent = ModelAgent | ScriptedAgent | DemoAgent | HumanAgent | RecordedAgent

/** One step of a script: exactly one verb. */
export interface ScriptStep {
  /** Only in this phase. */
  readonly phase?: Phase | undefined
  /** Answers this text. */
  readonly say?: string | undefined
  /** Answers this reply. */
  readonly reply?: AgentReply | undefined
  /** Answers this JSON value. */
  readonly json?: Json | undefined
  /** Votes. */
  readonly ballot?: Ballot | undefined
  /** With a ballot: stated confidence. */
  readonly confidence?: number | undefined
  /** With a ballot: the stated reason. */
  readonly reason?: string | undefined
  /** Fails with this code. */
  readonly fail?: ErrorCode | undefined
  /** With a failure: when to try again. */
  readonly retryAfterMs?: number | undefined
  /** Waits, then goes on with the next step. */
  readonly sleepMs?: number | undefined
  /** Says nothing until it is cancelled. */
  readonly hang?: boolean | undefined
  /** Streams these pieces. */
  readonly stream?: readonly string[] | undefined
}

/** A model by its name, `provider/model`. Whoever prints it sees neither its key nor its header fields. */
export function modelAgent(name: string, options: Omit<ModelAgent, 'type' | 'name'> = {}): ModelAgent {
  const { apiKey, config, ...rest } = options
  const agent: { -readonly [Member in keyof ModelAgent]: ModelAgent[Member] } = { type: 'model', name, ...rest }
  if (apiKey !== undefined) agent.apiKey = typeof apiKey === 'string' ? Secret.of(apiKey) : apiKey
  if (config !== undefined) agent.config = withoutHeaders(config)
  return agent
}

function withoutHeaders(config: ProviderDocument | Secret<ProviderDocument>): ProviderDocument | Secret<ProviderDocument> {
  if (config instanceof Secret || !config.headers) return config
  return Secret.of(config, { ...config, headers: hidden(config.headers) })
}

/** An agent that follows a script. A text is a step that says it. */
export function scriptedAgent(
  id: string,
  steps: readonly (string | ScriptStep)[],
  options: { readonly atEnd?: 'error' | 'repeat' | 'cycle' } = {},
): ScriptedAgent {
  return { type: 'scripted', id, steps: steps.map((step) => (typeof step === 'string' ? { say: step } : step)), ...options }
}

/** An agent that needs no network. */
export function demoAgent(id: string, style: DemoAgent['style'], options: { readonly seed?: number } = {}): DemoAgent {
  return { type: 'demo', id, style, ...options }
}

/** A person. */
export function humanAgent(id: string): HumanAgent {
  return { type: 'human', id }
}

/** A recording. */
export function recordedAgent(
  id: string,
  recording: { readonly log: string } | { readonly cassette: string },
): RecordedAgent {
  return { type: 'recorded', id, ...recording }
}

/** An agent of the library as the core reads it. @internal */
export function builtinDocument(agent: BuiltinAgent): Numbered {
  if (agent.type === 'model') return modelDocument(agent)
  const document = plainDocument(agent)
  return () => document
}

function modelDocument(agent: ModelAgent): Numbered {
  const { type: kind, baseUrl: base_url, apiKey, credentials, config: given, ...rest } = agent
  const [api_key, config] = [Secret.reveal(apiKey), Secret.reveal<ProviderDocument | undefined>(given)]
  const document = { kind, ...rest, base_url, api_key, config: config && encode('ProviderDocument', config) }
  if (credentials === undefined) return () => document
  if (typeof credentials !== 'function') throw new TypeError(`credentials is ${kindOf(credentials)}, expected a function`)
  return (number) => ({ ...document, credentials: { participant: number(credentials) } })
}

function plainDocument(agent: Exclude<BuiltinAgent, ModelAgent>): object {
  const { type: kind, ...members } = agent
  if (agent.type !== 'scripted') return { kind, ...members }
  const { id, steps, atEnd } = agent
  return { kind, id, steps: steps.map(stepDocument), at_end: atEnd }
}

function stepDocument(step: ScriptStep): object {
  const { reply, ballot, retryAfterMs, sleepMs, ...rest } = step
  return {
    ...rest,
    reply: reply && encode('AgentReply', reply),
    ballot: ballot && encode('Ballot', ballot),
    retry_after_ms: retryAfterMs,
    sleep_ms: sleepMs,
  }
}

/** Lets a function authenticate one request. Never rejects. Nothing of the fields is part of an error. @internal */
export async function sign(call: LiveCall, object: object, data: string): Promise<void> {
  const who = 'the credentials callback'
  try {
    const fields: unknown = await (object as Credentials)(decode('SigningRequest', JSON.parse(data)))
    const isMap = typeof fields === 'object' && fields !== null && !Array.isArray(fields)
    const wrong = isMap ? Object.values(fields).find((value) => typeof value !== 'string') : fields
    if (isMap && wrong === undefined) call.answer(toJson(fields))
    else call.fail({ reason: `${who} returned ${kindOf(wrong)}, expected an object of strings` })
  } catch (error) {
    call.fail(failureOf(who, error), { error })
  }
}
