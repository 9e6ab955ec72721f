// A debate outlives its process: it stops half-way, is found in its store, and goes on where it stopped.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Agent, Aragora } from 'aragora-core'

/** Says how often it was asked. One that is away lets everybody wait. */
class Member implements Agent {
  asked = 0
  constructor(
    readonly id: string,
    readonly view: string,
    public away = false,
  ) {}

  async respond(): Promise<string> {
    this.asked += 1
    if (this.away) await new Promise(() => {})
    return `FINAL ANSWER: ${this.view}`
  }
}

const [ada, bob, eve] = [new Member('ada', 'yes'), new Member('bob', 'yes'), new Member('eve', 'no', true)]
const folder = mkdtempSync(join(tmpdir(), 'durable-'))
// START durable_debate
// A path, or redb:, sled:, postgres:// with an address: every record is durable before the next step depends on it.
const storage = `redb:${folder}/debates`
const first = await Aragora.open({ storage })
const debate = first.debate('Do we rewrite it?', { agents: [ada, bob, eve], protocol: 'vote_only' })
let answered = 0
for await (const event of debate.events()) {
  if (event.type === 'agent_message') answered += 1
  if (answered === 2) break
}
// Eve does not answer, and this process has to go. What runs stops at its last record; killing it does the same.
const report = await first.shutdown({ graceMs: 0 })
console.log(`stopped: ${report.stopped}`)

// Another process, later: whatever has not ended is found and goes on.
eve.away = false
const second = await Aragora.open({ storage })
for (const found of (await second.debates.list({ state: 'running' })).items) {
  const decision = await second.debates.resume(found.debate, { agents: [ada, bob, eve] }).result()
  console.log(`${found.question} ${decision.outcome.type}, dissent of ${decision.dissenters.join()}`)
}

// Answers that were recorded are not asked for again, and not paid for again.
console.log(`asked: ada ${ada.asked}, bob ${bob.asked}, eve ${eve.asked}`)

// Everything as JSON lines: the summary of each debate, then its log.
for await (const lines of second.debates.export()) console.log(`exported ${lines.trimEnd().split('\n').length} lines`)
await second.close()
// END durable_debate
rmSync(folder, { recursive: true })
