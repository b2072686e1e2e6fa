import { createHash, createHmac, type KeyObject } from 'node:crypto'
import type { PublicLinks } from '../../engine/ports.ts'

/** What a document keeps of a token: enough to recognise it, not to make it. */
export const tokenDigest = (token: string): string => createHash('sha256').update(token).digest('hex')

/**
 * Addresses of pages that open without a session. A token is derived from the key of the platform and never stored: a reminder leads to
 * the same page, and whoever reads the database cannot open it.
 * @param options.origin of these pages, without a final slash
 */
export const createPublicLinks = ({
  key,
  origin,
}: {
  readonly key: KeyObject
  readonly origin: string
}): PublicLinks => ({
  of({ entityId, id }, page, name) {
    const token = createHmac('sha256', key)
      .update(JSON.stringify(['passeur public page', page, entityId, id, name]))
      .digest('base64url')
    return { address: `${origin}/${page}/${token}`, digest: tokenDigest(token) }
  },
})
