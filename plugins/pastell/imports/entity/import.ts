import { bringAssociation } from './associations.ts'
import type { Bringing, Importing, Line, Place } from './bringing.ts'
import { bringEntity, closeEntity } from './entities.ts'
import { instanceBringer } from './instances.ts'
import type { EntityExport } from './read.ts'

/**
 * Brings over what Pastell exported of an entity: entities, instances, associations. What is already there, under the same name at the same
 * place, is left as it is: run again, it creates nothing twice. Each thing is created on its own, so that what is refused keeps nothing
 * else from coming.
 */
export const importEntity = async (
  exported: EntityExport,
  services: Bringing['services'],
  importing: Importing,
): Promise<readonly Line[]> => {
  const lines: Line[] = []
  const bringing: Bringing = { ...importing, services, tell: (is, message) => void lines.push({ is, message }) }
  /** Entities by their number in Pastell; its root, and entities that the export left out, are where the import is made. */
  const entities = new Map<string, Place>([['0', importing.parentId]])
  const placeOf = (id: string): Place => (exported.entities.length === 0 ? importing.parentId : entities.get(id))
  const instances = new Map<string, Place>()
  const made = new Set<string>()
  const bringInstance = instanceBringer(bringing, placeOf)

  for (const row of exported.entities) entities.set(row.id, await bringEntity(bringing, row, entities, made))
  for (const row of exported.connectors) instances.set(row.id, await bringInstance(row))
  for (const row of exported.associations)
    await bringAssociation(bringing, row, exported.inheritances, {
      place: placeOf(row.entity),
      instance: instances.get(row.connector),
    })
  for (const row of exported.entities)
    if (!row.active && made.has(row.id)) await closeEntity(bringing, row, entities.get(row.id))
  if (exported.associations.length > 0)
    bringing.tell(
      'adapte',
      "les associations d'une entité valent pour ses filles qui n'en ont pas d'autres, sans case d'héritage",
    )
  return lines
}
