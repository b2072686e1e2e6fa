import type { SimRequest, SimResponse } from '#core/testing'

type Value = string | number | readonly (string | number)[]
export type Properties = ReadonlyMap<string, Value>

interface Definition {
  readonly propertyType: 'string' | 'datetime' | 'id'
  readonly cardinality: 'single' | 'multi'
  readonly required: boolean
  readonly updatability: 'readwrite' | 'oncreate' | 'readonly'
}

const define = (propertyType: Definition['propertyType'], change: Partial<Definition> = {}): Definition => ({
  propertyType,
  cardinality: 'single',
  required: false,
  updatability: 'readwrite',
  ...change,
})

const COMMON: Readonly<Record<string, Definition>> = {
  'cmis:name': define('string', { required: true }),
  'cmis:objectTypeId': define('id', { required: true, updatability: 'oncreate' }),
  'cmis:objectId': define('id', { updatability: 'readonly' }),
  'cmis:description': define('string'),
  'cmis:secondaryObjectTypeIds': define('id', { cardinality: 'multi' }),
}

/** The types of the simulated repository: those of CMIS, one of the authority with a mandatory property, and an aspect. */
const TYPES: Readonly<
  Record<string, { readonly baseId: string; readonly definitions: Readonly<Record<string, Definition>> }>
> = {
  'cmis:document': { baseId: 'cmis:document', definitions: COMMON },
  'cmis:folder': { baseId: 'cmis:folder', definitions: COMMON },
  'D:acme:acte': {
    baseId: 'cmis:document',
    definitions: {
      ...COMMON,
      'acme:numero': define('string', { required: true }),
      'acme:date': define('datetime'),
      'acme:mots': define('string', { cardinality: 'multi' }),
    },
  },
  'P:cm:titled': { baseId: 'cmis:secondary', definitions: { 'cm:title': define('string') } },
}

export const fault = (status: number, exception: string, message: string): SimResponse => ({
  status,
  json: { exception, message },
})

export const typeDefinition = (id: string): SimResponse => {
  const type = TYPES[id]
  if (!type) return fault(404, 'objectNotFound', `Type '${id}' is unknown!`)
  return { json: { id, baseId: type.baseId, creatable: true, propertyDefinitions: type.definitions } }
}

/** `propertyId[0]`, `propertyValue[0]` or `propertyValue[0][0]`… of a form. */
const propertiesIn = ({ fields }: SimRequest): ReadonlyMap<string, readonly string[]> => {
  const ids = new Map<string, string>()
  const values = new Map<string, string[]>()
  for (const { name, value } of fields) {
    const [, what, index] = /^property(Id|Value)\[(\d+)\](?:\[\d+\])?$/u.exec(name) ?? []
    if (what === 'Id' && index !== undefined) ids.set(index, value)
    if (what === 'Value' && index !== undefined) values.set(index, [...(values.get(index) ?? []), value])
  }
  return new Map([...ids].map(([index, id]) => [id, values.get(index) ?? []]))
}

/** The properties of a form, checked against the type that it names (or against the one given). */
export const readProperties = (
  request: SimRequest,
  typeId?: string,
):
  | { readonly ok: true; readonly type: string; readonly properties: Properties }
  | { readonly ok: false; readonly answer: SimResponse } => {
  const refused = (answer: SimResponse) => ({ ok: false, answer }) as const
  const given = propertiesIn(request)
  const id = typeId ?? given.get('cmis:objectTypeId')?.[0] ?? ''
  const type = TYPES[id]
  if (!type) return refused(fault(404, 'objectNotFound', `Type '${id}' is unknown!`))
  const aspects = (given.get('cmis:secondaryObjectTypeIds') ?? []).map(each => TYPES[each]?.definitions)
  const definitions: Readonly<Record<string, Definition>> = Object.fromEntries(
    [type.definitions, ...aspects].flatMap(each => Object.entries(each ?? {})),
  )
  const properties = new Map<string, Value>()
  for (const [name, values] of given) {
    const definition = definitions[name]
    if (!definition) return refused(fault(400, 'invalidArgument', `Property '${name}' is unknown!`))
    if (values.length > 1 && definition.cardinality === 'single')
      return refused(fault(409, 'constraint', `Property '${name}' is not a multi value property!`))
    if (definition.propertyType === 'datetime' && !values.every(value => /^-?\d+$/u.test(value)))
      return refused(fault(400, 'invalidArgument', `Property '${name}' value is not an Date value!`))
    const read = definition.propertyType === 'datetime' ? values.map(Number) : values
    const [first = ''] = read
    properties.set(name, definition.cardinality === 'multi' ? read : first)
  }
  const missing = Object.entries(definitions).find(([name, { required }]) => required && !properties.get(name))
  if (!typeId && missing)
    return refused(fault(409, 'constraint', `Property '${missing[0]}' is required for type '${id}'.`))
  return { ok: true, type: id, properties }
}
