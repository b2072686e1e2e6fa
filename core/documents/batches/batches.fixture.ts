import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import { grantRole, saveRole } from '../../access/roles.ts'
import { rightsOf } from '../../access/rights.ts'
import { createUser } from '../../access/users.ts'
import { connectorsHub } from '../../connectors/service.fixture.ts'
import type { Db } from '../../db/knex.ts'
import { readJournal } from '../../journal/read.ts'
import { temporaryFiles } from '../../testing/disk-files.ts'
import { newDocument, testFlows, town } from '../documents.fixture.ts'
import type { Documents } from '../service.ts'
import { createUploads } from '../uploads.ts'
import { createBatches, type Asking, type Batches } from './service.ts'

let last = 0

/** Documents, batches and people of a town, on a real database. */
export const batchesHub = async (db: Db, wrap: (documents: Documents) => Documents = documents => documents) => {
  const hub = await connectorsHub(db)
  const files = await temporaryFiles()
  const entityId = await town(db)
  const { documents, store, clock, log } = hub
  const uploads = createUploads({ db, files, clock })
  const batches = createBatches({ db, documents: wrap(documents), store, uploads, flows: testFlows, files, clock, log })
  await saveRole(db, { id: 'redacteur', label: 'Rédacteur', rights: ['*'] })
  const person = async (where = entityId): Promise<string> => {
    const { id } = await createUser(db, { login: `agent${process.pid}-${++last}`, entityId: where })
    await grantRole(db, { userId: id, entityId: where, roleId: 'redacteur' })
    return id
  }
  const asking = async (userId: string): Promise<Asking> => ({
    entityId,
    userId,
    scope: undefined,
    rights: await rightsOf(db, { id: userId }, entityId),
  })
  return {
    ...hub,
    files,
    batches,
    entityId,
    person,
    asking,
    draft: (values: Readonly<Record<string, unknown>> = {}) =>
      store.create(newDocument(entityId, { numero: '2026_14', ...values })),
    journal: async (documentId: string) =>
      (await readJournal(db, { entityId, documentId })).lines.map(({ message }) => message),
    close: async () => {
      await files[Symbol.asyncDispose]()
      await hub.close()
    },
  }
}

export type BatchesHub = Awaited<ReturnType<typeof batchesHub>>

/** Does what the worker does until nothing is left to do. */
export const runAll = async (
  batches: Batches,
  { entityId, id }: { readonly entityId: string; readonly id: string },
  me: Asking,
) => {
  for (;;) {
    const { stage } = await batches.get(me, id)
    if (stage !== 'examining' && stage !== 'running') return results(batches, me, id)
    await batches.run(entityId, id)
  }
}

/** `[status, message]` of each line, in order. */
export const results = async (batches: Batches, me: Asking, id: string) =>
  (await batches.items(me, id, { after: 0, limit: 10_000 })).map(({ status, message }) => [status, message] as const)

export const zip = async (contents: Readonly<Record<string, string | Buffer>>): Promise<Buffer> => {
  const archive = new ZipFile()
  for (const [name, content] of Object.entries(contents)) archive.addBuffer(Buffer.from(content), name)
  archive.end()
  return buffer(archive.outputStream)
}
