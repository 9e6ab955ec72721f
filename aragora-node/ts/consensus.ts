import { type Rule, ruleDocument } from './aragora.js'
import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { compute } from './errors.js'
import { snakeKeys } from './keys.js'
import type { OptionView } from './transcript.js'
import type { CastVote, Tally } from './values.js'

/** A seat that may vote. */
export interface Voter {
  readonly id: string
  readonly weight?: number | undefined
  readonly reputation?: unknown
}

/** What is counted. */
export interface Poll {
  readonly rule: Rule
  readonly seats: readonly Voter[]
  readonly options: readonly OptionView[]
  readonly votes: readonly CastVote[]
  /** Of tie breaks by lot. */
  readonly seed?: bigint | undefined
}

/** Counts votes with a rule. Asks nobody, records nothing. */
export function tally(poll: Poll): Tally {
  const { rule, seats, options, votes, seed } = poll
  const document = {
    rule: ruleDocument(rule),
    seats: snakeKeys(seats),
    options: snakeKeys(options),
    votes: votes.map((vote) => encode('CastVote', vote)),
    seed: seed?.toString(),
  }
  return decode('Tally', JSON.parse(compute('consensus.tally', toJson(document))))
}
