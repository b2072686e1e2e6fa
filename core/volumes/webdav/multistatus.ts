import { TemporaryError } from '../../authoring/errors.ts'
import { at, childrenOf, parseXml, type XmlElement } from '../../connectors/xml-element.ts'
import type { VolumeEntry } from '../volume.ts'

/** One resource of a `207 Multi-Status` answer to PROPFIND (RFC 4918 §13). */
export interface Resource extends VolumeEntry {
  /** Segments of its path on the server, decoded. */
  readonly segments: readonly string[]
  /** Bytes still free for this account (RFC 4331), when the server says. */
  readonly available: number | undefined
}

/** What is asked of each resource. */
export const PROPFIND = `<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:quota-available-bytes/></D:prop></D:propfind>`

/** The path of an `href`, whether it is a whole address or a path, encoded carefully or not. */
const segmentsOf = (href: string): readonly string[] =>
  new URL(href.replaceAll(/%(?![0-9a-f]{2})/giu, '%25'), 'http://serveur').pathname
    .split('/')
    .filter(segment => segment !== '')
    .map(segment => decodeURIComponent(segment))

const wholeNumber = (element: XmlElement | undefined): number | undefined =>
  element && /^\d+$/u.test(element.text) ? Number(element.text) : undefined

const resourceOf = (response: XmlElement): Resource => {
  const found = childrenOf(response, 'propstat').find(each => / 2\d\d( |$)/u.test(at(each, 'status')?.text ?? ''))
  const properties = at(found, 'prop')
  const segments = segmentsOf(at(response, 'href')?.text ?? '')
  const folder = at(properties, 'resourcetype', 'collection') !== undefined
  const modified = new Date(at(properties, 'getlastmodified')?.text ?? '')
  return {
    segments,
    name: segments.at(-1) ?? '',
    kind: folder ? 'folder' : 'file',
    size: folder ? 0 : (wholeNumber(at(properties, 'getcontentlength')) ?? 0),
    modifiedAt: Number.isNaN(modified.getTime()) ? undefined : modified,
    available: wholeNumber(at(properties, 'quota-available-bytes')),
  }
}

/**
 * Reads the answer to PROPFIND.
 * @throws TemporaryError when it is something else (the page of a proxy, most often)
 */
export const readMultistatus = (xml: string): readonly Resource[] => {
  try {
    const root = parseXml(xml)
    if (root.name !== 'multistatus') throw new Error(`unexpected root ${root.name}`)
    return childrenOf(root, 'response').map(resourceOf)
  } catch (cause) {
    throw new TemporaryError(
      "Le serveur WebDAV a répondu autre chose que la description attendue (sans doute une page de maintenance ou d'un serveur mandataire). Un nouvel essai aura lieu.",
      { cause },
    )
  }
}

/** What the folder of an answer of depth 1 holds: every resource but the folder itself, whose path is the shortest. */
export const membersOf = (resources: readonly Resource[]): readonly Resource[] => {
  const shortest = Math.min(...resources.map(({ segments }) => segments.length))
  return resources.filter(({ segments }) => segments.length > shortest)
}
