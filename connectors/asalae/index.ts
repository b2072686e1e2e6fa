import {
  acknowledges,
  defineConnector,
  meaningOf,
  PermanentError,
  readSaeMessage,
  TemporaryError,
  type Part,
  type Sae,
  type SaeMessage,
  type Sip,
} from '#core'
import { chunkedSending } from './chunks.ts'
import { asalaeApi, type Transfer } from './client.ts'
import { asalaeFields } from './fields.ts'

const unreadable = (cause: unknown) =>
  new TemporaryError('as@lae a répondu autre chose que le message SEDA attendu. Un nouvel essai aura lieu.', { cause })

const parse = (xml: Uint8Array): SaeMessage => {
  try {
    return readSaeMessage(xml)
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** @throws PermanentError when the message is about another transfer: taking it would archive one document on the word of another */
const assertAbout = ({ transferId }: Transfer, { identifiers }: SaeMessage): void => {
  if (identifiers.includes(transferId)) return
  throw new PermanentError(
    `as@lae a rendu le message d'un autre transfert (${identifiers.join(', ') || 'sans identifiant'}) au lieu de « ${transferId} ». Prévenez l'exploitant du SAE, puis relancez.`,
  )
}

/** What `/versions` says of the product, when it says it in one of the known ways. */
const versionIn = (answer: unknown): string => {
  const { application, version } = Object(answer) as { application?: unknown; version?: unknown }
  if (typeof version !== 'string' || version === '') return 'as@lae'
  return `${typeof application === 'string' && application !== '' ? application : 'as@lae'} ${version}`
}

/** The refusal in a sentence, with the remedy when it is known. */
const refusal = ({ status, reason }: { readonly status: number; readonly reason: string }): string => {
  if (status === 413)
    return `as@lae refuse l'archive parce qu'elle est trop grande (${reason}). Demandez à l'administrateur de régler l'envoi par morceaux du connecteur, puis générez un nouveau paquet d'archive.`
  return status === 200 ? `${reason}.` : `as@lae refuse le transfert : ${reason}.`
}

const saysAlreadyThere = (reason: string): boolean => /déjà|already/iu.test(reason)

export default defineConnector({
  id: 'asalae',
  version: 1,
  label: 'as@lae (archivage électronique)',
  provides: ['sae'],
  pastell: ['as@lae-rest'],
  pace: { concurrency: 2 },
  config: asalaeFields,

  connect({ config, http, files, memory }) {
    const api = asalaeApi(http, config)
    const chunked = chunkedSending(api, memory, config.tailleMorceau)

    /** Whether as@lae has already accepted this very transfer, which it then refuses to take twice. */
    const isDuplicate = async (transfer: Transfer, reason: string): Promise<boolean> => {
      const known = await api.message('Acknowledgement', transfer)
      if (known.is === 'unknown') return false
      // Some faults may leave a trace of the transfer too: only an acknowledgement proves by itself that it was taken.
      if (known.is === 'pending') return saysAlreadyThere(reason)
      const message = parse(known.xml)
      return acknowledges(message) && message.identifiers.includes(transfer.transferId)
    }

    const slipOf = ({ bordereau }: Sip): Part => ({
      name: 'seda_message',
      file: bordereau,
      filename: 'bordereau.xml',
      type: 'application/xml',
    })

    const sendWhole = async (sip: Sip) => {
      const archive: Part = {
        name: 'attachments',
        file: sip.archive,
        filename: sip.archive.name,
        type: 'application/gzip',
      }
      const sent = await api.sedaMessages([slipOf(sip), archive])
      return sent.is === 'accepted' || (await isDuplicate(sip, sent.reason)) ? ({ is: 'sent' } as const) : sent
    }

    const sendChunked = async (sip: Sip) => {
      const isKnown = async () => (await api.message('Acknowledgement', sip)).is !== 'unknown'
      const sent = await chunked.send(sip, slipOf(sip), isKnown)
      await chunked.forget(sip)
      return sent
    }

    const sae: Sae = {
      async send(sip) {
        const sent = await (chunked.isNeeded(sip.archive) ? sendChunked(sip) : sendWhole(sip))
        return sent.is === 'sent' ? sent : { is: 'refused', reason: refusal(sent) }
      },

      async acknowledgement(transfer) {
        const asked = await api.message('Acknowledgement', transfer)
        if (asked.is === 'unknown') return asked
        if (asked.is === 'pending') {
          // as@lae knows the transfer from its first request on, before it has its files: the rest must still be sent.
          if (await chunked.isUnfinished(transfer)) return { is: 'unknown' }
          return { is: 'pending', message: "as@lae n'a pas encore émis l'accusé de réception du transfert." }
        }
        const message = parse(asked.xml)
        if (!acknowledges(message)) throw unreadable(message.root)
        assertAbout(transfer, message)
        await chunked.forget(transfer)
        const ack = await files.save(asked.xml, 'accuse-de-reception.xml')
        return { is: 'acknowledged', ack, comment: message.comment }
      },

      async reply(transfer) {
        const pending = { is: 'pending', message: 'Le transfert est en cours de traitement dans as@lae.' } as const
        const asked = await api.message('ArchiveTransferReply', transfer)
        if (asked.is === 'pending') return pending
        if (asked.is === 'unknown')
          throw new PermanentError(
            `as@lae ne connaît plus le transfert « ${transfer.transferId} » du service « ${transfer.agency} ». Demandez à l'exploitant du SAE ce qu'il est devenu, puis relancez.`,
          )
        const message = parse(asked.xml)
        const meaning = meaningOf(message)
        if (meaning.is === 'senseless' && message.root !== 'ArchiveTransferReply') throw unreadable(message.root)
        assertAbout(transfer, message)
        if (meaning.is === 'pending') return pending
        if (meaning.is === 'senseless')
          throw new PermanentError(
            `La réponse d'as@lae au transfert « ${transfer.transferId} » ne porte aucun code : rien ne dit si l'archive est acceptée. Demandez-le à l'exploitant du SAE.`,
          )
        const reply = await files.save(asked.xml, 'reponse-du-sae.xml')
        const { comment } = message
        if (meaning.is === 'refused') return { is: 'refused', reply, code: meaning.code, comment }
        return { is: 'accepted', reply, archiveId: message.archiveId, comment }
      },
    }

    return {
      sae,
      async check() {
        await api.ping()
        return `Connecté à ${versionIn(await api.versions())} avec l'identifiant « ${config.identifiant} ».`
      },
    }
  },
})
