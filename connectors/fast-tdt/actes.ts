import {
  acteFault,
  acteIdentifier,
  messageFileName,
  NATURE_CODES,
  pieceFileNames,
  PermanentError,
  transmissionMessage,
  type NatureActe,
  type TdtActes,
} from '#core'
import { acteAnswers } from './answers.ts'
import { acteCancellation } from './cancellation.ts'
import { currentClassification, keptClassification } from './classification.ts'
import { actesDepot, answersIn, type FastTdtContext } from './depot.ts'
import { marksIn } from './marks.ts'
import { stampedPieces } from './stamps.ts'
import { submit } from './submission.ts'

const NATURES = Object.keys(NATURE_CODES) as readonly NatureActe[]

const plain = (text: string): string => text.normalize('NFC').replace(/\s+/gu, ' ').trim()

/** The outcome of a sending is not known and FAST cannot tell: the document waits for a person. */
const uncertain = (id: string): Error =>
  new PermanentError(
    `La réponse de FAST s'est perdue et rien n'indique si l'acte ${id} est arrivé. Regardez sur FAST : s'il y est, attendez la réponse de la préfecture avant de réessayer, le suivi reprendra tout seul ; s'il n'y est pas, réessayez.`,
  )

/** The family ACTES of FAST (reference §A.2). Prepares nothing until it is used: an instance may serve accounting flows only. */
export const fastActes = (context: FastTdtContext): TdtActes => {
  const { config, files, memory } = context
  const marks = marksIn(memory)
  let held: ReturnType<typeof actesDepot> | undefined
  const depot = () => (held ??= actesDepot(context))

  return {
    classification: async () => (await keptClassification(depot(), memory)).matters,
    typologies: async ({ nature }) => (await keptClassification(depot(), memory)).types[nature] ?? [],

    async send(acte) {
      const names = await depot().names()
      const classification = await currentClassification(depot(), memory, names)
      const reason = acteFault(acte, classification)
      if (reason) return { is: 'refused', reason }
      const id = acteIdentifier(depot().authority, acte)
      const mark = await marks.acte(id)
      if (mark?.state === 'accepted' || mark?.state === 'acknowledged')
        return {
          is: 'refused',
          reason: `Un acte de ce numéro, de cette date et de cette nature a déjà été transmis (${id}).`,
        }
      if (mark?.state === 'submitted' && answersIn(names, id, ['1-2', '1-3']).length > 0) {
        await marks.becomes(id, 'accepted')
        return { is: 'sent', id }
      }
      // What concerned an earlier life of this number is known here since long: it must not be taken for the answer to come.
      if (mark?.state === 'over')
        for (const stale of names.filter(each => each.startsWith(id))) await depot().remove(stale)

      const pieces = [acte.acte, ...acte.annexes]
      const official = pieceFileNames(id, acte)
      const messageName = messageFileName(id, '1-1')
      const message = transmissionMessage(acte, { names: official, version: classification.date })
      const present = new Set(names)
      await depot().lay(messageName, await files.save(message, messageName), present)
      for (const [rank, { file }] of pieces.entries()) await depot().lay(official[rank] ?? '', file, present)

      const { key, objet } = acte
      const submitted = {
        key,
        objet: plain(objet),
        pieces: pieces.map(({ file }) => file.sha256),
        state: 'submitted',
      } as const
      await marks.setActe(id, submitted)
      const answer = await submit(depot(), { type: config.traitement, siren: config.abonnement, message: messageName })
      await marks.setActe(id, answer.is === 'accepted' ? { ...submitted, state: 'accepted' } : undefined)
      return answer.is === 'accepted'
        ? { is: 'sent', id }
        : { is: 'refused', reason: `FAST refuse l'acte : ${answer.reason}` }
    },

    async find({ numero, date, objet }) {
      const names = await depot().names()
      for (const nature of NATURES) {
        const id = acteIdentifier(depot().authority, { numero, date, nature })
        const mark = await marks.acte(id)
        if (!mark || mark.objet !== plain(objet) || mark.state === 'over') continue
        const arrived =
          mark.state !== 'submitted' ||
          answersIn(names, id, ['1-2', '1-3']).length > 0 ||
          depot().wasTaken(id, '1-1', names)
        if (arrived === undefined) throw uncertain(id)
        if (!arrived) continue
        if (mark.state === 'submitted') await marks.becomes(id, 'accepted')
        return id
      }
      return undefined
    },

    status: id => acteAnswers(depot(), marks, config.traitement).status(id),
    stamped: async (id, pieces) =>
      stampedPieces(depot(), { id, ...pieces, sent: (await marks.acte(id))?.pieces, wait: config.attendreTampon }),
    ...acteCancellation({ depot, marks, files, config, uncertain }),
  }
}
