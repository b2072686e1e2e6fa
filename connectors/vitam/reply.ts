import type { Readable } from 'node:stream'
import { SaxesParser } from 'saxes'

/** What matters in an ArchiveTransferReply (`vitam.md` §4). */
export interface VitamReply {
  readonly root: string
  /** `MessageRequestIdentifier`: the transfer it answers. */
  readonly transferId: string | undefined
  readonly code: string | undefined
  /** `SystemId` of the first archive unit. */
  readonly archiveId: string | undefined
  /** `OutcomeDetailMessage` of the last event. */
  readonly comment: string | undefined
}

const UNIT = /\/ArchiveUnit\/Content\/SystemId$/u

/**
 * Reads a reply as it goes by: it describes the whole archive again, and may be long.
 * @throws Error when it is not well formed
 */
export const readReply = async (xml: Readable): Promise<VitamReply> => {
  const parser = new SaxesParser({ xmlns: true })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const path: string[] = []
  let root = ''
  let text = ''
  const found: Record<'transferId' | 'code' | 'archiveId' | 'comment', string | undefined> = {
    transferId: undefined,
    code: undefined,
    archiveId: undefined,
    comment: undefined,
  }
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', ({ local }) => {
    root ||= local
    path.push(local)
    text = ''
  })
  const append = (more: string) => {
    text += more
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', ({ local }) => {
    const value = text.trim() || undefined
    if (path.length === 2 && local === 'MessageRequestIdentifier') found.transferId = value
    else if (path.length === 2 && local === 'ReplyCode') found.code = value
    else if (UNIT.test(path.join('/'))) found.archiveId ??= value
    else if (local === 'OutcomeDetailMessage') found.comment = value ?? found.comment
    path.pop()
    text = ''
  })
  for await (const chunk of xml as AsyncIterable<Uint8Array>) parser.write(decoder.decode(chunk, { stream: true }))
  parser.write(decoder.decode()).close()
  return { root, ...found }
}
