import type { HistoriqueFacture } from '../portail-factures.ts'

/** What a document retains of a history (`flows/factures.md`, « Synchronisation »). Days of the legal calendar of the portal, `YYYY-MM-DD`. */
export interface DatesFacture {
  readonly date_passage_statut: string | undefined
  readonly date_mise_a_dispo: string | undefined
  readonly date_fin_suspension: string | undefined
}

/** Instants come with the offset of Paris: their day is the legal one. */
const dayOf = (at: string | undefined): string | undefined => at?.slice(0, 10)

/** When the payment delay began, when it began again, and since when the invoice is where it is. */
export const datesOf = ({ statut, passages }: HistoriqueFacture): DatesFacture => {
  const last = (wanted: HistoriqueFacture['statut']) => dayOf(passages.findLast(each => each.statut === wanted)?.at)
  return {
    date_passage_statut: last(statut),
    date_mise_a_dispo: last('MISE_A_DISPOSITION'),
    date_fin_suspension: last('COMPLETEE'),
  }
}

/** The history as a file, newest first, in the form that Pastell gives it (`histo_statut_cpp.json`). */
export const historyJson = ({ statut, passages }: HistoriqueFacture): string =>
  JSON.stringify(
    {
      statut_courant: statut,
      histo_statut: passages.toReversed().map(passage => ({
        statut_id: passage.id ?? '',
        statut_code: passage.statut,
        statut_date_passage: passage.at,
        statut_commentaire: passage.comment ?? '',
        statut_utilisateur_nom: passage.lastName ?? '',
        statut_utilisateur_prenom: passage.firstName ?? '',
      })),
    },
    undefined,
    2,
  )
