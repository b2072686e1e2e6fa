import { Readable } from 'node:stream'
import busboy from 'busboy'
import { errors } from '../errors.ts'
import { JSON_LIMIT } from './body.ts'
import type { IncomingRequest } from './incoming.ts'

/** A file of a form, to be read to the end before asking for the next one. */
export interface FormFile {
  /** Name of the part: that of a field. */
  readonly field: string
  readonly name: string
  readonly content: Readable
}

export interface Form {
  /** The texts that came before the first file; `values` (or `valeurs`) as the JSON it holds. */
  readonly body: Readonly<Record<string, unknown>>
  readonly files: AsyncIterable<FormFile>
}

const MOST_FILES = 200

export const isForm = ({ headers }: Pick<IncomingRequest, 'headers'>): boolean =>
  /^multipart\/form-data\b/iu.test(headers['content-type'] ?? '')

/** No file at all, for requests that are not forms. */
export const noFiles = (): AsyncIterable<FormFile> => Readable.from([])

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw errors.unreadableBody({ detail: 'La partie « values » du formulaire est un objet JSON.', cause })
  }
}

const parserOf = ({ headers }: IncomingRequest) => {
  try {
    return busboy({
      headers,
      defParamCharset: 'utf8',
      limits: { fieldSize: JSON_LIMIT, fields: 20, files: MOST_FILES },
    })
  } catch (cause) {
    throw errors.unreadableBody({ detail: 'Ce formulaire n’annonce pas de séparateur (boundary).', cause })
  }
}

/**
 * Reads a form (`multipart/form-data`) as far as its first file. The files are then read one by one from the socket, so that who may
 * do it and what is asked are checked before any of them arrives: the texts come first.
 * @throws errors.unreadableBody, errors.bodyTooLarge
 */
export const openForm = async (request: IncomingRequest): Promise<Form> => {
  const parser = parserOf(request)
  const body: Record<string, unknown> = {}
  const arrived: FormFile[] = []
  let over = false
  let failure: Error | undefined
  let wake = () => {}
  let begun = false
  const fail = (error: Error) => {
    failure ??= error
    over = true
    wake()
  }
  const incomplete = (cause: unknown) =>
    fail(errors.unreadableBody({ detail: 'Ce formulaire est coupé ou mal formé : renvoyez-le.', cause }))

  parser.on('field', (name, text, { valueTruncated }) => {
    if (valueTruncated) return fail(errors.bodyTooLarge())
    if (begun) return fail(errors.unreadableBody({ detail: `« ${name} » doit précéder les fichiers du formulaire.` }))
    body[name === 'valeurs' ? 'values' : name] = text
  })
  parser.on('file', (field, content, { filename }) => {
    begun = true
    content.once('error', incomplete)
    arrived.push({ field, name: filename ?? field, content })
    wake()
  })
  parser.once('filesLimit', () =>
    fail(errors.badRequest({ detail: `Un formulaire porte ${MOST_FILES} fichiers au plus.` })),
  )
  parser.once('error', incomplete)
  parser.once('close', () => {
    over = true
    wake()
  })
  request.stream.once('error', incomplete)
  request.stream.pipe(parser)

  const next = async (): Promise<FormFile | undefined> => {
    for (;;) {
      if (failure !== undefined) throw failure
      const file = arrived.shift()
      if (file || over) return file
      await new Promise<void>(resolve => (wake = resolve))
    }
  }
  async function* from(first: FormFile | undefined): AsyncGenerator<FormFile> {
    for (let file = first; file; file = await next()) yield file
  }
  const first = await next()
  const { values } = body
  return { files: from(first), body: typeof values === 'string' ? { ...body, values: parsed(values) } : body }
}
