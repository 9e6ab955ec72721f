import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type DebateOptions, type Event, type RuleConfig, type Values, fromDocument, toDocument } from 'aragora-core'

type Name = keyof Values

// Any document of the type, whatever it holds.
const decode = fromDocument as <Of extends Name>(name: Of, document: unknown) => Values[Of]
const encode = toDocument as <Of extends Name>(name: Of, value: Values[Of]) => unknown

const folder = join(process.env['ARAGORA_REPOSITORY'] ?? '', 'tests', 'conformance')
const samples = JSON.parse(readFileSync(join(folder, 'vectors', 'values.json'), 'utf8')).types as Record<Name, unknown[]>

test('documents are written as they were read', () => {
  const names = Object.keys(samples) as Name[]
  assert.ok(names.length > 140)
  for (const name of names) {
    for (const document of samples[name]) {
      const value = decode(name, document)
      assert.deepEqual(encode(name, value), document, name)
      assert.deepEqual(decode(name, encode(name, value)), value, name)
    }
  }
})

test('members have the names and types of the language', () => {
  const [summary] = samples.DebateSummary.map((document) => decode('DebateSummary', document))
  assert.equal(summary?.startedAt.toISOString(), '2026-01-01T00:00:00.250Z')
  const [event] = samples.Event.map((document) => decode('Event', document))
  assert.ok(event?.time instanceof Date)
  const starts = samples.EventData.map((document) => decode('EventData', document)).filter((data) => data.type === 'debate_start')
  assert.equal(starts[0]?.seed, 2n ** 64n - 1n)
  assert.equal(starts[0]?.environment.limits.deadlineMs, 1500)
})

test('keys of a host stay as they are', () => {
  const options: DebateOptions = { templates: { 'critique.answer': 'x', snake_case: 'y' } }
  assert.deepEqual(encode('DebateOptions', options), { templates: { 'critique.answer': 'x', snake_case: 'y' } })
  const spent = { total: {}, by_seat: JSON.parse('{"__proto__": {}, "a_b": {}}') }
  assert.deepEqual(Object.keys(decode('Spent', spent).bySeat), ['__proto__', 'a_b'])
})

test('what is not given is not written, and null only where it means something', () => {
  assert.deepEqual(encode('Limits', { rounds: undefined, deadlineMs: 5 }), { deadline_ms: 5 })
  assert.deepEqual(encode('Limits', { rounds: null } as never), {})
  assert.deepEqual(encode('DebateOptions', { stopWhen: null, agreement: undefined }), { stop_when: null })
  assert.equal(decode('DebateOptions', { stop_when: null }).stopWhen, null)
  assert.ok(!('stopWhen' in decode('DebateOptions', {})))
})

test('unions are told apart by their type', () => {
  const rule: RuleConfig = {
    rule: { type: 'hybrid', rules: [{ type: 'supermajority', share: '2/3' }, { type: 'plurality' }] },
    ties: { type: 'seat', value: 'a' },
  }
  const document = { rule: { name: 'hybrid', rules: [{ name: 'supermajority', share: '2/3' }, { name: 'plurality' }] }, ties: { seat: 'a' } }
  assert.deepEqual(encode('RuleConfig', rule), document)
  assert.deepEqual(decode('RuleConfig', document), rule)
  assert.deepEqual(decode('Outcome', 'decided'), { type: 'decided' })
  assert.deepEqual(decode('Outcome', { tie: ['a', 'b'] }), { type: 'tie', value: ['a', 'b'] })
})

test('what the core alone can refuse reaches it', () => {
  assert.deepEqual(encode('Limits', { deadline: 3 } as never), { deadline: 3 })
  assert.deepEqual(encode('RuleConfig', { rule: { type: 'lottery' } } as never), { rule: { type: 'lottery' } })
  assert.equal(encode('Question', 'Which?' as never), 'Which?')
  assert.throws(() => encode('PendingTurn', { askedAt: new Date(Number.NaN) } as never), { code: 'invalid_request' })
})

test('an event of an unknown type is kept', () => {
  const document = { type: 'comet_seen', seq: 1, class: 'live', debate_id: 'd', run: 1, time: '2026-01-01T00:00:00.000Z', data: { tail_length: 3 } }
  const event = decode('Event', document)
  assert.equal(told(event), 'comet_seen')
  assert.deepEqual(event.data, { tail_length: 3 })
  assert.deepEqual(encode('Event', event), document)
})

function told(event: Event): string {
  switch (event.type) {
    case 'token_delta':
      return event.data.text
    case 'vote':
      return event.data.voter
    default:
      return event.type
  }
}
