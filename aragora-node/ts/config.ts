import { inspect } from 'node:util'
import { toJson } from './document.js'
import { compute } from './errors.js'

/** Where settings come from. Nothing is read that is not given here. */
export interface ConfigSources {
  /** Environment variables, for example `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/** Checked settings. Keys are inside and never shown. */
export class Config {
  readonly #sources: object
  /** The settings in effect, without secrets, in the form of the specification. */
  readonly settings: Readonly<Record<string, unknown>>

  private constructor(sources: object, settings: Readonly<Record<string, unknown>>) {
    this.#sources = sources
    this.settings = settings
  }

  /** Checks settings. `invalid_config` lists everything that is wrong. */
  static load(sources: ConfigSources = {}): Config {
    const { env } = sources
    // Only strings are variables; what Windows and tests leave undefined is not set.
    const set = env && Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string'))
    const given = { env: set }
    return new Config(given, JSON.parse(compute('config.load', toJson(given))) as Record<string, unknown>)
  }

  /** @internal */
  static sources(config: Config): object {
    return config.#sources
  }

  /** The settings without secrets. */
  toJSON(): unknown {
    return this.settings
  }

  /** The settings without secrets. */
  [inspect.custom](): string {
    return `Config ${inspect(this.settings)}`
  }
}

/** @internal */
export function configDocument(config: Config): object {
  if (!(config instanceof Config)) throw new TypeError('config is no Config; make one with Config.load({ env: process.env })')
  return Config.sources(config)
}
