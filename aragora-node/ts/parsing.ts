// What replies say: the library's own readers, for texts of any origin.

import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { compute } from './errors.js'
import { camelKeys } from './keys.js'
import type { AnswerFormat, Ballot, BallotShape, ExtractedAnswer, StopReason } from './values.js'

/** A reply to read. */
export interface ReplyText {
  readonly text: string
  /** Its structured value. */
  readonly structured?: unknown
  /** Why it ended. */
  readonly stop?: StopReason | undefined
}

/** Something about a reply that did not make it invalid. */
export interface ParseWarning {
  readonly code: string
  readonly [name: string]: unknown
}

/** What a voter's reply says. */
export interface ParsedBallot {
  /** Invalid whenever the reply is not clearly a ballot. */
  readonly ballot: Ballot
  readonly confidence?: number
  readonly reason?: string
  /** Whether the voter wants to go on. */
  readonly continue?: boolean
  readonly ready?: boolean
  readonly respondsTo?: string
  readonly warnings: readonly ParseWarning[]
  readonly [name: string]: unknown
}

/** What one participant finds wrong with another's answer. */
export interface ParsedCritique {
  /** As the critic names it. */
  readonly target?: string
  readonly issues: readonly string[]
  readonly suggestions: readonly string[]
  readonly severity?: number
  readonly reasoning: string
  readonly warnings: readonly ParseWarning[]
  readonly [name: string]: unknown
}

/** What an ordinary reply says about itself. */
export interface Signals {
  readonly confidence?: number
  readonly continue?: boolean
  readonly ready?: boolean
  readonly respondsTo?: string
  readonly warnings: readonly ParseWarning[]
  readonly [name: string]: unknown
}

/** The answer in a reply. */
export function parseAnswer(reply: ReplyText, format?: AnswerFormat): ExtractedAnswer | undefined {
  const found = read('parse.answer', { ...document(reply), format: format && encode('AnswerFormat', format) })
  return found === null ? undefined : decode('ExtractedAnswer', found)
}

/** The vote in a reply. */
export function parseBallot(reply: ReplyText, shape: BallotShape): ParsedBallot {
  const { ballot, probabilities, ...rest } = read('parse.ballot', {
    ...document(reply),
    shape: encode('BallotShape', shape),
  }) as { ballot: unknown; probabilities?: unknown }
  const named = probabilities === undefined || probabilities === null ? {} : { probabilities }
  return { ...(camelKeys(rest) as object), ...named, ballot: decode('Ballot', ballot) } as ParsedBallot
}

/** The critiques in a reply, of the targets its author was shown. */
export function parseCritiques(reply: ReplyText, targets: readonly string[] = []): readonly ParsedCritique[] {
  return camelKeys(read('parse.critiques', { ...document(reply), targets })) as ParsedCritique[]
}

/** What a reply says about itself. */
export function parseSignals(reply: ReplyText): Signals {
  return camelKeys(read('parse.signals', document(reply))) as Signals
}

function document({ text, structured, stop }: ReplyText): object {
  return { text, structured, stop: stop && encode('StopReason', stop) }
}

function read(op: string, args: object): unknown {
  return JSON.parse(compute(op, toJson(args)))
}
