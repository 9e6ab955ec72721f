// A participant of your own: an object with an id and one method.

import { Aragora, scriptedAgent } from 'aragora-core'

// START custom_agent
import { type Agent, type AgentRequest, AragoraError, type CallOptions } from 'aragora-core'

/** Answers from a price list. What is not in it, it does not guess. */
class PriceList implements Agent {
  readonly id: string
  readonly #prices: ReadonlyMap<string, number>

  constructor(id: string, prices: ReadonlyMap<string, number>) {
    this.id = id
    this.#prices = prices
  }

  async respond(request: AgentRequest, { signal }: CallOptions): Promise<string> {
    // Only what this seat may see; other messages are none of its business.
    const seen = request.messages.map((message) => message.text).join('\n')
    for (const [item, price] of this.#prices) {
      // Aborted when nobody waits for the answer any more; pass it on to fetch and the like.
      signal.throwIfAborted()
      if (!seen.includes(item)) continue
      const text = `The list has ${item} at ${price}.\nFINAL ANSWER: ${price}`
      // Streaming is optional: whoever follows the debate sees this piece at once.
      request.output.text(text)
      return text
    }
    throw new AragoraError('agent_failed', 'nothing in the question has a price')
  }
}
// END custom_agent

const prices = new Map([
  ['nails', 7],
  ['screws', 9],
])
const aragora = await Aragora.open()
for (const question of ['What does a box of nails cost?', 'What does a hammer cost?']) {
  const debate = aragora.debate(question, {
    // An agent becomes a seat by itself; a seat of its own has a weight, a role or no vote.
    agents: [
      new PriceList('list', prices),
      { agent: new PriceList('expert', prices), weight: 2 },
      scriptedAgent('clerk', ['From memory.\nFINAL ANSWER: 8']),
    ],
    protocol: 'vote_only',
  })
  const decision = await debate.result()
  console.log(`${question} ${decision.answer?.value}: ${decision.outcome.type}, failed: ${decision.failed.join(', ') || 'nobody'}`)
}
await aragora.close()
