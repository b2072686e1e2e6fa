import busboy from 'busboy'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A file of a multipart body, on disk so that a big one costs the simulator no memory. */
export interface SimFile {
  /** Name of the part. */
  readonly field: string
  readonly filename: string
  readonly type: string
  readonly path: string
  readonly size: number
  readonly sha256: string
  bytes(): Promise<Buffer>
}

export interface SimRequest {
  readonly method: string
  /** Decoded by nobody: as it came, without the query string. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Text fields of a form, in order; `field('a')` is the first one. */
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  field(name: string): string | undefined
  readonly files: readonly SimFile[]
  /** The body when it is not a form; empty when the server keeps bodies on disk. */
  readonly body: Buffer
  /** That same body, when the server keeps bodies on disk. */
  readonly bodyFile: SimFile | undefined
  /** Common name of the client certificate that was accepted. */
  readonly clientName: string | undefined
}

export type FormCharset = 'utf8' | 'latin1'
/** Where bodies that are no forms are read. On disk they may be of any size. */
export type BodyPlace = 'memory' | 'disk'

const LARGEST_RAW_BODY = 64 * 1024 * 1024

const readRaw = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_RAW_BODY)
      throw new Error(`A raw body of more than ${LARGEST_RAW_BODY} bytes reached a simulator.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Writes a stream to a file of its own. */
const keep = async (
  stream: Readable,
  folder: string,
  about: Pick<SimFile, 'field' | 'filename' | 'type'>,
): Promise<SimFile> => {
  const path = join(folder, `${crypto.randomUUID()}.part`)
  const hash = createHash('sha256')
  let size = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  await pipeline(stream, measure, createWriteStream(path))
  return { ...about, path, size, sha256: hash.digest('hex'), bytes: () => readFile(path) }
}

type Form = Pick<SimRequest, 'fields' | 'files'>

const readForm = async (request: IncomingMessage, folder: string, charset: FormCharset): Promise<Form> => {
  const fields: { name: string; value: string }[] = []
  const files: Promise<SimFile>[] = []
  const parser = busboy({
    headers: request.headers,
    defCharset: charset,
    defParamCharset: charset,
    limits: { fieldSize: 20 * 1024 * 1024 },
  })
  parser.on('field', (name, value) => fields.push({ name, value }))
  parser.on('file', (field, stream, { filename, mimeType }) => {
    const saved = keep(stream, folder, { field: field ?? '', filename: filename ?? '', type: mimeType })
    // A request cut in the middle is told by the pipeline below; this one must not be an unhandled rejection meanwhile.
    saved.catch(() => parser.destroy())
    files.push(saved)
  })
  await pipeline(request, parser)
  return { fields, files: await Promise.all(files) }
}

/** Reads a request whole: forms into fields and files (in `folder`), anything else into `body` or `bodyFile`. */
export const readRequest = async (
  request: IncomingMessage,
  {
    folder,
    charset,
    bodies,
    clientName,
  }: { folder: string; charset: FormCharset; bodies: BodyPlace; clientName: string | undefined },
): Promise<SimRequest> => {
  const url = new URL(request.url ?? '/', 'http://simulateur')
  const isForm = /^(multipart\/form-data|application\/x-www-form-urlencoded)/iu.test(
    request.headers['content-type'] ?? '',
  )
  const form = isForm ? await readForm(request, folder, charset) : { fields: [], files: [] }
  const type = request.headers['content-type'] ?? ''
  const bodyFile =
    !isForm && bodies === 'disk' ? await keep(request, folder, { field: '', filename: '', type }) : undefined
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    ...form,
    field: name => form.fields.find(each => each.name === name)?.value,
    body: isForm || bodyFile ? Buffer.alloc(0) : await readRaw(request),
    bodyFile,
    clientName,
  }
}
