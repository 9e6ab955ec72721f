// Values of the package to documents of the core and back, by the rendered table: names, instants, 64-bit numbers and
// unions change their form, everything else passes. What the table does not know passes too, for the core to refuse.

import { AragoraError } from './errors.js'
import { codecs, type Values } from './values.js'

/** How a part is written: 0 as it is, a name by its row, and the rest as the word says. @internal */
export type CodecForm = 0 | string | readonly ['list' | 'map' | 'optional', CodecForm]

/** A member: its name here, its name in a document, its form, 1 where absence is written as null, and the member beside
 * it that names the case of its union. @internal */
export type CodecMember = readonly [name: string, json: string, form: CodecForm, nulls?: 0 | 1, tag?: string]

/** A row: the members of a record, or the cases of a union whose tag is `tag` (null: the case is the only member).
 * A case has members, or the form of its one value. @internal */
export type CodecRow =
  | { readonly record: readonly CodecMember[] }
  | { readonly tag: string | null; readonly cases: { readonly [word: string]: CodecCase } }

type CodecCase = readonly CodecMember[] | { readonly value: CodecForm }

type Members = { [key: string]: unknown }

/** The value in a document of the core. Members that are null there are absent here. @internal */
export function decode<Name extends keyof Values>(name: Name, document: unknown): Values[Name] {
  return read(name, document) as Values[Name]
}

/** The document of a value. Members that are undefined or null are left out. @internal */
export function encode<Name extends keyof Values>(name: Name, value: Values[Name]): unknown {
  return write(name, value)
}

function read(form: CodecForm, document: unknown): unknown {
  if (form === 0 || document === null || document === undefined) return document
  if (typeof form !== 'string') return inside(form[0], form[1], document, read)
  if (form === 'uint64') return BigInt(document as string)
  if (form === 'instant' || form === 'instantMs') return new Date(document as string | number)
  const row = codecs[form]
  if (row === undefined) return document
  if ('record' in row) return isObject(document) ? readMembers(row.record, document, {}) : document
  if (row.tag !== null) {
    if (!isObject(document)) return document
    const type = document[row.tag]
    const known = own(row.cases, type)
    return known === undefined || 'value' in known ? document : readMembers(known, document, { type })
  }
  if (typeof document === 'string') return { type: document }
  if (!isObject(document)) return document
  const [type] = Object.keys(document)
  const known = own(row.cases, type)
  if (type === undefined || known === undefined) return document
  const inner = document[type]
  if ('value' in known) return { type, value: read(known.value, inner) }
  return isObject(inner) ? readMembers(known, inner, { type }) : { type }
}

function readMembers(members: readonly CodecMember[], document: Members, value: Members): Members {
  for (const [name, json, form, , tag] of members) {
    const part = document[json]
    if (part === undefined) continue
    if (tag !== undefined) value[name] = readBeside(form, part, tag, document[tag])
    else if (part !== null || isOptional(form)) value[name] = read(form, part)
  }
  return value
}

// The union's tag stands beside it; a case nobody knows stays as it came.
function readBeside(form: CodecForm, part: unknown, tag: string, type: unknown): unknown {
  const row = typeof form === 'string' ? codecs[form] : undefined
  if (row === undefined || 'record' in row || own(row.cases, type) === undefined) return part
  return read(form, { ...(part as Members), [tag]: type })
}

function write(form: CodecForm, value: unknown): unknown {
  if (form === 0 || value === null || value === undefined) return value
  if (typeof form !== 'string') return inside(form[0], form[1], value, write)
  if (form === 'uint64') return typeof value === 'bigint' || typeof value === 'number' ? value.toString() : value
  if (form === 'instant' || form === 'instantMs') return value instanceof Date ? writeInstant(value, form) : value
  const row = codecs[form]
  if (row === undefined || !isObject(value)) return value
  if ('record' in row) return writeMembers(row.record, value, {}, undefined)
  const known = own(row.cases, value['type'])
  if (known === undefined) return value
  const type = value['type'] as string
  if ('value' in known) return { [type]: write(known.value, value['value']) ?? null }
  if (row.tag !== null) return writeMembers(known, value, { [row.tag]: type }, 'type')
  return known.length === 0 ? type : { [type]: writeMembers(known, value, {}, 'type') }
}

function writeMembers(members: readonly CodecMember[], value: Members, document: Members, but: string | undefined): Members {
  const names = new Set<string>()
  for (const [name, json, form, nulls, tag] of members) {
    names.add(name)
    const part = value[name]
    if (part === undefined || (part === null && nulls !== 1 && !isOptional(form))) {
      if (nulls === 1) document[json] = null
    } else if (tag !== undefined && isObject(part)) {
      const { [tag]: _, ...rest } = write(form, part) as Members
      document[json] = rest
    } else {
      document[json] = write(form, part)
    }
  }
  for (const [name, part] of Object.entries(value)) {
    if (!names.has(name) && name !== but && part !== undefined) document[name] = part
  }
  return document
}

function writeInstant(value: Date, form: 'instant' | 'instantMs'): string | number {
  const millis = value.getTime()
  if (Number.isNaN(millis)) throw new AragoraError('invalid_request', 'an invalid Date, expected an instant')
  return form === 'instant' ? value.toISOString() : millis
}

function inside(
  kind: 'list' | 'map' | 'optional',
  form: CodecForm,
  whole: unknown,
  each: (form: CodecForm, part: unknown) => unknown,
): unknown {
  if (kind === 'optional') return each(form, whole)
  if (kind === 'list') return Array.isArray(whole) ? whole.map((part) => each(form, part)) : whole
  // Keys are the host's and stay; fromEntries also keeps one named __proto__.
  return isObject(whole) ? Object.fromEntries(Object.entries(whole).map(([key, part]) => [key, each(form, part)])) : whole
}

function isOptional(form: CodecForm): boolean {
  return Array.isArray(form) && form[0] === 'optional'
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own<Part>(parts: { readonly [name: string]: Part }, name: unknown): Part | undefined {
  return typeof name === 'string' && Object.hasOwn(parts, name) ? parts[name] : undefined
}
