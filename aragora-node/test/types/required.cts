// The same package by require.

import core = require('aragora-core')

export async function use(): Promise<string> {
  const aragora = await core.Aragora.open()
  const decision: core.Decision = await aragora.debate('Ship?', { agents: [core.scriptedAgent('a', ['yes'])] }).result()
  return decision.outcome.type
}
