import {
  ConfigurationError,
  createEntity,
  EntityModel,
  EVERY_FLOW,
  isSiren,
  Problem,
  updateEntity,
  type AnyConnector,
  type CompiledFlow,
  type Services,
} from '#core'
import { connectorNamed } from '../../connectors-names.ts'
import { flowNamed } from '../../names.ts'
import { slotsNamed } from '../../resources/entite-flux.ts'
import type { AssociationRow, ConnectorRow, EntityExport, EntityRow } from './read.ts'
import { readSettings } from './settings.ts'

/** What became of one thing of the export. */
export interface Line {
  readonly is: 'cree' | 'present' | 'adapte' | 'refuse'
  readonly message: string
}

export interface Importing {
  /** Under which entity what the export holds goes. */
  readonly parentId: string
  /** In whose name the journals will say it was done. */
  readonly userId: string
  /** `dry`: says what would be done, and does nothing. */
  readonly mode: 'dry' | 'apply'
}

const ALL_FLOWS = '__all_flux'
const GLOBAL = 'global'
/** Stands for what a dry run does not create. */
const TO_COME = Symbol('to come')
type Place = string | typeof TO_COME | undefined

const said = (error: unknown): string => {
  if (error instanceof Problem)
    return [error.detail ?? error.message, ...(error.fields ?? []).map(each => each.message)].join(' ')
  if (error instanceof ConfigurationError) return error.message
  throw error
}

/**
 * Brings over what Pastell exported of an entity: entities, instances, associations. What is already there, under the same name at the same
 * place, is left as it is: run again, it creates nothing twice. Each thing is created on its own, so that what is refused keeps nothing
 * else from coming.
 */
export const importEntity = async (
  exported: EntityExport,
  services: Pick<Services, 'db' | 'connectors' | 'flows'>,
  { parentId, userId, mode }: Importing,
): Promise<readonly Line[]> => {
  const { db, connectors, flows } = services
  const lines: Line[] = []
  const tell = (is: Line['is'], message: string) => lines.push({ is, message })
  /** Entities by their number in Pastell; its root, and entities that the export left out, are where the import is made. */
  const entities = new Map<string, Place>([['0', parentId]])
  const placeOf = (id: string): Place => (exported.entities.length === 0 ? parentId : entities.get(id))
  const instances = new Map<string, Place>()

  const entity = async (row: EntityRow): Promise<Place> => {
    const mother = entities.has(row.mother ?? '0') ? entities.get(row.mother ?? '0') : parentId
    if (mother === undefined) {
      tell('refuse', `l'entité « ${row.name} », dont la mère est refusée`)
      return undefined
    }
    const known =
      mother === TO_COME ? undefined : await EntityModel.query(db).findOne({ parentId: mother, name: row.name.trim() })
    if (known) {
      tell('present', `l'entité « ${row.name} » (${known.id}), laissée telle quelle`)
      return known.id
    }
    const siren = row.siren !== undefined && isSiren(row.siren) ? row.siren : null
    if (row.siren !== undefined && siren === null)
      tell('adapte', `l'entité « ${row.name} » vient sans son SIREN « ${row.siren} », qui n'en est pas un`)
    if (mode === 'dry' || mother === TO_COME) {
      tell('cree', `l'entité « ${row.name} »`)
      return TO_COME
    }
    try {
      const kind = row.type === 'centre_de_gestion' ? 'centre_de_gestion' : 'collectivite'
      const created = await createEntity(db, { name: row.name, siren, kind, parentId: mother })
      tell('cree', `l'entité « ${row.name} » (${created.id})`)
      return created.id
    } catch (error) {
      tell('refuse', `l'entité « ${row.name} » : ${said(error)}`)
      return undefined
    }
  }

  const settings = (row: ConnectorRow, definition: AnyConnector) => {
    try {
      return readSettings(row, definition)
    } catch (error) {
      tell('adapte', `le connecteur « ${row.label} » vient sans ses réglages : ${said(error)}`)
      return { config: {}, unknown: [] }
    }
  }

  /** What a connector refuses of its settings is left out, and said. */
  const create = async (
    entityId: string,
    row: ConnectorRow,
    connector: string,
    config: Readonly<Record<string, unknown>>,
  ) => {
    const make = (kept: Readonly<Record<string, unknown>>) =>
      connectors.create({ entityId, userId }, { connector, label: row.label, config: kept, complete: 'later' })
    try {
      return await make(config)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const wrong = (error.fields ?? []).map(each => ({
        name: /^config\.([^.]+)/u.exec(each.field)?.[1],
        message: each.message,
      }))
      if (wrong.length === 0 || wrong.some(each => each.name === undefined)) throw error
      const kept = Object.fromEntries(
        Object.entries(config).filter(([name]) => !wrong.some(each => each.name === name)),
      )
      const made = await make(kept)
      for (const { name, message } of wrong)
        tell('adapte', `le réglage « ${name ?? ''} » de « ${row.label} » est à saisir : ${message}`)
      return made
    }
  }

  const seen = new Map<string, number>()
  const instance = async (row: ConnectorRow): Promise<Place> => {
    const what = `le connecteur « ${row.label} » (${row.connector})`
    const place = placeOf(row.entity)
    const definition = connectorNamed(connectors.definitions(), row.connector)
    if (place === undefined) tell('refuse', `${what} : son entité n'est pas dans l'export, ou a été refusée`)
    else if (!definition) tell('refuse', `${what} : la plateforme n'a pas ce connecteur`)
    if (place === undefined || !definition) return undefined
    const { config, unknown } = settings(row, definition)
    for (const key of unknown)
      tell('adapte', `le réglage « ${key} » de « ${row.label} » n'a pas d'équivalent : il est laissé`)
    if (place === TO_COME) {
      tell('cree', what)
      return TO_COME
    }
    const rank = seen.get(`${place}/${definition.id}/${row.label}`) ?? 0
    seen.set(`${place}/${definition.id}/${row.label}`, rank + 1)
    const same = (await connectors.list(place)).filter(
      each => each.entityId === place && each.connector === definition.id && each.label === row.label.trim(),
    )
    const known = same.toSorted((a, b) => Number(a.id) - Number(b.id))[rank]
    if (known) {
      tell('present', `${what}, laissé tel quel`)
      return known.id
    }
    if (mode === 'dry') {
      tell('cree', what)
      return TO_COME
    }
    try {
      const created = await create(place, row, definition.id, config)
      tell('cree', what)
      if (created.status === 'suspended') tell('adapte', `${what} est suspendu : ${created.statusMessage}`)
      return created.id
    } catch (error) {
      tell('refuse', `${what} : ${said(error)}`)
      return undefined
    }
  }

  const flowsOf = (type: string): { readonly id: string; readonly among: readonly CompiledFlow[] } | undefined => {
    if (type === GLOBAL) return { id: EVERY_FLOW, among: flows.list() }
    const flow = flowNamed(flows.list(), type)
    return flow && { id: flow.id, among: [flow] }
  }

  const inherits = (row: AssociationRow) =>
    exported.inheritances.some(
      each => each.entity === row.entity && (each.flow === row.flow || each.flow === ALL_FLOWS),
    )

  const association = async (row: AssociationRow): Promise<void> => {
    const what = `l'association « ${row.family} » du type de dossier « ${row.flow} »`
    if (inherits(row)) {
      tell('adapte', `${what} : l'entité héritait de sa mère, ce choix était sans effet et n'est pas repris`)
      return
    }
    const [place, instanceId, flow] = [placeOf(row.entity), instances.get(row.connector), flowsOf(row.flow)]
    const slot = flow && slotsNamed(flow.among, row.family)[row.rank]
    if (place === undefined || instanceId === undefined) tell('refuse', `${what} : son connecteur n'a pas été repris`)
    else if (!flow) tell('refuse', `${what} : la plateforme n'a pas ce type de dossier`)
    else if (slot === undefined) tell('refuse', `${what} : aucune étape n'attend ce connecteur au rang ${row.rank + 1}`)
    if (place === undefined || instanceId === undefined || !flow || slot === undefined) return
    if (typeof place !== 'string' || typeof instanceId !== 'string') {
      tell('cree', what)
      return
    }
    const own = (await connectors.bindings({ entityId: place })).find(
      each => each.flow === flow.id && each.slot === slot,
    )
    if (own) {
      const other = own.instanceId === instanceId ? '' : ' à un autre connecteur, ce choix est gardé'
      tell(other === '' ? 'present' : 'adapte', `${what} est déjà faite${other}`)
      return
    }
    if (mode === 'dry') {
      tell('cree', what)
      return
    }
    try {
      await connectors.associate({ entityId: place, userId }, { flow: flow.id, slot, instanceId })
      tell('cree', what)
    } catch (error) {
      tell('refuse', `${what} : ${said(error)}`)
    }
  }

  for (const row of exported.entities) entities.set(row.id, await entity(row))
  for (const row of exported.connectors) instances.set(row.id, await instance(row))
  for (const row of exported.associations) await association(row)
  for (const row of exported.entities.filter(each => !each.active)) {
    const place = entities.get(row.id)
    // Last: nothing is created under an entity that is closed.
    if (mode === 'apply' && typeof place === 'string') await updateEntity(db, place, { active: false })
    if (place !== undefined) tell('adapte', `l'entité « ${row.name} » est inactive, comme chez Pastell`)
  }
  if (exported.associations.length > 0)
    tell(
      'adapte',
      "les associations d'une entité valent pour ses filles qui n'en ont pas d'autres, sans case d'héritage",
    )
  return lines
}
