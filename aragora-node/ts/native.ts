// The private native module: what it exports, and where it is found. Nothing else loads it.

/** @internal */
export interface Outcome {
  readonly ok?: string
  readonly err?: string
}

/** One message of the core to the participants of this environment. @internal */
export interface Post {
  readonly kind: 'call' | 'cancel' | 'release' | 'forget'
  readonly call?: number
  readonly participant?: number
  readonly method?: string
  readonly data?: string
}

/** @internal */
export interface NativeEnvironment {
  open(settings: string): Promise<{ readonly session?: NativeSession; readonly err?: string }>
  answer(call: number, json: string): boolean
  fail(call: number, json: string): boolean
}

/** @internal */
export interface NativeSession {
  call(op: string, args: string): Promise<Outcome>
  ask(op: string, args: string): Outcome
  start(kind: string, spec: string, events: string): Promise<Started>
  close(): Promise<Outcome>
}

/** @internal */
export interface Started {
  readonly debate?: NativeDebate
  readonly events?: NativeEvents
  readonly err?: string
}

/** @internal */
export interface NativeDebate {
  id(): Outcome
  result(): Promise<Outcome>
  cancel(reason: string): Outcome
  detach(): Outcome
  call(op: string, args: string): Promise<Outcome>
  events(options: string): { readonly events?: NativeEvents; readonly err?: string }
  ask(op: string, args: string): Outcome
}

/** @internal */
export interface NativeEvents {
  nextBatch(max: number): Promise<Outcome>
  close(): Outcome
}

/** @internal */
export interface NativeCipher {
  keyIds(): string[]
  seal(place: string, record: Uint8Array, kind: string, plain: Uint8Array): NativeSealed
  open(place: string, record: Uint8Array, envelope: Uint8Array): NativeSealed
}

/** @internal */
export interface NativeSealed {
  readonly kind?: 'text' | 'bytes' | 'json'
  readonly bytes?: Uint8Array
  readonly err?: string
}

interface Native {
  readonly Environment: new (wake: (posts: Post[]) => void, main: boolean) => NativeEnvironment
  compute(op: string, args: string): Outcome
  cipher(keys: string): { readonly cipher?: NativeCipher; readonly err?: string }
  output(call: number, kind: string, piece: string): boolean
  transcript(call: number, question: string): Outcome
  configureRuntime(threads: number): Outcome
  logTo(level: string, sink: (record: string) => void): Outcome
  pendingCalls(): number
}

/** @internal */
export const native: Native = load()

function load(): Native {
  const tried: string[] = []
  const reasons: unknown[] = []
  for (const name of packages()) {
    try {
      return require(name) as Native
    } catch (error) {
      tried.push(name)
      reasons.push(error)
    }
  }
  const libc = process.platform === 'linux' ? `, ${hasGlibc() ? 'glibc' : 'musl'}` : ''
  const wanted = tried[hasGlibc() ? 0 : tried.length - 1]
  throw new Error(
    `aragora-core has no native module for ${process.platform} ${process.arch}${libc}` +
      (wanted === undefined ? ' and is not published for it' : `: the package ${wanted} is not installed or cannot be loaded`) +
      '. Install again without --omit=optional; for another platform build it from source: ' +
      '`cargo build --release -p aragora-node` in a checkout of aragora-core, then `node aragora-node/scripts/pack.mjs`.',
    { cause: reasons[0] },
  )
}

/** npm installs the one that fits; of Linux's two the other is simply not there. */
function packages(): string[] {
  const { platform, arch } = process
  if (arch !== 'x64' && arch !== 'arm64') return []
  if (platform === 'linux') return ['gnu', 'musl'].map((libc) => `aragora-core-linux-${arch}-${libc}`)
  if (platform === 'darwin') return [`aragora-core-darwin-${arch}`]
  if (platform === 'win32') return [`aragora-core-win32-${arch}-msvc`]
  return []
}

/** Only for the text of an error: making the report takes a while. */
function hasGlibc(): boolean {
  const report = process.report?.getReport() as unknown as { header?: { glibcVersionRuntime?: string } } | undefined
  return report?.header?.glibcVersionRuntime !== undefined
}
