import { tmpdir } from 'node:os'
import type { CapabilityName } from '../contracts/index.ts'
import type { ConnectContext, Connected, ConnectorDefinition, Memory, News } from '../authoring/connectors.ts'
import type { Clock, Log } from '../authoring/context.ts'
import type { Desk, Reports } from '../authoring/desk.ts'
import type { Fields, Values } from '../authoring/fields.ts'
import { completeRows } from '../authoring/rows.ts'
import { resolveAllowed } from '../connectors/address-guard.ts'
import { createHttp } from '../connectors/http-client.ts'
import type { Recording } from '../connectors/recorder-recording.ts'
import type { StoredFiles } from '../files/files.ts'
import { temporaryFiles } from './disk-files.ts'
import { noDocuments, noNews, noReports } from './no-documents.ts'

/** A memory that lasts as long as its test. */
export const temporaryMemory = (): Memory => {
  const values = new Map<string, string>()
  return {
    get: async <T>(key: string) => {
      const kept = values.get(key)
      return kept === undefined ? undefined : (JSON.parse(kept) as T)
    },
    set: async (key, value) => void values.set(key, JSON.stringify(value)),
  }
}

/** One line written to the log of a test. */
export interface Logged {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly facts: object
  readonly message: string
}

/** A log that says nothing and keeps everything, for the tests that look for a secret in it. */
export const keptLog = (): Log & { readonly lines: readonly Logged[] } => {
  const lines: Logged[] = []
  const at = (level: Logged['level']) => (facts: object, message: string) => void lines.push({ level, facts, message })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export interface ConnectOptions {
  /** Loopback is open, since simulators live there; `false` to test the refusal. */
  readonly allowLoopback?: boolean
  readonly clock?: Clock
  /** Given to connect again with the same memory and store, as a restart does. */
  readonly memory?: Memory
  readonly files?: StoredFiles
  /** Folder of the published schemas. */
  readonly schemas?: string | undefined
  /** Folders of the machine that the connector may reach: those of temporary files unless told. */
  readonly localFolders?: readonly string[]
  /** The recording under way, for the tests of what it shows. */
  readonly recording?: () => Recording | undefined
}

export interface ConnectedForTest<C, K extends CapabilityName> extends AsyncDisposable {
  readonly connector: Connected<K>
  readonly context: ConnectContext<C> & {
    readonly files: StoredFiles
    readonly log: ReturnType<typeof keptLog>
    readonly documents: Desk
    readonly reports: Reports
    readonly news: News
  }
}

/**
 * Connects an instance as the hub would: real sockets, real file store, real clock; only memory and log are private to
 * the test. `config` is what an administrator filled in, so it is not typed by the connector: a simulator gives it whole.
 */
export const connectForTest = async <C extends Fields, K extends CapabilityName>(
  definition: ConnectorDefinition<C, K>,
  config: Readonly<Record<string, unknown>>,
  {
    allowLoopback = true,
    clock = { now: () => new Date() },
    memory = temporaryMemory(),
    files,
    schemas,
    localFolders = [tmpdir()],
    recording = () => undefined,
  }: ConnectOptions = {},
): Promise<ConnectedForTest<C, K>> => {
  const ownFiles = files ? undefined : await temporaryFiles()
  const store = files ?? ownFiles
  if (!store) throw new Error('No file store.')
  const log = keptLog()
  const allowedRanges = allowLoopback ? ['127.0.0.0/8', '::1/128'] : []
  const http = createHttp({ files: store, log, allowedRanges, recording })
  const network = { resolve: (host: string) => resolveAllowed(host, allowedRanges) }
  const complete = withDefaults(definition.config, config)
  const trace = (line: string) => recording()?.line(line)
  const context = {
    config: complete,
    http,
    network,
    files: store,
    clock,
    log,
    trace,
    memory,
    documents: noDocuments(),
    reports: noReports(),
    news: noNews(),
    schemas,
    localFolders,
  }
  const connector = definition.connect(context)
  return {
    connector,
    context,
    [Symbol.asyncDispose]: async () => {
      await connector.close?.()
      await http.close()
      await ownFiles?.[Symbol.asyncDispose]()
    },
  }
}

/** What the form does: defaults filled in, boxes never undefined. */
const withDefaults = <C extends Fields>(fields: C, config: Readonly<Record<string, unknown>>): Values<C> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.kind === 'rows'
        ? completeRows(field, config[name])
        : (config[name] ?? field.options.default ?? (field.kind === 'flag' ? false : undefined)),
    ]),
  ) as Values<C>
