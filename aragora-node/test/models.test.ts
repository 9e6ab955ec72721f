// Models behind an address, a key and a callback of one's own, against a server on this machine.

import assert from 'node:assert/strict'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { type Layers, type SigningRequest, modelAgent } from 'aragora-core'
import { says, withAragora } from './support.js'

const REPLY = {
  id: 'chat-1',
  model: 'acme/fake-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'FINAL ANSWER: yes' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 5, cost: 0.000042 },
}

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
      response.end(JSON.stringify(accepted ? REPLY : { error: { message: 'who are you?' } }))
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
