import {
  numberInIdentifier,
  PermanentError,
  readActesAnomaly,
  readActesReceipt,
  TemporaryError,
  type ActeStatus,
  type FileRef,
} from '#core'
import { answersIn, type ActesDepot, type AnswerKind } from './depot.ts'
import type { Marks } from './marks.ts'

const PENDING: Readonly<Record<string, string>> = {
  TELETRANSMISSION: 'Transmis à FAST, en attente de la réponse de la préfecture',
  PREPARATION: 'Préparé sur FAST, à télétransmettre là-bas par une personne habilitée',
}

/** The only answer of these kinds. @throws PermanentError when there are several: nobody can tell which one holds */
export const onlyAnswer = (names: readonly string[], id: string, kinds: readonly AnswerKind[]): string | undefined => {
  const [answer, ...others] = answersIn(names, id, kinds)
  if (others.length > 0)
    throw new PermanentError(
      `FAST a déposé plusieurs réponses pour l'acte ${id} (${[answer, ...others].join(', ')}). Aucune n'a été retirée : vérifiez sur FAST laquelle vaut, et prévenez Docaposte.`,
    )
  return answer
}

/** @throws PermanentError when this cannot be an acte of this subscriber */
export const assertOurs = (id: string, { authority: { department, siren } }: Pick<ActesDepot, 'authority'>): void => {
  if (!id.startsWith(`${department}-${siren}-`))
    throw new PermanentError(`« ${id} » n'est pas l'identifiant d'un acte de cet abonnement : vérifiez-le sur FAST.`)
}

/** Reads a stored message; one that is cut or foreign is asked for again. */
export const readAnswer = async <T>(depot: ActesDepot, file: FileRef, read: (bytes: Uint8Array) => T): Promise<T> => {
  const bytes = await depot.message(file)
  try {
    return read(bytes)
  } catch (cause) {
    throw new TemporaryError(`La réponse « ${file.name} » déposée par FAST est illisible. Un nouvel essai aura lieu.`, {
      cause,
    })
  }
}

/** Where an acte stands: what the préfecture has answered is in the folder, or nothing is yet. */
export const acteAnswers = (depot: ActesDepot, marks: Marks, treatment: string) => ({
  async status(id: string): Promise<ActeStatus> {
    const names = await depot.names()
    assertOurs(id, depot)
    const answer = onlyAnswer(names, id, ['1-2', '1-3'])
    if (answer === undefined) return { is: 'pending', message: PENDING[treatment] ?? 'En attente de la préfecture' }
    if (answer.startsWith(`${id}-1-3_`)) {
      const detail = await readAnswer(depot, await depot.fetch(answer, answer), readActesAnomaly)
      await marks.becomes(id, 'over')
      return { is: 'refused', reason: detail || 'Acte refusé par la préfecture, sans motif.' }
    }
    const ar = await depot.fetch(answer, `${numberInIdentifier(id)}-ar-actes.xml`)
    const { acteId, receivedOn } = await readAnswer(depot, ar, bytes => readActesReceipt(bytes, 'ARActe'))
    if (acteId !== id)
      throw new PermanentError(
        `L'accusé de réception déposé par FAST pour l'acte ${id} est celui d'un autre (${acteId}) : prévenez Docaposte.`,
      )
    await marks.becomes(id, 'acknowledged')
    return { is: 'acknowledged', ar, acteId, receivedOn }
  },
})
