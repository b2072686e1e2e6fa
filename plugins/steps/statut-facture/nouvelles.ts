import { libelleStatut } from '#core'
import type { Files, HistoriqueFacture, PassageFacture } from '#core'
import { lignesOf } from './champs.ts'
import { editsOf, historyHere, statutsDe, type Edits, type Facture } from './suivi.ts'

/** What happened to an invoice at the portal since its document last heard of it. */
export interface Nouvelles {
  readonly history: HistoriqueFacture
  /** For the journal: what took place, when, by whom, and what it crosses here. */
  readonly message: string
  readonly edits: Edits
}

const sameAs =
  ({ statut, at }: PassageFacture) =>
  (other: PassageFacture): boolean =>
    other.statut === statut && Date.parse(other.at) === Date.parse(at)

/** Those of `some` that are not among `others`. */
const without = (some: readonly PassageFacture[], others: readonly PassageFacture[]): readonly PassageFacture[] =>
  some.filter(each => !others.some(sameAs(each)))

const told = (history: HistoriqueFacture): readonly string[] =>
  lignesOf(history)
    .toReversed()
    .map(({ statut, date, auteur, commentaire }) =>
      [`« ${statut} » le ${date}`, auteur && `par ${auteur}`, commentaire && `motif : ${commentaire}`]
        .filter(Boolean)
        .join(', '),
    )

/** A change asked for here that the news do not contain: who reads must know that both are under way. */
const crossing = (fresh: readonly PassageFacture[], demandee: string | undefined): readonly string[] => {
  if (!demandee || statutsDe(demandee).some(target => fresh.some(({ statut }) => statut === target))) return []
  const wanted = statutsDe(demandee).map(libelleStatut).join(' puis ')
  return [
    `Au même moment, le passage à « ${wanted} » était demandé ici : il n’écrasera rien ; s’il ne peut plus se faire, le dossier le dira.`,
  ]
}

/** A status given here, on an invoice that is kept here, beside that of the portal. */
const divergence = (local: PassageFacture | undefined, { statut }: HistoriqueFacture, retained: string) =>
  local === undefined || local.statut === statut
    ? []
    : [
        `Ici, elle avait été déclarée « ${libelleStatut(local.statut)} » : les deux passages sont dans l’historique, et le plus récent, « ${libelleStatut(retained)} », est retenu.`,
      ]

const byTime = (a: PassageFacture, b: PassageFacture): number => Date.parse(a.at) - Date.parse(b.at)

/** What the portal says, in the shape of a signal. */
const historyIn = ({ history }: Readonly<Record<string, unknown>>): HistoriqueFacture => history as HistoriqueFacture

/**
 * What a history read at the portal adds to that of a document. An invoice kept here alone (several accounts) keeps its own passages beside.
 * @param payload `history`: a `HistoriqueFacture`
 * @returns nothing when there is nothing new, or when the document knows more
 */
export const nouvellesDe = async (
  files: Files,
  facture: Facture,
  payload: Readonly<Record<string, unknown>>,
  demandee: string | undefined,
): Promise<Nouvelles | undefined> => {
  const arrived = historyIn(payload)
  const held = await historyHere(files, facture)
  const fresh = without(arrived.passages, held.passages)
  const only = without(held.passages, arrived.passages)
  const isNew = fresh.length > 0 || (only.length === 0 && arrived.statut !== facture.statut)
  if (!isNew) return undefined
  const passages = facture.surPortail ? arrived.passages : [...arrived.passages, ...only].toSorted(byTime)
  const statut = facture.surPortail ? arrived.statut : (passages.at(-1)?.statut ?? arrived.statut)
  const history = { statut, passages }
  const news = told({ statut: arrived.statut, passages: fresh })
  const message = [
    news.length > 0
      ? `Chorus Pro : ${news.join(' ; ')}.`
      : `Chorus Pro : la facture est maintenant « ${libelleStatut(arrived.statut)} ».`,
    ...crossing(fresh, demandee),
    ...(facture.surPortail ? [] : divergence(only.at(-1), arrived, statut)),
  ].join(' ')
  return { history, message, edits: await editsOf(files, history) }
}
