import type { FileRef } from '../authoring/values.ts'
import { errors } from '../errors.ts'
import { FileTooLargeError } from '../files/errors.ts'
import type { ReceivedFiles } from '../documents/incoming-files.ts'
import type { CompiledFlow } from '../engine/model.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FormFile } from './multipart.ts'
import type { IncomingRequest } from './incoming.ts'

/**
 * Receives a body into the store, from the socket to the disk, never whole in memory. A size announced too large is refused
 * before a byte is read.
 * @param options.maxBytes largest size accepted
 * @throws errors.fileTooLarge, FileTooLargeError: the same answer, with the limit in its detail
 */
export const receiveFile = async (
  request: IncomingRequest,
  files: StoredFiles,
  options: { readonly name: string; readonly maxBytes: number },
): Promise<FileRef> => {
  if ((request.length ?? 0) > options.maxBytes)
    throw errors.fileTooLarge({ detail: new FileTooLargeError(options.name, options.maxBytes).message })
  return files.save(request.stream, options.name, { maxBytes: options.maxBytes })
}

/**
 * Receives the files of a form, each into the field of its name.
 * @param options.maxBytes largest size of each, beside what its field accepts
 * @throws errors.badInput when a part is not named as a file field; FileTooLargeError
 */
export const receiveForm = async (
  parts: AsyncIterable<FormFile>,
  { fields }: CompiledFlow,
  { files, maxBytes }: { readonly files: StoredFiles; readonly maxBytes: number },
): Promise<ReceivedFiles> => {
  const received = new Map<string, FileRef[]>()
  for await (const { field: name, name: fileName, content } of parts) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field?.kind !== 'file' && field?.kind !== 'files')
      throw errors.badInput({
        fields: [
          { field: name, code: 'inconnu', message: `Le champ « ${name} » n'attend pas de fichier dans ce flux.` },
        ],
      })
    const limit = Math.min(maxBytes, field.options.maxBytes ?? Infinity)
    const file = await files.save(content, fileName, { maxBytes: limit })
    received.set(name, [...(received.get(name) ?? []), file])
  }
  return Object.fromEntries(received)
}
