/** A number in [0, 1) that depends on the text alone: the spread of retries without chance inside a pure function (FNV-1a). */
const spread = (text: string): number => {
  let hash = 2_166_136_261
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0
  return hash / 4_294_967_296
}

/** What a remote asks for is heard up to a day: beyond, asking again costs it little. */
const LONGEST_ASKED = 24 * 3_600_000

/**
 * 15 s, 30 s, 1 min… up to 1 h, ± 20 % so that a thousand documents do not come back at the same second.
 * @param asked what the remote asked to wait (`Retry-After`), never shortened; those who were all told the same are spread after it
 */
export const backoff = (documentId: string, failures: number, asked = 0): number => {
  const base = Math.min(15_000 * 2 ** Math.min(failures - 1, 12), 3_600_000)
  const chance = spread(`${documentId}#${failures}`)
  return Math.round(Math.max(base * (0.8 + 0.4 * chance), Math.min(asked, LONGEST_ASKED) * (1 + 0.2 * chance)))
}
