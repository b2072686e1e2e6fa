import { Readable } from 'node:stream'
import type { Files } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { HttpResponse } from '../../connectors/http.ts'
import { at, growingTree, type XmlElement } from '../../connectors/xml-element.ts'
import { base64Decoder } from './base64.ts'
import { bareId, parameterOf, relatedParts } from './multipart.ts'
import { SoapUnreadable } from './unreadable.ts'

export interface SoapMessage {
  /** First element of the body: the answer, or a `Fault`. */
  readonly body: XmlElement
  /** The binary content of an element, already in the store; named `contenu`, the connector knows better. */
  fileOf(element: XmlElement | undefined): FileRef | undefined
}

export interface SoapReading {
  readonly files: Files
  /** Local names of the elements that hold base64: their text goes to the store as it comes. */
  readonly binaries: ReadonlySet<string>
}

const XOP = 'http://www.w3.org/2004/08/xop/include'
const NAME = 'contenu'
/** Beyond this, what is not a file is no answer but an accident. In characters. */
const LARGEST_TEXT = 10_000_000

/** What a parser refuses is an unreadable message. */
const readable = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw error instanceof SoapUnreadable ? error : new SoapUnreadable(error instanceof Error ? error.message : '')
  }
}

/** The tree of a message, which also tells where its binaries are. */
const messageTree = (binaries: ReadonlySet<string>) => {
  const includes = new Map<XmlElement, string>()
  let entered: XmlElement | undefined
  const tree = growingTree((element, parent, { isSelfClosing }) => {
    if (parent && element.name === 'Include' && element.namespace === XOP)
      includes.set(parent, element.attributes['href'] ?? '')
    if (binaries.has(element.name) && !isSelfClosing) entered = element
  })
  return {
    write: (xml: string) => readable(() => tree.write(xml)),
    /** The binary element whose opening tag has just been read. */
    justEntered: (): XmlElement | undefined => {
      const element = entered
      entered = undefined
      return element
    },
    end: (): { readonly root: XmlElement; readonly includes: ReadonlyMap<XmlElement, string> } => {
      const root = readable(() => tree.end())
      if (!root) throw new SoapUnreadable('empty message')
      return { root, includes }
    },
  }
}

const decoderOf = (charset: string): TextDecoder => {
  try {
    return new TextDecoder(charset)
  } catch (cause) {
    throw new SoapUnreadable(`unknown charset ${charset}`, { cause })
  }
}

/** A text that is read tag by tag, its ends found without holding it. */
const cursorOn = (source: AsyncIterable<Uint8Array>, charset: string) => {
  const chunks = (source as AsyncIterable<Uint8Array, undefined>)[Symbol.asyncIterator]()
  const decoder = decoderOf(charset)
  let rest = ''
  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next()
    rest = done ? decoder.decode() : decoder.decode(value, { stream: true })
    return !done || rest !== ''
  }
  /** Up to this character (`past`: with it), in stretches; ends early when the text does. */
  async function* until(character: '<' | '>', past: 0 | 1): AsyncGenerator<string, void, undefined> {
    while (rest !== '' || (await more())) {
      const found = rest.indexOf(character)
      const end = found === -1 ? rest.length : found + past
      const stretch = rest.slice(0, end)
      rest = rest.slice(end)
      if (stretch !== '') yield stretch
      if (found !== -1) return
    }
  }
  const isOver = async (): Promise<boolean> => {
    while (rest === '') if (!(await more())) return true
    return false
  }
  /** Whether the next thing but blanks is a tag. */
  const isAtTag = async (): Promise<boolean> => {
    for (;;) {
      rest = rest.trimStart()
      if (rest !== '') return rest.startsWith('<')
      if (!(await more())) return true
    }
  }
  return { until, isOver, isAtTag }
}

/** Saves what a source gives; when it fails, the reason of the source says more than that of the store. */
const save = async (files: Files, source: AsyncIterable<Uint8Array>): Promise<FileRef> => {
  let lost: unknown
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (error) {
      lost = error
      throw error
    }
  }
  try {
    return await files.save(Readable.from(watched(), { objectMode: false }), NAME)
  } catch (error) {
    throw lost ?? error
  }
}

async function* decoded(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  const decoder = base64Decoder()
  for await (const stretch of text) {
    const bytes = decoder.push(stretch)
    if (bytes.length > 0) yield bytes
  }
  yield decoder.end()
}

const readEnvelope = async (source: AsyncIterable<Uint8Array>, { files, binaries }: SoapReading, charset = 'utf-8') => {
  const tree = messageTree(binaries)
  const cursor = cursorOn(source, charset)
  const found = new Map<XmlElement, FileRef>()
  let size = 0
  while (!(await cursor.isOver())) {
    for await (const stretch of cursor.until('>', 1)) {
      size += stretch.length
      if (size > LARGEST_TEXT) throw new SoapUnreadable('too much text for a SOAP message')
      tree.write(stretch)
    }
    const element = tree.justEntered()
    if (element && !(await cursor.isAtTag())) found.set(element, await save(files, decoded(cursor.until('<', 0))))
  }
  return { ...tree.end(), found }
}

const bodyOf = (root: XmlElement): XmlElement => {
  const body = root.name === 'Envelope' ? at(root, 'Body')?.children[0] : undefined
  if (!body) throw new SoapUnreadable(`<${root.name}> is no SOAP envelope`)
  return body
}

/**
 * Reads a SOAP 1.1 message of any size, with or without attachments (MTOM): files go to the store as they come.
 * @throws SoapUnreadable when it is something else or when it is cut; what the network or the store says otherwise
 */
export const readSoap = async (
  message: Pick<HttpResponse, 'headers' | 'stream'>,
  reading: SoapReading,
): Promise<SoapMessage> => {
  const type = message.headers['content-type'] ?? ''
  const source = message.stream() as AsyncIterable<Uint8Array>
  if (!/^\s*multipart\/related/iu.test(type)) {
    const { root, found } = await readEnvelope(source, reading, parameterOf(type, 'charset'))
    return { body: bodyOf(root), fileOf: element => element && found.get(element) }
  }
  const boundary = parameterOf(type, 'boundary')
  if (boundary === undefined) throw new SoapUnreadable('multipart without a boundary')
  const start = bareId(parameterOf(type, 'start') ?? '')
  const attached = new Map<string, FileRef>()
  let envelope: Awaited<ReturnType<typeof readEnvelope>> | undefined
  for await (const { contentId, content } of relatedParts(source, boundary)) {
    const isRoot = !envelope && (start === '' || contentId === start)
    if (isRoot) envelope = await readEnvelope(content, reading)
    else attached.set(contentId, await save(reading.files, content))
  }
  if (!envelope) throw new SoapUnreadable('the root part is missing')
  const { root, includes, found } = envelope
  for (const [element, href] of includes) {
    const file = attached.get(decodeURIComponent(href.replace(/^cid:/iu, '')))
    if (!file) throw new SoapUnreadable(`attachment ${href} is missing`)
    found.set(element, file)
  }
  return { body: bodyOf(root), fileOf: element => element && found.get(element) }
}

/** What a `Fault` says; `undefined` for any other answer. */
export const faultIn = ({ body }: SoapMessage): { readonly code: string; readonly reason: string } | undefined =>
  body.name === 'Fault'
    ? {
        code: (at(body, 'faultcode')?.text ?? '').replace(/^.*:/u, ''),
        reason: at(body, 'faultstring')?.text ?? '',
      }
    : undefined
