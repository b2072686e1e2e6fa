import { withoutDelimiters, type FieldSpec } from '#core'
import { adapted, isOn, lost, textOf, unknownKeys, type Json, type Remark } from './format.ts'

/** A field of the first page as the hub writes it. */
export interface ElementRead {
  readonly name: string
  readonly spec: FieldSpec
  readonly remarks: readonly Remark[]
}

const KINDS: Readonly<Record<string, FieldSpec['kind']>> = {
  text: 'text',
  textarea: 'longText',
  file: 'file',
  multi_file: 'files',
  checkbox: 'flag',
  date: 'date',
  select: 'choice',
  password: 'text',
}

const KEYS = [
  'element_id',
  'name',
  'type',
  'commentaire',
  'requis',
  'champs_affiches',
  'champs_recherche_avancee',
  'titre',
  'select_value',
  'preg_match',
  'preg_match_error',
  'default_value',
  'content_type',
]

/** `key:label` or `label` per line, whose key is then its number. */
const choicesOf = (text: string): readonly (readonly [string, string])[] =>
  text
    .split('\n')
    .map(line => line.trim())
    .flatMap((line, index): readonly (readonly [string, string])[] => {
      if (line === '') return []
      const colon = line.indexOf(':')
      return [colon > 0 ? [line.slice(0, colon), line.slice(colon + 1).trim()] : [String(index + 1), line]]
    })

/** Numbers used as keys are put in order by every JSON: another order would not survive. */
export const keepsOrder = (choices: readonly (readonly [string, string])[]): boolean => {
  const keys = choices.map(([key]) => key)
  return Object.keys(Object.fromEntries(choices)).every((key, index) => key === keys[index])
}

/** Escapes of PHP that the `u` flag of JavaScript refuses: `\-` outside a class, `\_`, `\#`. */
const plainEscapes = (source: string): string =>
  source.replaceAll(/\\([^\p{L}\p{N}])/gu, (whole, sign: string) => ('^$\\.*+?()[]{}|/-'.includes(sign) ? whole : sign))

/** The `preg_match` of a field as JavaScript reads it. */
export const patternOf = (
  at: string,
  element: Json,
): { pattern?: NonNullable<FieldSpec['options']['pattern']> } & { remarks: readonly Remark[] } => {
  const expression = textOf(element['preg_match'])
  if (expression === undefined) return { remarks: [] }
  const { source, flags } = withoutDelimiters(expression)
  const regex = plainEscapes(source)
  const told: Remark[] = []
  if (flags.replaceAll('u', '') !== '')
    told.push(lost(`${at}/preg_match`, `les options « ${flags} » de l'expression régulière « ${expression} »`))
  try {
    new RegExp(regex, 'u')
  } catch {
    return {
      remarks: [lost(`${at}/preg_match`, `l'expression régulière « ${expression} » n'est pas comprise hors de PHP`)],
    }
  }
  const message = textOf(element['preg_match_error']) ?? 'Cette valeur n’a pas la forme attendue.'
  return { pattern: { regex, message }, remarks: told }
}

const defaultOf = (kind: FieldSpec['kind'], value: unknown): FieldSpec['options'] => {
  if (kind === 'flag') return isOn(value) ? { default: true } : {}
  const text = textOf(value)
  if (text === undefined || kind === 'file' || kind === 'files') return {}
  return { default: kind === 'date' ? 'now' : text }
}

/** Our name of a field: that of Pastell, when it may be one. */
export const nameOf = (id: string): string =>
  (/^[a-z]/iu.test(id) ? id : `champ${id.startsWith('_') ? '' : '_'}${id}`).replaceAll(/\W/gu, '_')

/**
 * Reads one `formulaireElement`.
 * @param at its JSON pointer
 * @param page title of the first page
 */
export const readElement = (at: string, element: Json, page: string): ElementRead => {
  const remarks: Remark[] = [...unknownKeys(at, element, KEYS)]
  const id = textOf(element['element_id']) ?? 'champ'
  const label = textOf(element['name']) ?? id
  const type = textOf(element['type']) ?? 'text'
  const kind = KINDS[type] ?? 'text'
  if (!KINDS[type]) remarks.push(lost(`${at}/type`, `le type « ${type} » de « ${label} », traité comme un texte`))
  if (type === 'password')
    remarks.push(
      lost(
        `${at}/type`,
        `le masquage de « ${label} » : le champ devient un texte, lisible de tous ceux qui lisent le document`,
      ),
    )
  if (isOn(element['champs_affiches']))
    remarks.push(adapted(`${at}/champs_affiches`, `« ${label} » n'est pas une colonne de la liste : il est cherchable`))
  const { pattern, remarks: ofPattern } = patternOf(at, element)
  remarks.push(...ofPattern)
  const choices = kind === 'choice' ? choicesOf(textOf(element['select_value']) ?? '') : []
  if (!keepsOrder(choices))
    remarks.push(
      lost(
        `${at}/select_value`,
        `l'ordre de la liste « ${label} » : ses codes sont des nombres, elle est triée par code`,
      ),
    )
  if (kind !== 'choice' && textOf(element['select_value']))
    remarks.push(lost(`${at}/select_value`, `les choix de « ${label} », qui n'est pas une liste`))
  const accept = textOf(element['content_type'])
    ?.split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
  const help = textOf(element['commentaire'])
  const searched = isOn(element['champs_affiches']) || isOn(element['champs_recherche_avancee'])
  return {
    name: nameOf(id),
    remarks,
    spec: {
      kind,
      label,
      options: {
        page,
        pastell: id,
        ...(isOn(element['requis']) ? { required: true } : {}),
        ...(isOn(element['titre']) ? { title: true } : {}),
        ...(searched ? { index: true } : {}),
        ...(help === undefined ? {} : { help }),
        ...(pattern ? { pattern } : {}),
        ...(accept && accept.length > 0 ? { accept } : {}),
        ...defaultOf(kind, element['default_value']),
      },
      ...(kind === 'choice' ? { choices: Object.fromEntries(choices) } : {}),
    },
  }
}
