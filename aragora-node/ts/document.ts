// JSON as it may cross: what JSON.stringify would change silently is refused instead.

import { AragoraError } from './errors.js'

/** The document's JSON. Refuses what has no faithful form, with its place. @internal */
export function toJson(value: unknown): string {
  check(value, '')
  return JSON.stringify(value)
}

function check(value: unknown, at: string): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) refuse(at, 'text with half of a surrogate pair')
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(at, String(value))
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) refuse(at, `${value}, beyond 2^53 - 1`)
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) check(item, `${at}/${index}`)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) check(item, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  } else if (value !== null && value !== undefined && typeof value !== 'boolean') {
    refuse(at, `a ${typeof value}`)
  }
}

function refuse(at: string, found: string): never {
  const pointer = at === '' ? '/' : at
  const violations = JSON.stringify([{ pointer, reason: `${found} cannot cross` }])
  throw new AragoraError('invalid_request', `${pointer}: ${found} cannot cross`, { context: { violations } })
}
