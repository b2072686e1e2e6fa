import { EntityModel, ROOT, type AnyConnector } from '#core'
import { entityIdOf, requireOn } from '../access.ts'
import { json, type Call, type Reply, type Resource } from '../call.ts'
import { choose, choices, deleteFile, readFile, sendFile } from '../connectors-files.ts'
import { perform } from '../connectors-perform.ts'
import { definitionOf, factsOf, ownInstance, shown, type Instance } from '../connectors-instances.ts'
import { actionNamed, connectorNamed } from '../connectors-names.ts'
import { settingsGiven } from '../connectors-values.ts'
import { badRequest, notFound } from '../http/errors.ts'
import type { Json } from '../http/json.ts'
import { namesOf } from '../names.ts'

/** Every instance of the platform, or those of a connector. */
const everywhere = async (call: Call, name: string | undefined): Promise<Json> => {
  await requireOn(call, ROOT, 'connecteur:lecture')
  const { connectors, db } = call.services
  const wanted = name === undefined ? undefined : connectorNamed(connectors.definitions(), name)
  const all = (await connectors.everywhere()).filter(each => name === undefined || each.connector === wanted?.id)
  const rows = name === undefined ? all : all.toSorted((a, b) => a.label.localeCompare(b.label, 'fr'))
  const entities = await EntityModel.query(db).findByIds([...new Set(all.map(each => each.entityId))])
  const names = new Map(entities.map(entity => [entity.id, entity.id === ROOT ? null : entity.name]))
  return rows.map(each => ({ ...factsOf(call, each), denomination: names.get(each.entityId) ?? null }))
}

const onEntity = async (call: Call, ...rights: readonly string[]): Promise<string> => {
  const entityId = entityIdOf(call.rest[0])
  await requireOn(call, entityId, 'entite:lecture', 'connecteur:lecture', ...rights)
  return entityId
}

const acting = (call: Call, entityId: string) => ({ entityId, userId: call.caller.id })

const create = async (call: Call, entityId: string): Promise<Json> => {
  const { connectors } = call.services
  const label = call.given.text('libelle') ?? ''
  if (label === '') throw badRequest('Le libellé est obligatoire.')
  const name = call.given.text('id_connecteur') ?? ''
  const definition = connectorNamed(connectors.definitions(), name)
  if (!definition) throw badRequest(`Aucun connecteur du type « ${name} »`)
  // Pastell's clients create first and configure next: until then the instance is suspended.
  const created = { connector: definition.id, label, config: {}, complete: 'later' } as const
  return shown(call, await connectors.create(acting(call, entityId), created))
}

/** One minute is what Pastell writes when nobody chose: the connector then keeps its own pace. */
const pollingGiven = (minutes: string | undefined): { readonly polling?: string | null } => {
  if (minutes === undefined || minutes === '') return {}
  if (!/^\d{1,9}$/u.test(minutes)) throw badRequest(`La fréquence « ${minutes} » n'est pas un nombre de minutes.`)
  return { polling: Number(minutes) <= 1 ? null : `${Number(minutes)} min` }
}

const edit = async (call: Call, instance: Instance): Promise<Json> => {
  const label = call.given.text('libelle') ?? ''
  if (label === '') throw badRequest('Le libellé est obligatoire.')
  const polling = pollingGiven(call.given.text('frequence_en_minute'))
  const at = acting(call, instance.entityId)
  return shown(call, await call.services.connectors.update(at, instance.id, { label, ...polling, complete: 'later' }))
}

const configure = async (call: Call, instance: Instance, definition: AnyConnector): Promise<Json> => {
  const config = settingsGiven(definition, call.given)
  const at = acting(call, instance.entityId)
  const updated = await call.services.connectors.update(at, instance.id, { config, complete: 'later' })
  return { ...shown(call, updated), result: 'ok' }
}

const remove = async ({ caller, services: { connectors, flows } }: Call, instance: Instance): Promise<Json> => {
  const used = await connectors.bindings({ instanceId: instance.id })
  const theirs = (id: string) => {
    const flow = flows.list().find(each => each.id === id)
    return flow ? namesOf(flow).flow : id === '*' ? 'global' : id
  }
  const names = [...new Set(used.map(each => theirs(each.flow)))]
  if (names.length > 0) throw badRequest(`Ce connecteur est utilisé par des flux :  ${names.join(', ')}`)
  await connectors.remove({ entityId: instance.entityId, userId: caller.id }, instance.id)
  return { result: 'ok' }
}

const run = async (call: Call, instance: Instance, definition: AnyConnector): Promise<Json> => {
  const name = call.rest[4] ?? ''
  const action = actionNamed(definition, name)
  if (!action) throw notFound(`L'action ${name} n'existe pas`)
  const { ok, message } = await perform(call, instance, action)
  return { result: ok, last_message: message }
}

const onInstance = async (call: Call, ...rights: readonly string[]) => {
  const entityId = await onEntity(call, ...rights)
  const instance = await ownInstance(call, entityId, call.rest[2])
  return { instance, definition: definitionOf(call, instance) }
}

/** Instances of connectors (pastell-api.md §8.6). */
export const connecteur: Resource = {
  async GET(call): Promise<Reply> {
    const [first, second, id, what] = call.rest
    if (first === 'all') return json(await everywhere(call, second))
    if (id === undefined) {
      const entityId = await onEntity(call)
      const all = (await call.services.connectors.list(entityId)).filter(each => !each.inherited)
      return json(all.toSorted((a, b) => a.label.localeCompare(b.label, 'fr')).map(each => factsOf(call, each)))
    }
    const { instance, definition } = await onInstance(call)
    if (what === 'file') return readFile(call, instance, definition)
    if (what === 'externalData') return json(choices(call, definition))
    return json(shown(call, instance))
  },

  async POST(call) {
    const [, , id, what] = call.rest
    if (id === undefined) return json(await create(call, await onEntity(call, 'connecteur:edition')))
    const { instance, definition } = await onInstance(call, 'connecteur:edition')
    if (what === 'file') return json(shown(call, await sendFile(call, instance, definition)))
    if (what === 'action') return json(await run(call, instance, definition))
    throw badRequest("Cette action n'existe pas.")
  },

  async PATCH(call) {
    const what = call.rest[3]
    const { instance, definition } = await onInstance(call, 'connecteur:edition')
    if (what === 'content') return json(await configure(call, instance, definition))
    if (what === 'externalData') return json(shown(call, await choose(call, instance, definition)))
    return json(await edit(call, instance))
  },

  async DELETE(call) {
    const { instance, definition } = await onInstance(call, 'connecteur:edition')
    if (call.rest[3] === 'file') return json(await deleteFile(call, instance, definition))
    return json(await remove(call, instance))
  },
}
