import busboy from 'busboy'
import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import type { FileRef } from '../../authoring/values.ts'
import { errors } from '../../errors.ts'
import { FileTooLargeError } from '../../files/errors.ts'
import type { StoredFiles } from '../../files/files.ts'
import { cleanName } from '../../files/names.ts'
import type { IncomingRequest } from '../incoming.ts'

/** A form as a browser sends it. A value or a field of files that is not there is empty. */
export interface PublicForm {
  value(name: string): string
  files(name: string): readonly FileRef[]
}

const LONGEST_VALUE = 1024 * 1024
const MOST_VALUES = 100

/** An input of type `file` left empty is sent as a file without a name nor a byte. */
const isNothing = (name: string | undefined, ref: FileRef): boolean => !name && ref.size === 0

/**
 * Reads a form, urlencoded or multipart; files go from the socket to the store. What was stored before a refusal is unreferenced, and
 * swept like any interrupted upload.
 * @throws errors.badRequest, errors.fileTooLarge
 */
export const readForm = async (
  request: IncomingRequest,
  store: Pick<StoredFiles, 'save'>,
  limits: { readonly files: number; readonly maxBytes: number },
): Promise<PublicForm> => {
  const values = new Map<string, string>()
  const files = new Map<string, FileRef[]>()
  const savings: Promise<void>[] = []
  const tooMany = () =>
    errors.badRequest({ detail: `Le formulaire accepte ${limits.files} fichiers au plus : retirez-en.` })

  const parser = (() => {
    try {
      return busboy({
        headers: request.headers,
        defParamCharset: 'utf8',
        limits: { fieldSize: LONGEST_VALUE, fields: MOST_VALUES, files: limits.files + 1, fileSize: Infinity },
      })
    } catch (cause) {
      throw errors.badRequest({ detail: "Le formulaire n'est pas dans une forme connue.", cause })
    }
  })()
  let seen = 0
  const save = async (name: string, content: Readable, filename: string | undefined): Promise<void> => {
    try {
      if (filename && ++seen > limits.files) throw tooMany()
      const ref = await store.save(content, cleanName(filename ?? ''), { maxBytes: Math.max(1, limits.maxBytes) })
      if (!isNothing(filename, ref)) files.set(name, [...(files.get(name) ?? []), ref])
    } catch (error) {
      content.resume()
      parser.destroy(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }
  parser.on('field', (name, value, { valueTruncated }) => {
    if (valueTruncated) parser.destroy(errors.badRequest({ detail: 'Le texte saisi est trop long.' }))
    values.set(name, value.replaceAll('\r\n', '\n'))
  })
  parser.on('file', (name, content, { filename }) => {
    // A parser that is destroyed tells the file it was giving: without a listener the process would end. The pipeline says it.
    content.on('error', () => undefined)
    // Awaited below; a refusal must not be an unhandled one meanwhile.
    const saving = save(name, content, filename)
    saving.catch(() => undefined)
    savings.push(saving)
  })
  parser.on('filesLimit', () => parser.destroy(tooMany()))
  try {
    await pipeline(request.stream, parser)
    await Promise.all(savings)
  } catch (error) {
    const [refused] = (await Promise.allSettled(savings)).flatMap(each =>
      each.status === 'rejected' ? [each.reason as unknown] : [],
    )
    const cause = refused ?? error
    if (cause instanceof FileTooLargeError) throw errors.fileTooLarge({ detail: cause.message, cause })
    if (cause instanceof Error && cause.name === 'Problem') throw cause
    throw errors.badRequest({ detail: "Le formulaire n'est pas arrivé en entier : recommencez.", cause })
  }
  return { value: name => values.get(name) ?? '', files: name => files.get(name) ?? [] }
}
