import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { SaxesParser } from 'saxes'
import { extract } from 'tar-stream'

/** What Vitam wants to find at the root. */
export const MANIFEST = 'manifest.xml'

const isObject = (name: string): boolean => name.startsWith('content/') && !name.split('/').includes('..')

export interface Manifest {
  /** `MessageIdentifier` of the slip inside. */
  readonly transferId: string | undefined
  /** Hexadecimal. */
  readonly digests: Readonly<Record<'SHA-256' | 'SHA-512', string>>
}

export type Inspection =
  { readonly is: 'ready'; readonly manifest: Manifest } | { readonly is: 'faulty'; readonly reason: string }

/** Reads a manifest as it goes by: its digests, and the identifier of the transfer. */
const readManifest = async (content: AsyncIterable<Uint8Array>): Promise<Manifest> => {
  const hashes = { 'SHA-256': createHash('sha256'), 'SHA-512': createHash('sha512') }
  const parser = new SaxesParser({ xmlns: true })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const path: string[] = []
  let transferId: string | undefined
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', ({ local }) => path.push(local))
  parser.on('closetag', () => path.pop())
  parser.on('text', text => {
    if (path.join('/') === 'ArchiveTransfer/MessageIdentifier') transferId = (transferId ?? '') + text
  })
  for await (const chunk of content) {
    hashes['SHA-256'].update(chunk)
    hashes['SHA-512'].update(chunk)
    parser.write(decoder.decode(chunk, { stream: true }))
  }
  parser.write(decoder.decode()).close()
  return {
    transferId: transferId?.trim(),
    digests: { 'SHA-256': hashes['SHA-256'].digest('hex'), 'SHA-512': hashes['SHA-512'].digest('hex') },
  }
}

const faulty = (reason: string): Inspection => ({
  is: 'faulty',
  reason: `${reason} Réglez le connecteur « Bordereau SEDA » sur le profil Vitam, puis générez un nouveau paquet d'archive.`,
})

/**
 * Reads a tar.gz through before it leaves: Vitam wants `manifest.xml` at the root, and every object below `content/`
 * (`vitam.md` §3). Nothing of it is kept in memory.
 */
export const inspect = async (archive: Readable, transferId: string): Promise<Inspection> => {
  const tar = extract()
  const strangers: string[] = []
  let manifest: Manifest | undefined
  tar.on('entry', (header, content, next) => {
    const name = header.name.replace(/^\.\//u, '')
    const read = async () => {
      if (name === MANIFEST) manifest = await readManifest(content as AsyncIterable<Uint8Array>)
      else if (header.type !== 'directory' && !isObject(name)) strangers.push(name)
      content.resume()
    }
    read().then(() => next(), next)
  })
  try {
    await pipeline(archive, createGunzip(), tar)
  } catch (error) {
    return faulty(`Le paquet d'archive ne se lit pas (${error instanceof Error ? error.message : String(error)}).`)
  }
  if (!manifest) return faulty(`Le paquet d'archive n'a pas de fichier « ${MANIFEST} » à sa racine, que Vitam exige.`)
  if (strangers.length > 0)
    return faulty(
      `Vitam n'accepte de fichiers que dans le dossier « content » : « ${strangers[0] ?? ''} » n'y est pas.`,
    )
  if (manifest.transferId !== transferId)
    return faulty(
      `Le manifeste du paquet porte l'identifiant « ${manifest.transferId ?? 'aucun'} » au lieu de « ${transferId} ».`,
    )
  return { is: 'ready', manifest }
}
