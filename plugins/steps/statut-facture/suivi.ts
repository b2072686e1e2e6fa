import {
  datesOf,
  faultOfChange,
  historyJson,
  isStatutFacture,
  libelleStatut,
  PermanentError,
  readHistoryJson,
  STATUTS_RENVOYES,
} from '#core'
import type {
  Files,
  FileRef,
  HistoriqueFacture,
  JournalLine,
  MotifChangement,
  PortailFactures,
  StatutFacture,
} from '#core'
import { lignesOf } from './champs.ts'

/** What the steps need to know of the invoice of a document. */
export interface Facture {
  readonly surPortail: boolean
  readonly idFacture: string | undefined
  readonly statut: string | undefined
  readonly historiqueFichier: FileRef | undefined
}

/** What changes in a document, read as it is when the change is stored. */
export type Edits = (held: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>

const NOTHING: Edits = () => ({})

/** A history only grows: one that has fewer lines than the document was read before what the document has been told since. */
const isOlder = ({ passages }: HistoriqueFacture, { historique }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(historique) && historique.length > passages.length

/** What the document says of a history, by the names of `champsSuivi`. */
export const editsOf = async (files: Files, history: HistoriqueFacture): Promise<Edits> => {
  const { date_passage_statut, date_mise_a_dispo, date_fin_suspension } = datesOf(history)
  const edits = {
    statut: history.statut,
    annulee: STATUTS_RENVOYES.includes(history.statut),
    datePassage: date_passage_statut,
    dateMiseADisposition: date_mise_a_dispo,
    dateFinSuspension: date_fin_suspension,
    historique: lignesOf(history),
    historiqueFichier: await files.save(historyJson(history), 'histo_statut_cpp.json'),
  }
  return held => (isOlder(history, held) ? {} : edits)
}

/** @throws PermanentError when the document has no number at the portal, or no portal is associated */
export const auPortail = (portal: PortailFactures | undefined, { idFacture }: Facture): [PortailFactures, string] => {
  if (!portal)
    throw new PermanentError(
      'Aucun portail de factures n’est associé à ce flux : l’administrateur doit associer le connecteur Chorus Pro, puis réessayer.',
    )
  if (!idFacture)
    throw new PermanentError('Cette facture n’a pas de numéro au portail : elle ne peut pas y être suivie.')
  return [portal, idFacture]
}

/** The history of an invoice that no portal follows is kept here. */
export const historyHere = async (files: Files, facture: Facture): Promise<HistoriqueFacture> => {
  if (facture.historiqueFichier) return readHistoryJson(files, facture.historiqueFichier)
  return { statut: facture.statut ?? 'MISE_A_DISPOSITION', passages: [] }
}

/** Where the invoice is, by the portal or by its own document. `now` dates the arrival of one that has no history yet. */
export const historyOf = async (
  { files, portal, now }: { readonly files: Files; readonly portal: PortailFactures | undefined; readonly now: Date },
  facture: Facture,
): Promise<HistoriqueFacture> => {
  if (facture.surPortail) {
    const [asked, id] = auPortail(portal, facture)
    return asked.history(id)
  }
  const here = await historyHere(files, facture)
  return here.passages.length > 0 ? here : { ...here, passages: [{ statut: here.statut, at: now.toISOString() }] }
}

/** Statuses of a target as the form writes it (`SERVICE_FAIT;MANDATEE`). */
export const statutsDe = (cible: string): readonly StatutFacture[] => cible.split(';').filter(isStatutFacture)

export type Demande = {
  readonly cible: string
  readonly auteur?: string | undefined
} & MotifChangement

export type Changement =
  | { readonly is: 'done'; readonly message: string; readonly edits: Edits }
  | { readonly is: 'refused'; readonly reason: string; readonly edits: Edits }

/**
 * Asks for a change of status and reads what came of it. A refusal is an answer, whoever gives it: the form, the portal, or the connector.
 * Safe to call again after a lost answer.
 */
export const changer = async (
  world: { readonly files: Files; readonly portal: PortailFactures | undefined; readonly now: Date },
  facture: Facture,
  { cible, auteur, ...more }: Demande,
): Promise<Changement> => {
  const targets = statutsDe(cible)
  const fault = faultOfChange(targets, more)
  if (fault) return { is: 'refused', reason: fault, edits: NOTHING }
  const last = targets.at(-1) ?? cible
  const done = `Facture passée à « ${libelleStatut(last)} »`
  if (!facture.surPortail) {
    const { passages } = await historyOf(world, facture)
    const passage = { statut: last, at: world.now.toISOString(), comment: more.reason, lastName: auteur }
    return {
      is: 'done',
      message: done,
      edits: await editsOf(world.files, { statut: last, passages: [...passages, passage] }),
    }
  }
  try {
    const [portal, id] = auPortail(world.portal, facture)
    const changed = await portal.changeStatus(id, targets, more)
    const edits = await editsOf(world.files, await portal.history(id))
    return changed.is === 'done'
      ? { is: 'done', message: `${done} sur Chorus Pro`, edits }
      : { is: 'refused', reason: changed.reason, edits }
  } catch (error) {
    if (error instanceof PermanentError) return { is: 'refused', reason: error.message, edits: NOTHING }
    throw error
  }
}

/** When the document last came to a state or a task of this name, and who asked. */
export const lastOf = (lines: readonly JournalLine[], name: string): JournalLine | undefined =>
  lines.findLast(({ event }) => event.endsWith(`.${name}`))
