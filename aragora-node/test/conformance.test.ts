import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as core from 'aragora-core'
import { Aragora, type Debate, type Participant, fromDocument, isAragoraError, testing, toDocument } from 'aragora-core'
import { type Doc, Gates, Player, differs, scriptedProtocol } from './corpus.js'
import { Server } from './servers.js'

const folder = join(process.env['ARAGORA_REPOSITORY'] ?? '', 'tests', 'conformance')
const SUITES = ['cancel', 'config', 'consensus', 'crypto', 'debate', 'errors', 'events', 'layers', 'parsing', 'protocols', 'providers', 'replay', 'storage']
const GIVEN = new Set(['clock', 'seed', 'config', 'layers', 'storage', 'encryption', 'participants', 'servers'])
/** Live events that are not about what layers do. */
const SILENT = new Set(['token_start', 'token_delta', 'token_reset', 'token_end', 'agent_thinking', 'heartbeat', 'lagged'])
const FOREIGN = ['throw', 'wrong_type', 'gate', 'ignore_cancel']

type Mode = 'foreign' | 'builtin'

/** A debate and what was heard of it so far. */
class Watched {
  readonly debate: Debate
  readonly types: string[] = []
  readonly streamed: Doc = {}
  readonly noted: unknown[] = []

  constructor(debate: Debate) {
    this.debate = debate
  }
}

/** One case in one mode, on a fresh instance. */
class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'aragora-'))
  clock: testing.ManualClock
  readonly gates = new Gates()
  readonly players = new Map<string, Player>()
  readonly protocols = new Map<string, core.DebateProtocol>()
  readonly debates: Watched[] = []
  readonly servers = new Map<string, Server>()
  readonly #stored = new Map<string, unknown>()
  #given: Doc
  readonly #mode: Mode
  #aragora: Aragora | undefined

  constructor(given: Doc, mode: Mode) {
    const unknown = Object.keys(given).filter((member) => !GIVEN.has(member))
    if (unknown.length > 0) throw new Error(`unknown members of given: ${unknown.join()}`)
    this.#given = given
    this.#mode = mode
    this.clock = new testing.ManualClock(given['clock'] ?? '2026-01-01T00:00:00Z')
    for (const [name, script] of Object.entries<Doc>(given['participants'] ?? {})) {
      if (script['seam'] === 'protocol') this.protocols.set(name, scriptedProtocol(script))
      else if (script['seam'] === 'agent') this.players.set(name, new Player(name, script, this.gates))
      else throw new Error(`the seam ${script['seam']} is unknown`)
    }
  }

  get aragora(): Aragora {
    assert.ok(this.#aragora)
    return this.#aragora
  }

  async open(): Promise<void> {
    for (const [name, answers] of Object.entries<Doc[]>(this.#given['servers'] ?? {})) {
      const server = await Server.start(answers)
      this.servers.set(name, server)
      this.#stored.set(name, server.document)
    }
    this.#aragora = await this.#opened(this.clock, this.#given)
  }

  async #opened(clock: testing.ManualClock, { config, seed, layers, storage, encryption }: Doc): Promise<Aragora> {
    return Aragora.open({
      clock,
      seed: BigInt(seed ?? '7'),
      storage: this.#resolved(storage),
      encryptionKeys: encryption?.keys,
      admitPlain: encryption?.admit_plain,
      protocols: [...this.protocols.values()],
      ...(layers === undefined ? {} : { layers: fromDocument('Layers', layers) }),
      ...(config === undefined ? {} : { config: core.Config.load(this.#resolved(config)) }),
    })
  }

  /** Opens another instance with these settings in the place of the case's, and closes it. */
  async #beside(settings: Doc): Promise<void> {
    const other = await this.#opened(new testing.ManualClock(this.clock.now()), { ...this.#given, ...settings })
    await other.close()
  }

  async #reopen({ grace_ms, ...settings }: Doc): Promise<void> {
    const clock = new testing.ManualClock(this.clock.now())
    if (grace_ms === undefined) await this.aragora.close()
    else await this.aragora.shutdown({ graceMs: grace_ms })
    this.#given = { ...this.#given, ...settings }
    this.#aragora = await this.#opened(clock, this.#given)
    this.clock = clock
  }

  async close(): Promise<void> {
    await this.#aragora?.close()
    for (const server of this.servers.values()) await server.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async run(case_: Doc): Promise<void> {
    for (const [at, step] of (case_['steps'] as Doc[]).entries()) {
      if (this.#mode === 'builtin' && step['op'] === 'participant.stats') continue
      await this.#step(step, `step ${at} ${step['op']}`)
    }
    const then: Doc = case_['then'] ?? {}
    if (then['events'] !== undefined) await this.#patient('then.events', async () => this.#expect({ ok: then['events'] }, async () => this.debates[0]?.types))
    for (const [name, stats] of this.#mode === 'foreign' ? Object.entries(then['participants'] ?? {}) : []) {
      await this.#patient(`then.participants.${name}`, async () => this.#expect({ ok: stats }, async () => this.players.get(name)?.stats))
    }
  }

  async #step(step: Doc, name: string): Promise<void> {
    const once = () => this.#expect(step['then'], async () => {
      const result = await this.#act(step['op'], this.#resolved(step['args'] ?? {}))
      if (step['as'] !== undefined) this.#stored.set(step['as'], result)
      return result
    })
    const until = step['until']
    if (until === undefined || until === false) {
      const difference = await once()
      assert.equal(difference, undefined, `${name}: ${difference}`)
    } else {
      await this.#patient(name, once, until.advance_ms)
    }
  }

  async #patient(name: string, once: () => Promise<string | undefined>, advance?: number): Promise<void> {
    const end = performance.now() + 9_500
    for (;;) {
      const difference = await once()
      if (difference === undefined) return
      assert.ok(performance.now() < end, `${name} never held: ${difference}`)
      if (advance !== undefined) this.clock.advance(advance)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async #expect(then: Doc | undefined, act: () => Promise<unknown>): Promise<string | undefined> {
    const lookup = (path: string) => this.#lookup(path)
    let result: unknown
    try {
      result = await act()
    } catch (error) {
      if (!isAragoraError(error) || then?.['error'] === undefined) throw error
      const { cause, ...expected } = then['error']
      const document = { code: error.code, reason: error.reason, retryable: error.retryable, retry_after_ms: error.retryAfterMs, context: error.context }
      if (cause !== undefined && this.#mode === 'foreign' && !chain(error).includes(cause)) return `expected the cause ${cause}, found ${chain(error).join()}`
      return differs(expected, document, lookup)
    }
    if (then?.['error'] !== undefined) return `expected a failure, found ${JSON.stringify(result)}`
    if (then?.['bytes'] !== undefined) {
      const hex = Buffer.from(String(result), 'utf8').toString('hex')
      return hex === then['bytes'] ? undefined : `expected bytes ${then['bytes']}, found ${hex}`
    }
    const shown = result instanceof Watched ? { id: result.debate.id } : result
    return then === undefined ? undefined : differs(then['ok'], shown, lookup)
  }

  #lookup(path: string): unknown {
    const [name, ...rest] = path.split('.')
    const stored = this.#stored.get(name ?? '')
    if (stored instanceof Watched) return rest[0] === 'id' ? stored.debate.id : stored
    return rest.reduce((value: any, key) => value?.[key], stored)
  }

  #resolved(value: any): any {
    if (Array.isArray(value)) return value.map((item) => this.#resolved(item))
    if (typeof value === 'string') return value.replaceAll('{dir}', this.folder)
    if (typeof value !== 'object' || value === null) return value
    if (typeof value.$ref === 'string') return this.#lookup(value.$ref)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#resolved(item)]))
  }

  #agent(agent: any): Participant {
    const player = typeof agent === 'string' ? this.players.get(agent) : undefined
    if (player === undefined) {
      if (agent.kind === 'model') return modelOf(agent)
      const { kind, ...members } = agent
      return { type: kind, ...members }
    }
    if (this.#mode === 'foreign') return player
    const script: Doc = this.#given['participants'][agent]
    return core.scriptedAgent(player.id, script['script'].map(stepOf), { atEnd: script['at_end'] ?? 'repeat' })
  }

  #seats(seats: any[]): Participant[] {
    return seats.map((seat) => {
      if (typeof seat === 'string') return this.#agent(seat)
      const { agent, layers, stand_ins, ...rest } = seat
      const persona = rest.persona && fromDocument('Persona', rest.persona)
      const reputation = rest.reputation && fromDocument('Reputation', rest.reputation)
      const standIns = stand_ins?.map((other: any) => this.#agent(other))
      return { ...rest, persona, reputation, layers: layers && fromDocument('Layers', layers), standIns, agent: this.#agent(agent) }
    })
  }

  async #follow(debate: Debate): Promise<Watched> {
    await debate.start()
    const watched = new Watched(debate)
    this.debates.push(watched)
    const read = async () => {
      for await (const event of debate.events()) {
        if (event.class === 'recorded') watched.types.push(event.type)
        if (event.type === 'token_delta') watched.streamed[event.data.turn] = (watched.streamed[event.data.turn] ?? '') + event.data.text
        if (event.type === 'token_reset') watched.streamed[event.data.turn] = ''
        if (event.class === 'live' && !SILENT.has(event.type)) watched.noted.push(eventDocument(event))
      }
    }
    // A case that ends before its debate does closes the stream.
    void read().catch(() => {})
    return watched
  }

  async #act(op: string, a: any): Promise<unknown> {
    const handle = op.startsWith('debate.') || op.startsWith('human.') ? (a.debate as Watched | undefined) : undefined
    const debate = handle?.debate as Debate
    const { agents, debates, desk, encryption } = this.aragora
    const backups = () => this.aragora.backups(a.target)
    const reply = () => ({ text: a.text, structured: a.structured, stop: a.stop && fromDocument('StopReason', a.stop) })
    const nothing = async (done: unknown) => {
      await done
      return null
    }
    switch (op) {
      case 'debate.start': {
        const { question, seats, protocol, rule, limits, options, seed, ...rest } = a
        const own = protocol?.participant === undefined ? protocol : this.protocols.get(protocol.participant)
        return this.#follow(this.aragora.debate(typeof question === 'string' ? question : given('Question', question), {
          ...rest,
          agents: this.#seats(seats ?? []),
          protocol: own,
          rule: rule && ruleOf(rule),
          limits: limits && given('Limits', limits),
          options: options && given('DebateOptions', options),
          // What is no number stays what it is, for the library to refuse.
          seed: typeof seed === 'string' && /^\d+$/.test(seed) ? BigInt(seed) : seed,
        }))
      }
      case 'debate.result':
        return toDocument('Decision', await debate.result())
      case 'debate.cancel':
        return nothing(debate.cancel(a.reason))
      case 'debate.partial':
        return toDocument('Decision', await debate.partial())
      case 'debate.finished':
        return debate.finished
      case 'debate.events': {
        const events = []
        for await (const event of debate.events({ from: a.from })) if (event.class === 'recorded') events.push(eventDocument(event))
        return events
      }
      case 'debate.types':
        return handle?.types
      case 'debate.streamed':
        return handle?.streamed
      case 'debate.noted':
        return handle?.noted
      case 'human.message':
        return nothing(debate.human.message({ by: a.by, text: a.text }))
      case 'human.guidance':
        return nothing(debate.human.guidance({ by: a.by, text: a.text }))
      case 'human.vote':
        return nothing(debate.human.vote({ by: a.by, option: a.option, ...(a.intensity === undefined ? {} : { intensity: a.intensity }) }))
      case 'human.resolve':
        return nothing(debate.human.resolve({ breakpoint: a.breakpoint, action: a.action, by: a.by, ...(a.guidance === undefined ? {} : { guidance: a.guidance }) }))
      case 'debates.get':
        return toDocument('DebateSummary', await debates.get(a.debate, a))
      case 'debates.list':
        return toDocument('DebatePage', await debates.list({ ...a, from: a.from && new Date(a.from), to: a.to && new Date(a.to) }))
      case 'debates.log':
        return debates.log(a.debate, { tenant: a.tenant })
      case 'debates.events':
        return (await debates.events(a.debate, { tenant: a.tenant, from: a.from })).map(eventDocument)
      case 'debates.messages':
        return (await debates.messages(a.debate, { tenant: a.tenant })).map((message) => toDocument('TranscriptMessage', message))
      case 'debates.appeal':
        return toDocument('Question', await debates.appeal(a.debate, a.reason, { tenant: a.tenant, documents: a.documents?.map((document: any) => fromDocument('Document', document)) }))
      case 'debates.export': {
        const texts = []
        for await (const text of debates.export({ ...a, from: a.from && new Date(a.from), to: a.to && new Date(a.to) })) texts.push(text)
        return texts
      }
      case 'debates.replay':
        return toDocument('ReplayReport', await debates.replay(a.log, a.check === undefined ? {} : { check: a.check }))
      case 'debates.fork':
        return this.#follow(debates.fork(a.debate, a.at_seq, { tenant: a.tenant, id: a.id, agents: this.#seats(a.seats), edits: a.edits?.map((edit: any) => fromDocument('Edit', edit)) }))
      case 'debates.resume':
        return this.#follow(debates.resume(a.debate, { tenant: a.tenant, agents: this.#seats(a.seats), acceptChanges: a.accept_changes }))
      case 'agents.check':
        return toDocument('ProviderReport', agents.check())
      case 'agents.health':
        return agents.health().map((target) => toDocument('TargetHealth', target))
      case 'agents.breakers':
        return agents.breakers().map((breaker) => toDocument('BreakerSnapshot', breaker))
      case 'agents.rate_limits':
        return agents.rateLimits().map((limits) => toDocument('RateLimitSnapshot', limits))
      case 'agents.budgets':
        return (await agents.budgets({ tenant: a.tenant })).map((budget) => toDocument('BudgetUsage', budget))
      case 'agents.forget':
        return agents.forget(a.agent, { tenant: a.tenant })
      case 'desk.pending':
        return toDocument('PendingTurns', await desk.pending(a))
      case 'desk.turn':
        return toDocument('PendingTurn', await desk.turn(a.id, { tenant: a.tenant }))
      case 'desk.submit':
        return nothing(desk.submit(a.id, fromDocument('HumanReply', a.reply), a.by, { tenant: a.tenant }))
      case 'desk.decline':
        return nothing(desk.decline(a.id, a.reason, a.by, { tenant: a.tenant }))
      case 'consensus.tally':
        return toDocument('Tally', core.tally({
          rule: fromDocument('RuleConfig', a.rule),
          seats: a.seats.map((seat: any) => ({ ...seat, reputation: seat.reputation && fromDocument('Reputation', seat.reputation) })),
          options: a.options,
          votes: a.votes.map((vote: any) => fromDocument('CastVote', vote)),
          seed: a.seed === undefined ? undefined : BigInt(a.seed),
          active: a.active,
        }))
      case 'parse.answer': {
        const answer = core.parseAnswer(reply(), a.format && fromDocument('AnswerFormat', a.format))
        return answer === undefined ? null : toDocument('ExtractedAnswer', answer)
      }
      case 'parse.ballot':
        return toDocument('ParsedBallot', core.parseBallot(reply(), fromDocument('BallotShape', a.shape)))
      case 'parse.critiques':
        return core.parseCritiques(reply(), a.targets).map((critique) => toDocument('ParsedCritique', critique))
      case 'parse.signals':
        return toDocument('Signals', core.parseSignals(reply()))
      case 'parse.normalise':
        return core.normalise(a.text)
      case 'parse.same':
        return core.sameAnswer(fromDocument('Equivalence', a.equal), a.a, a.b)
      case 'config.load':
        return core.Config.load(a).settings
      case 'errors.list':
        return core.errorCodes()
      case 'protocols.list':
        return core.builtinProtocols().map(({ minSeats, maxSeats, ...rest }) => ({ ...rest, min_seats: minSeats, max_seats: maxSeats }))
      case 'errors.raise':
        return testing.raise(a.code, { reason: a.reason, retryAfterMs: a.retry_after_ms, context: a.context })
      case 'clock.now':
        return this.clock.now().toISOString()
      case 'clock.advance':
        return nothing(this.clock.advance(a.ms))
      case 'gate.open':
        return nothing(this.gates.of(a.gate).open())
      case 'participant.stats':
        return this.players.get(a.participant)?.stats
      case 'server.requests':
        return this.servers.get(a.server)?.requests
      case 'encryption.key_ids':
        return encryption.keyIds
      case 'encryption.census':
        return toDocument('KeyCensus', await encryption.census(a))
      case 'encryption.plan':
        return toDocument('ReencryptReport', await encryption.plan(a))
      case 'encryption.reencrypt':
        return toDocument('ReencryptReport', await encryption.reencrypt(a))
      case 'encryption.status':
        return (await encryption.status()).map((run) => toDocument('ReencryptProgress', run))
      case 'encryption.announce':
        return toDocument('KeyAge', await encryption.announce(a.instance, a.ttl_ms))
      case 'encryption.retire':
        return nothing(encryption.retire(a.key, { compromised: a.compromised, tenants: a.tenants, backups: a.backups }))
      case 'backups.full':
        return backups().full()
      case 'backups.increment':
        return (await backups().increment()) ?? null
      case 'backups.list':
        return (await backups().list()).map((facts) => toDocument('BackupFacts', facts))
      case 'backups.verify':
        return toDocument('BackupVerifyReport', await backups().verify(a.id))
      case 'backups.restore':
        return toDocument('RestoreReport', await backups().restore(a.into, { id: a.id, time: a.time && new Date(a.time), storeId: a.store_id, transient: a.transient }))
      case 'backups.drill':
        return toDocument('DrillReport', await backups().drill())
      case 'backups.plan_prune':
        return toDocument('PrunePlan', await backups().planPrune(a.preset && fromDocument('RetentionPreset', a.preset)))
      case 'backups.prune':
        return nothing(backups().prune(fromDocument('PrunePlan', a.plan)))
      case 'crypto.generate_key':
        return core.generateKey()
      case 'crypto.record_key':
        return hex(core.recordKey(...a.parts))
      case 'crypto.key_ids':
        return new core.Cipher(a.keys).keyIds
      case 'crypto.seal':
        return hex(new core.Cipher(a.keys).seal(placeOf(a), plainOf(a)))
      case 'crypto.open': {
        const opened = new core.Cipher(a.keys).open(placeOf(a), Buffer.from(a.envelope, 'hex'))
        return { [opened.type]: opened.text ?? (opened.bytes && hex(opened.bytes)) ?? opened.json }
      }
      case 'aragora.open':
        return nothing(this.#beside(a))
      case 'aragora.reopen':
        return nothing(this.#reopen(a))
      case 'aragora.shutdown':
        return toDocument('ShutdownReport', await this.aragora.shutdown({ graceMs: a.grace_ms }))
      case 'aragora.activity':
        return this.aragora.activity()
      case 'aragora.close':
        return nothing(this.aragora.close())
      default:
        throw new Error(`the op ${op} is unknown`)
    }
  }
}

/** A value of the user, with the members that no type knows and the library refuses. */
function given<Name extends keyof core.Values>(name: Name, document: Doc): core.Values[Name] {
  const value = fromDocument(name, document)
  const known = toDocument(name, value) as Doc
  const unknown = Object.entries(document).filter(([key]) => !(key in known))
  return { ...(value as object), ...Object.fromEntries(unknown) } as core.Values[Name]
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function placeOf({ tenant, store, record, field }: Doc): core.FieldPath {
  return { tenant, store, field, record: Buffer.from(record, 'hex') }
}

function plainOf({ text, bytes, json }: Doc): string | Uint8Array | core.Plain {
  return text ?? (bytes === undefined ? core.Plain.json(json) : Buffer.from(bytes, 'hex'))
}

function modelOf({ name, id, base_url, api_key, config }: Doc): core.ModelAgent {
  return core.modelAgent(name, { id, baseUrl: base_url, apiKey: api_key, config: config && fromDocument('ProviderDocument', config) })
}

function stepOf(item: Doc): core.ScriptStep {
  const { reply, ballot, retry_after_ms, ...rest } = item
  return {
    ...rest,
    reply: reply && fromDocument('AgentReply', reply),
    ballot: ballot && { type: 'choice', value: ballot },
    retryAfterMs: retry_after_ms,
  }
}

function ruleOf(rule: any): core.Rule {
  if (typeof rule === 'string') return rule
  return rule.name === undefined ? fromDocument('RuleConfig', rule) : fromDocument('RuleKind', rule)
}

function eventDocument(event: core.Event): unknown {
  return toDocument('Event', event)
}

function chain(error: unknown): string[] {
  const texts: string[] = []
  for (let cause = (error as Error).cause; cause instanceof Error; cause = cause.cause) texts.push(cause.message)
  return texts
}

function modesOf(case_: Doc): Mode[] {
  if (case_['modes'] !== undefined) return case_['modes']
  const participants = Object.values<Doc>(case_['given']?.participants ?? {})
  const foreign = participants.some((one) => one['seam'] === 'protocol' || one['profile'] !== undefined || one['script'].some((item: Doc) => FOREIGN.some((word) => word in item)))
  return foreign || participants.length === 0 ? ['foreign'] : ['foreign', 'builtin']
}

const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
const exclusions = JSON.parse(readFileSync(join(folder, 'exclusions.json'), 'utf8')) as Doc[]
const excluded = new Set(exclusions.filter((one) => one['languages'].includes('typescript')).map((one) => one['target']))

test('the corpus is the one this runner knows', () => {
  const known = [...SUITES.map((suite) => `${suite}.json`), 'api.json', 'exclusions.json', 'schema.json', 'surface.json']
  assert.deepEqual(files.filter((file) => !known.includes(file)), [])
})

for (const suite of SUITES) {
  const document = JSON.parse(readFileSync(join(folder, `${suite}.json`), 'utf8')) as Doc
  test(`corpus ${suite}`, async (t) => {
    assert.deepEqual([document['format'], document['suite']], [1, suite])
    for (const case_ of document['cases']) {
      for (const mode of modesOf(case_)) {
        const name = `${suite}/${case_['id']} (${mode})`
        await t.test(name, { timeout: 10_000 }, async () => {
          const run = async () => {
            assert.deepEqual((case_['needs'] ?? []).filter(() => true), [], 'a need this runner does not know')
            const stage = new Stage(case_['given'] ?? {}, mode)
            await stage.open()
            const alive = setInterval(() => {}, 60_000)
            try {
              await stage.run(case_)
            } finally {
              clearInterval(alive)
              await stage.close()
            }
          }
          if (excluded.has(`cases/${suite}/${case_['id']}`)) await assert.rejects(run(), 'the exclusion is stale: the case passes')
          else await run()
        })
      }
    }
  })
}
