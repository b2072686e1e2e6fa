import type { FileRef } from '../authoring/values.ts'
import { filesHeld, isEmpty } from '../engine/inputs.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'
import { errors } from '../errors.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { withFiles } from './deposited.ts'
import type { Alongside } from './store.ts'
import { filesOf } from './traces.ts'
import type { Uploads } from './uploads.ts'

type Values = Readonly<Record<string, unknown>>

/** Files just received, by field. In a field of several files, they follow those that are there or that the values name. */
export type ReceivedFiles = Readonly<Record<string, readonly FileRef[]>>

/** What somebody gives for a document. */
export interface Given {
  /** Files among them: a waiting upload of `by`, `{ upload }`, or a file of the document. */
  readonly values: Values
  readonly received?: ReceivedFiles | undefined
  readonly by: string | undefined
}

/**
 * Values with the files they name, those received in their fields, and what marks the uploads as used.
 * @throws errors.badInput with the sentence at each field
 */
export const fillIn = async (
  uploads: Uploads,
  flow: CompiledFlow,
  { entityId, data }: Document,
  { values: given, received = {}, by }: Given,
): Promise<{ readonly values: Values; readonly use: Alongside }> => {
  const owner = { entityId, by: by ?? '' }
  const { values, used, problems } = await withFiles(flow.fields, given, {
    held: filesOf(data),
    async announced(id) {
      if (by === undefined) throw errors.uploadNotFound()
      return uploads.get(owner, id)
    },
    fileOf: id => uploads.fileOf(owner, id),
  })
  if (problems.length > 0) throw errors.badInput({ fields: problems })
  const put = Object.entries(received).map(([name, files]) => {
    const before = name in values ? values[name] : data[name]
    return [name, flow.fields[name]?.kind === 'files' ? [...filesHeld(before), ...files] : files.at(-1)] as const
  })
  return { values: { ...values, ...Object.fromEntries(put) }, use: trx => uploads.consume(trx, owner, used) }
}

/** What the files that come in say of the document: a PES fills its own form. What somebody wrote in a field stays. */
export const extractedFrom = async (
  { flows, files }: { readonly flows: FlowRegistry; readonly files: Pick<StoredFiles, 'open'> },
  flow: CompiledFlow,
  { data }: Document,
  values: Values,
): Promise<Values> => {
  let read: Values = {}
  for (const [name, value] of Object.entries(values)) {
    const extract = flows.extractorOf(flow.id, name)
    if (!extract) continue
    const known = new Set(filesHeld(data[name]).map(({ sha256 }) => sha256))
    for (const file of filesHeld(value))
      if (!known.has(file.sha256)) read = { ...read, ...(await extract(files.open(file), file)) }
  }
  return Object.fromEntries(
    Object.entries(read).filter(([name]) => flow.fields[name]?.options.computed === true || isEmpty(data[name])),
  )
}
