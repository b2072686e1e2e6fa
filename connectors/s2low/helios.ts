import {
  at,
  pesFaults,
  PermanentError,
  readAcquit,
  readPesAller,
  splitName,
  TemporaryError,
  UnreadableXml,
  type FileRef,
  type Files,
  type PesStatus,
  type TdtHelios,
} from '#core'
import type { S2lowWire } from './wire.ts'

export const HELIOS = '/modules/helios/api'

const LARGEST = 150 * 1024 * 1024

/** States that imply an answer of the treasury (reference §5.2): 4, 6 and 8, and those that follow them. */
const ANSWERED = new Set([4, 5, 6, 8, 9, 10, 11, 19, 20])
const PENDING: Readonly<Record<number, string>> = {
  1: 'Posté sur S²LOW',
  2: 'En attente de transmission à la trésorerie',
  3: "Transmis à la trésorerie, en attente de l'acquit",
  7: 'En cours de traitement à la trésorerie',
  13: "En attente d'être signé sur S²LOW",
  14: "En attente d'être posté sur S²LOW par une personne habilitée",
  24: "Transmis à la trésorerie, qui n'en a pas accusé réception",
}
const REFUSED: Readonly<Record<number, string>> = {
  [-1]: 'PES en erreur sur S²LOW, sans motif.',
  0: 'Transaction annulée sur S²LOW.',
  22: 'Transaction détruite sur S²LOW.',
}

/** The name under which S²LOW knows the file: anything but letters, digits, dot, underscore, dash and space becomes `_`. */
export const sentPesName = (name: string): string => name.normalize('NFC').replace(/[^A-Za-z0-9._\- ]/gu, '_')

/** What S²LOW would refuse hours later, said before anything leaves; `undefined` when the PES may go. */
const faultOf = async (files: Files, pes: FileRef): Promise<string | undefined> => {
  if (pes.size > LARGEST) return 'Le PES dépasse 150 Mo, la limite de la télétransmission : découpez-le.'
  try {
    const faults = pesFaults(await readPesAller(files.open(pes)), { needsBudget: true })
    return faults.length > 0 ? `« ${pes.name} » ne peut pas être transmis. ${faults.join(' ')}` : undefined
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error
    return `« ${pes.name} » n'est pas un fichier XML lisible (${error.message}) : exportez-le à nouveau depuis le logiciel comptable.`
  }
}

/** The family HELIOS of S²LOW (reference §5). */
export const s2lowHelios = (wire: S2lowWire, files: Files): TdtHelios => {
  const acquitOf = async (id: string, name: string): Promise<PesStatus> => {
    const response = await wire.download(`${HELIOS}/helios_download_acquit.php`, { id })
    const acquit = await response.saveTo(files, `${splitName(name).base}_ACK.xml`)
    try {
      return { is: 'answered', acquit, reading: await readAcquit(files.open(acquit)) }
    } catch (cause) {
      if (!(cause instanceof UnreadableXml)) throw cause
      throw new TemporaryError("L'acquit rendu par S²LOW est illisible. Un nouvel essai aura lieu.", { cause })
    }
  }

  return {
    async send({ pes }) {
      const fault = await faultOf(files, pes)
      if (fault) return { is: 'refused', reason: fault }
      const answer = await wire.postXml(`${HELIOS}/helios_importer_fichier.php`, [
        { name: 'enveloppe', file: pes, filename: sentPesName(pes.name), type: 'text/xml' },
      ])
      if (answer.is === 'ko')
        return {
          is: 'refused',
          reason: `S²LOW refuse le PES : ${answer.reason}`,
          duplicate: /doublon/iu.test(answer.reason),
        }
      const id = at(answer.root, 'id')?.text ?? ''
      if (/^\d+$/u.test(id)) return { is: 'sent', id }
      throw new TemporaryError(
        'S²LOW a accepté le PES sans donner de numéro. Cherchez-le sur S²LOW avant de renvoyer.',
        {
          maybeSent: true,
        },
      )
    },

    async status(id, name) {
      const answer = await wire.xml(`${HELIOS}/helios_transac_get_status.php`, { transaction: id })
      if (answer.is === 'ko')
        throw new PermanentError(`S²LOW ne donne pas l'état de la transaction ${id} : ${answer.reason}`)
      const told = at(answer.root, 'status')?.text ?? ''
      const code = Number(told || NaN)
      if (!Number.isInteger(code))
        throw new TemporaryError("L'état rendu par S²LOW est illisible. Un nouvel essai aura lieu.")
      if (ANSWERED.has(code)) return acquitOf(id, name)
      const refused = REFUSED[code]
      if (refused) return { is: 'refused', reason: at(answer.root, 'message')?.text || refused }
      return { is: 'pending', message: PENDING[code] ?? `État ${code} sur S²LOW` }
    },
  }
}
