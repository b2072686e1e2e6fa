import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fromBuffer, open, type Entry, type ZipFile } from 'yauzl'
import { parseXml, type XmlElement } from '#core'

const LARGEST_MANIFEST = 1_000_000

/** A protected Open XML document is a compound file holding a stream of this name, written in UTF-16. */
const PACKAGE = Buffer.from('EncryptedPackage', 'utf16le')
const COMPOUND = Buffer.from('d0cf11e0a1b11ae1', 'hex')

const isProtectedOpenXml = async (path: string): Promise<boolean> => {
  let seen = Buffer.alloc(0)
  let first = true
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    if (first && !chunk.subarray(0, COMPOUND.length).equals(COMPOUND)) return false
    first = false
    seen = Buffer.concat([seen.subarray(-PACKAGE.length), chunk])
    if (seen.includes(PACKAGE)) return true
  }
  return false
}

const saysEncrypted = (element: XmlElement): boolean =>
  element.name === 'encryption-data' || element.children.some(saysEncrypted)

/** Looks for the manifest of an ODF package. Anything that is no readable zip is left to the converter to refuse. */
const manifestIn = (zip: ZipFile): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    zip.on('error', reject)
    zip.on('end', () => resolve(undefined))
    zip.on('entry', (entry: Entry) => {
      if (entry.fileName !== 'META-INF/manifest.xml' || entry.uncompressedSize > LARGEST_MANIFEST)
        return zip.readEntry()
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error)
        text(stream).then(resolve, reject)
      })
    })
    zip.readEntry()
  })

type Opened = (error: Error | null, zip: ZipFile) => void

const protectedZip = async (opening: (opened: Opened) => void): Promise<boolean> => {
  let zip: ZipFile | undefined
  try {
    zip = await new Promise<ZipFile>((resolve, reject) =>
      opening((error, opened) => (error ? reject(error) : resolve(opened))),
    )
    const manifest = await manifestIn(zip)
    return manifest !== undefined && saysEncrypted(parseXml(manifest))
  } catch {
    // No zip, or a damaged one: whether it can be read at all is for the converter to say.
    return false
  } finally {
    zip?.close()
  }
}

const OPTIONS = { lazyEntries: true, autoClose: false } as const

/** Does this document of the disk ask for a password? Converters only say that they could not read it. */
export const isProtected = async (path: string): Promise<boolean> =>
  (await protectedZip(opened => open(path, OPTIONS, opened))) || isProtectedOpenXml(path)

/** The same for a content in memory: what a simulator receives. */
export const isProtectedContent = async (content: Buffer): Promise<boolean> =>
  (await protectedZip(opened => fromBuffer(content, OPTIONS, opened))) ||
  (content.subarray(0, COMPOUND.length).equals(COMPOUND) && content.includes(PACKAGE))
