import { inflateSync } from 'node:zlib'

/** Any one of these names, in the dictionary of a stream, says that the stream is an embedded file. */
const MARKS = [Buffer.from('/EmbeddedFile'), Buffer.from('/text#2Fxml'), Buffer.from('/application#2Fxml')]
const [STREAM, END_STREAM, END_OBJECT] = [Buffer.from('stream'), Buffer.from('endstream'), Buffer.from('endobj')]

/** Of the XML itself: an invoice holds its lines and no picture. */
const LARGEST = 16 * 1024 * 1024
/** Longest dictionary of a stream. */
const LONGEST_HEAD = 4096

const ROOTS = /<(?:[\w.-]+:)?(?:CrossIndustryInvoice|CrossIndustryDocument)[\s>]/u

const isAfter = (bytes: Buffer, at: number): boolean => bytes[at] === 0x0a || bytes[at] === 0x0d

/** The content of a stream, when it is an invoice. */
const invoiceIn = (data: Buffer): Buffer | undefined => {
  const zlib = (data[0] ?? 0) % 16 === 8
  let xml = data
  if (zlib)
    try {
      xml = inflateSync(data, { maxOutputLength: LARGEST })
    } catch {
      // A damaged or huge attachment is not the invoice that is looked for: the others still may be.
      return undefined
    }
  return ROOTS.test(xml.subarray(0, LONGEST_HEAD).toString('latin1')) ? xml : undefined
}

/** First mark from a position on, and where it ends; `/EmbeddedFiles` is the list, not a file. */
const nextMark = (bytes: Buffer, from: number): number => {
  const found = MARKS.map(mark => {
    let at = bytes.indexOf(mark, from)
    while (at !== -1 && bytes[at + mark.length] === 0x73) at = bytes.indexOf(mark, at + 1)
    return at === -1 ? -1 : at + mark.length
  }).filter(at => at !== -1)
  return found.length === 0 ? -1 : Math.min(...found)
}

/**
 * The invoice that a Factur-X (PDF/A-3) carries, as XML (formats/factures.md §5). An embedded file is a stream, and a stream stands on its own
 * in a PDF whatever else is compressed: it is found as the file goes by, in a memory bounded by the XML. Encrypted files have none.
 * @returns `undefined` when the file holds no invoice
 */
export const facturxIn = async (source: AsyncIterable<unknown>): Promise<Buffer | undefined> => {
  let rest: Buffer = Buffer.alloc(0)
  let ended = false
  const look = (): Buffer | undefined => {
    for (;;) {
      const mark = nextMark(rest, 0)
      if (mark === -1) {
        rest = rest.subarray(Math.max(0, rest.length - 32))
        return undefined
      }
      const start = rest.indexOf(STREAM, mark)
      const object = rest.indexOf(END_OBJECT, mark)
      if ((object !== -1 && (start === -1 || object < start)) || (start !== -1 && start - mark > LONGEST_HEAD)) {
        rest = rest.subarray(mark)
        continue
      }
      const end = start === -1 ? -1 : rest.indexOf(END_STREAM, start + STREAM.length)
      if (end === -1) {
        const tooLong = rest.length - mark > LARGEST
        if (!tooLong && !ended) return undefined
        rest = rest.subarray(mark)
        if (ended) return undefined
        continue
      }
      let from = start + STREAM.length
      while (from < end && isAfter(rest, from)) from += 1
      const invoice = invoiceIn(rest.subarray(from, end))
      if (invoice) return invoice
      rest = rest.subarray(end)
    }
  }
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    const found = look()
    if (found) return found
  }
  ended = true
  return look()
}
