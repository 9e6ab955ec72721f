import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Agent, AragoraError, type DebateProtocol, type Step, errorCodes, isAragoraError, testing } from 'aragora-core'
import { program, says, three, withAragora } from './support.js'

test('every code raised in the core arrives whole', () => {
  const kinds = errorCodes()
  assert.ok(kinds.length > 60)
  for (const { code, retryable } of kinds) {
    assert.throws(
      () => testing.raise(code, { reason: 'on purpose', context: { place: 'here' } }),
      (error: unknown) => {
        assert.ok(error instanceof AragoraError && error instanceof Error)
        assert.equal(error.name, 'AragoraError')
        assert.equal(error.code, code)
        assert.equal(error.reason, 'on purpose')
        assert.equal(error.message, `${code}: on purpose`)
        assert.equal(error.retryable, retryable)
        assert.equal(error.retryAfterMs, undefined)
        assert.deepEqual(error.context, { place: 'here' })
        assert.match(error.stack ?? '', /errors\.test/)
        return true
      },
    )
  }
})

test('how long to wait crosses, and makes an error retryable', () => {
  assert.throws(() => testing.raise('rate_limited', { retryAfterMs: 1500 }), { code: 'rate_limited', retryable: true, retryAfterMs: 1500 })
})

test('every code thrown in a protocol fails the debate, with the very object as cause', () =>
  withAragora(async (aragora) => {
    for (const { code } of errorCodes()) {
      const thrown = new AragoraError(code, 'on purpose', { context: { place: 'here' } })
      const protocol: DebateProtocol = {
        name: 'failing',
        version: '1',
        next() {
          throw thrown
        },
      }
      await assert.rejects(aragora.debate('Ship?', { agents: three(), protocol }).result(), (error: unknown) => {
        assert.ok(isAragoraError(error))
        // Settings a protocol refuses are told as such; all else is a broken protocol.
        assert.equal(error.code, code === 'invalid_config' ? code : 'protocol_failed')
        assert.match(error.reason, /on purpose/)
        assert.equal(error.cause, thrown)
        return true
      })
    }
  }))

test('every code thrown in an agent ends its turn with that code', () =>
  withAragora(async (aragora) => {
    for (const { code, retryable } of errorCodes()) {
      const agent: Agent = {
        id: 'failing',
        async respond() {
          throw new AragoraError(code, 'on purpose', { context: { place: 'here' } })
        },
      }
      const debate = aragora.debate('Ship?', { agents: [agent, says('ada', 'yes'), says('bob', 'yes')], protocol: 'vote_only' })
      await debate.result()
      const failed = (await aragora.debates.events(debate.id)).find((event) => event.type === 'turn_failed')
      assert.ok(failed?.type === 'turn_failed', code)
      assert.equal(failed.data.error.code, code)
      assert.equal(failed.data.error.retryable, retryable)
    }
  }))

test('an error made by hand knows by its code whether repeating helps', () => {
  assert.equal(new AragoraError('rate_limited', 'x').retryable, true)
  assert.equal(new AragoraError('not_found', 'x').retryable, false)
  assert.equal(new AragoraError('not_found', 'x', { retryable: true }).retryable, true)
  assert.equal(new AragoraError('not_found', 'x', { retryAfterMs: 5 }).retryable, true)
})

test('an error of a second copy of the package is recognised', async () => {
  const { createRequire } = await import('node:module')
  const require = createRequire(import.meta.url)
  const path = require.resolve('aragora-core')
  const folder = path.slice(0, path.lastIndexOf('index.js'))
  const loaded = Object.keys(require.cache).filter((file) => file.startsWith(folder))
  const kept = loaded.map((file) => [file, require.cache[file]] as const)
  for (const file of loaded) delete require.cache[file]
  const second = require('aragora-core') as typeof import('aragora-core')
  for (const [file, module] of kept) require.cache[file] = module
  assert.notEqual(second.AragoraError, AragoraError)
  const error = new second.AragoraError('not_found', 'x')
  assert.ok(!(error instanceof AragoraError))
  assert.ok(isAragoraError(error))
  for (const other of [undefined, null, 7, 'x', {}, new Error('x'), { code: 'not_found' }]) assert.ok(!isAragoraError(other))
})

test('a panic is the error internal with its place, and the next call works', () =>
  withAragora(async (aragora) => {
    for (let round = 0; round < 3; round += 1) {
      assert.throws(() => testing.panic(), (error: unknown) => {
        assert.ok(isAragoraError(error))
        assert.equal(error.code, 'internal')
        assert.match(error.context['location'] ?? '', /\.rs:\d+/)
        return true
      })
    }
    const decision = await aragora.debate('Ship?', { agents: three(), protocol: 'vote_only' }).result()
    assert.equal(decision.outcome.type, 'decided')
  }))

test('a panic writes nothing to standard error', async () => {
  const ended = await program(`
    import { testing } from 'aragora-core'
    try { testing.panic() } catch (error) { console.log(error.code) }
  `)
  assert.deepEqual(ended, { status: 0, signal: null, stdout: 'internal\n', stderr: '' })
})

test('a forgotten await is an ordinary unhandled rejection', async () => {
  const ended = await program(`
    import { Aragora } from 'aragora-core'
    const aragora = await Aragora.open()
    aragora.debate('Ship?', { agents: [] }).result()
  `)
  assert.equal(ended.status, 1)
  assert.match(ended.stderr, /AragoraError: invalid_request/)
})

test('things thrown that are no errors cross too', () =>
  withAragora(async (aragora) => {
    const hostile = { toString: () => { throw new Error('no') } }
    for (const thrown of ['text', 7, null, undefined, Symbol('s'), hostile]) {
      const protocol: DebateProtocol = {
        name: 'failing',
        version: '1',
        next(): Step {
          throw thrown
        },
      }
      await assert.rejects(aragora.debate('Ship?', { agents: three(), protocol }).result(), (error: unknown) => {
        assert.ok(isAragoraError(error))
        assert.equal(error.code, 'protocol_failed')
        assert.equal(error.cause, thrown)
        return true
      })
    }
  }))
