/** Letters of Latin alphabets that no accent explains: their usual spelling. */
const SPELT: Readonly<Record<string, string>> = {
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
  ŋ: 'ng',
  Ŋ: 'NG',
  ŧ: 't',
  Ŧ: 'T',
  ẞ: 'SS',
  '\u2010': '-',
  '\u2011': '-',
  '\u202f': ' ',
  '\u2009': ' ',
}

const numbered = (sign: string): string =>
  `[U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`

/**
 * A text in the signs that a font has. What lacks is written without its accents; what has no such spelling, by its Unicode number: a proof
 * hides nothing.
 * @param known code points of the font
 * @returns the text, and whether anything in it had to be written otherwise
 */
export const spelt = (
  text: string,
  known: ReadonlySet<number>,
): { readonly text: string; readonly changed: boolean } => {
  const has = (sign: string) => known.has(sign.codePointAt(0) ?? 0)
  let changed = false
  const signs = [...text.normalize('NFC')].map(sign => {
    if (has(sign)) return sign
    const plain = SPELT[sign] ?? sign.normalize('NFKD').replaceAll(/\p{M}/gu, '')
    changed ||= plain.trim() !== ''
    return plain !== '' && [...plain].every(has) ? plain : numbered(sign)
  })
  return { text: signs.join(''), changed }
}
