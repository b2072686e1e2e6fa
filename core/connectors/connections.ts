import type { AnyConnector, ConnectContext } from '../authoring/connectors.ts'
import type { Clock, Files, Log } from '../authoring/context.ts'
import { ConfigurationError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { Capabilities } from '../contracts/index.ts'
import type { Db } from '../db/knex.ts'
import type { CreateFinder } from '../documents/finder.ts'
import type { CallAbout } from '../engine/ports.ts'
import { resolveAllowed } from './address-guard.ts'
import { createHttp } from './http-client.ts'
import { instanceMemory } from './memory.ts'
import { InstanceModel } from './model.ts'
import { createRecorder } from './recorder.ts'
import type { ConnectorRegistry } from './registry.ts'
import { SecretUnreadable, type Secrets } from './secrets.ts'
import { fieldsOf, isSecret, settingsForConnect, splitSettings, type Settings, type SplitSettings } from './settings.ts'

export interface ConnectionDependencies {
  readonly db: Db
  readonly registry: ConnectorRegistry
  readonly secrets: Secrets
  readonly files: Files
  readonly finder: CreateFinder
  readonly clock: Clock
  readonly log: Log
  /** Inner networks that connectors may reach, CIDR. */
  readonly allowedRanges: readonly string[]
  /** Folder of the published XML schemas. */
  readonly schemas?: string | undefined
  /** Folders of the machine that connectors may reach. */
  readonly localFolders?: readonly string[] | undefined
}

/** An instance ready to be used. */
export interface Connection {
  readonly instance: InstanceModel
  readonly definition: AnyConnector
  readonly connector: ReturnType<AnyConnector['connect']>
  readonly context: ConnectContext<Fields>
}

export interface Connections {
  /**
   * The instance, connected with its settings of the moment. Connecting makes no call.
   * @throws ConfigurationError when it is gone, uninstalled, or its settings cannot be read
   */
  open(instanceId: string): Promise<Connection>
  /** Runs a call on instances: named in the log, recorded when an administrator asked for it. Whatever calls a remote goes through it. */
  during<T>(instanceIds: readonly string[], about: CallAbout, work: () => Promise<T>): Promise<T>
  /** Ends every pooled session. */
  close(): Promise<void>
}

/** Binds a secret to its instance: copied to another row, it does not open. */
export const secretContext = ({ entityId, connector }: Pick<InstanceModel, 'entityId' | 'connector'>): string =>
  `connector_instances/${entityId}/${connector}`

/**
 * The settings of an instance, secrets opened, brought to the version of the connector that is installed.
 * @throws SecretUnreadable, ConfigurationError when they were written by a newer version
 */
export const readSettings = (instance: InstanceModel, definition: AnyConnector, secrets: Secrets): SplitSettings => {
  const opened = instance.secrets ? (secrets.open(instance.secrets, secretContext(instance)) as Settings) : {}
  const stored: SplitSettings = { config: instance.config, secrets: opened }
  const from = instance.connectorVersion
  if (from > definition.version)
    throw new ConfigurationError(
      `« ${instance.label} » a été réglé avec une version plus récente du connecteur « ${definition.label} » (${from}, ici ${definition.version}) : mettez la plateforme à jour.`,
    )
  if (from === definition.version || !definition.upgrade) return stored
  return splitSettings(definition, definition.upgrade({ ...stored.config, ...stored.secrets }, from))
}

const withFacts = (log: Log, more: () => object): Log => ({
  debug: (facts, message) => log.debug({ ...more(), ...facts }, message),
  info: (facts, message) => log.info({ ...more(), ...facts }, message),
  warn: (facts, message) => log.warn({ ...more(), ...facts }, message),
  error: (facts, message) => log.error({ ...more(), ...facts }, message),
})

/** What a recording must never show: the secret settings as `connect` receives them. */
const secretValues = (definition: AnyConnector, config: Settings): readonly (string | Uint8Array)[] =>
  Object.entries(fieldsOf(definition)).flatMap(([name, field]) => {
    const value = isSecret(field) ? config[name] : undefined
    return typeof value === 'string' || value instanceof Uint8Array ? [value] : []
  })

/** Calls under way on settings just replaced have this long to end before their sessions are closed. */
const GRACE = 10 * 60_000

interface Kept extends Connection {
  readonly secrets: readonly (string | Uint8Array)[]
  close(): Promise<void>
}

/** Connected instances, kept as long as their settings do not change. */
export const createConnections = (dependencies: ConnectionDependencies): Connections => {
  const { db, registry, secrets, files, finder, clock, allowedRanges, schemas, localFolders } = dependencies
  const recorder = createRecorder(dependencies)
  const kept = new Map<string, Kept>()
  const leaving = new Map<Kept, NodeJS.Timeout>()

  const connect = (instance: InstanceModel): Kept => {
    const installed = registry.find(instance.connector)
    if (!installed)
      throw new ConfigurationError(
        `Le connecteur « ${instance.connector} » de « ${instance.label} » n'est plus installé sur cette plateforme : réinstallez-le, ou associez un autre connecteur.`,
      )
    const { definition } = installed
    const forbidden = registry.forbids(definition)
    if (forbidden !== undefined) throw new ConfigurationError(forbidden)
    const about = { instance: instance.id, connector: instance.connector }
    const log = withFacts(dependencies.log, () => ({ ...about, ...recorder.facts() }))
    const http = createHttp({
      files,
      log,
      allowedRanges,
      recording: () => recorder.of(instance.id),
      asked: recorder.asked,
    })
    const config = settingsForConnect(definition, settingsOf(instance, definition))
    const context: ConnectContext<Fields> = {
      config,
      http,
      network: { resolve: host => resolveAllowed(host, allowedRanges) },
      files,
      clock,
      log,
      trace: line => recorder.of(instance.id)?.line(line),
      memory: instanceMemory(db, clock, instance.id),
      documents: finder(instance.entityId),
      schemas,
      localFolders,
    }
    const connector = definition.connect(context)
    const close = async () => {
      await connector.close?.()
      await http.close()
    }
    return { instance, definition, connector, context, secrets: secretValues(definition, config), close }
  }

  const settingsOf = (instance: InstanceModel, definition: AnyConnector): SplitSettings => {
    try {
      return readSettings(instance, definition, secrets)
    } catch (error) {
      if (error instanceof SecretUnreadable) throw new ConfigurationError(error.message, { cause: error })
      throw error
    }
  }

  const closeQuietly = (old: Kept) => {
    leaving.delete(old)
    return old.close().catch((error: unknown) => {
      dependencies.log.warn({ err: error, instance: old.instance.id }, 'a connection did not close properly')
    })
  }

  const retire = (old: Kept) => {
    const timer = setTimeout(() => void closeQuietly(old), GRACE)
    timer.unref()
    leaving.set(old, timer)
  }

  const connected = async (instanceId: string): Promise<Kept> => {
    const current = await InstanceModel.query(db).findById(instanceId)
    if (!current) throw new ConfigurationError("Ce connecteur n'existe plus : associez-en un autre à cette étape.")
    const before = kept.get(instanceId)
    if (before && before.instance.revision === current.revision) return before
    const fresh = connect(current)
    kept.set(instanceId, fresh)
    if (before) retire(before)
    return fresh
  }

  return {
    during: recorder.during,

    async open(instanceId) {
      const connection = await connected(instanceId)
      const recording = recorder.of(instanceId)
      for (const secret of recording ? connection.secrets : []) recording?.know(secret)
      return connection
    },

    async close() {
      for (const timer of leaving.values()) clearTimeout(timer)
      const all = [...kept.values(), ...leaving.keys()]
      kept.clear()
      await Promise.all(all.map(closeQuietly))
    },
  }
}

/** The capabilities of a connection, for the engine. */
export const capabilitiesOf = ({ connector, definition }: Connection): Partial<Capabilities> =>
  Object.fromEntries(definition.provides.map(name => [name, connector[name]]))
