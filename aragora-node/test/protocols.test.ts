import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DebateProtocol, Step, type Transcript, builtinProtocols } from 'aragora-core'
import { says, three, withAragora } from './support.js'

const oneRound: DebateProtocol = {
  name: 'one-round',
  version: '1',
  next: (t) => (t.round === 0 ? t.ask('answer', 'Answer in one line.') : Step.finish()),
}

/** Runs a debate with a protocol whose next does this. */
function failing(next: (t: Transcript) => unknown): DebateProtocol {
  return { name: 'failing', version: '1', next: next as DebateProtocol['next'] }
}

test('a protocol of your own runs a debate', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three(), protocol: oneRound })
    const decision = await debate.result()
    assert.equal(decision.outcome.type, 'decided')
    assert.equal(decision.calls.made, 3)
    const start = (await aragora.debates.events(debate.id))[0]
    assert.ok(start?.type === 'debate_start')
    assert.deepEqual([start.data.protocol.name, start.data.protocol.version], ['one-round', '1'])
  }))

test('a transcript tells everything so far, and reads each message once', () =>
  withAragora(async (aragora) => {
    const seen: Record<string, unknown>[] = []
    class SecondThoughts implements DebateProtocol {
      readonly name = 'second-thoughts'
      readonly version = '1'
      next(t: Transcript): Step {
        // A checked build asks twice, to see that it is told the same.
        if (seen.at(-1)?.['steps'] === t.steps.length) seen.pop()
        seen.push({
          round: t.round,
          messages: t.messages.map((message) => message.text),
          seats: t.seats.map((seat) => seat.id),
          options: t.options.map((option) => `${option.value}: ${option.authors.join()}`).sort(),
          positions: t.positions.map((position) => position.seat),
          question: t.question.text,
          rule: t.rule.rule,
          rounds: t.limits.rounds,
          spent: t.spent.calls,
          steps: t.steps.length,
          name: t.displayName('ada'),
        })
        if (t.round === 0) return t.ask('answer', 'Answer alone.')
        const minority = t.options.filter((option) => option.authors.length === 1).flatMap((option) => option.authors)
        if (t.round > 1 || minority.length === 0) return Step.finish()
        assert.equal(t.check({ rule: { type: 'majority' } }).outcome.type, 'decided')
        return t.ask('answer', 'Think again.', { seats: minority })
      }
    }
    const decision = await aragora.debate('Ship?', { agents: three(), protocol: new SecondThoughts() }).result()
    assert.equal(decision.calls.made, 4)
    assert.deepEqual(seen.map((step) => [step['round'], (step['messages'] as unknown[]).length, step['steps']]), [[0, 0, 0], [1, 3, 1], [2, 4, 2]])
    assert.deepEqual(seen[1]?.['seats'], ['ada', 'bob', 'eve'])
    assert.equal(seen[1]?.['question'], 'Ship?')
    assert.deepEqual(seen[1]?.['options'], ['no: eve', 'yes: ada,bob'])
  }))

test('decide and checkpoint are asked where they are there', () =>
  withAragora(async (aragora) => {
    const asked: string[] = []
    const protocol: DebateProtocol = {
      ...oneRound,
      checkpoint(t) {
        asked.push(`checkpoint ${t.round}`)
        return undefined
      },
      decide(t) {
        asked.push('decide')
        return { ...t.draft(), rule: { rule: { type: 'unanimity' } } }
      },
    }
    const decision = await aragora.debate('Ship?', { agents: three(), protocol }).result()
    assert.equal(decision.outcome.type, 'not_reached')
    assert.equal(decision.rule.name, 'unanimity')
    assert.ok(asked.includes('decide') && asked.includes('checkpoint 1'), asked.join())
  }))

test('an async method is a TypeError before anything starts', () =>
  withAragora(async (aragora) => {
    const protocol = failing(async () => Step.finish())
    assert.throws(() => aragora.debate('Ship?', { agents: three(), protocol }), {
      name: 'TypeError',
      message: /next of protocol "failing" is async; a protocol's methods are plain functions/,
    })
  }))

test('a promise from a plain method is a TypeError, the cause of protocol_failed', () =>
  withAragora(async (aragora) => {
    const protocol = failing(() => Promise.reject(new Error('late')))
    await assert.rejects(aragora.debate('Ship?', { agents: three(), protocol }).result(), (error: { code?: string; cause?: unknown }) => {
      assert.equal(error.code, 'protocol_failed')
      assert.ok(error.cause instanceof TypeError)
      assert.match(error.cause.message, /returned a promise/)
      return true
    })
  }))

test('what a protocol throws is the cause, the very same object', () =>
  withAragora(async (aragora) => {
    const thrown = new RangeError('no idea')
    const protocol = failing(() => {
      throw thrown
    })
    await assert.rejects(aragora.debate('Ship?', { agents: three(), protocol }).result(), (error: { code?: string; cause?: unknown; reason?: string }) => {
      assert.equal(error.code, 'protocol_failed')
      assert.equal(error.cause, thrown)
      assert.match(error.reason ?? '', /protocol "failing" threw RangeError: no idea/)
      return true
    })
  }))

test('a wrong step is protocol_failed with what was returned and expected', () =>
  withAragora(async (aragora) => {
    for (const [value, kind] of [[7, 'number'], [undefined, 'undefined'], [{ ask: {} }, 'Object']] as const) {
      await assert.rejects(aragora.debate('Ship?', { agents: three(), protocol: failing(() => value) }).result(), {
        code: 'protocol_failed',
        message: new RegExp(`next of protocol "failing" returned ${kind}, expected`),
      })
    }
  }))

test('a transcript is of no use after its call', () =>
  withAragora(async (aragora) => {
    let kept: Transcript | undefined
    const protocol = failing((t) => {
      kept = t
      return Step.finish()
    })
    await aragora.debate('Ship?', { agents: three(), protocol }).result()
    assert.throws(() => kept?.seats, { code: 'invalid_state' })
  }))

test('what is no protocol is refused in words that help', () =>
  withAragora(async (aragora) => {
    class Lost {}
    const wrong = (protocol: unknown) => () => aragora.debate('Ship?', { agents: three(), protocol: protocol as string })
    assert.throws(wrong(Lost), { name: 'TypeError', message: /did you forget new/ })
    assert.throws(wrong({ name: 'x', version: 1, next: () => Step.finish() }), { name: 'TypeError', message: /version is number, expected a string/ })
    await assert.rejects(aragora.debate('Ship?', { agents: three(), protocol: 'no-such' }).result(), { code: /not_configured|invalid_request/ })
  }))

test('every protocol of the library runs by name and by its parameters', () =>
  withAragora(async (aragora) => {
    const list = builtinProtocols()
    assert.ok(list.length >= 5)
    for (const { name, params } of list) {
      for (const protocol of [name, { name, params }]) {
        const decision = await aragora.debate('Ship?', { agents: [...three(), says('max', 'yes')], protocol }).result()
        assert.ok(decision.calls.made >= 4, name)
      }
    }
  }))

test('a debate of a foreign protocol is replayed by an instance that knows it', async () => {
  const log = await withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three(), protocol: oneRound })
    await debate.result()
    return aragora.debates.log(debate.id)
  })
  await withAragora(
    async (aragora) => {
      assert.equal((await aragora.debates.replay(log)).matches, true)
      const forged = await aragora.debates.replay(log.replaceAll('FINAL ANSWER: no', 'FINAL ANSWER: yes'))
      assert.equal(forged.matches, false)
    },
    { protocols: [oneRound] },
  )
  await withAragora(async (aragora) => {
    await assert.rejects(aragora.debates.replay(log), { code: 'not_configured' })
  })
})
