import { Readable } from 'node:stream'
import { SaxesParser } from 'saxes'
import { base64Decoder, type FileRef, type Files } from '#core'

/** What came back is no XML-RPC answer, or was cut. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer'
}

export type RpcAnswer =
  | { readonly is: 'file'; readonly file: FileRef }
  | { readonly is: 'fault'; readonly reason: string }
  /** An answer without any value. */
  | { readonly is: 'empty' }

/** In characters, the content of the file not counted. */
const LARGEST_TEXT = 1_000_000

/** Names of the open elements, and the texts met within a fault. */
const tracker = () => {
  const parser = new SaxesParser()
  const path: string[] = []
  const texts: string[] = []
  let seen = false
  let size = 0
  parser.on('opentag', ({ name }) => {
    seen ||= name === 'methodResponse' && path.length === 0
    path.push(name)
  })
  parser.on('closetag', () => void path.pop())
  const hear = (text: string) => {
    if (path.includes('fault') && text.trim() !== '') texts.push(text.trim())
  }
  parser.on('text', hear)
  parser.on('cdata', hear)
  parser.on('error', ({ message }) => {
    throw new UnreadableAnswer(message)
  })
  return {
    write: (xml: string) => {
      size += xml.length
      if (size > LARGEST_TEXT) throw new UnreadableAnswer('too much text')
      parser.write(xml)
    },
    /** Is the value of the answer about to be read? */
    atValue: () => /^methodResponse\/params\/param\/value(?:\/string|\/base64)?$/u.test(path.join('/')),
    end: (): { readonly fault: string | undefined } => {
      parser.close()
      if (!seen) throw new UnreadableAnswer('no methodResponse')
      const rank = texts.indexOf('faultString')
      return { fault: texts.length === 0 ? undefined : (texts[rank + 1] ?? texts.join(' ')) }
    },
  }
}

/** A text cut at its tags, without ever being held whole. */
const cursorOn = (source: AsyncIterable<Uint8Array>) => {
  const chunks = source[Symbol.asyncIterator]()
  const decoder = new TextDecoder()
  let rest = ''
  const fill = async (): Promise<boolean> => {
    while (rest === '') {
      const next = await chunks.next()
      if (next.done) return false
      rest = decoder.decode(next.value, { stream: true })
    }
    return true
  }
  async function* until(mark: '<' | '>', kept: 0 | 1): AsyncGenerator<string, void, undefined> {
    while (await fill()) {
      const found = rest.indexOf(mark)
      const end = found === -1 ? rest.length : found + kept
      const stretch = rest.slice(0, end)
      rest = rest.slice(end)
      if (stretch !== '') yield stretch
      if (found !== -1) return
    }
  }
  /** Skips blanks; says whether a text follows, and not a tag. */
  const atText = async (): Promise<boolean> => {
    for (;;) {
      rest = rest.trimStart()
      if (rest !== '') return !rest.startsWith('<')
      if (!(await fill())) return false
    }
  }
  return { until, fill, atText }
}

async function* decoded(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  const decoder = base64Decoder()
  for await (const stretch of text) {
    const bytes = decoder.push(stretch)
    if (bytes.length > 0) yield bytes
  }
  yield decoder.end()
}

/**
 * Reads the answer to a method that gives one file in base64; the file goes to the store as it comes.
 * @throws UnreadableAnswer; what the network or the store says otherwise
 */
export const readFileAnswer = async (source: Readable, files: Files, name: string): Promise<RpcAnswer> => {
  const cursor = cursorOn(source as AsyncIterable<Uint8Array>)
  const answer = tracker()
  let file: FileRef | undefined
  while (await cursor.fill()) {
    for await (const stretch of cursor.until('>', 1)) answer.write(stretch)
    if (!file && answer.atValue() && (await cursor.atText()))
      file = await files.save(Readable.from(decoded(cursor.until('<', 0)), { objectMode: false }), name)
  }
  const { fault } = answer.end()
  if (fault !== undefined) return { is: 'fault', reason: fault }
  return file ? { is: 'file', file } : { is: 'empty' }
}
