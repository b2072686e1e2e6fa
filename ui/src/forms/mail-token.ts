/** What is being typed at the end of a list of recipients, and what stands before it. */
export interface Token {
  readonly before: string
  /** The words to complete: without quotes, nor « groupe: » in front. */
  readonly words: string
}

/** Commas and semicolons part entries, but not between quotes. */
export const tokenOf = (list: string): Token => {
  let quoted = false
  let start = 0
  for (const [place, sign] of [...list].entries()) {
    if (sign === '"') quoted = !quoted
    else if (!quoted && (sign === ',' || sign === ';')) start = place + 1
  }
  const signs = [...list]
  const typed = signs.slice(start).join('').trim()
  return {
    before: signs.slice(0, start).join(''),
    words: typed
      .replace(/^(?:groupe|r[oô]le)[^:]*:/iu, '')
      .replaceAll('"', '')
      .trim(),
  }
}

/** The list once a suggestion took the place of what was typed; ready for the next one. */
export const completed = (list: string, written: string): string => {
  const { before } = tokenOf(list)
  return `${before === '' ? '' : `${before.trimEnd()} `}${written}, `
}
