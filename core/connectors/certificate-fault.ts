import { serverCertificateFault } from './http-client-failure.ts'

/** What OpenSSL says, for the libraries that keep its sentence and lose its code. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/certificate has expired/iu, 'CERT_HAS_EXPIRED'],
  [/certificate is not yet valid/iu, 'CERT_NOT_YET_VALID'],
  [/does not match certificate/iu, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/self[- ]signed certificate/iu, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/unable to (?:verify the first|get (?:local )?issuer) certificate/iu, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]

const codesOf = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return []
  const { code, originalCode } = error as { code?: unknown; originalCode?: unknown }
  const said = SENTENCES.find(([sentence]) => sentence.test(error.message))?.[1]
  return [originalCode, code, said, ...codesOf(error.cause)].filter(each => typeof each === 'string')
}

/** Why the certificate of a mail server is not acceptable, as a sentence; `undefined` when the failure is of another nature. */
export const certificateFault = (error: unknown, host: string): string | undefined => {
  for (const code of codesOf(error)) {
    const fault = serverCertificateFault(code, host)
    if (fault !== undefined) return fault
  }
  return undefined
}
