import { piecesOf, type Choice, type CompiledField, type PieceType } from '#core'
import { json, type Call, type Reply } from './call.ts'
import { detailOf } from './documents-detail.ts'
import { editLeniently, firstProblem } from './documents-form.ts'
import { onDocument, type OnDocument } from './documents-rights.ts'
import { listOf, typedPieces } from './documents-values.ts'
import { asPastellError, badRequest } from './http/errors.ts'
import type { Json } from './http/json.ts'
import { parseForm, textOf } from './http/php-values.ts'
import { namesOf } from './names.ts'
import { choiceNamed, choiceText } from './names-values.ts'

/** @throws PastellError 400 in the words that Pastell has for a field without a list */
const listed = ({ flow }: OnDocument, name: string): CompiledField => {
  const field = namesOf(flow).field(name)?.field
  if (!field) throw badRequest(`Type ${name} introuvable`)
  if (field.kind !== 'remoteChoice' && field.kind !== 'pieceTypes') throw badRequest("L'action  n'existe pas.")
  return field
}

/** A tree of matters is a map whose keys are whole lines; circuits are a sorted list of names (pastell-api.md §10). */
const shown = (field: CompiledField, choices: readonly Choice[]): Json =>
  field.method === 'classification'
    ? new Map(
        choices.map(({ value, label, selectable }) => [
          label.startsWith(value) ? label : `${value} ${label}`,
          selectable ?? true,
        ]),
      )
    : choices.map(choice => nameAmong(field, choices, choice)).toSorted((a, b) => a.localeCompare(b, 'fr'))

/** Two circuits of two types may bear one name: then the type is said. */
const nameAmong = (field: CompiledField, choices: readonly Choice[], choice: Choice): string => {
  const short = choiceText(field, choice)
  return choices.filter(each => choiceText(field, each) === short).length > 1 ? choice.label : short
}

/** @throws PastellError 400 when the remote has nothing to give, in Pastell's words first */
const listOrRefusal = async (call: Call, on: OnDocument, field: CompiledField): Promise<readonly Choice[]> => {
  try {
    return (await listOf(call, on.document, field, { strictly: true })) ?? []
  } catch (error) {
    const known = field.method === 'classification' ? asPastellError(error) : undefined
    if (!known) throw error
    throw badRequest(`La classification en matière et sous-matière n'est pas disponible : ${known.message}`)
  }
}

const pieces = async (call: Call, { flow, document }: OnDocument, field: CompiledField): Promise<Json> => {
  const list = await listOf(call, document, field)
  return {
    actes_type_pj_list: list && new Map(list.map(({ value, label }) => [value, label])),
    pieces: piecesOf(flow, field, document.data).map(piece => piece.name),
  }
}

export const readChoices = async (call: Call): Promise<Reply> => {
  const [entityId, , documentId, , name = ''] = call.rest
  const on = await onDocument(call, { entityId, documentId })
  const field = listed(on, name)
  if (field.kind === 'pieceTypes') return json(await pieces(call, on, field))
  return json(shown(field, await listOrRefusal(call, on, field)))
}

/** Read from the query by Pastell, which empties the field otherwise; both are understood here. */
const inQuery = ({ request }: Call, name: string): string | undefined => {
  const [, query = ''] = /\?(.*)$/su.exec(request.target) ?? []
  return textOf(parseForm(Buffer.from(query, 'latin1')).get(name))
}

const unknownChoice = (name: string, text: string): string => {
  if (name.startsWith('fast_parapheur_circuit')) return `Le circuit "${text}" n'existe pas ou est mal orthographié`
  if (name.startsWith('iparapheur_sous_type')) return `Le sous-type "${text}" n'existe pas pour le type configuré`
  return `La valeur "${text}" n'est pas dans la liste`
}

const chosen = async (call: Call, on: OnDocument, field: CompiledField, name: string): Promise<Choice> => {
  const parameters = field.method === 'classification' ? ['classif', name] : [name]
  const text =
    parameters.map(each => call.given.text(each) ?? inQuery(call, each)).find(each => each !== undefined) ?? ''
  const found = choiceNamed(await listOrRefusal(call, on, field), text)
  if (!found) throw badRequest(unknownChoice(name, text))
  return { value: found.value, label: found.label }
}

const typed = (call: Call, on: OnDocument, field: CompiledField): Promise<readonly PieceType[]> => {
  const codes = call.given.texts('type_pj')
  if (codes.length === 0) throw badRequest('Aucun tableau type_pj fourni')
  return typedPieces(call, on, field, codes)
}

/** The detail itself with its result, which no other modification answers (§10). */
export const choose = async (call: Call): Promise<Reply> => {
  const [entityId, , documentId, , name = ''] = call.rest
  const on = await onDocument(call, { entityId, documentId })
  const field = listed(on, name)
  const value = field.kind === 'pieceTypes' ? await typed(call, on, field) : await chosen(call, on, field, name)
  const { document, refused } = await editLeniently(call, on, { [field.name]: value })
  if (refused.length > 0) throw badRequest(firstProblem(on.flow, document, refused, call.services.clock.now()))
  return json({ ...(await detailOf(call, { ...on, document })), result: 'ok' })
}
