const CAUSES: ReadonlyMap<unknown, string> = new Map([
  ['ENOTFOUND', 'ce nom est inconnu'],
  ['EAI_AGAIN', 'le service de noms ne répond pas'],
  ['ECONNREFUSED', 'il refuse la connexion'],
  ['ETIMEDOUT', 'il ne répond pas'],
  ['EHOSTUNREACH', "il n'est pas joignable"],
  ['ENETUNREACH', "il n'est pas joignable"],
  ['ECONNRESET', 'il coupe la connexion'],
])

/**
 * Why a server of files or of mail could not be reached: completes « Le serveur … n'est pas disponible : ».
 * @param code what Node says in `error.code`; `undefined` comes back for those that are not of the network
 */
export const networkCause = (code: unknown): string | undefined => CAUSES.get(code)
