import Type from 'typebox'
import type { Caller } from '../../access/caller.ts'
import { may, type Rights } from '../../access/rights.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import { eventChoices, eventLabel } from '../../notifications/events.ts'
import type { LateLetter, LetterRhythm, Rhythm, Subscription } from '../../notifications/model.ts'
import { lateLetters } from '../../notifications/outbox.ts'
import { subscribe, subscriptionsOf, unsubscribe, type Subscriber } from '../../notifications/subscriptions.ts'
import { nothing, route } from '../route.ts'
import type { Services } from '../services.ts'
import { EntityParams, exactly, flag, Id, Instant, listOf, Next, orNull, said, text, whole } from './schemas.ts'

const RHYTHMS = { immediat: 'immediate', quotidien: 'daily' } as const satisfies Record<string, Rhythm>
type SpokenRhythm = keyof typeof RHYTHMS

const RhythmName = Type.Unsafe<SpokenRhythm>({
  type: 'string',
  enum: Object.keys(RHYTHMS),
  description: 'immediat : un courriel dès que possible ; quotidien : dans le récapitulatif du jour.',
})
const spoken = (rhythm: LetterRhythm): SpokenRhythm => (rhythm === 'daily' ? 'quotidien' : 'immediat')

const SubscriptionView = Type.Object(
  {
    id: said('Identifiant de l’abonnement.', Id),
    entityId: said('Entité où il vaut, avec celles qui en dépendent.', Id),
    entityName: text('Dénomination de l’entité.'),
    flow: orNull(Type.String(), 'Flux surveillé ; null : tous.'),
    flowLabel: orNull(Type.String(), 'Nom du flux.'),
    event: text('État, ou famille d’états, qui fait écrire.'),
    eventLabel: text('Le même, comme on l’affiche.'),
    rhythm: RhythmName,
    createdAt: said('Abonnement.', Instant),
  },
  { title: 'Subscription' },
)

const Situation = Type.Object(
  {
    mailServer: Type.Boolean({ description: 'La plateforme a un serveur de messagerie : sans lui, rien ne part.' }),
    email: orNull(Type.String({ description: 'Adresse du compte, où les courriels arrivent.' })),
    items: Type.Array(SubscriptionView, { description: 'Ses abonnements.' }),
  },
  { title: 'Subscriptions' },
)

const LateLetterView = Type.Object(
  {
    id: text('Identifiant du courriel.'),
    login: text('Compte destinataire.'),
    email: orNull(Type.String(), 'Son adresse ; null : il n’en a pas.'),
    rhythm: RhythmName,
    documents: whole('Nombre de changements qu’il annonce.'),
    createdAt: said('Écriture.', Instant),
    tries: whole('Essais d’envoi.'),
    error: text('Ce que le serveur de messagerie a répondu.'),
    nextTry: orNull(Instant, 'Prochain essai ; null : il n’y en aura plus.'),
  },
  { title: 'LateLetter' },
)

const subscriptionView = (services: Services, { flowId, createdAt, rhythm, ...rest }: Subscription) => {
  const flow = flowId === undefined ? undefined : services.flows.current(flowId)
  return {
    ...rest,
    flow: flowId ?? null,
    flowLabel: flow?.label ?? flowId ?? null,
    eventLabel: eventLabel(flow, rest.event),
    rhythm: spoken(rhythm),
    createdAt: createdAt.toISOString(),
  }
}

const lateView = ({ id, login, email, rhythm, notices, createdAt, tries, error, nextAt }: LateLetter) => ({
  id,
  login,
  email,
  rhythm: spoken(rhythm),
  documents: notices,
  createdAt: createdAt.toISOString(),
  tries,
  error,
  nextTry: nextAt?.toISOString() ?? null,
})

/** What a person receives is theirs to say, not a limited token's. @throws errors.notAllowed */
const subscriber = ({ id, login, firstName, lastName, scope }: Caller): Subscriber => {
  if (scope) throw errors.notAllowed({ detail: 'Un jeton limité ne change pas les notifications de son compte.' })
  return { userId: id, name: `${firstName} ${lastName}`.trim() || login }
}

/** @throws errors.flowNotFound, also for those who may not read its documents there */
const flowAsked = ({ flows }: Services, rights: Rights, id: string | undefined): CompiledFlow | undefined => {
  if (id === undefined) return undefined
  const flow = flows.current(id)
  if (!flow || !may(rights, `${id}:lecture`)) throw errors.flowNotFound()
  return flow
}

const situation = async (services: Services, { id, email }: Caller) => ({
  mailServer: services.settings.mail ?? false,
  email: email || null,
  items: (await subscriptionsOf(services.db, id)).map(each => subscriptionView(services, each)),
})

export const notificationRoutes = [
  route({
    method: 'GET',
    path: '/notifications',
    summary: 'Lire ses abonnements aux changements d’état',
    response: Situation,
    handle: ({ caller, services }) => situation(services, caller),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/notifications/choix',
    summary: 'Lire ce à quoi l’on peut s’abonner dans une entité',
    description:
      'Les états que la machine quitte aussitôt n’y sont pas. « proposed » : ce que la plupart des gens veulent.',
    params: EntityParams,
    query: Type.Object({ flux: Type.Optional(Type.String({ description: 'Identifiant d’un flux ; sinon tous.' })) }),
    refusals: [errors.flowNotFound],
    response: listOf(
      Type.Object({
        event: text('À donner dans « events ».'),
        label: text('Nom affiché.'),
        proposed: flag('À proposer d’abord.'),
      }),
    ),
    handle: ({ query, rights, services }) => ({ items: eventChoices(flowAsked(services, rights, query.flux)) }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/notifications',
    summary: 'S’abonner, dans une entité et tout ce qui est dessous',
    description:
      'Un abonnement déjà pris change de rythme. Les droits sont vérifiés à l’envoi : rien ne part sur un document que l’on ne peut plus lire.',
    params: EntityParams,
    body: exactly('NewSubscription', {
      flow: Type.Optional(Type.String({ maxLength: 100, description: 'Identifiant d’un flux ; sinon tous.' })),
      events: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Pris dans « …/notifications/choix ».',
      }),
      rhythm: RhythmName,
    }),
    example: { events: ['erreurs', 'incertains'], rhythm: 'immediat' },
    refusals: [errors.flowNotFound, errors.badInput, errors.conflict, errors.notAllowed],
    response: Situation,
    status: 201,
    async handle({ params, body, caller, rights, services }) {
      const flow = flowAsked(services, rights, body.flow)
      const known = new Set(eventChoices(flow).map(({ event }) => event))
      const unknown = body.events.find(event => !known.has(event))
      if (unknown !== undefined)
        throw errors.badInput({
          fields: [
            {
              field: 'events',
              code: 'inconnu',
              message: `« ${unknown} » n'est pas un état auquel on s'abonne${flow ? ` dans « ${flow.label} »` : ' sans choisir un flux'}.`,
            },
          ],
        })
      const wanted = { entityId: params.entityId, flowId: flow?.id, events: body.events, rhythm: RHYTHMS[body.rhythm] }
      await subscribe(services.db, subscriber(caller), wanted, services.clock.now())
      return situation(services, caller)
    },
  }),
  route({
    method: 'DELETE',
    path: '/notifications/:subscriptionId',
    summary: 'Ne plus être abonné',
    params: Type.Object({ subscriptionId: Id }),
    refusals: [errors.notAllowed],
    status: 204,
    async handle({ params, caller, services }) {
      await unsubscribe(services.db, subscriber(caller), params.subscriptionId, services.clock.now())
      return nothing()
    },
  }),
  route({
    method: 'GET',
    path: '/notifications/non-remises',
    summary: 'Lire les courriels de notification qui ne sont pas partis, et pourquoi',
    can: 'system:lecture',
    query: Type.Object({
      apres: Type.Optional(Type.String({ format: 'uuid', description: 'Valeur « next » de la page précédente.' })),
      limite: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
    }),
    response: Type.Object({
      items: Type.Array(LateLetterView, { description: 'Les courriels de la page.' }),
      next: Next,
    }),
    async handle({ query: { apres, limite }, services: { db } }) {
      const found = await lateLetters(db, { after: apres, limit: limite + 1 })
      const page = found.slice(0, limite)
      return { items: page.map(lateView), next: found.length > limite ? (page.at(-1)?.id ?? null) : null }
    },
  }),
]
