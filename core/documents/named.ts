import { ConfigurationError } from '../authoring/errors.ts'
import { isBuiltIn } from '../engine/availability.ts'
import type { CompiledField, CompiledFlow } from '../engine/model.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { flowNamed } from './received.ts'

/** What settings name, by its identifier or by its name in Pastell: settings brought over from there keep working. */

/** Names come from settings: « constructor » is not one of ours. */
const own = <V>(all: Readonly<Record<string, V>>, name: string): V | undefined =>
  Object.hasOwn(all, name) ? all[name] : undefined

/** @throws ConfigurationError when it is not installed here */
export const knownFlow = (flows: FlowRegistry, name: string): CompiledFlow => {
  const flow = flowNamed(flows, name)
  if (!flow)
    throw new ConfigurationError(
      `Le flux « ${name} » n'est pas installé sur cette plateforme : corrigez le réglage du connecteur.`,
    )
  return flow
}

/** The full name of a state. @throws ConfigurationError with the states of the flow */
export const knownState = (flow: CompiledFlow, name: string): string => {
  const found = own(flow.states, name) ?? Object.values(flow.states).find(({ pastell }) => pastell === name)
  if (found) return found.name
  const all = Object.values(flow.states).map(state => `« ${state.name} » (${state.label})`)
  throw new ConfigurationError(
    `L'état « ${name} » n'existe pas dans le flux « ${flow.label} » : choisissez parmi ${all.join(', ')}.`,
  )
}

/** Pastell's words for the buttons that every flow has. */
const SYNONYMS: Readonly<Record<string, string>> = {
  orientation: 'envoyer',
  supression: 'supprimer',
  suppression: 'supprimer',
}

/** The full name of an action; `undefined` when the flow has none of that name. */
export const actionNamed = (flow: CompiledFlow, name: string): string | undefined => {
  const action = own(SYNONYMS, name) ?? name
  if (isBuiltIn(action)) return action
  return (own(flow.tasks, action) ?? Object.values(flow.tasks).find(({ pastell }) => pastell === action))?.name
}

export const fieldOf = (flow: CompiledFlow, name: string): CompiledField | undefined =>
  own(flow.fields, name) ?? Object.values(flow.fields).find(({ options }) => options.pastell === name)
