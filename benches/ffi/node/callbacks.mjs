// Agent callbacks against the same callbacks alone: 64 concurrent debates of nine calls each, and Promise.all of the
// same 576 calls in the same order. Each callback really waits. Prints ratios and asserts nothing.
//
//   node callbacks.mjs [package folder] [milliseconds per call] [debates]
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [folder = '.', wait = '20', debates = '64'] = process.argv.slice(2)
const { Aragora, Step } = createRequire(resolve(folder, 'x.js'))('aragora-core')
const [ms, count] = [Number(wait), Number(debates)]

const respond = async () => {
  await sleep(ms)
  return 'FINAL ANSWER: yes'
}
const agents = ['a', 'b', 'c'].map((id) => ({ id, respond }))
/** Three rounds of three seats: nine calls, whatever they say. */
const nine = {
  name: 'nine',
  version: '1',
  plannedCalls: { constant: 9 },
  next: (t) => (t.round < 3 ? t.ask('answer', 'Answer in one line.', { round: t.round + 1 }) : Step.finish()),
}

async function alone() {
  const one = async () => {
    for (let round = 0; round < 3; round += 1) await Promise.all(agents.map((agent) => agent.respond()))
  }
  await Promise.all(Array.from({ length: count }, one))
}

function inDebates(aragora, protocol) {
  return async () => {
    const one = () => aragora.debate('Ship?', { agents, protocol, limits: { rounds: 3 }, options: { stopWhen: null, stalemate: false, gate: { type: 'off' } } }).result()
    const decisions = await Promise.all(Array.from({ length: count }, one))
    return decisions.reduce((sum, decision) => sum + decision.calls.made, 0)
  }
}

async function median(work, times = 7) {
  const taken = []
  for (let n = 0; n < times; n += 1) {
    const from = performance.now()
    await work()
    taken.push(performance.now() - from)
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)]
}

const aragora = await Aragora.open()
const own = inDebates(aragora, nine)
const builtin = inDebates(aragora, 'simultaneous')
await alone()
console.log(`calls per debate: ${(await own()) / count} with a protocol in JavaScript, ${(await builtin()) / count} with a built-in one`)
const [base, foreign, native] = [await median(alone), await median(own), await median(builtin)]
const line = (name, time) => console.log(`${name.padEnd(44)} ${time.toFixed(1).padStart(8)} ms  ${(time / base).toFixed(2)} x`)
line(`Promise.all of the callbacks, ${ms} ms each`, base)
line('debates with a protocol in JavaScript', foreign)
line('debates with a built-in protocol', native)
await aragora.close()
