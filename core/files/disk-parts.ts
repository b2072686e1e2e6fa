import { createReadStream } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isPartName, type PartStore } from './file-store.ts'

/** Pieces on a local disk, or on one that several machines share: one file for each. */
export const diskParts = (folder: string): PartStore => {
  const pathOf = (name: string): string => {
    if (!isPartName(name)) throw new Error(`« ${name} » is not the name of a part`)
    return join(folder, name)
  }
  return {
    async put(name, content) {
      const path = pathOf(name)
      await mkdir(folder, { recursive: true })
      const handle = await open(path, 'wx', 0o600)
      let size = 0
      try {
        for await (const bytes of content) {
          await handle.writeFile(bytes)
          size += bytes.length
        }
        await handle.sync()
      } catch (error) {
        await rm(path, { force: true })
        throw error
      } finally {
        await handle.close()
      }
      return size
    },
    open: name => createReadStream(pathOf(name)),
    remove: name => rm(pathOf(name), { force: true }),
  }
}
