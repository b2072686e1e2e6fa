import {
  cleanName,
  editableFields,
  filesHeld,
  ranksOf,
  splitName,
  type CompiledField,
  type CompiledFlow,
  type Document,
  type FileRef,
  type PieceType,
} from '#core'
import { json, type Call, type Reply } from './call.ts'
import { detailOf } from './documents-detail.ts'
import { firstProblem, goneOn, isInFlight, isWrong, persistent, verdict } from './documents-form.ts'
import { onDocument, type OnDocument } from './documents-rights.ts'
import { shownFor } from './documents-signed.ts'
import { badRequest, forbidden, notFound, PastellError } from './http/errors.ts'
import { isFile } from './http/php-values.ts'
import { heldUnder, namesOf } from './names.ts'
import { typologyFile } from './names-values.ts'

/** Bytes of the largest file given inside JSON. */
const LARGEST_IN_JSON = 20_000_000

const NO_FILE = "Ce fichier n'existe pas"

/** @throws PastellError 400 when no field of files has this name: Pastell would make one */
const fileField = (flow: CompiledFlow, name: string | undefined): CompiledField => {
  if (name === undefined || !/^[\w.-]+$/u.test(name)) throw badRequest(`Champ \`${name ?? ''}\` incorrect`)
  const field = namesOf(flow).field(name)?.field
  if (field?.kind !== 'file' && field?.kind !== 'files') throw badRequest(`Champ \`${name}\` incorrect`)
  return field
}

/** @throws PastellError 403 when the document, or this field, is closed where it is */
const writable = ({ flow, document }: OnDocument, name: string | undefined): CompiledField => {
  const field = fileField(flow, name)
  if (document.inFlight) throw badRequest('Une action est déjà en cours de réalisation sur ce document')
  const open = editableFields(flow, document)
  if (open.size === 0) throw forbidden("Ce document n'est pas modifiable")
  if (!open.has(field.name)) throw forbidden(`Le contenu de ${name ?? ''} n'est pas éditable`)
  return field
}

/** The file of a call, under the name that it gives. A part, or the text of a field. */
export const fileGiven = async (
  { given, services }: Call,
  { content = 'file_content', name = 'file_name' }: { readonly content?: string; readonly name?: string } = {},
): Promise<FileRef> => {
  const asked = given.text(name)
  const sent = given.file(content)
  if (!sent) {
    const raw = given.raw(content)
    if (typeof raw !== 'string' && !(raw instanceof Uint8Array))
      throw badRequest(`Il manque le fichier : envoyez-le dans le paramètre « ${content} ».`)
    return services.files.save(raw, asked || content)
  }
  if (!asked) return sent
  const wanted = cleanName(asked)
  // The type of a text is also told by its name: only then is it recognised anew.
  return splitName(wanted).extension === splitName(sent.name).extension
    ? { ...sent, name: wanted }
    : services.files.save(services.files.open(sent), wanted)
}

const rankIn = (field: CompiledField, document: Document, number: string | undefined): number | undefined => {
  if (number === undefined) return field.kind === 'file' ? undefined : 0
  const rank = Number(number)
  if (!Number.isInteger(rank) || rank < 0) throw badRequest(`Le numéro de fichier « ${number} » n'est pas un nombre.`)
  return rank
}

/** Where the file of this number is among those of its field. */
const placeOf = ({ data }: Document, field: CompiledField, number: string | undefined): number | undefined => {
  const place = ranksOf(data, field.name).indexOf(Number(number ?? '0'))
  return place < 0 ? undefined : place
}

/** Puts a file in a field, at a number: the same shape of answer as a modification. */
export const putFile = async (
  call: Call,
  on: OnDocument,
  {
    name,
    number,
    file,
  }: { readonly name: string | undefined; readonly number: string | undefined; readonly file: FileRef },
): Promise<{ readonly document: Document; readonly message: string }> => {
  const field = writable(on, name)
  const at = rankIn(field, on.document, number)
  if (field.kind === 'file' && at !== undefined && at > 0) throw badRequest(`Le champ ${name ?? ''} n'est pas multiple`)
  const where = { entityId: on.entityId, documentId: on.document.id }
  const now = call.services.clock.now()
  try {
    const document = await persistent(() =>
      call.services.documents.putFile({
        ...where,
        field: field.name,
        file,
        by: call.caller.id,
        ...(at === undefined ? {} : { at }),
      }),
    )
    return { document, message: firstProblem(on.flow, document, [], now) }
  } catch (error) {
    if (isInFlight(error)) throw badRequest('Une action est déjà en cours de réalisation sur ce document')
    if (!isWrong(error)) throw error
    const refused = (error.fields ?? []).map(each => ({ ...each, value: file }))
    return { document: on.document, message: firstProblem(on.flow, on.document, refused, now) }
  }
}

export const upload = async (call: Call): Promise<Reply> => {
  const [entityId, , documentId, , name, number] = call.rest
  const on = await goneOn(call, await onDocument(call, { entityId, documentId, missing: 'Document inexistant' }))
  writable(on, name)
  const file = await fileGiven(call)
  const { document, message } = await putFile(call, on, { name, number, file })
  return json({ content: await detailOf(call, { ...on, document }), ...verdict(message) })
}

/** Files sent under the names of their fields: added to those of a multiple field (v1, §11). */
export const filesInForm = async (call: Call, on: OnDocument): Promise<OnDocument> => {
  let { document } = on
  for (const [name, value] of call.given.entries()) {
    const field = namesOf(on.flow).field(name)?.field
    if (field?.kind !== 'file' && field?.kind !== 'files') continue
    const sent = value instanceof Map ? [...value.values()] : [value]
    for (const file of sent) {
      if (!isFile(file)) continue
      const number = field.kind === 'files' ? String((ranksOf(document.data, field.name).at(-1) ?? -1) + 1) : undefined
      document = (await putFile(call, { ...on, document }, { name, number, file })).document
    }
  }
  return { ...on, document }
}

/** A file of a document by the name and the number that Pastell gives it; the types of the pieces are a file there. */
const found = ({ flow, document }: OnDocument, name: string, number: string | undefined): FileRef | string => {
  const { values, more } = shownFor(flow, document)
  const named = namesOf(flow).field(name)
  if (named?.part === 'file') {
    const types = (document.data[named.field.name] as readonly PieceType[] | undefined) ?? []
    if (types.length === 0) throw notFound(NO_FILE)
    return typologyFile(types)
  }
  const extra = more.get(name)
  const held = named && heldUnder(named, values)
  const files =
    held?.kind === 'file' || held?.kind === 'files'
      ? filesHeld(values[held.name])
      : filesHeld(typeof extra === 'string' ? undefined : extra)
  const place =
    held?.kind === 'files'
      ? placeOf(document, held, number)
      : extra !== undefined || (number ?? '0') === '0'
        ? Number(number ?? '0')
        : undefined
  const file = place === undefined ? undefined : files[place]
  if (!file) throw notFound(NO_FILE)
  return file
}

const readText = async ({ services }: Call, file: FileRef): Promise<string> => {
  if (file.size > LARGEST_IN_JSON)
    throw badRequest(`Le fichier « ${file.name} » dépasse ${LARGEST_IN_JSON} octets : téléchargez-le sans « receive ».`)
  const chunks: Buffer[] = []
  for await (const chunk of services.files.open(file)) chunks.push(chunk as Buffer)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch {
    // Pastell answers 200 to that (§2).
    throw new PastellError(
      200,
      "Impossible d'encoder le résultat en JSON [code 5]: Malformed UTF-8 characters, possibly incorrectly encoded",
    )
  }
}

export const download = async (call: Call): Promise<Reply> => {
  // The last one: the script of the first version that receives has a path of its own.
  const [entityId, , documentId, , name = '', number, receiving] = call.rest
  const asked = call.given.text('receive') ?? ''
  const receive = receiving === 'receive' || (asked !== '' && asked !== '0')
  const on = await onDocument(call, { entityId, documentId, ...(receive ? { verb: 'lecture' } : {}) })
  const file = found(on, name, number)
  if (typeof file === 'string') {
    const fileName = 'type_piece.json'
    return receive
      ? json({ file_name: fileName, file_content: file })
      : { is: 'bytes', body: file, type: 'application/json', name: fileName }
  }
  await call.services.documents.noteReading({
    entityId: on.entityId,
    documentId: on.document.id,
    file,
    by: call.caller.id,
  })
  return receive
    ? json({ file_name: file.name, file_content: await readText(call, file) })
    : { is: 'file', file, name: file.name }
}

/** Those that follow move up; nothing there is no error (§8.8). */
export const removeFile = async (call: Call): Promise<Reply> => {
  const [entityId, , documentId, , name, number] = call.rest
  const on = await goneOn(call, await onDocument(call, { entityId, documentId }))
  const field = writable(on, name)
  const files = filesHeld(on.document.data[field.name])
  const place = placeOf(on.document, field, number)
  const file = place === undefined ? undefined : files[place]
  if (!file || place === undefined) return json(await detailOf(call, on))
  const document = await call.services.documents.removeFile({
    entityId: on.entityId,
    documentId: on.document.id,
    version: on.document.version,
    field: field.name,
    sha256: file.sha256,
    at: ranksOf(on.document.data, field.name)[place] ?? 0,
    by: call.caller.id,
  })
  return json(await detailOf(call, { ...on, document }))
}
