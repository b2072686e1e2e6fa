import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes'
import { PJ_CONTENT } from '../pjs.ts'
import { textTap } from '../text-tap.ts'
import { feedXml, refuseDoctype, throwing } from '../xml-stream.ts'
import type { Scope } from './canonical.ts'

/** An element of a document that goes by. */
export interface Place {
  readonly tag: SaxesTagNS
  /** 1 for the root. */
  readonly depth: number
  /** Namespaces in scope. */
  readonly scope: Scope
  /** Attributes `xml:…` of its ancestors. */
  readonly inherited: readonly SaxesAttributeNS[]
  /** Rank of the outermost signature where it is, from 1; 0 outside. */
  readonly signature: number
  /** Local name of its parent. */
  readonly parent: string
}

export interface Walker {
  open(place: Place): void
  close(place: Place): void
  text(text: string, place: Place): void
  comment?(text: string): void
  instruction?(target: string, body: string): void
  /** Whether the content of a supporting piece, of any size, is left out. */
  skips(place: Place): boolean
}

const SIGNATURE = 'Signature'
const NO_SCOPE: Scope = new Map()

/** ISO-8859-1 to the letter: `TextDecoder` reads it as Windows does, and the digests of a signature would change. */
const exactDecoder = (encoding: string | undefined) =>
  encoding === 'ISO-8859-1'
    ? { decode: (bytes: Uint8Array = new Uint8Array()) => Buffer.from(bytes).toString('latin1') }
    : new TextDecoder(encoding ?? 'utf-8')

const scopeAt = (parent: Place | undefined, tag: SaxesTagNS): Scope => {
  const own = Object.entries(tag.ns)
  const above = parent?.scope ?? NO_SCOPE
  return own.length === 0 ? above : new Map([...above, ...own])
}

const inheritedAt = (parent: Place | undefined): readonly SaxesAttributeNS[] => {
  if (!parent) return []
  const own = Object.values(parent.tag.attributes).filter(({ prefix }) => prefix === 'xml')
  if (own.length === 0) return parent.inherited
  return [...own, ...parent.inherited.filter(({ name }) => !(name in parent.tag.attributes))]
}

/**
 * Goes through a PES with its namespaces and its texts, in the memory of one element.
 * @throws UnreadableXml as `streamXml`; what `source` throws
 */
export const walkXml = async (source: AsyncIterable<unknown>, walker: Walker): Promise<void> => {
  const parser = new SaxesParser({ xmlns: true, position: false })
  const tap = textTap([PJ_CONTENT])
  const places: Place[] = []
  let signatures = 0
  parser.on('error', throwing)
  parser.on('doctype', refuseDoctype)
  parser.on('opentag', tag => {
    const parent = places.at(-1)
    const isFirst = parent?.signature === 0 && tag.local === SIGNATURE
    if (isFirst) signatures += 1
    const place: Place = {
      ...{ tag, depth: places.length + 1, scope: scopeAt(parent, tag), inherited: inheritedAt(parent) },
      signature: isFirst ? signatures : (parent?.signature ?? 0),
      parent: parent?.tag.local ?? '',
    }
    places.push(place)
    walker.open(place)
    if (tag.local === PJ_CONTENT && walker.skips(place)) tap.take(() => undefined)
  })
  parser.on('closetag', () => {
    const place = places.pop()
    if (!place) return
    if (place.tag.local === PJ_CONTENT) tap.release()
    walker.close(place)
  })
  const append = (text: string) => {
    const place = places.at(-1)
    if (place) walker.text(text, place)
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('comment', text => walker.comment?.(text))
  parser.on('processinginstruction', ({ target, body }) => walker.instruction?.(target, body))
  await feedXml(tap.through(source), parser, exactDecoder)
}

/** The `Id` of an element; empty without one. */
export const idOf = ({ attributes }: SaxesTagNS): string =>
  (attributes['Id'] ?? attributes['ID'] ?? attributes['id'])?.value ?? ''
