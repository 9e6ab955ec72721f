// Values as documents and back, to keep them or to send them: the form every other language and the log know.

import { decode, encode } from './codec.js'
import type { Json, Values } from './values.js'

/** The document of a value, in the form of the specification: `toDocument('Decision', decision)`. */
export function toDocument<Name extends keyof Values>(name: Name, value: Values[Name]): Json {
  return encode(name, value) as Json
}

/** The value in a document: `fromDocument('Decision', JSON.parse(text))`. */
export function fromDocument<Name extends keyof Values>(name: Name, document: Json): Values[Name] {
  return decode(name, document)
}
