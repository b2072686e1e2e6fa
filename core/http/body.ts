import type { IncomingRequest } from './incoming.ts'
import { errors } from '../errors.ts'

/** Bytes of the largest JSON body. Files have their own way in, streamed. */
export const JSON_LIMIT = 1_000_000

/**
 * Reads a JSON body.
 * @throws errors.unsupportedMedia (a cross-site form cannot send `application/json`: this is also a protection),
 * errors.bodyTooLarge, errors.unreadableBody
 */
export const readJson = async (request: IncomingRequest): Promise<unknown> => {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/json' || request.headers['content-encoding'])
    throw errors.unsupportedMedia()
  if ((request.length ?? 0) > JSON_LIMIT) throw errors.bodyTooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > JSON_LIMIT) throw errors.bodyTooLarge()
    chunks.push(chunk)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) as unknown
  } catch (cause) {
    throw errors.unreadableBody({ cause })
  }
}
