import { may, rightsAnywhere, type CompiledFlow } from '#core'
import { json, type Call, type Resource } from '../call.ts'
import { actionsOf, fieldsOf } from '../flux-definition.ts'
import { missingRight, notFound } from '../http/errors.ts'
import type { Json } from '../http/json.ts'
import { flowNamed, namesOf } from '../names.ts'

const list = async ({ services, caller }: Call): Promise<Json> => {
  const rights = await rightsAnywhere(services.db, caller)
  const readable = services.flows
    .list()
    .filter(flow => !services.flows.isRetired(flow.id) && may(rights, `${flow.id}:lecture`))
  const sorted = readable.toSorted((a, b) => Buffer.compare(Buffer.from(a.label), Buffer.from(b.label)))
  return new Map(sorted.map(flow => [namesOf(flow).flow, { type: flow.family, nom: flow.label }]))
}

const readable = async ({ services, caller }: Call, type: string): Promise<CompiledFlow> => {
  const flow = flowNamed(services.flows.list(), type)
  if (!flow) throw notFound(`Le flux ${type} n'existe pas sur cette plateforme`)
  if (!may(await rightsAnywhere(services.db, caller), `${flow.id}:lecture`)) throw missingRight(`${type}:lecture`)
  return flow
}

/** Folder types: their list, their fields, their actions (pastell-api.md §8.2). */
export const flux: Resource = {
  async GET(call) {
    const [type, part] = call.rest
    if (type === undefined) return json(await list(call))
    const flow = await readable(call, type)
    return json(part === 'action' ? actionsOf(flow) : fieldsOf(flow))
  },
}
