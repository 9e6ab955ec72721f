import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import * as esm from 'aragora-core'
import { Arena, Aragora, Config, DebateResult, configureRuntime, errorCodes, testing, version } from 'aragora-core'
import { program, three, until, withAragora } from './support.js'

const require = createRequire(import.meta.url)
const folder = dirname(require.resolve('aragora-core'))
const repository = process.env['ARAGORA_REPOSITORY'] ?? ''

/** Names the declarations promise at run time. */
function declared(): string[] {
  const text = readFileSync(join(folder, 'index.d.ts'), 'utf8')
  const names: string[] = []
  for (const [, list] of text.matchAll(/^export \{([^}]*)\}/gm)) names.push(...(list ?? '').split(',').map((name) => name.trim()))
  for (const [, name] of text.matchAll(/^export \* as (\w+)/gm)) names.push(name ?? '')
  return names.filter((name) => name !== '').sort()
}

test('import and require give the same names, and each declared one exists', () => {
  const cjs = require('aragora-core') as Record<string, unknown>
  const names = declared()
  assert.ok(names.length > 25, names.join())
  assert.deepEqual(Object.keys(esm).sort(), names)
  assert.deepEqual(Object.keys(cjs).sort(), names)
  // One instance, so that an error of one is an error of the other.
  assert.equal(cjs['Aragora'], esm.Aragora)
})

/** Names only this language has: other idioms for what others do with syntax, and what old versions had. */
const OWN = ['Arena', 'DebateConfig', 'DebateResult', 'Vote', 'fromDocument', 'toDocument', 'testing', 'Step']

interface Item {
  readonly kind: 'class' | 'method' | 'property' | 'function' | 'module'
  readonly name: string
  readonly typescript?: string | null
}

/** The name of an item here: what is said of it, or its own name with members and functions in camelCase. */
function named({ kind, name, typescript }: Item): string | null {
  if (typescript !== undefined) return typescript
  const camel = (word: string) => word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const [owner, member] = name.split('.')
  if (member !== undefined) return `${owner}.${camel(member)}`
  return kind === 'class' ? name : camel(name)
}

test('the surface is the one of the corpus, at run time and in the declarations', () => {
  const { items } = JSON.parse(readFileSync(join(repository, 'tests', 'conformance', 'surface.json'), 'utf8')) as { items: Item[] }
  const declarations = readdirSync(folder)
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
  const names = items.map(named).filter((name) => name !== null)
  const missing = names.filter((name) => {
    const parts = name.split('.')
    const member = parts.length > 1 && parts[0] !== 'testing' ? parts[1] : parts[2]
    const owner = parts[0] === 'testing' ? parts[1] : parts[0]
    if (member === undefined) return !new RegExp(`export (declare )?(class|interface|const|function|type) ${owner}\\b`).test(declarations)
    // From Error.
    if (owner === 'AragoraError' && member === 'cause') return false
    const body = new RegExp(`(?:class|interface|const) ${owner}\\b[^\\n]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(declarations)?.[1] ?? ''
    return !new RegExp(`^\\s*(static |readonly |get )*${member}\\??[(:<]`, 'm').test(body)
  })
  assert.deepEqual(missing, [])
  const known = new Set(names.map((name) => name.split('.')[0]))
  assert.deepEqual(declared().filter((name) => !known.has(name) && !OWN.includes(name)), [])
  // A debate that an async function returns must not be awaited by that.
  assert.ok(!('then' in esm.Debate.prototype))
})

test('every error code of the model is one of the core', () => {
  const model = JSON.parse(readFileSync(join(repository, 'tests', 'conformance', 'api.json'), 'utf8')) as { errors: { code: string; retryable: boolean }[] }
  assert.deepEqual(errorCodes().map(({ code, retryable }) => ({ code, retryable })), model.errors.map(({ code, retryable }) => ({ code, retryable })))
})

test('no public name is any, and every one is documented', () => {
  const files = ['aragora', 'agents', 'config', 'debate', 'debates', 'errors', 'events', 'human', 'logging', 'protocols', 'transcript', 'values']
  for (const file of files) {
    const text = readFileSync(join(folder, `${file}.d.ts`), 'utf8')
    assert.doesNotMatch(text, /[:<|,] any\b/, `${file}.d.ts`)
    for (const [found] of text.matchAll(/^(?:(?!\*\/).)*\n+export (?:declare )?(?:class|function|interface|const) \w+/gm)) {
      assert.match(found, /\*\/\n|^import|^\/\/|^}/m, `${file}.d.ts: ${found} has no comment`)
    }
  }
})

test('importing starts no thread, reads no environment and opens nothing', async () => {
  const ended = await program(`
    import { readdirSync } from 'node:fs'
    const count = () => ({ threads: readdirSync('/proc/self/task').length, files: readdirSync('/proc/self/fd').length })
    const before = count()
    let read = []
    process.env = new Proxy(process.env, { get: (env, name) => (read.push(name), env[name]) })
    await import('aragora-core')
    console.log(JSON.stringify({ before, after: count(), read: read.filter((name) => String(name).startsWith('ARAGORA')) }))
  `)
  if (process.platform !== 'linux') return
  const { before, after, read } = JSON.parse(ended.stdout) as { before: object; after: object; read: string[] }
  assert.deepEqual(after, before)
  assert.deepEqual(read, [])
})

test('the number of threads is set before the first use, and refused afterwards', async () => {
  const ended = await program(`
    import { Aragora, configureRuntime } from 'aragora-core'
    import { readdirSync, readFileSync } from 'node:fs'
    for (const threads of [0, 65]) try { configureRuntime({ threads }) } catch (error) { console.log(error.code) }
    try { configureRuntime({ threads: 1.5 }) } catch (error) { console.log(error.name) }
    configureRuntime({ threads: 3 })
    const aragora = await Aragora.open()
    try { configureRuntime({ threads: 2 }) } catch (error) { console.log(error.code) }
    if (process.platform === 'linux') {
      const names = readdirSync('/proc/self/task').map((task) => readFileSync('/proc/self/task/' + task + '/comm', 'utf8').trim())
      console.log(names.filter((name) => /^aragora-\\d+$/.test(name)).length >= 3)
    } else console.log(true)
    await aragora.close()
  `)
  assert.deepEqual(ended, { status: 0, signal: null, stdout: 'invalid_request\ninvalid_request\nTypeError\ninvalid_state\ntrue\n', stderr: '' })
  assert.equal(typeof configureRuntime, 'function')
})

test('settings are checked as a whole, and keys are never shown', async () => {
  assert.throws(() => Config.load({ env: { ARAGORA_EVENT_BUFFER_SIZE: '5' } }), { code: 'invalid_config', message: /buffer_size/ })
  const config = Config.load({ env: { OPENAI_API_KEY: 'sk-canary-key-0123456789abcdef' } })
  const { inspect } = await import('node:util')
  for (const shown of [inspect(config), JSON.stringify(config), String(config), JSON.stringify(config.settings)]) {
    assert.doesNotMatch(shown, /secret/)
  }
  const aragora = await Aragora.open({ config })
  assert.doesNotMatch(inspect(aragora, { depth: 9, showHidden: true }), /secret/)
  await aragora.close()
  await assert.rejects(Aragora.open({ config: { env: {} } as unknown as Config }), { name: 'TypeError', message: /Config\.load/ })
})

test('await using closes an instance', async () => {
  const aragora = await Aragora.open()
  await aragora[Symbol.asyncDispose]()
  assert.throws(() => aragora.activity(), { code: 'closed' })
})

test('a manual clock stands still and belongs to one instance', async () => {
  const clock = new testing.ManualClock(new Date('2026-03-01T12:00:00Z'))
  await withAragora(
    async () => {
      assert.equal(clock.now().toISOString(), '2026-03-01T12:00:00.000Z')
      clock.advance(1_500)
      assert.equal(clock.now().toISOString(), '2026-03-01T12:00:01.500Z')
      await assert.rejects(Aragora.open({ clock }), { code: 'invalid_state' })
    },
    { clock },
  )
  assert.throws(() => new testing.ManualClock().now(), { code: 'invalid_state' })
})

test('seeded ids and a manual clock make debates byte for byte the same', async () => {
  const log = () =>
    withAragora(
      async (aragora) => {
        const debate = aragora.debate('Ship?', { agents: three().slice(0, 2), protocol: 'sequential', seed: 18_446_744_073_709_551_615n })
        await debate.result()
        return aragora.debates.log(debate.id)
      },
      { seed: 7n, clock: new testing.ManualClock() },
    )
  const first = await log()
  assert.equal(await log(), first)
  assert.match(first, /18446744073709551615/)
})

test('metrics and activity tell what runs', () =>
  withAragora(async (aragora) => {
    await aragora.debate('Ship?', { agents: three(), protocol: 'vote_only' }).result()
    await until(() => aragora.activity().debates === 0)
    assert.match(aragora.metrics(), /aragora_foreign_calls_total\{[^}]*outcome="ok"[^}]*\} 3/)
  }))

test('old names say what replaced them', () => {
  assert.throws(() => new (Arena as unknown as new () => unknown)(), { name: 'TypeError', message: /Arena is gone: use aragora\.debate/ })
  assert.throws(() => (DebateResult as { answer: unknown }).answer, { message: /debate\.result\(\)/ })
})

test('the version is that of the core and of the package', () => {
  const manifest = readFileSync(join(repository, 'Cargo.toml'), 'utf8')
  assert.equal(/^version = "(.*)"$/m.exec(manifest)?.[1], version)
})
