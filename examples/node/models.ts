// Models by name and at an address of your own, with a budget.
//
// `MODEL_SERVER` is the address of a server that speaks chat completions, `MODEL_KEY` its key, and `OLLAMA_HOST` where
// Ollama runs; `cargo xtask test` brings a server of its own.

import { Aragora, Config, type Layers, type PriceTable, type SigningRequest, modelAgent } from 'aragora-core'

const server = process.env['MODEL_SERVER'] ?? ''
const key = process.env['MODEL_KEY'] ?? ''
if (server === '') {
  console.error('set MODEL_SERVER to the address of a server that speaks chat completions')
  process.exit()
}

async function fetchToken(_renew: boolean): Promise<string> {
  return key
}

// START layers
const layers: Layers = {
  retries: 1,
  attemptLimitMs: 30_000,
  requestsPerMinute: 600,
  fallback: [], // nobody stands in for a model whose provider fails
  cache: { ttlMs: 3_600_000 },
  budgets: [
    { scope: { type: 'call' }, limitMicros: 50_000 },
    { scope: { type: 'debate' }, limitMicros: 500_000 },
    { scope: { type: 'tenant', period: 'month' }, limitMicros: 20_000_000 },
  ],
}
// In micro-dollars per million tokens. They win over the list that comes with the library.
const prices: PriceTable = {
  version: '2026-11',
  rows: [{ provider: 'compatible', model: 'qwen3*', input: 100_000, output: 400_000 }],
}
// END layers

// START credentials
// Asked for every request, and once more with `refresh` after the provider has refused the fields. It sees method,
// address and final body, so it can sign too.
const token = async (request: SigningRequest) => ({ Authorization: `Bearer ${await fetchToken(request.refresh)}` })

const signed = modelAgent('compatible/qwen3-coder', { id: 'signed', baseUrl: server, credentials: token })
// END credentials

// START models
// Nothing else reads keys; pass an object of your own in place of the environment.
const config = Config.load({ env: process.env })
const aragora = await Aragora.open({ config, layers, prices })
for (const { provider, configured, reason } of aragora.agents.check().providers) {
  console.log(provider, configured ? 'configured' : `not configured: ${reason}`)
}

// By its name alone: key and address come from the configuration.
const named = 'ollama/qwen3'
// Everything beyond a name: an address, a key, and in `config` whatever else its provider takes.
const own = modelAgent('compatible/qwen3-large', {
  id: 'own',
  baseUrl: server,
  apiKey: key,
  config: { headers: { 'x-team': 'core' }, stream: 'never' },
})
const decision = await aragora
  .debate('A batch or a queue?', { agents: [named, own, signed], protocol: 'vote_only' })
  .result()
// END models

// START usage
console.log('answer:', decision.answer?.value)
for (const [seat, used] of Object.entries(decision.usage.bySeat)) {
  console.log(`${seat}: ${used.input} tokens in, ${used.output} out, ${used.micros} micro-dollars`)
}
const { total } = decision.usage
// A cost nobody knows is in no sum, and the total says so.
console.log(`${(total.micros / 1e6).toFixed(6)} dollars${total.complete ? '' : ' or more'}`)
for (const { name, spentMicros, limitMicros } of await aragora.agents.budgets()) {
  console.log(`${name}: ${spentMicros} of ${limitMicros} micro-dollars`)
}
for (const { target, state, calls, errors } of aragora.agents.health()) {
  console.log(`${target}: ${state}, ${calls} calls, ${errors} failed`)
}
// END usage
await aragora.close()
