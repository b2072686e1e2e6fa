import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** A field of a folder type of Pastell, as its clients know it. */
export interface CatalogueField {
  readonly id: string
  /** `text`, `textarea`, `select`, `checkbox`, `date`, `file`, `password`, `mail-list`, `externalData`, `url`. */
  readonly type: string
  readonly page: string | null
  readonly required?: true
  readonly multiple?: true
  readonly readOnly?: true
  readonly hidden?: true
  readonly title?: true
  readonly indexed?: true
}

/** An action of Pastell, which is a state too when a folder may rest in it. */
export interface CatalogueAction {
  readonly id: string
  readonly state: boolean
  /** Offered to nobody: the machine enters it, or runs it when a field changes. */
  readonly systemOnly: boolean
}

/** A folder type of Pastell: identifiers and facts, see README.md. */
export interface CatalogueFlow {
  readonly id: string
  readonly label: string
  readonly family: string
  readonly status: 'current' | 'deprecated' | 'internal'
  /** Only the form of a recipient of secure mail: no folder lives in it. */
  readonly companion: boolean
  /** Composed by Pastell's studio: a first page and steps, nothing by hand. */
  readonly studio: boolean
  readonly pack?: string
  readonly connectorTypes: readonly string[]
  /** How many the table of all flows says there are, found apart from the lists below. */
  readonly totals: { readonly states: number; readonly actions: number }
  readonly fields: readonly CatalogueField[]
  readonly actions: readonly CatalogueAction[]
}

const FOLDER = new URL('./flows/', import.meta.url)

/** Every folder type that Pastell ships, in alphabetical order. */
export const catalogueIds = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter(file => file.endsWith('.json'))
    .map(file => file.slice(0, -'.json'.length))
    .toSorted()

const known = new Map<string, CatalogueFlow | undefined>()

/** The folder type of this identifier; `undefined` for a flow that Pastell does not ship. */
export const catalogued = (id: string): CatalogueFlow | undefined => {
  if (!/^[a-z][\w-]*$/u.test(id)) return undefined
  if (!known.has(id)) {
    const file = new URL(`${id}.json`, FOLDER)
    known.set(id, existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CatalogueFlow) : undefined)
  }
  return known.get(id)
}

/**
 * Actions that Pastell keeps for itself: it runs them when a field changes or opens a list, no folder rests in them, and nobody may ask
 * for them. Here their work is done elsewhere; their names are known, and refused as Pastell refuses them.
 */
export const machineActions = (id: string): readonly string[] =>
  (catalogued(id)?.actions ?? []).filter(({ state, systemOnly }) => systemOnly && !state).map(action => action.id)
