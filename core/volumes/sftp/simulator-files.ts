import { lstat, mkdir, open, readdir, rename, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { join, posix } from 'node:path'
import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2'
import type { Fault } from '../../testing/simulator.ts'

const { STATUS_CODE, OPEN_MODE, flagsToString } = ssh2.utils.sftp

const attributesOf = ({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats): Attributes => ({
  mode,
  uid,
  gid,
  size,
  atime: Math.floor(atimeMs / 1000),
  mtime: Math.floor(mtimeMs / 1000),
})

const statusOf = (error: unknown): number => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE
  return code === 'EACCES' || code === 'EPERM' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE
}

export interface SessionOptions {
  /** Folder shown as `/`. */
  readonly root: string
  /** The fault meant for this operation, such as `WRITE /a.pdf 32768`. */
  readonly faultFor: (operation: string) => Fault | undefined
  /** Cuts the connection, without a word. */
  readonly cut: () => void
}

type Open =
  | { readonly kind: 'file'; readonly path: string; readonly file: FileHandle }
  | { readonly kind: 'folder'; entries: string[]; readonly path: string }

/** Serves a real folder over one SFTP session, with the manners of OpenSSH (a rename never replaces). */
export const serveFolder = (sftp: SFTPWrapper, { root, faultFor, cut }: SessionOptions): void => {
  const opened = new Map<number, Open>()
  let nextHandle = 0
  // Absolute then joined: `..` can only climb to the root of the simulator.
  const absolute = (path: string): string => posix.resolve('/', path)
  const real = (path: string): string => join(root, absolute(path))

  const handleOf = (open: Open): Buffer => {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(nextHandle)
    opened.set(nextHandle++, open)
    return handle
  }
  const openOf = (handle: Buffer): Open => {
    const found = opened.get(handle.readUInt32BE(0))
    if (!found) throw new Error('Unknown handle')
    return found
  }
  const fileOf = (handle: Buffer): Open & { kind: 'file' } => {
    const found = openOf(handle)
    if (found.kind !== 'file') throw new Error('Not a file')
    return found
  }

  /** Runs an operation between its faults, one after the other as they arrive. */
  let queue: Promise<void> = Promise.resolve()
  const answer = (id: number, operation: string | (() => string), run: () => Promise<void>): void => {
    queue = queue.then(async () => {
      try {
        const fault = faultFor(typeof operation === 'string' ? operation : operation())
        if (fault?.kind === 'latency') await new Promise(resolve => setTimeout(resolve, fault.ms))
        if (fault?.kind === 'cutBefore') return cut()
        if (fault?.kind === 'status') return void sftp.status(id, fault.status, fault.body ?? 'Failure')
        if (fault?.kind === 'garbage') return void sftp.status(id, STATUS_CODE.BAD_MESSAGE, 'Bad message')
        // Carried out, and the answer never leaves.
        if (fault?.kind === 'cutAfter') {
          sftp.status = sftp.attrs = sftp.handle = sftp.name = sftp.data = () => true
          return await run().finally(cut)
        }
        await run()
      } catch (error) {
        sftp.status(id, statusOf(error), error instanceof Error ? error.message : String(error))
      }
    })
  }
  const ok = (id: number) => void sftp.status(id, STATUS_CODE.OK)

  sftp.on('REALPATH', (id, path) =>
    answer(id, `REALPATH ${absolute(path)}`, async () => {
      const filename = absolute(path)
      sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }])
    }),
  )
  sftp.on('STAT', (id, path) =>
    answer(id, `STAT ${absolute(path)}`, async () => void sftp.attrs(id, attributesOf(await stat(real(path))))),
  )
  sftp.on('LSTAT', (id, path) =>
    answer(id, `LSTAT ${absolute(path)}`, async () => void sftp.attrs(id, attributesOf(await lstat(real(path))))),
  )
  sftp.on('FSTAT', (id, handle) =>
    answer(
      id,
      () => `FSTAT ${fileOf(handle).path}`,
      async () => void sftp.attrs(id, attributesOf(await fileOf(handle).file.stat())),
    ),
  )
  sftp.on('SETSTAT', (id, path) => answer(id, `SETSTAT ${absolute(path)}`, async () => ok(id)))
  sftp.on('FSETSTAT', (id, handle) =>
    answer(
      id,
      () => `FSETSTAT ${fileOf(handle).path}`,
      async () => ok(id),
    ),
  )
  sftp.on('OPEN', (id, path, flags) =>
    answer(id, `OPEN ${absolute(path)}`, async () => {
      const mode = flagsToString(flags) ?? (flags & OPEN_MODE.WRITE ? 'w' : 'r')
      sftp.handle(id, handleOf({ kind: 'file', path: absolute(path), file: await open(real(path), mode) }))
    }),
  )
  sftp.on('WRITE', (id, handle, offset, data) =>
    answer(
      id,
      () => `WRITE ${fileOf(handle).path} ${offset}`,
      async () => {
        await fileOf(handle).file.write(data, 0, data.length, offset)
        ok(id)
      },
    ),
  )
  sftp.on('READ', (id, handle, offset, length) =>
    answer(
      id,
      () => `READ ${fileOf(handle).path} ${offset}`,
      async () => {
        const { bytesRead, buffer } = await fileOf(handle).file.read(Buffer.alloc(length), 0, length, offset)
        if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF)
        else sftp.data(id, buffer.subarray(0, bytesRead))
      },
    ),
  )
  sftp.on('CLOSE', (id, handle) =>
    answer(
      id,
      () => `CLOSE ${openOf(handle).path}`,
      async () => {
        const found = openOf(handle)
        opened.delete(handle.readUInt32BE(0))
        if (found.kind === 'file') await found.file.close()
        ok(id)
      },
    ),
  )
  sftp.on('OPENDIR', (id, path) =>
    answer(id, `OPENDIR ${absolute(path)}`, async () => {
      sftp.handle(id, handleOf({ kind: 'folder', path: absolute(path), entries: await readdir(real(path)) }))
    }),
  )
  sftp.on('READDIR', (id, handle) =>
    answer(
      id,
      () => `READDIR ${openOf(handle).path}`,
      async () => {
        const found = openOf(handle)
        if (found.kind !== 'folder') throw new Error('Not a folder')
        const names = found.entries.splice(0, 100)
        if (names.length === 0) return void sftp.status(id, STATUS_CODE.EOF)
        sftp.name(id, await Promise.all(names.map(name => entryOf(real(posix.join(found.path, name)), name))))
      },
    ),
  )
  sftp.on('MKDIR', (id, path) => answer(id, `MKDIR ${absolute(path)}`, () => mkdir(real(path)).then(() => ok(id))))
  sftp.on('RMDIR', (id, path) => answer(id, `RMDIR ${absolute(path)}`, () => rmdir(real(path)).then(() => ok(id))))
  sftp.on('REMOVE', (id, path) => answer(id, `REMOVE ${absolute(path)}`, () => unlink(real(path)).then(() => ok(id))))
  sftp.on('RENAME', (id, from, to) =>
    answer(id, `RENAME ${absolute(from)} ${absolute(to)}`, async () => {
      if (await exists(real(to))) return void sftp.status(id, STATUS_CODE.FAILURE, 'Failure')
      await rename(real(from), real(to))
      ok(id)
    }),
  )
  sftp.on('close', () => {
    for (const each of opened.values()) if (each.kind === 'file') each.file.close().catch(cut)
    opened.clear()
  })
}

const entryOf = async (path: string, filename: string): Promise<FileEntry> => {
  const stats = await lstat(path)
  return {
    filename,
    longname: `${stats.isDirectory() ? 'd' : '-'}rw-r--r-- 1 passeur passeur ${filename}`,
    attrs: attributesOf(stats),
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    },
  )
