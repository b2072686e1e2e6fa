import { TemporaryError, type FileRef, type Memory, type Part, type Sip } from '#core'
import type { AsalaeApi, Refused, Transfer } from './client.ts'

/**
 * Where a sending in chunks stands. Kept before as@lae hears of the transfer and forgotten once it has the last chunk: as long as it
 * is there, the transfer that as@lae knows has no files, or not all of them.
 */
interface Progress {
  readonly session?: { readonly identifier: string; readonly security: string }
  /** Chunks that as@lae has confirmed, and bytes of each chunk of this session. */
  readonly confirmed: number
  readonly chunkSize: number
}

export type ChunkedSending = { readonly is: 'sent' } | Refused

const memoryKey = ({ agency, transferId }: Transfer): string => `morceaux:${JSON.stringify([agency, transferId])}`

/** Sends archives larger than `limit` bytes in several requests, taken up where they stopped (`sae-asalae.md` §3 and §7). */
export const chunkedSending = (api: AsalaeApi, memory: Memory, limit: number) => {
  const open = async (sip: Sip, slip: Part): Promise<Required<Progress> | Refused> => {
    await memory.set(memoryKey(sip), { confirmed: 0, chunkSize: limit } satisfies Progress)
    const posted = await api.sedaMessages([slip, { name: 'send_chunked_attachments', value: 'true' }])
    if (posted.is === 'refused') return posted
    const { chunk_session_identifier: identifier, chunk_security_identifier: security } = posted.answer
    if (typeof identifier !== 'string' || typeof security !== 'string' || identifier === '' || security === '')
      return {
        is: 'refused',
        status: 200,
        reason:
          "Cette version d'as@lae ne sait pas recevoir une archive par morceaux. Mettez à 0 la taille des morceaux dans les réglages du connecteur, puis générez un nouveau paquet d'archive",
      }
    const progress = { session: { identifier, security }, confirmed: 0, chunkSize: limit }
    await memory.set(memoryKey(sip), progress satisfies Progress)
    return progress
  }

  const sendChunks = async (
    sip: Sip,
    { session, confirmed, chunkSize }: Required<Progress>,
  ): Promise<ChunkedSending | { readonly is: 'gone'; readonly onlyLastMissing: boolean }> => {
    const { archive } = sip
    const count = Math.ceil(archive.size / chunkSize)
    for (let rank = confirmed + 1; rank <= count; rank += 1) {
      const start = (rank - 1) * chunkSize
      const facts = {
        session_identifier: session.identifier,
        security_identifier: session.security,
        number_of_files: '1',
        file_index: '1',
        file_name: archive.name,
        compression_algorithm: 'TARGZ',
        number_of_chunks: String(count),
        chunk_index: String(rank),
      }
      const posted = await api.chunk([
        ...Object.entries(facts).map(([name, value]) => ({ name, value })),
        {
          name: 'chunk_content',
          file: archive,
          filename: archive.name,
          type: 'application/octet-stream',
          range: { start, end: Math.min(start + chunkSize, archive.size) - 1 },
        },
      ])
      if (posted.is === 'notFound') return { is: 'gone', onlyLastMissing: rank === count }
      if (posted.is === 'refused') return posted
      if (rank < count) await memory.set(memoryKey(sip), { session, confirmed: rank, chunkSize } satisfies Progress)
    }
    return { is: 'sent' }
  }

  return {
    isNeeded: (archive: FileRef): boolean => limit > 0 && archive.size > limit,

    /** True as long as as@lae has not confirmed the last chunk of this transfer. */
    isUnfinished: async (transfer: Transfer): Promise<boolean> =>
      (await memory.get<Progress>(memoryKey(transfer))) !== undefined,

    forget: (transfer: Transfer): Promise<void> => memory.set(memoryKey(transfer), undefined),

    /**
     * Begins, or goes on with the session that memory holds.
     * @param isKnown whether as@lae knows the transfer, whole or not
     */
    async send(sip: Sip, slip: Part, isKnown: () => Promise<boolean>): Promise<ChunkedSending> {
      const before = await memory.get<Progress>(memoryKey(sip))
      if (before?.session) {
        const resumed = await sendChunks(sip, { ...before, session: before.session })
        if (resumed.is !== 'gone') return resumed
        // The answer to the last chunk was lost and the session closed: the transfer is complete.
        if (resumed.onlyLastMissing && (await isKnown())) return { is: 'sent' }
      }
      const opened = await open(sip, slip)
      if ('is' in opened) return opened
      const sent = await sendChunks(sip, opened)
      if (sent.is !== 'gone') return sent
      throw new TemporaryError(
        "as@lae a perdu l'envoi par morceaux en cours de route. Il va reprendre depuis le début.",
        { maybeSent: true },
      )
    },
  }
}
