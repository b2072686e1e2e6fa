import { decodeActesMessage, parseXml, readActesReceipt, TemporaryError } from '#core'

/** `ARActe` or `ARAnnulation` (formats/actes.md §3 and §6): whose, and when. @throws TemporaryError */
export const readAcknowledgement = (
  bytes: Uint8Array,
  root: 'ARActe' | 'ARAnnulation',
): ReturnType<typeof readActesReceipt> => {
  try {
    return readActesReceipt(bytes, root)
  } catch (cause) {
    throw new TemporaryError("L'accusé de réception rendu par S²LOW est illisible. Un nouvel essai aura lieu.", {
      cause,
    })
  }
}

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
  const text = decodeActesMessage(rest).trim()
  if (!text.startsWith('<')) return text || otherwise
  try {
    const anomaly = parseXml(text)
    return anomaly.children.find(({ name }) => name === 'Detail')?.text || anomaly.attributes['Detail'] || otherwise
  } catch {
    // Half XML, half sentence: better shown as it is than not at all.
    return text
  }
}
