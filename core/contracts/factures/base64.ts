/** Base64 that arrives in pieces, decoded as it comes. */
export interface Base64Decoder {
  /** @throws Error when it is not base64 */
  push(text: string): Uint8Array
  /** The last bytes. @throws Error when the text was cut */
  end(): Uint8Array
}

const GROUPS = /^[A-Za-z0-9+/]*$/u
const LAST_GROUP = /^[A-Za-z0-9+/]{2,3}={1,2}$/u

/**
 * Decodes by groups of four characters. White space is left out, as it is in XML and in what Java writes; anything else is refused,
 * where `Buffer.from` would silently skip it and give a damaged file.
 */
export const base64Decoder = (): Base64Decoder => {
  /** A group not yet whole, or the padded one, which is the last. */
  let rest = ''
  return {
    push(text) {
      const all = rest + (/\s/u.test(text) ? text.replace(/\s+/gu, '') : text)
      const padding = all.indexOf('=')
      const length = padding < 0 ? all.length : padding
      const groups = all.slice(0, length - (length % 4))
      rest = all.slice(groups.length)
      if (!GROUPS.test(groups) || rest.length > 4) throw new Error('not base64')
      return Buffer.from(groups, 'base64')
    },
    end() {
      if (rest === '') return Buffer.alloc(0)
      if (rest.length !== 4 || !LAST_GROUP.test(rest)) throw new Error('cut base64')
      return Buffer.from(rest, 'base64')
    },
  }
}

/** A content in base64, as it comes. */
export async function* base64Of(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of content) {
    const all = Buffer.concat([rest, chunk])
    const whole = all.length - (all.length % 3)
    yield all.toString('base64', 0, whole)
    rest = all.subarray(whole)
  }
  yield rest.toString('base64')
}
