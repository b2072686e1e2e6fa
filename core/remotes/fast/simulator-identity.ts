import type { Authority, Issued, IssuedClient } from '../../testing/pki.ts'

interface Identity {
  readonly server: Issued
  readonly client: IssuedClient
}

const identities = new WeakMap<Authority, Identity>()

/** The certificates of the simulators of one authority, made once: a PKCS#12 costs half a second. */
export const simIdentity = (authority: Authority): Identity => {
  const identity = identities.get(authority) ?? {
    server: authority.issueServer(),
    client: authority.issueClient('Ville de démonstration'),
  }
  identities.set(authority, identity)
  return identity
}
