import { createHash } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'

export type DigestAlgorithm = 'sha256' | 'sha512'

/** A file to put in an archive. */
export interface ArchiveEntry {
  readonly name: string
  /** Bytes; the content must count exactly as many. */
  readonly size: number
  readonly modified: Date
  open(): Readable
}

/** A file found in an archive. */
export interface ArchivedFile {
  readonly name: string
  readonly size: number
  /** Hexadecimal, lower case. */
  readonly sha256: string
  readonly sha512: string
}

/**
 * A tar.gz, made as it is read: one file open at a time.
 * @returns a stream that fails with the error of the first content that cannot be read, or is not of its size
 */
export const tarGz = (entries: readonly ArchiveEntry[]): Readable => {
  const tar = pack()
  const output = new PassThrough()
  const fill = async () => {
    for (const { name, size, modified, open } of entries) {
      // Typed as an owner-writable file: the same content gives the same archive, whoever makes it.
      const entry = tar.entry({ name, size, mtime: modified, mode: 0o644, type: 'file' })
      await pipeline(open(), entry)
    }
    tar.finalize()
  }
  fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))))
  pipeline(tar, createGzip(), output).catch((error: unknown) =>
    output.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return output
}

/**
 * Reads a tar.gz through, keeping nothing of it but what is said of each file.
 * @throws Error when it is no tar.gz or is cut short
 */
export const readTarGz = async (archive: Readable): Promise<readonly ArchivedFile[]> => {
  const found: ArchivedFile[] = []
  const tar = extract()
  tar.on('entry', (header, content, next) => {
    measure(content as AsyncIterable<Buffer>)
      .then(measured => {
        if (header.type !== 'directory') found.push({ name: header.name, ...measured })
        next()
      })
      .catch(next)
  })
  await pipeline(archive, createGunzip(), tar)
  return found
}

const measure = async (content: AsyncIterable<Buffer>): Promise<Omit<ArchivedFile, 'name'>> => {
  const [sha256, sha512] = [createHash('sha256'), createHash('sha512')]
  let size = 0
  for await (const chunk of content) {
    sha256.update(chunk)
    sha512.update(chunk)
    size += chunk.length
  }
  return { size, sha256: sha256.digest('hex'), sha512: sha512.digest('hex') }
}
