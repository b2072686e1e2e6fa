import { BaseModel } from '../db/base-model.ts'

/** A person, or a program (`program: true`) that speaks to the API alone. */
export class UserModel extends BaseModel {
  static override tableName = 'users'
  declare id: string
  declare login: string
  declare firstName: string
  declare lastName: string
  declare email: string | null
  /** argon2id in PHC form; `null` when another system checks the password. */
  declare passwordHash: string | null
  /** Who manages the account: grants nothing (domain §2.1). */
  declare entityId: string
  declare enabled: boolean
  declare program: boolean
  /** PEM of the client certificate that proves the account, without its key. */
  declare certificate: string | null
  /** SHA-256 of that certificate (DER), in hexadecimal. */
  declare certificateDigest: string | null
  declare createdAt: Date
}

export class RoleModel extends BaseModel {
  static override tableName = 'roles'
  declare id: string
  declare label: string
}

/** A right held by a role; `*` stands for all of them. */
export class RoleRightModel extends BaseModel {
  static override tableName = 'role_rights'
  static override idColumn = ['roleId', 'name']
  declare roleId: string
  declare name: string
}

/** A role held by a user on an entity, hence on all its descendants. */
export class UserRoleModel extends BaseModel {
  static override tableName = 'user_roles'
  static override idColumn = ['userId', 'entityId', 'roleId']
  declare userId: string
  declare entityId: string
  declare roleId: string
}

export class SessionModel extends BaseModel {
  static override tableName = 'sessions'
  static override idColumn = 'idHash'
  declare idHash: Buffer
  declare userId: string
  declare csrf: string
  declare createdAt: Date
  declare seenAt: Date
  declare expiresAt: Date
}

export class ApiTokenModel extends BaseModel {
  static override tableName = 'api_tokens'
  declare id: string
  declare userId: string
  declare name: string
  declare hash: Buffer
  declare createdAt: Date
  declare expiresAt: Date | null
  declare lastUsedAt: Date | null
  /** `null`: no limit of that kind. */
  declare entityIds: readonly string[] | null
  declare flowIds: readonly string[] | null
  declare readOnly: boolean
}
