import type { FileRef } from '../authoring/values.ts'
import { errors } from '../errors.ts'
import { FileTooLargeError } from '../files/errors.ts'
import type { StoredFiles } from '../files/files.ts'
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
