import type { SaxesAttributeNS, SaxesTagNS } from 'saxes'

/** How an element is written before its digest is taken (Canonical XML 1.0, Exclusive XML Canonicalization 1.0). */
export interface CanonicalMethod {
  readonly exclusive: boolean
  readonly comments: boolean
  /** Exclusive only: prefixes treated as in the inclusive form (`#default` is ''). */
  readonly prefixes: readonly string[]
}

/** Namespaces in scope, by prefix; '' is the default one. */
export type Scope = ReadonlyMap<string, string>

const XML = 'xml'
const XMLNS = 'xmlns'
/** Written in stretches: a digest updated for each tag would take most of the time. */
const STRETCH = 32_768

const TEXT: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' }
const ATTRIBUTE: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '"': '&quot;' },
  ...{ '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;' },
}
const escapeText = (text: string): string => text.replaceAll(/[&<>\r]/gu, sign => TEXT[sign] ?? sign)
const escapeAttribute = (text: string): string => text.replaceAll(/[&<"\t\n\r]/gu, sign => ATTRIBUTE[sign] ?? sign)

const byCodePoints = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const isDeclaration = ({ prefix, name }: SaxesAttributeNS): boolean => prefix === XMLNS || name === XMLNS
const prefixOf = (name: string): string => (name.includes(':') ? name.slice(0, name.indexOf(':')) : '')

const written = (prefix: string, uri: string): string =>
  ` ${prefix ? `${XMLNS}:${prefix}` : XMLNS}="${escapeAttribute(uri)}"`

/** Prefixes whose declaration an element needs, the first element of the subtree (`apex`) being a case of its own. */
const wanted = (method: CanonicalMethod, tag: SaxesTagNS, attributes: readonly SaxesAttributeNS[], scope: Scope) => {
  if (!method.exclusive) return [...scope.keys()]
  const used = [prefixOf(tag.name), ...attributes.map(({ prefix }) => prefix).filter(Boolean)]
  return [...new Set([...used, ...method.prefixes.filter(prefix => scope.has(prefix))])]
}

/**
 * Writes an element and what it holds in its canonical form, as a parser goes through it. Nothing is kept: a bordereau of 100 MB is
 * written like one of 1 kB.
 * @param write receives the text, to be encoded in UTF-8
 */
export const canonicalWriter = (method: CanonicalMethod, write: (text: string) => void) => {
  /** Declarations in force where we are in what is written, one level per element. */
  const rendered: Scope[] = [new Map()]
  let stretch = ''
  const put = (text: string) => {
    stretch += text
    if (stretch.length < STRETCH) return
    write(stretch)
    stretch = ''
  }
  return {
    /** @param inherited attributes `xml:…` of the ancestors, which the first element of an inclusive form takes over */
    open(tag: SaxesTagNS, scope: Scope, inherited: readonly SaxesAttributeNS[]) {
      const before = rendered.at(-1) ?? new Map<string, string>()
      const own = Object.values(tag.attributes).filter(each => !isDeclaration(each))
      const isApex = rendered.length === 1
      const taken = isApex && !method.exclusive ? inherited.filter(({ name }) => !(name in tag.attributes)) : []
      const attributes = [...own, ...taken]
      const declared = new Map(before)
      const declarations: string[] = []
      for (const prefix of wanted(method, tag, attributes, scope).toSorted(byCodePoints)) {
        const uri = scope.get(prefix) ?? ''
        if (prefix === XML || (before.get(prefix) ?? '') === uri) continue
        declared.set(prefix, uri)
        declarations.push(written(prefix, uri))
      }
      rendered.push(declared)
      const values = attributes
        .toSorted((a, b) => byCodePoints(a.uri, b.uri) || byCodePoints(a.local, b.local))
        .map(({ name, value }) => ` ${name}="${escapeAttribute(value)}"`)
      put(`<${tag.name}${declarations.join('')}${values.join('')}>`)
    },
    text: (text: string) => put(escapeText(text)),
    comment(text: string) {
      if (method.comments) put(`<!--${text}-->`)
    },
    instruction: (target: string, body: string) => put(`<?${target}${body ? ` ${body}` : ''}?>`),
    /** Line feed between the root and the instructions beside it. */
    lineFeed: () => put('\n'),
    close(name: string) {
      rendered.pop()
      put(`</${name}>`)
    },
    end: () => write(stretch),
  }
}
export type CanonicalWriter = ReturnType<typeof canonicalWriter>
