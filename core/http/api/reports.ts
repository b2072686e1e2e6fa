import Type from 'typebox'
import { attachedText } from '../download.ts'
import { route } from '../route.ts'
import { Id, listOf, ReportView } from './schemas.ts'

const InstanceParams = Type.Object({ entityId: Id, instanceId: Id })
/** They name documents: what may be set up may be read, what may only be looked at may not. */
const EDIT = 'connecteur:edition'

export const reportRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/connecteurs/:instanceId/rapports',
    summary: 'Lister les rapports laissés par les tâches d’un connecteur, du plus récent au plus ancien',
    params: InstanceParams,
    can: EDIT,
    response: listOf(ReportView),
    handle: async ({ params, services: { reports } }) => ({
      items: await reports.list(params.entityId, params.instanceId),
    }),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/connecteurs/:instanceId/rapports/:reportId',
    summary: 'Télécharger un rapport',
    params: Type.Object({ ...InstanceParams.properties, reportId: Id }),
    can: EDIT,
    produces: 'text/plain',
    async handle({ params, services: { reports } }) {
      const { name, content } = await reports.read(params.entityId, params.instanceId, params.reportId)
      return attachedText(content, name)
    },
  }),
]
