// Builds, packs, installs elsewhere, and runs everything there: what is tested is what is published.
//
//   node scripts/suite.mjs --module <built library> --work <folder> [--only agents,cancel]
//
// The last line is `N passed, N failed`.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: { module: { type: 'string' }, work: { type: 'string' }, only: { type: 'string' } },
})
if (values.module === undefined || values.work === undefined) {
  throw new Error('usage: node scripts/suite.mjs --module <built library> --work <folder> [--only <test,test>]')
}
const only = values.only?.split(',')
const work = resolve(values.work)
const app = join(work, 'app')
const tool = (name) => join(here, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)

let passed = 0
let failed = 0

build()
const tarballs = pack()
install(tarballs)
if (only === undefined) {
  check('biome', tool('biome'), ['check', '--error-on-warnings', '.'], here)
  check('publint', tool('publint'), ['--strict', '--pack', 'false', join(app, 'node_modules', 'aragora-core')], app)
  check('attw', tool('attw'), [tarballs[0], '--no-emoji', '--no-color'], app)
  types()
  examples()
}
tests()
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

function build() {
  rmSync(join(here, 'dist'), { recursive: true, force: true })
  run(tool('tsc'), ['-p', 'tsconfig.json'], here)
  run(process.execPath, ['scripts/bundle.mjs'], here)
}

function pack() {
  const said = execFileSync(process.execPath, ['scripts/pack.mjs', '--module', resolve(values.module), '--out', join(work, 'pack')], { cwd: here, encoding: 'utf8' })
  return said.trim().split('\n')
}

/** Without a network: whatever is missing from the tarballs is missing for users too. */
function install(tarballs) {
  rmSync(app, { recursive: true, force: true })
  mkdirSync(app, { recursive: true })
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }))
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  run(npm, ['install', '--offline', '--no-audit', '--no-fund', '--loglevel', 'error', ...tarballs], app, process.platform === 'win32')
  // Types of Node.js, as an application has them; nothing else of ours is reachable from there.
  mkdirSync(join(app, 'node_modules', '@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(here, 'node_modules', name), join(app, 'node_modules', name), 'junction')
  }
}

/** What must compile and what must not, under each way of resolving a package and with two compilers. */
function types() {
  cpSync(join(here, 'test', 'types'), join(app, 'types'), { recursive: true })
  for (const compiler of ['typescript', 'typescript-7']) {
    for (const [module, resolution] of [['node16', 'node16'], ['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
      const options = { module, moduleResolution: resolution, target: 'es2022', lib: ['es2022', 'esnext.disposable'], types: ['node'], strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false }
      const config = join(app, `tsconfig.${module}.json`)
      writeFileSync(config, JSON.stringify({ compilerOptions: options, include: module === 'esnext' ? ['types/*.ts'] : ['types'] }))
      check(`types ${compiler} ${resolution}`, process.execPath, [join(here, 'node_modules', compiler, 'bin', 'tsc'), '-p', config], app)
    }
  }
}

/** Every example, compiled strictly and run to its end. */
function examples() {
  const source = join(here, '..', 'examples', 'node')
  const names = readdirSync(source).filter((file) => file.endsWith('.ts'))
  compile(source, join(app, 'examples'))
  for (const name of names) {
    check(`example ${name}`, process.execPath, [join(app, 'examples', 'build', name.replace(/\.ts$/, '.js'))], app)
  }
}

function tests() {
  compile(join(here, 'test'), join(app, 'test'))
  const build = join(app, 'test', 'build')
  const wanted = (file) => file.endsWith('.test.js') && (only === undefined || only.includes(file.replace('.test.js', '')))
  const files = readdirSync(build).filter(wanted).sort()
  const env = { ...process.env, ARAGORA_REPOSITORY: resolve(here, '..'), NODE_OPTIONS: '' }
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=tap', `--test-reporter-destination=${join(work, 'tests.tap')}`]
  spawnSync(process.execPath, ['--test', '--test-timeout=120000', ...reporters, ...files], { cwd: build, env, stdio: 'inherit' })
  const tap = readFileSync(join(work, 'tests.tap'), 'utf8')
  const count = (word) => Number(tap.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? Number.NaN)
  passed += count('pass')
  // What was cancelled or skipped has not been shown to work.
  failed += count('fail') + count('cancelled') + count('skipped') + count('todo')
}

function compile(from, to) {
  cpSync(from, to, { recursive: true })
  const options = { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022', lib: ['es2023', 'esnext.disposable'], types: ['node'], strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noUnusedLocals: true, rootDir: to, outDir: join(to, 'build') }
  writeFileSync(join(to, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
  writeFileSync(join(to, 'package.json'), JSON.stringify({ type: 'module' }))
  run(tool('tsc'), ['-p', to], app)
}

function run(program, args, cwd, shell = false) {
  execFileSync(program, args, { cwd, stdio: 'inherit', shell })
}

function check(name, program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 120_000 })
  if (status === 0) passed += 1
  else failed += 1
  console.log(`${status === 0 ? 'ok' : 'FAILED'} - ${name}`)
  if (status !== 0) console.log(`${stdout}\n${stderr}`)
}
