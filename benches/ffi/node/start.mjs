// What the package costs before it does anything: time of require against node:http, and memory of an idle instance.
// Each figure is the median of fresh processes. Prints ratios and asserts nothing.
//
//   node start.mjs [package folder]
import { execFileSync } from 'node:child_process'

const [folder = '.'] = process.argv.slice(2)

function median(source, times = 21) {
  const run = () => Number(execFileSync(process.execPath, ['-e', source], { cwd: folder, encoding: 'utf8' }))
  return Array.from({ length: times }, run).sort((a, b) => a - b)[Math.floor(times / 2)]
}

const timed = (name) => `const from = performance.now(); require('${name}'); console.log(performance.now() - from)`
const [http, core] = [median(timed('node:http')), median(timed('aragora-core'))]
console.log(`require('node:http')     ${http.toFixed(1)} ms`)
console.log(`require('aragora-core')  ${core.toFixed(1)} ms  ${(core / http).toFixed(2)} x`)

const rss = (body) => `(async () => { ${body}; global.gc?.(); console.log(process.memoryUsage().rss / 1048576) })()`
const bare = median(rss(''), 7)
const loaded = median(rss("require('aragora-core')"), 7)
const open = median(rss("globalThis.a = await require('aragora-core').Aragora.open()"), 7)
console.log(`idle memory: node ${bare.toFixed(1)} MiB, with the package ${loaded.toFixed(1)}, with an open instance ${open.toFixed(1)} (${(open / bare).toFixed(2)} x)`)
