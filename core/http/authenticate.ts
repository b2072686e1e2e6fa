import { timingSafeEqual } from 'node:crypto'
import type { Caller } from '../access/caller.ts'
import { keyDigest } from '../access/random-keys.ts'
import { callerOfSession } from '../access/sessions.ts'
import { callerOfToken } from '../access/tokens.ts'
import { errors } from '../errors.ts'
import { checkSecondProof } from './client-certificate.ts'
import type { IncomingRequest } from './incoming.ts'
import type { Services } from './services.ts'
import { sessionKeyIn } from './session-cookie.ts'

const basicCredentials = (encoded: string) => {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { login: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** A header given is the only proof looked at: a wrong one is refused, whatever the cookie says. */
const byHeader = async (header: string, request: IncomingRequest, services: Services): Promise<Caller> => {
  const [scheme = '', value = ''] = header.trim().split(/\s+/u)
  switch (scheme.toLowerCase()) {
    case 'bearer': {
      const caller = await callerOfToken(services.db, value, services.clock.now())
      if (!caller) throw errors.notSignedIn({ detail: "Ce jeton n'existe pas, ou il a expiré : créez-en un autre." })
      return caller
    }
    case 'basic': {
      const credentials = basicCredentials(value)
      if (!credentials) throw errors.badCredentials()
      const caller = await services.signIn.withBasic(credentials, request.address)
      await checkSecondProof(caller, request, services)
      return caller
    }
    default:
      throw errors.notSignedIn({ detail: 'Seuls « Basic » et « Bearer » sont acceptés dans Authorization.' })
  }
}

/** Only a page of ours knows the token: another site can make the browser send the cookie, not the header. */
const checkCsrf = (request: IncomingRequest, expected: string): void => {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const given = request.headers['x-csrf-token']
  if (typeof given !== 'string' || !timingSafeEqual(keyDigest(given), keyDigest(expected))) throw errors.badCsrf()
}

/**
 * Who makes this request: bearer token, Basic, or session cookie. `undefined` without any of them.
 * @throws errors.notSignedIn, errors.badCredentials, errors.tooManyAttempts, errors.badCsrf
 */
export const callerOfRequest = async (request: IncomingRequest, services: Services): Promise<Caller | undefined> => {
  const header = request.headers.authorization
  if (header !== undefined) return byHeader(header, request, services)
  const key = sessionKeyIn(request.headers.cookie)
  if (key === undefined) return undefined
  const caller = await callerOfSession(services.db, key, {
    now: services.clock.now(),
    lifetime: services.settings.sessionLifetime,
  })
  if (caller?.csrf !== undefined) checkCsrf(request, caller.csrf)
  return caller
}
