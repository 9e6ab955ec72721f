import assert from 'node:assert/strict'
import { test } from 'node:test'
import { program } from './support.js'

/**
 * How many debates are run. The release gate is ARAGORA_LEAK_DEBATES=10000; the suite does fewer, which finds what
 * leaks per debate and not what leaks per thousand.
 */
const DEBATES = Number(process.env['ARAGORA_LEAK_DEBATES'] ?? 400)

const PRELUDE = `
  import { Aragora, testing } from 'aragora-core'
  const collect = async () => { for (let i = 0; i < 4; i += 1) { global.gc(); await new Promise((resolve) => setTimeout(resolve, 10)) } }
  const kept = () => JSON.stringify(testing.keptCalls())
  const until = async (holds) => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5)) }
`

test('memory stays flat over many debates, half of which are cancelled', { timeout: 600_000 }, async () => {
  const ended = await program(
    `${PRELUDE}
    const clock = setInterval(() => {}, 60_000)
    const one = async (n) => {
      const aragora = await Aragora.open()
      const protocol = { name: 'p', version: '1', next: (t) => (t.messages, t.round === 0 ? t.ask('answer', 'x'.repeat(100)) : (() => { throw new Error('kept as cause') })()) }
      const hang = (id) => ({ id, respond: (request, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))) })
      const say = (id) => ({ id, respond: ({ output }) => (output.text('yes'), 'FINAL ANSWER: yes') })
      if (n % 2 === 0) {
        const debate = aragora.debate('Ship?', { agents: [hang('a'), say('b')], protocol: 'vote_only' })
        for await (const event of debate.events()) if (event.type === 'turn_start') debate.cancel()
        await debate.result().catch(() => {})
      } else {
        await aragora.debate('Ship?', { agents: [say('a'), say('b')], protocol }).result().catch((error) => error.cause.message)
      }
      await aragora.close()
    }
    const batch = async (from, to) => { for (let n = from; n < to; n += 8) await Promise.all(Array.from({ length: 8 }, (_, i) => one(n + i))) }
    const total = ${DEBATES}
    const memory = () => process.memoryUsage()
    // As many first: what allocators keep for themselves grows until they have seen the worst of it.
    await batch(0, total)
    await collect()
    const before = memory()
    await batch(0, total)
    await collect()
    const after = memory()
    await until(() => Object.values(testing.keptCalls()).every((count) => count === 0))
    clearInterval(clock)
    console.log(JSON.stringify({ heap: after.heapUsed - before.heapUsed, rss: after.rss - before.rss, base: before.rss }))
    `,
    { flags: ['--expose-gc'] },
  )
  assert.equal(ended.stderr, '')
  const grown = JSON.parse(ended.stdout) as { heap: number; rss: number; base: number }
  console.log(`  ${DEBATES} debates: heap ${Math.round(grown.heap / 1024)} KiB, resident ${Math.round(grown.rss / 1024)} KiB more`)
  // 5 % of what the process has, and what allocators keep for themselves.
  assert.ok(grown.heap < 2 * 1024 * 1024, `the heap grew by ${grown.heap} bytes`)
  assert.ok(grown.rss < grown.base * 0.05 + 16 * 1024 * 1024, `the process grew by ${grown.rss} bytes`)
})

test('after close() nothing refers to a participant any more, cycles or not', async () => {
  const ended = await program(
    `${PRELUDE}
    const alive = setInterval(() => {}, 60_000)
    const weak = []
    for (let n = 0; n < 100; n += 1) {
      await (async () => {
        const aragora = await Aragora.open()
        // instance -> participant -> instance
        const agent = { id: 'a', aragora, respond: () => 'FINAL ANSWER: yes' }
        const debate = aragora.debate('Ship?', { agents: [agent, { ...agent, id: 'b' }], protocol: 'vote_only' })
        agent.debate = debate
        await debate.result()
        await aragora.close()
        weak.push(new WeakRef(agent), new WeakRef(aragora), new WeakRef(debate))
      })()
    }
    const left = () => weak.filter((ref) => ref.deref() !== undefined).length
    for (let i = 0; i < 20 && left() > 0; i += 1) await collect()
    clearInterval(alive)
    console.log(left(), kept())
    `,
    { flags: ['--expose-gc'] },
  )
  assert.equal(ended.stderr, '')
  assert.equal(ended.stdout, '0 {"calls":0,"causes":0,"participants":0,"native":0}\n')
})

test('a running debate nobody holds is cancelled with one warning', async () => {
  const ended = await program(
    `${PRELUDE}
    const warnings = []
    process.on('warning', (warning) => warnings.push(warning))
    const aragora = await Aragora.open()
    let cancelled = false
    const agent = (id) => ({ id, respond: (request, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => { cancelled = true; resolve('x') })) })
    await (async () => { await aragora.debate('Ship?', { agents: [agent('a'), agent('b')] }).start() })()
    for (let i = 0; i < 100 && !cancelled; i += 1) await collect()
    await until(() => aragora.activity().debates === 0)
    console.log(cancelled, warnings.length, warnings[0]?.code, /call detach/.test(warnings[0]?.message))
    `,
    { flags: ['--expose-gc', '--no-warnings'] },
  )
  assert.equal(ended.stdout, 'true 1 ARAGORA_UNHELD_DEBATE true\n')
})

test('a detached debate runs on, and one that has ended is no reason for a warning', async () => {
  const ended = await program(
    `${PRELUDE}
    process.on('warning', (warning) => console.log(warning.message))
    const aragora = await Aragora.open()
    let go
    const gate = new Promise((resolve) => (go = resolve))
    const agent = (id) => ({ id, respond: async () => (await gate, 'FINAL ANSWER: yes') })
    const id = await (async () => {
      const debate = aragora.debate('Ship?', { agents: [agent('a'), agent('b')], protocol: 'vote_only' })
      debate.detach()
      await debate.start()
      return debate.id
    })()
    await collect()
    go()
    await until(() => aragora.activity().debates === 0)
    console.log((await aragora.debates.get(id)).state)
    await collect()
    `,
    { flags: ['--expose-gc', '--no-warnings'] },
  )
  assert.equal(ended.stdout, 'finished\n')
})
