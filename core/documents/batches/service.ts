import type { Rights } from '../../access/rights.ts'
import { may } from '../../access/rights.ts'
import type { Scope } from '../../access/scope.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { Db, Transaction } from '../../db/knex.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import { builtInLabel, isBuiltIn } from '../../engine/availability.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import { cancelBatch, enqueueBatch } from '../../jobs/queue.ts'
import { actionNamed } from '../named.ts'
import { fieldNamed } from './columns.ts'
import { actionLabel, examine, type ExaminerDependencies } from './examine.ts'
import { batchesOf, changeLines, findBatch, insertBatch, insertItems, itemsOf, moveOn, recount } from './ledger.ts'
import type { Batch, Item, Status } from './model.ts'
import { createPerformer, type PerformerDependencies } from './perform.ts'
import { offersOf, selected, type Selection, type SelectionOffer } from './selection.ts'
import { piecesOf, withPieces } from './source.ts'
import type { Documents } from '../service.ts'
import type { Uploads } from '../uploads.ts'

/** Who asks, where, and what they may do there. */
export interface Asking {
  readonly entityId: string
  readonly userId: string
  readonly scope: Scope | undefined
  readonly rights: Rights
}

export interface NewCreation {
  readonly flow: string
  /** In the store, or waiting as an upload of who asks. */
  readonly file: FileRef | { readonly upload: string }
  readonly field?: string | undefined
  readonly action?: string | undefined
  readonly again: boolean
}

/** Batches belong to who asked for them: somebody else's is as if it did not exist. */
export interface Batches {
  /** What may be asked of these documents together. */
  offers(asking: Asking, selection: Selection): Promise<readonly SelectionOffer[]>
  /** Asks an action of many documents. @throws errors.badInput */
  act(asking: Asking, what: { readonly selection: Selection; readonly action: string }): Promise<Batch>
  /**
   * Reads a file of documents to create; nothing is created until `confirm`.
   * @throws errors.flowNotFound, errors.badInput; errors.uploadNotFound, errors.conflict while bytes of it are missing
   */
  prepare(asking: Asking, what: NewCreation): Promise<Batch>
  /** Creates what the dry run found right. @throws errors.batchNotFound, errors.conflict unless the dry run is over */
  confirm(asking: Asking, id: string): Promise<Batch>
  /** Gives up what is left; what is done stays. @throws errors.batchNotFound, errors.conflict when it is over */
  cancel(asking: Asking, id: string): Promise<Batch>
  get(asking: Asking, id: string): Promise<Batch>
  list(asking: Asking, page: { readonly after: string | undefined; readonly limit: number }): Promise<readonly Batch[]>
  items(
    asking: Asking,
    id: string,
    page: { readonly after: number; readonly limit: number; readonly statuses?: readonly Status[] | undefined },
  ): Promise<readonly Item[]>
  /** Goes on with a batch: a few lines, then comes back. For the worker. */
  run(entityId: string, id: string): Promise<void>
}

/** Lines done in one job: short enough for a process that stops, long enough for the queue not to matter. */
const TOGETHER = 20

type Dependencies = ExaminerDependencies &
  PerformerDependencies & { readonly db: Db; readonly documents: Documents; readonly uploads: Uploads }

const refuse = (field: string, message: string) => errors.badInput({ fields: [{ field, code: 'invalide', message }] })

export const createBatches = (dependencies: Dependencies): Batches => {
  const { db, flows, files, clock, documents, uploads } = dependencies
  const perform = createPerformer(dependencies)

  const own = async ({ entityId, userId }: Asking, id: string): Promise<Batch> => {
    const batch = await findBatch(db, { entityId, id })
    if (batch?.userId !== userId) throw errors.batchNotFound()
    return batch
  }

  const begin = (
    { entityId, userId, scope }: Asking,
    batch: Pick<Batch, 'kind' | 'stage' | 'label'> & { readonly task: Batch['task'] },
    items: readonly Item[],
    alongside: (trx: Transaction) => Promise<void> = async () => {},
  ): Promise<Batch> =>
    inTransaction(db, async trx => {
      await alongside(trx)
      const at = { entityId, userId, scope, createdAt: clock.now() }
      const id = await insertBatch(trx, { ...at, ...batch })
      await insertItems(trx, { entityId, id }, items)
      await recount(trx, { entityId, id })
      await enqueueBatch(trx, { entityId, batchId: id, at: clock.now() })
      const made = await findBatch(trx, { entityId, id })
      if (!made) throw new Error(`batch ${id} vanished`)
      return made
    })

  const labelOf = (action: string): string => {
    for (const flow of flows.list()) if (flow.tasks[action]) return actionLabel(flow, action)
    return isBuiltIn(action) ? builtInLabel(action) : action
  }

  const mayCreate = ({ rights }: Asking, flowId: string): CompiledFlow => {
    const flow = flows.current(flowId)
    if (!flow || !may(rights, `${flow.id}:lecture`)) throw errors.flowNotFound()
    if (!may(rights, `${flow.id}:edition`)) throw errors.notAllowed()
    return flow
  }

  const fieldOf = (flow: CompiledFlow, name: string): string => {
    const field = fieldNamed(flow, name)
    if (typeof field === 'string') throw refuse('champ', field)
    if (field.kind !== 'file' && field.kind !== 'files')
      throw refuse('champ', `« ${field.label} » n'attend pas de fichier.`)
    return field.name
  }

  /** Only what may follow a creation: leaving the draft, or a task. */
  const actionOf = (flow: CompiledFlow, name: string): string => {
    const action = actionNamed(flow, name)
    if (action === undefined || (isBuiltIn(action) && action !== 'envoyer'))
      throw refuse('action', `L'action « ${name} » ne peut pas suivre la création d'un document « ${flow.label} ».`)
    return action
  }

  const goOn = async (batch: Batch): Promise<void> => {
    const items = await itemsOf(db, batch, { after: 0, limit: TOGETHER, statuses: ['todo'] })
    if (batch.kind === 'creation' && items.length > 0)
      await withPieces(batch.task.file, files, async pieces => {
        for (const item of items) await perform(batch, item, pieces)
      })
    else for (const item of items) await perform(batch, item, piecesOf([]))
    await inTransaction(db, async trx => {
      const [left] = await itemsOf(trx, batch, { after: 0, limit: 1, statuses: ['todo'] })
      if (left) await enqueueBatch(trx, { entityId: batch.entityId, batchId: batch.id, at: clock.now() })
      else await moveOn(trx, batch, ['running'], { stage: 'ended', endedAt: clock.now() })
    })
  }

  return {
    offers: async (asking, selection) => {
      const chosen = await selected(db, flows, asking, selection)
      return offersOf(chosen, { documents, asking, now: clock.now() })
    },

    async act(asking, { selection, action }) {
      const items = await selected(db, flows, asking, selection)
      return begin(asking, { kind: 'action', stage: 'running', label: labelOf(action), task: { action } }, items)
    },

    async prepare(asking, { flow: flowId, file: given, field, action, again }) {
      const flow = mayCreate(asking, flowId)
      const owner = { entityId: asking.entityId, by: asking.userId }
      const file = 'upload' in given ? await uploads.fileOf(owner, given.upload) : given
      const task = {
        flow: flow.id,
        file,
        field: field === undefined ? undefined : fieldOf(flow, field),
        action: action === undefined ? undefined : actionOf(flow, action),
        again,
      }
      const batch = { kind: 'creation', stage: 'examining', label: `${flow.label} : ${file.name}`, task } as const
      return begin(asking, batch, [], async trx => {
        if ('upload' in given) await uploads.consume(trx, owner, [given.upload])
      })
    },

    async confirm(asking, id) {
      const batch = await own(asking, id)
      await inTransaction(db, async trx => {
        if (!(await moveOn(trx, batch, ['ready'], { stage: 'running' })))
          throw errors.conflict({ detail: "Ce lot n'attend pas de confirmation : rechargez la page." })
        await changeLines(trx, batch, 'ready', { status: 'todo', message: '' })
        await changeLines(trx, batch, 'invalid', { status: 'refused', content: null })
        await recount(trx, batch)
        await enqueueBatch(trx, { entityId: batch.entityId, batchId: batch.id, at: clock.now() })
      })
      return own(asking, id)
    },

    async cancel(asking, id) {
      const batch = await own(asking, id)
      await inTransaction(db, async trx => {
        const left = { stage: 'cancelled', endedAt: clock.now() } as const
        if (!(await moveOn(trx, batch, ['examining', 'ready', 'running'], left)))
          throw errors.conflict({ detail: "Ce lot est terminé : il n'y a plus rien à annuler." })
        for (const status of ['todo', 'ready'] as const)
          await changeLines(trx, batch, status, { status: 'cancelled', content: null, message: '' })
        await recount(trx, batch)
        await cancelBatch(trx, batch.entityId, batch.id)
      })
      return own(asking, id)
    },

    get: own,
    list: ({ entityId, userId }, page) => batchesOf(db, { entityId, userId }, page),

    async items(asking, id, page) {
      const batch = await own(asking, id)
      return itemsOf(db, batch, page)
    },

    async run(entityId, id) {
      const batch = await findBatch(db, { entityId, id })
      if (batch?.stage === 'examining' && batch.kind === 'creation') await examine(batch, dependencies)
      if (batch?.stage === 'running') await goOn(batch)
    },
  }
}
