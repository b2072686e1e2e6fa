import Type from 'typebox'
import { errors } from '../../errors.ts'
import { route } from '../route.ts'

/** Longer than a busy database takes, shorter than the patience of a probe. */
const PATIENCE = 3_000

export const healthRoutes = [
  route({
    method: 'GET',
    path: '/sante',
    access: 'public',
    summary: 'Savoir si Passeur répond et si sa base répond',
    refusals: [errors.unavailable],
    response: Type.Object({ status: Type.Literal('ok', { description: 'Tout répond.' }) }),
    async handle({ services: { db } }) {
      try {
        await db.raw('select 1').timeout(PATIENCE, { cancel: true })
      } catch (cause) {
        throw errors.unavailable({ detail: 'La base de données ne répond pas.', cause })
      }
      return { status: 'ok' as const }
    },
  }),
]
