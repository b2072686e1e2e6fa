import {
  DRAFT,
  editableFields,
  filesHeld,
  may,
  offers,
  ranksOf,
  type CompiledFlow,
  type Document,
  type Rights,
} from '#core'
import type { Call } from './call.ts'
import { emailsOf } from './documents-emails.ts'
import { pastellDate } from './http/dates.ts'
import type { Json } from './http/json.ts'
import { CHANGED, heldUnder, namesOf } from './names.ts'
import { goesOnAsDraft, onwardNames } from './onward.ts'
import { toPastell } from './names-values.ts'
import { shownFor } from './documents-signed.ts'

/** Its version is 1 until somebody changes it. */
export const isChanged = ({ version }: Pick<Document, 'version'>): boolean => version > 1

/** Empty where we show the identifier. */
export const titleOf = ({ id, title }: Pick<Document, 'id' | 'title'>): string => (title === id ? '' : title)

/** Why no more may be written, in Pastell's words. */
export const stateRefuses = (flow: CompiledFlow, document: Document): string =>
  `Le dernier état du document (${namesOf(flow).state(document.state, isChanged(document))}) ne permet pas de déclencher cette action`

/** Every action that its rules and the caller's rights allow now, by its Pastell name. */
export const possibleActions = (
  flow: CompiledFlow,
  document: Document,
  rights: Rights,
  now: Date,
): readonly string[] => {
  const names = namesOf(flow)
  const holds = (verb: string) => may(rights, `${flow.id}:${verb}`)
  if (!holds('edition')) return []
  const possible = offers(flow, document, now)
    .filter(offer => offer.available === true && (offer.can === undefined || holds(offer.can)))
    .flatMap(({ name }) => [
      names.action(name),
      ...(name === 'envoyer' || name === 'poursuivre' ? onwardNames(flow, document) : []),
    ])
    // Possible nearly everywhere, and never shown by Pastell.
    .filter(name => name !== 'fatal-error')
  // Where Pastell goes on as it is, a modification opens the document again by itself.
  const goesOn = goesOnAsDraft(flow, document)
  const editable = goesOn || (document.inFlight === undefined && editableFields(flow, document).size > 0)
  const first = [...(editable ? [CHANGED] : []), 'supression', 'orientation']
  return [
    ...first.filter(name => name === CHANGED || possible.includes(name)),
    ...new Set([...possible, ...(goesOn ? onwardNames(flow, document) : [])].filter(name => !first.includes(name))),
  ]
}

/** The names of the files of a field by their numbers: a list, or a map when a client left a gap. */
const numbered = ({ data }: Document, field: string, shown: unknown): Json | undefined => {
  const ranks = ranksOf(data, field)
  const files = filesHeld(shown)
  return files.length === 0 ? undefined : new Map(files.map((file, place) => [String(ranks[place]), file.name]))
}

/** Every stored value by its Pastell name, in the order of the form. */
export const dataOf = (flow: CompiledFlow, document: Document): ReadonlyMap<string, Json> => {
  const shown = shownFor(flow, document)
  const entries = namesOf(flow).fields.flatMap((named): [string, Json][] => {
    const { name, part } = named
    const field = heldUnder(named, shown.values)
    const value =
      field.kind === 'files'
        ? numbered(document, field.name, shown.values[field.name])
        : toPastell(field, shown.values[field.name], part)
    return value === undefined ? [] : [[name, value]]
  })
  const more = [...shown.more].map(([name, value]): [string, Json] => [
    name,
    typeof value === 'string' ? value : filesHeld(value).map(file => file.name),
  ])
  return new Map([...entries, ...more.filter(([name]) => !entries.some(([known]) => known === name))])
}

const lastAction = (flow: CompiledFlow, document: Document): Json => {
  const names = namesOf(flow)
  const draft = document.state === DRAFT
  const changed = isChanged(document)
  return {
    action: names.state(document.state, changed),
    message: draft
      ? changed
        ? 'Modification du document'
        : 'Création du document'
      : document.message || (flow.states[document.state]?.label ?? ''),
    date: pastellDate(draft ? document.updatedAt : document.stateSince),
  }
}

/** The detail of a document, as it stands alone or inside other answers (pastell-api.md §8.8). */
export const detailOf = async (
  { services }: Pick<Call, 'services'>,
  { flow, document, rights }: { readonly flow: CompiledFlow; readonly document: Document; readonly rights: Rights },
): Promise<{ readonly [key: string]: Json }> => {
  const actions = possibleActions(flow, document, rights, services.clock.now())
  return {
    info: {
      id_d: document.id,
      type: namesOf(flow).flow,
      titre: titleOf(document),
      creation: pastellDate(document.createdAt),
      modification: pastellDate(document.updatedAt),
    },
    data: dataOf(flow, document),
    ...(await emailsOf(services, flow, document)),
    action_possible: actions,
    'action-possible': actions,
    last_action: lastAction(flow, document),
  }
}
