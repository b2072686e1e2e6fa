import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { create } from 'xmlbuilder2'
import type { Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import type { Sip } from '../contracts/seda.ts'

export type SampleVersion = '1.0' | '2.1' | '2.2'

export interface SampleSipOptions {
  readonly transferId?: string
  readonly agency?: string
  readonly version?: SampleVersion
  /** Path in the archive → content. */
  readonly contents?: Readonly<Record<string, string | Uint8Array | FileRef>>
  /** What the slip announces, when it must not be what the archive holds. */
  readonly announced?: Readonly<Record<string, { readonly sha256: string; readonly size: number }>>
  /** `vitam`: one archive with `manifest.xml` at its root and the contents below `content/`, digests named `SHA-256`. */
  readonly profile?: 'vitam'
}

type Content = Readonly<Record<string, unknown>>

interface Described {
  readonly uri: string
  readonly sha256: string
  readonly size: number
}

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const ARCHIVAL_AGENCY = 'FRAD000'

const slip1 = (
  { transferId, agency }: Pick<Sip, 'transferId' | 'agency'>,
  described: readonly Described[],
): Content => ({
  Date: '2026-07-01T10:00:00Z',
  TransferIdentifier: transferId,
  ArchivalAgency: { Identification: ARCHIVAL_AGENCY },
  TransferringAgency: { Identification: agency },
  Archive: {
    DescriptionLanguage: 'fra',
    Name: 'Délibérations',
    ContentDescription: { DescriptionLevel: 'file', Language: 'fra' },
    AccessRestrictionRule: { Code: 'AR038', StartDate: '2026-07-01' },
    Document: described.map(({ uri, sha256, size }) => ({
      Attachment: { '@filename': uri },
      Integrity: { '@algorithme': SHA256, '#': sha256 },
      Size: { '@unitCode': 'AD', '#': String(size) },
      Type: 'CDO',
    })),
  },
})

const slip2 = (
  { transferId, agency }: Pick<Sip, 'transferId' | 'agency'>,
  described: readonly Described[],
  algorithm: string,
): Content => ({
  Date: '2026-07-01T10:00:00Z',
  MessageIdentifier: transferId,
  CodeListVersions: {},
  DataObjectPackage: {
    BinaryDataObject: described.map(({ uri, sha256, size }, rank) => ({
      '@id': `objet-${rank}`,
      Uri: uri,
      MessageDigest: { '@algorithm': algorithm, '#': sha256 },
      Size: String(size),
      FileInfo: { Filename: uri },
    })),
    DescriptiveMetadata: {
      ArchiveUnit: {
        '@id': 'unite',
        Content: { DescriptionLevel: 'File', Title: 'Délibérations' },
        DataObjectReference: described.map((_, rank) => ({ DataObjectReferenceId: `objet-${rank}` })),
      },
    },
    ManagementMetadata: {},
  },
  ArchivalAgency: { Identifier: ARCHIVAL_AGENCY },
  TransferringAgency: { Identifier: agency },
})

const bytesOf = (content: string | Uint8Array): Buffer => Buffer.from(content)

const described = (uri: string, content: string | Uint8Array | FileRef): Described => {
  if (typeof content === 'object' && 'sha256' in content) return { uri, sha256: content.sha256, size: content.size }
  const bytes = bytesOf(content)
  return { uri, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }
}

/** Stored rather than compressed, so that a big sample makes a big request. */
const archive = async (files: Files, contents: Required<SampleSipOptions>['contents']): Promise<FileRef> => {
  const tar = pack()
  const zipped = new PassThrough()
  const writing = async () => {
    for (const [name, content] of Object.entries(contents)) {
      const { size } = described(name, content)
      const source =
        typeof content === 'object' && 'sha256' in content ? files.open(content) : Readable.from([bytesOf(content)])
      await pipeline(source, tar.entry({ name, size }))
    }
    tar.finalize()
  }
  const [saved] = await Promise.all([
    files.save(zipped, 'archive.tar.gz'),
    pipeline(tar, createGzip({ level: 0 }), zipped),
    writing(),
  ])
  return saved
}

/** A small transfer as `Seda` gives it: a slip valid against the schema of its version, and its archive. */
export const sampleSip = async (files: Files, options: SampleSipOptions = {}): Promise<Sip> => {
  const { transferId = 'transfert-1', agency = 'VILLE', version = '2.1' } = options
  const isVitam = options.profile === 'vitam'
  const { contents: given = { 'délibération.pdf': `%PDF-1.4\n${transferId}\n%%EOF\n`, 'ar.xml': '<ARActe/>' } } =
    options
  const contents = isVitam
    ? Object.fromEntries(Object.entries(given).map(([name, content]) => [`content/${name}`, content]))
    : given
  const facts = Object.entries(contents).map(([uri, content]) => ({
    ...described(uri, content),
    ...options.announced?.[uri],
  }))
  const content =
    version === '1.0'
      ? slip1({ transferId, agency }, facts)
      : slip2({ transferId, agency }, facts, isVitam ? 'SHA-256' : SHA256)
  const xml = create({ version: '1.0', encoding: 'UTF-8' })
    .ele(`fr:gouv:culture:archivesdefrance:seda:v${version}`, 'ArchiveTransfer')
    .ele(content as Record<string, unknown>)
    .up()
    .end()
  return {
    transferId,
    agency,
    bordereau: await files.save(xml, 'bordereau.xml'),
    archive: await archive(files, isVitam ? { 'manifest.xml': xml, ...contents } : contents),
  }
}
