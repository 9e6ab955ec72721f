import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Aragora, Cipher, Plain, generateKey, isAragoraError, recordKey } from 'aragora-core'
import { Waiting, three } from './support.js'

const KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
const place = { tenant: 'acme', store: 'integrations', record: 'slack', field: '/token' }

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aragora-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function coded(code: string) {
  return (error: unknown) => isAragoraError(error) && error.code === code
}

test('no key and no value is shown', () => {
  const cipher = new Cipher([KEY])
  assert.deepEqual(cipher.keyIds, ['353b0aae2faf21db'])
  const plain = cipher.open(place, cipher.seal(place, 'xoxb-1'))
  assert.equal(plain.text, 'xoxb-1')
  for (const shown of [inspect(cipher), inspect(plain), JSON.stringify({ plain, cipher }), `${inspect(Plain.json({ token: 'xoxb-1' }))}`]) {
    assert.ok(!shown.includes(KEY) && !shown.includes('xoxb-1'), shown)
  }
  for (const wrong of [[`${KEY.slice(0, -1)}z`], [KEY, KEY], [`${KEY}00`]]) {
    assert.throws(() => new Cipher(wrong), (error) => coded('invalid_config')(error) && !inspect(error).includes(KEY.slice(0, 20)))
  }
  assert.throws(() => new Cipher(KEY as never), (error) => error instanceof TypeError && !error.message.includes(KEY))
})

test('no key is shown by an instance, and none of what it keeps is readable', () =>
  inFolder(async (folder) => {
    await assert.rejects(Aragora.open({ encryptionKeys: [KEY.slice(0, 40)] }), (error) => coded('invalid_config')(error) && !inspect(error).includes(KEY.slice(0, 20)))
    await assert.rejects(Aragora.open({ encryptionKeys: KEY as never }), TypeError)
    const aragora = await Aragora.open({ storage: join(folder, 'store'), encryptionKeys: [KEY] })
    assert.ok(!inspect(aragora, { depth: 9, showHidden: true }).includes(KEY))
    await aragora.debate('Is the canary xoxb-1 sealed?', { agents: three(), protocol: 'vote_only' }).result()
    await aragora.close()
    const files = readdirSync(join(folder, 'store'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    assert.ok(files.length > 1)
    for (const file of files) assert.ok(!readFileSync(join(file.parentPath, file.name)).includes('xoxb-1'), file.name)
  }))

test('types come back as they were', () => {
  const cipher = new Cipher([generateKey()])
  const back = (value: string | Uint8Array | Plain) => cipher.open(place, cipher.seal(place, value))
  assert.deepEqual([back('true').type, back('true').text], ['text', 'true'])
  assert.deepEqual([back(Plain.json(true)).type, back(Plain.json(true)).json], ['json', true])
  assert.deepEqual([back(Plain.json('true')).json, back(Plain.json('true')).text], ['true', undefined])
  assert.deepEqual([...(back(new Uint8Array([0, 255])).bytes ?? [])], [0, 255])
  assert.throws(() => cipher.seal(place, 'half \ud800'), coded('invalid_request'))
  assert.equal(cipher.open({ ...place, record: new TextEncoder().encode('slack') }, cipher.seal(place, 'x')).text, 'x')
  assert.equal(Buffer.from(recordKey('slack', 'u-123')).toString('hex'), '02736c61636b0002752d31323300')
  assert.throws(() => recordKey(), coded('invalid_request'))
})

test('no integer that another language sealed is rounded', () => {
  const cipher = new Cipher([KEY])
  // {"id": 9007199254740993}, and the same digits in texts beside 1e300 and 2^53 - 1.
  const head = '02016a353b0aae2faf21db6902296eead89521b6a700ca8f4f16f03572f834b4bfb02c'
  const large = `${head}eccdbc1a9ae535b4d2f12f88d7a2560ff2c9eba1d49f515d4f7cfe7ed817657623c0ccf303bdfa02541b69292aacb9817beb766b00463637720a974bd67910`
  const fits = `${head}652d983b8b5b74cf6e71d4139388874f4467d26795f63bed51093e9960a4d30ca9b3590b7dc64ff0d4b6173148878240e8fab153fa4773d386191de38309f00c8707d0e3a98a4491b6efe5fa41b6a2249a4c9db951de6eb5261efcbcbbd86e1cca07b1a7c76e70829f26ac5ed6aad210ce7e49924ef5e1aa5e7dc813f3a259`
  assert.throws(() => cipher.open(place, Buffer.from(large, 'hex')), coded('invalid_request'))
  const digits = '9007199254740993'
  assert.deepEqual(cipher.open(place, Buffer.from(fits, 'hex')).json, { [digits]: [`${digits} \\" ${digits}`, 1e300, 2 ** 53 - 1] })
  assert.throws(() => cipher.seal(place, Plain.json({ id: 2 ** 53 })), coded('invalid_request'))
})

test('a shutdown stops at the last record and gives the directory back', () =>
  inFolder(async (folder) => {
    const storage = `redb:${folder}/store`
    const first = await Aragora.open({ storage })
    await assert.rejects(Aragora.open({ storage }), coded('already_open'))
    const ada = new Waiting('ada')
    const debate = await first.debate('Ship?', { agents: [ada, ...three().slice(1)], protocol: 'vote_only' }).start()
    const result = assert.rejects(debate.result(), isAragoraError)
    await ada.begun
    const report = await first.shutdown({ graceMs: 0 })
    assert.deepEqual([report.finished, report.stopped], [0, 1])
    await result
    await assert.rejects(async () => first.shutdown(), coded('closed'))
    await first.close()
    const second = await Aragora.open({ storage })
    assert.equal((await second.debates.resume(debate.id, { agents: three() }).result()).outcome.type, 'decided')
    await second.close()
  }))

test('an instance whose shutdown was refused goes on and can be closed', () =>
  inFolder(async (folder) => {
    const storage = `redb:${folder}/store`
    const aragora = await Aragora.open({ storage })
    await assert.rejects(aragora.shutdown({ graceMs: -1 }), coded('invalid_request'))
    assert.equal(aragora.activity().debates, 0)
    await aragora.close()
    await aragora.close()
    await (await Aragora.open({ storage })).close()
  }))

test('a restore into memory is refused', () =>
  inFolder(async (folder) => {
    const aragora = await Aragora.open()
    const backups = aragora.backups(join(folder, 'backups'))
    await backups.full()
    await assert.rejects(backups.restore('memory:'), coded('invalid_request'))
    await assert.rejects(aragora.backups('').full(), coded('invalid_request'))
    await aragora.close()
  }))
