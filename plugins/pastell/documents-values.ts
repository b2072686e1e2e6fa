import {
  editableFields,
  piecesOf,
  Problem,
  type Choice,
  type CompiledField,
  type CompiledFlow,
  type Document,
  type PieceType,
} from '#core'
import type { Call } from './call.ts'
import { derivedOf } from './derived.ts'
import { badRequest } from './http/errors.ts'
import type { PhpValue } from './http/php-values.ts'
import { namesOf, type NamedField } from './names.ts'
import { choiceNamed, choiceText, fromPastell, textIn } from './names-values.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * The list behind a field with the values given; `undefined` when the remote has none to give today.
 * @param strictly the sentence of the hub is thrown instead
 */
export const listOf = async (
  { services }: Call,
  document: Document,
  field: CompiledField,
  { values = {}, strictly = false }: { readonly values?: Values; readonly strictly?: boolean } = {},
): Promise<readonly Choice[] | undefined> => {
  const by = new Set((field.by ?? []).map(name => `${field.step ?? ''}.${name}`))
  const known = Object.fromEntries(Object.entries(values).filter(([name]) => by.has(name)))
  try {
    const where = { entityId: document.entityId, documentId: document.id, field: field.name }
    return (await services.documents.choices({ ...where, values: known })).choices
  } catch (error) {
    if (!strictly && error instanceof Problem) return undefined
    throw error
  }
}

const wrongType = (code: string) =>
  badRequest(`Le type_pj «${code}» ne correspond pas pour la nature et la classification sélectionnée`)

/**
 * One code per piece, the main one first. A code absent from the list of the remote is refused; without a list it is taken as given,
 * and the platform will judge.
 */
export const typedPieces = async (
  call: Call,
  { flow, document }: { readonly flow: CompiledFlow; readonly document: Document },
  field: CompiledField,
  codes: readonly string[],
  values: Values = {},
): Promise<readonly PieceType[]> => {
  const pieces = piecesOf(flow, field, { ...document.data, ...values })
  if (pieces.length === 0) throw badRequest("La pièce principale n'est pas présente")
  if (pieces.length !== codes.length)
    throw badRequest(
      `Le nombre de type_pj fourni «${codes.length}» ne correspond pas au nombre de documents (acte et annexes) «${pieces.length}»`,
    )
  const list = await listOf(call, document, field, { values })
  return pieces.map(({ sha256, name }, index) => {
    const code = codes[index] ?? ''
    const found = list?.find(choice => choice.value === code)
    if (list && !found) throw wrongType(code)
    return { sha256, name, value: code, label: found?.label ?? code }
  })
}

const codesIn = (text: string): readonly string[] => {
  try {
    const read: unknown = JSON.parse(text)
    if (Array.isArray(read)) return read.map(String)
  } catch {
    // Said just below, with what was received.
  }
  throw badRequest(`Le champ type_pj doit être une liste JSON de codes, reçu : « ${text.slice(0, 100)} »`)
}

interface Typing {
  acte?: string
  annexes?: string
}

/** `type_acte` and `type_pj` of one field; what is not given stays as it was. */
const typingOf = (
  call: Call,
  on: { readonly flow: CompiledFlow; readonly document: Document },
  field: CompiledField,
  { acte, annexes }: Typing,
  values: Values,
): Promise<readonly PieceType[]> => {
  const held = (on.document.data[field.name] as readonly PieceType[] | undefined) ?? []
  const first = acte ?? held[0]?.value ?? ''
  const others =
    annexes === undefined ? held.slice(1).map(type => type.value) : annexes.trim() === '' ? [] : codesIn(annexes)
  return typedPieces(call, on, field, [first, ...others], values)
}

/** What texts under derived names change of the fields that are open. */
const derivedIn = (
  flow: CompiledFlow,
  open: ReadonlySet<string>,
  entries: readonly (readonly [string, PhpValue])[],
): Values => {
  const given = new Map(entries)
  return Object.fromEntries(
    derivedOf(flow).flatMap(({ name, written }) => {
      const text = textIn(given.get(name))
      return text === undefined ? [] : Object.entries(written?.(text) ?? {}).filter(([changed]) => open.has(changed))
    }),
  )
}

/**
 * What a modification asks, as the fields hold it. Names that the flow does not have are ignored, and those that are closed today are
 * skipped, as Pastell does (§9). A choice written directly is not checked against the list of the remote: its label is taken there
 * when it can be, or is the text itself.
 * @throws PastellError 400 for a file field
 */
export const valuesIn = async (
  call: Call,
  { flow, document }: { readonly flow: CompiledFlow; readonly document: Document },
  entries: readonly (readonly [string, PhpValue])[],
): Promise<Values> => {
  const open = editableFields(flow, document)
  const values: Record<string, unknown> = {}
  const chosen: [CompiledField, string][] = []
  const typings = new Map<NamedField['field'], Typing>()
  for (const [name, value] of entries) {
    const named = namesOf(flow).field(name)
    if (!named) continue
    const { field, part } = named
    if (field.kind === 'file' || field.kind === 'files')
      throw badRequest(`Le champ '${name}' n'est pas autorisé sur un PATCH`)
    const text = textIn(value)?.replaceAll('&#8217;', "'").replaceAll('&#8211;', '-').trim()
    if (text === undefined || !open.has(field.name)) continue
    // An empty second name says nothing of what the first one holds.
    if (text === '' && field.kind === 'remoteChoice' && name !== named.name) continue
    if (part === 'acte' || part === 'annexes') typings.set(field, { ...typings.get(field), [part]: text })
    else if (part !== undefined) continue
    else if (field.kind === 'remoteChoice' && text !== '') chosen.push([field, text])
    else values[field.name] = fromPastell(field, text)
  }
  Object.assign(values, derivedIn(flow, open, entries))
  for (const [field, text] of chosen) {
    // Two types may have a sub-type of one name: what was read and is sent back stays what it was.
    const held = document.data[field.name] as Choice | undefined
    if (held && choiceText(field, held) === text) continue
    const found = choiceNamed((await listOf(call, document, field, { values })) ?? [], text)
    values[field.name] = found ? { value: found.value, label: found.label } : { value: text, label: text }
  }
  for (const [field, typing] of typings) {
    if (typing.acte === '' && (typing.annexes ?? '') === '') values[field.name] = undefined
    else values[field.name] = await typingOf(call, { flow, document }, field, typing, values)
  }
  return values
}
