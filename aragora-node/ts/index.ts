/// <reference lib="esnext.disposable" />
export { Aragora } from './aragora.js'
export type { Activity, DebateSettings, OpenOptions, Rule } from './aragora.js'
export type {
  Agent,
  AgentRequest,
  CallOptions,
  Output,
  Participant,
  Seat,
} from './agents.js'
export { Backups } from './backups.js'
export type { RestoreOptions } from './backups.js'
export { demoAgent, humanAgent, modelAgent, recordedAgent, scriptedAgent } from './builtin.js'
export type {
  BuiltinAgent,
  Credentials,
  DemoAgent,
  HumanAgent,
  ModelAgent,
  RecordedAgent,
  ScriptedAgent,
  ScriptStep,
} from './builtin.js'
export { builtinProtocols, errorCodes, version } from './catalogue.js'
export type { ErrorKind, ProtocolInfo } from './catalogue.js'
export { Cipher, Plain, generateKey, recordKey } from './cipher.js'
export type { FieldPath } from './cipher.js'
export { Config } from './config.js'
export type { ConfigSources } from './config.js'
export { tally } from './consensus.js'
export type { Candidate, Poll, Voter } from './consensus.js'
export { Debate } from './debate.js'
export { Encryption } from './encryption.js'
export type { CensusOptions, RetireOptions, StoresOptions, TenantsOptions } from './encryption.js'
export type { ResultOptions } from './debate.js'
export { Debates } from './debates.js'
export type { DebateQuery, ForkSettings, ResumeSettings, TenantOptions } from './debates.js'
export { fromDocument, toDocument } from './documents.js'
export { AragoraError, isAragoraError } from './errors.js'
export type { AragoraErrorOptions } from './errors.js'
export { EventStream } from './events.js'
export type { EventOptions } from './events.js'
export { Human, HumanDesk } from './human.js'
export type { DeskOptions, PendingQuery } from './human.js'
export { setLogSink } from './logging.js'
export type { LogLevel, LogRecord } from './logging.js'
export { Arena, DebateConfig, DebateResult, Vote } from './old-names.js'
export { normalise, parseAnswer, parseBallot, parseCritiques, parseSignals, sameAnswer } from './parsing.js'
export type { ReplyText } from './parsing.js'
export type { BuiltinProtocol, DebateProtocol } from './protocols.js'
export { Agents } from './providers.js'
export { configureRuntime } from './runtime.js'
export type { RuntimeOptions } from './runtime.js'
export { Secret } from './secret.js'
export { Step } from './step.js'
export * as testing from './testing.js'
export { Transcript } from './transcript.js'
export type { AskOptions } from './transcript.js'
export type * from './values.js'
