import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { labelAt } from './labels.ts'
import type { Marche } from './marche.ts'
import { decpSchema } from './schema.ts'

const ajv = addFormats.default(
  new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, verbose: true }),
)
const validate = ajv.compile(decpSchema)

const shown = (value: unknown): string => (typeof value === 'string' ? `« ${value} »` : JSON.stringify(value))

const SHAPES: Readonly<Record<string, string>> = {
  '^[0-9]{14}$': 'un SIRET : quatorze chiffres',
  '^[0-9]{8}(-[0-9])?$': 'un code CPV : huit chiffres, comme « 45112500 »',
}

/** What is wrong with one value; nothing for the keywords that only gather others. */
const sentenceOf = ({ keyword, params, data }: ErrorObject): string | undefined => {
  const { limit, pattern, allowedValues, additionalProperty } = params as Readonly<Record<string, unknown>>
  switch (keyword) {
    case 'required':
    case 'minItems':
    case 'minLength':
      return 'à renseigner'
    case 'maxLength':
      return `${[...String(data)].length} caractères, le maximum est ${String(limit)}`
    case 'pattern':
      return `${shown(data)} n'est pas ${SHAPES[String(pattern)] ?? 'de la forme attendue'}`
    case 'format':
      return `${shown(data)} n'est pas une date`
    case 'enum':
      return `${shown(data)} n'est pas dans la liste du format (${(allowedValues as readonly string[]).join(', ')})`
    case 'minimum':
      return `${shown(data)} est trop petit, le minimum est ${String(limit)}`
    case 'maximum':
      return `${shown(data)} est trop grand, le maximum est ${String(limit)}`
    case 'type':
      return params['type'] === 'integer' ? `${shown(data)} n'est pas un nombre entier` : 'valeur d’un autre genre'
    case 'uniqueItems':
      return 'la même ligne y est deux fois'
    case 'additionalProperties':
      return `« ${String(additionalProperty)} » n'existe pas dans ce format`
    case 'if':
      return undefined
    default:
      return 'refusé par le format'
  }
}

const placeOf = ({ instancePath, keyword, params }: ErrorObject): string => {
  const missing = keyword === 'required' ? `/${(params as { readonly missingProperty: string }).missingProperty}` : ''
  return `${instancePath}${missing}`.replace(/^\/marches\/marche\/0\//u, '').replaceAll('/', '.')
}

/** What the schema cannot say. */
const beyondSchema = (marche: Marche): readonly string[] => {
  const { origineUE, origineFrance } = marche
  const actes = marche.actesSousTraitance?.length ?? 0
  const strangers = (marche.modificationsActesSousTraitance ?? []).flatMap((each, rank) => {
    const { id } = each['modificationActeSousTraitance'] as { readonly id: number }
    return id > actes ? [[rank + 1, id] as const] : []
  })
  return [
    ...(typeof origineFrance === 'number' && (typeof origineUE !== 'number' || origineFrance > origineUE)
      ? [`« ${labelAt('origineFrance')} » : elle dépasse celle de l'Union européenne, dont la France fait partie.`]
      : []),
    ...strangers.map(
      ([rank, id]) =>
        `« ${labelAt('modificationsActesSousTraitance')} », ligne ${rank} : il n'y a pas d'acte de rang ${id}.`,
    ),
  ]
}

/** Everything that the format DECP 2.0 refuses, one sentence per fault, at the field of the form; none when it may be published. */
export const faultsOf = (marche: Marche): readonly string[] => {
  const content = { marches: { marche: [marche] } }
  const faults = validate(content)
    ? []
    : (validate.errors ?? []).flatMap(error => {
        const sentence = sentenceOf(error)
        return sentence === undefined ? [] : [`« ${labelAt(placeOf(error))} » : ${sentence}.`]
      })
  return [...new Set([...faults, ...beyondSchema(marche)])]
}
