import type { CompiledFlow, GuardContext } from '#core'
import { isAllowed, unmet, type Rule, type RuleFacts } from '../imports/rules/rules.ts'
import type { Stored } from '../imports/rules/loose.ts'
import { CHANGED, CREATED, namesOf } from '../names.ts'
import { toPastell } from '../names-values.ts'

/** States that only our steps have: for Pastell, the document is still where it was before. */
const OURS = /\.(?:aFaire|offerte)$/u

type Asked = Pick<GuardContext<unknown, unknown>, 'document' | 'flow' | 'isComplete'>

const storedIn = (flow: CompiledFlow, data: Asked['document']['data'], name: string): Stored => {
  const named = namesOf(flow).field(name)
  if (!named) return undefined
  const value = toPastell(named.field, data[named.field.name], named.part)
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value : undefined
}

/**
 * What a rule of Pastell asks, answered by the document. Who may do what is the hub's business: its routes have checked the right on the
 * flow before, so any right and any sort of entity hold here.
 */
const factsOf = ({ document, flow, isComplete }: Asked, draft: string, entityType: string): RuleFacts => {
  const names = namesOf(flow)
  const passed = document.trail.map(stop => stop.state).filter(state => !OURS.test(state))
  const last = passed.at(-1)
  const history = passed.map(state => names.state(state))
  const state = last === undefined ? draft : names.state(last)
  return {
    state: state === CHANGED ? draft : state,
    history: [CREATED, CHANGED, ...history],
    role: 'editeur',
    entityType,
    hasRight: () => true,
    value: field => storedIn(flow, document.data, field),
    isValid: isComplete,
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  document_is_valide: 'le formulaire est incomplet',
  'last-action': 'l’état du document ne le permet pas',
  'has-action': 'le document n’est pas passé par l’état attendu',
  'no-action': 'le document est déjà passé par un état qui l’exclut',
  content: 'les valeurs du document ne le permettent pas',
}

const ruleOf = (text: string | undefined): Rule | undefined => {
  const read: unknown = text === undefined ? undefined : JSON.parse(text)
  return typeof read === 'object' && read !== null ? (read as Rule) : undefined
}

/** May the action be done, by its rule (`regle`)? Pastell tells a draft just created from one that was changed: a rule that takes either takes ours. */
export const guarded = (context: Asked & { readonly settings: Readonly<Record<string, string>> }): true | string => {
  const rule = ruleOf(context.settings['regle'])
  const both = [CHANGED, CREATED].flatMap(draft =>
    ['collectivite', 'centre_de_gestion'].map(type => factsOf(context, draft, type)),
  )
  if (both.some(facts => isAllowed(rule, facts))) return true
  const keys = both[0] ? unmet(rule, both[0]) : []
  return [...new Set(keys.map(key => SENTENCES[key] ?? 'sa règle ne le permet pas'))].join(', ')
}

/** What is wrong with the settings of a step that holds an action of Pastell. */
export const faultIn = ({ regle }: Readonly<Record<string, string>>): string | undefined => {
  try {
    ruleOf(regle)
    return undefined
  } catch {
    return 'la règle (« regle ») n’est pas du JSON : importer à nouveau la définition.'
  }
}

/** What an agent does in place of which program (`classe`). */
export const missing = ({ classe }: Readonly<Record<string, string>>): string =>
  classe === undefined
    ? 'Cette action se fait hors de la plateforme.'
    : `Chez Pastell, le programme « ${classe} » faisait cette action ; il n'est pas repris ici.`
