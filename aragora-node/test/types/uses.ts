// Compiled against the installed package under every way of resolving it. What must not compile says so.

import {
  type Agent,
  type AgentReply,
  type AgentRequest,
  Aragora,
  type CallOptions,
  Config,
  type Debate,
  type DebateProtocol,
  type Decision,
  type ErrorCode,
  type Event,
  Step,
  isAragoraError,
  scriptedAgent,
  testing,
} from 'aragora-core'

class Checker implements Agent {
  readonly id = 'checker'
  #seen = 0

  async respond(request: AgentRequest, { signal }: CallOptions): Promise<string> {
    this.#seen += request.messages.length
    request.output.text('Reading... ')
    signal.throwIfAborted()
    return `Seen ${this.#seen}.`
  }
}

const plain: Agent = { id: 'plain', respond: () => 'yes' }
const whole: Agent = { id: 'whole', respond: (): AgentReply => ({ text: 'yes', costMicros: 1 }) }
const oneRound: DebateProtocol = {
  name: 'one-round',
  version: '1',
  next: (t) => (t.round === 0 ? t.ask('answer', 'Answer in one line.') : Step.finish()),
}

export async function use(): Promise<Decision> {
  const aragora: Aragora = await Aragora.open({ config: Config.load({ env: process.env }), clock: new testing.ManualClock() })
  const debate: Debate = aragora.debate('Ship?', {
    agents: ['anthropic/claude-sonnet-5', new Checker(), plain, { agent: whole, weight: 2 }, scriptedAgent('s', ['yes'])],
    protocol: oneRound,
    rule: { type: 'supermajority', share: '2/3' },
    limits: { rounds: 2, deadlineMs: 60_000 },
    seed: 7n,
  })
  for await (const event of debate.events()) {
    if (event.type === 'token_delta') process.stdout.write(event.data.text)
    if (event.type === 'decision') follow(event.data.decision)
    const when: Date = event.time
    const type: string = event.type
    void [when, type]
  }
  try {
    return await debate.result({ signal: AbortSignal.timeout(30_000) })
  } catch (error) {
    if (isAragoraError(error)) {
      const code: ErrorCode = error.code
      if (code === 'rate_limited') console.log(error.reason, error.retryable, error.retryAfterMs, error.context, error.cause)
    }
    throw error
  } finally {
    await aragora[Symbol.asyncDispose]()
  }
}

function follow(decision: Decision): string {
  switch (decision.outcome.type) {
    case 'decided':
      return decision.answer?.value ?? ''
    case 'tie':
      return decision.outcome.value.join()
    default:
      return decision.verdict
  }
}

export function wrong(aragora: Aragora, event: Event, decision: Decision, debate: Debate): void {
  // @ts-expect-error: an agent answers text or a reply
  const number: Agent = { id: 'x', respond: () => 7 }
  // @ts-expect-error: an agent has an id
  const nameless: Agent = { respond: () => 'yes' }
  // @ts-expect-error: a class is no agent; make one with new
  aragora.debate('Ship?', { agents: [Checker] })
  // @ts-expect-error: a debate has participants
  aragora.debate('Ship?', {})
  // @ts-expect-error: a protocol's methods are plain
  const later: DebateProtocol = { name: 'x', version: '1', next: async () => Step.finish() }
  // @ts-expect-error: no rule has this name
  aragora.debate('Ship?', { agents: [plain], rule: { type: 'most' } })
  // @ts-expect-error: limits are numbers
  aragora.debate('Ship?', { agents: [plain], limits: { rounds: '2' } })
  // @ts-expect-error: a seed is a bigint
  aragora.debate('Ship?', { agents: [plain], seed: 7 })
  // @ts-expect-error: values are not changed
  decision.partial = false
  // @ts-expect-error: there is no such code
  const code: ErrorCode = 'no_such_code'
  // @ts-expect-error: not every event has a text
  event.data.text
  // @ts-expect-error: a debate is not awaited, its result is
  debate.then(() => {})
  // @ts-expect-error: handles are made by the library
  new Aragora()
  void [number, nameless, later, code]
}
