import { errors } from '#core'
import { isJson, textOf, type Json } from '../studio/format.ts'

export interface EntityRow {
  readonly id: string
  readonly name: string
  readonly siren: string | undefined
  readonly type: string | undefined
  readonly mother: string | undefined
  readonly active: boolean
}
export interface ConnectorRow {
  readonly id: string
  readonly entity: string
  readonly label: string
  /** Pastell's identifier. */
  readonly connector: string
  /** Texts, or names of files. */
  readonly metadata: Json
  /** Contents in base64, by field. */
  readonly files: Readonly<Record<string, readonly string[]>>
}
export interface AssociationRow {
  readonly entity: string
  readonly flow: string
  readonly connector: string
  readonly family: string
  readonly rank: number
}
export interface InheritanceRow {
  readonly entity: string
  /** `__all_flux` for every flow. */
  readonly flow: string
}

/** What the configuration of an entity holds (pastell-domain.md §1.8), mothers before daughters. */
export interface EntityExport {
  readonly entities: readonly EntityRow[]
  readonly connectors: readonly ConnectorRow[]
  readonly associations: readonly AssociationRow[]
  readonly inheritances: readonly InheritanceRow[]
}

const KEYS = ['entity_info', 'entity_child', 'connecteur_info', 'association_info', 'association_heritage_info']

/** Rows wherever they are: a row, a list, or lists by entity. The reference names the keys, not how rows are grouped below them. */
const rowsIn = (value: unknown, isRow: (each: Json) => boolean): readonly Json[] => {
  if (Array.isArray(value)) return value.flatMap(each => rowsIn(each, isRow))
  if (!isJson(value)) return []
  return isRow(value) ? [value] : Object.values(value).flatMap(each => rowsIn(each, isRow))
}

const entityOf = (row: Json): EntityRow => ({
  id: textOf(row['id_e']) ?? '',
  name: textOf(row['denomination']) ?? '',
  siren: textOf(row['siren']),
  type: textOf(row['type']),
  mother: textOf(row['entite_mere']),
  active: row['is_active'] !== false && textOf(row['is_active']) !== '0',
})

/** The form of an instance (§5.13): an object, or its JSON. */
const formOf = (row: Json): Json => {
  const direct = isJson(row['metadata']) || isJson(row['file']) ? row : undefined
  const held = Object.values(row).flatMap((value): Json[] => {
    if (isJson(value) && ('metadata' in value || 'file' in value)) return [value]
    if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return []
    try {
      const read: unknown = JSON.parse(value)
      return isJson(read) && ('metadata' in read || 'file' in read) ? [read] : []
    } catch (error) {
      if (error instanceof SyntaxError) return []
      throw error
    }
  })
  return direct ?? held[0] ?? {}
}

const filesOf = (value: unknown): Readonly<Record<string, readonly string[]>> =>
  isJson(value)
    ? Object.fromEntries(
        Object.entries(value).map(([field, contents]) => [
          field,
          (Array.isArray(contents) ? contents : [contents]).filter(each => typeof each === 'string'),
        ]),
      )
    : {}

const connectorOf = (row: Json): ConnectorRow => {
  const form = formOf(row)
  return {
    id: textOf(row['id_ce']) ?? '',
    entity: textOf(row['id_e']) ?? '0',
    label: textOf(row['libelle']) ?? '',
    connector: textOf(row['id_connecteur']) ?? '',
    metadata: isJson(form['metadata']) ? form['metadata'] : {},
    files: filesOf(form['file']),
  }
}

const associationOf = (row: Json): AssociationRow => ({
  entity: textOf(row['id_e']) ?? '0',
  flow: textOf(row['flux']) ?? '',
  connector: textOf(row['id_ce']) ?? '',
  family: textOf(row['type']) ?? '',
  rank: Number(row['num_same_type'] ?? 0) || 0,
})

/** Mothers first; what has no mother in the file comes as it is. */
const inOrder = (entities: readonly EntityRow[]): readonly EntityRow[] => {
  const ids = new Set(entities.map(each => each.id))
  const done = new Set<string>()
  const ordered: EntityRow[] = []
  for (let left = [...entities]; left.length > 0;) {
    const ready = left.filter(({ mother }) => mother === undefined || !ids.has(mother) || done.has(mother))
    // A ring of mothers: nothing is above them.
    const next = ready.length > 0 ? ready : left
    for (const each of next) done.add(each.id)
    ordered.push(...next)
    left = left.filter(each => !done.has(each.id))
  }
  return ordered
}

const inheritancesIn = (value: unknown): readonly InheritanceRow[] => {
  const rows = rowsIn(value, row => 'flux' in row)
  if (rows.length > 0) return rows.map(row => ({ entity: textOf(row['id_e']) ?? '0', flow: textOf(row['flux']) ?? '' }))
  // Names of flows by entity.
  return Object.entries(isJson(value) ? value : {}).flatMap(([entity, flows]) =>
    (Array.isArray(flows) ? flows : isJson(flows) ? Object.keys(flows) : []).flatMap(flow =>
      typeof flow === 'string' ? [{ entity, flow }] : [],
    ),
  )
}

/** @throws errors.badRequest when nothing of it is there */
export const readExport = (file: Json): EntityExport => {
  if (!KEYS.some(key => key in file))
    throw errors.badRequest({ detail: "Ce fichier n'est pas l'export de la configuration d'une entité." })
  const isEntity = (row: Json) => 'id_e' in row && 'denomination' in row
  const own = rowsIn(file['entity_info'], isEntity)
  return {
    entities: inOrder([...own, ...rowsIn(file['entity_child'], isEntity)].map(entityOf)),
    connectors: rowsIn(file['connecteur_info'], row => 'id_connecteur' in row).map(connectorOf),
    associations: rowsIn(file['association_info'], row => 'flux' in row && 'id_ce' in row).map(associationOf),
    inheritances: inheritancesIn(file['association_heritage_info']),
  }
}
