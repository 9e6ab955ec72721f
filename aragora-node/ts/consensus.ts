import { type Rule, ruleConfig } from './aragora.js'
import { decode, encode } from './codec.js'
import { toJson } from './document.js'
import { compute } from './errors.js'
import type { CastVote, Reputation, Tally } from './values.js'

/** A seat that may vote. */
export interface Voter {
  readonly id: string
  /** How much its vote counts, 1 without it. */
  readonly weight?: number | undefined
  /** The lineage of the model behind it. */
  readonly family?: string | undefined
  readonly reputation?: Reputation | undefined
}

/** An option that may be voted for. */
export interface Candidate {
  readonly id: string
  /** Whose answer it is. */
  readonly authors?: readonly string[] | undefined
}

/** What is counted. */
export interface Poll {
  readonly rule: Rule
  readonly seats: readonly Voter[]
  readonly options: readonly Candidate[]
  readonly votes: readonly CastVote[]
  /** Of tie breaks by lot. */
  readonly seed?: bigint | undefined
  /** Seats active in the round, where the rule asks for it. */
  readonly active?: number | undefined
}

/** Counts votes with a rule. Asks nobody, records nothing. */
export function tally(poll: Poll): Tally {
  const { rule, seats, options, votes, seed, active } = poll
  const document = {
    rule: ruleConfig(rule),
    seats: seats.map((seat) => ({ ...seat, reputation: seat.reputation && encode('Reputation', seat.reputation) })),
    options,
    votes: votes.map((vote) => encode('CastVote', vote)),
    seed: seed?.toString(),
    active,
  }
  return decode('Tally', JSON.parse(compute('consensus.tally', toJson(document))))
}
