import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Files } from '../authoring/context.ts'
import { TemporaryError } from '../authoring/errors.ts'
import type { FileRef } from '../authoring/values.ts'
import type { HttpRequest, Part, Piece } from './http.ts'

/** A body ready to leave: its exact size is known before the first byte, because many remotes refuse chunked uploads. */
export interface OutgoingBody {
  readonly content: Readable | Uint8Array
  /** Unknown for a content made on the way only. */
  readonly length: number | undefined
  readonly type: string
}

/** What word processors type and ISO-8859-1 does not hold, in characters that it does. */
const IN_LATIN1: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': ',',
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2026': '...',
  '\u2022': '-',
  '\u202f': '\u00a0',
  '\u2009': ' ',
  '\u20ac': 'EUR',
  '\u0152': 'OE',
  '\u0153': 'oe',
  '\u0178': 'Y',
}

/**
 * A text that ISO-8859-1 can hold: composed accents, plain quotes and dashes, `EUR` for the euro sign, base letters where the
 * accent does not exist there, `?` for the rest. Connectors use it where the result matters to them (length, comparison).
 */
export const toLatin1 = (value: string): string =>
  Array.from(value.normalize('NFC'), character => {
    if (character.charCodeAt(0) <= 0xff) return character
    const replaced = IN_LATIN1[character] ?? character.normalize('NFKD').replace(/[^\u0000-\u00ff]/gu, '')
    return replaced === '' ? '?' : replaced
  }).join('')

const encode = (value: string, charset: 'utf8' | 'latin1'): Buffer =>
  charset === 'latin1' ? Buffer.from(toLatin1(value), 'latin1') : Buffer.from(value, 'utf8')

/** As browsers write the parameters of a part: a quote or a line end in a name must not end the header. */
const parameter = (value: string): string =>
  value.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const headOf = (part: Part, boundary: string): string => {
  const filename = 'file' in part ? (part.filename ?? part.file.name) : part.filename
  const type = part.type ?? ('file' in part ? part.file.type : undefined)
  return [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${parameter(part.name)}"${filename === undefined ? '' : `; filename="${parameter(filename)}"`}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    '',
    '',
  ].join('\r\n')
}

/** The content of the store; its failures are ours, not to be taken for the network's. The remote got half a body: nothing was sent. */
async function* stored(
  file: FileRef,
  files: Files,
  range?: { start: number; end: number },
): AsyncGenerator<Uint8Array> {
  try {
    yield* files.open(file, range) as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw new TemporaryError(
      `Le fichier « ${file.name} » n'a pas pu être relu dans l'entrepôt de fichiers. Un nouvel essai aura lieu.`,
      {
        cause,
      },
    )
  }
}

const multipart = (parts: readonly Part[], charset: 'utf8' | 'latin1', files: Files): OutgoingBody => {
  const boundary = `passeur-${randomUUID()}`
  const pieces = parts.map(part => {
    const head = encode(headOf(part, boundary), charset)
    if ('file' in part) {
      const size = part.range ? part.range.end - part.range.start + 1 : part.file.size
      return { head, size, open: () => stored(part.file, files, part.range) }
    }
    const bytes = typeof part.value === 'string' ? encode(part.value, charset) : Buffer.from(part.value)
    return { head, size: bytes.length, open: () => [bytes] }
  })
  const lineEnd = Buffer.from('\r\n')
  const last = Buffer.from(`--${boundary}--\r\n`)
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const { head, open } of pieces) {
      yield head
      yield* open()
      yield lineEnd
    }
    yield last
  }
  return {
    content: Readable.from(content(), { objectMode: false }),
    length: pieces.reduce((sum, { head, size }) => sum + head.length + size + lineEnd.length, last.length),
    type: `multipart/form-data; boundary=${boundary}`,
  }
}

/** Base64 without line breaks, three bytes at a time whatever the size of the chunks. */
async function* inBase64(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = Buffer.alloc(0)
  for await (const chunk of content) {
    const bytes = left.length === 0 ? Buffer.from(chunk) : Buffer.concat([left, chunk])
    const whole = bytes.length - (bytes.length % 3)
    left = Buffer.from(bytes.subarray(whole))
    if (whole > 0) yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1')
  }
  if (left.length > 0) yield Buffer.from(left.toString('base64'), 'latin1')
}

const endToEnd = (pieces: readonly Piece[], type: string, files: Files): OutgoingBody => {
  const ready = pieces.map(piece => {
    if (typeof piece === 'string' || piece instanceof Uint8Array) {
      const bytes = Buffer.from(piece)
      return { size: bytes.length, open: () => [bytes] }
    }
    const { file, encoding } = piece
    if (encoding === undefined) return { size: file.size, open: () => stored(file, files) }
    return { size: 4 * Math.ceil(file.size / 3), open: () => inBase64(stored(file, files)) }
  })
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const { open } of ready) yield* open()
  }
  return {
    content: Readable.from(content(), { objectMode: false }),
    length: ready.reduce((sum, { size }) => sum + size, 0),
    type,
  }
}

const known = (content: Uint8Array, type: string): OutgoingBody => ({ content, length: content.length, type })

/** Prepares the body of a request. Called again for each try: a stream is read only once. */
export const outgoingBody = (body: HttpRequest['body'], files: Files): OutgoingBody | undefined => {
  if (!body) return undefined
  if ('json' in body) return known(Buffer.from(JSON.stringify(body.json)), 'application/json')
  if ('form' in body)
    return known(Buffer.from(new URLSearchParams(body.form).toString()), 'application/x-www-form-urlencoded')
  if ('raw' in body) return known(Buffer.from(body.raw), body.type)
  if ('file' in body)
    return {
      content: Readable.from(stored(body.file, files), { objectMode: false }),
      length: body.file.size,
      type: body.type ?? body.file.type,
    }
  if ('pieces' in body) return endToEnd(body.pieces, body.type, files)
  if ('stream' in body)
    return { content: body.stream, length: body.size, type: body.type ?? 'application/octet-stream' }
  return multipart(body.parts, body.charset ?? 'utf8', files)
}
