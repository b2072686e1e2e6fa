import {
  filesHeld,
  formProblems,
  isEmpty,
  may,
  Problem,
  type CompiledField,
  type CompiledFlow,
  type Document,
  type FormProblem,
} from '#core'
import type { Call } from './call.ts'
import { forbidden } from './http/errors.ts'
import { stateRefuses } from './documents-detail.ts'
import type { OnDocument } from './documents-rights.ts'
import type { Json } from './http/json.ts'
import { goesOnAsDraft } from './onward.ts'

/** Values that the hub refused to store, with their sentences. */
export type Refused = readonly FormProblem[]

/** What Pastell says of a field (pastell-api.md §9); in our words when it has none. */
const saidOf = (field: CompiledField, value: unknown, message: string): string => {
  const { label, options } = field
  if (isEmpty(value)) return `Le formulaire est incomplet : le champ «${label}» est obligatoire.`
  if (field.kind === 'mailList')
    return `Le formulaire est incomplet : le champ «${label}» ne contient pas une liste d'email valide.`
  if (options.pattern && message === options.pattern.message) return `Le champ «${label}» est incorrect (${message}) `
  const wrong = options.accept && filesHeld(value).find(({ type }) => !options.accept?.includes(type))
  if (wrong)
    return `Le type ${wrong.type} du fichier « ${wrong.name} » du champ « ${label} » n'est pas conforme à : ${(options.accept ?? []).join(', ')} `
  return message
}

/** The first thing that prevents the document from leaving: what was refused just now, then the form in its order. */
export const firstProblem = (
  flow: CompiledFlow,
  document: Document,
  refused: readonly (FormProblem & { readonly value?: unknown })[],
  now: Date,
): string => {
  const [first] = refused
  if (first) {
    const field = flow.fields[first.field]
    return field ? saidOf(field, first.value, first.message) : first.message
  }
  const [found] = formProblems(flow, document.data, now)
  if (!found) return ''
  const field = flow.fields[found.field]
  // A box that is not ticked is not « obligatoire »: our sentence says that a step must be chosen.
  return field && field.kind !== 'flag' ? saidOf(field, document.data[found.field], found.message) : found.message
}

/** `formulaire_ok` and `message`, as a modification ends (§8.8). */
export const verdict = (message: string): { readonly [key: string]: Json } => ({
  result: 'ok',
  formulaire_ok: message === '' ? 1 : 0,
  message,
})

/** Of `errors` in the core, by their codes. */
const MOVED = 'document_deja_modifie'
const WRONG = 'saisie_invalide'
const IN_FLIGHT = 'envoi_en_cours'

export const isWrong = (error: unknown): error is Problem => error instanceof Problem && error.code === WRONG
export const isInFlight = (error: unknown): boolean => error instanceof Problem && error.code === IN_FLIGHT

/** Pastell's clients know nothing of versions: when the worker was faster, what they asked is done on what it wrote. */
export const persistent = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let left = 4; ; left -= 1) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0 || !(error instanceof Problem) || error.code !== MOVED) throw error
    }
  }
}

/** Reopens what Pastell would go on with as it is; anything else stays what it is. */
export const goneOn = async <T extends OnDocument>({ services, caller }: Call, on: T): Promise<T> => {
  const { flow, document, entityId, rights } = on
  if (!goesOnAsDraft(flow, document)) return on
  const opened = await persistent(() =>
    services.documents.act({
      entityId,
      documentId: document.id,
      action: 'rouvrir',
      by: caller.id,
      may: verb => may(rights, `${flow.id}:${verb}`),
    }),
  )
  return opened ? { ...on, document: opened } : on
}

/**
 * Stores what is right and tells what is not. Pastell stores everything and says that the form is not; here a wrong value is never
 * stored, and the answer says the same.
 */
export const editLeniently = async (
  { services, caller }: Call,
  { flow, document }: { readonly flow: CompiledFlow; readonly document: Document },
  values: Readonly<Record<string, unknown>>,
): Promise<{ readonly document: Document; readonly refused: Refused }> => {
  const where = { entityId: document.entityId, documentId: document.id }
  const refused: (FormProblem & { readonly value: unknown })[] = []
  let rest = values
  for (;;) {
    try {
      const edited = await persistent(() => services.documents.edit({ ...where, values: rest, by: caller.id }))
      return { document: edited, refused }
    } catch (error) {
      const wrong = isWrong(error) ? (error.fields ?? []).filter(({ field }) => field in rest) : []
      if (wrong.length === 0) {
        if (isInFlight(error))
          throw forbidden(`L'action « modification »  n'est pas permise : ${stateRefuses(flow, document)}`)
        throw error
      }
      refused.push(...wrong.map(({ field, message }) => ({ field, message, value: rest[field] })))
      rest = Object.fromEntries(Object.entries(rest).filter(([name]) => !wrong.some(({ field }) => field === name)))
    }
  }
}
