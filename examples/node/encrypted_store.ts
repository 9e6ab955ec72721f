// A store nobody reads without its key: sealed debates and values, a new key, and a backup of it all.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Agent, Aragora, Cipher, generateKey, isAragoraError, recordKey } from 'aragora-core'

const seat = (id: string, view: string): Agent => ({ id, respond: () => `FINAL ANSWER: ${view}` })
const agents = [seat('ada', 'yes'), seat('bob', 'yes'), seat('eve', 'no')]
const folder = mkdtempSync(join(tmpdir(), 'encrypted-'))
const [storage, copies] = [`redb:${folder}/store`, `${folder}/backups`]

// START encrypted_store
// 64 hex digits each, from wherever secrets are kept. The first seals, all open.
const [oldKey, newKey] = [generateKey(), generateKey()]
const before = await Aragora.open({ storage, encryptionKeys: [oldKey] })
const debate = before.debate('Do we tell the board?', { agents, protocol: 'vote_only' })
await debate.result()
await before.close()

// Rotation: the new key in front, everything sealed anew beside running writers, then the old key may go.
const after = await Aragora.open({ storage, encryptionKeys: [newKey, oldKey] })
const report = await after.encryption.reencrypt()
console.log(`complete: ${report.complete}, failures: ${report.failures.length}`)
const [, retired = ''] = after.encryption.keyIds
const census = await after.encryption.census()
const left = Object.values(census.rows).reduce((sum, keys) => sum + (keys[retired] ?? 0), 0)
console.log(`rows under the old key: ${left}`)
try {
  await after.encryption.retire(retired)
} catch (error) {
  if (!isAragoraError(error) || error.code !== 'conflict') throw error
  console.log(`not yet: ${error.reason}`)
}

// A backup is sealed too, and counts once it was read back.
const backups = after.backups(copies)
await backups.verify(await backups.full())
await after.close()

// The machine is lost. Somewhere else, with the key and the folder:
const rescue = await Aragora.open({ encryptionKeys: [newKey] })
const restored = await rescue.backups(copies).restore(`redb:${folder}/restored`)
console.log(`restored ${restored.tables['debate']?.rows} debate`)
await rescue.close()
const again = await Aragora.open({ storage: `redb:${folder}/restored`, encryptionKeys: [newKey] })
console.log((await again.debates.get(debate.id)).state)
await again.close()

// Values of your own tables: sealed for a place, and of no use anywhere else.
const cipher = new Cipher([newKey])
const place = { tenant: 'acme', store: 'integrations', record: recordKey('slack', 'u-123'), field: '/token' }
const sealed = cipher.seal(place, 'xoxb-1')
console.log(cipher.open(place, sealed).text === 'xoxb-1')
try {
  cipher.open({ ...place, tenant: 'other' }, sealed)
} catch (error) {
  if (isAragoraError(error)) console.log(error.code)
}
// END encrypted_store
rmSync(folder, { recursive: true })
