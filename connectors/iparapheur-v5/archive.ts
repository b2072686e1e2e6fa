import { basename } from 'node:path'
import {
  isSlipEntry,
  MAIN_ENTRIES,
  PREMIS_ENTRY,
  unpackParapheurArchive,
  type FileRef,
  type Files,
  type HttpResponse,
  type Premis,
} from '#core'

/** What a finished or rejected folder gives back. */
export interface FolderFiles {
  /** The first main document, signed when its format holds the signature. */
  readonly document: FileRef | undefined
  readonly signature: FileRef | undefined
  readonly bordereau: FileRef | undefined
  readonly history: FileRef | undefined
  readonly annexes: readonly FileRef[]
}

const sort = (stored: ReadonlyMap<string, FileRef>, { files: described }: Premis): FolderFiles => {
  const entries = [...stored].map(([path, ref]) => ({ path, ref, name: basename(path) }))
  const inMain = entries.filter(({ path }) => path.startsWith(MAIN_ENTRIES))
  const mainNames = new Set(described.filter(({ main }) => main).map(({ name }) => name))
  // The order of the description is the order of the sending; the order of an archive is nobody's promise.
  const mains = [...mainNames].flatMap(name => inMain.filter(each => each.name === name))
  const signatures = inMain.filter(({ name }) => !mainNames.has(name))
  const ofFirst = signatures.find(({ name }) => mains[0] && name.startsWith(mains[0].name)) ?? signatures[0]
  const slip = entries.find(({ path }) => isSlipEntry(path))
  const history = entries.find(({ path }) => path === PREMIS_ENTRY)
  const others = entries.filter(
    ({ path }) => path !== slip?.path && path !== history?.path && path !== mains[0]?.path && path !== ofFirst?.path,
  )
  return {
    document: mains[0]?.ref,
    signature: ofFirst?.ref,
    bordereau: slip?.ref,
    history: history?.ref,
    annexes: others.map(({ ref }) => ref),
  }
}

/** @throws TemporaryError when the archive is cut or damaged */
export const readArchive = async (response: HttpResponse, premis: Premis, files: Files): Promise<FolderFiles> =>
  sort(await unpackParapheurArchive(response, files), premis)
