import type { AnalysisKind, Json, Step as StepValue } from './values.js'

/** What the engine does next, as plain data. Asking is built by `transcript.ask`, because turn ids, visibility and the
 * prompt's layout are the core's. */
export type Step = StepValue

/** Steps that need no transcript. */
export const Step = Object.freeze({
  /** The protocol's schedule is done. */
  finish(): Step {
    return { type: 'finish', value: { cause: 'completed', round: 0, detail: "the protocol's schedule is done" } }
  },

  /** Waits for a person: `level` is 1 to 3, and after `waitMs` the debate goes on. */
  pause(pause: {
    readonly id: string
    readonly trigger: string
    readonly snapshot?: Json
    readonly level: number
    readonly waitMs: number
  }): Step {
    return { type: 'pause', value: { snapshot: null, ...pause } }
  },

  /** Computes these figures and records them. */
  analyse(kinds: readonly AnalysisKind[]): Step {
    return { type: 'analyse', value: kinds }
  },
})
