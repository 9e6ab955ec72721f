import { type LiveCall, failureOf, kindOf } from './call.js'
import type { Numbered } from './agents.js'
import { encode } from './codec.js'
import { toJson } from './document.js'
import { Transcript } from './transcript.js'
import type { Checkpoint, Draft, Json, OptionView } from './values.js'
import type { Step } from './step.js'

/**
 * A protocol of your own: what to ask next, as a pure function of what was said. Its methods are plain: the core asks
 * them again when it resumes or replays a debate, and they must say the same.
 */
export interface DebateProtocol {
  /** The name in logs. */
  readonly name: string
  /** Its version; a part of what a resumed debate compares. */
  readonly version: string
  /** The next step. */
  next(transcript: Transcript): Step
  /** What is counted in the end; without it the newest votes or positions. */
  decide?(transcript: Transcript): Draft
  /** What to count after a step; without it nothing is. */
  checkpoint?(transcript: Transcript): Checkpoint | undefined
  /** One last thing to ask once a winner is known. */
  closing?(transcript: Transcript, winner: OptionView): Step | undefined
  /** Parameters as plain data, for the log. */
  readonly params?: Json | undefined
  /** Voting seats it needs at least. */
  readonly minSeats?: number | undefined
  /** Voting seats it takes at most. */
  readonly maxSeats?: number | undefined
  /** The most calls it makes, for budgets: `constant + perSeat * seats + perSeatRound * seats * rounds`. */
  readonly plannedCalls?:
    | {
        readonly constant?: number | undefined
        readonly perSeat?: number | undefined
        readonly perSeatRound?: number | undefined
      }
    | undefined
}

/** A protocol of the library with its parameters. */
export interface BuiltinProtocol {
  /** `critique`, `simultaneous`, `sequential`, `vote_only`, `dynamic`, or the name of one you gave to `open`. */
  readonly name: string
  /** Its parameters in the form of the specification; what is left out has its default. */
  readonly params?: Json | undefined
}

const MEMBERS = ['next', 'decide', 'checkpoint', 'closing'] as const

/** Whether it is an object with a `next`. @internal */
export function isProtocol(value: unknown): value is DebateProtocol {
  return typeof value === 'object' && value !== null && typeof (value as { next?: unknown }).next === 'function'
}

/** A protocol as the core reads it. Throws a TypeError for what can never work. @internal */
export function protocolDocument(protocol: DebateProtocol): Numbered {
  const { name, version, params, minSeats, maxSeats, plannedCalls } = protocol
  for (const [member, value] of Object.entries({ name, version })) {
    if (typeof value !== 'string') throw new TypeError(`a protocol's ${member} is ${kindOf(value)}, expected a string`)
  }
  const members = MEMBERS.filter((member) => protocol[member] !== undefined)
  for (const member of members) {
    const method: unknown = protocol[member]
    if (typeof method !== 'function') throw new TypeError(`${member} of protocol "${name}" is not a function`)
    if (Object.prototype.toString.call(method) === '[object AsyncFunction]') {
      throw new TypeError(`${member} of protocol "${name}" is async; a protocol's methods are plain functions`)
    }
  }
  const planned = plannedCalls && {
    constant: plannedCalls.constant,
    per_seat: plannedCalls.perSeat,
    per_seat_round: plannedCalls.perSeatRound,
  }
  const rest = { name, version, params, min_seats: minSeats, max_seats: maxSeats, planned_calls: planned, members }
  return (number) => ({ foreign: { participant: number(protocol), ...rest } })
}

/** Lets a protocol answer one call. Never rejects. @internal */
export async function consult(call: LiveCall, object: object, method: string, data: string): Promise<void> {
  const protocol = object as DebateProtocol
  const who = `protocol ${JSON.stringify(protocol.name)}`
  const transcript = Transcript.of(call.id, protocol, data)
  try {
    call.answer(toJson(answer(protocol, method, transcript)))
  } catch (error) {
    call.fail(failureOf(who, error), { error })
  } finally {
    transcript.end()
  }
}

function answer(protocol: DebateProtocol, method: string, transcript: Transcript): unknown {
  switch (method) {
    case 'protocol.next':
      return step(protocol, 'next', plain(protocol, 'next', protocol.next(transcript)))
    case 'protocol.decide':
      return encode('Draft', plain(protocol, 'decide', protocol.decide?.(transcript)))
    case 'protocol.checkpoint': {
      const checkpoint = optional(protocol, 'checkpoint', protocol.checkpoint?.(transcript))
      return checkpoint && encode('Checkpoint', checkpoint)
    }
    case 'protocol.closing': {
      const closing = optional(protocol, 'closing', protocol.closing?.(transcript, transcript.winner()))
      return closing && (step(protocol, 'closing', closing) as { ask?: unknown }).ask
    }
    default:
      throw new TypeError(`the core asks a protocol for ${method}, which this version does not know`)
  }
}

function step(protocol: DebateProtocol, method: string, answer: Step): unknown {
  if (STEPS.has(answer.type)) return encode('Step', answer)
  throw new TypeError(`${method} of protocol "${protocol.name}" returned ${kindOf(answer)}, expected transcript.ask(...) or Step.finish()`)
}

const STEPS: ReadonlySet<string> = new Set(['ask', 'analyse', 'pause', 'finish'] satisfies Step['type'][])

function optional<T extends object>(protocol: DebateProtocol, method: string, answer: T | null | undefined): T | null {
  return answer === null || answer === undefined ? null : plain(protocol, method, answer)
}

function plain<T extends object>(protocol: DebateProtocol, method: string, answer: T | null | undefined): T {
  const then: unknown = (answer as { then?: unknown } | null | undefined)?.then
  if (typeof then === 'function') {
    // What it would reject with is beside the point, and must not end the process.
    Promise.resolve(answer).catch(() => {})
    throw new TypeError(`${method} of protocol "${protocol.name}" returned a promise; a protocol's methods are plain functions`)
  }
  if (typeof answer !== 'object' || answer === null) {
    throw new TypeError(`${method} of protocol "${protocol.name}" returned ${kindOf(answer)}, expected an object such as transcript.ask(...) or Step.finish()`)
  }
  return answer
}
