import { Readable } from 'node:stream'
import Type from 'typebox'
import type { FileRef } from '../authoring/values.ts'
import { errors } from '../errors.ts'
import { FileMissingError } from '../files/errors.ts'
import type { ByteRange } from '../files/file-store.ts'
import type { StoredFiles } from '../files/files.ts'
import type { IncomingRequest } from './incoming.ts'
import { stream, type StreamAnswer } from './route.ts'

/** What a download looks at, and what it then answers. */
export const DownloadHeaders = Type.Object({
  Range: Type.Optional(
    Type.String({
      description: 'Une plage d’octets ; plusieurs à la fois rendent le fichier entier.',
      examples: ['bytes=0-1023'],
    }),
  ),
  'If-Range': Type.Optional(
    Type.String({ description: 'ETag du fichier commencé : s’il n’est plus le même, il est rendu entier.' }),
  ),
  'If-None-Match': Type.Optional(
    Type.String({ description: 'ETag du fichier déjà lu, qui est son empreinte SHA-256 entre guillemets.' }),
  ),
})
export const DOWNLOAD_ANSWERS = {
  206: 'La plage demandée ; Content-Range la situe, Repr-Digest reste l’empreinte du fichier entier.',
  304: 'Le fichier est celui de If-None-Match : rien n’est renvoyé.',
}

/**
 * Sends a stored file: whole, or the range asked for (viewers of PDF and interrupted downloads ask for them). Always as an
 * attachment and in a sandbox, since an agent of the town may have deposited a page with a script.
 * @throws errors.badRange; FileMissingError when the store has lost it
 */
export const sendFile = async (request: IncomingRequest, files: StoredFiles, ref: FileRef): Promise<StreamAnswer> => {
  const stored = await files.stat(ref)
  if (!stored) throw new FileMissingError(ref.sha256)
  const { size } = stored
  const etag = `"${ref.sha256}"`
  const headers = {
    'Content-Type': ref.type,
    'Content-Disposition': disposition(ref.name),
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Accept-Ranges': 'bytes',
    ETag: etag,
    // Of the whole file, whatever range is sent (RFC 9530).
    'Repr-Digest': `sha-256=:${Buffer.from(ref.sha256, 'hex').toString('base64')}:`,
  }
  if (request.headers['if-none-match'] === etag) return stream({ open: () => files.open(ref), status: 304, headers })
  const range = rangeAsked(request, etag, size)
  if (!range) return stream({ open: () => files.open(ref), headers: { ...headers, 'Content-Length': String(size) } })
  return stream({
    open: () => files.open(ref, range),
    status: 206,
    headers: {
      ...headers,
      'Content-Range': `bytes ${range.start}-${range.end}/${size}`,
      'Content-Length': String(range.end - range.start + 1),
    },
  })
}

/** Sends a text made by the hub as a file to keep. */
export const attachedText = (text: string, name: string): StreamAnswer => {
  const bytes = Buffer.from(text, 'utf8')
  return stream({
    open: () => Readable.from([bytes]),
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': disposition(name),
      'Content-Length': String(bytes.length),
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** One range; several at once are answered with the whole file, as RFC 9110 allows. */
const rangeAsked = ({ headers }: IncomingRequest, etag: string, size: number): Required<ByteRange> | undefined => {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/u.exec(headers.range ?? '') ?? []
  if ((from === '' && to === '') || (headers['if-range'] !== undefined && headers['if-range'] !== etag))
    return undefined
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (start >= size || start > end) throw errors.badRange({ detail: `Le fichier compte ${size} octets.` })
  return { start, end }
}

/** RFC 6266: an approximate name for old clients, the real one (accents, quotes) for the others. */
export const disposition = (name: string): string => {
  const plain = name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_')
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/gu,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
