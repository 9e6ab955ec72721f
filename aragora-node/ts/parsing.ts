// What replies say: the library's own readers, for texts of any origin.

import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { compute } from './errors.js'
import type {
  AnswerFormat,
  BallotShape,
  Equivalence,
  ExtractedAnswer,
  Json,
  ParsedBallot,
  ParsedCritique,
  Signals,
  StopReason,
} from './values.js'

/** A reply to read. */
export interface ReplyText {
  readonly text: string
  /** Its structured value. */
  readonly structured?: Json | undefined
  /** Why it ended. */
  readonly stop?: StopReason | undefined
}

/** The answer in a reply. */
export function parseAnswer(reply: ReplyText, format?: AnswerFormat): ExtractedAnswer | undefined {
  const found = read('parse.answer', { ...document(reply), format: format && encode('AnswerFormat', format) })
  return found === null ? undefined : decode('ExtractedAnswer', found)
}

/** The vote in a reply. */
export function parseBallot(reply: ReplyText, shape: BallotShape): ParsedBallot {
  return decode('ParsedBallot', read('parse.ballot', { ...document(reply), shape: encode('BallotShape', shape) }))
}

/** The critiques in a reply, of the targets its author was shown. */
export function parseCritiques(reply: ReplyText, targets: readonly string[] = []): readonly ParsedCritique[] {
  const critiques = read('parse.critiques', { ...document(reply), targets }) as unknown[]
  return critiques.map((critique) => decode('ParsedCritique', critique))
}

/** What a reply says about itself. */
export function parseSignals(reply: ReplyText): Signals {
  return decode('Signals', read('parse.signals', document(reply)))
}

/** A text without what does not matter when answers are compared: case, space, punctuation around it. */
export function normalise(text: string): string {
  return read('parse.normalise', { text }) as string
}

/** Whether two answers are the same under a rule of equivalence. */
export function sameAnswer(equal: Equivalence, a: string, b: string): boolean {
  return read('parse.same', { equal: encode('Equivalence', equal), a, b }) as boolean
}

function document({ text, structured, stop }: ReplyText): object {
  return { text, structured, stop: stop && encode('StopReason', stop) }
}

function read(op: string, args: object): unknown {
  return JSON.parse(compute(op, toJson(args)))
}
