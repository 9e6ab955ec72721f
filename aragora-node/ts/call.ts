// Live calls of the core into participants of this environment: which object they go to, how they are cancelled, and
// what was thrown. A call is here from its message to its answer; what comes later is dropped by the core.

import { respond } from './agents.js'
import { sign } from './builtin.js'
import { type Failure, causes, isAragoraError } from './errors.js'
import { type NativeEnvironment, type Post, native } from './native.js'
import { consult } from './protocols.js'
import { forgetTranscripts } from './transcript.js'

let attached: NativeEnvironment | undefined

/** This environment's entrance, made at first use: importing the package starts nothing. @internal */
export function environment(): NativeEnvironment {
  if (attached === undefined) {
    // Loaded at first use too: it is the slowest part of an import.
    const { isMainThread } = require('node:worker_threads') as typeof import('node:worker_threads')
    attached = new native.Environment((posts) => posts.forEach(deliver), isMainThread)
  }
  return attached
}

/** One call of the core that is under way. @internal */
export class LiveCall {
  readonly id: number
  #controller: AbortController | undefined
  #cancelled = false

  constructor(id: number) {
    this.id = id
  }

  /** Aborted when the answer is no longer wanted. Made when it is first looked at. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#cancelled) this.#controller.abort()
    }
    return this.#controller.signal
  }

  cancel(): void {
    this.#cancelled = true
    this.#controller?.abort()
  }

  answer(json: string): void {
    environment().answer(this.id, json)
  }

  /** Fails the call. What was thrown is kept for whoever sees the error, until the core lets go of it. */
  fail(failure: Failure, thrown?: { readonly error: unknown }): void {
    if (thrown !== undefined) causes.set(this.id, thrown.error)
    const waitedFor = environment().fail(this.id, JSON.stringify(failure))
    if (!waitedFor) causes.delete(this.id)
  }
}

const live = new Map<number, LiveCall>()

interface Participant {
  readonly object: object
  readonly number: number
  uses: number
}

const byNumber = new Map<number, Participant>()
const byObject = new Map<object, Participant>()
let lastNumber = 0

/** The number under which the core knows this object, kept once more for every time it is named. @internal */
export function retain(object: object): number {
  let participant = byObject.get(object)
  if (participant === undefined) {
    participant = { object, number: ++lastNumber, uses: 0 }
    byNumber.set(participant.number, participant)
    byObject.set(object, participant)
  }
  participant.uses += 1
  return participant.number
}

function forget(number: number): void {
  const participant = byNumber.get(number)
  if (participant === undefined || --participant.uses > 0) return
  byNumber.delete(number)
  byObject.delete(participant.object)
  forgetTranscripts(participant.object)
}

/** How much is kept for the core right now; all zero when nothing runs. @internal */
export function kept(): { calls: number; causes: number; participants: number; native: number } {
  return { calls: live.size, causes: causes.size, participants: byNumber.size, native: native.pendingCalls() }
}

/** Never throws: there is nobody above it but the event loop. */
function deliver(post: Post): void {
  const { kind, call = 0, participant = 0, method = '', data = '' } = post
  if (kind === 'cancel') live.get(call)?.cancel()
  else if (kind === 'release') causes.delete(call)
  else if (kind === 'forget') forget(participant)
  else begin(new LiveCall(call), byNumber.get(participant)?.object, method, data)
}

function begin(call: LiveCall, object: object | undefined, method: string, data: string): void {
  if (object === undefined) {
    call.fail({ reason: 'this participant is not known here any more' })
    return
  }
  live.set(call.id, call)
  const work = carry(call, object, method, data)
  work.then(
    () => live.delete(call.id),
    (error: unknown) => {
      live.delete(call.id)
      call.fail({ reason: `the call could not be made: ${String(error)}` })
    },
  )
}

function carry(call: LiveCall, object: object, method: string, data: string): Promise<void> {
  if (method === 'agent.respond') return respond(call, object, data)
  if (method === 'credentials.headers') return sign(call, object, data)
  return consult(call, object, method, data)
}

/** What is told about something a participant threw. @internal */
export function failureOf(who: string, error: unknown): Failure {
  if (isAragoraError(error)) return error.parts()
  return { reason: `${who} threw ${describe(error)}` }
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : `${kindOf(error)}: ${String(error)}`
  } catch {
    return 'something that cannot be shown'
  }
}

/** What a value is, for people. @internal */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return typeof value
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'object'
}
