// What the core has: its error codes and its protocols.

import { compute } from './errors.js'
import { camelKeys } from './keys.js'
import type { ErrorCode, Json } from './values.js'

/** One error code. */
export interface ErrorKind {
  readonly code: ErrorCode
  /** Whether errors of this kind are worth repeating unless they say otherwise. */
  readonly retryable: boolean
}

/** One protocol of the library. */
export interface ProtocolInfo {
  readonly name: string
  readonly version: string
  /** Its parameters with their defaults, in the form of the specification. */
  readonly params: Json
  readonly minSeats: number
  readonly maxSeats: number
}

/** Every error code there is. */
export function errorCodes(): readonly ErrorKind[] {
  return JSON.parse(compute('errors.list', '{}')) as ErrorKind[]
}

/** Every protocol that is built in. */
export function builtinProtocols(): readonly ProtocolInfo[] {
  const list = JSON.parse(compute('protocols.list', '{}')) as { params: Json }[]
  return list.map(({ params, ...rest }) => ({ ...(camelKeys(rest) as object), params }) as ProtocolInfo)
}

/** The version of this package, and of the core in it. */
export const version: string = (require('../package.json') as { version: string }).version
