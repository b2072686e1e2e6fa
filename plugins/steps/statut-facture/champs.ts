import { choice, date, file, flag, libelleStatut, rows, STATUTS_FACTURE, text } from '#core'
import type { HistoriqueFacture, Values } from '#core'

/**
 * What a flow holds of the life of an invoice at the portal. On the page of the flow itself: the connector that brings the invoice fills it,
 * and the steps that follow its statuses write it.
 */
export const champsSuivi = <const I extends string, const S extends string>(noms: {
  readonly idFacture: I
  readonly statut: S
}) => ({
  surPortail: flag('Facture suivie sur Chorus Pro', { computed: true, hidden: true, pastell: 'is_cpp' }),
  annulee: flag('Facture suspendue ou à recycler', { computed: true, hidden: true, pastell: 'is_annule' }),
  idFacture: text('Identifiant Chorus Pro', { computed: true, index: true, pastell: noms.idFacture }),
  statut: text('Statut Chorus Pro', { computed: true, index: true, pastell: noms.statut }),
  datePassage: date('Statut atteint le', { computed: true, pastell: 'date_passage_statut' }),
  dateMiseADisposition: date('Mise à disposition le', {
    computed: true,
    help: 'Début du délai de paiement.',
    pastell: 'date_mise_a_dispo',
  }),
  dateFinSuspension: date('Fin de suspension le', {
    computed: true,
    help: 'Reprise du délai de paiement.',
    pastell: 'date_fin_suspension',
  }),
  historique: rows(
    'Historique des statuts',
    {
      statut: text('Statut'),
      date: text('Date'),
      auteur: text('Auteur'),
      commentaire: text('Commentaire'),
    },
    { computed: true, max: 500 },
  ),
  historiqueFichier: file('Historique des statuts (JSON)', { computed: true, pastell: 'histo_statut_cpp' }),
})

/** One passage as a person reads it; the most recent first. */
export type LigneHistorique = Values<ReturnType<typeof champsSuivi>>['historique'][number]

const hour = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })

export const lignesOf = ({ passages }: HistoriqueFacture): readonly LigneHistorique[] =>
  passages.toReversed().map(({ statut, at, comment, firstName, lastName }) => ({
    statut: libelleStatut(statut),
    date: hour.format(new Date(at)),
    auteur: [firstName, lastName].filter(Boolean).join(' ') || undefined,
    commentaire: comment,
  }))

/** What agents may ask for, alone or in a row. */
export const CIBLES = {
  SERVICE_FAIT: STATUTS_FACTURE.SERVICE_FAIT,
  MANDATEE: STATUTS_FACTURE.MANDATEE,
  'SERVICE_FAIT;MANDATEE': 'Service fait, puis mandatée',
  SUSPENDUE: STATUTS_FACTURE.SUSPENDUE,
  REJETEE: STATUTS_FACTURE.REJETEE,
  A_RECYCLER: STATUTS_FACTURE.A_RECYCLER,
  MISE_A_DISPOSITION: STATUTS_FACTURE.MISE_A_DISPOSITION,
  MISE_A_DISPOSITION_COMPTABLE: STATUTS_FACTURE.MISE_A_DISPOSITION_COMPTABLE,
  COMPTABILISEE: STATUTS_FACTURE.COMPTABILISEE,
  MISE_EN_PAIEMENT: STATUTS_FACTURE.MISE_EN_PAIEMENT,
} as const

export const cible = choice('Statut demandé', CIBLES, { pastell: 'statut_cible_liste' })
