import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { HistoriqueFacture, PassageFacture } from '../../contracts/portail-factures.ts'
import { instantOf } from './dates.ts'
import { refusedFor } from './failures.ts'
import type { ChorusWire } from './wire.ts'

/** More than any invoice goes through. */
const MOST = 50

interface Written {
  readonly histoStatutId?: number | string
  readonly histoStatutCode?: string
  readonly histoStatutDatePassage?: string
  readonly histoStatutCommentaire?: string | null
  readonly histoStatutUtilisateurNom?: string | null
  readonly histoStatutUtilisateurPrenom?: string | null
}

interface Answer {
  readonly statutCourantCode?: string
  readonly historiquesDesStatuts?: { readonly histoStatut?: readonly Written[] | null } | null
}

const filled = (text: string | null | undefined): string | undefined => (text?.trim() ? text.trim() : undefined)

const passageOf = (each: Written): PassageFacture[] => {
  const [statut, at] = [filled(each.histoStatutCode), instantOf(each.histoStatutDatePassage)]
  if (statut === undefined || at === undefined) return []
  return [
    {
      statut,
      at,
      id: each.histoStatutId === undefined ? undefined : String(each.histoStatutId),
      comment: filled(each.histoStatutCommentaire),
      lastName: filled(each.histoStatutUtilisateurNom),
      firstName: filled(each.histoStatutUtilisateurPrenom),
    },
  ]
}

/** The number that Chorus Pro gave to an invoice. @throws PermanentError when a document holds something else */
export const numberOf = (id: string): number => {
  if (/^\d{1,15}$/u.test(id)) return Number(id)
  throw new PermanentError(
    `« ${id} » n'est pas un identifiant de facture Chorus Pro : cette facture n'y est pas suivie par ce connecteur.`,
  )
}

/** The history of an invoice (chorus-pro.md §3.3). Chorus Pro lists it newest first, to the minute: within one, its own order is kept. */
export const readHistory = async (wire: ChorusWire, id: string): Promise<HistoriqueFacture> => {
  const asked = await wire.ask<Answer>('factures/v1/consulter/historique', {
    idFacture: numberOf(id),
    nbResultatsMaximum: MOST,
  })
  if (asked.is === 'refused') throw refusedFor(`de donner l'historique de la facture ${id}`, asked)
  const passages = (asked.answer.historiquesDesStatuts?.histoStatut ?? [])
    .flatMap(passageOf)
    .toReversed()
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const statut = filled(asked.answer.statutCourantCode) ?? passages.at(-1)?.statut
  if (statut === undefined)
    throw new TemporaryError(`Chorus Pro a rendu un historique vide pour la facture ${id}. Il sera demandé à nouveau.`)
  return { statut, passages }
}
