import type { FileRef } from '#core'

/** An array of PHP: its keys in order, whatever they look like. */
export type PhpArray = Map<string, PhpValue>
/** What a request may hold under a name. A file is already in the store; bytes are what is not UTF-8, as they came. */
export type PhpValue = string | FileRef | PhpArray | Uint8Array

export const isFile = (value: PhpValue | undefined): value is FileRef =>
  typeof value === 'object' && !(value instanceof Map) && !(value instanceof Uint8Array)

/** The text of a value: bytes that are not UTF-8 are read as ISO-8859-1, so that nothing is lost. */
export const textOf = (value: PhpValue | undefined): string | undefined =>
  value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : typeof value === 'string' ? value : undefined

/** Far above any form, far below what would hurt. */
const MOST_VALUES = 10_000

/** `a[b][]` → `['a', 'b', '']`. A dot and a space in the name become `_`, as PHP has always done; a bracket never closed too. */
const keysOf = (name: string): readonly string[] => {
  const bracket = name.indexOf('[')
  const clean = (text: string) => text.replace(/^ +/u, '').replaceAll(/[. ]/gu, '_')
  if (bracket < 1) return [clean(name)]
  const keys = [...name.slice(bracket).matchAll(/\[([^\]]*)\]/gu)].map(([, key = '']) => key)
  if (keys.length === 0) return [clean(name.replaceAll('[', '_'))]
  return [clean(name.slice(0, bracket)), ...keys]
}

const nextIndex = (array: PhpArray): string => {
  const numbers = [...array.keys()].filter(key => /^\d+$/u.test(key)).map(Number)
  return String(Math.max(-1, ...numbers) + 1)
}

/** Puts a value where its name says. The last one wins. */
export const put = (into: PhpArray, name: string, value: string | Uint8Array | FileRef): void => {
  const keys = keysOf(name)
  let array = into
  for (const [depth, given] of keys.entries()) {
    const key = given === '' && depth > 0 ? nextIndex(array) : given
    if (array.size >= MOST_VALUES) return
    if (depth === keys.length - 1) {
      array.set(key, value)
      return
    }
    const inner = array.get(key)
    const next: PhpArray = inner instanceof Map ? inner : new Map<string, PhpValue>()
    array.set(key, next)
    array = next
  }
}

/** `%C3%A9` and raw UTF-8 alike, `+` for a space. */
const unescaped = (bytes: Uint8Array): Uint8Array => {
  const out: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const hex = byte === 0x25 ? Buffer.from(bytes.subarray(at + 1, at + 3)).toString('latin1') : ''
    if (/^[0-9a-f]{2}$/iu.test(hex)) {
      out.push(Number.parseInt(hex, 16))
      at += 2
    } else out.push(byte === 0x2b ? 0x20 : byte)
  }
  return Uint8Array.from(out)
}

/** A text when it is one, the bytes otherwise: some clients send whole files as texts. */
export const valueOf = (bytes: Uint8Array): string | Uint8Array => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return bytes
  }
}

export const decodeText = (bytes: Uint8Array): string => textOf(valueOf(bytes)) ?? ''

const AMPERSAND = 0x26
const EQUALS = 0x3d

/** Reads `a=1&b[]=2`, whatever it is declared to be. */
export const parseForm = (bytes: Uint8Array, into: PhpArray = new Map<string, PhpValue>()): PhpArray => {
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(AMPERSAND, from)
    const to = found < 0 ? bytes.length : found
    const pair = bytes.subarray(from, to)
    const equals = pair.indexOf(EQUALS)
    const name = decodeText(unescaped(equals < 0 ? pair : pair.subarray(0, equals)))
    if (name !== '') put(into, name, equals < 0 ? '' : valueOf(unescaped(pair.subarray(equals + 1))))
    from = to + 1
  }
  return into
}

/** JSON is accepted beside Pastell's forms: numbers and booleans become the texts that a form would hold. */
export const fromJson = (value: unknown): PhpArray => {
  const entries = (record: object): PhpArray =>
    new Map(
      Object.entries(record).flatMap(([key, inner]): [string, PhpValue][] => {
        if (inner === null || inner === undefined) return [[key, '']]
        if (typeof inner === 'object') return [[key, entries(inner as object)]]
        return [[key, inner === true ? '1' : inner === false ? '' : String(inner as string | number)]]
      }),
    )
  return typeof value === 'object' && value !== null ? entries(value) : new Map<string, PhpValue>()
}
