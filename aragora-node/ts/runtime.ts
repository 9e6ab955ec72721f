import { unwrap } from './errors.js'
import { native } from './native.js'

/** Settings of the library's threads. */
export interface RuntimeOptions {
  /** Worker threads, 1 to 64; as many as cores, 2 to 4, without it. */
  readonly threads: number
}

/** Sets up the library's threads before anything uses them; afterwards it is `invalid_state`. */
export function configureRuntime(options: RuntimeOptions): void {
  const { threads } = options
  if (!Number.isInteger(threads) || threads < 0) throw new TypeError(`threads is ${threads}, expected a whole number from 1 to 64`)
  unwrap(native.configureRuntime(threads))
}
