import { createToken, deleteToken, localDay, Problem, renewToken, tokensOf, type ApiTokenModel } from '#core'
import { isNumber } from '../access.ts'
import type { Call } from '../call.ts'
import { isDay, pastellDate } from '../http/dates.ts'
import { badRequest, forbidden } from '../http/errors.ts'
import type { Json } from '../http/json.ts'

const LONGEST_NAME = 128

const shown = ({ id, userId, name }: ApiTokenModel) => ({ id, id_u: userId, name })
const dated = ({ createdAt, expiresAt }: ApiTokenModel) => ({
  created_at: pastellDate(createdAt),
  expired_at: expiresAt && pastellDate(expiresAt),
})

/** A token bounded to some flows must not make one that is not; a token as powerful as its account gains nothing by it. */
const refuseBounded = ({ caller }: Call): void => {
  if (caller.scope)
    throw forbidden('Un jeton restreint ne crée ni ne renouvelle de jeton : employez le mot de passe du compte.')
}

/** Midnight in Paris, where the day begins one or two hours before it does in UTC. */
const startOfDay = (day: string): Date => {
  const noon = new Date(`${day}T12:00:00Z`)
  const [hours = '12'] = pastellDate(noon).slice(11).split(':')
  return new Date(Date.parse(`${day}T00:00:00Z`) - (Number(hours) - 12) * 3_600_000)
}

const expiry = (given: string | undefined, now: Date): Date | null => {
  if (!given) return null
  if (!isDay(given)) throw badRequest("La date d'expiration est fausse, format attendu : 2020-03-31")
  if (given <= localDay(now)) throw badRequest("La date d'expiration est antérieure à la date d'aujourd'hui")
  return startOfDay(given)
}

export const listOwnTokens = async ({ caller, services: { db, clock } }: Call): Promise<Json> => {
  const now = clock.now()
  const tokens = await tokensOf(db, caller.id)
  return tokens.toReversed().map(token => ({
    ...shown(token),
    ...dated(token),
    is_expired: token.expiresAt !== null && token.expiresAt <= now,
  }))
}

export const createOwnToken = async (call: Call): Promise<Json> => {
  refuseBounded(call)
  const { db, clock } = call.services
  const name = call.given.text('name')
  if (!name) throw badRequest('Le nom du token est obligatoire')
  if (name.length > LONGEST_NAME) throw badRequest(`Le nom du token compte ${LONGEST_NAME} caractères au plus`)
  const now = clock.now()
  const expiresAt = expiry(call.given.text('expiration'), now)
  const { token, kept } = await createToken(db, { userId: call.caller.id, name, now, expiresAt })
  return { ...shown(kept), token, ...dated(kept) }
}

/** Someone else's token, one that does not exist and one that could not exist look the same. */
const orForbidden = async <T>(work: Promise<T>, sentence: string): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem && error.status === 404) throw forbidden(sentence)
    throw error
  }
}

export const renewOwnToken = async (call: Call, id: string, verb: string | undefined): Promise<Json> => {
  if (verb !== 'renew') throw badRequest("Cette action n'existe pas.")
  refuseBounded(call)
  const refusal = 'Impossible de renouveller ce jeton'
  if (!isNumber(id)) throw badRequest(refusal)
  const { db, clock } = call.services
  const { token, kept } = await orForbidden(renewToken(db, { id, userId: call.caller.id, now: clock.now() }), refusal)
  return { ...shown(kept), token, ...dated(kept) }
}

export const revokeOwnToken = async ({ caller, services: { db } }: Call, id: string | undefined): Promise<void> => {
  const refusal = 'Impossible de supprimer ce jeton'
  if (!isNumber(id)) throw badRequest(refusal)
  await orForbidden(deleteToken(db, { id, userId: caller.id }), refusal)
}
