import { defineStep, type CompiledFlow, type GuardContext } from '#core'
import { isAllowed, unmet, type Rule, type RuleFacts } from '../../imports/rules/rules.ts'
import type { Stored } from '../../imports/rules/loose.ts'
import { CHANGED, CREATED, namesOf } from '../../names.ts'
import { toPastell } from '../../names-values.ts'

/** The state where a document waits here: Pastell has none, it is still where it was before. */
const WAITING = '.aFaire'

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
  const passed = document.trail.map(stop => stop.state).filter(state => !state.endsWith(WAITING))
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

/** Pastell tells a draft just created from one that was changed: a rule that takes either takes ours. */
const guarded = (context: Asked & { readonly settings: Readonly<Record<string, string>> }): true | string => {
  const rule = ruleOf(context.settings['regle'])
  const both = [CHANGED, CREATED].flatMap(draft =>
    ['collectivite', 'centre_de_gestion'].map(type => factsOf(context, draft, type)),
  )
  if (both.some(facts => isAllowed(rule, facts))) return true
  const keys = both[0] ? unmet(rule, both[0]) : []
  return [...new Set(keys.map(key => SENTENCES[key] ?? 'sa règle ne le permet pas'))].join(', ')
}

const faultIn = ({ regle }: Readonly<Record<string, string>>): string | undefined => {
  try {
    ruleOf(regle)
    return undefined
  } catch {
    return 'la règle (« regle ») n’est pas du JSON : importer à nouveau la définition.'
  }
}

const missing = ({ classe }: Readonly<Record<string, string>>): string =>
  classe === undefined
    ? 'Cette action se fait hors de la plateforme.'
    : `Chez Pastell, le programme « ${classe} » faisait cette action ; il n'est pas repris ici.`

/**
 * An action that Pastell gave to a private program: a person does it elsewhere and says so. Settings: `classe`, the program that is
 * missing; `regle`, its rule in JSON, evaluated as Pastell does; `action`, its name there.
 */
export const actionManuelle = defineStep({
  id: 'actionManuelle',
  label: 'Action à faire par un agent',
  checkSettings: faultIn,
  inputs: {},
  fields: {},
  initial: 'aFaire',
  states: {
    aFaire: { label: 'Action à faire par un agent' },
    faite: { label: 'Action faite', ends: 'next' },
    passee: { label: 'Action passée sans être faite', ends: 'next' },
  },
  tasks: {
    faire: {
      label: "Dire que l'action est faite",
      from: 'aFaire',
      to: 'faite',
      trigger: 'agent',
      confirm: "L'action a-t-elle été faite hors de la plateforme ? Le document va poursuivre.",
      guard: guarded,
      run: ({ settings }, goto) =>
        Promise.resolve(goto('faite', {}, `${missing(settings)} Un agent dit l'avoir faite.`)),
    },
    passer: {
      label: "Poursuivre sans faire l'action",
      from: 'aFaire',
      to: 'passee',
      trigger: 'agent',
      confirm: 'Le document va poursuivre sans que cette action ait été faite.',
      run: ({ settings }, goto) => Promise.resolve(goto('passee', {}, `${missing(settings)} Un agent l'a passée.`)),
    },
  },
})
