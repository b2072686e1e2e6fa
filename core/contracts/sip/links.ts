import type { ArchivedFile, DigestAlgorithm } from './archive.ts'
import type { AnnouncedFile, Slip } from './slip.ts'

/** `http://www.w3.org/2001/04/xmlenc#sha256`, `SHA-256`, `sha256` → the same algorithm. */
const algorithmOf = (written: string): DigestAlgorithm | undefined => {
  const name = (/[^#/]*$/u.exec(written)?.[0] ?? '').toLowerCase().replaceAll('-', '')
  return name === 'sha256' || name === 'sha512' ? name : undefined
}

/** Digests travel in hexadecimal or in base64. */
const sameDigest = (written: string, hexadecimal: string): boolean =>
  written.toLowerCase() === hexadecimal || written === Buffer.from(hexadecimal, 'hex').toString('base64')

const repeated = (values: readonly string[]): readonly string[] => {
  const seen = new Set<string>()
  return [...new Set(values.filter(value => seen.has(value) || !seen.add(value)))]
}

const isUnsafe = (name: string): boolean =>
  name.startsWith('/') || name.includes('\\') || name.split('/').includes('..')

const contentFaults = (file: AnnouncedFile, archived: ArchivedFile): readonly string[] => {
  const algorithm = algorithmOf(file.algorithm)
  return [
    ...(algorithm === undefined
      ? [`L'algorithme d'empreinte « ${file.algorithm} » de « ${file.uri} » n'est pas reconnu.`]
      : []),
    ...(algorithm !== undefined && !sameDigest(file.digest, archived[algorithm])
      ? [`L'empreinte de « ${file.uri} » dans le bordereau n'est pas celle du fichier de l'archive.`]
      : []),
    ...(file.size !== undefined && file.size !== archived.size
      ? [
          `La taille de « ${file.uri} » est de ${file.size} octets dans le bordereau et de ${archived.size} dans l'archive.`,
        ]
      : []),
  ]
}

/**
 * Checks that a slip and its archive speak of the same files: each announced once and present once, with its digest and its size,
 * and referred to by the description (seda.md §6).
 * @returns French sentences; none when all is well
 */
export const linkFaults = (slip: Slip, archive: readonly ArchivedFile[]): readonly string[] => {
  const uris = slip.files.map(file => file.uri)
  const names = archive.map(file => file.name)
  const ids = slip.files.flatMap(file => file.id ?? [])
  const [announced, known, cited] = [new Set(uris), new Set(ids), new Set(slip.references)]
  const byName = new Map(archive.map(file => [file.name, file]))
  return [
    ...(slip.transferId === '' ? ["Le bordereau n'a pas d'identifiant de transfert."] : []),
    ...(slip.transferringAgency === '' ? ["Le bordereau n'a pas d'identifiant de service versant."] : []),
    ...(slip.files.length === 0 ? ["Le bordereau n'annonce aucun fichier."] : []),
    ...repeated(uris).map(uri => `Le bordereau annonce plusieurs fois « ${uri} ».`),
    ...repeated(names).map(name => `L'archive contient plusieurs fois « ${name} ».`),
    ...[...uris, ...names].filter(isUnsafe).map(name => `Le nom « ${name} » sort du dossier de l'archive.`),
    ...names
      .filter(name => !announced.has(name))
      .map(name => `L'archive contient « ${name} », que le bordereau n'annonce pas.`),
    ...slip.files.flatMap(file => {
      const archived = byName.get(file.uri)
      return archived ? contentFaults(file, archived) : [`Le bordereau annonce « ${file.uri} », absent de l'archive.`]
    }),
    ...repeated(ids).map(id => `L'identifiant d'objet « ${id} » est employé plusieurs fois.`),
    ...slip.references
      .filter(id => !known.has(id))
      .map(id => `La description cite l'objet « ${id} », qui n'existe pas.`),
    ...ids.filter(id => !cited.has(id)).map(id => `Aucune unité d'archives ne cite l'objet « ${id} ».`),
  ]
}
