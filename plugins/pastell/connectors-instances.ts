import type { AnyConnector, Services } from '#core'
import { isNumber } from './access.ts'
import type { Call } from './call.ts'
import { actionsOf, connectorName, connectorNamed, familyOf } from './connectors-names.ts'
import { dataOf } from './connectors-values.ts'
import { badRequest } from './http/errors.ts'
import type { Json } from './http/json.ts'

export type Instance = Awaited<ReturnType<Services['connectors']['view']>>

const find = ({ services }: Call, { connector }: Pick<Instance, 'connector'>): AnyConnector | undefined =>
  connectorNamed(services.connectors.definitions(), connector)

/** @throws PastellError 400 when the connector was uninstalled since */
export const definitionOf = (call: Call, instance: Instance): AnyConnector => {
  const definition = find(call, instance)
  if (!definition) throw badRequest(`Aucun connecteur du type « ${instance.connector} »`)
  return definition
}

/** @throws PastellError 400: Pastell says neither 404 nor 403 here */
export const ownInstance = async (call: Call, entityId: string, id: string | undefined): Promise<Instance> => {
  const found = isNumber(id) ? await call.services.connectors.find(id) : undefined
  if (!found) throw badRequest("Ce connecteur n'existe pas.")
  if (found.entityId !== entityId) throw badRequest(`Le connecteur ${found.id} n'appartient pas à l'entité ${entityId}`)
  return found
}

/** Minutes of the first pause, at least one; one too when the connector keeps its own pace. */
const minutes = (polling: string | null): string => {
  const [, amount, unit] = /^\s*(\d+)\s*(min|h|d|j)\b/u.exec(polling ?? '') ?? []
  if (amount === undefined || unit === undefined) return '1'
  return String(Math.max(1, Number(amount) * (unit === 'min' ? 1 : unit === 'h' ? 60 : 1440)))
}

/** A row of a list. */
export const factsOf = (call: Call, instance: Instance) => {
  const definition = find(call, instance)
  return {
    id_ce: instance.id,
    id_e: instance.entityId,
    libelle: instance.label,
    id_connecteur: definition ? connectorName(definition) : instance.connector,
    type: definition ? familyOf(definition) : '',
    frequence_en_minute: minutes(instance.polling),
    id_verrou: '',
  }
}

export const shown = (call: Call, instance: Instance): Readonly<Record<string, Json>> => {
  const definition = find(call, instance)
  return {
    ...factsOf(call, instance),
    data: definition ? dataOf(definition, instance) : [],
    'action-possible': definition ? [...actionsOf(definition).keys()] : [],
  }
}
