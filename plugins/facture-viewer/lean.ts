import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { base64Decoder, parseXml, streamXml, textTap, UnreadableXml, type XmlElement } from '#core'

/** Elements whose text is a file in base64: pivot, UBL, CII. */
export const CONTENTS: readonly string[] = ['Contenu', 'EmbeddedDocumentBinaryObject', 'AttachmentBinaryObject']

const isContent = (name: string): boolean => CONTENTS.includes(name)

/** An invoice without its attachments; beyond, it is something else. */
const LARGEST = 8 * 1024 * 1024

/**
 * The tree of an invoice, its attachments left out: an invoice of 100 MB costs what its text costs.
 * @throws UnreadableXml when it is not well formed, holds a DOCTYPE, or is too large; what `source` throws
 */
export const leanTree = async (source: AsyncIterable<unknown>): Promise<XmlElement> => {
  const tap = textTap(CONTENTS)
  const chunks: Uint8Array[] = []
  let size = 0
  async function* kept(): AsyncGenerator<Uint8Array> {
    for await (const chunk of tap.through(source)) {
      size += chunk.length
      if (size > LARGEST) throw new UnreadableXml('too large without its attachments')
      chunks.push(chunk)
      yield chunk
    }
  }
  const encoding = await streamXml(kept(), {
    open(name) {
      if (isContent(name)) tap.take(() => undefined)
    },
    close(name) {
      if (isContent(name)) tap.release()
    },
  })
  return parseXml(new TextDecoder(encoding ?? 'utf-8').decode(Buffer.concat(chunks)))
}

/** The contents of a tree in the order of the file, which is what they are asked for by. */
export const contentsOf = (root: XmlElement): ReadonlyMap<XmlElement, number> => {
  const ranks = new Map<XmlElement, number>()
  const open: XmlElement[] = [root]
  for (let element = open.pop(); element; element = open.pop()) {
    if (isContent(element.name)) ranks.set(element, ranks.size + 1)
    open.push(...element.children.toReversed())
  }
  return ranks
}

/** One content, decoded as it comes. @param rank from 1, in the order of the file; beyond the last it is empty */
export const openContent = (source: Readable, rank: number): Readable => {
  const out = new PassThrough()
  const tap = textTap(CONTENTS)
  const decoder = base64Decoder()
  let seen = 0
  const push = async (text: Uint8Array) => {
    if (!out.destroyed && !out.write(decoder.push(Buffer.from(text).toString('latin1'))))
      await Promise.race([once(out, 'drain'), once(out, 'close')])
  }
  const read = async () => {
    await streamXml(tap.through(source), {
      open(name) {
        if (!isContent(name)) return
        seen += 1
        tap.take(seen === rank ? push : () => undefined)
      },
      close(name) {
        if (!isContent(name)) return
        tap.release()
        if (seen === rank) out.write(decoder.end())
      },
    })
    out.end()
  }
  // Whoever leaves before the end leaves the file as well.
  out.once('close', () => source.destroy())
  read().catch((error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))))
  return out
}
