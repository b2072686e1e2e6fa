import Type from 'typebox'
import { may, rightsOf } from '../../access/rights.ts'
import { callerOfRequest } from '../authenticate.ts'
import { route, sse } from '../route.ts'
import { EntityParams } from './schemas.ts'

const lastHeard = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' && header !== '' ? header : undefined

export const eventRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/evenements',
    summary: 'Suivre les documents d’une entité (événements envoyés par le serveur)',
    description:
      'Événement « document » : { documentId, version, state, flow }. Événement « relire » : des annonces ont pu se perdre, relire ce qui est affiché. Événement « suivi » : le point de départ. Un commentaire bat toutes les 20 s. Qui revient avec l’en-tête Last-Event-ID reçoit d’abord ce qu’il a manqué, ou « relire » si ce n’est plus connu.',
    params: EntityParams,
    headers: Type.Object({
      'Last-Event-ID': Type.Optional(Type.String({ description: 'Le dernier « id » reçu, après une coupure.' })),
    }),
    produces: 'text/event-stream',
    handle({ params: { entityId }, caller, rights: held, request, services }) {
      let rights = held
      return sse({
        subscribe: sink =>
          services.events.follow(
            entityId,
            {
              began: id => sink.send({ event: 'suivi', data: {}, id }),
              moved({ documentId, version, state, flow }, id) {
                if (may(rights, `${flow}:lecture`))
                  sink.send({
                    event: 'document',
                    data: { documentId, version, state, flow },
                    id,
                  })
              },
              missed: id => sink.send({ event: 'relire', data: {}, id }),
            },
            lastHeard(request.headers['last-event-id']),
          ),
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
