import { decode } from './codec.js'
import { toJson } from './document.js'
import { AragoraError, errorOf, unwrap } from './errors.js'
import { type EventOptions, EventStream } from './events.js'
import { Human } from './human.js'
import type { NativeDebate, NativeEvents, Started } from './native.js'
import { uncloneable } from './uncloneable.js'
import type { Decision } from './values.js'

/** How to wait. */
export interface ResultOptions {
  /** Aborting it cancels the debate; `result` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

interface Held {
  readonly native: NativeDebate
  /** The stream that was opened with it, for whoever asks first. */
  early: { readonly events: NativeEvents; readonly options: string } | undefined
  readonly id: string
  detached: boolean
}

/** Running debates whose handle is gone: nobody can learn what comes out, so they are cancelled, visibly. */
/** The options of a stream of everything. */
const ALL = '{}'

const unheld = new FinalizationRegistry<Held>(({ native, id, detached }) => {
  // A closed instance has cancelled it already, which is what its host wanted.
  const { ok, err } = native.ask('finished', '{}')
  if (detached || ok === 'true' || err !== undefined) return
  native.cancel('nobody holds this debate any more')
  process.emitWarning(
    `debate ${id} was still running when its handle was collected, and is cancelled; keep the handle, or call detach()`,
    { type: 'AragoraWarning', code: 'ARAGORA_UNHELD_DEBATE' },
  )
})

/**
 * One debate. Until `start`, `result` or `events` is called it is only described and costs nothing. It has no `then`,
 * so an async function may return it.
 */
export class Debate {
  readonly #begin: (events: string) => Promise<Started>
  #started: Promise<Held> | undefined
  #held: Held | undefined
  #given: string | undefined
  #cancelled: string | undefined
  #detached = false
  #followed = false

  private constructor(begin: (events: string) => Promise<Started>, id: string | undefined) {
    this.#begin = begin
    this.#given = id
    uncloneable(this)
  }

  /** @internal */
  static of(begin: (events: string) => Promise<Started>, id: string | undefined): Debate {
    return new Debate(begin, id)
  }

  /** Its id. `invalid_state` before it was started, unless it was given one. */
  get id(): string {
    const id = this.#held?.id ?? this.#given
    if (id === undefined) throw notStarted('its id is made when it starts')
    return id
  }

  /** Begins it; idempotent. `result` and `events` do so themselves. */
  async start(): Promise<this> {
    this.#followed = true
    await this.#running(ALL)
    return this
  }

  /** The decision. A debate that a limit ended is decided too, with `partial: true`. */
  async result(options: ResultOptions = {}): Promise<Decision> {
    const { signal } = options
    if (signal === undefined) return this.#result()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.cancel('the caller of result() left')
        reject(signal.reason)
      }
      if (signal.aborted) return leave()
      signal.addEventListener('abort', leave, { once: true })
      this.#result()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', leave))
    })
  }

  async #result(): Promise<Decision> {
    const { native } = await this.#running(ALL)
    return decode('Decision', JSON.parse(unwrap(await native.result())))
  }

  /** Its events, from the first; begins it. */
  events(options: EventOptions = {}): EventStream {
    const { from, lag, liveOnly } = options
    const document = toJson({ from, lag, live_only: liveOnly })
    return EventStream.of(async () => {
      this.#followed = true
      const held = await this.#running(document)
      const { early } = held
      if (early?.options === document) {
        held.early = undefined
        return early.events
      }
      const { events, err } = held.native.events(document)
      if (events === undefined) throw errorOf(err ?? '')
      return events
    })
  }

  /** Cancels it: returns at once, may be called again, and makes `result` reject with `cancelled`. */
  cancel(reason = 'cancelled by the host'): void {
    this.#cancelled ??= reason
    if (this.#held !== undefined) unwrap(this.#held.native.cancel(reason))
  }

  /** Lets it run on when nobody holds it. The process may still end before it does. */
  detach(): void {
    this.#detached = true
    if (this.#held !== undefined) {
      this.#held.detached = true
      unwrap(this.#held.native.detach())
    }
  }

  /** Speaks as a person who is no participant. */
  get human(): Human {
    return Human.of(() => this.#now())
  }

  /** The decision as it stands. */
  async partial(): Promise<Decision> {
    return decode('Decision', JSON.parse(unwrap(await this.#now().call('partial', '{}'))))
  }

  /** Whether it has ended. */
  get finished(): boolean {
    return this.#held !== undefined && unwrap(this.#held.native.ask('finished', '{}')) === 'true'
  }

  #now(): NativeDebate {
    if (this.#held === undefined) throw notStarted('call start() and await it')
    return this.#held.native
  }

  #running(events: string): Promise<Held> {
    this.#started ??= this.#start(events)
    return this.#started
  }

  async #start(options: string): Promise<Held> {
    if (this.#cancelled !== undefined) throw new AragoraError('cancelled', this.#cancelled)
    const { debate: native, events, err } = await this.#begin(options)
    if (native === undefined || events === undefined) throw errorOf(err ?? '')
    // Whoever only waits for the result is no reason to stream.
    if (!this.#followed) events.close()
    const early = this.#followed ? { events, options } : undefined
    const held: Held = { native, early, id: unwrap(native.id()), detached: this.#detached }
    this.#held = held
    unheld.register(this, held)
    if (this.#detached) unwrap(native.detach())
    // Cancelled while it began.
    if (this.#cancelled !== undefined) unwrap(native.cancel(this.#cancelled))
    return held
  }
}

function notStarted(what: string): AragoraError {
  return new AragoraError('invalid_state', `this debate was not started; ${what}`)
}
