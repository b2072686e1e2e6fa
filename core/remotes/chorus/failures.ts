import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { HttpResponse } from '../../connectors/http.ts'

/** What Chorus Pro says when it understood and will not. */
export interface Refused {
  readonly is: 'refused'
  /** `codeRetour`, 0 when it gives none. */
  readonly code: number
  /** Its sentence and its code, without a final full stop. */
  readonly reason: string
}

const LONGEST_REASON = 500

/** Statuses of a service that is away or saturated, not of a request that is wrong. */
export const isBusy = (status: number): boolean => status === 408 || status === 429 || status >= 500

export const unavailable = (
  name: string,
  { status }: Pick<HttpResponse, 'status'>,
  { maybeSent = false }: { readonly maybeSent?: boolean } = {},
): TemporaryError =>
  new TemporaryError(
    status === 429
      ? `${name} limite le nombre d'appels pour le moment. Un nouvel essai aura lieu.`
      : `${name} est momentanément indisponible (réponse ${status}). Un nouvel essai aura lieu.`,
    // Too many calls: refused at the door, nothing was done.
    { maybeSent: maybeSent && status !== 429 },
  )

/** Turns a status of the API that is no business answer into what the engine must do (chorus-pro.md §6). */
export const failureOf = (
  response: HttpResponse,
  { login, operation, maybeSent }: { readonly login: string; readonly operation: string; readonly maybeSent: boolean },
): Error => {
  const { status } = response
  if (isBusy(status)) return unavailable('Chorus Pro', response, { maybeSent })
  if (status === 401)
    return new ConfigurationError(
      `PISTE refuse l'appel « ${operation} » malgré un jeton neuf : l'application n'est sans doute pas abonnée à cette API. Vérifiez ses abonnements sur piste.gouv.fr.`,
    )
  if (status === 403)
    return new ConfigurationError(
      `Chorus Pro refuse le compte technique « ${login} » pour l'appel « ${operation} ». Vérifiez son identifiant, son mot de passe (il expire), ses espaces dans Chorus Pro, et les conditions d'utilisation de l'API sur piste.gouv.fr.`,
    )
  if (status === 404 || (status >= 300 && status < 400))
    return new ConfigurationError(
      `L'API de Chorus Pro n'est pas à l'adresse indiquée (réponse ${status} à « ${operation} »). Corrigez « Adresse de l'API Chorus Pro » dans les réglages du connecteur.`,
    )
  return new PermanentError(`Chorus Pro refuse l'appel « ${operation} » (réponse ${status}).`)
}

type Members = Readonly<Record<string, unknown>>

const said = (members: Members): string => {
  const label = Object.entries(members).find(
    ([name, value]) => /^libelle/iu.test(name) && typeof value === 'string' && value.trim() !== '',
  )?.[1]
  return typeof label === 'string'
    ? label.replace(/\s+/gu, ' ').trim().slice(0, LONGEST_REASON).replace(/\.$/u, '')
    : ''
}

/**
 * Whether an answer is a refusal. `codeRetour` 0 is a success; anything else is none, as is the older `retourFonctionnel`.
 * @returns `undefined` when it is a success
 */
export const refusalIn = (answer: Members): Refused | undefined => {
  const older = answer['retourFonctionnel']
  if (answer['codeRetour'] === undefined && typeof older === 'object' && older !== null) {
    const { codeRetourFonctionnel: code } = older as { readonly codeRetourFonctionnel?: string }
    return {
      is: 'refused',
      code: 0,
      reason: [said(older as Members), code && `code ${code}`].filter(Boolean).join(', '),
    }
  }
  const code = Number(answer['codeRetour'] ?? 0)
  if (code === 0) return undefined
  return {
    is: 'refused',
    code,
    reason: [said(answer), `code ${String(answer['codeRetour'])}`].filter(Boolean).join(', '),
  }
}

/** « No result » of the searches of invoices and of works invoices. */
export const saysNothingFound = ({ code }: Refused): boolean => code === 20000 || code === 20007

/** A refusal where none is an answer. */
export const refusedFor = (what: string, { reason }: Refused): PermanentError =>
  new PermanentError(`Chorus Pro refuse ${what} : ${reason}.`)
