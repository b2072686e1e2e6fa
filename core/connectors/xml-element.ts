import { SaxesParser } from 'saxes'

/** A small XML document read whole. Names are local: remotes disagree on prefixes, not on words. */
export interface XmlElement {
  readonly name: string
  readonly namespace: string
  /** By local name. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Text of the element itself, trimmed; that of its children is theirs. */
  readonly text: string
}

/** An element being read: its children and its text still come. */
export interface Growing extends XmlElement {
  readonly children: Growing[]
  text: string
}

/**
 * A tree that grows as a parser is given text. saxes resolves no external entity and knows none but the five of XML, so that a hostile
 * document costs no more than its size.
 * @param onOpen each opening tag, once its element is in the tree
 */
export const growingTree = (
  onOpen: (element: Growing, parent: Growing | undefined, tag: { readonly isSelfClosing: boolean }) => void = () =>
    undefined,
) => {
  const parser = new SaxesParser({ xmlns: true })
  const open: Growing[] = []
  let root: Growing | undefined
  parser.on('opentag', tag => {
    const element: Growing = {
      name: tag.local,
      namespace: tag.uri,
      attributes: Object.fromEntries(Object.values(tag.attributes).map(({ local, value }) => [local, value])),
      children: [],
      text: '',
    }
    const parent = open.at(-1)
    parent?.children.push(element)
    root ??= element
    open.push(element)
    onOpen(element, parent, tag)
  })
  const append = (text: string) => {
    const current = open.at(-1)
    if (current) current.text += text
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => {
    const closed = open.pop()
    if (closed) closed.text = closed.text.trim()
  })
  parser.on('error', error => {
    throw error
  })
  return {
    write: (xml: string) => void parser.write(xml),
    /** @returns the root; `undefined` for an empty document */
    end: (): XmlElement | undefined => {
      parser.close()
      return root
    },
  }
}

/**
 * Reads a small document (answers of remotes; big files are streamed elsewhere).
 * @throws Error when it is not well formed
 */
export const parseXml = (xml: string): XmlElement => {
  const tree = growingTree()
  // A byte order mark is no part of the document.
  tree.write(xml.replace(/^\uFEFF/u, ''))
  const root = tree.end()
  if (!root) throw new Error('empty document')
  return root
}

/** The children of this name. */
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter(child => child.name === name) ?? []

/** The first descendant along a path of names: `at(event, 'eventIdentifier', 'eventIdentifierValue')`. */
export const at = (element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((current, name) => childrenOf(current, name)[0], element)
