import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import type { Announced } from './simulator-slip.ts'

const ALGORITHMS = ['sha256', 'sha512'] as const
type Algorithm = (typeof ALGORITHMS)[number]

interface Found {
  readonly size: number
  readonly digests: Readonly<Record<Algorithm, string>>
}

/** `http://www.w3.org/2001/04/xmlenc#sha256`, `SHA-256`, `sha256`… */
const algorithmOf = (written: string): Algorithm | undefined => {
  const name = written.slice(written.lastIndexOf('#') + 1).replace('-', '')
  return ALGORITHMS.find(each => each === name.toLowerCase())
}

const isOutside = (name: string): boolean => name.startsWith('/') || name.split('/').includes('..')

/** Reads the archive once, entry by entry: size and digests of each file. */
const contentsOf = async (path: string, faults: string[]): Promise<ReadonlyMap<string, Found>> => {
  const found = new Map<string, Found>()
  const entries = extract()
  const reading = async () => {
    for await (const entry of entries) {
      const name = entry.header.name.replace(/^\.\//u, '').normalize('NFC')
      const hashes = ALGORITHMS.map(algorithm => createHash(algorithm))
      let size = 0
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        for (const hash of hashes) hash.update(chunk)
        size += chunk.length
      }
      if (entry.header.type !== 'file') continue
      if (isOutside(name)) faults.push(`L'archive contient un chemin interdit : « ${name} ».`)
      if (found.has(name)) faults.push(`L'archive contient deux fois « ${name} ».`)
      const [sha256 = '', sha512 = ''] = hashes.map(hash => hash.digest('hex'))
      found.set(name, { size, digests: { sha256, sha512 } })
    }
  }
  await Promise.all([pipeline(createReadStream(path), createGunzip(), entries), reading()])
  return found
}

const faultOf = ({ uri, algorithm, digest, size }: Announced, found: Found | undefined): string | undefined => {
  if (!found) return `« ${uri} » est décrit dans le bordereau mais manque dans l'archive.`
  const known = algorithmOf(algorithm)
  if (!known) return `L'algorithme d'empreinte de « ${uri} » n'est pas reconnu : « ${algorithm} ».`
  if (found.digests[known] !== digest.toLowerCase())
    return `L'empreinte de « ${uri} » ne correspond pas à celle du bordereau.`
  if (size !== undefined && size !== found.size)
    return `« ${uri} » fait ${found.size} octets au lieu des ${size} annoncés.`
  return undefined
}

/** Everything that keeps the files of an archive from being those of its slip; nothing when they are. */
export const archiveFaults = async (path: string, announced: readonly Announced[]): Promise<readonly string[]> => {
  const faults: string[] = []
  let found: ReadonlyMap<string, Found>
  try {
    found = await contentsOf(path, faults)
  } catch {
    return ["L'archive n'est pas un fichier tar.gz lisible."]
  }
  const names = new Set(announced.map(({ uri }) => uri.normalize('NFC')))
  for (const each of announced) faults.push(faultOf(each, found.get(each.uri.normalize('NFC'))) ?? '')
  for (const name of found.keys())
    if (!names.has(name)) faults.push(`« ${name} » est dans l'archive mais pas dans le bordereau.`)
  return faults.filter(Boolean)
}
