import type { ErrorCode } from './values.js'
import { native } from './native.js'

/** The same in every copy of this package that a process has loaded. */
const BRAND: unique symbol = Symbol.for('aragora-core.error') as never

/** What an error may say beside its code and reason. What is left out, the core knows by the code. */
export interface AragoraErrorOptions {
  /** Whether repeating the same call can succeed. */
  readonly retryable?: boolean | undefined
  /** How long to wait before repeating; makes the error retryable. */
  readonly retryAfterMs?: number | undefined
  /** Facts by name; documents in it are JSON text. */
  readonly context?: Readonly<Record<string, string>> | undefined
  /** What led to it. */
  readonly cause?: unknown
}

/**
 * Every failure of this library, whatever went wrong: `code` says what, as a stable word.
 *
 * A participant may throw one on purpose; its code, flags and context then reach the core and whoever asked.
 */
export class AragoraError extends Error {
  override readonly name = 'AragoraError'
  /** The stable identity to branch on. New ones may come, so keep a default branch. */
  readonly code: ErrorCode
  /** One sentence for people. */
  readonly reason: string
  /** How long to wait before repeating, if the other side said so. */
  readonly retryAfterMs: number | undefined
  /** Facts by name; documents in it are JSON text. */
  readonly context: Readonly<Record<string, string>>
  readonly #retryable: boolean | undefined

  /** An error of this code. */
  constructor(code: ErrorCode, reason: string, options: AragoraErrorOptions = {}) {
    super(`${code}: ${reason}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.reason = reason
    this.retryAfterMs = options.retryAfterMs
    this.context = Object.freeze({ ...options.context })
    this.#retryable = options.retryable ?? (options.retryAfterMs === undefined ? undefined : true)
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** Whether repeating the same call can succeed. */
  get retryable(): boolean {
    return this.#retryable ?? retryableByDefault(this.code)
  }

  /** What was said about it, for the core. Not for hosts. @internal */
  parts(): Failure {
    const failure: Failure = { reason: this.reason, code: this.code, context: this.context }
    if (this.#retryable !== undefined) failure.retryable = this.#retryable
    if (this.retryAfterMs !== undefined) failure.retry_after_ms = this.retryAfterMs
    return failure
  }
}

/** Whether something thrown is an error of this library, of this copy of it or another one. */
export function isAragoraError(error: unknown): error is AragoraError {
  return typeof error === 'object' && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true
}

/** A failure as the core reads it. @internal */
export interface Failure {
  reason: string
  code?: string
  retryable?: boolean
  retry_after_ms?: number
  context?: Readonly<Record<string, string>>
}

/** An error as the core says it. @internal */
interface Parts {
  readonly code: ErrorCode
  readonly reason: string
  readonly retryable: boolean
  readonly retry_after_ms?: number
  readonly context: Readonly<Record<string, string>>
  readonly cause_call?: number
  readonly cause?: Parts
}

/** What participants threw, by call, while the core may still refer to it. @internal */
export const causes = new Map<number, unknown>()

/** The error for parts that crossed; its cause is the very object a participant threw, or what the core met.
 * @internal */
export function errorOf(document: string): AragoraError {
  return fromParts(JSON.parse(document) as Parts)
}

function fromParts(parts: Parts): AragoraError {
  const behind = parts.cause && fromParts(parts.cause)
  const cause = parts.cause_call === undefined ? behind : causes.get(parts.cause_call)
  return new AragoraError(parts.code, parts.reason, {
    retryable: parts.retryable,
    retryAfterMs: parts.retry_after_ms,
    context: parts.context,
    cause,
  })
}

/** The value of an answer; throws its error. @internal */
export function unwrap(outcome: { readonly ok?: string | undefined; readonly err?: string | undefined }): string {
  if (outcome.err !== undefined) throw errorOf(outcome.err)
  return outcome.ok ?? 'null'
}

/** A pure operation of the core. @internal */
export function compute(op: string, args: string): string {
  return unwrap(native.compute(op, args))
}

let retryableCodes: ReadonlySet<string> | undefined

/** Asked once: which codes are worth repeating is the core's knowledge. */
function retryableByDefault(code: string): boolean {
  if (retryableCodes === undefined) {
    const list = JSON.parse(compute('errors.list', '{}')) as { code: string; retryable: boolean }[]
    retryableCodes = new Set(list.filter((kind) => kind.retryable).map((kind) => kind.code))
  }
  return retryableCodes.has(code)
}
