import type { AnalysisKind } from './values.js'

/** A person to wait for. */
export interface Pause {
  /** Its id, unique in the debate. */
  readonly id: string
  /** What triggered it. */
  readonly trigger: string
  /** Positions, issues and tally for the person. */
  readonly snapshot?: unknown
  /** Escalation level, 1 to 3. */
  readonly level: 1 | 2 | 3
  /** How long to wait; then the debate goes on. */
  readonly waitMs: number
}

/** What the engine does next. Asking is built by `transcript.ask`, because turn ids, visibility and the prompt's layout
 * are the core's. */
export class Step {
  readonly #document: object

  private constructor(document: object) {
    this.#document = document
  }

  /** The protocol's schedule is done. */
  static finish(): Step {
    return new Step({ finish: { cause: 'completed', round: 0, detail: "the protocol's schedule is done" } })
  }

  /** Waits for a person. */
  static pause(pause: Pause): Step {
    const { id, trigger, snapshot, level, waitMs } = pause
    return new Step({ pause: { id, trigger, snapshot: snapshot ?? null, level, wait_ms: waitMs } })
  }

  /** Computes these figures and records them. */
  static analyse(kinds: readonly AnalysisKind[]): Step {
    return new Step({ analyse: kinds })
  }

  /** A step the core has built. @internal */
  static built(document: object): Step {
    return new Step(document)
  }

  /** The step as the core reads it. @internal */
  static document(step: Step): object {
    return step.#document
  }

  /** Shown by `console.log`. */
  toJSON(): object {
    return this.#document
  }
}
