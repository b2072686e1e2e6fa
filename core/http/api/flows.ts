import Type from 'typebox'
import { may } from '../../access/rights.ts'
import { pagesOf, stateView } from '../../documents/views.ts'
import { errors } from '../../errors.ts'
import { route } from '../route.ts'
import { EntityParams, FlowSummary, FlowView, listOf } from './schemas.ts'

export const flowRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/flux',
    summary: 'Lister les flux que l’on peut lire dans une entité',
    params: EntityParams,
    response: listOf(FlowSummary),
    handle: ({ rights, services: { flows } }) => ({
      items: flows
        .list()
        .filter(({ id }) => may(rights, `${id}:lecture`))
        .map(({ id, label, family }) => ({
          id,
          label,
          family,
          canCreate: !flows.isRetired(id) && may(rights, `${id}:edition`),
        })),
    }),
  }),
  route({
    method: 'GET',
    path: '/flux/:flowId',
    summary: 'Lire un flux : ses pages de saisie et ses états',
    params: Type.Object({ flowId: Type.String() }),
    response: FlowView,
    handle({ params: { flowId }, rights, services: { flows } }) {
      const flow = flows.current(flowId)
      if (!flow || !may(rights, `${flowId}:lecture`)) throw errors.flowNotFound()
      return {
        id: flow.id,
        version: flow.version,
        label: flow.label,
        family: flow.family,
        pages: pagesOf(flow, field => !field.options.computed),
        states: Object.keys(flow.states).map(state => stateView(flow, state)),
      }
    },
  }),
]
