import { editableFields, newShortDocumentId } from '#core'
import { json, type Call, type Reply, type Resource } from '../call.ts'
import { remove, runAction } from '../documents-actions.ts'
import { choose, readChoices } from '../documents-choices.ts'
import { detailOf, stateRefuses } from '../documents-detail.ts'
import { download, filesInForm, removeFile, upload } from '../documents-files.ts'
import { editLeniently, firstProblem, goneOn, verdict } from '../documents-form.ts'
import { count, listOrSeveral } from '../documents-list.ts'
import { activeEntity, onDocument, onEntity, typeOf, type OnDocument } from '../documents-rights.ts'
import { valuesIn } from '../documents-values.ts'
import { badRequest, forbidden } from '../http/errors.ts'
import { isFile, type PhpValue } from '../http/php-values.ts'

const create = async (call: Call): Promise<Reply> => {
  const on = await onEntity(call, call.rest[0])
  const flow = typeOf(call, on, call.given.text('type') ?? '', 'edition')
  await activeEntity(call, on.entityId)
  const document = await call.services.documents.create({
    entityId: on.entityId,
    flow: flow.id,
    by: call.caller.id,
    newId: newShortDocumentId,
  })
  return json({ id_d: document.id, ...(await detailOf(call, { ...on, flow, document })) })
}

const edit = async (call: Call, given: OnDocument): Promise<Reply> => {
  const on = await goneOn(call, given)
  if (editableFields(on.flow, on.document).size === 0)
    throw forbidden(`L'action « modification »  n'est pas permise : ${stateRefuses(on.flow, on.document)}`)
  // The first version of the API takes files and values together; files are stored as they come.
  const entries = call.given.entries().filter(([, value]) => call.version === 2 || !holdsFile(value))
  const values = await valuesIn(call, on, entries)
  const { document, refused } = await editLeniently(call, on, values)
  const after = call.version === 1 ? await filesInForm(call, { ...on, document }) : { ...on, document }
  const message = firstProblem(on.flow, after.document, refused, call.services.clock.now())
  return json({ content: await detailOf(call, after), ...verdict(message) })
}

const holdsFile = (value: PhpValue): boolean =>
  value instanceof Map ? [...value.values()].some(holdsFile) : isFile(value)

const at = ({ rest: [entityId, , documentId] }: Call) => ({ entityId, documentId })

/** Folders of documents: everything that software written for Pastell does with them (pastell-api.md §8.8). */
export const document: Resource = {
  async GET(call) {
    const [first, , documentId, part] = call.rest
    if (first === 'count') return count(call)
    if (documentId === undefined) return listOrSeveral(call)
    if (part === 'file') return download(call)
    if (part === 'externalData') return readChoices(call)
    return json(await detailOf(call, await onDocument(call, at(call))))
  },
  async POST(call) {
    const [, , documentId, part] = call.rest
    if (documentId === undefined) return create(call)
    if (part === 'file') return upload(call)
    if (part === 'action') return runAction(call)
    throw badRequest(`La ressource « ${part ?? ''} » d'un document n'accepte pas de POST.`)
  },
  async PATCH(call) {
    const { entityId, documentId } = at(call)
    if (call.rest[3] === 'externalData') return choose(call)
    const missing = `Le document ${documentId ?? ''} n'a pas été trouvé`
    return edit(call, await onDocument(call, { entityId, documentId, missing }))
  },
  async DELETE(call) {
    return call.rest[3] === 'file' ? removeFile(call) : remove(call)
  },
}
