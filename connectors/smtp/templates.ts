import { text as readText } from 'node:stream/consumers'
import { fieldNamed, filesIn, PermanentError, textOf, type DocumentContents, type Files } from '#core'

export interface Quoted {
  readonly document: DocumentContents
  readonly link: string
  readonly files: Files
}

const PLACEHOLDER = /%(?:ENTITE|TITRE|LINK|FLUX:[^%\r\n]+)%/gu
const LARGEST_JSON = 1024 * 1024

const missing = (placeholder: string, why: string) =>
  new PermanentError(
    `Le modèle du courriel cite « ${placeholder} », mais ${why}. Corrigez le modèle dans les réglages du connecteur, ou le document.`,
  )

/** `@fichier:clé:clé`: a value of a JSON file of the document. */
const jsonValue = async (path: string, placeholder: string, { document, files }: Quoted): Promise<string> => {
  const [name = '', ...keys] = path.split(':')
  const field = fieldNamed(document, name)
  const [file] = field === undefined ? [] : filesIn(document, field)
  if (!file) throw missing(placeholder, `le document n'a pas de fichier dans le champ « ${name} »`)
  if (file.size > LARGEST_JSON) throw missing(placeholder, `« ${file.name} » est trop gros pour y lire une valeur`)
  const content: unknown = await readText(files.open(file)).then((json): unknown => {
    try {
      return JSON.parse(json)
    } catch {
      throw missing(placeholder, `« ${file.name} » n'est pas un fichier JSON lisible`)
    }
  })
  const value = keys.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, key)
        ? (current as Readonly<Record<string, unknown>>)[key]
        : undefined,
    content,
  )
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw missing(placeholder, `« ${file.name} » n'y a pas de texte ni de nombre`)
}

const valueOf = async (placeholder: string, quoted: Quoted): Promise<string> => {
  const name = placeholder.slice(1, -1)
  if (name === 'ENTITE') return quoted.document.entity.name
  if (name === 'TITRE') return quoted.document.title
  if (name === 'LINK') return quoted.link
  const path = name.slice('FLUX:'.length)
  if (path.startsWith('@')) return jsonValue(path.slice(1), placeholder, quoted)
  const field = fieldNamed(quoted.document, path)
  return field === undefined ? '' : textOf(quoted.document, field, 'label')
}

const expand = async (template: string, quoted: Quoted, escape: (value: string) => string): Promise<string> => {
  const values = new Map<string, string>()
  for (const [placeholder] of template.matchAll(PLACEHOLDER))
    if (!values.has(placeholder)) values.set(placeholder, escape(await valueOf(placeholder, quoted)))
  // In one pass, and by a function: a value that looks like a placeholder, or holds `$&`, stays what it is.
  return template.replace(PLACEHOLDER, placeholder => values.get(placeholder) ?? '')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (value: string): string => value.replace(/[&<>"']/gu, character => ENTITIES[character] ?? '')
const asIs = (value: string): string => value

/** One line without control characters: a subject or a name cannot bring a header with it. */
export const renderLine = async (template: string, quoted: Quoted): Promise<string> =>
  (await expand(template, quoted, asIs)).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()

/** The text body; the link comes at the end when the template does not place it. */
export const renderText = async (template: string, quoted: Quoted): Promise<string> =>
  expand(template.includes('%LINK%') ? template : `${template.trimEnd()}\n\n%LINK%\n`, quoted, asIs)

const LINK_PARAGRAPH = '<p><a href="%LINK%">%LINK%</a></p>'

/** The HTML body: values are escaped, the template is not. */
export const renderHtml = async (template: string, quoted: Quoted): Promise<string> => {
  if (template.includes('%LINK%')) return expand(template, quoted, escapeHtml)
  const end = template.toLowerCase().lastIndexOf('</body>')
  const at = end === -1 ? template.length : end
  return expand(template.slice(0, at) + LINK_PARAGRAPH + template.slice(at), quoted, escapeHtml)
}
