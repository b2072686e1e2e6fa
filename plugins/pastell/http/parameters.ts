import { Readable } from 'node:stream'
import type { FileRef, MountRequest, StoredFiles } from '#core'
import { badRequest } from './errors.ts'
import { boundaryOf, readMultipart, type PartHead } from './multipart.ts'
import {
  decodeText,
  fromJson,
  isFile,
  parseForm,
  put,
  textOf,
  valueOf,
  type PhpArray,
  type PhpValue,
} from './php-values.ts'

/** Bytes of everything that is not a file. */
const LARGEST_FORM = 20_000_000

/** Word processors put these where a keyboard puts the plain ones. */
const cleaned = (text: string): string => text.trim().replaceAll('&#8217;', "'").replaceAll('&#8211;', '-')

/** What a call was given, read as PHP reads it. */
export interface Given {
  has(name: string): boolean
  raw(name: string): PhpValue | undefined
  /** A scalar, trimmed; `undefined` when absent, `''` when an array or a file was sent. */
  text(name: string): string | undefined
  /** `a[]`, or one value alone. */
  texts(name: string): readonly string[]
  file(name: string): FileRef | undefined
  /** Every name, in the order they came. */
  entries(): readonly (readonly [string, PhpValue])[]
}

export const given = (values: PhpArray): Given => ({
  has: name => values.has(name),
  raw: name => values.get(name),
  text(name) {
    const value = values.get(name)
    return value === undefined ? undefined : cleaned(textOf(value) ?? '')
  },
  texts(name) {
    const value = values.get(name)
    if (value instanceof Map) return [...value.values()].flatMap(each => textOf(each) ?? []).map(cleaned)
    const text = textOf(value)
    return text === undefined ? [] : [cleaned(text)]
  },
  file(name) {
    const value = values.get(name)
    return isFile(value) ? value : undefined
  },
  entries: () => [...values],
})

const readAll = async (content: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > LARGEST_FORM)
      throw badRequest(`La demande dépasse ${LARGEST_FORM} octets hors fichiers : envoyez les fichiers à part.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A part is a file when it says so, or when it is bytes: old clients send binary fields without a name of file. */
const isFilePart = ({ filename, type }: PartHead): boolean =>
  (filename !== undefined && filename !== '') || (type !== undefined && !type.startsWith('text/'))

export interface FileDoor {
  readonly files: StoredFiles
  /** Bytes of the largest file accepted. */
  readonly maxBytes: number
}

/** Text parts in memory, within bounds; files straight into the store. */
const readParts = async (request: MountRequest, boundary: string, into: PhpArray, door: FileDoor): Promise<void> => {
  await readMultipart(request.stream, boundary, async (head, content) => {
    if (head.name === '') return
    if (!isFilePart(head)) {
      put(into, head.name, valueOf(await readAll(content)))
      return
    }
    const stream = Readable.from(content, { objectMode: false })
    put(into, head.name, await door.files.save(stream, head.filename || head.name, { maxBytes: door.maxBytes }))
  })
}

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(decodeText(bytes)) as unknown
  } catch (cause) {
    throw badRequest(`Le corps de la demande n'est pas du JSON valide : ${String(cause)}`)
  }
}

/**
 * Reads what a request carries. Query and body are merged and the body wins; a PATCH is a form whatever its `Content-Type`
 * (pastell-api.md §6), unless it says that it is JSON or multipart, which Pastell would silently ignore. The first version takes everything
 * whatever the method (§11).
 */
export const readParameters = async (request: MountRequest, door: FileDoor, version: 1 | 2): Promise<Given> => {
  const [, query = ''] = /\?(.*)$/su.exec(request.target) ?? []
  const values = parseForm(Buffer.from(query, 'latin1'))
  if (version === 2 && (request.method === 'GET' || request.method === 'DELETE')) return given(values)
  const type = request.headers['content-type'] ?? ''
  const boundary = /^\s*multipart\//iu.test(type) ? boundaryOf(type) : undefined
  // The query of a PATCH counts for nothing, unless the body says nothing.
  const body: PhpArray = version === 2 && request.method === 'PATCH' ? new Map<string, PhpValue>() : values
  if (boundary !== undefined) await readParts(request, boundary, body, door)
  else {
    const bytes = await readAll(request.stream as AsyncIterable<Buffer>)
    if (/^\s*application\/json/iu.test(type) && bytes.length > 0)
      for (const [name, value] of fromJson(parsed(bytes))) body.set(name, value)
    else parseForm(bytes, body)
  }
  return given(body.size === 0 ? values : body)
}
