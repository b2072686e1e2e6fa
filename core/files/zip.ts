import { PassThrough, type Readable } from 'node:stream'
import { ZipFile } from 'yazl'

/** A file of a zip; `size` in bytes, in the order of writing. */
export interface ZipEntry {
  readonly name: string
  readonly size: number
  open(): Readable
}

/** One file open at a time: each is opened when its turn comes, and closed if the zip is given up. */
export const zipOf = (entries: readonly ZipEntry[], date: Date): Readable => {
  const zip = new ZipFile()
  const output = new PassThrough()
  let current: Readable | undefined
  zip.on('error', (error: Error) => output.destroy(error))
  output.on('close', () => current?.destroy())
  for (const entry of entries)
    zip.addReadStreamLazy(entry.name, { mtime: date, size: entry.size }, done => {
      current = entry.open()
      current.on('error', error => output.destroy(error))
      done(null, current)
    })
  zip.end()
  zip.outputStream.pipe(output)
  return output
}
