/** Makes an object impossible to send to another thread: there it would be an empty shell. `structuredClone` and
 * `postMessage` throw DataCloneError. @internal */
export function uncloneable(handle: object): void {
  // An own member that cannot be cloned works in every version of Node.js; it is hidden from `console.log`.
  Object.defineProperty(handle, 'belongsToOneThread', { value: noop, enumerable: true })
}

function noop(): void {}
