// A debate is its log: replayed to the last byte, caught when somebody changed it, and forked to ask "what if".

import { type Agent, Aragora } from 'aragora-core'

/** Two seats are for it, one against, and nobody is convinced by anybody. */
function seats(): Agent[] {
  const seat = (id: string, view: string): Agent => ({ id, respond: () => `FINAL ANSWER: ${view}` })
  return [seat('ada', 'yes'), seat('bob', 'yes'), seat('eve', 'no')]
}

const aragora = await Aragora.open()
// START replay
const debate = aragora.debate('Do we rewrite it?', { agents: seats(), protocol: 'simultaneous' })
const decision = await debate.result()
console.log(`decided: ${decision.outcome.type}`)

// Nobody is asked: the machine is fed what the log says was answered, and must write the same log.
const log = await aragora.debates.log(debate.id)
const report = await aragora.debates.replay(log)
console.log(`replayed ${report.records} records, all bytes equal: ${report.matches}`)

// Somebody edits a reply afterwards. What was concluded no longer follows from what was said.
const forged = log
  .split('\n')
  .map((line) => (line.includes('"agent_message"') && line.includes('"bob"') ? line.replace('FINAL ANSWER: yes', 'FINAL ANSWER: no') : line))
  .join('\n')
const { difference } = await aragora.debates.replay(forged)
if (difference) console.log(`the forgery differs at record ${difference.seq}, ${difference.field}`)

// What if it had to be unanimous? A fork takes over the records up to a seq; the parent never changes.
const events = await aragora.debates.events(debate.id)
const answered = events.find((event) => event.type === 'step_end')?.seq ?? 0
const fork = aragora.debates.fork(debate.id, answered, {
  agents: seats(),
  edits: [{ type: 'set_rule', rule: { rule: { type: 'unanimity' } } }],
})
const other = await fork.result()
console.log(`by unanimity: ${other.outcome.type} after ${other.roundsUsed} rounds`)
// END replay
await aragora.close()
