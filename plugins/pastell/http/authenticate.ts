import {
  AccountDisabled,
  callerOfCertificate,
  callerOfToken,
  checkSecondProof,
  presentedCertificate,
  Problem,
  type Caller,
  type MountRequest,
  type Services,
} from '#core'
import { PastellError } from './errors.ts'

const refused = (message = 'Accès interdit') =>
  new PastellError(401, message, { 'WWW-Authenticate': 'Basic realm="API Pastell"' })

const credentialsIn = (encoded: string) => {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { login: text.slice(0, colon), password: text.slice(colon + 1) }
}

const proved = async (request: MountRequest, services: Services): Promise<Caller | undefined> => {
  const { headers, address } = request
  const shown = presentedCertificate(request, services)
  const byCertificate = shown && (await callerOfCertificate(services.db, shown, services.clock.now()))
  if (byCertificate) return byCertificate
  const [scheme = '', value = ''] = headers.authorization?.trim().split(/\s+/u) ?? []
  if (scheme === 'Bearer') return callerOfToken(services.db, value, services.clock.now())
  const credentials = scheme.toLowerCase() === 'basic' ? credentialsIn(value) : undefined
  if (!credentials) return undefined
  const caller = await services.signIn.withBasic(credentials, address)
  await checkSecondProof(caller, request, services)
  return caller
}

/**
 * Who calls, as Pastell decides it (pastell-api.md §4): no session, no cookie, a proof with each call; a client certificate first, then
 * a token (`Bearer` is written so, and not otherwise), then a password. A wrong one counts as an attempt, no proof at all does not.
 */
export const callerOf = async (request: MountRequest, services: Services): Promise<Caller> => {
  try {
    const caller = await proved(request, services)
    if (!caller) throw refused()
    return caller
  } catch (error) {
    if (error instanceof Problem && error.status === 401)
      throw error.cause instanceof AccountDisabled ? refused('Votre compte a été désactivé') : refused()
    throw error
  }
}
