import { localDay } from '../authoring/days.ts'
import type { Clock } from '../authoring/context.ts'
import { resolveInstance } from '../connectors/associations.ts'
import type { Choices, RemoteChoices } from '../connectors/choices.ts'
import type { Db } from '../db/knex.ts'
import { fieldAt, fieldsOf, isEmpty, noInstance, stepNamed } from '../engine/inputs.ts'
import { slotOf, type CompiledField, type CompiledFlow, type Document } from '../engine/model.ts'
import { problemOf } from '../engine/values.ts'
import { errors } from '../errors.ts'
import { refuse } from './guards.ts'
import { labelled } from './labelled.ts'

type Values = Readonly<Record<string, unknown>>

/** The lists that remotes give behind the fields of a document. */
export interface RemoteLists {
  /** @throws errors.badInput, errors.badRequest, errors.conflict, errors.remoteUnavailable */
  choices(document: Document, flow: CompiledFlow, name: string, onScreen: Values): Promise<RemoteChoices>
  /** A program may give the code alone: the label comes from the list of the remote. @param data what the document has already */
  completed(flow: CompiledFlow, entityId: string, data: Document['data'], values: Values): Promise<Values>
}

/** Only what the list depends on may be replaced by what is on screen, and by right values: they reach the remote. */
const overrideProblems = (flow: CompiledFlow, field: CompiledField, values: Values, now: Date) => {
  const known = new Set((field.by ?? []).map(name => `${field.step}.${name}`))
  return Object.entries(values).flatMap(([name, value]) => {
    const by = known.has(name) ? flow.fields[name] : undefined
    const message = by
      ? problemOf(by, value, localDay(now))
      : `La liste de « ${field.label} » ne dépend pas du champ « ${name} ».`
    return message === undefined ? [] : [{ field: name, message }]
  })
}

export const createRemoteLists = ({
  db,
  choices,
  clock,
}: {
  readonly db: Db
  readonly choices: Choices
  readonly clock: Clock
}): RemoteLists => {
  const remoteList = async (
    flow: CompiledFlow,
    entityId: string,
    data: Document['data'],
    field: CompiledField,
  ): Promise<RemoteChoices> => {
    if (field.kind === 'pieceTypes' && field.choices)
      return {
        choices: Object.entries(field.choices).map(([value, label]) => ({ value, label })),
        fetchedAt: clock.now(),
      }
    if (field.method === undefined || field.step === undefined)
      throw errors.badRequest({ detail: `Le champ « ${field.label} » n'a pas de liste à proposer.` })
    const step = stepNamed(flow, field.step)
    const capability = step.needs[0]
    const instanceId = capability && (await resolveInstance(db, entityId, flow.id, slotOf(step.alias, capability)))
    if (!capability || instanceId === undefined)
      throw errors.conflict({
        detail: noInstance(flow, step),
      })
    const values = fieldsOf(step, data)
    const by = Object.fromEntries((field.by ?? []).map(name => [name, values[name]]))
    const lacking = (field.by ?? []).find(name => isEmpty(by[name]))
    if (lacking !== undefined)
      throw errors.conflict({
        detail: `Choisir d'abord « ${flow.fields[`${step.alias}.${lacking}`]?.label ?? lacking} » : la liste en dépend.`,
      })
    return choices.list({ instanceId, capability, method: field.method, by })
  }

  return {
    async choices(document, flow, name, onScreen) {
      const field = fieldAt(flow, name)
      if (!field) throw errors.badRequest({ detail: `Le champ « ${name} » n'existe pas dans ce flux.` })
      const found = overrideProblems(flow, field, onScreen, clock.now())
      if (found.length > 0) throw refuse(found)
      return remoteList(flow, document.entityId, { ...document.data, ...onScreen }, field)
    },

    async completed(flow, entityId, data, values) {
      const done: Record<string, unknown> = {}
      for (const [name, value] of Object.entries(values)) {
        const field = flow.fields[name]
        const listOf = async (inner: string) => {
          const held = fieldAt(flow, inner)
          return held ? (await remoteList(flow, entityId, { ...data, ...values }, held)).choices : []
        }
        done[name] = field ? await labelled(field, value, { name, path: name }, listOf) : (value ?? undefined)
      }
      return done
    },
  }
}
