import { createWriteStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'

const MOST_ENTRIES = 1_000
const LARGEST_TOTAL = 1024 * 1024 * 1024

/** A folder of its own for the time of a call: a zip is read from its end, so it must be on disk. */
export const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-facture-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes a content to a file of `folder`. @returns its path */
export const spill = async (content: Readable, folder: string, name: string): Promise<string> => {
  const path = join(folder, name)
  await pipeline(content, createWriteStream(path))
  return path
}

const ZIP = Buffer.from('PK\u0003\u0004', 'latin1')

/** Whether the file begins as a zip does. */
export const isZip = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const head = Buffer.alloc(ZIP.length)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    return bytesRead === head.length && head.equals(ZIP)
  } finally {
    await file.close()
  }
}

export interface ZipEntry {
  /** Without any folder. */
  readonly name: string
  /** Bytes, as announced. */
  readonly size: number
  open(): Promise<Readable>
}

/**
 * Gives the files of a zip, in its order; each is read while the callback runs.
 * @throws Error when the archive is damaged, or holds too much
 */
export const withZip = async <T>(path: string, work: (entries: readonly ZipEntry[]) => Promise<T>): Promise<T> => {
  const archive = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true })
  try {
    const entries: ZipEntry[] = []
    let total = 0
    for await (const entry of archive.eachEntry()) {
      total += entry.uncompressedSize
      if (entries.length >= MOST_ENTRIES || total > LARGEST_TOTAL) throw new Error('too many entries, or too large')
      if (entry.fileName.endsWith('/')) continue
      entries.push({
        name: basename(entry.fileName.normalize('NFC')),
        size: entry.uncompressedSize,
        open: () => archive.openReadStreamPromise(entry),
      })
    }
    return await work(entries)
  } finally {
    archive.close()
  }
}
