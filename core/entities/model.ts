import { BaseModel } from '../db/base-model.ts'

export const ROOT = '0'
export const ENTITY_KINDS = ['collectivite', 'centre_de_gestion', 'service'] as const
export type EntityKind = (typeof ENTITY_KINDS)[number]

/** An authority, one of its services, or the root (`kind: 'racine'`), which no document may belong to. */
export class EntityModel extends BaseModel {
  static override tableName = 'entities'
  declare id: string
  declare name: string
  declare siren: string | null
  declare kind: EntityKind | 'racine'
  /** `null` on the root alone. */
  declare parentId: string | null
  /** Ids from the root down, `/4/12/`; the root is `/`. Written by the database at creation, by `moveEntity` afterwards. */
  declare path: string
  declare active: boolean
  /** The « centre de gestion » that an authority depends on; grants nothing. */
  declare managementCentreId: string | null
  declare createdAt: Date
}

/** Ids of the ancestors and of the entity itself, root first: `/4/12/` → `['0', '4', '12']`. */
export const lineOf = (path: string): readonly string[] => [ROOT, ...path.split('/').filter(Boolean)]
