import type { Caller } from '../access/caller.ts'
import { may, rightsAnywhere, rightsOf, type Rights } from '../access/rights.ts'
import { ROOT } from '../entities/model.ts'
import { errors } from '../errors.ts'
import type { ErasedContext, Route } from './route.ts'
import type { Services } from './services.ts'

const isEntityId = (text: string): boolean => /^\d{1,18}$/u.test(text)

/**
 * The caller's rights where the route acts.
 * @throws errors.entityNotFound when they have none on `:entityId`: absent and out of sight look the same
 */
export const rightsFor = async (
  route: Route,
  params: Readonly<Record<string, string>>,
  caller: Caller,
  { db }: Services,
): Promise<Rights> => {
  const entityId = params['entityId']
  if (entityId === undefined) return rightsAnywhere(db, caller)
  const rights = isEntityId(entityId) ? await rightsOf(db, caller, entityId) : new Set<string>()
  if (rights.size === 0) throw errors.entityNotFound()
  return rights
}

/** @throws errors.notAllowed naming the right that is missing */
export const checkRight = async (route: Route, context: ErasedContext): Promise<void> => {
  if (route.can === undefined || context.caller === undefined) return
  const right = typeof route.can === 'string' ? route.can : await route.can(context)
  const onRoot = route.where === 'root' && !route.path.includes(':entityId')
  const rights = onRoot ? await rightsOf(context.services.db, context.caller, ROOT) : context.rights
  if (!may(rights, right)) throw errors.notAllowed({ detail: `Le droit manquant est « ${right} ».` })
}
