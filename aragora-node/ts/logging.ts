import { toJson } from './document.js'
import { unwrap } from './errors.js'
import { native } from './native.js'

/** From which level on records are wanted. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error'

/** Something that happened, already redacted. */
export interface LogRecord {
  readonly time: Date
  readonly level: LogLevel
  /** The part of the library. */
  readonly target: string
  readonly text: string
  /** Facts by name, such as `debate_id`, `agent` and latencies. */
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * Sends log records to a function, or to `console`; once in a process, a second call is `invalid_state`. Without it
 * nothing is written.
 */
export function setLogSink(level: LogLevel, sink: (record: LogRecord) => void = toConsole): void {
  if (typeof sink !== 'function') throw new TypeError('the sink of setLogSink is a function of one record')
  unwrap(
    native.logTo(level, (json) => {
      try {
        const record = JSON.parse(json) as { time: string; level: LogLevel; target: string; text: string; fields: object }
        sink({ ...record, time: new Date(record.time) } as LogRecord)
      } catch (error) {
        // A log that fails must not end the process it reports on.
        process.emitWarning(`a log sink threw ${String(error)}`, { type: 'AragoraWarning', code: 'ARAGORA_LOG_SINK' })
      }
    }),
  )
}

function toConsole(record: LogRecord): void {
  const { level, target, text, fields } = record
  const write = level === 'error' ? console.error : level === 'warning' ? console.warn : console.info
  write(`${record.time.toISOString()} ${level} ${target}: ${text} ${toJson(fields)}`)
}
