import { createHash } from 'node:crypto'
import { distinctNames, PermanentError, splitName, type DigestAlgorithm, type FileRef, type Files } from '#core'
import { filesOf, type Held, type Piece, type Pieces, type Profile, type Unit } from './model.ts'

/** `Délibération n° 12.pdf` → `Deliberation_n_12.pdf`: plain ASCII, which every unpacker reads alike. */
const asciiName = (name: string): string => {
  const { base, extension } = splitName(
    name.normalize('NFKD').replace(/\p{M}/gu, '').replace(/œ/gu, 'oe').replace(/Œ/gu, 'OE'),
  )
  const plain = (text: string) => text.replace(/[^A-Za-z0-9._-]+/gu, '_')
  return `${plain(base).replace(/^[_.]+|_+$/gu, '') || 'fichier'}${plain(extension)}`
}

const asciiPath = (path: string): string => path.split('/').filter(Boolean).map(asciiName).join('/')

/** Reads a file again: a digest that leaves must be the one of what leaves. */
const digestOf = async (file: FileRef, algorithm: DigestAlgorithm, files: Files): Promise<string> => {
  const hash = createHash(algorithm)
  let size = 0
  for await (const chunk of files.open(file) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
  }
  if (size !== file.size)
    throw new PermanentError(
      `Le fichier « ${file.name} » compte ${size} octets au lieu de ${file.size} : restaurez-le depuis une sauvegarde.`,
    )
  return hash.digest('hex')
}

/** Each content once, however many files have it. */
const digestsOf = async (
  held: readonly Held[],
  algorithm: DigestAlgorithm,
  files: Files,
): Promise<ReadonlyMap<string, string>> => {
  const digests = new Map<string, string>()
  for (const { file } of held)
    if (!digests.has(file.sha256)) digests.set(file.sha256, await digestOf(file, algorithm, files))
  return digests
}

/** An object by file: an archive service counts what is announced. The journal first, so that it keeps the name its readers expect. */
const oneByFile = (held: readonly Held[], digests: ReadonlyMap<string, string>, journal: FileRef): Pieces => {
  const isJournal = ({ path, file }: Held) => path === 'journal.json' && file.sha256 === journal.sha256
  const ordered = held.toSorted((one, other) => Number(isJournal(other)) - Number(isJournal(one)))
  const uris = distinctNames(ordered.map(({ path }) => asciiPath(path)))
  const uriOf = new Map(ordered.map((each, rank) => [each, uris[rank] ?? each.path]))
  return new Map(
    held.map((each, rank): [Held, Piece] => [
      each,
      {
        id: `objet-${rank + 1}`,
        uri: uriOf.get(each) ?? each.path,
        digest: digests.get(each.file.sha256) ?? '',
        file: each.file,
        typed: each.typed,
      },
    ]),
  )
}

/** Vitam names contents by their digest: two identical files are one object, which both units refer to. */
const oneByContent = (held: readonly Held[], digests: ReadonlyMap<string, string>): Pieces => {
  const known = new Map<string, Piece>()
  return new Map(
    held.map(each => {
      const { file, typed } = each
      const digest = digests.get(file.sha256) ?? ''
      const piece = known.get(digest) ?? {
        id: `objet-${known.size + 1}`,
        uri: `content/${digest}${asciiName(`f${splitName(file.name).extension}`).slice(1)}`,
        digest,
        file,
        typed,
      }
      known.set(digest, piece)
      return [each, piece]
    }),
  )
}

/** Gives each file of a tree its object and its place in the archive. */
export const piecesOf = async (
  root: Unit,
  profile: Profile,
  algorithm: DigestAlgorithm,
  { files, journal }: { readonly files: Files; readonly journal: FileRef },
): Promise<Pieces> => {
  const held = filesOf(root)
  const digests = await digestsOf(held, algorithm, files)
  return profile === 'vitam-2.1' ? oneByContent(held, digests) : oneByFile(held, digests, journal)
}

/** What goes into the archive, each once. */
export const distinctPieces = (pieces: Pieces): readonly Piece[] => [...new Set(pieces.values())]
