import { inspect } from 'node:util'
import { kindOf } from './call.js'
import { toJson } from './document.js'
import { AragoraError, compute, errorOf } from './errors.js'
import { type NativeCipher, type NativeSealed, native } from './native.js'
import type { Json } from './values.js'

/** A key that nobody else has, as 64 hex digits. Keep it where secrets are kept. */
export function generateKey(): string {
  return JSON.parse(compute('encryption.generate_key', '{}')) as string
}

/** The name of a record that several texts make up; no other texts have it. */
export function recordKey(...parts: readonly string[]): Uint8Array {
  return Buffer.from(JSON.parse(compute('encryption.record_key', toJson(parts))) as string, 'hex')
}

/** The place a value is sealed for; it opens nowhere else. */
export interface FieldPath {
  /** Whose it is; empty for the installation. */
  readonly tenant: string
  /** The name of the store. */
  readonly store: string
  /** The name of the record in the store; `recordKey` makes one of several texts. */
  readonly record: string | Uint8Array
  /** The RFC 6901 pointer of the member; the whole record without it. */
  readonly field?: string | undefined
}

/**
 * A value to be sealed, or one that was opened; never printed. Its type is sealed with it, so `Plain.text('true')` and
 * `Plain.json(true)` stay apart.
 */
export class Plain {
  /** What it is. */
  readonly type: 'text' | 'bytes' | 'json'
  readonly #value: string | Uint8Array | Json

  private constructor(type: 'text' | 'bytes' | 'json', value: string | Uint8Array | Json) {
    this.type = type
    this.#value = value
  }

  /** This text. */
  static text(text: string): Plain {
    return new Plain('text', text)
  }

  /** These bytes. */
  static bytes(bytes: Uint8Array): Plain {
    return new Plain('bytes', bytes)
  }

  /** This JSON value. */
  static json(value: Json): Plain {
    return new Plain('json', value)
  }

  /** The text, if it is one. */
  get text(): string | undefined {
    return this.type === 'text' ? (this.#value as string) : undefined
  }

  /** The bytes, if it is bytes. */
  get bytes(): Uint8Array | undefined {
    return this.type === 'bytes' ? (this.#value as Uint8Array) : undefined
  }

  /** The JSON value, if it is one. */
  get json(): Json | undefined {
    return this.type === 'json' ? (this.#value as Json) : undefined
  }

  /** What is sealed. @internal */
  static content(plain: Plain): Uint8Array {
    if (plain.type === 'bytes') return plain.#value as Uint8Array
    const text = plain.type === 'json' ? toJson(plain.#value) : (plain.#value as string)
    toJson(text)
    return Buffer.from(text, 'utf8')
  }

  /** Three stars. */
  toJSON(): string {
    return '***'
  }

  /** Its type and three stars. */
  [inspect.custom](): string {
    return `Plain(${this.type}, ***)`
  }
}

/**
 * Seals values for a place under the first of its keys, and opens them there under any of them.
 *
 * It belongs to no instance: for values that an application keeps itself.
 */
export class Cipher {
  readonly #native: NativeCipher

  /** With these keys, 64 hex digits each. `invalid_config` says what is wrong with which, and quotes none. */
  constructor(keys: readonly string[]) {
    const { cipher, err } = native.cipher(checkedKeys(keys).join(','))
    if (cipher === undefined) throw errorOf(err ?? '')
    this.#native = cipher
  }

  /** The ids of its keys, the one that seals first; they say nothing about the keys. */
  get keyIds(): readonly string[] {
    return this.#native.keyIds()
  }

  /** Seals a value for this place; every time with other bytes. */
  seal(at: FieldPath, value: string | Uint8Array | Plain): Uint8Array {
    const plain = value instanceof Plain ? value : typeof value === 'string' ? Plain.text(value) : Plain.bytes(value)
    const [place, record] = placeOf(at)
    return bytesOf(this.#native.seal(place, record, plain.type, Plain.content(plain)))
  }

  /** Opens what was sealed for this place. `decryption_failed` for what was sealed for another or was changed,
   * `key_not_found` for what was sealed under another key, `invalid_request` for JSON with an integer beyond 2^53 - 1, which
   * another language may have sealed and no number here can hold. */
  open(at: FieldPath, envelope: Uint8Array): Plain {
    const [place, record] = placeOf(at)
    const opened = this.#native.open(place, record, envelope)
    const bytes = bytesOf(opened)
    if (opened.kind === 'bytes') return Plain.bytes(bytes)
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    return opened.kind === 'text' ? Plain.text(text) : Plain.json(faithful(text))
  }

  /** The ids of its keys. */
  [inspect.custom](): string {
    return `Cipher ${inspect(this.keyIds)}`
  }
}

function placeOf({ tenant, store, record, field }: FieldPath): [string, Uint8Array] {
  return [toJson({ tenant, store, field }), typeof record === 'string' ? Buffer.from(record, 'utf8') : record]
}

/** The value of a JSON text whose integers numbers can hold. */
function faithful(text: string): Json {
  for (const [token] of text.matchAll(/"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g)) {
    if (/^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))) {
      throw new AragoraError('invalid_request', 'an integer beyond 2^53 - 1 cannot be opened here without rounding it')
    }
  }
  return JSON.parse(text) as Json
}

function bytesOf({ bytes, err }: NativeSealed): Uint8Array {
  if (bytes === undefined) throw errorOf(err ?? '')
  return bytes
}

/** The keys, which are no single text; no error quotes one. @internal */
export function checkedKeys(keys: readonly string[]): readonly string[] {
  if (!Array.isArray(keys)) throw new TypeError(`encryption keys are ${kindOf(keys)}, expected an array of texts, 64 hex digits each`)
  if (keys.some((key) => typeof key !== 'string')) throw new TypeError('an encryption key is no text, expected 64 hex digits')
  return keys
}
