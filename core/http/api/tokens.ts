import Type from 'typebox'
import type { ApiTokenModel } from '../../access/model.ts'
import { createToken, deleteToken, renewToken, tokensOf } from '../../access/tokens.ts'
import { errors } from '../../errors.ts'
import type { Caller } from '../../access/caller.ts'
import { nothing, route } from '../route.ts'
import { exactly, Id, listOf, NewTokenView, Token } from './schemas.ts'

const TokenParams = Type.Object({ tokenId: Id })

const present = ({ id, name, createdAt, expiresAt, lastUsedAt, entityIds, flowIds, readOnly }: ApiTokenModel) => ({
  id,
  name,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
  entities: entityIds,
  flows: flowIds,
  readOnly,
})

/** A token that could make another would outlive itself, and shed its scope. */
const checkIsPerson = (caller: Caller): void => {
  if (caller.by === 'token')
    throw errors.notAllowed({
      detail: 'Un jeton ne crée ni ne renouvelle de jeton : employez le mot de passe du compte.',
    })
}

export const tokenRoutes = [
  route({
    method: 'GET',
    path: '/jetons',
    summary: 'Lister ses propres jetons, avec leur dernier usage',
    response: listOf(Token),
    handle: async ({ caller, services: { db } }) => ({ items: (await tokensOf(db, caller.id)).map(present) }),
  }),
  route({
    method: 'POST',
    path: '/jetons',
    summary: 'Créer un jeton, au plus aussi puissant que son compte',
    description:
      'La valeur n’est donnée qu’une fois. « entities » et « flows » bornent le jeton à ces entités (et celles qui en dépendent) et à ces flux ; « readOnly » lui retire toute écriture.',
    status: 201,
    replay: 'never',
    body: exactly('NewToken', {
      name: Type.String({ minLength: 1, maxLength: 128, description: 'Nom, pour le reconnaître.' }),
      expiresAt: Type.Optional(
        Type.String({ format: 'date-time', description: 'Fin de validité ; absente : sans fin.' }),
      ),
      entities: Type.Optional(
        Type.Array(Id, {
          minItems: 1,
          maxItems: 200,
          description: 'Seules entités où il vaut, avec celles qui en dépendent ; absent : celles du compte.',
        }),
      ),
      flows: Type.Optional(
        Type.Array(Type.String({ maxLength: 64 }), {
          minItems: 1,
          maxItems: 200,
          description: 'Seuls flux où il vaut ; absent : ceux du compte.',
        }),
      ),
      readOnly: Type.Optional(Type.Boolean({ description: 'Toute écriture lui sera refusée.' })),
    }),
    example: { name: 'Logiciel de délibérations', readOnly: true },
    refusals: [errors.notAllowed],
    response: NewTokenView,
    async handle({ caller, body: { name, expiresAt, entities, flows, readOnly = false }, services: { db, clock } }) {
      checkIsPerson(caller)
      const now = clock.now()
      const end = expiresAt === undefined ? null : new Date(expiresAt)
      if (end && end <= now)
        throw errors.badInput({
          fields: [
            { field: 'expiresAt', code: 'passe', message: 'Cette date est passée : choisissez-en une à venir.' },
          ],
        })
      const scope = { entities, flows, readOnly }
      const { token, kept } = await createToken(db, { userId: caller.id, name, now, expiresAt: end, scope })
      return { ...present(kept), token }
    },
  }),
  route({
    method: 'POST',
    path: '/jetons/:tokenId/renouvellement',
    summary: 'Donner une nouvelle valeur à un jeton',
    description: 'L’ancienne cesse de servir aussitôt. La durée de vie repart pour autant que la première fois.',
    params: TokenParams,
    status: 201,
    replay: 'never',
    refusals: [errors.notAllowed],
    response: NewTokenView,
    async handle({ params, caller, services: { db, clock } }) {
      checkIsPerson(caller)
      const { token, kept } = await renewToken(db, { id: params.tokenId, userId: caller.id, now: clock.now() })
      return { ...present(kept), token }
    },
  }),
  route({
    method: 'DELETE',
    path: '/jetons/:tokenId',
    summary: 'Révoquer un jeton',
    params: TokenParams,
    status: 204,
    async handle({ params, caller, services: { db } }) {
      await deleteToken(db, { id: params.tokenId, userId: caller.id })
      return nothing()
    },
  }),
]
