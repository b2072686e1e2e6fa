import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { cleanName, distinctNames, splitName, unzip, type FileRef, type Files, type SignatureFolder } from '#core'

/** What was sent under an identifier of FAST, which gives contents back without any name. */
export interface SentFolder {
  readonly key: string
  /** The main document first. `signature`: one that the document bore already. */
  readonly pieces: readonly {
    readonly name: string
    readonly sha256: string
    readonly kind: 'document' | 'signature'
  }[]
}

/** What comes back. */
export interface Returned {
  readonly document: FileRef
  readonly annexes: readonly FileRef[]
  readonly signedAnnexes: readonly FileRef[]
}

const MOST = { files: 1_000, bytes: 4 * 1024 ** 3 }

/** The pieces of a folder under names of their own, the main document first. */
export const piecesOf = ({ document, annexes, signatures = [] }: SignatureFolder): readonly FileRef[] => {
  const all = [document, ...annexes, ...signatures]
  const names = distinctNames(all.map(({ name }) => cleanName(name)))
  return all.map((file, rank) => ({ ...file, name: names[rank] ?? file.name }))
}

/** One file for FAST: the document, or a zip named after it when others go with it. The same folder makes the same zip. */
export const packed = async (pieces: readonly FileRef[], document: FileRef, files: Files): Promise<FileRef> => {
  if (pieces.length < 2) return document
  const zip = new ZipFile()
  const mtime = new Date(1980, 0, 1)
  for (const piece of pieces) zip.addReadStream(files.open(piece), piece.name, { mtime, compress: false })
  zip.end()
  return files.save(Readable.from(zip.outputStream, { objectMode: false }), `${splitName(document.name).base}.zip`)
}

const EXTENSIONS: Readonly<Record<string, string>> = { 'application/pdf': 'pdf', 'application/xml': 'xml' }

/** A folder that an agent found on FAST was not sent by this instance as it is now: its document has lost its name. */
const nameless = ({ type }: FileRef): string => `document.${EXTENSIONS[type] ?? 'bin'}`

/** Gives the pieces their names back. A zip is opened only when one was sent, or when nothing is known of what was. */
export const unpacked = async (content: FileRef, sent: SentFolder | undefined, files: Files): Promise<Returned> => {
  const [main, ...others] = sent?.pieces ?? []
  const isArchive = content.type === 'application/zip' && (sent === undefined || others.length > 0)
  if (!isArchive)
    return { document: { ...content, name: main?.name ?? nameless(content) }, annexes: [], signedAnnexes: [] }
  const gathered = await unzip(content, files, MOST)
  const found = gathered.find(({ path }) => path === main?.name) ?? gathered[0]
  const rest = gathered.filter(each => each !== found).map(({ file }) => file)
  const sentAs = (file: FileRef) => others.find(({ name }) => name === file.name)
  return {
    document: { ...(found?.file ?? content), name: main?.name ?? found?.file.name ?? 'document.zip' },
    annexes: rest.filter(
      file => sentAs(file)?.kind !== 'signature' && (sentAs(file)?.sha256 ?? file.sha256) === file.sha256,
    ),
    signedAnnexes: rest.filter(file => {
      const piece = sentAs(file)
      return piece?.kind === 'document' && piece.sha256 !== file.sha256
    }),
  }
}
