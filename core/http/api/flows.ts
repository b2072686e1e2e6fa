import Type from 'typebox'
import { may } from '../../access/rights.ts'
import { pagesOf, stateView } from '../../documents/views.ts'
import { errors } from '../../errors.ts'
import { Readable } from 'node:stream'
import { svgOf } from '../../flows/svg.ts'
import { noNewDocument, type FlowRegistry } from '../../flows/registry.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import type { Rights } from '../../access/rights.ts'
import { route, stream } from '../route.ts'
import { EntityParams, FlowHelp, FlowSummary, FlowView, listOf } from './schemas.ts'

const FlowParams = Type.Object({ flowId: Type.String({ description: 'Identifiant du flux.' }) })

/** @throws errors.flowNotFound, also for those who may not read its documents */
const readable = (flows: FlowRegistry, flowId: string, rights: Rights): CompiledFlow => {
  const flow = flows.current(flowId)
  if (!flow || !may(rights, `${flowId}:lecture`)) throw errors.flowNotFound()
  return flow
}

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
        .map(flow => ({
          id: flow.id,
          label: flow.label,
          family: flow.family,
          canCreate: noNewDocument(flows, flow) === undefined && may(rights, `${flow.id}:edition`),
        })),
    }),
  }),
  route({
    method: 'GET',
    path: '/flux/:flowId',
    summary: 'Lire un flux : ses pages de saisie, ses états et ses champs cherchables',
    params: FlowParams,
    response: FlowView,
    handle({ params: { flowId }, rights, services: { flows } }) {
      const flow = readable(flows, flowId, rights)
      return {
        id: flow.id,
        version: flow.version,
        label: flow.label,
        family: flow.family,
        pages: pagesOf(flow, field => !field.options.computed),
        states: Object.keys(flow.states).map(state => stateView(flow, state)),
        indexed: Object.values(flow.fields)
          .filter(({ options }) => options.index && !options.hidden)
          .map(({ name, label, kind }) => ({ name, label, kind })),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/flux/:flowId/aide',
    summary: 'Lire la page d’aide d’un flux',
    params: FlowParams,
    response: FlowHelp,
    handle({ params: { flowId }, rights, services: { flows, flowHelp } }) {
      const { id, version, label, family, stored } = readable(flows, flowId, rights)
      return { id, version, label, family, help: flowHelp.get(flowId) ?? stored.description ?? '' }
    },
  }),
  route({
    method: 'GET',
    path: '/flux/:flowId/dessin',
    summary: 'Lire le dessin du cheminement d’un flux (SVG)',
    params: FlowParams,
    produces: 'image/svg+xml',
    handle({ params: { flowId }, rights, services: { flows } }) {
      const drawing = Buffer.from(svgOf(readable(flows, flowId, rights)))
      return stream({
        open: () => Readable.from(drawing, { objectMode: false }),
        headers: {
          'Content-Type': 'image/svg+xml',
          'Content-Length': String(drawing.length),
          'Content-Security-Policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
      })
    },
  }),
]
