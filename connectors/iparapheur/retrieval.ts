import { at, childrenOf, cleanName, splitName, type FileRef, type Files, type XmlElement } from '#core'
import { oneFile } from './detached.ts'
import type { Answer } from './wire.ts'

/** What a folder gives back. */
export interface Retrieved {
  readonly document: FileRef | undefined
  readonly signature: FileRef | undefined
  readonly bordereau: FileRef | undefined
  readonly annexes: readonly FileRef[]
  readonly signedAnnexes: readonly FileRef[]
}

/** Their type depends on their name, which was not known when their content arrived. */
const TYPED_BY_NAME = new Set(['application/x-cfb', 'text/plain'])

const named = async (file: FileRef, name: string, files: Files): Promise<FileRef> =>
  TYPED_BY_NAME.has(file.type) ? files.save(files.open(file), name) : { ...file, name: cleanName(name) }

const signatureName = (document: string, { type }: FileRef): string => {
  const extension = { 'application/zip': 'zip', 'application/xml': 'xml' }[type] ?? 'p7s'
  return `${splitName(document).base}-signature.${extension}`
}

interface Piece {
  readonly file: FileRef
  readonly signature: FileRef | undefined
}

/** Reads `GetDossierResponse`: its files are in the store already. */
export const retrieved = async ({ body, fileOf }: Answer, files: Files): Promise<Retrieved> => {
  const signatureOf = async (element: XmlElement | undefined, document: string) => {
    const file = fileOf(element)
    return file && named(file, signatureName(document, file), files)
  }
  const pieces = async (list: string): Promise<readonly Piece[]> => {
    const read: Piece[] = []
    for (const annexe of childrenOf(at(body, list), 'DocAnnexe')) {
      const content = fileOf(at(annexe, 'fichier'))
      if (!content) continue
      const file = await named(content, at(annexe, 'nom')?.text || 'annexe', files)
      read.push({ file, signature: await signatureOf(at(annexe, 'signature'), file.name) })
    }
    return read
  }

  const name = at(body, 'NomDocPrincipal')?.text || 'document'
  const pes = fileOf(at(body, 'FichierPES'))
  const main = pes ?? fileOf(at(body, 'DocPrincipal'))
  const others = await pieces('DocumentsSupplementaires')
  const annexes = (await pieces('DocumentsAnnexes')).map(({ file }) => file)
  // A PES holds its signature: what would come beside it says nothing more.
  const ofMain = pes ? undefined : await signatureOf(at(body, 'SignatureDocPrincipal'), name)
  const signatures = [ofMain, ...others.map(({ signature }) => signature)].filter(each => each !== undefined)
  const last = annexes.at(-1)
  const bordereau = last?.type === 'application/pdf' ? last : undefined
  return {
    document: main && (await named(main, name, files)),
    signature: await oneFile(signatures, files),
    bordereau,
    annexes: bordereau ? annexes.slice(0, -1) : annexes,
    signedAnnexes: others.map(({ file }) => file),
  }
}
