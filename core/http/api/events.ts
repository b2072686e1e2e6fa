import { may, rightsOf } from '../../access/rights.ts'
import { callerOfRequest } from '../authenticate.ts'
import { route, sse } from '../route.ts'
import { EntityParams } from './schemas.ts'

export const eventRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/evenements',
    summary: 'Suivre les documents d’une entité (événements envoyés par le serveur)',
    description:
      'Événement « document » : { documentId, version, state, flow }. Événement « relire » : des annonces ont pu se perdre, relire ce qui est affiché. Un commentaire bat toutes les 20 s.',
    params: EntityParams,
    produces: 'text/event-stream',
    handle({ params: { entityId }, caller, rights: held, request, services }) {
      let rights = held
      return sse({
        subscribe: sink =>
          services.events.follow(entityId, {
            moved({ documentId, version, state, flow }) {
              if (may(rights, `${flow}:lecture`))
                sink.send({
                  event: 'document',
                  data: { documentId, version, state, flow },
                  id: `${documentId}:${version}`,
                })
            },
            missed: () => sink.send({ event: 'relire', data: {} }),
          }),
        // A page stays open for days: sessions end and rights change meanwhile.
        async stillAllowed() {
          const same = await callerOfRequest(request, services)
          if (same?.id !== caller.id) return false
          rights = await rightsOf(services.db, same, entityId)
          return rights.size > 0
        },
      })
    },
  }),
]
