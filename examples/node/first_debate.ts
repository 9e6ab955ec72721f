// The first debate anybody writes: three seats, one question, a decision.

// START first_debate
import { Aragora } from 'aragora-core'

const aragora = await Aragora.open()
// These seats are objects of ours. A model ('openai/gpt-5.4-mini'), a person or a recording takes a seat the same way.
const views = { ada: 'no', bob: 'no', eve: 'yes' }
const agents = Object.entries(views).map(([id, view]) => ({
  id,
  respond: async () => `I looked at the open issues.\nFINAL ANSWER: ${view}`,
}))
const decision = await aragora.debate('Do we ship on Friday?', { agents, protocol: 'simultaneous' }).result()
await aragora.close()

console.log('answer:', decision.answer?.value)
console.log(`because of ${decision.stop.cause}: ${decision.stop.detail}`)
console.log('for it:', decision.supporters, 'against it:', decision.dissenters)
console.log(`calls: ${decision.calls.made} of at most ${decision.calls.planned}`)
// END first_debate
