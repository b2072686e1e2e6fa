const FOREIGN = /[^A-Za-z0-9+/=]/u

/**
 * Decodes base64 that comes in stretches of the text of an XML element: line breaks are skipped, written as themselves or as
 * character references (`&#13;`), and a group of four may lie across two stretches.
 */
export const base64Decoder = (): { push(text: string): Buffer; end(): Buffer } => {
  let left = ''
  /** Within a reference: its digits are no content. */
  let inReference = false

  const significant = (text: string): string => {
    if (!inReference && !FOREIGN.test(text)) return text
    let kept = ''
    for (const [rank, stretch] of text.split('&').entries()) {
      if (rank > 0) inReference = true
      const end = inReference ? stretch.indexOf(';') : -1
      if (inReference && end === -1) continue
      inReference = false
      kept += stretch.slice(end + 1).replace(/[^A-Za-z0-9+/=]/gu, '')
    }
    return kept
  }

  return {
    push(text) {
      const all = left + significant(text)
      const whole = all.length - (all.length % 4)
      left = all.slice(whole)
      return Buffer.from(all.slice(0, whole), 'base64')
    },
    end: () => Buffer.from(left, 'base64'),
  }
}
