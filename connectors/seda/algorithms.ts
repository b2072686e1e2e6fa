import type { DigestAlgorithm } from '#core'

/** As as@lae and the standard write them. */
export const ALGORITHMS: Readonly<Record<DigestAlgorithm, string>> = {
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
}

/** As Vitam wants them. */
export const VITAM_ALGORITHMS: Readonly<Record<DigestAlgorithm, string>> = { sha256: 'SHA-256', sha512: 'SHA-512' }
