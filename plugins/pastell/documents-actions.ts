import { editableFields, may, offers, Problem, type Document } from '#core'
import { json, type Call, type Reply } from './call.ts'
import { machineActions } from './catalogue/catalogue.ts'
import { stateRefuses } from './documents-detail.ts'
import { goneOn, isInFlight, persistent } from './documents-form.ts'
import { onDocument, type OnDocument } from './documents-rights.ts'
import { badRequest, type PastellError } from './http/errors.ts'
import { CHANGED, namesOf } from './names.ts'
import { onwardNames } from './onward.ts'

const notAllowed = (name: string, why: string): PastellError =>
  badRequest(`L'action « ${name} »  n'est pas permise : ${why}`)

const LOCKED = 'Une action est déjà en cours de réalisation sur ce document'
/** Of `errors` in the core. */
const REFUSED = 'action_refusee'
/** How the engine says that it is a matter of state. */
const BY_STATE = /(?:ne le permet pas|ne peut pas être supprimé|pas encore passé par .*)\.$/u

/** A refusal of the hub, in Pastell's words when it has some. */
const refusal = (error: unknown, name: string, { flow, document }: OnDocument): unknown => {
  if (isInFlight(error)) return badRequest(LOCKED)
  if (!(error instanceof Problem)) return error
  if (error.status === 403) return notAllowed(name, "droit_id_u n'est pas vérifiée")
  if (error.code !== REFUSED) return error
  if (error.fields && error.fields.length > 0) return notAllowed(name, "document_is_valide n'est pas vérifiée")
  const detail = error.detail ?? ''
  if (BY_STATE.test(detail)) return notAllowed(name, stateRefuses(flow, document))
  return notAllowed(name, detail.replace(/^Action impossible : /u, ''))
}

/** Ours behind a name: the one that is possible now, or else the first, whose refusal is explained. */
const actionOf = ({ flow, document }: OnDocument, name: string, now: Date): string => {
  const named = namesOf(flow).actionsNamed(name)
  const offered = offers(flow, document, now)
  const possible = named.find(each => offered.some(offer => offer.name === each && offer.available === true))
  const onward = onwardNames(flow, document).includes(name)
    ? offered.find(offer => offer.name === 'envoyer' || offer.name === 'poursuivre')?.name
    : undefined
  const action = possible ?? onward ?? named[0]
  if (action === undefined && machineActions(namesOf(flow).flow).includes(name))
    throw notAllowed(name, "role_id_e n'est pas vérifiée")
  if (action === undefined) throw badRequest(`L'action ${name} n'existe pas.`)
  return action
}

const act = async (call: Call, given: OnDocument, name: string): Promise<Document | undefined> => {
  const on = onwardNames(given.flow, given.document).includes(name) ? await goneOn(call, given) : given
  const { flow, document, rights } = on
  const { services, caller } = call
  if (name === 'creation') throw notAllowed(name, "no-last-action n'est pas vérifiée")
  if (name === CHANGED)
    throw editableFields(flow, document).size > 0
      ? badRequest("L'action « modification » se fait par PATCH sur le document.")
      : notAllowed(name, stateRefuses(flow, document))
  const action = actionOf(on, name, services.clock.now())
  try {
    return await persistent(() =>
      services.documents.act({
        entityId: on.entityId,
        documentId: document.id,
        action,
        by: caller.id,
        may: verb => may(rights, `${flow.id}:${verb}`),
      }),
    )
  } catch (error) {
    throw refusal(error, name, on)
  }
}

/** What follows an action is done later by a worker, as in Pastell: the state answered is the first one reached. */
export const runAction = async (call: Call): Promise<Reply> => {
  const [entityId, , documentId, , name = ''] = call.rest
  const on = await onDocument(call, { entityId, documentId })
  const after = await act(call, on, name)
  const message = after
    ? after.message || (on.flow.states[after.state]?.label ?? null)
    : `Le document « ${on.document.title} » a été supprimé`
  return json({ result: true, message })
}

export const remove = async (call: Call): Promise<Reply> => {
  const [entityId, , documentId] = call.rest
  await act(call, await onDocument(call, { entityId, documentId }), 'supression')
  return { is: 'nothing' }
}
