import { X509Certificate } from 'node:crypto'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { AccountDisabled } from './account-disabled.ts'
import { callerOf, type Caller } from './caller.ts'
import { UserModel } from './model.ts'

/** How a certificate is recognised: SHA-256 of its DER, in hexadecimal. @throws when it cannot be read */
export const certificateDigest = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(':', '').toLowerCase()

/** The certificate written there, PEM or DER; `undefined` when it is not one. */
export const readCertificate = (written: string | Uint8Array): X509Certificate | undefined => {
  try {
    return new X509Certificate(written)
  } catch {
    return undefined // that is the answer
  }
}

/**
 * The account that a client certificate proves. It must be the only one that holds it; two accounts with one certificate have none.
 * Whoever calls this answers for the handshake: that the client had its key.
 * @throws errors.badCredentials, caused by `AccountDisabled`, when that account is shut
 */
export const callerOfCertificate = async (
  db: Db,
  certificate: X509Certificate,
  now: Date,
): Promise<Caller | undefined> => {
  if (Date.parse(certificate.validTo) <= now.getTime() || Date.parse(certificate.validFrom) > now.getTime())
    return undefined
  const [user, other] = await UserModel.query(db)
    .where({ certificateDigest: certificateDigest(certificate) })
    .limit(2)
  if (!user || other) return undefined
  if (!user.enabled) throw errors.badCredentials({ cause: new AccountDisabled(user.login) })
  return callerOf(user, { by: 'certificate' })
}
