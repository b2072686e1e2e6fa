import { isMap, parseDocument, type Document } from 'yaml'
import { errors } from '#core'
import { isJson, listOf, lost, unknownKeys, type Json, type Remark } from '../studio/format.ts'

/** A field of the form, where it stands. */
export interface FieldRead {
  /** JSON pointer. */
  readonly at: string
  /** Canonical. */
  readonly id: string
  readonly page: string
  readonly options: Json
  /** Keys of `value`, in the order of the file. */
  readonly order: readonly string[]
}

/** An action, which is a state too. */
export interface ActionRead {
  readonly at: string
  readonly id: string
  readonly options: Json
  readonly rule: Json
  /** Name expected by the class → name in this definition. */
  readonly mapping: Readonly<Record<string, string>>
}

/** What a `definition.yml` says (pastell-domain.md §3), read without believing any of it. */
export interface Definition {
  readonly raw: Json
  readonly fields: readonly FieldRead[]
  /** Page → field (canonical) → value. */
  readonly conditions: Readonly<Record<string, Json>>
  readonly actions: readonly ActionRead[]
  readonly remarks: readonly Remark[]
}

/** Keys of a definition (§3.1). */
export const KEYS = [
  'nom',
  'type',
  'description',
  'restriction_pack',
  'connecteur',
  'formulaire',
  'page-condition',
  'action',
  'affiche_one',
  'champs-affiches',
  'champs-recherche-avancee',
  'threshold_size',
  'threshold_fields',
  'studio_definition',
]

/** Identifiers of fields are compared without accents nor case, what is not a letter or a digit being `_` (§3.2). */
export const canonical = (id: string): string =>
  id
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/gu, '_')

/** A text or a list of texts. */
export const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap(each =>
    typeof each === 'string' || typeof each === 'number' ? [String(each)] : [],
  )

const mapOf = (value: unknown): Json => (isJson(value) ? value : {})

const orderIn = (document: Document, path: readonly string[]): readonly string[] => {
  const node = document.getIn(path)
  return isMap(node) ? node.items.map(({ key }) => String(key)) : []
}

/** Fields named in a rule are canonical too. */
const ruleRead = (rule: Json): Json =>
  Object.fromEntries(
    Object.entries(rule).map(([key, value]) => {
      if (!isJson(value)) return [key, value]
      return [key, key === 'content' ? canonicalKeys(value) : ruleRead(value)]
    }),
  )
const canonicalKeys = (map: Json): Json =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [canonical(key), value]))

const refuse = (message: string, cause?: unknown) =>
  errors.badInput({ fields: [{ field: '/', code: 'pastell', message }], cause })

/**
 * Reads a `definition.yml`. Pure.
 * @throws errors.badInput when it is not one
 */
export const readDefinition = (text: string): Definition => {
  const document = parseDocument(text, { uniqueKeys: false })
  const [fault] = document.errors
  if (fault) throw refuse(`Ce fichier n'est pas du YAML : ${fault.message.split('\n')[0] ?? ''}`, fault)
  const raw: unknown = document.toJS()
  if (!isJson(raw) || !(isJson(raw['formulaire']) || isJson(raw['action'])))
    throw refuse("Ce fichier n'est pas une définition de Pastell : il n'a ni « formulaire » ni « action ».")
  const fields = Object.entries(mapOf(raw['formulaire'])).flatMap(([page, inside]) =>
    Object.entries(mapOf(inside)).map(([id, options]): FieldRead => ({
      at: `/formulaire/${page}/${id}`,
      id: canonical(id),
      page,
      options: mapOf(options),
      order: orderIn(document, ['formulaire', page, id, 'value']),
    })),
  )
  const actions = Object.entries(mapOf(raw['action'])).map(([id, options]): ActionRead => {
    const given = mapOf(options)
    return {
      at: `/action/${id}`,
      id,
      options: given,
      rule: ruleRead(mapOf(given['rule'])),
      mapping: Object.fromEntries(
        Object.entries(mapOf(given['connecteur-type-mapping'])).flatMap(([name, own]) =>
          typeof own === 'string' ? [[name, own]] : [],
        ),
      ),
    }
  })
  const conditions = Object.fromEntries(
    Object.entries(mapOf(raw['page-condition'])).map(([page, each]) => [page, canonicalKeys(mapOf(each))]),
  )
  const remarks = [...unknownKeys('', raw, KEYS)]
  for (const page of Object.keys(conditions))
    if (!fields.some(field => field.page === page))
      remarks.push(lost(`/page-condition/${page}`, `la condition de la page « ${page} », que le formulaire n'a pas`))
  if (listOf(raw['connecteur']).length > 0) remarks.push(lost('/connecteur', 'la liste des connecteurs est illisible'))
  return { raw, fields, conditions, actions, remarks }
}
