import type { Rights } from '../../access/rights.ts'
import { may, rightsOf } from '../../access/rights.ts'
import { findUser } from '../../access/users.ts'
import type { Clock, Log } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { Db } from '../../db/knex.ts'
import { isBuiltIn } from '../../engine/availability.ts'
import { defaults } from '../../engine/form.ts'
import { DRAFT } from '../../engine/model.ts'
import { blank, settle } from '../../engine/settle.ts'
import { errors, Problem } from '../../errors.ts'
import type { StoredFiles } from '../../files/files.ts'
import { isDamage } from '../../files/unzip.ts'
import type { FlowRegistry } from '../../flows/registry.ts'
import { newDocumentId } from '../ids.ts'
import { accept, extracted, follow } from '../received.ts'
import { sentenceOf } from '../sentences.ts'
import type { Documents } from '../service.ts'
import type { StoredDocuments } from '../store.ts'
import { ALREADY, AlreadyCreated, creationOf, rememberCreation } from './creations.ts'
import { finishLine, LineTaken } from './ledger.ts'
import type { Batch, CreationBatch, Item, Result } from './model.ts'
import type { Pieces } from './source.ts'

export interface PerformerDependencies {
  readonly db: Db
  readonly documents: Pick<Documents, 'get' | 'act'>
  readonly store: Pick<StoredDocuments, 'create'>
  readonly flows: FlowRegistry
  readonly files: StoredFiles
  readonly clock: Clock
  readonly log: Log
}

/** How often a document that moves at the same time is tried again. */
const TRIES = 5

const asked = (explanation: string) => errors.actionRefused({ detail: explanation })

/** What the person may do now: they may have lost a right, or their account, since they asked. */
const rightsNow = async (db: Db, { userId, scope, entityId }: Batch): Promise<Rights> => {
  const user = await findUser(db, userId)
  if (!user?.enabled) throw asked("Le compte qui a lancé ce lot est désactivé : rien n'a été fait.")
  return rightsOf(db, { id: userId, scope }, entityId)
}

/** One line of a batch, with the guard of the button; its result is stored with what it does, or not at all. */
export const createPerformer = ({ db, documents, store, flows, files, clock, log }: PerformerDependencies) => {
  const act = async (batch: Batch & { readonly kind: 'action' }, { documentId, line }: Item): Promise<void> => {
    const { entityId, userId, task } = batch
    const where = { entityId, documentId: documentId ?? '' }
    const { flowId } = await documents.get(where)
    const rights = await rightsNow(db, batch)
    if (!may(rights, `${flowId}:lecture`)) throw errors.documentNotFound()
    if (!may(rights, `${flowId}:edition`)) throw errors.notAllowed()
    const message = isBuiltIn(task.action) ? '' : 'La demande est prise en compte.'
    await documents.act({
      ...where,
      by: userId,
      action: task.action,
      may: verb => may(rights, `${flowId}:${verb}`),
      occasion: {
        note: `Lot n° ${batch.id} : ${batch.label}`,
        alongside: trx => finishLine(trx, batch, line, { status: 'done', message }, clock.now()),
      },
    })
  }

  const stored = async (paths: readonly string[], pieces: Pieces): Promise<readonly FileRef[]> => {
    const refs: FileRef[] = []
    for (const path of paths) {
      const piece = pieces.find(path)
      if (!piece) throw asked(`Le fichier « ${path} » n'est plus dans l'archive.`)
      try {
        refs.push(await files.save(await piece.open(), piece.name))
      } catch (error) {
        throw isDamage(error) ? asked(`Le fichier « ${path} » est abîmé dans l'archive : refaites-la.`) : error
      }
    }
    return refs
  }

  const create = async (batch: CreationBatch, { content, line }: Item, pieces: Pieces): Promise<void> => {
    const { entityId, userId, task } = batch
    const flow = flows.current(task.flow)
    const rights = await rightsNow(db, batch)
    if (!flow || !may(rights, `${flow.id}:lecture`)) throw errors.flowNotFound()
    if (!may(rights, `${flow.id}:edition`)) throw errors.notAllowed()
    if (!content) throw new Error(`line ${line} of batch ${batch.id} holds nothing to create`)
    const held: Record<string, unknown> = { ...content.values }
    for (const [field, paths] of Object.entries(content.files)) held[field] = await stored(paths, pieces)
    const now = clock.now()
    const { values, remarks } = await extracted(flow, accept(flow, held, now), { flows, files })
    if (remarks.length > 0) throw asked(remarks.join(' '))
    const data = { ...defaults(flow, now), ...values }
    const document = blank(flow, { id: newDocumentId(), entityId, createdBy: userId }, data, now)
    const message = `Document créé par le lot n° ${batch.id}, ligne ${line} de « ${task.file.name} »`
    const created = settle(flow, document, { is: 'created', by: userId, message }, now)
    const then = task.action === undefined ? undefined : { whenValid: task.action }
    const giver = { by: userId, may: (verb: string) => may(rights, `${flow.id}:${verb}`) }
    const move = follow(flow, created, [], then, now, giver)
    const stayed = then !== undefined && move.document.state === DRAFT && !move.document.due
    const result: Result = {
      status: stayed ? 'partial' : 'done',
      message: stayed ? `Créé en brouillon. ${move.document.message}` : '',
      documentId: document.id,
    }
    await store.create(move, async trx => {
      await rememberCreation(trx, batch, content.digest, document.id)
      await finishLine(trx, batch, line, result, now)
    })
  }

  const failure = async (error: unknown, batch: Batch, { content, line }: Item): Promise<Result> => {
    if (error instanceof AlreadyCreated) {
      const documentId = content ? await creationOf(db, batch.entityId, content.digest) : undefined
      return { status: 'known', message: ALREADY, ...(documentId === undefined ? {} : { documentId }) }
    }
    if (error instanceof Problem && error.status < 500) return { status: 'refused', message: sentenceOf(error) }
    log.error({ err: error, batch: batch.id, line }, 'a line of a batch failed')
    return { status: 'failed', message: error instanceof Problem ? sentenceOf(error) : errors.internal.title }
  }

  const attempt = async (batch: Batch, item: Item, pieces: Pieces): Promise<void> => {
    for (let tries = 1; ; tries++)
      try {
        return await (batch.kind === 'action' ? act(batch, item) : create(batch, item, pieces))
      } catch (error) {
        const moved = error instanceof Problem && error.code === errors.documentMoved.code
        if (!moved || tries === TRIES) throw error
      }
  }

  /** Does one line; whatever happens to it is written, unless the database is gone: then it throws, and nothing was done. */
  return async (batch: Batch, item: Item, pieces: Pieces): Promise<void> => {
    try {
      try {
        await attempt(batch, item, pieces)
      } catch (error) {
        if (error instanceof LineTaken) throw error
        await finishLine(db, batch, item.line, await failure(error, batch, item), clock.now())
      }
    } catch (error) {
      // Cancelled, or done by a worker taken for dead: what this one was about to store is not.
      if (!(error instanceof LineTaken)) throw error
    }
  }
}
