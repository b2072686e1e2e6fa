import { applySettings, missingSettings, Problem, type AnyConnector } from '#core'
import { connectorNamed } from '../../connectors-names.ts'
import { said, TO_COME, type Bringing, type Place } from './bringing.ts'
import type { ConnectorRow } from './read.ts'
import { readSettings } from './settings.ts'

type Config = Readonly<Record<string, unknown>>

/** Settings that the connector takes: each of those it refuses is left out, and said. */
const accepted = ({ services: { clock }, tell }: Bringing, row: ConnectorRow, definition: AnyConnector): Config => {
  const read = () => {
    try {
      return readSettings(row, definition)
    } catch (error) {
      tell('adapte', `le connecteur « ${row.label} » vient sans ses réglages : ${said(error)}`)
      return { config: {}, unknown: [] }
    }
  }
  const { config, unknown } = read()
  for (const key of unknown)
    tell('adapte', `le réglage « ${key} » de « ${row.label} » n'a pas d'équivalent : il est laissé`)
  const refused = (given: Config) => {
    try {
      applySettings(definition, { config: {}, secrets: {} }, given, { now: clock.now(), complete: 'later' })
      return []
    } catch (error) {
      if (!(error instanceof Problem) || error.fields === undefined) throw error
      return error.fields.map(({ field, message }) => ({ name: /^config\.([^.]+)/u.exec(field)?.[1] ?? '', message }))
    }
  }
  const wrong = refused(config)
  for (const { name, message } of wrong)
    tell('adapte', `le réglage « ${name} » de « ${row.label} » est à saisir : ${message}`)
  return Object.fromEntries(Object.entries(config).filter(([name]) => !wrong.some(each => each.name === name)))
}

/**
 * Brings an instance with its settings and secrets. One that is there already, of the same connector and name, is left as it is.
 * @param rank among those of the export that bear the same name at the same place
 */
const bringAt = async (
  bringing: Bringing,
  row: ConnectorRow,
  { place, definition, rank }: { place: Exclude<Place, undefined>; definition: AnyConnector; rank: number },
): Promise<Place> => {
  const { services, userId, mode, tell } = bringing
  const what = `le connecteur « ${row.label} » (${row.connector})`
  const same =
    place === TO_COME
      ? []
      : (await services.connectors.list(place)).filter(
          each => each.entityId === place && each.connector === definition.id && each.label === row.label.trim(),
        )
  const known = same.toSorted((a, b) => Number(a.id) - Number(b.id))[rank]
  if (known) {
    tell('present', `${what}, laissé tel quel`)
    return known.id
  }
  const config = accepted(bringing, row, definition)
  const missing = missingSettings(definition, { config, secrets: {} })
  try {
    const created =
      place === TO_COME || mode === 'dry'
        ? undefined
        : await services.connectors.create(
            { entityId: place, userId },
            { connector: definition.id, label: row.label, config, complete: 'later' },
          )
    tell('cree', what)
    if (missing.length > 0)
      tell('adapte', `${what} est suspendu : il reste à saisir ${missing.map(label => `« ${label} »`).join(', ')}`)
    return created?.id ?? TO_COME
  } catch (error) {
    tell('refuse', `${what} : ${said(error)}`)
    return undefined
  }
}

/** Brings instances one after the other. @returns what brings the next one */
export const instanceBringer = (bringing: Bringing, placeOf: (entity: string) => Place) => {
  const seen = new Map<string, number>()
  return async (row: ConnectorRow): Promise<Place> => {
    const what = `le connecteur « ${row.label} » (${row.connector})`
    const place = placeOf(row.entity)
    const definition = connectorNamed(bringing.services.connectors.definitions(), row.connector)
    if (place === undefined) bringing.tell('refuse', `${what} : son entité n'est pas dans l'export, ou a été refusée`)
    else if (!definition) bringing.tell('refuse', `${what} : la plateforme n'a pas ce connecteur`)
    if (place === undefined || !definition) return undefined
    const key = `${row.entity}/${definition.id}/${row.label}`
    const rank = seen.get(key) ?? 0
    seen.set(key, rank + 1)
    return bringAt(bringing, row, { place, definition, rank })
  }
}
