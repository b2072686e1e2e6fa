import { SoapUnreadable } from './unreadable.ts'

const LARGEST_HEAD = 16 * 1024

/** One part of a `multipart/related` answer. `content` is read to its end before the next part is asked for. */
export interface RelatedPart {
  /** Without its angle brackets; empty when there is none. */
  readonly contentId: string
  readonly content: AsyncIterable<Buffer>
}

/** A parameter of a header: `parameterOf('multipart/related; boundary="b"', 'boundary')` is `b`. */
export const parameterOf = (header: string, name: string): string | undefined => {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'iu').exec(header)
  return found?.[1] ?? found?.[2]
}

export const bareId = (contentId: string): string => contentId.trim().replace(/^<|>$/gu, '')

const contentIdIn = (head: string): string => bareId(/^content-id\s*:\s*(.*)$/imu.exec(head)?.[1] ?? '')

/**
 * Cuts a multipart body into its parts as it comes; memory holds one chunk.
 * @throws SoapUnreadable when the body ends before its last delimiter
 */
export async function* relatedParts(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<RelatedPart, void, undefined> {
  const chunks = (source as AsyncIterable<Uint8Array, undefined>)[Symbol.asyncIterator]()
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first delimiter may open the body, without a line before it.
  let rest = Buffer.from('\r\n')

  const more = async (): Promise<void> => {
    const { value, done } = await chunks.next()
    if (done) throw new SoapUnreadable('the multipart answer is cut')
    rest = Buffer.concat([rest, value])
  }

  async function* content(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const at = rest.indexOf(delimiter)
      const ready = at === -1 ? Math.max(0, rest.length - delimiter.length + 1) : at
      if (ready > 0) yield rest.subarray(0, ready)
      rest = rest.subarray(at === -1 ? ready : at + delimiter.length)
      if (at !== -1) return
      await more()
    }
  }

  const head = async (): Promise<string | undefined> => {
    while (rest.length < 2) await more()
    if (rest.subarray(0, 2).toString() === '--') return undefined
    let end = rest.indexOf('\r\n\r\n')
    for (; end === -1; end = rest.indexOf('\r\n\r\n')) {
      if (rest.length > LARGEST_HEAD) throw new SoapUnreadable('the headers of a part never end')
      await more()
    }
    const read = rest.subarray(0, end).toString('latin1')
    rest = rest.subarray(end + 4)
    return read
  }

  const preamble = content()
  while (!(await preamble.next()).done);
  for (let read = await head(); read !== undefined; read = await head()) {
    // An empty part has its delimiter right after its headers: the line end that belongs to it was just read.
    rest = Buffer.concat([Buffer.from('\r\n'), rest])
    const body = content()
    yield { contentId: contentIdIn(read), content: withoutFirstLineEnd(body) }
  }
}

/** Takes away the two bytes put in front of a part. */
async function* withoutFirstLineEnd(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let toSkip = 2
  for await (const chunk of body) {
    const kept = chunk.subarray(toSkip)
    toSkip = Math.max(0, toSkip - chunk.length)
    if (kept.length > 0) yield kept
  }
}
