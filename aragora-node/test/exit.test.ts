import assert from 'node:assert/strict'
import { test } from 'node:test'
import { program } from './support.js'

/** How often each way to end is tried; more finds rarer races. */
const RUNS = Number(process.env['ARAGORA_EXIT_RUNS'] ?? 5)

/** Three participants that answer never, and a debate among them. */
const RUNNING = `
  import { Aragora } from 'aragora-core'
  const aragora = await Aragora.open()
  let begun
  const asked = new Promise((resolve) => (begun = resolve))
  const agents = ['a', 'b', 'c'].map((id) => ({ id, respond: () => (begun(), new Promise(() => {})) }))
  const debate = aragora.debate('Ship?', { agents })
  // Participants keep nothing alive, so this does until they are asked.
  const alive = setInterval(() => {}, 60_000)
  await debate.start()
  await asked
  clearInterval(alive)
`

async function each(source: string, expected: { status: number | null; signal?: NodeJS.Signals }, kill?: NodeJS.Signals): Promise<void> {
  for (let run = 0; run < RUNS; run += 1) {
    const act = (line: string, signal: (name: NodeJS.Signals) => void) => {
      if (kill !== undefined && line.includes('ready')) signal(kill)
    }
    const ended = await program(source, { act })
    assert.deepEqual({ ...ended, stdout: '' }, { status: expected.status, signal: expected.signal ?? null, stdout: '', stderr: '' })
  }
}

test('the end of the program ends a debate in flight, silently', () => each(`${RUNNING} debate.detach()`, { status: 0 }))

test('process.exit keeps its status', () => each(`${RUNNING} process.exit(7)`, { status: 7 }))

test('process.exit while a result is awaited', () =>
  each(`${RUNNING} debate.result().catch(() => {}); setImmediate(() => process.exit(3))`, { status: 3 }))

test('SIGINT ends it like any program', () =>
  each(`${RUNNING} debate.result(); console.log('ready')`, { status: null, signal: 'SIGINT' }, 'SIGINT'))

test('an uncaught exception is all that is printed', async () => {
  for (let run = 0; run < RUNS; run += 1) {
    const ended = await program(`${RUNNING} throw new RangeError('of the host')`)
    assert.equal(ended.status, 1)
    assert.match(ended.stderr, /RangeError: of the host/)
    assert.doesNotMatch(ended.stderr, /panic|napi|aragora-\d/i)
  }
})

test('an idle instance lets the program end within a second', async () => {
  const ended = await program(`
    import { Aragora } from 'aragora-core'
    const aragora = await Aragora.open()
    const agent = { id: 'a', respond: () => 'FINAL ANSWER: yes' }
    await aragora.debate('Ship?', { agents: [agent, { ...agent, id: 'b' }] }).result()
    const idle = performance.now()
    process.on('exit', () => console.log(performance.now() - idle))
  `)
  assert.equal(ended.status, 0)
  assert.equal(ended.stderr, '')
  assert.ok(Number(ended.stdout) < 1_000, `${ended.stdout} ms`)
})

test('an awaited result keeps the program alive until it is there', async () => {
  // The participant's own wait must not be what keeps it alive, so the library does the waiting.
  const ended = await program(`
    import { Aragora } from 'aragora-core'
    const aragora = await Aragora.open()
    const script = (id) => ({ type: 'scripted', id, steps: [{ sleepMs: 300 }, { say: 'FINAL ANSWER: yes' }] })
    aragora.debate('Ship?', { agents: [script('a'), script('b')], protocol: 'vote_only' }).result().then((decision) => console.log(decision.outcome.type))
  `)
  assert.deepEqual(ended, { status: 0, signal: null, stdout: 'decided\n', stderr: '' })
})

test('an awaited event and a close keep the program alive too', async () => {
  const ended = await program(`
    import { Aragora } from 'aragora-core'
    const aragora = await Aragora.open()
    const script = (id) => ({ type: 'scripted', id, steps: [{ sleepMs: 200 }, { say: 'FINAL ANSWER: yes' }] })
    const debate = aragora.debate('Ship?', { agents: [script('a'), script('b')], protocol: 'vote_only' })
    const follow = async () => { for await (const event of debate.events()) if (event.type === 'debate_end') console.log('ended') }
    follow().then(() => aragora.close()).then(() => console.log('closed'))
  `)
  assert.deepEqual(ended, { status: 0, signal: null, stdout: 'ended\nclosed\n', stderr: '' })
})
