import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { Aragora, testing } from 'aragora-core'
import { program, three, until, withAragora } from './support.js'

/** A thread with a debate whose participants never answer. */
const HANGING = `
  import { parentPort } from 'node:worker_threads'
  import { Aragora } from 'aragora-core'
  const aragora = await Aragora.open()
  const agents = ['a', 'b'].map((id) => ({ id, respond: () => (parentPort.postMessage('asked'), new Promise(() => {})) }))
  const debate = aragora.debate('Ship?', { agents })
  debate.result().catch(() => {})
  setInterval(() => {}, 60_000)
`

function worker(source: string): Worker {
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source.replaceAll("'aragora-core'", `'${import.meta.resolve('aragora-core')}'`))}`))
}

test('ending a thread fails its calls and leaves others alone', () =>
  withAragora(async (aragora) => {
    const hanging = worker(HANGING)
    await once(hanging, 'message')
    const own = aragora.debate('Ship?', { agents: three(), protocol: 'simultaneous' })
    const result = own.result()
    await hanging.terminate()
    assert.equal((await result).outcome.type, 'decided')
    // The core has let go of the calls of the thread.
    await until(() => testing.keptCalls().native === 0)
    assert.equal((await aragora.debate('Again?', { agents: three(), protocol: 'simultaneous' }).result()).outcome.type, 'decided')
  }))

test('threads debate side by side, each with its own participants', async () => {
  const source = `
    import { parentPort, threadId } from 'node:worker_threads'
    import { Aragora } from 'aragora-core'
    const aragora = await Aragora.open()
    const agents = ['a', 'b'].map((id) => ({ id, respond: () => 'FINAL ANSWER: ' + threadId }))
    const decision = await aragora.debate('Who?', { agents, protocol: 'vote_only' }).result()
    await aragora.close()
    parentPort.postMessage(decision.answer.value === String(threadId))
  `
  const workers = Array.from({ length: 4 }, () => worker(source))
  const said = await Promise.all(workers.map(async (thread) => ((await once(thread, 'message')) as [boolean])[0]))
  assert.deepEqual(said, [true, true, true, true])
})

test('a handle cannot be sent to another thread', () =>
  withAragora(async (aragora) => {
    const debate = aragora.debate('Ship?', { agents: three() })
    for (const handle of [aragora, debate, debate.events()]) {
      assert.throws(() => structuredClone(handle), { name: 'DataCloneError' })
    }
    assert.ok(aragora instanceof Aragora)
  }))

test('threads that end at any moment leave no noise and no crash', async () => {
  const ended = await program(`
    import { Worker } from 'node:worker_threads'
    import { once } from 'node:events'
    const source = ${JSON.stringify(HANGING)}.replaceAll("'aragora-core'", JSON.stringify(import.meta.resolve('aragora-core')))
    for (let round = 0; round < 10; round += 1) {
      const thread = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)))
      if (round % 2 === 0) await once(thread, 'message')
      else await new Promise((resolve) => setTimeout(resolve, round * 10))
      await thread.terminate()
    }
    console.log('done')
  `)
  assert.deepEqual(ended, { status: 0, signal: null, stdout: 'done\n', stderr: '' })
})
