import { relativeDay, type Condition, type FieldOptions, type FieldSpec } from '#core'
import { keepsOrder, patternOf } from '../studio/elements.ts'
import { adapted, carried, isJson, isOn, lost, textOf, unknownKeys, type Json, type Remark } from '../studio/format.ts'
import { CLASSES, classOf, GENERIC, NEUTRAL } from './classes.ts'
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
const ALL_FILES = 'donner au flux une taille maximale de tous ses fichiers (« maxBytes »)'
export const WITHOUT_EFFECT = ['link_name', 'may_be_null', 'progress_bar']
export const READ_OF_FIELDS = [
  'name',
  'type',
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
  'is_equal',
  'is_equal_error',
  'onchange',
  'choice-action',
]
/** What is not carried over, and what an administrator does about it. */
export const LOST_OF_FIELDS: Readonly<Record<string, string>> = {
  depend: 'une valeur de « % » par fichier : ajouter un champ par fichier, ou une étape qui type les pièces',
  visionneuse: 'la visionneuse de « % » : les visionneuses de la plateforme sont offertes selon le fichier',
  'visionneuse-no-link': 'le lien de téléchargement caché de « % » : qui lit le document lit ses fichiers',
  'edit-only': '« % » montré seulement pendant la saisie : il l’est à tous ceux qui lisent le document',
  'show-role': '« % » montré selon un rôle : il est montré à tous ceux qui lisent le document',
  'read-only-content': '« % » en lecture seule selon d’autres champs : il se modifie tant que le formulaire est ouvert',
  max_multiple_file_size: `la taille maximale des fichiers de « % » ensemble : ${ALL_FILES}`,
  max_multipe_file_size: `la taille maximale des fichiers de « % » ensemble : ${ALL_FILES}`,
  autocomplete: 'les suggestions de « % », que donnait un service de Pastell : la valeur se saisit',
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
  if (kind !== 'date' || relativeDay(text, new Date(0)) !== undefined)
    return { options: { default: text }, remarks: [] }
  return {
    options: {},
    remarks: [
      lost(
        `${field.at}/default`,
        `le jour proposé d'avance, « ${text} », ne se comprend pas : il se saisit, ou s'écrit « +1 month » dans le studio`,
      ),
    ],
  }
}

/** Does a step, or the hub itself, what this action of the form does? */
const isDoneHere = (id: string, { actions }: Definition): boolean => {
  const program = classOf(actions.find(each => each.id === id))
  return program !== undefined && (Object.hasOwn(CLASSES, program) || GENERIC.has(program) || NEUTRAL.has(program))
}

/** Programs of Pastell that a field calls while the form is filled: what a person does in their place stands in its help. */
const programsOf = ({ at, options }: FieldRead, label: string, definition: Definition) => {
  const remarks: Remark[] = []
  const help: string[] = []
  const tell = (key: string, message: string, sentence: string) => {
    const id = textOf(options[key])
    if (id === undefined) return
    const program = classOf(definition.actions.find(each => each.id === id)) ?? id
    if (isDoneHere(id, definition)) {
      remarks.push(carried(`${at}/${key}`, `le programme « ${program} » de « ${label} » : son étape le fait`))
      return
    }
    help.push(sentence)
    remarks.push(adapted(`${at}/${key}`, message.replace('%', label).replace('&', program)))
  }
  tell(
    'onchange',
    "ce que fait le programme « & » quand « % » change : une personne le fait, l'aide du champ le dit",
    'Chez Pastell, changer cette valeur en remplissait d’autres : les vérifier.',
  )
  tell(
    'choice-action',
    "la liste de « % », que calculait le programme « & » : la valeur se saisit, l'aide du champ le dit",
    'Chez Pastell, un programme en donnait la liste : saisir la valeur.',
  )
  return { remarks, help }
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
    ...unknownKeys(at, options, [...WITHOUT_EFFECT, ...READ_OF_FIELDS, ...Object.keys(LOST_OF_FIELDS)]),
  ]
  if (!KINDS[type]) remarks.push(lost(`${at}/type`, `le type « ${type} » de « ${label} », traité comme un texte`))
  if (type === 'password')
    remarks.push(
      lost(
        `${at}/type`,
        `le masquage de « ${label} » : le champ devient un texte, lisible de tous ceux qui lisent le document`,
      ),
    )
  for (const [key, sentence] of Object.entries(LOST_OF_FIELDS))
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
  const programs = programsOf(field, label, definition)
  remarks.push(...programs.remarks)
  const written = textOf(options['commentaire'])
  const help = [...(written === undefined ? [] : [written]), ...programs.help].join(' ').slice(0, 2_000)
  if (written?.includes('<'))
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
        ...(help === '' ? {} : { help }),
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
