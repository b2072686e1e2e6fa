import type { ErrorObject } from 'ajv'
import type { FieldProblem } from '../errors.ts'

const FORMATS: Readonly<Record<string, string>> = {
  date: 'une date, AAAA-MM-JJ',
  'date-time': 'une date et une heure avec leur décalage, comme 2026-03-02T09:00:00+01:00',
  email: 'une adresse électronique',
  uri: 'une adresse complète, comme https://exemple.fr',
  uuid: 'un identifiant (UUID)',
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'un texte',
  integer: 'un nombre entier',
  number: 'un nombre',
  boolean: 'oui ou non (true ou false)',
  object: 'un objet',
  array: 'une liste',
  null: 'rien (null)',
}

type Wording = (params: Readonly<Record<string, unknown>>) => string

const plural = (count: unknown, word: string) => `${String(count)} ${word}${Number(count) > 1 ? 's' : ''}`

const WORDINGS: Readonly<Record<string, Wording>> = {
  required: () => 'Ce champ est obligatoire : renseignez-le.',
  additionalProperties: () => "Ce champ n'existe pas ici : retirez-le, ou vérifiez son nom.",
  propertyNames: () => "Ce nom de champ n'est pas valide : vérifiez-le.",
  type: ({ type }) =>
    `La valeur attendue est ${[type]
      .flat()
      .map(each => TYPES[String(each)] ?? String(each))
      .join(' ou ')}.`,
  minLength: ({ limit }) =>
    limit === 1 ? 'Ce champ est vide : renseignez-le.' : `Il faut au moins ${plural(limit, 'caractère')}.`,
  maxLength: ({ limit }) => `Ce texte est trop long : ${plural(limit, 'caractère')} au plus.`,
  minimum: ({ limit }) => `La valeur doit être au moins ${String(limit)}.`,
  maximum: ({ limit }) => `La valeur doit être au plus ${String(limit)}.`,
  minItems: ({ limit }) => `Il faut au moins ${plural(limit, 'élément')}.`,
  maxItems: ({ limit }) => `Il faut au plus ${plural(limit, 'élément')}.`,
  enum: ({ allowedValues }) =>
    `Cette valeur n'est pas permise ; choisissez parmi : ${[allowedValues].flat().map(String).join(', ')}.`,
  const: ({ allowedValue }) => `La seule valeur permise est ${String(allowedValue)}.`,
  format: ({ format }) => `La valeur attendue est ${FORMATS[String(format)] ?? String(format)}.`,
  pattern: () => "Cette valeur n'a pas la forme attendue : vérifiez-la.",
}

/** `/values/objet` plus what is missing or in excess there. */
const placeOf = (error: ErrorObject): readonly string[] => {
  const params = error.params as Readonly<Record<string, unknown>>
  const own = [params['missingProperty'], params['additionalProperty'], params['propertyName']].find(
    name => typeof name === 'string',
  )
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return [...path, ...(own === undefined ? [] : [own])]
}

/** Which says nothing a person can use: the errors of the branches do. */
const STRUCTURAL = new Set(['anyOf', 'oneOf', 'if', 'not'])

/** One sentence, at the names that lead to it. */
interface PlacedProblem {
  readonly place: readonly string[]
  readonly message: string
  readonly code: string
}

/** Ajv's errors as people read them, one per place. */
export const placedProblems = (errors: readonly ErrorObject[]): readonly PlacedProblem[] => {
  const useful = errors.filter(error => !STRUCTURAL.has(error.keyword))
  const byPlace = new Map<string, PlacedProblem>()
  for (const error of useful) {
    const place = placeOf(error)
    const key = JSON.stringify(place)
    if (byPlace.has(key)) continue
    // Of a union with null, only the real type is worth telling.
    if (error.keyword === 'type' && (error.params as { type?: unknown }).type === 'null') continue
    const wording = WORDINGS[error.keyword]
    const message = wording?.(error.params as Record<string, unknown>) ?? "Cette valeur n'est pas valide : vérifiez-la."
    byPlace.set(key, { place, message, code: error.keyword })
  }
  return [...byPlace.values()]
}

/** The same at fields: `values.objet`. */
export const fieldProblems = (errors: readonly ErrorObject[]): readonly FieldProblem[] =>
  placedProblems(errors).map(({ place, ...problem }) => ({ field: place.join('.'), ...problem }))
