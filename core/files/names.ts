const MAX_BYTES = 255

/**
 * The name of a file as people wrote it, made safe to show and to write: NFC, without folder (either slash), control or
 * bidirectional-override characters, and at most 255 bytes (the extension is kept). Never empty: `fichier` otherwise.
 */
export const cleanName = (name: string): string => {
  const last = name.normalize('NFC').split(/[\\/]/u).at(-1) ?? ''
  // \p{Cc} controls, \p{Cf} invisible marks (a right-to-left override disguises « gpj.exe »), \p{Zl}\p{Zp} line breaks.
  const visible = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]/gu, '').trim()
  return /^\.*$/u.test(visible) ? 'fichier' : shorten(visible)
}

/** `{ base: 'acte', extension: '.pdf' }`; a name that only starts with a dot has no extension. */
export const splitName = (name: string): { readonly base: string; readonly extension: string } => {
  const [, base, extension] = /^(.+?)((?:\.tar)?\.[^.\s]{1,10})$/u.exec(name) ?? []
  return base === undefined || extension === undefined ? { base: name, extension: '' } : { base, extension }
}

/** Cuts the base of a name so that the whole fits in what disks accept, between two characters and never inside one. */
const shorten = (name: string): string => {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name
  const { base, extension } = splitName(name)
  let kept = ''
  for (const character of base) {
    if (Buffer.byteLength(kept + character + extension) > MAX_BYTES) break
    kept += character
  }
  return kept.trimEnd() + extension
}

/** Gives each name of a list one of its own, in order: `a.pdf`, `a_1.pdf`, `a_2.pdf`. Letter case does not tell two apart. */
export const distinctNames = (names: readonly string[]): readonly string[] => {
  const taken = new Set<string>()
  return names.map(name => {
    const { base, extension } = splitName(name)
    let candidate = name
    for (let n = 1; taken.has(candidate.toLowerCase()); n++) candidate = `${base}_${n}${extension}`
    taken.add(candidate.toLowerCase())
    return candidate
  })
}
