import { decode } from './codec.js'
import { unwrap } from './errors.js'
import type { NativeEvents } from './native.js'
import { uncloneable } from './uncloneable.js'
import type { Event } from './values.js'

/** How a debate is followed. */
export interface EventOptions {
  /** The first place in the log to hear of; all of it without. */
  readonly from?: number | undefined
  /** What happens to a reader that is too slow: it catches up from the log, or its stream ends with `lagged`. */
  readonly lag?: 'catch_up' | 'disconnect' | undefined
  /** Only what happens from now on. */
  readonly liveOnly?: boolean | undefined
}

/** Events are fetched in batches: one trip for many. */
const BATCH = 256

/**
 * The events of a debate, for `for await`. Leaving the loop closes this stream only; the debate goes on.
 *
 * A type this version does not know arrives with its raw data, so keep a default branch.
 */
export class EventStream implements AsyncIterableIterator<Event>, AsyncDisposable {
  readonly #open: () => Promise<NativeEvents>
  #native: NativeEvents | undefined
  #batch: readonly Event[] = []
  #at = 0
  #closed = false
  #queued = 0
  #last: Promise<unknown> = Promise.resolve()

  private constructor(open: () => Promise<NativeEvents>) {
    this.#open = open
    uncloneable(this)
  }

  /** @internal */
  static of(open: () => Promise<NativeEvents>): EventStream {
    return new EventStream(open)
  }

  /** This stream. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** The next event. Several may be asked for at once; they are served in order. */
  next(): Promise<IteratorResult<Event, undefined>> {
    const ready = this.#queued === 0 ? this.#take() : undefined
    if (ready !== undefined) return Promise.resolve(ready)
    this.#queued += 1
    const served = this.#last.then(() => this.#pull()).finally(() => (this.#queued -= 1))
    this.#last = served.catch(() => undefined)
    return served
  }

  /** Ends this stream; what `break` calls. */
  return(): Promise<IteratorResult<Event, undefined>> {
    this.close()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Ends this stream. A pending `next` ends too. */
  close(): void {
    this.#closed = true
    this.#batch = []
    this.#native?.close()
  }

  /** Ends this stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  #take(): IteratorResult<Event, undefined> | undefined {
    if (this.#closed) return { done: true, value: undefined }
    const value = this.#batch[this.#at]
    if (value === undefined) return undefined
    this.#at += 1
    return { done: false, value }
  }

  async #pull(): Promise<IteratorResult<Event, undefined>> {
    for (;;) {
      const ready = this.#take()
      if (ready !== undefined) return ready
      try {
        this.#native ??= await this.#open()
        if (this.#closed) this.#native.close()
        const outcome = await this.#native.nextBatch(BATCH)
        if (outcome.ok === undefined && outcome.err === undefined) this.#closed = true
        else if (!this.#closed) this.#fill(unwrap(outcome))
      } catch (error) {
        const wanted = !this.#closed
        this.close()
        if (wanted) throw error
      }
    }
  }

  #fill(batch: string): void {
    this.#batch = (JSON.parse(batch) as unknown[]).map((event) => decode('Event', event))
    this.#at = 0
  }
}
