import { EntityModel, ROOT } from '#core'
import { isNumber, requireOn } from '../access.ts'
import { json, type Call, type Resource } from '../call.ts'
import { definitionOf, type Instance } from '../connectors-instances.ts'
import { connectorName, familyOf } from '../connectors-names.ts'
import { badRequest, notFound } from '../http/errors.ts'
import type { Json } from '../http/json.ts'

/** `30 s x 10, 5 min` as Pastell writes it: `30s X 10`, then `5`. */
const toExpression = (polling: string): string =>
  polling
    .split(/[,\n]/u)
    .map(line => {
      const [, amount = '', unit = '', times] =
        /^\s*(\d+(?:\.\d+)?) ?(s|min|h|d|j)(?:\s*x\s*(\d+))?\s*$/iu.exec(line) ?? []
      const factor = { min: 1, h: 60, d: 1440, j: 1440 }[unit]
      const delay = factor === undefined ? `${amount}s` : String(Number(amount) * factor)
      return times === undefined ? delay : `${delay} X ${times}`
    })
    .join('\n')

/** @throws PastellError 400 for what a rhythm of ours does not hold */
const toPolling = (expression: string): string => {
  const lines = expression
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
  if (lines.length === 0) throw badRequest('Le champ « expression » est à renseigner : un délai par ligne.')
  return lines
    .map(line => {
      const [, amount, seconds, times] = /^(\d+)(s?)(?:\s*[xX]\s*(\d+))?$/u.exec(line) ?? []
      if (amount === undefined)
        throw badRequest(
          `Le délai « ${line} » n'est pas repris : écrivez un nombre de minutes ou de secondes (« 10 », « 30s »), suivi au besoin de « X » et d'un nombre d'essais. Les tâches d'un connecteur ont leur propre horaire.`,
        )
      const pause = seconds === 's' ? `${amount} s` : `${amount} min`
      return times === undefined ? pause : `${pause} x ${times}`
    })
    .join(', ')
}

const shown = async (call: Call, instance: Instance, polling: string): Promise<Json> => {
  const definition = definitionOf(call, instance)
  const atRoot = instance.entityId === ROOT
  const entity = await EntityModel.query(call.services.db).findById(instance.entityId)
  return {
    id_cf: instance.id,
    type_connecteur: atRoot ? 'global' : 'entite',
    famille_connecteur: familyOf(definition),
    id_connecteur: connectorName(definition),
    id_ce: instance.id,
    action_type: '',
    type_document: '',
    action: '',
    expression: toExpression(polling),
    id_verrou: '',
    libelle: instance.label,
    denomination: atRoot ? null : (entity?.name ?? null),
  }
}

const find = async ({ services: { connectors } }: Call, id: string | undefined) => {
  const instance = isNumber(id) ? await connectors.find(id) : undefined
  return instance && instance.polling !== null ? { instance, polling: instance.polling } : undefined
}

/** @throws PastellError 404 */
const existing = async (call: Call) => {
  const found = await find(call, call.rest[0])
  if (!found) throw notFound("Cette fréquence de connecteur n'existe pas")
  return found
}

/** The rhythm belongs to one instance: a rule for a family, an action or a folder type has no place to go. */
const instanceGiven = async ({ given, services: { connectors } }: Call): Promise<Instance> => {
  const id = given.text('id_ce') ?? ''
  const narrower = ['action_type', 'type_document', 'action'].find(name => (given.text(name) ?? '') !== '')
  if (!isNumber(id) || id === '0' || narrower !== undefined)
    throw badRequest(
      narrower === undefined
        ? "Passeur règle le rythme de chaque connecteur : indiquez lequel dans « id_ce ». Il n'a pas de fréquence par famille."
        : `Passeur règle le rythme d'un connecteur entier : « ${narrower} » doit rester vide.`,
    )
  const instance = await connectors.find(id)
  if (!instance) throw badRequest("Ce connecteur n'existe pas.")
  return instance
}

const setPolling = (call: Call, { entityId, id }: Instance, polling: string | null): Promise<Instance> =>
  call.services.connectors.update({ entityId, userId: call.caller.id }, id, { polling, complete: 'later' })

/**
 * Frequencies (pastell-api.md §8.10). Here a frequency is the rhythm of one instance, and has its number: what an administrator
 * sees on the page of the connector. Without any, connectors follow the rhythm of their authors.
 */
export const frequenceConnecteur: Resource = {
  async GET(call) {
    await requireOn(call, ROOT, 'system:lecture')
    if (call.rest[0] !== undefined) {
      const { instance, polling } = await existing(call)
      return json(await shown(call, instance, polling))
    }
    const all = await call.services.connectors.everywhere()
    return json(
      await Promise.all(
        all.flatMap(instance => (instance.polling === null ? [] : [shown(call, instance, instance.polling)])),
      ),
    )
  },

  async POST(call) {
    await requireOn(call, ROOT, 'system:edition')
    const instance = await instanceGiven(call)
    const polling = toPolling(call.given.text('expression') ?? '')
    return json(await shown(call, await setPolling(call, instance, polling), polling))
  },

  async PATCH(call) {
    await requireOn(call, ROOT, 'system:edition')
    const { instance } = await existing(call)
    const target = await instanceGiven(call)
    const polling = toPolling(call.given.text('expression') ?? '')
    if (target.id !== instance.id) await setPolling(call, instance, null)
    return json(await shown(call, await setPolling(call, target, polling), polling))
  },

  async DELETE(call) {
    await requireOn(call, ROOT, 'system:edition')
    const found = await find(call, call.rest[0])
    if (found) await setPolling(call, found.instance, null)
    return json({ result: 'ok' })
  },
}
