/** Markup made by `html`: the only thing that enters a page as it is. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

export type Markup = Html | string | number | undefined | readonly Markup[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const written = (value: Markup): string => {
  if (value === undefined) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'object') return value.map(written).join('')
  return String(value).replaceAll(/[&<>"']/gu, sign => ENTITIES[sign] ?? '')
}

/** A page rendered on the server, escaped by construction: what a file or a person wrote stays text, attributes in quotes included. */
export const html = (parts: TemplateStringsArray, ...values: readonly Markup[]): Html =>
  new Html(parts.map((part, rank) => part + written(values[rank])).join(''))
