import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { FileMissingError } from './errors.ts'
import { diskParts } from './disk-parts.ts'
import { isDigest, placeOf, type ByteRange, type FileStore, type StoredContent } from './file-store.ts'

const READ_SIZE = 256 * 1024

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * A store on a local disk: `<folder>/ab/cd/abcd…`, written in `<folder>/tmp` first, so that a name never shows half a content.
 * Nothing is created before the first writing.
 */
export const diskStore = (folder: string): FileStore => {
  const temporary = join(folder, 'tmp')
  const pathOf = (sha256: string): string => {
    if (!isDigest(sha256)) throw new FileMissingError(sha256)
    return join(folder, placeOf(sha256))
  }

  const statOf = async (sha256: string): Promise<Pick<StoredContent, 'size'> | undefined> => {
    try {
      return { size: (await stat(pathOf(sha256))).size }
    } catch (error) {
      if (isMissing(error) || error instanceof FileMissingError) return undefined
      throw error
    }
  }

  return {
    parts: diskParts(join(folder, 'depots')),
    async put(content, { announce } = {}) {
      const draft = join(temporary, randomUUID())
      try {
        await mkdir(temporary, { recursive: true })
        const stored = await writeDraft(draft, content)
        await announce?.(stored)
        // Same digest and same size: already there. Another size would be a content damaged on the disk, which this one heals.
        if ((await statOf(stored.sha256))?.size !== stored.size) await publish(draft, pathOf(stored.sha256))
        return stored
      } finally {
        await rm(draft, { force: true })
      }
    },
    // A generator opens the file at the first read and closes it however the reading ends.
    open: (sha256, range) => Readable.from(read(pathOf(sha256), sha256, range), { objectMode: false }),
    stat: statOf,
    has: async sha256 => (await statOf(sha256)) !== undefined,
    remove: async sha256 => rm(pathOf(sha256), { force: true }),
    async shelf(digits) {
      const found: StoredContent[] = []
      for (const second of await namesIn(join(folder, digits)))
        for (const sha256 of await namesIn(join(folder, digits, second))) {
          // Another process may have swept it meanwhile.
          const known = isDigest(sha256) && sha256.startsWith(digits + second) ? await statOf(sha256) : undefined
          if (known) found.push({ sha256, size: known.size })
        }
      return found
    },
    async removeAbandoned(before) {
      let removed = 0
      for (const name of await namesIn(temporary)) {
        const path = join(temporary, name)
        if ((await stat(path)).mtime >= before) continue
        await rm(path, { force: true })
        removed += 1
      }
      return removed
    },
  }
}

/** Nothing when the folder is not there. */
const namesIn = async (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })

const writeDraft = async (path: string, content: AsyncIterable<Uint8Array>): Promise<StoredContent> => {
  const hash = createHash('sha256')
  let size = 0
  const handle = await open(path, 'wx', 0o600)
  try {
    for await (const bytes of content) {
      hash.update(bytes)
      size += bytes.length
      await writeAll(handle, bytes)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { sha256: hash.digest('hex'), size }
}

const writeAll = async (handle: FileHandle, bytes: Uint8Array): Promise<void> => {
  let written = 0
  while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten
}

/** The name is made durable as well: « persist before you acknowledge » holds for the folder entry too. */
const publish = async (draft: string, path: string): Promise<void> => {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  await rename(draft, path)
  for (const each of [folder, dirname(folder), dirname(dirname(folder))]) {
    const handle = await open(each, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

async function* read(path: string, sha256: string, range: ByteRange = { start: 0 }): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw isMissing(error) ? new FileMissingError(sha256, { cause: error }) : error
  })
  try {
    let position = range.start
    const end = range.end === undefined ? Infinity : range.end + 1
    while (position < end) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, end - position))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
