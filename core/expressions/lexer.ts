import { Fault } from './fault.ts'

export type TokenKind = 'name' | 'number' | 'string' | 'operator' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly value: string
  /** Offset in the template. */
  readonly at: number
}

/** A piece of a template: text as it is, `{{ … }}` or `{% … %}`. Comments are gone. */
export type Segment =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'print' | 'tag'; readonly tokens: readonly Token[]; readonly at: number }

const SPACE = /\s+/uy
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const NUMBER = /\d+(?:\.\d+)?(?:e[+-]?\d+)?/iuy
const OPERATOR = /<=>|\?\?|\?:|\*\*|\/\/|==|!=|<=|>=|=>|\.\.|[-+*/%~<>=?:.,|()[\]{}]/uy
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/uy

const matchAt = (pattern: RegExp, source: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['string', STRING],
  ['number', NUMBER],
  ['name', NAME],
  ['operator', OPERATOR],
]

const readToken = (source: string, at: number): readonly [TokenKind, string] | undefined => {
  for (const [kind, pattern] of PATTERNS) {
    const text = matchAt(pattern, source, at)
    if (text !== undefined) return [kind, text]
  }
  return undefined
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** In Twig a backslash protects a character; only double quotes know `\n`, `\t` and `#{…}`. */
const unquote = (literal: string, at: number): string => {
  const double = literal.startsWith('"')
  const inside = literal.slice(1, -1)
  if (double && /(?<!\\)#\{/u.test(inside))
    throw new Fault("« #{…} » dans un texte n'est pas pris en charge : utiliser « ~ » pour assembler", at)
  return inside.replaceAll(/\\([\s\S])/gu, (_, character: string) =>
    double ? (ESCAPES[character] ?? character) : character,
  )
}

const unexpected = (source: string, at: number): Fault => {
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0)
  return new Fault(
    character === '"' || character === "'"
      ? `un texte ouvert par ${character} n'est pas fermé`
      : `caractère inattendu « ${character} »`,
    at,
  )
}

/** Reads the tokens of `{{ … }}` or `{% … %}` opened at `opened`, up to and past its closing mark. */
const readInside = (source: string, opened: number, closing: string, skipped: number) => {
  const tokens: Token[] = []
  let at = opened + 2 + skipped
  let depth = 0
  for (;;) {
    at += matchAt(SPACE, source, at)?.length ?? 0
    if (at >= source.length)
      throw new Fault(`« ${source.slice(opened, opened + 2)} » n'est pas fermé par « ${closing} »`, opened)
    const trim = trimAt(source, at)
    // Within braces `}}` closes two hashes.
    if (depth === 0 && source.startsWith(closing, at + trim.length)) {
      tokens.push({ kind: 'end', value: closing, at })
      return { tokens, next: at + trim.length + closing.length, trim }
    }
    const token = readToken(source, at)
    if (!token) throw unexpected(source, at)
    const [kind, text] = token
    if (kind === 'operator' && text === '{') depth += 1
    if (kind === 'operator' && text === '}') depth = Math.max(0, depth - 1)
    tokens.push({ kind, value: kind === 'string' ? unquote(text, at) : text, at })
    at += text.length
  }
}

type Trim = '-' | '~' | ''

const trimAt = (source: string, at: number): Trim => {
  const mark = source[at]
  return mark === '-' || mark === '~' ? mark : ''
}
/** `-` takes every blank away, `~` those of the line only. */
const trimmedEnd = (text: string, trim: Trim) =>
  trim === '-' ? text.trimEnd() : trim === '~' ? text.replace(/[ \t]+$/u, '') : text
const trimmedStart = (text: string, trim: Trim) =>
  trim === '-' ? text.trimStart() : trim === '~' ? text.replace(/^[ \t]+/u, '') : text

/** Cuts a template into pieces. @throws Fault when something is not closed or not understood */
export const readSegments = (source: string): readonly Segment[] => {
  const segments: Segment[] = []
  const openings = /\{[{%#]/gu
  let at = 0
  let trim: Trim = ''
  const pushText = (text: string, trimEnd: Trim) => {
    const kept = trimmedEnd(trimmedStart(text, trim), trimEnd)
    if (kept !== '') segments.push({ is: 'text', text: kept })
  }
  for (;;) {
    openings.lastIndex = at
    const opening = openings.exec(source)
    if (!opening) {
      pushText(source.slice(at), '')
      return segments
    }
    const start = opening.index
    const mark = opening[0]
    const trimBefore = trimAt(source, start + 2)
    pushText(source.slice(at, start), trimBefore)
    if (mark === '{#') {
      const end = source.indexOf('#}', start + 2)
      if (end < 0) throw new Fault("le commentaire « {# » n'est pas fermé par « #} »", start)
      trim = trimAt(source, end - 1)
      at = end + 2
    } else {
      const inside = readInside(source, start, mark === '{{' ? '}}' : '%}', trimBefore.length)
      segments.push({ is: mark === '{{' ? 'print' : 'tag', tokens: inside.tokens, at: start })
      trim = inside.trim
      at = inside.next
    }
    // The line that holds only a tag or a comment leaves no empty line behind.
    if (mark !== '{{') at += matchAt(/\r?\n/uy, source, at)?.length ?? 0
  }
}
