import type { Readable } from 'node:stream'

export interface PartHead {
  readonly name: string
  readonly filename: string | undefined
  readonly type: string | undefined
}

/** What the reader of a body does with each part, in order. Its content must be read to the end, or destroyed. */
export type OnPart = (head: PartHead, content: AsyncIterable<Buffer>) => Promise<void>

/** `boundary=x`, `boundary="x"`, with or without a space before. */
export const boundaryOf = (contentType: string): string | undefined =>
  /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/iu.exec(contentType)?.slice(1).find(Boolean)

const LONGEST_HEAD = 16 * 1024

const parameter = (header: string, name: string): string | undefined => {
  const [, quoted, plain] =
    new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'iu').exec(`;${header}`) ?? []
  return quoted?.replaceAll(/\\(["\\])/gu, '$1') ?? plain
}

const readHead = (bytes: Buffer): PartHead => {
  const lines = bytes.toString('utf8').split(/\r?\n/u)
  const header = (name: string) =>
    lines
      .find(line => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
  const disposition = header('content-disposition') ?? ''
  return {
    name: parameter(disposition, 'name') ?? '',
    filename: parameter(disposition, 'filename'),
    type: header('content-type')?.split(';')[0]?.trim().toLowerCase(),
  }
}

/**
 * Reads a multipart body as lenient servers do: real clients forget the closing delimiter, put an empty line before the first one,
 * end lines with LF alone (pastell-api.md §6). Nothing is held but the piece being read.
 */
export const readMultipart = async (body: Readable, boundary: string, onPart: OnPart): Promise<void> => {
  const source = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  let held: Buffer = Buffer.alloc(0)
  let ended = false
  const more = async (): Promise<boolean> => {
    if (ended) return false
    const next = await source.next()
    if (next.done) ended = true
    else held = held.length === 0 ? next.value : Buffer.concat([held, next.value])
    return !ended
  }
  /** Length of the line break before a delimiter, which belongs to it; -1 when it does not begin a line. */
  const lineBreakBefore = (at: number): number => (held[at - 1] !== 0x0a ? -1 : held[at - 2] === 0x0d ? 2 : 1)

  const content = async function* (): AsyncGenerator<Buffer> {
    // Once a piece is given, what begins « held » no longer begins a line.
    let untouched = true
    for (;;) {
      for (let from = 0; ;) {
        const at = held.indexOf(delimiter, from)
        if (at < 0) break
        const breaks = at === 0 && untouched ? 0 : lineBreakBefore(at)
        if (breaks >= 0) {
          const rest = held.subarray(0, at - breaks)
          held = held.subarray(at)
          if (rest.length > 0) yield rest
          return
        }
        from = at + 1
      }
      // A delimiter may begin in what is held and end in what comes: that much stays.
      const sure = held.length - delimiter.length - 2
      if (sure > 0) {
        const rest = held.subarray(0, sure)
        held = held.subarray(sure)
        untouched = false
        yield rest
      }
      if (!(await more())) {
        const rest = held
        held = Buffer.alloc(0)
        if (rest.length > 0) yield rest
        return
      }
    }
  }
  const skip = async (parts: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of parts) void chunk
  }

  await skip(content()) // what comes before the first delimiter means nothing
  for (;;) {
    while (held.length < delimiter.length + 2 && (await more()));
    if (held.length <= delimiter.length) return
    if (held.subarray(delimiter.length, delimiter.length + 2).toString('latin1') === '--') return
    const head = await headOf(more, () => held.subarray(delimiter.length))
    if (!head) return
    held = held.subarray(delimiter.length + head.length)
    const parts = content()
    await onPart(readHead(head.bytes), parts)
    await skip(parts)
  }
}

/** The headers of a part, and the bytes they take with the empty line that ends them. */
const headOf = async (
  more: () => Promise<boolean>,
  after: () => Buffer,
): Promise<{ readonly bytes: Buffer; readonly length: number } | undefined> => {
  for (;;) {
    const bytes = after()
    const ends = [Buffer.from('\r\n\r\n'), Buffer.from('\n\n')].flatMap(mark => {
      const at = bytes.indexOf(mark)
      return at < 0 ? [] : [{ bytes: bytes.subarray(0, at), length: at + mark.length }]
    })
    const first = ends.sort((a, b) => a.length - b.length)[0]
    if (first) return first
    if (bytes.length > LONGEST_HEAD || !(await more())) return undefined
  }
}
