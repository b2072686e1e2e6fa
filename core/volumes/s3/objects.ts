import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { watched } from '../content.ts'
import { answered, codeOf, s3Failure, statusOf } from './failures.ts'
import type { S3Settings } from './settings.ts'

/** An object, as HEAD tells it. */
export interface Head {
  readonly key: string
  readonly size: number
  readonly etag: string
  readonly type: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

export interface Listed {
  readonly objects: readonly { readonly key: string; readonly size: number; readonly modifiedAt: Date | undefined }[]
  /** Only with a `delimiter`: what begins like a folder, with its last slash. */
  readonly prefixes: readonly string[]
}

const MB = 1024 * 1024
/** A store takes 10 000 parts at most: this carries 160 GB of unknown size. */
const PART_SIZE = 16 * MB
const MOST_PARTS = 9_000
/** Largest object that one copy may carry (S3). */
const LARGEST_COPY = 5 * 1024 * MB
const COPIED_PART = 1024 * MB

const encrypted = ({ chiffrement, cleChiffrement }: S3Settings) =>
  chiffrement === 'aucun'
    ? {}
    : {
        ServerSideEncryption: chiffrement,
        ...(chiffrement === 'aws:kms' && cleChiffrement !== undefined ? { SSEKMSKeyId: cleChiffrement } : {}),
      }

const rangeOf = (range: { readonly start: number; readonly end?: number } | undefined): string | undefined =>
  range && `bytes=${range.start}-${range.end ?? ''}`

/** The requests of S3 that a volume is made of, their failures said in French. Keys are whole. */
export const s3Objects = (
  client: S3Client,
  settings: S3Settings,
  host: string,
  {
    largestCopy = LARGEST_COPY,
    copiedPart = COPIED_PART,
  }: { readonly largestCopy?: number; readonly copiedPart?: number } = {},
) => {
  const Bucket = settings.compartiment
  const encryption = encrypted(settings)
  const named = (key: string): string => `s3://${Bucket}/${key}`
  const attempt = async <T>(doing: string, acting: boolean, request: () => Promise<T>): Promise<T> => {
    try {
      return await request()
    } catch (error) {
      throw s3Failure(error, { doing, host, acting })
    }
  }

  const head = async (key: string): Promise<Head | undefined> =>
    attempt(`lire « ${named(key)} »`, false, async () => {
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket, Key: key }))
        return {
          key,
          size: found.ContentLength ?? 0,
          etag: answered(found.ETag),
          type: found.ContentType,
          metadata: found.Metadata ?? {},
        }
      } catch (error) {
        if (statusOf(error) === 404) return undefined
        throw error
      }
    })

  const copySmall = async (source: Head, to: string, metadata: Head['metadata'], onlyNew: boolean) => {
    const { CopyObjectResult } = await client.send(
      new CopyObjectCommand({
        Bucket,
        Key: to,
        CopySource: `${Bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`,
        MetadataDirective: 'REPLACE',
        Metadata: metadata,
        ContentType: source.type,
        ...(onlyNew ? { IfNoneMatch: '*' } : {}),
        ...encryption,
      }),
    )
    answered(CopyObjectResult?.ETag)
  }

  const copyLarge = async (source: Head, to: string, metadata: Head['metadata'], onlyNew: boolean) => {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key: to,
        Metadata: metadata,
        ContentType: source.type,
        ...encryption,
      }),
    )
    const upload = { Bucket, Key: to, UploadId }
    try {
      const parts: { ETag: string; PartNumber: number }[] = []
      for (let start = 0; start < source.size; start += copiedPart) {
        const PartNumber = parts.length + 1
        const { CopyPartResult } = await client.send(
          new UploadPartCopyCommand({
            ...upload,
            PartNumber,
            CopySource: `${Bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`,
            CopySourceRange: `bytes=${start}-${Math.min(start + copiedPart, source.size) - 1}`,
          }),
        )
        parts.push({ ETag: answered(CopyPartResult?.ETag), PartNumber })
      }
      await client.send(
        new CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts: parts },
          ...(onlyNew ? { IfNoneMatch: '*' } : {}),
        }),
      )
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand(upload))
      throw error
    }
  }

  return {
    head,
    named,

    /** Everything under a prefix, or one level of it. `most` stops early. */
    async list(
      prefix: string,
      { delimiter, most = Infinity }: { readonly delimiter?: '/'; readonly most?: number } = {},
    ): Promise<Listed> {
      return attempt(`lister « ${named(prefix)} »`, false, async () => {
        const objects: { key: string; size: number; modifiedAt: Date | undefined }[] = []
        const prefixes: string[] = []
        let token: string | undefined
        do {
          const page = await client.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: prefix,
              Delimiter: delimiter,
              ContinuationToken: token,
              ...(most < 1000 ? { MaxKeys: most } : {}),
            }),
          )
          answered(page.Name)
          for (const { Key = '', Size = 0, LastModified } of page.Contents ?? [])
            objects.push({ key: Key, size: Size, modifiedAt: LastModified })
          for (const { Prefix = '' } of page.CommonPrefixes ?? []) prefixes.push(Prefix)
          token = page.IsTruncated ? page.NextContinuationToken : undefined
        } while (token !== undefined && objects.length < most)
        return { objects, prefixes }
      })
    },

    /** `range`: bytes, both ends included. */
    async get(key: string, range?: { readonly start: number; readonly end?: number }): Promise<Readable | undefined> {
      return attempt(`lire « ${named(key)} »`, false, async () => {
        try {
          const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket, Key: key, Range: rangeOf(range) }))
          answered(ETag)
          return Body as Readable
        } catch (error) {
          if (codeOf(error) === 'NoSuchKey') return undefined
          throw error
        }
      })
    },

    /** Writes in parts when it is large or of unknown size; parts of an upload that fails are taken back. */
    async put(key: string, content: Readable, size: number | undefined, metadata: Head['metadata']): Promise<void> {
      const source = watched(content)
      const upload = new Upload({
        client,
        params: { Bucket, Key: key, Body: source.stream, Metadata: metadata, ...encryption },
        partSize: Math.max(PART_SIZE, Math.ceil((size ?? 0) / MOST_PARTS)),
        queueSize: 1,
      })
      try {
        await upload.done()
      } catch (error) {
        throw source.failure() ?? s3Failure(error, { doing: `écrire « ${named(key)} »`, host, acting: true })
      }
    },

    /** Copies within the bucket, only where there is nothing. `exists`: there was something. */
    async copy(source: Head, to: string, metadata: Head['metadata']): Promise<'copied' | 'exists'> {
      const send = source.size > largestCopy ? copyLarge : copySmall
      return attempt(`donner son nom à « ${named(to)} »`, true, async () => {
        try {
          await send(source, to, metadata, true)
        } catch (error) {
          if (statusOf(error) === 412) return 'exists'
          // A store that does not know the condition: the caller has looked before.
          if (statusOf(error) !== 501) throw error
          await send(source, to, metadata, false)
        }
        return 'copied'
      })
    },

    /** Copies within the bucket, in place of what is there. */
    async copyOver(source: Head, to: string, metadata: Head['metadata']): Promise<void> {
      const send = source.size > largestCopy ? copyLarge : copySmall
      await attempt(`remplacer « ${named(to)} »`, true, () => send(source, to, metadata, false))
    },

    async remove(key: string): Promise<void> {
      await attempt(`retirer « ${named(key)} »`, true, async () => {
        try {
          await client.send(new DeleteObjectCommand({ Bucket, Key: key }))
        } catch (error) {
          if (codeOf(error) !== 'NoSuchKey') throw error
        }
      })
    },
  }
}

export type S3Objects = ReturnType<typeof s3Objects>
