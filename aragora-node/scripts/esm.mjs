// The face for `import`: the same module instance as for `require`, by name, so that a process never has two.
import { readFileSync, writeFileSync } from 'node:fs'

const dist = new URL('../dist/', import.meta.url)
const source = readFileSync(new URL('index.js', dist), 'utf8')
const names = new Set([...source.matchAll(/Object\.defineProperty\(exports, "(\w+)"/g), ...source.matchAll(/^exports\.(\w+) =/gm)].map((found) => found[1]))
names.delete('__esModule')
const list = [...names].sort()
if (list.length === 0) throw new Error('dist/index.js exports nothing that can be seen')
writeFileSync(new URL('index.mjs', dist), `export { ${list.join(', ')} } from './index.js'\n`)
writeFileSync(new URL('index.d.mts', dist), `export * from './index.js'\n`)
