import { BaseModel } from '../db/base-model.ts'

/** Somebody of the address book of an entity. */
export class ContactModel extends BaseModel {
  static override tableName = 'contacts'
  static override idColumn = ['entityId', 'id']
  declare entityId: string
  declare id: string
  /** Empty: only the address is known. */
  declare name: string
  declare email: string
  /** Without case nor accent, written by the database. */
  declare nameKey: string
  declare emailKey: string
}

/** Several people under one name. */
export class ContactGroupModel extends BaseModel {
  static override tableName = 'contact_groups'
  static override idColumn = ['entityId', 'id']
  declare entityId: string
  declare id: string
  declare name: string
  /** Its members are then the accounts that hold this role on the entity or below. */
  declare roleId: string | null
  /** Seen from the entities below. */
  declare shared: boolean
}

/** Groups of an entity are few, and listed whole. */
export const MOST_GROUPS = 500
/** Beyond, a group is not written to: it must be parted. */
export const MOST_MEMBERS = 2_000
