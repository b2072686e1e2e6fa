import { Fault } from './fault.ts'

/** Called for each value met: lists that hold one another may be far larger to walk through than to hold. */
export type Touch = () => void

/** Named values. A `Map` and not an object: it has no prototype that a name could reach. */
export type Hash = ReadonlyMap<string, Value>

/** Everything a template can hold; `undefined` is Twig's `null`. There is no object, hence no method and no prototype. */
export type Value = undefined | string | number | boolean | readonly Value[] | ReadonlyMap<string, Value>

export const isList = (value: unknown): value is readonly Value[] => Array.isArray(value)
export const isHash = (value: unknown): value is Hash => value instanceof Map

/** Elements of a list or values of a hash. @throws Fault for anything else */
export const itemsOf = (value: Value): readonly Value[] => {
  if (value === undefined || value === '') return []
  if (isList(value)) return value
  if (isHash(value)) return [...value.values()]
  throw new Fault('une liste est attendue ici')
}

/** As PHP prints it: `true` is `1`, `false` and `null` are nothing. @throws Fault for a list or a hash */
export const textOfValue = (value: Value): string => {
  if (value === undefined || value === false) return ''
  if (value === true) return '1'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new Fault(
    isList(value)
      ? "une liste ne s'affiche pas telle quelle : utiliser « |join(', ') », « |first » ou une boucle « for »"
      : 'un ensemble de valeurs ne s’affiche pas tel quel : choisir une de ses valeurs, ou utiliser « |json_encode »',
  )
}

/** Empty, `0`, `'0'`, false and an empty list are false, as in Twig. */
export const isTrue = (value: Value): boolean => {
  if (isList(value)) return value.length > 0
  if (isHash(value)) return value.size > 0
  return value !== undefined && value !== '' && value !== '0' && value !== 0 && value !== false
}

const NUMERIC = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/iu

const numeric = (value: Value): number | undefined => {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.length < 40 && NUMERIC.test(value) ? Number(value) : undefined
}

/** @throws Fault when the value is no number */
export const numberOf = (value: Value): number => {
  if (value === undefined || value === '' || value === false) return 0
  if (value === true) return 1
  const number = numeric(value)
  if (number === undefined) throw new Fault('un nombre est attendu ici')
  return number
}

/** Twig's `==`: numbers and their texts are equal, empty equals null. */
export const sameValue = (left: Value, right: Value, touch: Touch): boolean => {
  touch()
  if (typeof left === 'boolean' || typeof right === 'boolean') return isTrue(left) === isTrue(right)
  if (left === undefined || right === undefined) return !isTrue(left === undefined ? right : left)
  if (isList(left) || isList(right) || isHash(left) || isHash(right)) return sameSet(left, right, touch)
  const [first, second] = [numeric(left), numeric(right)]
  return first !== undefined && second !== undefined ? first === second : String(left) === String(right)
}

const entriesOf = (value: Value): ReadonlyMap<string | number, Value> | undefined =>
  isList(value) ? new Map(value.entries()) : isHash(value) ? value : undefined

const sameSet = (left: Value, right: Value, touch: Touch): boolean => {
  const [first, second] = [entriesOf(left), entriesOf(right)]
  if (!first || !second || first.size !== second.size) return false
  return [...first].every(([key, value]) => second.has(key) && sameValue(value, second.get(key), touch))
}

/** Negative, zero or positive. Numbers and their texts by value, anything else by its text. */
export const compareValues = (left: Value, right: Value): number => {
  const [first, second] = [numeric(left), numeric(right)]
  if (first !== undefined && second !== undefined) return first - second
  const [a, b] = [textOfValue(left), textOfValue(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

/** Twig's `in`: an element of a list, a piece of a text. */
export const contains = (holder: Value, sought: Value, touch: Touch): boolean => {
  if (isList(holder) || isHash(holder)) return itemsOf(holder).some(item => sameValue(item, sought, touch))
  return textOfValue(holder).includes(textOfValue(sought))
}

const DEEPEST = 50

/** What a JSON reader gave, as values of templates. @throws Fault when it is nested too deep */
export const fromJson = (json: unknown, touch: Touch, depth = 0): Value => {
  touch()
  if (depth > DEEPEST) throw new Fault('le fichier JSON est imbriqué trop profondément')
  if (typeof json === 'string' || typeof json === 'boolean' || typeof json === 'number') return json
  if (Array.isArray(json)) return json.map(item => fromJson(item, touch, depth + 1))
  if (typeof json === 'object' && json !== null)
    return new Map(Object.entries(json).map(([key, value]) => [key, fromJson(value, touch, depth + 1)]))
  return undefined
}

export const toJson = (value: Value, touch: Touch): unknown => {
  touch()
  if (isList(value)) return value.map(item => toJson(item, touch))
  if (isHash(value)) return Object.fromEntries([...value].map(([key, item]) => [key, toJson(item, touch)]))
  return value ?? null
}
