// Makes the two tarballs a user of this platform installs: the face and the native module.
//
//   node scripts/pack.mjs --module target/release/libaragora_node.so --out <folder> [--platform linux-x64-gnu]
//
// The module is what `cargo build -p aragora-node` leaves behind. Prints one line per tarball.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: { module: { type: 'string' }, out: { type: 'string' }, platform: { type: 'string', default: platform() } },
})
if (values.module === undefined || values.out === undefined) {
  throw new Error('usage: node scripts/pack.mjs --module <built library> --out <folder> [--platform <name>]')
}
const out = resolve(values.out)
rmSync(out, { recursive: true, force: true })

const face = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
delete face.devDependencies
delete face.scripts
face.optionalDependencies = Object.fromEntries(
  readdirSync(join(here, 'npm'))
    .sort()
    .map((name) => [`aragora-core-${name}`, face.version]),
)
pack('face', face, ['dist', 'README.md'], (stage) => {
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(join(here, '..', licence), join(stage, licence))
})

const native = JSON.parse(readFileSync(join(here, 'npm', values.platform, 'package.json'), 'utf8'))
pack('native', native, [], (stage) => {
  cpSync(resolve(values.module), join(stage, native.main))
  writeFileSync(join(stage, 'README.md'), `# ${native.name}\n\nThe native module of \`aragora-core\` for ${values.platform}. Install \`aragora-core\`; npm adds this package.\n`)
})

function pack(name, manifest, files, more) {
  const stage = join(out, name)
  mkdirSync(stage, { recursive: true })
  for (const file of files) cpSync(join(here, file), join(stage, file), { recursive: true })
  more(stage)
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const said = execFileSync(npm, ['pack', '--silent', '--pack-destination', out], { cwd: stage, encoding: 'utf8', shell: process.platform === 'win32' })
  console.log(join(out, said.trim().split('\n').at(-1)))
}

function platform() {
  const { arch, platform } = process
  if (platform === 'linux') {
    const { glibcVersionRuntime } = process.report.getReport().header
    return `linux-${arch}-${glibcVersionRuntime === undefined ? 'musl' : 'gnu'}`
  }
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`
}
