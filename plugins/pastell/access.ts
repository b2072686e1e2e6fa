import { may, rightsAnywhere, rightsOf, ROOT, type Rights } from '#core'
import type { Call } from './call.ts'
import { missingRight, noAccess } from './http/errors.ts'

type Asking = Pick<Call, 'caller' | 'services'>

/** Whether a text can be the number of anything: PHP would take the first digits of « 1abc », we take nothing. */
export const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d{1,18}$/u.test(text)

/** The entity of a parameter or of a path; nothing, and what is empty, is the root. */
export const entityIdOf = (given: string | undefined): string => (given === undefined || given === '' ? ROOT : given)

/** What the caller may do on an entity; nothing where it does not exist. */
export const rightsOn = async ({ caller, services }: Asking, entityId: string): Promise<Rights> =>
  isNumber(entityId) ? rightsOf(services.db, caller, entityId) : new Set<string>()

/** @throws PastellError 403, with or without an entity of that number */
export const requireOn = async (asking: Asking, entityId: string, ...rights: readonly string[]): Promise<void> => {
  const held = await rightsOn(asking, entityId)
  const missing = rights.find(right => !may(held, right))
  if (missing !== undefined) throw noAccess(entityId, missing, asking.caller.id)
}

/** @throws PastellError 403 when the caller has this right on no entity at all */
export const requireAnywhere = async ({ caller, services }: Asking, right: string): Promise<Rights> => {
  const held = await rightsAnywhere(services.db, caller)
  if (!may(held, right)) throw missingRight(right)
  return held
}
