import { Readable } from 'node:stream'
import { TemporaryError } from '../../authoring/errors.ts'
import { base64Decoder } from '../../contracts/factures/base64.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Everything of the answer but its file. */
const LARGEST_REST = 1024 * 1024

const damaged = (cause?: unknown) =>
  new TemporaryError('Le fichier rendu par Chorus Pro est abîmé ou incomplet. Il sera demandé à nouveau.', { cause })

/** What an escape of a base64 text stands for; line ends stand for nothing. */
const unescape = (escape: string): string => {
  if (escape.startsWith('\\u')) return String.fromCharCode(Number.parseInt(escape.slice(2), 16))
  const character = escape.slice(1)
  return 'nrt'.includes(character) ? '' : character
}

/**
 * Reads a JSON answer that holds a file, `{"codeRetour":0,"fichierResultat":"<base64>"}`, without ever holding it: the named member of
 * the outer object flows decoded out of `content`; the rest, a few numbers, is parsed once `content` has ended.
 * Both fail with a TemporaryError when the answer is cut, is no JSON, or holds no true base64.
 */
export const answerWithFile = (
  body: AsyncIterable<Uint8Array>,
  member: string,
): { readonly content: Readable; rest(): Readonly<Record<string, unknown>> } => {
  const decoder = base64Decoder()
  const kept: Buffer[] = []
  let [keptSize, depth] = [0, 0]
  let where: 'outside' | 'text' | 'file' = 'outside'
  /** The text under way, when it may be the name of a member; the last whole one. */
  let [text, name] = ['', '']
  let [escape, afterColon] = ['', false]

  const keep = (bytes: Uint8Array): void => {
    keptSize += bytes.length
    if (keptSize > LARGEST_REST) throw damaged('the answer holds something else')
    // Copied: a view would keep alive the whole chunk it comes from.
    kept.push(Buffer.from(bytes))
  }

  /** A text begins: the file, or anything else. */
  const begin = (): void => {
    where = depth === 1 && afterColon && name === member ? 'file' : 'text'
    text = ''
  }

  const outside = (byte: number): void => {
    if (byte === QUOTE) return begin()
    const character = String.fromCharCode(byte)
    if (character === '{' || character === '[') depth += 1
    if (character === '}' || character === ']') depth -= 1
    if (character === ':') afterColon = true
    else if (!/\s/u.test(character)) afterColon = false
  }

  const inText = (byte: number): void => {
    if (escape !== '') escape = ''
    else if (byte === BACKSLASH) escape = '\\'
    else if (byte === QUOTE) {
      if (!afterColon) name = text
      afterColon = false
      where = 'outside'
    } else if (text.length < member.length + 1) text += String.fromCharCode(byte)
  }

  /** Base64 from `from` on. @returns the position after what was read, and the bytes it gave */
  const inFile = (chunk: Buffer, from: number): { readonly next: number; readonly bytes: Uint8Array } => {
    if (escape !== '') {
      escape += String.fromCharCode(chunk[from] ?? 0)
      const whole = escape.startsWith('\\u') ? escape.length === 6 : escape.length === 2
      const bytes = whole ? decoder.push(unescape(escape)) : Buffer.alloc(0)
      if (whole) escape = ''
      return { next: from + 1, bytes }
    }
    const [quote, backslash] = [chunk.indexOf(QUOTE, from), chunk.indexOf(BACKSLASH, from)]
    const stops = [quote, backslash].filter(position => position >= 0)
    const until = Math.min(chunk.length, ...stops)
    const bytes = decoder.push(chunk.toString('latin1', from, until))
    if (until === chunk.length) return { next: until, bytes }
    if (until === backslash) {
      escape = '\\'
      return { next: until + 1, bytes }
    }
    where = 'outside'
    afterColon = false
    keep(chunk.subarray(until, until + 1))
    return { next: until + 1, bytes: Buffer.concat([bytes, decoder.end()]) }
  }

  async function* decoded(): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let begun = 0
      for (let position = 0; position < chunk.length;) {
        if (where === 'file') {
          keep(chunk.subarray(begun, position))
          while (where === 'file' && position < chunk.length) {
            const { next, bytes: ready } = readFile(chunk, position)
            if (ready.length > 0) yield ready
            position = next
          }
          begun = position
        } else {
          const byte = chunk[position] ?? 0
          if (where === 'text') inText(byte)
          else outside(byte)
          position += 1
        }
      }
      keep(chunk.subarray(begun))
    }
    if (where !== 'outside' || depth !== 0) throw damaged('the answer was cut')
  }

  const readFile = (chunk: Buffer, position: number) => {
    try {
      return inFile(chunk, position)
    } catch (cause) {
      throw cause instanceof TemporaryError ? cause : damaged(cause)
    }
  }

  return {
    content: Readable.from(decoded(), { objectMode: false }),
    rest() {
      try {
        return Object(JSON.parse(Buffer.concat(kept).toString())) as Readonly<Record<string, unknown>>
      } catch (cause) {
        throw new TemporaryError(
          'Chorus Pro a répondu autre chose que ce qui était attendu (sans doute une page de maintenance). Un nouvel essai aura lieu.',
          { cause },
        )
      }
    },
  }
}
