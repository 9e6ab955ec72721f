// Models behind an address, a key and a callback of one's own, against a server on this machine.

import assert from 'node:assert/strict'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Aragora, AragoraError, Config, type Layers, type PriceTable, type SigningRequest, type Unpriced, modelAgent } from 'aragora-core'
import { says, withAragora } from './support.js'

const REPLY = {
  id: 'chat-1',
  model: 'acme/fake-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'FINAL ANSWER: yes' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 5, cost: 0.000042 },
}

/** The same from a provider that does not say what it cost. */
const PLAIN = { ...REPLY, usage: { prompt_tokens: 10, completion_tokens: 5 } }

interface Vendor {
  readonly url: string
  readonly paths: string[]
  readonly headers: IncomingHttpHeaders[]
  readonly bodies: string[]
}

/** Runs with a server that answers chat completions to whoever it accepts. */
async function withVendor(accepts: (headers: IncomingHttpHeaders) => boolean, use: (vendor: Vendor) => Promise<void>): Promise<void> {
  const seen = { paths: [] as string[], headers: [] as IncomingHttpHeaders[], bodies: [] as string[] }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      seen.paths.push(request.url ?? '')
      seen.headers.push(request.headers)
      seen.bodies.push(body)
      const accepted = accepts(request.headers)
      response.writeHead(accepted ? 200 : request.url?.includes('/busy/') ? 503 : 401, { 'content-type': 'application/json' })
      const reply = request.url?.includes('/plain/') ? PLAIN : REPLY
      response.end(JSON.stringify(accepted ? reply : { error: { message: 'who are you?' } }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, ...seen })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const everybody = () => true
const whole = { stream: 'never' } as const

test('a model has an address, a key and a configuration of its own', () =>
  withVendor(everybody, (vendor) =>
    withAragora(async (aragora) => {
      const config = { ...whole, headers: { 'x-team': 'core' } }
      const ada = modelAgent('openrouter/acme/fake-1', { id: 'ada', baseUrl: vendor.url, apiKey: 'canary-key', config })
      const decision = await aragora.debate('Ship?', { agents: [ada, says('bob', 'yes')], protocol: 'vote_only' }).result()
      assert.deepEqual(decision.supporters, ['ada', 'bob'])
      assert.deepEqual(vendor.paths, ['/v1/chat/completions'])
      assert.equal(vendor.headers[0]?.authorization, 'Bearer canary-key')
      assert.equal(vendor.headers[0]?.['x-team'], 'core')
      assert.equal(JSON.parse(vendor.bodies[0] ?? '').model, 'acme/fake-1')
      const { input, output, micros } = decision.usage.bySeat['ada'] ?? {}
      assert.deepEqual({ input, output, micros }, { input: 10, output: 5, micros: 42 })
      assert.ok(!(await aragora.debates.log(decision.debate)).includes('canary-key'))
    }),
  ))

for (const kind of ['plain', 'async']) {
  test(`a credentials callback signs and is asked again after a refusal, ${kind}`, () =>
    withVendor(({ authorization }) => authorization === 'Bearer new', (vendor) =>
      withAragora(async (aragora) => {
        const asked: SigningRequest[] = []
        const sign = (request: SigningRequest) => {
          asked.push(request)
          return { Authorization: request.refresh ? 'Bearer new' : 'Bearer old' }
        }
        const credentials = kind === 'plain' ? sign : async (request: SigningRequest) => sign(request)
        const ada = modelAgent('compatible/fake-1', { id: 'ada', baseUrl: vendor.url, credentials, config: whole })
        const decision = await aragora.debate('Ship?', { agents: [ada, says('bob', 'yes')], protocol: 'vote_only' }).result()
        assert.deepEqual(decision.supporters, ['ada', 'bob'])
        assert.deepEqual(asked.map(({ refresh }) => refresh), [false, true])
        assert.deepEqual([asked[0]?.method, asked[0]?.url], ['POST', `${vendor.url}/chat/completions`])
        assert.equal(asked[0]?.body, vendor.bodies[0])
        assert.deepEqual(vendor.headers.map(({ authorization }) => authorization), ['Bearer old', 'Bearer new'])
      }),
    ))
}

test('a credentials callback that fails keeps its words', () =>
  withVendor(everybody, (vendor) =>
    withAragora(async (aragora) => {
      const broken = (): Record<string, string> => {
        throw new RangeError('token canary-token has expired')
      }
      const wrong = async () => ['canary-token'] as unknown as Record<string, string>
      const model = (id: string, credentials: typeof broken | typeof wrong) =>
        modelAgent(`compatible/${id}`, { id, baseUrl: vendor.url, credentials, config: whole })
      const agents = [model('ada', broken), model('eve', wrong), says('bob', 'yes'), says('cyd', 'yes')]
      const debate = aragora.debate('Ship?', { agents, protocol: 'vote_only' })
      const decision = await debate.result()
      assert.deepEqual([...decision.failed].sort(), ['ada', 'eve'])
      for (const event of await aragora.debates.events(debate.id)) {
        if (event.type !== 'turn_failed') continue
        assert.equal(event.data.error.code, 'unauthenticated')
        assert.equal(event.data.error.reason, 'the credentials callback failed')
      }
      assert.ok(!(await aragora.debates.log(debate.id)).includes('canary-token'))
      assert.deepEqual(vendor.paths, [])
    }),
  ))

test('layers say how often a model is asked again', async () => {
  const asked = async (layers: Layers) => {
    const outcome: unknown[] = []
    let requests = 0
    await withVendor(() => requests++ > 0, (vendor) =>
      withAragora(
        async (aragora) => {
          const ada = modelAgent('compatible/fake-1', { id: 'ada', baseUrl: `${vendor.url}/busy`, config: whole })
          const agents = [ada, says('bob', 'yes'), says('cyd', 'yes')]
          const decision = await aragora.debate('Ship?', { agents, protocol: 'vote_only' }).result()
          outcome.push([...decision.failed], vendor.paths.length)
        },
        { layers },
      ),
    )
    return outcome
  }
  assert.deepEqual(await asked({ retries: 1, retryFirstMs: 1 }), [[], 2])
  assert.deepEqual(await asked({ retries: 0 }), [['ada'], 1])
  assert.deepEqual(await asked({ bare: true }), [['ada'], 1])
  await assert.rejects(asked({ fallback: ['nobody/fake-1'] }), { code: 'invalid_request' })
})

/** Models at this address, each a target of its own. */
const seats = (url: string, ...ids: string[]) => ids.map((id) => modelAgent(`compatible/fake-${id}`, { id, baseUrl: url, config: whole }))

/** One micro-dollar per token of a prompt, two per token of an answer: `PLAIN` costs 20. */
const prices: PriceTable = { version: 'own', rows: [{ provider: '*', model: '*fake-*', input: 1_000_000, output: 2_000_000 }] }

/** Codes of the turns of a debate that failed. */
async function failures(aragora: Aragora, debate: string): Promise<string[]> {
  const events = await aragora.debates.events(debate)
  return events.flatMap((event) => (event.type === 'turn_failed' ? [event.data.error.code] : []))
}

test('an instance says which providers it can ask, and no key', () =>
  withAragora(
    async (aragora) => {
      const report = aragora.agents.check()
      assert.deepEqual([aragora.agents.health(), aragora.agents.breakers(), aragora.agents.rateLimits()], [[], [], []])
      const found = Object.fromEntries(report.providers.map(({ provider, ...rest }) => [provider, rest]))
      assert.deepEqual(found['mistral'], { configured: true, reason: 'a key is set', defaultModel: 'mistral-large-latest' })
      assert.equal(found['anthropic']?.configured, false)
      assert.equal(found['anthropic']?.reason, 'ANTHROPIC_API_KEY is not set')
      assert.ok(report.warnings.includes('neither Anthropic nor OpenAI is configured'))
      assert.ok(!JSON.stringify(report).includes('canary'))
    },
    { config: Config.load({ env: { MISTRAL_API_KEY: 'canary-key-12345' } }) },
  ))

test('an instance says how its models fare', () =>
  withVendor(() => false, (vendor) =>
    withAragora(
      async (aragora) => {
        const agents = [...seats(`${vendor.url}/busy`, 'ada'), says('bob', 'yes'), says('cyd', 'yes')]
        await aragora.debate('Ship?', { agents, protocol: 'vote_only' }).result()
        const [health, ...noHealth] = aragora.agents.health()
        const [breaker, ...noBreaker] = aragora.agents.breakers()
        const [limits, ...noLimits] = aragora.agents.rateLimits()
        assert.ok(health && breaker && limits)
        assert.deepEqual([noHealth, noBreaker, noLimits], [[], [], []])
        for (const { target, origin } of [health, breaker, limits]) {
          assert.deepEqual([target, `${origin}/v1`], ['compatible/fake-ada', vendor.url])
        }
        assert.deepEqual([health.state, health.available, health.calls, health.errors], ['open', false, 1, 1])
        assert.equal(health.lastSuccess, undefined)
        assert.equal(health.lastError?.code, 'overloaded')
        assert.ok(health.lastError.at instanceof Date)
        assert.deepEqual([breaker.state, breaker.failures, breaker.threshold, breaker.windowMs], ['open', 1, 1, 60_000])
        assert.equal(breaker.openedBy, 'overloaded')
        assert.ok(breaker.retryAfterMs > 0 && breaker.retryAfterMs <= 60_000)
        assert.deepEqual([limits.requestsPerMinute, limits.mostInFlight, limits.inFlight], [60, 3, 0])
      },
      { layers: { retries: 0, breakerFailures: 1, requestsPerMinute: 60, inFlight: 3 } },
    ),
  ))

test('a call beyond a budget is not sent', () =>
  withVendor(everybody, (vendor) =>
    withAragora(
      async (aragora) => {
        const agents = [...seats(vendor.url, 'ada'), says('bob', 'yes'), says('cyd', 'yes')]
        const decision = await aragora.debate('Ship?', { agents, protocol: 'vote_only' }).result()
        assert.deepEqual(decision.failed, ['ada'])
        assert.deepEqual(await failures(aragora, decision.debate), ['budget_exceeded'])
        // Where nobody else is there it is what the debate fails of.
        const alone = aragora.debate('Ship?', { agents: seats(vendor.url, 'ada', 'eve'), protocol: 'vote_only' })
        await assert.rejects(alone.result(), (error: AragoraError) => {
          assert.equal(error.code, 'all_agents_failed')
          assert.ok(error.cause instanceof AragoraError)
          const { scope, limit } = error.cause.context
          assert.deepEqual([error.cause.code, scope, limit], ['budget_exceeded', 'call', '10'])
          return true
        })
        assert.deepEqual(vendor.paths, [])
      },
      { layers: { budgets: [{ scope: { type: 'call' }, limitMicros: 10 }] }, prices },
    ),
  ))

test("a tenant's budget says how it stands, and nobody else's is touched", () =>
  withVendor(everybody, (vendor) =>
    withAragora(
      async (aragora) => {
        const agents = [...seats(`${vendor.url}/plain`, 'ada'), says('bob', 'yes')]
        const decision = await aragora.debate('Ship?', { agents, protocol: 'vote_only', tenant: 'acme' }).result()
        const { input, output, micros } = decision.usage.bySeat['ada'] ?? {}
        assert.deepEqual({ input, output, micros }, { input: 10, output: 5, micros: 20 })
        const stands = { name: 'tenant/month', spentMicros: 20, reservedMicros: 0, limitMicros: 5_000_000 }
        assert.deepEqual(await aragora.agents.budgets({ tenant: 'acme' }), [stands])
        assert.deepEqual(await aragora.agents.budgets(), [{ ...stands, spentMicros: 0 }])
      },
      { layers: { budgets: [{ scope: { type: 'tenant', period: 'month' }, limitMicros: 5_000_000 }] }, prices },
    ),
  ))

test("what a model without a price may cost is the host's to say", () =>
  withVendor(everybody, async (vendor) => {
    const failed = async (unpriced?: Unpriced) => {
      const codes: string[] = []
      const budget = { scope: { type: 'debate' }, limitMicros: 1_000_000, unpriced } as const
      const ask = async (aragora: Aragora) => {
        const agents = [...seats(vendor.url, 'ada'), says('bob', 'yes'), says('cyd', 'yes')]
        const decision = await aragora.debate('Ship?', { agents, protocol: 'vote_only' }).result()
        codes.push(...(await failures(aragora, decision.debate)))
      }
      await withAragora(ask, { layers: { budgets: [budget] } })
      return codes
    }
    assert.deepEqual(await failed(), ['unpriced'])
    assert.deepEqual(await failed({ type: 'allow' }), [])
    assert.deepEqual(await failed({ type: 'assume', input: 1, output: 1 }), [])
    assert.deepEqual(await failed({ type: 'assume', input: 1_000_000_000_000, output: 1 }), ['budget_exceeded'])
  }))

test('a kept reply is not paid for again until it is forgotten', () =>
  withVendor(everybody, (vendor) =>
    withAragora(
      async (aragora) => {
        const asked = async () => {
          const agents = [...seats(vendor.url, 'ada'), says('bob', 'yes')]
          await aragora.debate('Ship?', { agents, protocol: 'vote_only', seed: 7n }).result()
          return vendor.paths.length
        }
        assert.deepEqual([await asked(), await asked()], [1, 1])
        assert.equal(await aragora.agents.forget('ada', { tenant: 'acme' }), 0)
        assert.equal(await aragora.agents.forget('ada'), 1)
        assert.equal(await asked(), 2)
      },
      { layers: { cache: { ttlMs: 60_000, always: true } } },
    ),
  ))

test('settings that mean nothing are refused', async () => {
  const day = { scope: { type: 'tenant', period: 'day' }, limitMicros: 1 } as const
  for (const layers of [{ budgets: [day, day] }, { budgets: [day], bare: true }, { cache: { ttlMs: 0 } }]) {
    await assert.rejects(Aragora.open({ layers }), { code: 'invalid_config' })
  }
  const rows = [{ provider: '', model: 'm', input: 1, output: 1 }]
  await assert.rejects(Aragora.open({ prices: { version: 'own', rows } }), { code: 'invalid_request' })
})

test('what is printed holds no secret', () => {
  const config = { ...whole, headers: { 'x-team': 'canary-field' } }
  const ada = modelAgent('compatible/fake-1', { id: 'ada', apiKey: 'canary-key', config })
  const copy = { ...ada, id: 'eve' }
  for (const agent of [ada, copy, [ada], modelAgent('compatible/fake-1', ada)]) {
    const shown = [JSON.stringify(agent), inspect(agent, { depth: 9 }), inspect(agent, { showHidden: true, customInspect: false })]
    shown.push(`${Object.values(agent)}`)
    assert.deepEqual(shown.filter((text) => text.includes('canary')), [])
  }
  assert.deepEqual(JSON.parse(JSON.stringify(ada)), {
    type: 'model',
    name: 'compatible/fake-1',
    id: 'ada',
    apiKey: '***',
    config: { stream: 'never', headers: { 'x-team': '***' } },
  })
  assert.ok(!inspect(Config.load({ env: { MISTRAL_API_KEY: 'canary-key-12345' } })).includes('canary'))
})

test('options that contradict each other are refused', () =>
  withVendor(everybody, (vendor) =>
    withAragora(async (aragora) => {
      const credentials = () => ({})
      const refused = async (agent: ReturnType<typeof modelAgent>) => {
        const debate = aragora.debate('Ship?', { agents: [agent, says('bob', 'yes')], protocol: 'vote_only' })
        await assert.rejects(debate.result(), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'invalid_request')
          assert.ok(!error.message.includes('canary-key'))
          return true
        })
      }
      await refused(modelAgent('compatible/fake-1', { id: 'ada', baseUrl: vendor.url, apiKey: 'canary-key', credentials }))
      await refused(modelAgent('compatible/fake-1', { id: 'ada', baseUrl: vendor.url, config: { provider: 'mistral' } }))
      await refused(modelAgent('nobody/fake-1', { id: 'ada', credentials }))
      assert.deepEqual(vendor.paths, [])
      const wrong = modelAgent('compatible/fake-1', { credentials: 'canary-key' as unknown as typeof credentials })
      assert.throws(() => aragora.debate('Ship?', { agents: [wrong] }), { name: 'TypeError', message: 'credentials is string, expected a function' })
    }),
  ))
