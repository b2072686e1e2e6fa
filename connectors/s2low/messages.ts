import { parseXml, TemporaryError, type XmlElement } from '#core'
import { CHARSET } from './wire.ts'

/** The text of an XML message, in the encoding that it declares; ISO-8859-1 otherwise, the custom of ACTES. */
const decode = (bytes: Uint8Array): string => {
  const head = new TextDecoder(CHARSET).decode(bytes.subarray(0, 200))
  const declared = /^<\?xml[^>]*encoding=["']([\w-]+)["']/u.exec(head.trimStart())?.[1]
  return new TextDecoder(declared?.toLowerCase() === 'utf-8' ? 'utf-8' : CHARSET).decode(bytes)
}

const read = (bytes: Uint8Array, root: string): XmlElement => {
  try {
    const element = parseXml(decode(bytes).trim())
    if (element.name === root) return element
    throw new Error(`unexpected root ${element.name}`)
  } catch (cause) {
    throw new TemporaryError("L'accusé de réception rendu par S²LOW est illisible. Un nouvel essai aura lieu.", {
      cause,
    })
  }
}

/** `ARActe` or `ARAnnulation` (formats/actes.md §3 and §6): whose, and when. */
export const readAcknowledgement = (
  bytes: Uint8Array,
  root: 'ARActe' | 'ARAnnulation',
): { readonly acteId: string; readonly receivedOn: string } => {
  const { attributes } = read(bytes, root)
  const { IDActe: acteId = '', DateReception: receivedOn = '' } = attributes
  if (!acteId || !/^\d{4}-\d\d-\d\d$/u.test(receivedOn))
    throw new TemporaryError("L'accusé de réception rendu par S²LOW est incomplet. Un nouvel essai aura lieu.")
  return { acteId, receivedOn }
}

/** `DEP-SIREN-YYYYMMDD-NUMERO-NATURE` → `NUMERO`, for the names of files. */
export const numberOf = (acteId: string): string => acteId.split('-')[3] ?? acteId

export interface TransactionState {
  readonly code: number
  /** What follows the code, as it came: an XML message or the text of an error. */
  readonly rest: Uint8Array
}

/** Cuts the answer of a status (`OK`, code, anything) without touching the bytes of what follows. */
export const readState = (bytes: Uint8Array): TransactionState | undefined => {
  const buffer = Buffer.from(bytes)
  const first = buffer.indexOf('\n')
  const second = buffer.indexOf('\n', first + 1)
  const code = Number(
    buffer
      .subarray(first + 1, second === -1 ? undefined : second)
      .toString('latin1')
      .trim() || NaN,
  )
  if (first === -1 || !Number.isInteger(code) || buffer.subarray(0, first).toString('latin1').trim() !== 'OK')
    return undefined
  return { code, rest: second === -1 ? new Uint8Array() : buffer.subarray(second + 1) }
}

/** The reason in the rest of an answer: the detail of an anomaly, or the text itself. */
export const reasonOf = (rest: Uint8Array, otherwise: string): string => {
  const text = decode(rest).trim()
  if (!text.startsWith('<')) return text || otherwise
  try {
    const anomaly = parseXml(text)
    return anomaly.children.find(({ name }) => name === 'Detail')?.text || anomaly.attributes['Detail'] || otherwise
  } catch {
    // Half XML, half sentence: better shown as it is than not at all.
    return text
  }
}
