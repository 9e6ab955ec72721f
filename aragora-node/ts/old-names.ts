// Names of earlier versions. They say what replaced them.

function replaced(name: string, replacement: string): never {
  const refuse = (): never => {
    throw new TypeError(`${name} is gone: ${replacement}`)
  }
  // Callable, constructible, and refusing every use.
  return new Proxy(function gone() {} as object, { apply: refuse, construct: refuse, get: refuse }) as never
}

/** @deprecated Use `aragora.debate(question, settings)`. */
export const Arena: never = replaced('Arena', 'use aragora.debate(question, settings)')

/** @deprecated Give settings to `aragora.debate`. */
export const DebateConfig: never = replaced('DebateConfig', 'give settings to aragora.debate(question, settings)')

/** @deprecated Use `VoteRecord`, a member of `Decision`. */
export const Vote: never = replaced('Vote', 'read decision.votes, of type VoteRecord')

/** @deprecated Use `Decision`, the result of `debate.result()`. */
export const DebateResult: never = replaced('DebateResult', 'await debate.result(), a Decision')
