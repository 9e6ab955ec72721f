// One file for `require`, so that loading the package is one file to find and read, and a face of the same instance
// for `import`, so that a process never has two. Declarations stay as the compiler wrote them.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'

const dist = new URL('../dist/', import.meta.url)
const files = readdirSync(dist).filter((file) => file.endsWith('.js')).sort()
const modules = files.map((file) => {
  const source = readFileSync(new URL(file, dist), 'utf8').replace(/^"use strict";\n/, '')
  return `'./${file}'(exports, require) {\n${source}\n},`
})

const index = readFileSync(new URL('index.js', dist), 'utf8')
const found = [...index.matchAll(/Object\.defineProperty\(exports, "(\w+)"/g), ...index.matchAll(/^exports\.(\w+) =/gm)]
const names = [...new Set(found.map(([, name]) => name))].filter((name) => name !== '__esModule').sort()
if (names.length === 0) throw new Error('dist/index.js exports nothing that can be seen')

const bundle = `'use strict'
const modules = {
${modules.join('\n')}
}
const loaded = {}
function load(name) {
  if (!Object.hasOwn(modules, name)) return require(name)
  if (loaded[name] === undefined) modules[name]((loaded[name] = {}), load)
  return loaded[name]
}
const face = load('./index.js')
Object.defineProperty(exports, '__esModule', { value: true })
${names.map((name) => `exports.${name} = face.${name}`).join('\n')}
`
for (const file of files) rmSync(new URL(file, dist))
writeFileSync(new URL('index.js', dist), bundle)
writeFileSync(new URL('index.mjs', dist), `export { ${names.join(', ')} } from './index.js'\n`)
writeFileSync(new URL('index.d.mts', dist), `export * from './index.js'\n`)
