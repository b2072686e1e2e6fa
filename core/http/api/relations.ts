import Type from 'typebox'
import type { Caller } from '../../access/caller.ts'
import { may, rightsOf } from '../../access/rights.ts'
import { relativesOf } from '../../documents/kin.ts'
import { stateView } from '../../documents/views.ts'
import { route } from '../route.ts'
import type { Services } from '../services.ts'
import { DocumentParams, onDocument } from './on-document.ts'
import { Id, Instant, listOf, said, StateView } from './schemas.ts'

export const Relation = Type.Object(
  {
    label: Type.String({ description: 'Ce que l’autre document est pour celui-ci : « Réponse », « Facture »…' }),
    entityId: said('Entité de l’autre document.', Id),
    id: Type.String({ description: 'Identifiant de l’autre document.' }),
    title: Type.String({ description: 'Son titre.' }),
    flow: Type.String({ description: 'Identifiant de son flux.' }),
    flowLabel: Type.String({ description: 'Nom de son flux.' }),
    state: StateView,
    at: said('Naissance du lien.', Instant),
  },
  { title: 'Relation' },
)

/** The documents linked to this one that the caller may read. */
export const relationsFor = async (
  where: { readonly entityId: string; readonly documentId: string },
  { caller, services: { db, flows } }: { readonly caller: Caller; readonly services: Pick<Services, 'db' | 'flows'> },
) => {
  const relatives = await relativesOf(db, where)
  const entities = [...new Set(relatives.map(each => each.entityId))]
  const rights = new Map(await Promise.all(entities.map(async id => [id, await rightsOf(db, caller, id)] as const)))
  const readable = relatives.filter(each => may(rights.get(each.entityId) ?? new Set(), `${each.flow}:lecture`))
  return readable.map(each => {
    const flow = flows.current(each.flow)
    return {
      ...each,
      flowLabel: flow?.label ?? each.flow,
      state: stateView(flow, each.state),
      at: each.at.toISOString(),
    }
  })
}

export const relationRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/liens',
    summary: 'Lister les documents liés : ce qu’il a créé, ce dont il vient, ses réponses',
    description: 'Ceux que vous pouvez lire, du lien le plus ancien au plus récent.',
    params: DocumentParams,
    can: onDocument('lecture'),
    response: listOf(Relation),
    handle: async context => ({ items: await relationsFor(context.params, context) }),
  }),
]
