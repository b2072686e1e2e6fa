import { administer, createEntity, EntityModel, isSiren, saidOfEntity, updateEntity } from '#core'
import { said, TO_COME, type Bringing, type Place } from './bringing.ts'
import type { EntityRow } from './read.ts'

const by = ({ services, userId }: Bringing) => ({ services, caller: { id: userId } })

/**
 * Brings an entity under its mother. One that is there already, under the same name, is left as it is.
 * @param entities those brought before, by their number in Pastell
 * @param made told of those that this import creates
 */
export const bringEntity = async (
  bringing: Bringing,
  row: EntityRow,
  entities: ReadonlyMap<string, Place>,
  made: Set<string>,
): Promise<Place> => {
  const { services, mode, parentId, tell } = bringing
  const mother = entities.has(row.mother ?? '0') ? entities.get(row.mother ?? '0') : parentId
  if (mother === undefined) {
    tell('refuse', `l'entité « ${row.name} », dont la mère est refusée`)
    return undefined
  }
  const known =
    mother === TO_COME
      ? undefined
      : await EntityModel.query(services.db).findOne({ parentId: mother, name: row.name.trim() })
  if (known) {
    tell('present', `l'entité « ${row.name} » (${known.id}), laissée telle quelle`)
    return known.id
  }
  const siren = row.siren !== undefined && isSiren(row.siren) ? row.siren : null
  if (row.siren !== undefined && siren === null)
    tell('adapte', `l'entité « ${row.name} » vient sans son SIREN « ${row.siren} », qui n'en est pas un`)
  made.add(row.id)
  if (mode === 'dry' || mother === TO_COME) {
    tell('cree', `l'entité « ${row.name} »`)
    return TO_COME
  }
  try {
    const kind = row.type === 'centre_de_gestion' ? 'centre_de_gestion' : 'collectivite'
    const created = await administer(
      by(bringing),
      trx => createEntity(trx, { name: row.name, siren, kind, parentId: mother }),
      saidOfEntity('creation'),
    )
    tell('cree', `l'entité « ${row.name} » (${created.id})`)
    return created.id
  } catch (error) {
    tell('refuse', `l'entité « ${row.name} » : ${said(error)}`)
    return undefined
  }
}

/** Closes what was closed in Pastell, last: nothing is created under an entity that is closed. */
export const closeEntity = async (bringing: Bringing, row: EntityRow, place: Place): Promise<void> => {
  if (place === undefined) return
  if (typeof place === 'string')
    await administer(by(bringing), trx => updateEntity(trx, place, { active: false }), saidOfEntity('modification'))
  bringing.tell('adapte', `l'entité « ${row.name} » est inactive, comme chez Pastell`)
}
