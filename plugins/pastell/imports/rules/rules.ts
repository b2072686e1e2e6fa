import { looselyEqual, type Stored } from './loose.ts'

/** The guard of an action, as a `definition.yml` writes it (flows/engine.md §3). */
export type Rule = Readonly<Record<string, unknown>>

/** What a rule asks about: the folder, whoever asks, and their entity, in Pastell's words. */
export interface RuleFacts {
  /** The last action; `undefined` before the creation. */
  readonly state: string | undefined
  /** Every action ever logged. */
  readonly history: readonly string[]
  /** Role of the entity on the folder. */
  readonly role: string | undefined
  readonly entityType: string
  hasRight(right: string): boolean
  value(field: string): Stored
  /** The whole visible form validates. */
  isValid(): boolean
}

/** A key that Pastell does not know: it stops there with an internal error. */
export class UnknownRuleKey extends Error {
  override readonly name = 'UnknownRuleKey'
  readonly key: string
  constructor(key: string) {
    super(`La règle porte la clé « ${key} », que Pastell ne connaît pas.`)
    this.key = key
  }
}

type Test = (value: unknown, facts: RuleFacts) => boolean

/** A key given a list holds as soon as one element does. */
const TESTS: Readonly<Record<string, Test>> = {
  'no-last-action': (_value, { state }) => state === undefined,
  'last-action': (value, { state }) => state !== undefined && value === state,
  'has-action': (value, { history }) => history.includes(String(value)),
  // With a list: one of them is missing, not « none of them ».
  'no-action': (value, { history }) => !history.includes(String(value)),
  role_id_e: (value, { role }) => value === role,
  droit_id_u: (value, { hasRight }) => hasRight(String(value)),
  type_id_e: (value, { entityType }) => value === entityType,
  // Whatever it is given, even `false`.
  document_is_valide: (_value, { isValid }) => isValid(),
  'internal-action': () => false,
}

const isMap = (value: unknown): value is Rule => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys of a group differ by what follows the prefix, which means nothing. */
const GROUPS = [
  { prefix: 'and', holds: (each: readonly boolean[]) => each.every(Boolean) },
  { prefix: 'or', holds: (each: readonly boolean[]) => each.some(Boolean) },
  { prefix: 'no_', holds: (each: readonly boolean[]) => !each.some(Boolean) },
] as const

/** Every key of the language; those of groups by their prefix. */
export const RULE_KEYS: readonly string[] = [...Object.keys(TESTS), 'content', ...GROUPS.map(({ prefix }) => prefix)]

const groupOf = (key: string) => GROUPS.find(({ prefix }) => key.startsWith(prefix))

const entryHolds = (key: string, value: unknown, facts: RuleFacts): boolean => {
  const test = Object.hasOwn(TESTS, key) ? TESTS[key] : undefined
  if (test) return Array.isArray(value) ? value.some(each => test(each, facts)) : test(value, facts)
  if (key === 'content')
    return !isMap(value) || Object.entries(value).every(([field, wanted]) => looselyEqual(facts.value(field), wanted))
  const group = groupOf(key)
  if (!group) throw new UnknownRuleKey(key)
  const inner = isMap(value) ? Object.entries(value) : []
  return group.holds(inner.map(([name, each]) => entryHolds(name, each, facts)))
}

/**
 * Is the action allowed? Every key must hold; an action without a rule always is. Pure.
 * @throws UnknownRuleKey as Pastell does, when the key is met
 */
export const isAllowed = (rule: Rule | null | undefined, facts: RuleFacts): boolean => unmet(rule, facts).length === 0

/** The keys of the rule, at its top, that do not hold. @throws UnknownRuleKey */
export const unmet = (rule: Rule | null | undefined, facts: RuleFacts): readonly string[] =>
  Object.entries(rule ?? {}).flatMap(([key, value]) => (entryHolds(key, value, facts) ? [] : [key]))

/** Keys, at any depth, that `isAllowed` would stop at. */
export const unknownRuleKeys = (rule: Rule): readonly string[] =>
  Object.entries(rule).flatMap(([key, value]) => {
    if (Object.hasOwn(TESTS, key) || key === 'content') return []
    if (!groupOf(key)) return [key]
    return isMap(value) ? unknownRuleKeys(value) : []
  })

/** The rule without what `drop` says, at any depth: in a group, what is dropped no longer counts. */
export const ruleWithout = (rule: Rule, drop: (key: string, value: unknown) => boolean): Rule =>
  Object.fromEntries(
    Object.entries(rule).flatMap(([key, value]) => {
      if (drop(key, value)) return []
      const nested = !Object.hasOwn(TESTS, key) && key !== 'content' && groupOf(key) && isMap(value)
      if (!nested) return [[key, value]]
      const inner = ruleWithout(value, drop)
      // An « or » that has nothing left would refuse what only the part dropped allowed.
      return Object.keys(inner).length === 0 && Object.keys(value).length > 0 ? [] : [[key, inner]]
    }),
  )
