import {
  acteFault,
  numberInIdentifier,
  PermanentError,
  TemporaryError,
  type ActeStatus,
  type ConnectContext,
  type FileRef,
  type TdtActes,
} from '#core'
import { s2lowAnswers } from './answers.ts'
import { assertUpToDate, contentOf, keptClassification } from './classification.ts'
import { confirmationAddress, confirmationUrl } from './confirmation.ts'
import type { config as fields } from './fields.ts'
import { findCancellation, findTransaction } from './find.ts'
import { readAcknowledgement, readState, reasonOf } from './messages.ts'
import { acteParts, addressesIn, matchFiles, stampedName, type ListedFile } from './pieces.ts'
import { readAnswer, type S2lowWire } from './wire.ts'

const ACTES = '/modules/actes'

/** States that imply an acknowledgement, when it does not come with the state (reference §4.4). */
const ACKNOWLEDGED = new Set([4, 5, 12, 13, 14, 15, 19, 20, 22])
export const PENDING: Readonly<Record<number, string>> = {
  1: 'Posté sur S²LOW',
  2: 'En attente de transmission à la préfecture',
  3: "Transmis à la préfecture, en attente de l'accusé de réception",
}
/** Terminal states without acknowledgement. */
export const REFUSED: Readonly<Record<number, string>> = {
  [-1]: 'Transaction en erreur sur S²LOW, sans motif.',
  0: 'Transaction annulée sur S²LOW.',
  6: 'Acte refusé par la préfecture.',
  16: 'Transaction détruite sur S²LOW.',
}

/** The family ACTES of S²LOW (reference §4). */
export const s2lowActes = (
  wire: S2lowWire,
  { config, files, memory }: Pick<ConnectContext<typeof fields>, 'config' | 'files' | 'memory'>,
): TdtActes => {
  const needsConfirmation = config.enAttente || config.confirmation
  const broadcast = { to: addressesIn(config.diffusion), withPieces: config.diffusionPieces }

  const stateOf = async (id: string) => {
    const bytes = await wire.bytes(`${ACTES}/actes_transac_get_status.php`, { transaction: id })
    const state = readState(bytes)
    if (state) return state
    const answer = readAnswer(new TextDecoder('iso-8859-1').decode(bytes))
    if (answer.is === 'ko')
      throw new PermanentError(`S²LOW ne donne pas l'état de la transaction ${id} : ${answer.reason}`)
    throw new TemporaryError("L'état rendu par S²LOW est illisible. Un nouvel essai aura lieu.")
  }

  const acknowledged = async (id: string, inline: Uint8Array): Promise<ActeStatus> => {
    const bytes = inline.length > 0 ? inline : await wire.bytes(`${ACTES}/actes_transac_get_ARActe.php`, { id })
    const { acteId, receivedOn } = readAcknowledgement(bytes, 'ARActe')
    return {
      is: 'acknowledged',
      ar: await files.save(bytes, `${numberInIdentifier(acteId)}-ar-actes.xml`),
      acteId,
      receivedOn,
    }
  }

  /** A PDF of S²LOW, checked: an error page saved as a stamped acte would not be noticed for years. */
  const pdf = async (path: string, query: Parameters<typeof wire.download>[1], name: string): Promise<FileRef> => {
    const saved = await (await wire.download(path, query)).saveTo(files, name)
    if (saved.type !== 'application/pdf')
      throw new TemporaryError(`S²LOW n'a pas rendu le fichier « ${name} » attendu. Un nouvel essai aura lieu.`)
    return saved
  }

  return {
    classification: async () => contentOf(await keptClassification(wire, memory)).matters,
    typologies: async ({ nature }) => contentOf(await keptClassification(wire, memory)).types[nature] ?? [],

    async send(acte) {
      const classification = await assertUpToDate(wire, memory)
      const fault = acteFault(acte, contentOf(classification))
      if (fault) return { is: 'refused', reason: fault }
      const answer = await wire.post(
        `${ACTES}/actes_transac_create.php`,
        acteParts(acte, { wait: needsConfirmation, mustSign: config.aSigner, broadcast }),
      )
      if (answer.is === 'ko') return { is: 'refused', reason: `S²LOW refuse l'acte : ${answer.reason}` }
      const id = answer.lines[0]
      if (!id || !/^\d+$/u.test(id))
        throw new TemporaryError("S²LOW a accepté l'acte sans donner de numéro. La transaction va y être recherchée.", {
          maybeSent: true,
        })
      if (!needsConfirmation) return { is: 'sent', id }
      return { is: 'toConfirm', id, url: confirmationAddress(config.url, [id]).toString() }
    },

    find: acte => findTransaction(wire, acte),

    async status(id) {
      const { code, rest } = await stateOf(id)
      if (ACKNOWLEDGED.has(code)) return acknowledged(id, code === 4 ? rest : new Uint8Array())
      if (code === 17)
        return { is: 'toConfirm', message: "En attente d'être posté sur S²LOW par une personne habilitée" }
      if (code === 18) return { is: 'toConfirm', message: "En attente d'être signé sur S²LOW" }
      const refused = REFUSED[code]
      if (refused) return { is: 'refused', reason: reasonOf(rest, refused) }
      return { is: 'pending', message: PENDING[code] ?? `État ${code} sur S²LOW` }
    },

    async stamped(id, { acte, annexes, postedOn }) {
      const listed = await wire.json<readonly ListedFile[]>(`${ACTES}/actes_transac_get_files_list.php`, {
        transaction: id,
      })
      const pieces = matchFiles(listed, [acte, ...annexes])
      if (!pieces)
        throw new PermanentError(
          `Les fichiers de la transaction ${id} sur S²LOW ne sont pas ceux qui ont été envoyés : les actes tamponnés ne peuvent pas être attribués sans risque d'erreur.`,
        )
      const stamps: (FileRef | undefined)[] = []
      for (const [rank, piece] of [acte, ...annexes].entries()) {
        const source = pieces[rank]
        const isStamped = source && (source.mimetype === 'application/pdf' || piece.type === 'application/pdf')
        const query = { file: source ? String(source.id) : '', tampon: 'true', date_affichage: postedOn }
        stamps.push(
          isStamped ? await pdf(`${ACTES}/actes_download_file.php`, query, stampedName(piece.name)) : undefined,
        )
      }
      const number = numberInIdentifier(listed[0]?.name ?? id)
      const bordereau = await pdf(`${ACTES}/actes_create_pdf.php`, { trans_id: id }, `${number}-bordereau-tdt.pdf`)
      return { acte: stamps[0], annexes: stamps.slice(1), bordereau }
    },

    async cancel(id) {
      const answer = await wire.post(`${ACTES}/actes_transac_cancel.php`, [
        { name: 'api', value: '1' },
        { name: 'id', value: id },
      ])
      if (answer.is === 'ko') return { is: 'refused', reason: `S²LOW refuse l'annulation : ${answer.reason}` }
      const cancellation = answer.lines.find(line => /^\d+$/u.test(line))
      if (cancellation) return { is: 'sent', id: cancellation }
      throw new TemporaryError("S²LOW a accepté l'annulation sans donner de numéro. Elle va y être recherchée.", {
        maybeSent: true,
      })
    },

    findCancellation: id => findCancellation(wire, id),

    async cancellationStatus(cancellationId) {
      const { code, rest } = await stateOf(cancellationId)
      if (code === 4) {
        const { acteId, receivedOn } = readAcknowledgement(rest, 'ARAnnulation')
        return {
          is: 'cancelled',
          ar: await files.save(rest, `${numberInIdentifier(acteId)}-ar-annulation.xml`),
          receivedOn,
        }
      }
      const refused = REFUSED[code]
      if (refused)
        return {
          is: 'refused',
          reason: reasonOf(rest, code === 6 ? 'Annulation refusée par la préfecture.' : refused),
        }
      return { is: 'pending', message: PENDING[code] ?? `Annulation en cours (état ${code} sur S²LOW)` }
    },

    answers: s2lowAnswers(wire, { files, stateOf }),

    confirmationUrl: (ids, returnTo) => confirmationUrl(wire, config, { ids, returnTo }),
  }
}
