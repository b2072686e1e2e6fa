import { milliseconds, pauseAfter } from '../authoring/durations.ts'
import type { AnyConnector } from '../authoring/connectors.ts'
import { wakeWaiting } from '../documents/waiting.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { EntityModel, lineOf } from '../entities/model.ts'
import { errors, type FieldProblem } from '../errors.ts'
import { readSettings, secretContext } from './connections.ts'
import { AssociationModel, InstanceModel } from './model.ts'
import type { ConnectorRegistry } from './registry.ts'
import type { Secrets } from './secrets.ts'
import { applySettings, missingSettings, type Completion, type Settings, type SplitSettings } from './settings.ts'
import { tell, type Act } from './tell.ts'

/** How an instance is called; `null` for what the connector says of itself. */
export interface Pace {
  /** `'30 s x 10, 5 min'` */
  readonly polling: string | null
  /** `'30 d'` */
  readonly patience: string | null
  readonly concurrency: number | null
  /** `'2 s'` */
  readonly spacing: string | null
}

export interface NewInstance {
  readonly connector: string
  readonly label: string
  readonly config: Settings
  /** `later`: suspended until every setting is there. Software that configures in several calls needs it. */
  readonly complete?: Completion | undefined
}

export type InstanceChanges = {
  readonly label?: string
  readonly config?: Settings
  readonly complete?: Completion | undefined
} & Partial<Pace>

const isId = (id: string) => /^\d{1,18}$/u.test(id)

/** The instance of this very entity. @throws errors.instanceNotFound */
export const ownInstance = async (db: Db, entityId: string, instanceId: string): Promise<InstanceModel> => {
  const found = isId(instanceId) ? await InstanceModel.query(db).findById(instanceId).where({ entityId }) : undefined
  if (!found) throw errors.instanceNotFound()
  return found
}

/** Instances of the entity and of its ancestors, nearest first. */
export const usableInstances = async (db: Db, entityId: string): Promise<readonly InstanceModel[]> => {
  const entity = await EntityModel.query(db).findById(entityId)
  if (!entity) throw errors.entityNotFound()
  const line = lineOf(entity.path)
  const all = await InstanceModel.query(db)
    .whereIn('entityId', [...line])
    .orderBy(['label', 'id'])
  return all.toSorted((a, b) => line.indexOf(b.entityId) - line.indexOf(a.entityId))
}

const labelProblem = (label: string): readonly FieldProblem[] => {
  const length = [...label.trim()].length
  if (length >= 1 && length <= 128) return []
  return [{ field: 'label', message: 'Le nom du connecteur compte de 1 à 128 caractères.', code: 'invalide' }]
}

const durationProblem = (field: keyof Pace, value: string | null | undefined, read: (text: string) => number) => {
  if (value === undefined || value === null) return []
  try {
    read(value)
    return []
  } catch (error) {
    return [{ field, message: error instanceof Error ? error.message : String(error), code: 'invalide' }]
  }
}

const paceProblems = ({ polling, patience, concurrency, spacing }: Partial<Pace>): readonly FieldProblem[] => [
  ...durationProblem('polling', polling, text =>
    Math.max(pauseAfter(text, 0), pauseAfter(text, Number.MAX_SAFE_INTEGER)),
  ),
  ...durationProblem('patience', patience, milliseconds),
  ...durationProblem('spacing', spacing, milliseconds),
  ...(typeof concurrency === 'number' && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64)
    ? [{ field: 'concurrency', message: 'Le nombre d’appels simultanés va de 1 à 64.', code: 'invalide' }]
    : []),
]

const check = (problems: readonly FieldProblem[]) => {
  if (problems.length > 0) throw errors.badInput({ fields: problems })
}

const spacingMs = (spacing: string | null, definition: AnyConnector): number => {
  const text = spacing ?? definition.pace?.every
  return text === undefined ? 0 : milliseconds(text)
}

interface Keepers {
  readonly registry: ConnectorRegistry
  readonly secrets: Secrets
}

/** What keeps an instance out of service, settings to fill in or a rule of the platform; `undefined` when nothing does. */
const lacking = (
  registry: ConnectorRegistry,
  definition: AnyConnector,
  settings: SplitSettings,
): string | undefined => {
  const forbidden = registry.forbids(definition)
  if (forbidden !== undefined) return forbidden
  const missing = missingSettings(definition, settings)
  return missing.length === 0 ? undefined : `Réglages à compléter : ${missing.map(label => `« ${label} »`).join(', ')}.`
}

const NOTHING = { config: {}, secrets: {} } as const

const seal = (
  secrets: Secrets,
  place: Pick<InstanceModel, 'entityId' | 'connector'>,
  values: Settings,
): Buffer | null => (Object.keys(values).length === 0 ? null : secrets.seal(values, secretContext(place)))

/** @throws errors.badInput with a sentence at each field */
export const createInstance = async (
  trx: Transaction,
  { registry, secrets }: Keepers,
  entityId: string,
  { connector, label, config, complete }: NewInstance,
  act: Act,
): Promise<InstanceModel> => {
  const { definition } = registry.get(connector)
  const forbidden = registry.forbids(definition)
  if (forbidden !== undefined)
    throw errors.badInput({ fields: [{ field: 'connector', message: forbidden, code: 'simulation' }] })
  check(labelProblem(label))
  const settings = applySettings(definition, NOTHING, config, { now: act.now, complete })
  const wanting = lacking(registry, definition, settings)
  const created = await InstanceModel.query(trx).insertAndFetch({
    entityId,
    connector,
    connectorVersion: definition.version,
    label: label.trim(),
    config: settings.config,
    secrets: seal(secrets, { entityId, connector }, settings.secrets),
    spacingMs: spacingMs(null, definition),
    ...(wanting === undefined ? {} : { status: 'suspended', statusMessage: wanting, toldAt: act.now }),
    createdAt: act.now,
    updatedAt: act.now,
  })
  await tell(trx, entityId, act, 'connecteur.creation', `Connecteur « ${created.label} » créé (${definition.label}).`)
  return created
}

/**
 * Changes what is given. Settings left out stay as they are, empty ones are erased; the whole is written for the version of the
 * connector that is installed, with the current key.
 * @throws errors.badInput with a sentence at each field
 */
export const updateInstance = async (
  trx: Transaction,
  { registry, secrets }: Keepers,
  instance: InstanceModel,
  changes: InstanceChanges,
  act: Act,
): Promise<InstanceModel> => {
  const { definition } = registry.get(instance.connector)
  const label = changes.label ?? instance.label
  check([...labelProblem(label), ...paceProblems(changes)])
  const { complete } = changes
  const before = readSettings(instance, definition, secrets)
  const settings = applySettings(definition, before, changes.config ?? {}, { now: act.now, complete })
  const wanting = lacking(registry, definition, settings)
  const spacing = changes.spacing === undefined ? instance.spacing : changes.spacing
  const updated = await instance.$query(trx).patchAndFetch({
    label: label.trim(),
    config: settings.config,
    secrets: seal(secrets, instance, settings.secrets),
    connectorVersion: definition.version,
    polling: changes.polling === undefined ? instance.polling : changes.polling,
    patience: changes.patience === undefined ? instance.patience : changes.patience,
    concurrency: changes.concurrency === undefined ? instance.concurrency : changes.concurrency,
    spacing,
    spacingMs: spacingMs(spacing, definition),
    revision: instance.revision + 1,
    ...(wanting === undefined ? {} : { status: 'suspended', statusMessage: wanting }),
    updatedAt: act.now,
  })
  await trx('remote_choices').where({ instanceId: instance.id }).delete()
  // Names of what changed, never values: some are secret, the others are nobody's business in ten years.
  const said = Object.keys(changes).filter(name => name !== 'config' && name !== 'complete')
  const what = [...said, ...Object.keys(changes.config ?? {})].join(', ')
  await tell(
    trx,
    instance.entityId,
    act,
    'connecteur.modification',
    `Connecteur « ${updated.label} » modifié : ${what}.`,
  )
  // It was only waiting for its settings.
  if (wanting !== undefined || lacking(registry, definition, before) === undefined) return updated
  await resumeInstance(trx, updated, act)
  return updated.$query(trx)
}

/** @throws errors.badRequest naming what is missing: resumed without it, the connector could only fail */
export const checkComplete = (instance: InstanceModel, { registry, secrets }: Keepers): void => {
  const definition = registry.find(instance.connector)?.definition
  if (!definition) return
  const wanting = lacking(registry, definition, readSettings(instance, definition, secrets))
  if (wanting !== undefined) throw errors.badRequest({ detail: `« ${instance.label} » : ${wanting}` })
}

/** @throws errors.conflict when a flow still uses it */
export const removeInstance = async (trx: Transaction, instance: InstanceModel, act: Act): Promise<void> => {
  const used = await AssociationModel.query(trx).where({ instanceId: instance.id }).first()
  if (used)
    throw errors.conflict({
      detail: `« ${instance.label} » est associé à un flux : retirez d'abord ses associations, ici et dans les entités qui en héritent.`,
    })
  await InstanceModel.query(trx).deleteById(instance.id)
  await wakeWaiting(trx, { instanceId: instance.id }, act.now)
  await tell(trx, instance.entityId, act, 'connecteur.suppression', `Connecteur « ${instance.label} » supprimé.`)
}

/**
 * Nothing calls this instance any more until an administrator resumes it. Told once, however many documents stumble on it.
 * @returns whether this call is the one that suspended it
 */
export const suspendInstance = async (
  trx: Transaction,
  instanceId: string,
  message: string,
  now: Date,
): Promise<boolean> => {
  const [suspended] = await InstanceModel.query(trx)
    .patch({ status: 'suspended', statusMessage: message, toldAt: now })
    .where({ id: instanceId, status: 'ok' })
    .returning(['entityId', 'label'])
  if (!suspended) return false
  const said = `Connecteur « ${suspended.label} » suspendu : ${message}`
  await tell(trx, suspended.entityId, { by: undefined, now }, 'connecteur.suspension', said)
  return true
}

/**
 * Opens the instance again, breaker included, and wakes every document that was waiting for it.
 * @returns how many documents were woken
 */
export const resumeInstance = async (trx: Transaction, instance: InstanceModel, act: Act): Promise<number> => {
  await InstanceModel.query(trx).patch({ status: 'ok', statusMessage: '', toldAt: null }).findById(instance.id)
  await trx('instance_lanes')
    .where({ instanceId: instance.id })
    .update({ failures: 0, openUntil: null, probeUntil: null })
  // A second statement, so that it sees the documents whose commit was waiting for the row just changed.
  const woken = await wakeWaiting(trx, { instanceId: instance.id }, act.now)
  await tell(
    trx,
    instance.entityId,
    act,
    'connecteur.reprise',
    `Connecteur « ${instance.label} » remis en service : ${woken} document(s) relancé(s).`,
  )
  return woken
}
