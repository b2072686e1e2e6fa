import type { UserModel } from './model.ts'
import type { Scope } from './scope.ts'

/** Who makes a request, and how they proved it. */
export interface Caller {
  readonly id: string
  readonly login: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string | null
  /** Base entity: where the interface opens. */
  readonly entityId: string
  readonly program: boolean
  readonly by: 'session' | 'token' | 'password' | 'certificate'
  /** Of the session: what a page must send back with each change. */
  readonly csrf?: string
  /** Of a token that may do less than its account. */
  readonly scope?: Scope
}

export const callerOf = (user: UserModel, proof: Pick<Caller, 'by' | 'csrf' | 'scope'>): Caller => ({
  id: user.id,
  login: user.login,
  firstName: user.firstName,
  lastName: user.lastName,
  email: user.email,
  entityId: user.entityId,
  program: user.program,
  ...proof,
})
