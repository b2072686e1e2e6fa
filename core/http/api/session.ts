import Type from 'typebox'
import type { Caller } from '../../access/caller.ts'
import { closeSession, openSession } from '../../access/sessions.ts'
import { errors } from '../../errors.ts'
import { checkSecondProof } from '../client-certificate.ts'
import { headed, route } from '../route.ts'
import { clearSessionCookie, sessionKeyIn, setSessionCookie } from '../session-cookie.ts'
import { exactly, Session, type SessionView } from './schemas.ts'

const Credentials = exactly('Credentials', {
  login: Type.String({ minLength: 1, maxLength: 128, description: 'Nom de connexion.' }),
  password: Type.String({ minLength: 1, maxLength: 512, description: 'Mot de passe.' }),
})

const present = ({ id, login, firstName, lastName, email, entityId }: Caller, csrf: string): SessionView => ({
  user: { id, login, firstName, lastName, email },
  csrf,
  home: entityId,
})

export const sessionRoutes = [
  route({
    method: 'POST',
    path: '/session',
    access: 'public',
    summary: 'Ouvrir une session',
    description:
      'Dépose un cookie ; chaque modification doit ensuite porter la valeur « csrf » dans l’en-tête X-CSRF-Token. Un compte qui a un certificat le montre aussi, par le serveur mandataire.',
    body: Credentials,
    example: { login: 'c.durand', password: 'Traverser-la-Loire-à-gué' },
    refusals: [errors.badCredentials, errors.tooManyAttempts, errors.programAccount],
    response: Session,
    async handle({ body, request, services }) {
      const { db, clock, settings, signIn } = services
      const caller = await signIn.withPassword(body, request.address)
      await checkSecondProof(caller, request, services)
      if (caller.program) throw errors.programAccount()
      const { key, csrf } = await openSession(db, caller.id, {
        now: clock.now(),
        lifetime: settings.sessionLifetime,
        replaces: sessionKeyIn(request.headers.cookie),
      })
      return headed({
        body: present(caller, csrf),
        headers: { 'Set-Cookie': setSessionCookie(key, settings.publicUrl) },
      })
    },
  }),
  route({
    method: 'GET',
    path: '/session',
    summary: 'Qui suis-je ?',
    description: 'Avec un jeton ou un mot de passe, « csrf » est vide : il n’est pas demandé.',
    response: Session,
    handle: ({ caller }) => present(caller, caller.csrf ?? ''),
  }),
  route({
    method: 'DELETE',
    path: '/session',
    summary: 'Fermer la session',
    status: 204,
    async handle({ request, services: { db, settings } }) {
      const key = sessionKeyIn(request.headers.cookie)
      if (key !== undefined) await closeSession(db, key)
      return headed({ body: undefined, headers: { 'Set-Cookie': clearSessionCookie(settings.publicUrl) } })
    },
  }),
]
