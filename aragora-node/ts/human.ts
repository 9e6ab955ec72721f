import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { unwrap } from './errors.js'
import type { NativeDebate, NativeSession } from './native.js'
import type { HumanReply, PendingTurn, PendingTurns } from './values.js'

/** A person beside the debate: who is no participant, and still has a word. */
export class Human {
  readonly #debate: () => NativeDebate

  private constructor(debate: () => NativeDebate) {
    this.#debate = debate
  }

  /** @internal */
  static of(debate: () => NativeDebate): Human {
    return new Human(debate)
  }

  /** Says something to all. */
  message(message: { readonly by: string; readonly text: string }): void {
    this.#say('human.message', message)
  }

  /** Guides the next round. */
  guidance(guidance: { readonly by: string; readonly text: string }): void {
    this.#say('human.guidance', guidance)
  }

  /** Votes for an option, with an intensity of 1 to 10. */
  vote(vote: { readonly by: string; readonly option: string; readonly intensity?: number }): void {
    this.#say('human.vote', vote)
  }

  /** Answers a breakpoint. */
  async resolve(resolution: {
    readonly breakpoint: string
    readonly action: 'continue' | 'resolve' | 'redirect' | 'abort'
    readonly guidance?: string
    readonly by: string
  }): Promise<void> {
    unwrap(await this.#debate().call('human.resolve', toJson(resolution)))
  }

  #say(op: string, args: object): void {
    unwrap(this.#debate().ask(op, toJson(args)))
  }
}

/** Whose desk. */
export interface DeskOptions {
  /** The organisation; `default` without it. */
  readonly tenant?: string | undefined
}

/** Which turns to list. */
export interface PendingQuery extends DeskOptions {
  readonly debate?: string | undefined
  readonly agent?: string | undefined
  readonly limit?: number | undefined
}

/** Where people who hold a seat answer. */
export class HumanDesk {
  readonly #session: () => NativeSession

  private constructor(session: () => NativeSession) {
    this.#session = session
  }

  /** @internal */
  static of(session: () => NativeSession): HumanDesk {
    return new HumanDesk(session)
  }

  /** Turns that wait for a person. */
  async pending(query: PendingQuery = {}): Promise<PendingTurns> {
    return decode('PendingTurns', await this.#call('desk.pending', query))
  }

  /** One turn. */
  async turn(id: string, options: DeskOptions = {}): Promise<PendingTurn> {
    return decode('PendingTurn', await this.#call('desk.turn', { ...options, id }))
  }

  /** Answers a turn. */
  async submit(id: string, reply: HumanReply, by: string, options: DeskOptions = {}): Promise<void> {
    await this.#call('desk.submit', { ...options, id, reply: encode('HumanReply', reply), by })
  }

  /** Declines a turn. */
  async decline(id: string, reason: string, by: string, options: DeskOptions = {}): Promise<void> {
    await this.#call('desk.decline', { ...options, id, reason, by })
  }

  async #call(op: string, args: object): Promise<unknown> {
    return JSON.parse(unwrap(await this.#session().call(op, toJson(args))))
  }
}
