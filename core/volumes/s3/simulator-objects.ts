import { createHash, randomUUID } from 'node:crypto'
import { create } from 'xmlbuilder2'
import type { SimRequest } from '../../testing/sim-request.ts'
import type { SimResponse } from '../../testing/sim-server.ts'

export interface StoredObject {
  readonly body: Buffer
  readonly etag: string
  readonly modifiedAt: Date
  readonly headers: Readonly<Record<string, string>>
}

interface Multipart {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly parts: Map<number, Buffer>
}

export interface S3StoreOptions {
  readonly bucket: string
  /** What the store does of `If-None-Match: *` on a copy: some refuse it with 501, some do not look at it. */
  readonly conditions: 'honoured' | 'unknown' | 'ignored'
  /** Objects in one page of a list. */
  readonly pageSize: number
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
const SMALLEST_PART = 5 * 1024 * 1024

const xml = (root: string, content: object): string =>
  create({ version: '1.0', encoding: 'UTF-8' })
    .ele(NAMESPACE, root)
    .ele(content as Record<string, unknown>)
    .up()
    .end()

/** The XML by which a store refuses; the body of a `status` fault. */
export const s3ErrorBody = (code: string, message = code): string =>
  create({ version: '1.0', encoding: 'UTF-8' }).ele('Error').ele({ Code: code, Message: message }).up().end()

export const s3Error = (status: number, code: string, message = code): SimResponse => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: s3ErrorBody(code, message),
})

const answer = (root: string, content: object): SimResponse => ({
  headers: { 'content-type': 'application/xml' },
  body: xml(root, content),
})

const md5 = (content: Uint8Array): string => createHash('md5').update(content).digest('hex')

/** What a store keeps of a request beside the content. */
const keptHeaders = (headers: SimRequest['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] =>
        (/^x-amz-(?:meta-|server-side-encryption)/u.test(entry[0]) || entry[0] === 'content-type') &&
        entry[1] !== undefined,
    ),
  )

const noSuchKey = () => s3Error(404, 'NoSuchKey', 'The specified key does not exist.')
const preconditionFailed = () =>
  s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')

/** The objects of one bucket in memory, and the requests of S3 on them: list v2, get, head, put, copy, delete, multipart. */
export const s3Store = ({ bucket, conditions, pageSize }: S3StoreOptions) => {
  const objects = new Map<string, StoredObject>()
  const uploads = new Map<string, Multipart>()

  const keep = (
    key: string,
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    etag = md5(body),
  ): StoredObject => {
    const stored = { body, etag: `"${etag}"`, modifiedAt: new Date(), headers }
    objects.set(key, stored)
    return stored
  }

  const list = ({ query }: SimRequest): SimResponse => {
    const prefix = query.get('prefix') ?? ''
    const delimiter = query.get('delimiter')
    const most = Math.min(Number(query.get('max-keys') ?? 1000), pageSize)
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString()
    const groups = new Map<string, StoredObject | undefined>()
    for (const key of [...objects.keys()].filter(each => each.startsWith(prefix)).sort()) {
      const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1
      if (cut < 0) groups.set(key, objects.get(key))
      else groups.set(key.slice(0, cut + 1), undefined)
    }
    const left = [...groups].filter(([name]) => name > after)
    const page = left.slice(0, most)
    const last = page.at(-1)?.[0]
    return answer('ListBucketResult', {
      Name: bucket,
      Prefix: prefix,
      KeyCount: page.length,
      IsTruncated: left.length > page.length,
      ...(left.length > page.length && last ? { NextContinuationToken: Buffer.from(last).toString('base64') } : {}),
      Contents: page.flatMap(([Key, object]) =>
        object
          ? [
              {
                Key,
                LastModified: object.modifiedAt.toISOString(),
                ETag: object.etag,
                Size: object.body.length,
                StorageClass: 'STANDARD',
              },
            ]
          : [],
      ),
      CommonPrefixes: page.flatMap(([Prefix, object]) => (object ? [] : [{ Prefix }])),
    })
  }

  const copied = (headers: SimRequest['headers']): Buffer | undefined => {
    const source = decodeURIComponent(headers['x-amz-copy-source'] ?? '').replace(/^\//u, '')
    const found = source.startsWith(`${bucket}/`) ? objects.get(source.slice(bucket.length + 1)) : undefined
    const [, start, end] = /^bytes=(\d+)-(\d+)$/u.exec(headers['x-amz-copy-source-range'] ?? '') ?? []
    if (!found || start === undefined || end === undefined) return found?.body
    return found.body.subarray(Number(start), Number(end) + 1)
  }

  const put = (key: string, { headers, body }: SimRequest): SimResponse => {
    const isCopy = headers['x-amz-copy-source'] !== undefined
    const content = isCopy ? copied(headers) : body
    if (!content) return noSuchKey()
    if (headers['if-none-match'] === '*' && !(isCopy && conditions === 'ignored')) {
      if (isCopy && conditions === 'unknown')
        return s3Error(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented')
      if (objects.has(key)) return preconditionFailed()
    }
    const { etag, modifiedAt } = keep(key, content, keptHeaders(headers))
    if (!isCopy) return { headers: { etag } }
    return answer('CopyObjectResult', { ETag: etag, LastModified: modifiedAt.toISOString() })
  }

  const partOf = (upload: Multipart, { query, headers, body }: SimRequest): SimResponse => {
    const isCopy = headers['x-amz-copy-source'] !== undefined
    const content = isCopy ? copied(headers) : body
    if (!content) return noSuchKey()
    upload.parts.set(Number(query.get('partNumber')), content)
    const etag = `"${md5(content)}"`
    return isCopy
      ? answer('CopyPartResult', { ETag: etag, LastModified: new Date().toISOString() })
      : { headers: { etag } }
  }

  const complete = (id: string, upload: Multipart, { headers }: SimRequest): SimResponse => {
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part)
    if (parts.slice(0, -1).some(part => part.length < SMALLEST_PART))
      return s3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
    if (headers['if-none-match'] === '*' && conditions === 'honoured' && objects.has(upload.key))
      return preconditionFailed()
    uploads.delete(id)
    const etag = `${md5(Buffer.concat(parts.map(part => Buffer.from(md5(part), 'hex'))))}-${parts.length}`
    const stored = keep(upload.key, Buffer.concat(parts), upload.headers, etag)
    return answer('CompleteMultipartUploadResult', { Bucket: bucket, Key: upload.key, ETag: stored.etag })
  }

  const multipart = (key: string, request: SimRequest): SimResponse => {
    const { method, query } = request
    if (method === 'POST' && query.has('uploads')) {
      const UploadId = randomUUID()
      uploads.set(UploadId, { key, headers: keptHeaders(request.headers), parts: new Map() })
      return answer('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId })
    }
    const id = query.get('uploadId') ?? ''
    const upload = uploads.get(id)
    if (!upload) return s3Error(404, 'NoSuchUpload', 'The specified upload does not exist.')
    if (method === 'PUT') return partOf(upload, request)
    if (method === 'POST') return complete(id, upload, request)
    uploads.delete(id)
    return { status: 204 }
  }

  const read = (key: string, { method, headers }: SimRequest): SimResponse => {
    const found = objects.get(key)
    if (!found) return method === 'HEAD' ? { status: 404 } : noSuchKey()
    const [ranged, start = '', end = ''] = /^bytes=(\d+)-(\d*)$/u.exec(headers['range'] ?? '') ?? []
    // Node keeps the length and drops the body of an answer to HEAD.
    return {
      ...(ranged === undefined ? {} : { status: 206 }),
      headers: { ...found.headers, etag: found.etag, 'last-modified': found.modifiedAt.toUTCString() },
      body:
        ranged === undefined
          ? found.body
          : found.body.subarray(Number(start), end === '' ? undefined : Number(end) + 1),
    }
  }

  return {
    objects,
    uploads,
    handle(key: string, request: SimRequest): SimResponse {
      const { method, query } = request
      if (key === '') return method === 'GET' ? list(request) : s3Error(405, 'MethodNotAllowed')
      if (query.has('uploads') || query.has('uploadId')) return multipart(key, request)
      if (method === 'PUT') return put(key, request)
      if (method === 'GET' || method === 'HEAD') return read(key, request)
      if (method !== 'DELETE') return s3Error(405, 'MethodNotAllowed')
      objects.delete(key)
      return { status: 204 }
    },
  }
}
