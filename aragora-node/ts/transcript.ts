import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { unwrap } from './errors.js'
import { native } from './native.js'
import type { Step } from './step.js'
import type {
  ConsensusCheckEvent,
  CritiqueEvent,
  DebateStartEvent,
  Draft,
  EventData,
  Expect,
  Limits,
  OptionView,
  Order,
  Phase,
  Position,
  Question,
  RoundView,
  RuleConfig,
  SeatView,
  Spent,
  StepView,
  Stop,
  Tally,
  TranscriptMessage,
  TurnView,
  VoteView,
} from './values.js'

/** More about what is asked. */
export interface AskOptions {
  /** Who is asked; everybody without it. */
  readonly seats?: readonly string[] | undefined
  /** The round; the current one or the next without it. */
  readonly round?: number | undefined
  /** What must be returned; text without it. */
  readonly expect?: Expect | undefined
  /** All at once, or each after the one before. */
  readonly order?: Order | undefined
}

interface CallData {
  readonly debate: string
  readonly round: number
  readonly next_seq: number
  readonly messages: number
  readonly winner?: unknown
}

/** Messages that were read before, by protocol object and debate: a step reads only what is new. */
const cached = new WeakMap<object, Map<string, TranscriptMessage[]>>()

/** Reading them again costs time and nothing else, so a protocol that serves many debates keeps only the latest. */
const DEBATES_CACHED = 64

/** Lets go of everything read for a protocol. @internal */
export function forgetTranscripts(protocol: object): void {
  cached.delete(protocol)
}

/**
 * The debate so far, for a protocol. It is asked while the protocol's method runs; afterwards every question is
 * `invalid_state`.
 */
export class Transcript {
  readonly #call: number
  readonly #protocol: object
  readonly #data: CallData
  readonly #read = new Map<string, unknown>()

  private constructor(call: number, protocol: object, data: CallData) {
    this.#call = call
    this.#protocol = protocol
    this.#data = data
  }

  /** @internal */
  static of(call: number, protocol: object, data: string): Transcript {
    return new Transcript(call, protocol, JSON.parse(data) as CallData)
  }

  /** @internal */
  end(): void {
    this.#read.clear()
  }

  /** The option that won; only in `closing`. @internal */
  winner(): OptionView {
    return decode('OptionView', this.#data.winner)
  }

  /** The debate. */
  get debate(): string {
    return this.#data.debate
  }

  /** The round; 0 before the first. */
  get round(): number {
    return this.#data.round
  }

  /** The place of the next record in the log. */
  get nextSeq(): number {
    return this.#data.next_seq
  }

  /** Every message, oldest first. */
  get messages(): readonly TranscriptMessage[] {
    const debates = cached.get(this.#protocol) ?? new Map<string, TranscriptMessage[]>()
    cached.set(this.#protocol, debates)
    let known = debates.get(this.debate)
    // Fewer than are known: the debate is run again, perhaps from a log that was changed.
    if (known === undefined || known.length > this.#data.messages) known = []
    debates.delete(this.debate)
    debates.set(this.debate, known)
    for (const oldest of debates.keys()) {
      if (debates.size <= DEBATES_CACHED) break
      debates.delete(oldest)
    }
    if (known.length < this.#data.messages) {
      const fresh = this.#ask({ read: 'messages', from: known.length }) as unknown[]
      for (const message of fresh) known.push(decode('TranscriptMessage', message))
    }
    return known.slice()
  }

  /** The participants in order. */
  get seats(): readonly SeatView[] {
    return this.#list('seats', (seat) => decode('SeatView', seat))
  }

  /** Those that take part in this round. */
  get active(): readonly string[] {
    return this.#list('active', String)
  }

  /** Those that vote. */
  get eligible(): readonly string[] {
    return this.#list('eligible', String)
  }

  /** What was voted. */
  get votes(): readonly VoteView[] {
    return this.#list('votes', (vote) => decode('VoteView', vote))
  }

  /** What critics found. */
  get critiques(): readonly CritiqueEvent[] {
    return this.#list('critiques', (critique) => eventData('critique', critique) as CritiqueEvent)
  }

  /** What rules counted. */
  get checks(): readonly ConsensusCheckEvent[] {
    return this.#list('checks', (check) => eventData('consensus_check', check) as ConsensusCheckEvent)
  }

  /** How it began. */
  get start(): DebateStartEvent {
    return this.#once('start', (start) => eventData('debate_start', start) as DebateStartEvent)
  }

  /** Why it ends, once that is known. */
  get stop(): Stop | undefined {
    return this.#once('stop', (stop) => (stop === null ? undefined : decode('Stop', stop)))
  }

  /** The rounds so far. */
  get rounds(): readonly RoundView[] {
    return this.#list('rounds', (round) => decode('RoundView', round))
  }

  /** The steps so far. */
  get steps(): readonly StepView[] {
    return this.#list('steps', (step) => decode('StepView', step))
  }

  /** The turns so far. */
  get turns(): readonly TurnView[] {
    return this.#list('turns', (turn) => decode('TurnView', turn))
  }

  /** Where every debating seat stands, in roster order. */
  get positions(): readonly Position[] {
    return this.#list('positions', (position) => decode('Position', position))
  }

  /** What can be voted for. */
  get options(): readonly OptionView[] {
    return this.#list('options', (option) => decode('OptionView', option))
  }

  /** What is to be decided. */
  get question(): Question {
    return this.#once('question', (question) => decode('Question', question))
  }

  /** How much may be used. */
  get limits(): Limits {
    return this.#once('limits', (limits) => decode('Limits', limits))
  }

  /** The decision rule. */
  get rule(): RuleConfig {
    return this.#once('rule', (rule) => decode('RuleConfig', rule))
  }

  /** What was used so far. */
  get spent(): Spent {
    return this.#once('spent', (spent) => decode('Spent', spent))
  }

  /** A step that asks these seats; the core builds turn ids, visibility and the prompts. */
  ask(phase: Phase, instruction: string, options: AskOptions | readonly string[] = {}): Step {
    const { seats, round, expect, order } = isSeats(options) ? ({ seats: options } as AskOptions) : options
    const ask = { phase, instruction, seats, round, expect: expect && encode('Expect', expect), order }
    return decode('Step', this.#ask({ ask }))
  }

  /** Counts the newest positions with a rule, without recording anything. */
  check(rule: RuleConfig): Tally {
    return decode('Tally', this.#ask({ check: encode('RuleConfig', rule) }))
  }

  /** What is counted for the decision unless the protocol says otherwise. */
  draft(): Draft {
    return decode('Draft', this.#ask({ draft: {} }))
  }

  /** How a seat appears to others. */
  displayName(seat: string): string {
    return String(this.#ask({ display_name: seat }))
  }

  /** Whether a seat sees another's messages. */
  sees(seat: string, other: string): boolean {
    return this.#ask({ sees: { seat, other } }) === true
  }

  /** Whether a phase of a round was planned already. */
  planned(round: number, phase: Phase): boolean {
    return this.#ask({ planned: { round, phase } }) === true
  }

  #list<T>(part: string, read: (item: unknown) => T): readonly T[] {
    return this.#once(part, (items) => (items as unknown[]).map(read))
  }

  #once<T>(part: string, read: (value: unknown) => T): T {
    if (!this.#read.has(part)) this.#read.set(part, read(this.#ask({ read: part })))
    return this.#read.get(part) as T
  }

  #ask(question: object): unknown {
    return JSON.parse(unwrap(native.transcript(this.#call, toJson(question))))
  }
}

function eventData(type: EventData['type'], members: unknown): EventData {
  return decode('EventData', { type, ...(members as object) })
}

function isSeats(options: AskOptions | readonly string[]): options is readonly string[] {
  return Array.isArray(options)
}
