// Agents of the library, as plain data.

import { encode } from './codec.js'
import type { AgentReply, Ballot, ErrorCode, Json, Phase } from './values.js'

/** A model, `provider/model`; its key comes from the configuration. */
export interface ModelAgent {
  readonly type: 'model'
  readonly name: string
  /** Its name in the debate; made of the model's without it. */
  readonly id?: string | undefined
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

/** A model by its name, `provider/model`. */
export function modelAgent(name: string, options: { readonly id?: string } = {}): ModelAgent {
  return { type: 'model', name, ...options }
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
export function builtinDocument(agent: BuiltinAgent): object {
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
