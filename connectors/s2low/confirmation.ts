import { createHash } from 'node:crypto'
import { TemporaryError } from '#core'
import type { S2lowConfig } from './fields.ts'
import type { S2lowWire } from './wire.ts'

/** The page where an agent orders the transmission of what waits (state 17), alone or several at once (reference §4.8). */
export const confirmationAddress = (base: string, ids: readonly string[]): URL => {
  const [only, ...others] = ids
  const page = others.length > 0 ? 'actes_transac_post_confirm_api_multi.php' : 'actes_transac_post_confirm_api.php'
  const address = new URL(`${base.replace(/\/+$/u, '')}/modules/actes/${page}`)
  if (others.length === 0) address.searchParams.set('id', only ?? '')
  else for (const id of ids) address.searchParams.append('id[]', id)
  return address
}

/**
 * The same, opened in the name of the account: when several share the certificate, the browser of the agent has no password
 * to give, so that S²LOW lends a number good for one visit (reference §2.5). The password itself never leaves.
 */
export const confirmationUrl = async (
  wire: S2lowWire,
  { url, login, motDePasse = '' }: Pick<S2lowConfig, 'url' | 'login' | 'motDePasse'>,
  { ids, returnTo }: { readonly ids: readonly string[]; readonly returnTo?: string | undefined },
): Promise<string> => {
  const address = confirmationAddress(url, ids)
  if (login) {
    const { nounce } = await wire.json<{ readonly nounce?: string }>('/api/get-nounce.php')
    if (!nounce)
      throw new TemporaryError("S²LOW n'a pas donné de quoi ouvrir la page de confirmation. Un nouvel essai aura lieu.")
    address.searchParams.set('nounce', nounce)
    address.searchParams.set('login', login)
    address.searchParams.set('hash', createHash('sha256').update(`${motDePasse}:${nounce}`).digest('hex'))
  }
  if (returnTo !== undefined) address.searchParams.set('url_return', returnTo)
  return address.toString()
}
