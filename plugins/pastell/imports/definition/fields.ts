import type { Condition, FieldOptions, FieldSpec } from '#core'
import { keepsOrder, patternOf } from '../studio/elements.ts'
import { adapted, carried, isJson, isOn, lost, textOf, unknownKeys, type Json, type Remark } from '../studio/format.ts'
import { canonical, textsOf, type Definition, type FieldRead } from './read.ts'

const KINDS: Readonly<Record<string, FieldSpec['kind']>> = {
  text: 'text',
  password: 'text',
  select: 'choice',
  file: 'file',
  checkbox: 'flag',
  externalData: 'text',
  textarea: 'longText',
  date: 'date',
  url: 'url',
  'mail-list': 'mailList',
}

/** Options that change nothing here, or that the hub does in its own way. */
const WITHOUT_EFFECT = ['name', 'type', 'link_name', 'may_be_null', 'progress_bar', 'autocomplete']
const READ = [
  'commentaire',
  'requis',
  'multiple',
  'index',
  'title',
  'default',
  'preg_match',
  'preg_match_error',
  'value',
  'read-only',
  'no-show',
  'content-type',
  'max_file_size',
]
const LOST: Readonly<Record<string, string>> = {
  'choice-action': 'la liste de choix de « % », que calcule un programme de Pastell : la valeur se saisit',
  onchange: 'ce que fait un programme de Pastell quand « % » change',
  depend: 'une valeur de « % » par fichier',
  is_equal: "l'égalité de « % » avec un autre champ",
  visionneuse: 'la visionneuse de « % » : les visionneuses de la plateforme sont offertes selon le fichier',
  'visionneuse-no-link': 'le lien de téléchargement caché de « % »',
  'edit-only': '« % » montré seulement pendant la saisie',
  'show-role': '« % » montré selon un rôle : il est montré à tous ceux qui lisent le document',
  'read-only-content': '« % » en lecture seule selon d’autres champs',
  max_multiple_file_size: 'la taille maximale de tous les fichiers de « % » ensemble',
  max_multipe_file_size: 'la taille maximale de tous les fichiers de « % » ensemble',
}

const choicesOf = ({ options: { value }, order }: FieldRead): readonly (readonly [string, string])[] => {
  if (Array.isArray(value)) return value.map((label, index) => [String(index), String(label)] as const)
  if (!isJson(value)) return []
  return (order.length > 0 ? order : Object.keys(value)).map(key => [key, textOf(value[key]) ?? key] as const)
}

const defaultOf = (
  field: FieldRead,
  kind: FieldSpec['kind'],
): { options: FieldOptions; remarks: readonly Remark[] } => {
  const given = field.options['default']
  const none = { options: {}, remarks: [] }
  // A falsy default is never applied.
  if (!given || given === '0' || given === 'empty') return none
  if (kind === 'flag') return isOn(given) ? { options: { default: true }, remarks: [] } : none
  if (kind === 'file' || kind === 'files')
    return { options: {}, remarks: [lost(`${field.at}/default`, 'la valeur par défaut d’un fichier')] }
  const text = textOf(given) ?? ''
  if (kind !== 'date' || text === 'now' || /^\d{4}-\d{2}-\d{2}$/u.test(text))
    return { options: { default: text }, remarks: [] }
  return {
    options: {},
    remarks: [lost(`${field.at}/default`, `le jour proposé d'avance, « ${text} » : seul « now » est compris`)],
  }
}

/** One value of a page condition or of a rule, over a field of the first page: PHP compares loosely, here by the kind of the field. */
export const conditionOn = ({ kind }: Pick<FieldSpec, 'kind'>, name: string, wanted: unknown): Condition => {
  if (kind === 'flag') return { field: name, is: isOn(wanted) }
  if (wanted === true) return { filled: name }
  if (wanted === false || wanted === '' || wanted === null) return { not: { filled: name } }
  return { field: name, is: textOf(wanted) ?? '' }
}

export interface FormField {
  readonly read: FieldRead
  readonly spec: FieldSpec
  readonly remarks: readonly Remark[]
}

/** A field of the form as the hub writes it, its page condition left aside. */
export const readField = (field: FieldRead, definition: Definition): FormField => {
  const { at, id, page, options } = field
  const type = textOf(options['type']) ?? 'text'
  const label = (textOf(options['name']) ?? id).slice(0, 200)
  const base = KINDS[type] ?? 'text'
  const kind = base === 'file' && isOn(options['multiple']) ? 'files' : base
  const remarks: Remark[] = [
    ...unknownKeys(at, options, [...WITHOUT_EFFECT, ...READ, ...Object.keys(LOST), 'is_equal_error']),
  ]
  if (!KINDS[type]) remarks.push(lost(`${at}/type`, `le type « ${type} » de « ${label} », traité comme un texte`))
  if (type === 'password')
    remarks.push(
      lost(
        `${at}/type`,
        `le masquage de « ${label} » : le champ devient un texte, lisible de tous ceux qui lisent le document`,
      ),
    )
  for (const [key, sentence] of Object.entries(LOST))
    if (options[key] !== undefined && options[key] !== false && options[key] !== '')
      remarks.push(lost(`${at}/${key}`, sentence.replace('%', label)))

  const computed = isOn(options['read-only'])
  const required = isOn(options['requis'])
  if (required && kind === 'flag')
    remarks.push(
      adapted(`${at}/requis`, `la case « ${label} » n'est pas obligatoire : elle ne l'était pas en effet chez Pastell`),
    )
  const { pattern, remarks: ofPattern } = patternOf(at, options)
  remarks.push(...ofPattern)
  if (pattern && !required && !new RegExp(pattern.regex, 'u').test(''))
    remarks.push(
      adapted(`${at}/preg_match`, `« ${label} » peut rester vide : l'expression régulière de Pastell le refusait`),
    )
  const choices = kind === 'choice' ? choicesOf(field) : []
  if (!keepsOrder(choices))
    remarks.push(
      lost(`${at}/value`, `l'ordre de la liste « ${label} » : ses codes sont des nombres, elle est triée par code`),
    )
  const standard = defaultOf(field, kind)
  remarks.push(...standard.remarks)
  const accept =
    kind === 'file' || kind === 'files'
      ? (textOf(options['content-type']) ?? '')
          .split(',')
          .map(each => each.trim())
          .filter(each => each !== '')
      : []
  const size = Number(options['max_file_size'] ?? Number.NaN)
  const help = textOf(options['commentaire'])?.slice(0, 2_000)
  if (help?.includes('<'))
    remarks.push(
      adapted(`${at}/commentaire`, `l'aide de « ${label} » contient des balises, montrées telles quelles : à relire`),
    )
  const listed = [...textsOf(definition.raw['champs-affiches']), ...textsOf(definition.raw['champs-recherche-avancee'])]
  const indexed = isOn(options['index']) || listed.some(each => canonical(each) === id)
  return {
    read: field,
    remarks: remarks.length > 0 ? remarks : [carried(at, `le champ « ${label} »`)],
    spec: {
      kind,
      label,
      options: {
        page: page.slice(0, 100) || 'Informations',
        pastell: id,
        ...(required && !computed && kind !== 'flag' ? { required: true } : {}),
        ...(computed ? { computed: true } : {}),
        ...(isOn(options['no-show']) ? { hidden: true } : {}),
        ...(isOn(options['title']) ? { title: true } : {}),
        ...(indexed && !kind.startsWith('file') ? { index: true } : {}),
        ...(help === undefined ? {} : { help }),
        ...(pattern ? { pattern } : {}),
        ...(accept.length > 0 ? { accept } : {}),
        ...(size > 0 ? { maxBytes: Math.floor(size) } : {}),
        ...standard.options,
      } satisfies FieldOptions,
      ...(kind === 'choice' ? { choices: Object.fromEntries(choices) } : {}),
    },
  }
}

/**
 * The condition of the page a field stands on, over fields of the first page by their name in Pastell.
 * @returns `undefined` when there is none; the fields it reads that are not there
 */
export const pageCondition = (
  wanted: Json | undefined,
  own: ReadonlyMap<string, { readonly name: string; readonly spec: FieldSpec }>,
): { readonly when: Condition | undefined; readonly absent: readonly string[] } => {
  const entries = Object.entries(wanted ?? {})
  const absent = entries.map(([field]) => field).filter(field => !own.has(field))
  const all = entries.flatMap(([field, value]) => {
    const found = own.get(field)
    return found ? [conditionOn(found.spec, found.name, value)] : []
  })
  const [first] = all
  return { when: all.length > 1 ? { all } : first, absent }
}
