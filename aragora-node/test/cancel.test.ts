import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Agent, type Aragora, type Debate, isAragoraError, testing } from 'aragora-core'
import { Waiting, all, gate, says, three, until, withAragora } from './support.js'

/** A debate in which one participant is being asked. */
async function running(aragora: Aragora): Promise<{ debate: Debate; waiting: Waiting }> {
  const waiting = new Waiting('ada')
  const debate = aragora.debate('Ship?', { agents: [waiting, says('bob', 'yes'), says('eve', 'yes')], protocol: 'simultaneous' })
  await debate.start()
  await waiting.begun
  return { debate, waiting }
}

/** Nothing runs any more, here or in the core. */
async function quiet(aragora: Aragora): Promise<void> {
  await until(() => aragora.activity().debates === 0)
  await until(() => Object.values(testing.keptCalls()).every((count) => count === 0))
}

test('cancel() during a call signals it within 100 ms, and result() is cancelled', () =>
  withAragora(async (aragora) => {
    const { debate, waiting } = await running(aragora)
    const result = debate.result()
    const before = performance.now()
    debate.cancel('enough')
    debate.cancel('again')
    await assert.rejects(result, (error: unknown) => {
      assert.ok(isAragoraError(error))
      assert.equal(error.code, 'cancelled')
      assert.equal(error.retryable, false)
      return true
    })
    await waiting.aborted
    // 100 ms by the specification, on a machine of one's own.
    assert.ok((waiting.abortedAt ?? Number.POSITIVE_INFINITY) - before < 1_000)
    waiting.answer('too late')
    await quiet(aragora)
    assert.equal(debate.finished, true)
    const last = (await aragora.debates.events(debate.id)).at(-1)
    assert.ok(last?.type === 'debate_cancelled')
    assert.equal(last.data.reason, 'enough')
  }))

test('aborting the signal of result() cancels the debate and rejects with its own reason', () =>
  withAragora(async (aragora) => {
    const { debate, waiting } = await running(aragora)
    const controller = new AbortController()
    const result = debate.result({ signal: controller.signal })
    const reason = new RangeError('the page was closed')
    controller.abort(reason)
    await assert.rejects(result, (error: unknown) => error === reason)
    await waiting.aborted
    await assert.rejects(debate.result(), { code: 'cancelled' })
    waiting.answer('too late')
    await quiet(aragora)
  }))

test('a signal that was aborted before never lets the debate begin', () =>
  withAragora(async (aragora) => {
    const agent = new Waiting('ada')
    const debate = aragora.debate('Ship?', { agents: [agent, says('bob', 'yes')] })
    await assert.rejects(debate.result({ signal: AbortSignal.abort() }), { name: 'AbortError' })
    await assert.rejects(debate.result(), { code: 'cancelled' })
    assert.equal(agent.calls, 0)
  }))

test('a timeout signal is the caller\'s own TimeoutError', () =>
  withAragora(async (aragora) => {
    const { debate, waiting } = await running(aragora)
    await assert.rejects(debate.result({ signal: AbortSignal.timeout(1) }), { name: 'TimeoutError' })
    await waiting.aborted
    waiting.answer('too late')
    await quiet(aragora)
  }))

test('cancelling while it begins cancels it', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three() })
    const result = debate.result()
    debate.cancel()
    await assert.rejects(result, { code: 'cancelled' })
    await quiet(aragora)
  }))

test('cancelling after the end changes nothing', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three(), protocol: 'vote_only' })
    const controller = new AbortController()
    const decision = await debate.result({ signal: controller.signal })
    debate.cancel('late')
    controller.abort()
    assert.deepEqual(await debate.result(), decision)
    await quiet(aragora)
  }))

test('a passed deadline signals the call, and what comes later is dropped', async () => {
  const clock = new testing.ManualClock()
  await withAragora(
    async (aragora) => {
      const waiting = new Waiting('ada')
      const debate = aragora.debate('Ship?', { agents: [waiting, says('bob', 'yes'), says('eve', 'yes')], protocol: 'vote_only', limits: { turnTimeoutMs: 1_000 } })
      const result = debate.result()
      await waiting.begun
      // The others have answered before time moves.
      let said = 0
      for await (const event of debate.events()) if (event.type === 'agent_message' && ++said === 2) break
      await until(() => {
        clock.advance(1_000)
        return waiting.abortedAt !== undefined
      })
      await until(() => {
        clock.advance(1_000)
        return debate.finished
      })
      assert.deepEqual((await result).failed, ['ada'])
      waiting.answer('FINAL ANSWER: late')
      await quiet(aragora)
      assert.ok(!(await aragora.debates.log(debate.id)).includes('FINAL ANSWER: late'))
    },
    { clock },
  )
})

test('an exception after the cancellation is dropped without a trace', () =>
  withAragora(async (aragora) => {
    const begun = gate<void>()
    const agent: Agent = {
      id: 'ada',
      respond: (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => setImmediate(() => reject(new Error('late'))))
          begun.open()
        }),
    }
    const debate = aragora.debate('Ship?', { agents: [agent, says('bob', 'yes')] })
    const result = debate.result()
    await begun.promise
    debate.cancel()
    await assert.rejects(result, { code: 'cancelled' })
    await quiet(aragora)
  }))

test('a signal that is looked at only after the cancellation is aborted already', () =>
  withAragora(async (aragora) => {
    const begun = gate<void>()
    const go = gate<void>()
    const late = gate<boolean>()
    const agent: Agent = {
      id: 'ada',
      async respond(_request, options) {
        begun.open()
        await go.promise
        late.open(options.signal.aborted)
        return 'x'
      },
    }
    const debate = aragora.debate('Ship?', { agents: [agent, says('bob', 'yes')] })
    const result = debate.result()
    await begun.promise
    debate.cancel()
    // The core has given the call up once the debate has ended; the message about it came before.
    setTimeout(() => go.open(), 50)
    await assert.rejects(result, { code: 'cancelled' })
    assert.equal(await late.promise, true)
    await quiet(aragora)
  }))

test('closing the instance cancels what runs and lets go of every participant', async () => {
  await withAragora(async (aragora) => {
    const { debate, waiting } = await running(aragora)
    const result = assert.rejects(debate.result(), { code: /cancelled|closed/ })
    void waiting.aborted.then(() => waiting.answer('x'))
    await aragora.close()
    await result
    await until(() => Object.values(testing.keptCalls()).every((count) => count === 0))
  })
})

test('a debate streamed and cancelled half-way leaves nothing running', () =>
  withAragora(async (aragora) => {
    let running = 0
    const talker = (id: string): Agent => ({
      id,
      async respond({ output }, { signal }) {
        running += 1
        try {
          for (let word = 0; ; word += 1) {
            output.text(`word ${word} `)
            await new Promise((resolve) => setImmediate(resolve))
            signal.throwIfAborted()
          }
        } finally {
          running -= 1
        }
      },
    })
    const debate = aragora.debate('Ship?', { agents: ['a', 'b', 'c'].map(talker), protocol: 'simultaneous' })
    let deltas = 0
    for (const event of await (async () => {
      const events = []
      for await (const event of debate.events()) {
        events.push(event)
        if (event.type === 'token_delta' && ++deltas === 20) debate.cancel('half-way')
      }
      return events
    })()) {
      assert.ok(event.type.length > 0)
    }
    await assert.rejects(debate.result(), { code: 'cancelled' })
    await quiet(aragora)
    assert.equal(running, 0)
    const events = await all(debate.events())
    assert.equal(events.at(-1)?.type, 'debate_cancelled')
  }))
