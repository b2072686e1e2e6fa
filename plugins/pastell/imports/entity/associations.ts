import { EVERY_FLOW, type CompiledFlow } from '#core'
import { flowNamed } from '../../names.ts'
import { slotsNamed } from '../../resources/entite-flux.ts'
import { said, type Bringing, type Place } from './bringing.ts'
import type { AssociationRow, InheritanceRow } from './read.ts'

const ALL_FLOWS = '__all_flux'
const GLOBAL = 'global'

interface Bound {
  readonly id: string
  readonly among: readonly CompiledFlow[]
}

const flowsOf = ({ services: { flows } }: Bringing, type: string): Bound | undefined => {
  if (type === GLOBAL) return { id: EVERY_FLOW, among: flows.list() }
  const flow = flowNamed(flows.list(), type)
  return flow && { id: flow.id, among: [flow] }
}

interface Ends {
  readonly flow: string
  readonly slot: string
  readonly place: Exclude<Place, undefined>
  readonly instance: Exclude<Place, undefined>
}

/** The two ends of an association here; a sentence when one of them is missing. */
const endsOf = (
  bringing: Bringing,
  row: AssociationRow,
  { place, instance }: { readonly place: Place; readonly instance: Place },
): Ends | string => {
  if (place === undefined) return "son entité n'est pas dans l'export, ou a été refusée"
  if (instance === undefined) return "son connecteur n'a pas été repris"
  const flow = flowsOf(bringing, row.flow)
  if (!flow) return "la plateforme n'a pas ce type de dossier : l'importer, puis relancer cet import"
  const slot = slotsNamed(flow.id, flow.among, row.family)[row.rank]
  return slot === undefined
    ? `aucune étape n'attend ce connecteur au rang ${row.rank + 1}`
    : { flow: flow.id, slot, place, instance }
}

/** Associates; an association that is there already is kept. Tells what became of it. */
export const bringAssociation = async (
  bringing: Bringing,
  row: AssociationRow,
  inheritances: readonly InheritanceRow[],
  found: { readonly place: Place; readonly instance: Place },
): Promise<void> => {
  const { services, userId, mode, tell } = bringing
  const what = `l'association « ${row.family} » du type de dossier « ${row.flow} »`
  const inherits = inheritances.some(
    each => each.entity === row.entity && (each.flow === row.flow || each.flow === ALL_FLOWS),
  )
  if (inherits) {
    tell('adapte', `${what} : l'entité héritait de sa mère, ce choix était sans effet et n'est pas repris`)
    return
  }
  const ends = endsOf(bringing, row, found)
  if (typeof ends === 'string') {
    tell('refuse', `${what} : ${ends}`)
    return
  }
  const { flow, slot, place, instance } = ends
  const own =
    typeof place === 'string'
      ? (await services.connectors.bindings({ entityId: place })).find(each => each.flow === flow && each.slot === slot)
      : undefined
  if (own) {
    const other = own.instanceId === instance ? '' : ' à un autre connecteur, ce choix est gardé'
    tell(other === '' ? 'present' : 'adapte', `${what} est déjà faite${other}`)
    return
  }
  try {
    if (mode === 'apply' && typeof place === 'string' && typeof instance === 'string')
      await services.connectors.associate({ entityId: place, userId }, { flow, slot, instanceId: instance })
    tell('cree', what)
  } catch (error) {
    tell('refuse', `${what} : ${said(error)}`)
  }
}
