import type { Files } from '../../authoring/context.ts'
import { PermanentError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
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

interface WrittenPassage {
  readonly statut_id?: unknown
  readonly statut_code?: unknown
  readonly statut_date_passage?: unknown
  readonly statut_commentaire?: unknown
  readonly statut_utilisateur_nom?: unknown
  readonly statut_utilisateur_prenom?: unknown
}

const filled = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** More than any history, or any status. */
const LARGEST = 1_000_000

/** The text of a file that has no reason to be large. @throws PermanentError when it is */
export const readSmall = async (files: Files, ref: FileRef): Promise<string> => {
  if (ref.size > LARGEST)
    throw new PermanentError(`Le fichier « ${ref.name} » dépasse 1 Mo : vérifiez qu'il s'agit bien du bon fichier.`)
  const chunks: Uint8Array[] = []
  for await (const chunk of files.open(ref)) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks).toString('utf8')
}

/** The history that `historyJson` wrote. @throws PermanentError when the file holds something else */
export const readHistoryJson = async (files: Files, ref: FileRef): Promise<HistoriqueFacture> => {
  const unreadable = (cause?: unknown) =>
    new PermanentError(`L'historique « ${ref.name} » ne peut pas être lu : synchronisez le statut pour le refaire.`, {
      cause,
    })
  const text = await readSmall(files, ref)
  try {
    const { statut_courant, histo_statut } = JSON.parse(text) as {
      readonly statut_courant?: unknown
      readonly histo_statut: readonly WrittenPassage[]
    }
    const passages = histo_statut.toReversed().flatMap(each => {
      const [statut, at] = [filled(each.statut_code), filled(each.statut_date_passage)]
      if (statut === undefined || at === undefined) return []
      return [
        {
          statut,
          at,
          id: filled(each.statut_id),
          comment: filled(each.statut_commentaire),
          lastName: filled(each.statut_utilisateur_nom),
          firstName: filled(each.statut_utilisateur_prenom),
        },
      ]
    })
    return { statut: filled(statut_courant) ?? passages.at(-1)?.statut ?? '', passages }
  } catch (cause) {
    throw unreadable(cause)
  }
}
