/** What a token may do at most: a part of what its account may. What is left out is not limited. */
export interface Scope {
  /** On these entities and their descendants. */
  readonly entities?: readonly string[] | undefined
  /** On documents of these flows, and nothing but documents. */
  readonly flows?: readonly string[] | undefined
  readonly readOnly: boolean
}

/** Whose rights are asked for: an account, or a token of that account with its scope. */
export interface Holder {
  readonly id: string
  readonly scope?: Scope | undefined
}

/** The entities of the scope as PostgreSQL reads an array; their identifiers are digits. */
export const entityArray = (entities: readonly string[]): string => `{${entities.join(',')}}`

/** Needed to reach a document at all: a token for one flow keeps it. */
const ALWAYS = 'entite:lecture'

/** The names, in a role, that give this right: itself, `*`, `*:verbe`, `partie:*`. */
export const namesGiving = (right: string): readonly string[] => {
  const [part = '', verb = ''] = right.split(':')
  return [right, '*', `*:${verb}`, `${part}:*`]
}

/** What remains of these rights within the scope. */
export const narrowed = (names: ReadonlySet<string>, scope: Scope | undefined): ReadonlySet<string> => {
  if (!scope || (scope.flows === undefined && !scope.readOnly)) return names
  return scope.flows ? ofFlows(names, scope.flows, scope.readOnly) : readings(names)
}

const readings = (names: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    [...names].flatMap(name => {
      const [part = '', verb] = name.split(':')
      if (name === '*') return ['*:lecture']
      return verb === 'lecture' || verb === '*' ? [`${part}:lecture`] : []
    }),
  )

const ofFlows = (names: ReadonlySet<string>, flows: readonly string[], readOnly: boolean): ReadonlySet<string> => {
  const within = [...names].flatMap(name => {
    const [part = '', verb = '*'] = name.split(':')
    if (name === '*' || part === '*') return flows.map(flow => `${flow}:${verb}`)
    return flows.includes(part) ? [name] : []
  })
  const kept = readOnly ? readings(new Set(within)) : new Set(within)
  return namesGiving(ALWAYS).some(name => names.has(name)) ? new Set([...kept, ALWAYS]) : kept
}
