import type { Desk, SelectedDocument, Treated, Treatment } from '../authoring/desk.ts'
import type { Db } from '../db/knex.ts'
import type { CompiledField, CompiledFlow } from '../engine/model.ts'
import { fromText } from '../engine/texts.ts'
import { errors, Problem } from '../errors.ts'
import { connectorAuthor } from './authors.ts'
import type { Sender } from './inbox.ts'
import { actionNamed, fieldOf } from './named.ts'
import type { CreateFinder } from './finder.ts'
import { sentenceOf } from './sentences.ts'
import type { Documents } from './service.ts'

export type CreateDesk = (sender: Sender) => Desk

/** `null` empties, as from the form. A code of a remote list stays a text: the service looks its label up. */
const valueOf = (field: CompiledField, text: string): unknown => {
  if (text.trim() === '') return field.kind === 'flag' ? false : null
  return field.kind === 'remoteChoice' ? text.trim() : fromText(field, text)
}

/** A name that the flow does not have is left as it is: the service refuses it with its sentence. */
const valuesOf = (flow: CompiledFlow, texts: Treatment['values']): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const field = fieldOf(flow, name)
      return field ? [field.name, valueOf(field, text)] : [name, text]
    }),
  )

/** Rights belong to people: what needs a particular one is not for a schedule, whoever wrote its settings. */
const may = () => false

/** What schedules do to documents. Nothing is decided here: the service of the documents holds the guards. */
export const createDesk =
  ({
    db,
    documents,
    finder,
  }: {
    readonly db: Db
    readonly documents: Documents
    readonly finder: CreateFinder
  }): CreateDesk =>
  ({ instanceId, entityId }) => {
    const by = connectorAuthor(instanceId)

    /** Whatever document a connector names, it is one of its entity or of those below. */
    const within = async (document: SelectedDocument) => {
      const known = await db('entities')
        .where('id', document.entityId)
        .whereRaw(`path like (select path from entities where id = ?) || '%'`, [entityId])
        .first<{ id: string } | undefined>('id')
      if (known === undefined) throw errors.documentNotFound()
      return { entityId: document.entityId, documentId: document.id, version: document.version, by }
    }

    const flowOf = async (document: SelectedDocument) =>
      documents.flowOf(await documents.get({ entityId: document.entityId, documentId: document.id }))

    /** A refusal is an answer; anything else is for the schedule to tell. */
    const answering = async (work: () => Promise<Treated>): Promise<Treated> => {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500) throw error
        const personal = error.code === errors.notAllowed.code
        return {
          is: 'refused',
          reason: personal
            ? "Cette action demande un droit particulier : seule une personne qui l'a peut la faire."
            : sentenceOf(error),
        }
      }
    }

    return {
      ...finder(entityId),

      change: (document, texts) =>
        answering(async () => {
          const change = await within(document)
          const { version } = await documents.edit({ ...change, values: valuesOf(await flowOf(document), texts) })
          return { is: version === document.version ? 'unchanged' : 'done', document: { ...document, version } }
        }),

      act: (document, name) =>
        answering(async () => {
          const change = await within(document)
          const action = actionNamed(await flowOf(document), name) ?? name
          const after = await documents.act({ ...change, action, may })
          return { is: 'done', document: { ...document, version: after?.version ?? document.version } }
        }),

      rehearse: (document, { values: texts, action: name }) =>
        answering(async () => {
          const where = await within(document)
          const flow = await flowOf(document)
          const action = name === undefined ? undefined : (actionNamed(flow, name) ?? name)
          const changes = await documents.rehearse({ ...where, values: valuesOf(flow, texts), action, may })
          return { is: changes ? 'done' : 'unchanged', document }
        }),
    }
  }
