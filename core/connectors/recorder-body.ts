import { createHash, type Hash } from 'node:crypto'
import type { HttpRequest, Part } from './http.ts'
import type { Masker } from './recorder-mask.ts'

/** What is kept of a body; beyond, only its size and its digest. */
export const MOST_KEPT = 64 * 1024

/** A body as a dump shows it. */
export interface Shown {
  readonly text: string
  /** What follows was not kept. */
  readonly cut: boolean
}

const whole = (text: string): Shown => ({ text, cut: false })

const TEXTUAL = /^text\/|[/+](?:json|xml|x-www-form-urlencoded|javascript|soap|yaml|csv)|^message\//iu
const size = (bytes: number): string => `${bytes} octet${bytes > 1 ? 's' : ''}`
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const isText = (bytes: Uint8Array): boolean => {
  const sample = bytes.subarray(0, 4096)
  return !sample.includes(0) && sample.filter(byte => byte < 9 || (byte > 13 && byte < 32)).length <= sample.length / 50
}

const decode = (bytes: Uint8Array, type: string): string => {
  const label = /charset\s{0,5}=\s{0,5}"?([\w-]+)/iu.exec(type)?.[1] ?? 'utf-8'
  try {
    // As a stream: a character cut at the end of what is kept is no fault.
    return new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true })
  } catch {
    // A wrong charset may be what support is looking for: shown as ISO-8859-1 reads it.
    return Buffer.from(bytes).toString('latin1')
  }
}

const form = (text: string, masker: Masker): string =>
  [...new URLSearchParams(text)].map(([name, value]) => `${name}=${masker.parameter(name, value)}`).join('\n&')

const cutTo = (text: string): Shown =>
  text.length > MOST_KEPT ? { text: text.slice(0, MOST_KEPT), cut: true } : whole(text)

const boundaryOf = (type: string): string | undefined => /boundary="?([^";]{1,200})/iu.exec(type)?.[1]

/** Each part of a multipart body judged by itself: the envelope of a SOAP answer is read, the file behind it is not. */
const inParts = (bytes: Buffer, boundary: string, masker: Masker): string =>
  bytes
    .toString('latin1')
    .split(`--${boundary}`)
    .map(part => {
      const end = part.indexOf('\r\n\r\n')
      if (end < 0) return part.trim()
      const content = Buffer.from(part.slice(end + 4).replace(/\r\n$/u, ''), 'latin1')
      const type = /^content-type:(.*)$/imu.exec(part.slice(0, end))?.[1]?.trim() ?? ''
      return `${masker.named(part.slice(0, end).trim())}\n\n${bytesShown(content, type, masker).text}`
    })
    .join(`\n--${boundary}\n`)

/** Bytes as text when they are one, else their size and their digest. */
const bytesShown = (bytes: Uint8Array, type: string, masker: Masker): Shown => {
  const boundary = /^multipart\//iu.test(type) ? boundaryOf(type) : undefined
  if (boundary !== undefined) return cutTo(inParts(Buffer.from(bytes), boundary, masker))
  if (!isText(bytes) || (type !== '' && !TEXTUAL.test(type) && bytes.length > 4096))
    return whole(`[${size(bytes.length)}, SHA-256 ${digestOf(bytes)}]`)
  const text = decode(bytes, type)
  if (/x-www-form-urlencoded/iu.test(type)) return cutTo(form(text, masker))
  const kept = cutTo(text)
  return { ...kept, text: masker.named(kept.text) }
}

const fileShown = (file: { readonly name: string; readonly size: number; readonly sha256: string }): string =>
  `[fichier « ${file.name} », ${size(file.size)}, SHA-256 ${file.sha256}]`

const partShown = (part: Part, masker: Masker): string => {
  const filename = 'file' in part ? (part.filename ?? part.file.name) : part.filename
  const name = `${part.name}${filename === undefined ? '' : ` (${filename})`}`
  if ('file' in part) return `${name} : ${fileShown(part.file)}`
  if (typeof part.value === 'string' && masker.parameter(part.name, part.value) !== part.value) return `${name} : ***`
  return `${name} : ${bytesShown(Buffer.from(part.value), part.type ?? '', masker).text}`
}

/**
 * The body of a request, told from what the connector gave: files of the store by name, size and digest, never by their content.
 * @param masker learns the secrets that the body names
 */
export const requestShown = (body: HttpRequest['body'], masker: Masker): Shown => {
  if (!body) return whole('')
  if ('json' in body) return bytesShown(Buffer.from(JSON.stringify(body.json) ?? ''), 'application/json', masker)
  if ('form' in body) return cutTo(form(new URLSearchParams(body.form).toString(), masker))
  if ('parts' in body) return cutTo(body.parts.map(part => partShown(part, masker)).join('\n'))
  if ('raw' in body) return bytesShown(Buffer.from(body.raw), body.type, masker)
  if ('file' in body) return whole(fileShown(body.file))
  if ('stream' in body) return whole(`[flux${body.size === undefined ? '' : ` de ${size(body.size)}`}]`)
  const pieces = body.pieces.map(piece =>
    typeof piece === 'string' || piece instanceof Uint8Array
      ? isText(Buffer.from(piece))
        ? Buffer.from(piece).toString('utf8')
        : `[${size(piece.length)}, SHA-256 ${digestOf(Buffer.from(piece))}]`
      : fileShown(piece.file),
  )
  const kept = cutTo(pieces.join(''))
  return { ...kept, text: masker.named(kept.text) }
}

/** The body of an answer as it arrives: its beginning, its size and its digest. */
export interface AnswerBody {
  chunk(bytes: Uint8Array): void
  ended(): void
  shown(type: string, masker: Masker): Shown
}

export const answerBody = (): AnswerBody => {
  const kept: Buffer[] = []
  let held = 0
  let total = 0
  let complete = false
  const hash: Hash = createHash('sha256')
  return {
    chunk(bytes) {
      total += bytes.length
      hash.update(bytes)
      if (held >= MOST_KEPT) return
      const part = Buffer.from(bytes.subarray(0, MOST_KEPT - held))
      kept.push(part)
      held += part.length
    },
    ended() {
      complete = true
    },
    shown(type, masker) {
      const digest = complete ? `, SHA-256 ${hash.copy().digest('hex')}` : ', sans avoir été lue jusqu’au bout'
      if (total === 0) return whole('')
      if (total <= held) {
        const { text, cut } = bytesShown(Buffer.concat(kept), type, masker)
        return { text, cut: cut || !complete }
      }
      const { text } = bytesShown(Buffer.concat(kept), type, masker)
      return { text: `[réponse de ${size(total)}${digest} ; en voici le début]\n${text}`, cut: true }
    },
  }
}
