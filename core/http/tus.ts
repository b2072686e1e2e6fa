import Type, { type Static } from 'typebox'
import type { Arriving, ChecksumAlgorithm, Upload } from '../documents/uploads.ts'
import { errors } from '../errors.ts'
import type { IncomingRequest } from './incoming.ts'
import { queryCheck } from './validation.ts'

/**
 * The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload), with its extensions creation, creation-with-upload, expiration,
 * checksum and termination. Our own, since `@tus/server` keeps its own files and metadata beside the store and the database that several
 * processes share.
 */
export const TUS = '1.0.0'
export const TUS_BODY = 'application/offset+octet-stream'
const ALGORITHMS: readonly ChecksumAlgorithm[] = ['sha1', 'sha256']

const COUNT = '^[0-9]{1,15}$'
const version = {
  'Tus-Resumable': Type.String({ description: `Version du protocole : ${TUS}.`, examples: [TUS] }),
}
const checksum = {
  'Upload-Checksum': Type.Optional(
    Type.String({
      pattern: '^[a-z0-9]+ [A-Za-z0-9+/=]+$',
      description: 'Algorithme (sha1 ou sha256) et empreinte en base64 des octets envoyés dans cette demande.',
      examples: ['sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
    }),
  ),
}
export const TusHeaders = Type.Object(version)
export const CreationHeaders = Type.Object({
  ...version,
  'Upload-Length': Type.String({ pattern: COUNT, description: 'Taille du fichier, en octets.' }),
  'Upload-Metadata': Type.String({
    maxLength: 4_000,
    description: '« filename » suivi du nom du fichier, en UTF-8 puis en base64 ; les autres clés sont ignorées.',
    examples: ['filename ZMOpbGliw6lyYXRpb24ucGRm'],
  }),
  ...checksum,
})
export const ContinuationHeaders = Type.Object({
  ...version,
  'Upload-Offset': Type.String({ pattern: COUNT, description: 'Où commencent ces octets.' }),
  ...checksum,
})

type Given = Pick<IncomingRequest, 'headers'>

/** The headers of a schema, under the names it gives them; Node has them in lower case. */
const reader = <S extends typeof TusHeaders>(schema: S) => {
  const check = queryCheck(schema)
  return ({ headers }: Given): Static<S> => {
    if (headers['tus-resumable'] !== TUS) throw errors.tusVersion({ headers: { 'Tus-Version': TUS } })
    const given = Object.keys(schema.properties).map(name => [name, headers[name.toLowerCase()]] as const)
    return check(Object.fromEntries(given.filter(([, value]) => value !== undefined)))
  }
}
export const readTus = reader(TusHeaders)
const readCreation = reader(CreationHeaders)
const readContinuation = reader(ContinuationHeaders)

const fileName = (metadata: string): string => {
  const pairs = metadata.split(',').map(pair => pair.trim().split(' '))
  const encoded = pairs.find(([key]) => key === 'filename')?.[1]
  if (!encoded) throw errors.badRequest({ detail: 'Upload-Metadata doit donner « filename » et sa valeur en base64.' })
  return Buffer.from(encoded, 'base64').toString('utf8')
}

const checksumIn = (header: string | undefined): Arriving['checksum'] => {
  if (header === undefined) return undefined
  const [name, digest = ''] = header.split(' ')
  const algorithm = ALGORITHMS.find(each => each === name)
  if (!algorithm)
    throw errors.badRequest({ detail: `Upload-Checksum : choisissez parmi ${ALGORITHMS.join(', ')}, pas « ${name} ».` })
  return { algorithm, digest: Buffer.from(digest, 'base64') }
}

const assertBody = ({ headers }: Given): void => {
  if (headers['content-type'] !== TUS_BODY || headers['content-encoding'])
    throw errors.unsupportedMedia({ detail: `Ici, envoyez les octets en ${TUS_BODY}, sans compression.` })
}

/** What is announced by a creation, and the bytes that may come with it. */
export const creationIn = (request: IncomingRequest) => {
  const headers = readCreation(request)
  const length = Number(headers['Upload-Length'])
  const name = fileName(headers['Upload-Metadata'])
  const withBytes = request.headers['content-type'] !== undefined
  if (withBytes) assertBody(request)
  return { name, length, first: withBytes ? arriving(request, 0, headers['Upload-Checksum']) : undefined }
}

/** The bytes of a continuation. */
export const continuationIn = (request: IncomingRequest): Arriving => {
  const headers = readContinuation(request)
  assertBody(request)
  return arriving(request, Number(headers['Upload-Offset']), headers['Upload-Checksum'])
}

const arriving = (request: IncomingRequest, offset: number, checksum: string | undefined): Arriving => ({
  offset,
  checksum: checksumIn(checksum),
  content: request.stream,
})

/** Where an upload is, as tus says it. */
export const tusHeaders = (upload: Upload): Readonly<Record<string, string>> => ({
  'Tus-Resumable': TUS,
  'Upload-Offset': String(upload.received),
  'Upload-Length': String(upload.length),
  'Upload-Expires': upload.expiresAt.toUTCString(),
})

/** What this server can do. */
export const tusOptions = (maxBytes: number): Readonly<Record<string, string>> => ({
  'Tus-Resumable': TUS,
  'Tus-Version': TUS,
  'Tus-Extension': 'creation,creation-with-upload,expiration,checksum,termination',
  'Tus-Checksum-Algorithm': ALGORITHMS.join(','),
  'Tus-Max-Size': String(maxBytes),
})
