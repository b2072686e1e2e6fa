import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { distinctNames, type FileRef, type Files } from '#core'

/** Several detached signatures travel as one zip. The same ones always make the same zip. */
export const oneFile = async (signatures: readonly FileRef[], files: Files): Promise<FileRef | undefined> => {
  if (signatures.length < 2) return signatures[0]
  const zip = new ZipFile()
  const names = distinctNames(signatures.map(({ name }) => name))
  const mtime = new Date(1980, 0, 1)
  for (const [rank, signature] of signatures.entries())
    zip.addReadStream(files.open(signature), names[rank] ?? signature.name, { mtime })
  zip.end()
  return files.save(Readable.from(zip.outputStream, { objectMode: false }), 'signature.zip')
}
