import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from 'aragora-core'
import { Waiting, all, says, three, until, withAragora } from './support.js'

const recorded = (events: readonly Event[]) => events.filter((event) => event.class === 'recorded')

test('events come in order, once each, from the first to the last', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three(), protocol: 'simultaneous' })
    const events = recorded(await all(debate.events()))
    assert.deepEqual(events.map((event) => event.seq), events.map((_, at) => at))
    assert.equal(events[0]?.type, 'debate_start')
    assert.equal(events.at(-1)?.type, 'debate_end')
    for (const event of events) {
      assert.equal(event.debateId, debate.id)
      assert.equal(event.run, 1)
      assert.ok(event.time instanceof Date && !Number.isNaN(event.time.getTime()))
    }
    // A log does not keep the count of events by participant.
    const kept = events.map(({ agentSeq: _, ...event }) => event)
    assert.deepEqual(await aragora.debates.events(debate.id), kept)
    assert.deepEqual(recorded(await all(debate.events({ from: 5 }))), kept.slice(5))
  }))

test('leaving the loop closes that stream only; the debate goes on', () =>
  withAragora(async (aragora) => {
    const waiting = new Waiting('ada')
    const debate = aragora.debate('Ship?', { agents: [waiting, says('bob', 'yes')], protocol: 'vote_only' })
    const other = all(debate.events())
    const stream = debate.events()
    for await (const event of stream) if (event.type === 'turn_start') break
    assert.deepEqual(await stream.next(), { done: true, value: undefined })
    assert.equal(debate.finished, false)
    await waiting.begun
    waiting.answer('FINAL ANSWER: yes')
    assert.equal((await debate.result()).outcome.type, 'decided')
    assert.equal((await other).at(-1)?.type, 'debate_end')
  }))

test('closing a stream ends a pending pull', () =>
  withAragora(async (aragora) => {
    const waiting = new Waiting('ada')
    const debate = aragora.debate('Ship?', { agents: [waiting, says('bob', 'yes')], protocol: 'vote_only' })
    await debate.start()
    await waiting.begun
    const stream = debate.events({ from: 10_000 })
    const pending = stream.next()
    stream.close()
    assert.deepEqual(await pending, { done: true, value: undefined })
    debate.cancel()
    waiting.answer('x')
  }))

test('several pulls at once are served in order', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three(), protocol: 'simultaneous' })
    const stream = debate.events()
    const results = await Promise.all(Array.from({ length: 200 }, () => stream.next()))
    const events = recorded(results.flatMap((result) => (result.done === true ? [] : [result.value])))
    assert.deepEqual(events.map((event) => event.seq), events.map((_, at) => at))
    assert.equal(events.at(-1)?.type, 'debate_end')
    assert.equal(results.at(-1)?.done, true)
  }))

test('await using closes a stream', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three(), protocol: 'simultaneous' })
    const stream = debate.events()
    await stream.next()
    await stream[Symbol.asyncDispose]()
    assert.equal((await stream.next()).done, true)
  }))

test('a stream of a debate that cannot begin rejects once and is then over', () =>
  withAragora(async (aragora) => {
    const stream = aragora.debate('Ship?', { agents: [] }).events()
    await assert.rejects(stream.next(), { code: 'invalid_request' })
    assert.equal((await stream.next()).done, true)
  }))

test('a log is replayed to equal bytes, a changed one is found, and a fork goes its own way', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Rewrite it?', { agents: three(), protocol: 'simultaneous' })
    const decision = await debate.result()
    const log = await aragora.debates.log(debate.id)
    const report = await aragora.debates.replay(log)
    assert.equal(report.matches, true)
    assert.equal(report.records, log.trim().split('\n').length)
    assert.deepEqual(report.decision, decision)

    const forged = await aragora.debates.replay(log.replace('FINAL ANSWER: no', 'FINAL ANSWER: yes'))
    assert.equal(forged.matches, false)
    assert.ok((forged.difference?.seq ?? 0) > 0)

    const answered = (await aragora.debates.events(debate.id)).find((event) => event.type === 'step_end')?.seq ?? 0
    const fork = aragora.debates.fork(debate.id, answered, {
      agents: three(),
      edits: [{ type: 'set_rule', rule: { rule: { type: 'unanimity' } } }],
    })
    const other = await fork.result()
    assert.equal(other.outcome.type, 'not_reached')
    assert.notEqual(fork.id, debate.id)
    assert.equal(await aragora.debates.log(debate.id), log)
  }))

test('debates are found again, page by page', () =>
  withAragora(async (aragora) => {
    for (const tag of ['a', 'a', 'b']) await aragora.debate('Ship?', { agents: three(), protocol: 'vote_only', tags: [tag] }).result()
    const first = await aragora.debates.list({ limit: 2 })
    assert.equal(first.items.length, 2)
    const second = await aragora.debates.list({ limit: 2, cursor: first.next })
    assert.equal(second.items.length, 1)
    assert.equal((await aragora.debates.list({ tag: 'a', state: 'finished' })).items.length, 2)
    assert.equal((await aragora.debates.list({ from: new Date(Date.now() + 60_000) })).items.length, 0)
    const [summary] = first.items
    assert.ok(summary)
    assert.deepEqual(await aragora.debates.get(summary.debate), summary)
    assert.ok(Math.abs(summary.startedAt.getTime() - Date.now()) < 60_000)
    await assert.rejects(aragora.debates.get('deb_none'), { code: 'not_found' })
  }))

test('another handle of a running debate is the same debate', () =>
  withAragora(async (aragora) => {
    const waiting = new Waiting('ada')
    const debate = aragora.debate('Ship?', { agents: [waiting, says('bob', 'yes')], protocol: 'vote_only' })
    await debate.start()
    const same = aragora.debates.attach(debate.id)
    const result = same.result()
    await waiting.begun
    assert.equal((await debate.partial()).outcome.type !== 'decided', true)
    waiting.answer('FINAL ANSWER: yes')
    assert.deepEqual(await result, await debate.result())
    await assert.rejects(aragora.debates.attach('deb_none').start(), { code: 'not_found' })
  }))

test('a person answers at the desk, and another has a word', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: [{ type: 'human', id: 'hana' }, says('bob', 'yes')], protocol: 'vote_only' })
    await debate.start()
    debate.human.message({ by: 'max', text: 'Think of the customers.' })
    const desk = aragora.desk
    await until(async () => (await desk.pending()).turns.length === 1)
    const [turn] = (await desk.pending({ agent: 'hana' })).turns
    assert.ok(turn)
    assert.deepEqual((await desk.turn(turn.id)).id, turn.id)
    await desk.submit(turn.id, { text: 'FINAL ANSWER: yes' }, 'hana')
    const decision = await debate.result()
    assert.deepEqual(decision.supporters, ['hana', 'bob'])
    const said = (await aragora.debates.events(debate.id)).find((event) => event.type === 'human_input')
    assert.ok(said?.type === 'human_input')
    assert.equal(said.data.text, 'Think of the customers.')
  }))
