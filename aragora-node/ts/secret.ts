import { inspect } from 'node:util'

const HIDDEN = '***'

/** What nobody is shown: neither a log, nor a template, nor `JSON.stringify` has more of it than its names. */
export class Secret<Value = string> {
  readonly #value: Value
  readonly #shown: unknown

  private constructor(value: Value, shown: unknown) {
    this.#value = value
    this.#shown = shown
  }

  /** @internal */
  static of<Value>(value: Value, shown: unknown = HIDDEN): Secret<Value> {
    return new Secret(value, shown)
  }

  /** What is inside. @internal */
  static reveal<Value>(secret: Value | Secret<Value>): Value {
    return secret instanceof Secret ? secret.#value : secret
  }

  /** What may be shown. */
  toJSON(): unknown {
    return this.#shown
  }

  /** Three stars. */
  toString(): string {
    return HIDDEN
  }

  /** What may be shown. */
  [inspect.custom](): unknown {
    return this.#shown
  }
}

/** The names, with nothing behind them. @internal */
export function hidden(secrets: { readonly [name: string]: string }): { [name: string]: string } {
  return Object.fromEntries(Object.keys(secrets).map((name) => [name, HIDDEN]))
}
