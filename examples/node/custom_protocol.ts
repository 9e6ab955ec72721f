// A protocol of your own: what to ask next, as a pure function of what was said.

import { type Agent, Aragora } from 'aragora-core'

// START custom_protocol
import { type DebateProtocol, Step } from 'aragora-core'

/** Everybody answers alone. Whoever is not in the largest group then hears the others and may think again, once. */
const secondThoughts: DebateProtocol = {
  name: 'second-thoughts',
  version: '1',
  plannedCalls: { perSeat: 2 },

  next(transcript) {
    if (transcript.round === 0) return transcript.ask('answer', 'Answer on your own, in one line.')
    // Equal answers are one option, with everybody who gave it.
    const options = transcript.options
    const largest = Math.max(0, ...options.map((option) => option.authors.length))
    const minority = options.filter((option) => option.authors.length < largest).flatMap((option) => option.authors)
    if (minority.length === 0 || transcript.round > 1) return Step.finish()
    return transcript.ask('answer', 'Most see it differently. Do their reasons convince you?', { seats: minority })
  },
}
// END custom_protocol

function seat(id: string, first: string, second: string): Agent {
  return { id, respond: ({ round }) => `FINAL ANSWER: ${round === 1 ? first : second}` }
}

const stubborn = 'tabs, and nothing will change my mind'
const aragora = await Aragora.open()
const debate = aragora.debate('Tabs or spaces?', {
  agents: [
    seat('ada', 'spaces', 'spaces'),
    seat('bob', 'spaces', 'spaces'),
    seat('cyd', 'tabs', 'spaces'),
    seat('eve', stubborn, stubborn),
  ],
  protocol: secondThoughts,
})
const decision = await debate.result()
console.log(`${decision.answer?.value} with ${decision.supporters.join(', ')}; ${decision.dissenters.join(', ')} is not convinced`)
console.log(`${decision.calls.made} calls: four first answers, two second thoughts`)
await aragora.close()
