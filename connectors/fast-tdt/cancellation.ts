import {
  cancellationMessage,
  messageFileName,
  numberInIdentifier,
  PermanentError,
  readActesReceipt,
  type Files,
  type TdtActes,
} from '#core'
import { assertOurs, onlyAnswer, readAnswer } from './answers.ts'
import { answersIn, type ActesDepot } from './depot.ts'
import type { FastTdtSettings } from './fields.ts'
import type { Marks } from './marks.ts'
import { submit } from './submission.ts'

/** A cancellation has no number of its own: it is that of its acte, with the code of its message. */
const SUFFIX = '-6-1'

interface Needs {
  depot(): ActesDepot
  readonly marks: Marks
  readonly files: Files
  readonly config: FastTdtSettings
  uncertain(id: string): Error
}

/** Cancellations: message 6-1 out, 6-2 in. */
export const acteCancellation = ({
  depot,
  marks,
  files,
  config,
  uncertain,
}: Needs): Pick<TdtActes, 'cancel' | 'findCancellation' | 'cancellationStatus'> => {
  const asked = async (id: string, names: readonly string[]): Promise<string | undefined> => {
    const mark = await marks.cancellation(id)
    if (mark === 'accepted' || answersIn(names, id, ['6-2']).length > 0) return id + SUFFIX
    if (mark === undefined) return undefined
    const taken = depot().wasTaken(id, '6-1', names)
    if (taken === undefined) throw uncertain(id)
    return taken ? id + SUFFIX : undefined
  }

  return {
    findCancellation: async id => asked(id, await depot().names()),

    async cancel(id) {
      const names = await depot().names()
      assertOurs(id, depot())
      if ((await asked(id, names)) !== undefined)
        return { is: 'refused', reason: `L'annulation de l'acte ${id} a déjà été demandée.` }
      const message = messageFileName(id, '6-1')
      await depot().lay(message, await files.save(cancellationMessage(id), message), new Set(names))
      await marks.setCancellation(id, 'submitted')
      const answer = await submit(depot(), { type: config.traitement, siren: config.abonnement, message })
      await marks.setCancellation(id, answer.is === 'accepted' ? 'accepted' : undefined)
      return answer.is === 'accepted'
        ? { is: 'sent', id: id + SUFFIX }
        : { is: 'refused', reason: `FAST refuse l'annulation : ${answer.reason}` }
    },

    async cancellationStatus(cancellationId) {
      const id = cancellationId.endsWith(SUFFIX) ? cancellationId.slice(0, -SUFFIX.length) : cancellationId
      const names = await depot().names()
      assertOurs(id, depot())
      const answer = onlyAnswer(names, id, ['6-2'])
      if (answer === undefined)
        return { is: 'pending', message: 'Annulation transmise à FAST, en attente de la réponse de la préfecture' }
      const ar = await depot().fetch(answer, `${numberInIdentifier(id)}-ar-annulation.xml`)
      const { acteId, receivedOn } = await readAnswer(depot(), ar, bytes => readActesReceipt(bytes, 'ARAnnulation'))
      if (acteId !== id)
        throw new PermanentError(
          `L'accusé d'annulation déposé par FAST pour l'acte ${id} est celui d'un autre (${acteId}) : prévenez Docaposte.`,
        )
      await marks.becomes(id, 'over')
      return { is: 'cancelled', ar, receivedOn }
    },
  }
}
