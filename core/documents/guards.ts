import { isBuiltIn, mayAsk, mayDo, mayEdit, type BuiltIn } from '../engine/availability.ts'
import type { Event } from '../engine/events.ts'
import { editableFields, notEditable, problems } from '../engine/form.ts'
import { DRAFT, type CompiledField, type CompiledFlow, type Document } from '../engine/model.ts'
import { errors, type FieldProblem } from '../errors.ts'

const EVENTS: Readonly<Record<BuiltIn, (by: string | undefined) => Event>> = {
  envoyer: by => ({ is: 'sent', by }),
  poursuivre: by => ({ is: 'continued', by }),
  confirmer: by => ({ is: 'confirmed', by }),
  rouvrir: by => ({ is: 'reopened', by }),
  abandonner: by => ({ is: 'abandoned', by }),
  supprimer: by => ({ is: 'deleted', by }),
}

/** What a person or a program asks for, as the engine takes it. @param action one that `assertMay` let through */
export const eventOf = (action: string, by: string | undefined): Event =>
  isBuiltIn(action) ? EVENTS[action](by) : { is: 'asked', task: action, by }

/** The sentence of each field that cannot be accepted. */
export const refuse = (found: readonly { readonly field: string; readonly message: string }[]) =>
  errors.badInput({ fields: found.map((problem): FieldProblem => ({ ...problem, code: 'invalide' })) })

/** A form that cannot leave says where, field by field, and not only why. */
const faults = (
  flow: CompiledFlow,
  document: Document,
  action: string,
  now: Date,
): readonly FieldProblem[] | undefined =>
  (action === 'envoyer' && document.state === DRAFT) || action === 'poursuivre'
    ? problems(flow, document.data, now).map(problem => ({ ...problem, code: 'a_completer' }))
    : undefined

/** @throws errors.actionRefused with the sentence of the guard, errors.notAllowed, errors.inFlight */
export const assertMay = (
  flow: CompiledFlow,
  document: Document,
  action: string,
  may: (verb: string) => boolean,
  now: Date,
): void => {
  const task = flow.tasks[action]
  if (!isBuiltIn(action) && !task)
    throw errors.actionRefused({ detail: `L'action « ${action} » n'existe pas dans le flux « ${flow.label} ».` })
  if (task?.definition.can !== undefined && !may(task.definition.can)) throw errors.notAllowed()
  if (document.inFlight) throw errors.inFlight()
  const allowed = isBuiltIn(action)
    ? mayDo(flow, document, action, now)
    : task
      ? mayAsk(flow, document, task, now)
      : true
  if (allowed !== true)
    throw errors.actionRefused({
      detail: `Action impossible : ${allowed}.`,
      fields: faults(flow, document, action, now),
    })
}

/** The field that a file is put in or taken from. @throws errors.badInput, errors.inFlight */
export const fileField = (flow: CompiledFlow, document: Document, name: string): CompiledField => {
  const field = flow.fields[name]
  if (field?.kind !== 'file' && field?.kind !== 'files')
    throw refuse([{ field: name, message: `Le champ « ${name} » n'attend pas de fichier dans ce flux.` }])
  if (mayEdit(document) !== true) throw errors.inFlight()
  if (!editableFields(flow, document).has(name))
    throw refuse([{ field: name, message: notEditable(flow, document, field) }])
  return field
}
