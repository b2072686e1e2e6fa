import { AccountDisabled, callerOfToken, Problem, type Caller, type MountRequest, type Services } from '#core'
import { PastellError } from './errors.ts'

const refused = (message = 'Accès interdit') =>
  new PastellError(401, message, { 'WWW-Authenticate': 'Basic realm="API Pastell"' })

const credentialsIn = (encoded: string) => {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { login: text.slice(0, colon), password: text.slice(colon + 1) }
}

/**
 * Who calls, as Pastell decides it (pastell-api.md §4): no session, no cookie, a proof with each call. `Bearer` is written so, and not
 * otherwise. A wrong proof counts as an attempt, no proof at all does not.
 */
export const callerOf = async ({ headers, address }: MountRequest, services: Services): Promise<Caller> => {
  const [scheme = '', value = ''] = headers.authorization?.trim().split(/\s+/u) ?? []
  if (scheme === 'Bearer') {
    const caller = await callerOfToken(services.db, value, services.clock.now())
    if (!caller) throw refused()
    return caller
  }
  const credentials = scheme.toLowerCase() === 'basic' ? credentialsIn(value) : undefined
  if (!credentials) throw refused()
  try {
    return await services.signIn.withBasic(credentials, address)
  } catch (error) {
    if (error instanceof Problem && error.status === 401)
      throw error.cause instanceof AccountDisabled ? refused('Votre compte a été désactivé') : refused()
    throw error
  }
}
