import { createHash } from 'node:crypto'

/** What stands for a secret. */
export const MASK = '***'

const MOST_LEARNED = 200
/** A word found under the name of a secret is looked for elsewhere when nothing else could be written so by chance. */
const LONG_ENOUGH = 8
/** Shorter ones are only masked where they stand alone. */
const SHORT = 4

/** Names under which a text, a header or a form holds a secret. Bounds keep a hostile answer from costing more than its size. */
const NAME =
  'passw(?:or)?d|passphrase|passkey|pass(?![a-z])|pwd|mot_?de_?passe|mdp|secret|token|jeton|api[-_]?key|private[-_]?key|' +
  'credential|authorization|assertion|nonce|nounce|session[-_]?id|cookie|csrf|xsrf|ticket'
const AROUND = '[\\w.:-]{0,60}'

const SECRET_NAME = new RegExp(NAME, 'iu')
/** Parameters of an address or of a form: signatures and codes good for one visit travel there. */
const SECRET_PARAMETER = new RegExp(`${NAME}|hash|key|signature|^code$|pass`, 'iu')
const SECRET_HEADER = new RegExp(`${NAME}|auth|key|signature`, 'iu')
/** A server says there how to identify oneself, which is half of the support calls. */
const HARMLESS_HEADERS = new Set(['www-authenticate', 'proxy-authenticate'])

const JWT = /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/gu
const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/gu
const LONG_BASE64 = /[\w+/-](?:[\w+/-]|\\[rn/]|\r?\n){255,}={0,2}/gu

/**
 * A dump is masked by lexical patterns and not by reading JSON or XML: what support must see is often what could not be read
 * (cut, garbled, of another type than announced), and a secret in it must be masked all the same.
 */
const IN_TEXT: readonly RegExp[] = [
  // "password": "…", also within a JSON text that JSON quotes again.
  new RegExp(
    `(\\\\*"[^"\\\\]{0,60}(?:${NAME})[^"\\\\]{0,60}\\\\*"\\s{0,20}:\\s{0,20})` +
      `(\\\\*"(?:[^"\\\\]|\\\\[\\s\\S])*"?|\\[[^\\]]*\\]?|\\{[^}]*\\}?|[^\\s,}\\]]+)`,
    'giu',
  ),
  // <wsse:Password Type="…">…
  new RegExp(
    `(<${AROUND}(?:${NAME})${AROUND}(?:\\s[^<>]{0,500})?>\\s{0,20})(<!\\[CDATA\\[[\\s\\S]*?(?:\\]\\]>|$)|[^<]+)`,
    'giu',
  ),
  // <name>password</name><value><string>… of XML-RPC
  new RegExp(`(<name>[^<]{0,60}(?:${NAME})[^<]{0,60}</name>\\s{0,20}<value>\\s{0,20}(?:<\\w{1,20}>)?)([^<]+)`, 'giu'),
  // <input name="csrf" … value="…">
  new RegExp(
    `(name\\s{0,5}=\\s{0,5}["']?[^"'<>]{0,60}(?:${NAME})[^"'<>]{0,60}["']?[^<>]{0,200}?value\\s{0,5}=\\s{0,5})("[^"]*"?|'[^']*'?)`,
    'giu',
  ),
  // password="…"
  new RegExp(`(${AROUND}(?:${NAME})${AROUND}\\s{0,5}=\\s{0,5})("[^"]*"?|'[^']*'?)`, 'giu'),
]

const PAIR = /(^|[?&;\s])([\w.[\]%-]{1,80})=([^&\s"'<>]*)/gu

const escapeRegExp = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, '\\$&')

const inXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const inAsciiJson = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/gu, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
const percent = (bytes: Buffer): string =>
  Array.from(bytes, byte =>
    /[A-Za-z0-9._~-]/u.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('')

/** What base64 makes of these bytes wherever they fall in a longer content: three ways, without the edges that depend on neighbours. */
const inBase64 = (bytes: Buffer): readonly string[] =>
  bytes.length < 6
    ? []
    : [0, 1, 2].map(offset => {
        const whole = Buffer.concat([Buffer.alloc(offset), bytes])
          .toString('base64')
          .replaceAll('=', '')
        const tail = (offset + bytes.length) % 3 === 0 ? 0 : 1
        return whole.slice(offset === 0 ? 0 : offset + 1, whole.length - tail)
      })

/** A secret as the protocols may write it. */
const spellings = (secret: string): readonly string[] => {
  const json = JSON.stringify(secret).slice(1, -1)
  const utf8 = Buffer.from(secret, 'utf8')
  const latin1 = Buffer.from(secret, 'latin1')
  const encoded = [encodeURIComponent(secret), percent(utf8), percent(latin1)]
  return [
    secret,
    ...encoded,
    ...encoded.map(each => each.replaceAll(/%[0-9A-F]{2}/gu, code => code.toLowerCase())),
    ...encoded.map(each => each.replaceAll('%20', '+')),
    new URLSearchParams({ '': secret }).toString().slice(1),
    json,
    json.replaceAll('/', '\\/'),
    // A JSON text within a JSON text.
    JSON.stringify(json).slice(1, -1),
    inAsciiJson(json),
    inAsciiJson(json).replaceAll('/', '\\/'),
    inXml(secret),
    inXml(secret).replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    inXml(secret).replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
    ...inBase64(utf8),
    ...inBase64(latin1),
    utf8.toString('hex'),
  ]
}

export interface Masker {
  /** A secret of the settings: masked wherever it is, in every spelling. A key file is masked line by line too. */
  know(secret: string | Uint8Array): void
  /** The value, or the mask when the name says that it is a secret; the value is then known. */
  header(name: string, value: string): string
  parameter(name: string, value: string): string
  /** A text without what its own names say to be secret, long base64 shortened. `known` is still to be applied to the whole. */
  named(text: string): string
  /**
   * Replaces every known secret: the last thing done, when everything has been met.
   * @param ending `cut`: what follows was not kept, so that an end which begins a secret goes too
   */
  known(text: string, ending: 'whole' | 'cut'): string
}

const shortened = (run: string): string => {
  const bytes = Buffer.from(run.replaceAll(/\\[rn]|\s|\\/gu, ''), 'base64')
  return `[base64 : ${bytes.length} octets, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}]`
}

/** Without an end that may begin a secret. */
const withoutBeginning = (text: string, needles: Iterable<string>): string => {
  let end = text.length
  for (const needle of needles)
    for (let size = Math.min(needle.length - 1, text.length); size >= SHORT; size -= 1)
      if (text.endsWith(needle.slice(0, size))) {
        end = Math.min(end, text.length - size)
        break
      }
  return text.slice(0, end)
}

const alone = (needle: string): RegExp => new RegExp(`(?<![\\w])${escapeRegExp(needle)}(?![\\w])`, 'gu')

/** Masks the texts of one recording. What it meets under a telling name (a token given by the remote) it masks everywhere else. */
export const createMasker = (): Masker => {
  const needles = new Set<string>()
  const learned = new Set<string>()

  const add = (secret: string) => {
    for (const spelling of secret.length < SHORT ? [secret] : spellings(secret)) needles.add(spelling)
  }
  const know = (secret: string) => {
    const text = secret.trim()
    if (text === '') return
    add(secret)
    add(text)
    for (const line of text.split(/\r?\n/u)) if (line.length >= 20 && !line.startsWith('-----')) add(line)
  }
  const learn = (raw: string) => {
    const value = raw
      .replaceAll(/^\\*["']|\\*["']$/gu, '')
      .replace(/^(?:Basic|Bearer|Digest)\s+/iu, '')
      .trim()
    if (value.length < LONG_ENOUGH || value.includes(MASK) || learned.size >= MOST_LEARNED || learned.has(value)) return
    learned.add(value)
    for (const spelling of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), inXml(value)])
      needles.add(spelling)
  }
  const hide = (_: string, before: string, value: string): string => {
    learn(value)
    const quote = /^\\*["']/u.exec(value)?.[0] ?? ''
    return `${before}${quote}${MASK}${quote}`
  }
  const parameter = (name: string, value: string): string => {
    if (value === '' || !SECRET_PARAMETER.test(name)) return value
    if (SECRET_NAME.test(name)) learn(value)
    return MASK
  }
  const pair = (whole: string, before: string, name: string, value: string): string => {
    const secret = /[?&]/u.test(before) ? SECRET_PARAMETER : SECRET_NAME
    return value.includes(MASK) || !secret.test(name) ? whole : `${before}${name}=${parameter(name, value)}`
  }

  return {
    know(secret) {
      if (typeof secret === 'string') return know(secret)
      const bytes = Buffer.from(secret)
      if (bytes.length === 0) return
      needles.add(bytes.toString('base64'))
      // A PEM key is a text; a PKCS#12 is not.
      if (!bytes.includes(0) && bytes.length < 64 * 1024) know(bytes.toString('utf8'))
    },

    header(name, value) {
      const lower = name.toLowerCase()
      if (HARMLESS_HEADERS.has(lower) || !SECRET_HEADER.test(lower)) return value
      // A cookie is `name=value; Path=…`: the value alone will be met again.
      if (lower.includes('cookie')) for (const each of value.split(/[;,]\s*/u)) learn(each.slice(each.indexOf('=') + 1))
      else learn(value)
      return MASK
    },

    parameter,

    named(text) {
      const short = text
        .replaceAll(PRIVATE_KEY, MASK)
        .replaceAll(JWT, token => {
          learn(token)
          return MASK
        })
        .replaceAll(LONG_BASE64, shortened)
      return IN_TEXT.reduce((masked, pattern) => masked.replaceAll(pattern, hide), short).replaceAll(PAIR, pair)
    },

    known(text, ending) {
      let masked = ending === 'cut' ? withoutBeginning(text, needles) : text
      // The longest first: a secret may begin with another.
      for (const needle of [...needles].sort((one, other) => other.length - one.length)) {
        if (!masked.includes(needle)) continue
        masked = masked.replaceAll(needle.length < SHORT ? alone(needle) : needle, MASK)
      }
      return masked
    },
  }
}
