import { SaxesParser } from 'saxes'

/** What a reader wants to know of a document that goes by. `path` holds the local names from the root to the element, included. */
export interface XmlListener {
  open(name: string, attributes: Readonly<Record<string, string>>, path: readonly string[]): void
  close?(name: string, path: readonly string[]): void
}

/** Not well-formed XML, or not the document that was expected. */
export class UnreadableXml extends Error {
  override readonly name = 'UnreadableXml'
}

/** Says as unreadable what the parser or the decoder throws, and nothing else: a store that fails is another matter. */
const parsing = <T>(work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    throw new UnreadableXml(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Enough for any XML declaration. */
const HEAD = 256

/** The encoding that the XML declaration names, in capitals; `undefined` without one. */
const declaredEncoding = (head: Uint8Array): string | undefined =>
  /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']/u
    .exec(Buffer.from(head).toString('latin1'))?.[1]
    ?.toUpperCase()

/** What text is given to: a parser of saxes, whatever it listens to. */
export interface XmlSink {
  write(text: string): unknown
  close(): unknown
}

/** Turns bytes into text, a chunk at a time; without bytes, what was left. */
export interface XmlDecoder {
  decode(bytes?: Uint8Array, options?: { readonly stream: boolean }): string
}

/** As browsers read: what Windows wrote under the name of ISO-8859-1 is understood. */
const forPeople = (encoding: string | undefined): XmlDecoder => new TextDecoder(encoding ?? 'utf-8')

/**
 * Gives the text of a document to a parser as it goes by. A document that declares no encoding is read as UTF-8.
 * @param decoderFor whoever takes digests wants each character to the letter
 * @returns the declared encoding
 * @throws UnreadableXml for what the parser or the decoder throws; what `source` throws
 */
export const feedXml = async (
  source: AsyncIterable<unknown>,
  parser: XmlSink,
  decoderFor: (encoding: string | undefined) => XmlDecoder = forPeople,
): Promise<string | undefined> => {
  let head = Buffer.alloc(0)
  let encoding: string | undefined
  let decoder: XmlDecoder | undefined
  const begin = (): XmlDecoder => {
    encoding = declaredEncoding(head)
    const started = decoderFor(encoding)
    parser.write(started.decode(head, { stream: true }))
    return started
  }
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    const started = decoder
    if (started) parsing(() => parser.write(started.decode(chunk, { stream: true })))
    else {
      head = Buffer.concat([head, chunk])
      if (head.length >= HEAD) decoder = parsing(begin)
    }
  }
  parsing(() => {
    parser.write((decoder ?? begin()).decode())
    parser.close()
  })
  return encoding
}

/** Whatever is wrong in the document stops its reading. */
export const throwing = (error: Error): never => {
  throw error
}
export const refuseDoctype = (): never => throwing(new Error('a DOCTYPE has no place here'))

/**
 * Reads a document of any size as it goes by: element names and attributes only, texts (the pieces of a PES, in base64) are
 * passed over. Memory does not depend on the size. A document that declares no encoding is read as UTF-8.
 * @returns the declared encoding
 * @throws UnreadableXml when it is not well formed, holds a DOCTYPE, or declares an encoding that nobody knows; what `source` throws
 */
export const streamXml = (source: AsyncIterable<unknown>, listener: XmlListener): Promise<string | undefined> => {
  const parser = new SaxesParser({ xmlns: false, position: false })
  const path: string[] = []
  parser.on('error', throwing)
  parser.on('doctype', refuseDoctype)
  parser.on('opentag', tag => {
    const name = local(tag.name)
    path.push(name)
    listener.open(name, tag.attributes, path)
  })
  parser.on('closetag', tag => {
    listener.close?.(local(tag.name), path)
    path.pop()
  })
  return feedXml(source, parser)
}
