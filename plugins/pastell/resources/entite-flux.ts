import { EVERY_FLOW, may, ROOT, slotsUnder, type CompiledFlow } from '#core'
import { entityIdOf, isNumber, requireOn, rightsOn } from '../access.ts'
import { json, type Call, type Resource } from '../call.ts'
import { definitionOf } from '../connectors-instances.ts'
import { actionNamed, familyOf, familyOfCapability, isFamilyOf } from '../connectors-names.ts'
import { perform } from '../connectors-perform.ts'
import { badRequest } from '../http/errors.ts'
import type { Json } from '../http/json.ts'
import { flowNamed, namesOf } from '../names.ts'

/** The name of what holds for every folder type. */
const GLOBAL = 'global'

const unknownFlow = (type: string) => badRequest(`Le type de dossier « ${type} » n'existe pas.`)

/** The slots of a family under a name (a flow, or every flow), in the order of the steps: `num_same_type` is the rank among them. */
export const slotsNamed = (id: string, flows: readonly CompiledFlow[], family: string): readonly string[] => [
  ...new Set(
    slotsUnder(id, flows)
      .filter(each => isFamilyOf(family, each.capability))
      .map(each => each.slot),
  ),
]

/** What a path names: a flow, or every flow at the root. @throws PastellError 400 */
const flowsNamed = ({ services: { flows } }: Call, entityId: string, type: string) => {
  if (entityId === ROOT && type === GLOBAL) return { id: EVERY_FLOW, flows: flows.list() }
  const flow = flowNamed(flows.list(), type)
  if (!flow) throw unknownFlow(type)
  return { id: flow.id, flows: [flow] }
}

/** Settings of a flow have one capability, and in Pastell a family for each connector. */
const familiesOf = async (call: Call, instanceIds: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const found = await Promise.all([...new Set(instanceIds)].map(id => call.services.connectors.find(id)))
  return new Map(found.flatMap(each => (each ? [[each.id, familyOf(definitionOf(call, each))] as const] : [])))
}

const rows = async (call: Call, entityId: string) => {
  const { services } = call
  const flows = services.flows.list()
  const bindings = await services.connectors.bindings({ entityId })
  const own = await familiesOf(
    call,
    bindings.flatMap(each => (each.slot.endsWith(':reglages') ? [each.instanceId] : [])),
  )
  return bindings.flatMap(binding => {
    const concerned = binding.flow === EVERY_FLOW ? flows : flows.filter(each => each.id === binding.flow)
    const slot = slotsUnder(binding.flow, flows).find(each => each.slot === binding.slot)
    // The flow is gone, or its step: what remains of the association serves nothing.
    if (!slot) return []
    const family = own.get(binding.instanceId) ?? familyOfCapability(slot.capability)
    const [first] = concerned
    return [
      {
        binding,
        row: {
          id_fe: binding.id,
          id_e: entityId,
          flux: binding.flow === EVERY_FLOW || !first ? GLOBAL : namesOf(first).flow,
          id_ce: binding.instanceId,
          type: family,
          num_same_type: slotsNamed(binding.flow, concerned, family).indexOf(slot.slot),
        },
      },
    ]
  })
}

const rankGiven = ({ given }: Call): number => {
  const text = given.text('num_same_type') ?? ''
  if (text === '') return 0
  if (!/^\d{1,9}$/u.test(text)) throw badRequest(`Le rang « ${text} » (num_same_type) n'est pas un nombre.`)
  return Number(text)
}

const associate = async (call: Call, entityId: string): Promise<Json> => {
  const [, , type = '', , instanceId = ''] = call.rest
  const { connectors } = call.services
  const instance = isNumber(instanceId) ? await connectors.find(instanceId) : undefined
  if (!instance) throw badRequest("Ce connecteur n'existe pas.")
  const family = familyOf(definitionOf(call, instance))
  const asked = call.given.text('type') ?? ''
  if (asked !== family) throw badRequest(`Le connecteur n'est pas du bon type :  ${family} présenté, ${asked} requis`)
  const { id, flows } = flowsNamed(call, entityId, type)
  const slot = slotsNamed(id, flows, family)[rankGiven(call)]
  if (slot === undefined) throw badRequest(`Le connecteur de type ${family} n'existe pas pour le flux ${type}.`)
  const usable = await connectors.list(entityId)
  if (!usable.some(each => each.id === instance.id))
    throw badRequest(`Le connecteur ${instance.id} n'appartient pas à l'entité ${entityId}`)
  await connectors.associate({ entityId, userId: call.caller.id }, { flow: id, slot, instanceId: instance.id })
  const made = await connectors.bindings({ entityId })
  return { id_fe: made.find(each => each.flow === id && each.slot === slot)?.id ?? '' }
}

/** The action of the connector that serves an entity, its own or an ancestor's. */
const run = async (call: Call, entityId: string): Promise<Json> => {
  const [, , type = ''] = call.rest
  const { connectors } = call.services
  const family = call.given.text('type') ?? ''
  const { id, flows } = flowsNamed(call, entityId, type)
  const slot = slotsNamed(id, flows, family)[rankGiven(call)]
  const serving = await connectors.associations(entityId)
  const instanceId = serving.find(each => (id === EVERY_FLOW || each.flow === id) && each.slot === slot)?.instanceId
  const instance = instanceId ? await connectors.find(instanceId) : undefined
  if (!instance) throw badRequest(`Le connecteur de type ${family} n'existe pas pour le flux ${type}.`)
  const name = call.given.text('action') ?? call.rest[4] ?? ''
  const action = actionNamed(definitionOf(call, instance), name)
  if (!action) throw badRequest(`L'action ${name} n'existe pas.`)
  const { ok, message } = await perform(call, instance, action)
  if (!ok) throw badRequest(message)
  return { result: true, message }
}

/** Whether it is the association of another entity that the caller sees: to others, it does not exist. */
const isSeenElsewhere = async (call: Call, id: string): Promise<boolean> => {
  const found = isNumber(id)
    ? await call.services.db('associations').where({ id }).first<{ entityId: string } | undefined>('entityId')
    : undefined
  return found !== undefined && may(await rightsOn(call, found.entityId), 'connecteur:lecture')
}

/** Which connector serves which folder type (pastell-api.md §8.7). */
export const entiteFlux: Resource = {
  async GET(call) {
    const entityId = entityIdOf(call.rest[0])
    await requireOn(call, entityId, 'entite:lecture', 'connecteur:lecture')
    const flux = call.given.text('flux') ?? ''
    const type = call.given.text('type') ?? ''
    const all = (await rows(call, entityId)).map(each => each.row)
    return json(all.filter(row => (flux === '' || row.flux === flux) && (type === '' || row.type === type)))
  },

  async POST(call) {
    const entityId = entityIdOf(call.rest[0])
    const rights = ['entite:lecture', 'connecteur:lecture', 'connecteur:edition', 'entite:edition']
    await requireOn(call, entityId, ...rights)
    const what = call.rest[3]
    if (what === 'connecteur' || what === 'Connecteur') return json(await associate(call, entityId))
    if (what === 'action') return json(await run(call, entityId))
    throw badRequest("Cette action n'existe pas.")
  },

  async DELETE(call) {
    const entityId = entityIdOf(call.rest[0])
    await requireOn(call, entityId, 'entite:lecture', 'connecteur:lecture', 'connecteur:edition', 'entite:edition')
    const id = call.given.text('id_fe') ?? ''
    const { connectors } = call.services
    const binding = (await connectors.bindings({ entityId })).find(each => each.id === id)
    if (!binding) {
      throw badRequest(
        (await isSeenElsewhere(call, id))
          ? `Le connecteur-flux n'existe pas sur l'entité spécifié : {id_fe=${id}, id_e=${entityId}}`
          : `Le connecteur-flux n'existe pas : {id_fe=${id}}`,
      )
    }
    const acting = { entityId, userId: call.caller.id }
    await connectors.associate(acting, { flow: binding.flow, slot: binding.slot, instanceId: null })
    return json({ result: 'ok' })
  },
}
