import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { at, childrenOf, parseXml, readSlip, type Slip, type XmlElement } from '#core'

/** A SIP as the server received it. */
export interface ReceivedSip {
  readonly slip: Slip | undefined
  /** `id` of each archive unit, in the order of the manifest. */
  readonly units: readonly string[]
  readonly manifestDigests: Readonly<Record<string, string>>
  /** What is wrong: the step of the workflow that says so, and its words. */
  readonly fault: { readonly step: string; readonly message: string } | undefined
}

const NOTHING = { slip: undefined, units: [], manifestDigests: {} }

const digest = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex')

const unitsIn = (element: XmlElement): readonly string[] => [
  ...(element.name === 'ArchiveUnit' && element.attributes['id'] !== undefined ? [element.attributes['id']] : []),
  ...element.children.flatMap(unitsIn),
]

/** Content digests in the names that Vitam knows; the URI of XML encryption is not one of them. */
const DIGESTS: Readonly<Record<string, 'sha256' | 'sha512'>> = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' }

const objectFault = (
  slip: Slip,
  objects: ReadonlyMap<string, Readonly<Record<string, string>>>,
): string | undefined => {
  for (const { uri, digest: announced, algorithm } of slip.files) {
    const name = DIGESTS[algorithm]
    const held = objects.get(uri)
    if (!name) return `Algorithme d'empreinte inconnu : ${algorithm}`
    if (!held) return `Objet numérique absent : ${uri}`
    if (held[name] !== announced.toLowerCase()) return `Empreinte incorrecte de l'objet numérique : ${uri}`
  }
  return undefined
}

/** Reads an archive whole, as the first steps of the ingest workflow do. */
export const receiveSip = async (path: string): Promise<ReceivedSip> => {
  const objects = new Map<string, Readonly<Record<string, string>>>()
  let manifest: Buffer | undefined
  const tar = extract()
  tar.on('entry', (header, content, next) => {
    const read = async () => {
      const name = header.name.replace(/^\.\//u, '')
      if (name === 'manifest.xml') return void (manifest = await buffer(content))
      const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') }
      for await (const chunk of content as AsyncIterable<Buffer>)
        for (const each of Object.values(hashes)) each.update(chunk)
      objects.set(name, { sha256: hashes.sha256.digest('hex'), sha512: hashes.sha512.digest('hex') })
    }
    read().then(() => next(), next)
  })
  try {
    await pipeline(createReadStream(path), createGunzip(), tar)
  } catch {
    return {
      ...NOTHING,
      fault: { step: 'SANITY_CHECK_SIP', message: "Échec du contrôle sanitaire : format de l'archive" },
    }
  }
  if (!manifest)
    return { ...NOTHING, fault: { step: 'CHECK_SEDA', message: 'Absence du bordereau manifest.xml dans le SIP' } }
  const xml = manifest.toString('utf8')
  const manifestDigests = { 'SHA-256': digest('sha256', manifest), 'SHA-512': digest('sha512', manifest) }
  try {
    const slip = readSlip(xml)
    const root = parseXml(xml)
    const units = childrenOf(at(root, 'DataObjectPackage', 'DescriptiveMetadata'), 'ArchiveUnit').flatMap(unitsIn)
    const message = objectFault(slip, objects)
    return {
      slip,
      units,
      manifestDigests,
      fault: message === undefined ? undefined : { step: 'CHECK_DIGEST', message },
    }
  } catch (error) {
    return {
      ...NOTHING,
      manifestDigests,
      fault: { step: 'CHECK_SEDA', message: `Bordereau illisible : ${String(error)}` },
    }
  }
}
