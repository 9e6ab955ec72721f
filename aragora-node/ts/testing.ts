// For tests: time that stands still, and what is kept.

import { kept } from './call.js'
import { toJson } from './document.js'
import { AragoraError, compute, unwrap } from './errors.js'
import type { NativeSession } from './native.js'

/** A clock that moves only when it is told to. Give it to `Aragora.open`. */
export class ManualClock {
  readonly #start: string
  #session: NativeSession | undefined

  /** A clock that stands at this time. */
  constructor(start: string | Date = '2026-01-01T00:00:00Z') {
    this.#start = typeof start === 'string' ? start : start.toISOString()
  }

  /** What it shows. */
  now(): Date {
    return new Date(JSON.parse(this.#ask('clock.now', {})) as string)
  }

  /** Moves it on and wakes what waits until then. */
  advance(ms: number): void {
    this.#ask('clock.advance', { ms })
  }

  /** How many wait for it. */
  sleepers(): number {
    return JSON.parse(this.#ask('clock.sleepers', {})) as number
  }

  /** @internal */
  static start(clock: ManualClock): string {
    if (clock.#session !== undefined) throw new AragoraError('invalid_state', 'this clock belongs to another instance already')
    return clock.#start
  }

  /** @internal */
  static bind(clock: ManualClock, session: NativeSession): void {
    clock.#session = session
  }

  #ask(op: string, args: object): string {
    if (this.#session === undefined) throw new AragoraError('invalid_state', 'this clock belongs to no instance yet; give it to Aragora.open')
    return unwrap(this.#session.ask(op, toJson(args)))
  }
}

/** @internal */
export function clockDocument(clock: ManualClock): object {
  return { manual: ManualClock.start(clock) }
}

/** @internal */
export function bindClock(clock: ManualClock, session: NativeSession): void {
  ManualClock.bind(clock, session)
}

/** Makes the core fail with this code, so that you can test what you do then. */
export function raise(
  code: string,
  options: { readonly reason?: string; readonly retryAfterMs?: number; readonly context?: Readonly<Record<string, string>> } = {},
): never {
  const { reason, retryAfterMs, context } = options
  compute('testing.fail', toJson({ code, reason, retry_after_ms: retryAfterMs, context }))
  throw new TypeError('the core did not fail')
}

/** Makes the core panic, which must arrive as the error `internal`. */
export function panic(): never {
  compute('testing.panic', '{}')
  throw new TypeError('the core did not panic')
}

/** How much this thread and the process keep for calls that run; all zero when nothing does. */
export function keptCalls(): { calls: number; causes: number; participants: number; native: number } {
  return kept()
}
