// What several tests need: participants, and child processes that show what only a whole process can show.

import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Aragora, type Agent, type Event, type OpenOptions } from 'aragora-core'

/** An agent that always says the same. */
export function says(id: string, answer: string): Agent {
  return { id, respond: () => `FINAL ANSWER: ${answer}` }
}

/** Three that decide "yes" at once. */
export function three(): Agent[] {
  return [says('ada', 'yes'), says('bob', 'yes'), says('eve', 'no')]
}

/** An agent that answers nothing until it is told to, or until its call is cancelled. */
export class Waiting implements Agent {
  readonly id: string
  readonly #begun = gate<AbortSignal>()
  readonly #answer = gate<string>()
  readonly #aborted = gate<void>()
  calls = 0
  /** When its call was cancelled. */
  abortedAt: number | undefined

  constructor(id: string) {
    this.id = id
  }

  /** Resolves once it is asked. */
  get begun(): Promise<AbortSignal> {
    return this.#begun.promise
  }

  /** Resolves once its call is cancelled. */
  get aborted(): Promise<void> {
    return this.#aborted.promise
  }

  answer(text: string): void {
    this.#answer.open(text)
  }

  async respond(_request: unknown, { signal }: { signal: AbortSignal }): Promise<string> {
    this.calls += 1
    signal.addEventListener('abort', () => {
      this.abortedAt = performance.now()
      this.#aborted.open()
    })
    this.#begun.open(signal)
    return this.#answer.promise
  }
}

/** A promise and what resolves it. */
export function gate<T>(): { promise: Promise<T>; open: (value: T) => void } {
  let open: (value: T) => void = () => {}
  const promise = new Promise<T>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

/** Runs with an instance that is closed afterwards, whatever happens. */
export async function withAragora<T>(use: (aragora: Aragora) => Promise<T>, options: OpenOptions = {}): Promise<T> {
  const aragora = await Aragora.open(options)
  // Participants keep no process alive, and some tests wait for nothing else.
  const alive = setInterval(() => {}, 60_000)
  try {
    return await use(aragora)
  } finally {
    await aragora.close()
    clearInterval(alive)
  }
}

/** Repeats until it holds. The test's own limit is the only bound. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** All events of a stream. */
export async function all(events: AsyncIterable<Event>): Promise<Event[]> {
  const list: Event[] = []
  for await (const event of events) list.push(event)
  return list
}

/** How a program of ours ended. */
export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const here = dirname(fileURLToPath(import.meta.url))
const folder = mkdtempSync(join(here, 'programs-'))
let programs = 0

/** Runs JavaScript in a process of its own, with the installed package. `act` sees its output as it comes. */
export function program(
  source: string,
  options: { flags?: string[]; act?: (line: string, kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<Ended> {
  const file = join(folder, `${programs++}.mjs`)
  writeFileSync(file, source)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.flags ?? []), file], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      options.act?.(text, (signal) => child.kill(signal))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
  })
}
