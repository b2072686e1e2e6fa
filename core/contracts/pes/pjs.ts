import { PassThrough, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { base64Decoder } from '../../remotes/soap/base64.ts'
import { textTap, type TextTap } from './text-tap.ts'
import { streamXml, UnreadableXml, type XmlListener } from './xml-stream.ts'

/** A supporting piece held by a PES (formats/pes-v2.md §2). Texts are empty when absent. */
export interface PesPj {
  /** From 1, in the order of the file: `IdUnique` should be unique, and is not always. */
  readonly rank: number
  readonly idUnique: string
  readonly name: string
  /** `TypePJ`. */
  readonly type: string
  readonly mediaType: string
  readonly description: string
  /** Compressed, as the protocol wants; some publishers only encode. */
  readonly compressed: boolean
  /** Bytes once decompressed, as the compressed content announces. */
  readonly size: number
}

/** The element whose text holds the piece: a mark of the tap. */
export const PJ_CONTENT = 'Fichier'

const isContent = (path: readonly string[]): boolean =>
  path.at(-1) === PJ_CONTENT && path.at(-2) === 'Contenu' && path.at(-3) === 'PJ'

const GZIP = Buffer.from([0x1f, 0x8b])

/** Weighs a content as it goes by: its length, its first bytes, and its last four, where gzip writes the true length. */
const weighing = () => {
  const decoder = base64Decoder()
  let length = 0
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  const add = (bytes: Buffer) => {
    length += bytes.length
    if (head.length < GZIP.length) head = Buffer.concat([head, bytes.subarray(0, GZIP.length)])
    if (bytes.length > 0) tail = Buffer.concat([tail, bytes.subarray(-4)]).subarray(-4)
  }
  return {
    push: (text: Uint8Array) => add(decoder.push(Buffer.from(text).toString('latin1'))),
    end() {
      add(decoder.end())
      const compressed = head.subarray(0, GZIP.length).equals(GZIP) && tail.length === 4
      return { compressed, size: compressed ? tail.readUInt32LE() : length }
    },
  }
}

/** Tells the supporting pieces of a PES as they go by, without keeping their content. The tap has `PJ_CONTENT` among its marks. */
export const pjListener = (tap: TextTap, found: (pj: PesPj) => void): Required<XmlListener> => {
  let rank = 0
  let values: Record<string, string> = {}
  let weight = { compressed: false, size: 0 }
  let weighed: ReturnType<typeof weighing> | undefined
  return {
    open(name, attributes, path) {
      if (name === 'PJ' && path.at(-2) === 'PES_PJ') {
        rank += 1
        values = {}
        weight = { compressed: false, size: 0 }
      } else if (isContent(path)) {
        values['MIMEType'] = attributes['MIMEType'] ?? ''
        weighed = weighing()
        tap.take(weighed.push)
      } else if (path.at(-2) === 'PJ') values[name] ??= attributes['V'] ?? ''
    },
    close(name, path) {
      if (weighed && isContent(path)) {
        tap.release()
        weight = weighed.end()
        weighed = undefined
      } else if (name === 'PJ' && path.at(-2) === 'PES_PJ')
        found({
          rank,
          idUnique: values['IdUnique'] ?? '',
          name: values['NomPJ'] ?? '',
          type: values['TypePJ'] ?? '',
          mediaType: values['MIMEType'] ?? '',
          description: values['Description'] ?? '',
          ...weight,
        })
    },
  }
}

/** Writes and waits for the reader; a reader that left is not waited for. */
const writing = (to: PassThrough | ReturnType<typeof createGunzip>) => async (bytes: Buffer) => {
  if (bytes.length === 0 || to.destroyed || to.write(bytes)) return
  await new Promise<void>(resolve => {
    const goOn = () => {
      to.off('drain', goOn).off('close', goOn)
      resolve()
    }
    to.on('drain', goOn).on('close', goOn)
  })
}

/**
 * The content of a supporting piece, decoded and decompressed as it is read.
 * @param source the PES from its beginning; it is read no further than the piece
 * @throws the stream fails with UnreadableXml when the PES has no such piece, with the error of zlib when it is damaged
 */
export const openPj = (source: AsyncIterable<unknown>, { rank, compressed }: PesPj): Readable => {
  const content = compressed ? createGunzip() : new PassThrough()
  const write = writing(content)
  const tap = textTap([PJ_CONTENT])
  const decoder = base64Decoder()
  let seen = 0
  let isOver = false
  async function* untilThere(): AsyncGenerator<Uint8Array> {
    for await (const piece of tap.through(source)) {
      yield piece
      if (isOver || content.destroyed) return
    }
  }
  const reading = streamXml(untilThere(), {
    open(_name, _attributes, path) {
      if (isContent(path) && (seen += 1) === rank)
        tap.take(text => write(decoder.push(Buffer.from(text).toString('latin1'))))
    },
    close(_name, path) {
      if (!isContent(path) || seen !== rank) return
      tap.release()
      isOver = true
    },
  })
  // Reading stops in the middle of the document, which is then unfinished: that is no fault once the piece is there.
  const end = (error: unknown) => {
    if (isOver) content.end(decoder.end())
    else content.destroy(error instanceof Error ? error : new UnreadableXml('the piece is not there'))
  }
  reading.then(end, end)
  return content
}

/**
 * Gives the content of every supporting piece, decoded and decompressed, in one reading of the PES.
 * @param pjs all of them, in their order: what `pjListener` told in a first reading
 * @param take consumes the content to its end; pieces come one after the other
 * @throws UnreadableXml as `streamXml`; what `source` or `take` throws, the error of zlib for a damaged piece included
 */
export const eachPj = async (
  source: AsyncIterable<unknown>,
  pjs: readonly PesPj[],
  take: (pj: PesPj, content: Readable) => Promise<void>,
): Promise<void> => {
  const tap = textTap([PJ_CONTENT])
  const taken: Promise<void>[] = []
  let failure: { readonly error: unknown } | undefined
  let seen = 0
  let end: (() => void) | undefined
  async function* untilFailure(): AsyncGenerator<Uint8Array> {
    for await (const piece of tap.through(source)) {
      if (failure) return
      yield piece
    }
  }
  const reading = streamXml(untilFailure(), {
    open(_name, _attributes, path) {
      if (!isContent(path)) return
      const pj = pjs[seen]
      seen += 1
      if (!pj) return
      const content = pj.compressed ? createGunzip() : new PassThrough()
      const decoder = base64Decoder()
      const write = writing(content)
      taken.push(
        take(pj, content).catch((error: unknown) => {
          failure ??= { error }
          content.destroy()
        }),
      )
      tap.take(text => write(decoder.push(Buffer.from(text).toString('latin1'))))
      end = () => content.end(decoder.end())
    },
    close(_name, path) {
      if (!end || !isContent(path)) return
      tap.release()
      end()
      end = undefined
    },
  })
  try {
    await reading
  } catch (error) {
    // Reading stops in the middle of the document when a piece could not be taken: the piece is what is wrong.
    failure ??= { error }
    end?.()
  }
  await Promise.all(taken)
  if (failure) throw failure.error
}
