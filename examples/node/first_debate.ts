// A debate in the terminal: node first_debate.js "Your question?"
//
// With ARAGORA_MODELS (for example "openai/gpt-5,anthropic/claude-sonnet-5,mistral/mistral-large") and the keys of
// their providers in the environment, real models answer. Otherwise the built-in demo agents speak.

import { Aragora, Config, type Participant, demoAgent, isAragoraError } from 'aragora-core'

const question = process.argv[2] ?? 'Do we ship on Friday?'
const models = (process.env['ARAGORA_MODELS'] ?? '').split(',').filter((name) => name !== '')
const agents: readonly Participant[] =
  models.length > 0 ? models : [demoAgent('ada', 'supportive'), demoAgent('bob', 'critical'), demoAgent('eve', 'balanced')]

try {
  // START first_debate
  const aragora = await Aragora.open({ config: Config.load({ env: process.env }) })
  const debate = aragora.debate(question, { agents, protocol: 'critique', limits: { rounds: 2 } })
  for await (const event of debate.events()) {
    if (event.type === 'agent_message') console.log(`${event.data.seat} (${event.data.phase}): ${event.data.text}\n`)
    if (event.type === 'turn_failed') console.log(`${event.data.seat} failed: ${event.data.error.reason}\n`)
  }

  const decision = await debate.result()
  console.log(`outcome     ${decision.outcome.type}, because of ${decision.stop.cause} in round ${decision.stop.round}`)
  console.log(`answer      ${decision.answer?.value ?? 'none'}`)
  console.log(`behind it   ${decision.supporters.join(', ') || 'nobody'}`)
  for (const dissent of decision.dissent) console.log(`dissent     ${dissent.seat}: ${dissent.view}`)
  console.log(`confidence  ${decision.confidence.value.toFixed(2)}; verdict ${decision.verdict}`)
  console.log(`calls       ${decision.calls.made} of at most ${decision.calls.planned}`)
  await aragora.close()
  // END first_debate
} catch (error) {
  if (!isAragoraError(error)) throw error
  console.error(`error (${error.code}): ${error.reason}`)
  process.exitCode = 1
}
