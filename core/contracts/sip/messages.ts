import { SaxesParser } from 'saxes'

/** What the hub retains of an acknowledgement or of a reply, whatever the version of SEDA (`sae-asalae.md` §4). */
export interface SaeMessage {
  /** `Acknowledgement`, `ArchiveTransferReply` or `ArchiveTransferAcceptance` (0.2). */
  readonly root: string
  readonly namespace: string
  /** Every identifier that may be the one of the transfer. as@lae swaps two of them in 2.x. */
  readonly identifiers: readonly string[]
  readonly replyCode: string | undefined
  /** Identifier given to the archive by the archive service. */
  readonly archiveId: string | undefined
  readonly comment: string | undefined
}

const IDENTIFIERS = new Set([
  'MessageReceivedIdentifier',
  'MessageIdentifier',
  'MessageRequestIdentifier',
  'TransferIdentifier',
])
const ARCHIVE_IDENTIFIERS = ['Archive/ArchivalAgencyArchiveIdentifier', 'Content/ArchivalAgencyArchiveUnitIdentifier']

/** As the XML declaration says; only its ASCII head is looked at, before anything can be parsed. */
const decode = (bytes: Uint8Array): string => {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const label = /^[^<]{0,3}<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']/u.exec(head)?.[1] ?? 'utf-8'
  return new TextDecoder(label).decode(bytes)
}

/**
 * Reads an acknowledgement or a reply. No tree is built: replies of SEDA 1.0 repeat the description of the whole archive.
 * @throws Error when it is not well-formed XML, or in an unknown encoding
 */
export const readSaeMessage = (bytes: Uint8Array): SaeMessage => {
  const path: string[] = []
  const identifiers: string[] = []
  const comments: string[] = []
  let [root, namespace, text] = ['', '', '']
  let replyCode: string | undefined
  let archiveId: string | undefined

  const parser = new SaxesParser({ xmlns: true })
  parser.on('opentag', ({ local, uri }) => {
    if (path.length === 0) [root, namespace] = [local, uri]
    path.push(local)
    text = ''
  })
  const append = (more: string) => {
    text += more
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => {
    const name = path.at(-1) ?? ''
    const value = text.trim()
    if (value !== '') {
      if (path.length === 2 && IDENTIFIERS.has(name)) identifiers.push(value)
      if (path.length === 2 && name === 'Comment') comments.push(value)
      if (path.length === 2 && name === 'ReplyCode') replyCode = value
      if (ARCHIVE_IDENTIFIERS.includes(path.slice(-2).join('/'))) archiveId ??= value
    }
    path.pop()
    text = ''
  })
  parser.on('error', error => {
    throw error
  })
  parser.write(decode(bytes)).close()
  return { root, namespace, identifiers, replyCode, archiveId, comment: comments.join('\n') || undefined }
}

export type ReplyMeaning =
  | { readonly is: 'pending' }
  | { readonly is: 'accepted' }
  | { readonly is: 'refused'; readonly code: string }
  /** Not a reply, or a reply without a code: nobody may guess. */
  | { readonly is: 'senseless' }

/** What a reply decides. Codes 0xx accept, with or without remarks; all the others refuse. */
export const meaningOf = ({ root, namespace, replyCode }: SaeMessage): ReplyMeaning => {
  if (root === 'ArchiveTransferAcceptance') return { is: 'accepted' }
  // The service repeats its acknowledgement while it has not decided.
  if (root === 'Acknowledgement') return { is: 'pending' }
  if (root !== 'ArchiveTransferReply' || replyCode === undefined) return { is: 'senseless' }
  const accepts = /^0\d\d$/u.test(replyCode)
  // In SEDA 0.2 an ArchiveTransferReply is the acknowledgement or a refusal: acceptances have their own message.
  if (accepts && namespace.endsWith('v0.2')) return { is: 'pending' }
  return accepts ? { is: 'accepted' } : { is: 'refused', code: replyCode }
}

/** The messages that acknowledge: those of 1.0 and 2.x, and that of 0.2. A refusal given at once acknowledges as well. */
export const acknowledges = ({ root }: SaeMessage): boolean =>
  root === 'Acknowledgement' || root === 'ArchiveTransferReply'
