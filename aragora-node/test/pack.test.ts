import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const require = createRequire(import.meta.url)
const folder = dirname(dirname(require.resolve('aragora-core')))
const repository = process.env['ARAGORA_REPOSITORY'] ?? ''
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, any>

test('the package holds the face and nothing else', () => {
  assert.deepEqual(readdirSync(folder).sort(), ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'dist', 'package.json'])
  assert.equal(manifest['scripts'], undefined)
  assert.equal(manifest['devDependencies'], undefined)
  assert.equal(manifest['dependencies'], undefined)
  const files = readdirSync(join(folder, 'dist'))
  assert.ok(files.every((file) => /\.(js|mjs|d\.ts|d\.mts)$/.test(file)), files.join())
})

test('there is a package for every platform, of one version, with os, cpu and libc', () => {
  const names = readdirSync(join(repository, 'aragora-node', 'npm'))
  assert.deepEqual(Object.keys(manifest['optionalDependencies']).sort(), names.map((name) => `aragora-core-${name}`).sort())
  for (const name of names) {
    const platform = JSON.parse(readFileSync(join(repository, 'aragora-node', 'npm', name, 'package.json'), 'utf8')) as Record<string, any>
    assert.equal(platform['name'], `aragora-core-${name}`)
    assert.equal(platform['version'], manifest['version'])
    assert.equal(manifest['optionalDependencies'][platform['name']], manifest['version'])
    const [os, cpu, abi] = name.split('-')
    assert.deepEqual([platform['os'], platform['cpu']], [[os], [cpu]])
    assert.deepEqual(platform['libc'], abi === 'gnu' ? ['glibc'] : abi === 'musl' ? ['musl'] : undefined)
  }
})

test('without the native module the error names platform, libc, package and the source build', () => {
  const app = mkdtempSync(join(tmpdir(), 'aragora-pack-'))
  try {
    cpSync(folder, join(app, 'node_modules', 'aragora-core'), { recursive: true })
    const ended = spawnSync(process.execPath, ['-e', "require('aragora-core')"], { cwd: app, encoding: 'utf8' })
    assert.equal(ended.status, 1)
    for (const word of [process.platform, process.arch, 'aragora-core-', 'is not installed', 'cargo build']) assert.ok(ended.stderr.includes(word), word)
    if (process.platform === 'linux') assert.match(ended.stderr, /glibc|musl/)
  } finally {
    rmSync(app, { recursive: true, force: true })
  }
})

test('a native module that cannot be loaded says so with its cause', () => {
  const app = mkdtempSync(join(tmpdir(), 'aragora-pack-'))
  try {
    const modules = join(folder, '..')
    const native = readdirSync(modules).find((name) => name.startsWith('aragora-core-'))
    assert.ok(native)
    for (const name of ['aragora-core', native]) cpSync(join(modules, name), join(app, 'node_modules', name), { recursive: true })
    const module = join(app, 'node_modules', native, 'aragora.node')
    assert.ok(existsSync(module))
    renameSync(join(app, 'node_modules', native, 'README.md'), module)
    const ended = spawnSync(process.execPath, ['-e', "require('aragora-core')"], { cwd: app, encoding: 'utf8' })
    assert.equal(ended.status, 1)
    assert.match(ended.stderr, /cannot be loaded[\s\S]*\[cause\]/)
  } finally {
    rmSync(app, { recursive: true, force: true })
  }
})

test('a debate runs from a CommonJS program', () => {
  const source = `
    const { Aragora } = require('aragora-core')
    Aragora.open().then(async (aragora) => {
      const agents = ['a', 'b', 'c'].map((id) => ({ id, respond: () => 'FINAL ANSWER: yes' }))
      console.log((await aragora.debate('Ship?', { agents }).result()).outcome.type)
      await aragora.close()
    })`
  const ended = spawnSync(process.execPath, ['-e', source], { cwd: dirname(folder), encoding: 'utf8' })
  assert.deepEqual([ended.status, ended.stdout, ended.stderr], [0, 'decided\n', ''])
})
