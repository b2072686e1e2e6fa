import { Readable } from 'node:stream'
import {
  chainedText,
  journalEvent,
  journalEvents,
  proofOf,
  proofView,
  rfc3161,
  type JournalEvent,
  type JournalSearch,
  type Services,
} from '#core'
import { entityIdOf, isNumber, requireOn } from '../access.ts'
import { json, type Call, type Reply, type Resource } from '../call.ts'
import { csvLine } from '../http/csv.ts'
import { isDay, NEVER, pastellDate } from '../http/dates.ts'
import { badRequest, notFound } from '../http/errors.ts'
import { flowNamed } from '../names.ts'
import { flowsOfDeleted, named, typeOf } from './journal-names.ts'

/** What a JSON answer may hold at most; the CSV export has no limit, and goes out as it is read. */
const MOST_ROWS = 20_000
const BATCH = 500

/** The columns of a row, in Pastell's order; those that only a row has come last but one. */
const columns = (services: Services, flowId: string | null, event: JournalEvent) => {
  const names = named(services, flowId, event)
  const date = pastellDate(event.at)
  const first = {
    id_j: event.id,
    type: typeOf(event),
    id_e: event.entityId,
    id_u: event.authorId ?? '0',
    id_d: event.documentId ?? '0',
    action: names.action,
    message: event.message,
    date,
  }
  const { type, id_e, id_u, id_d, action, message } = first
  const next = {
    date_horodatage: event.stampedAt ? pastellDate(event.stampedAt) : NEVER,
    message_horodate: [type, id_e, id_u, id_d, action, message, date, names.type].join(' - '),
    document_type: names.type,
    titre: event.title,
    denomination: event.entityName,
    nom: event.lastName,
    prenom: event.firstName,
  }
  const last = { document_type_libelle: names.typeLabel, action_libelle: names.actionLabel }
  return { first, next, siren: event.siren, last }
}

const rows = async (services: Services, events: readonly JournalEvent[]) => {
  const flowOf = await flowsOfDeleted(services, events)
  return events.map(event => {
    const { first, next, siren, last } = columns(services, flowOf(event), event)
    return { ...first, ...next, siren, ...last }
  })
}

/** All that verifies a line that is stamped; before, the text that was hashed: the next line of the same entity quotes its SHA-256. */
const preuveOf = async ({ db }: Services, event: JournalEvent): Promise<string> => {
  const proof = await proofOf(db, event)
  return Buffer.from(proof ? JSON.stringify(proofView(proof)) : chainedText(event)).toString('base64')
}

/** `.tsr`: the token of the block as an authority answers it; nothing as long as the event is not stamped, as in Pastell. */
const tokenOf = async ({ db }: Services, event: JournalEvent): Promise<readonly Uint8Array[]> => {
  const proof = await proofOf(db, event)
  if (!proof) return []
  const { writeResponse } = await rfc3161()
  return [writeResponse({ is: 'granted', token: proof.block.token })]
}

const detail = async (services: Services, event: JournalEvent) => {
  const flowOf = await flowsOfDeleted(services, [event])
  const { first, next, last } = columns(services, flowOf(event), event)
  return { ...first, preuve: await preuveOf(services, event), ...next, ...last }
}

const day = (call: Call, name: string): string | undefined => {
  const text = call.given.text(name)
  if (!text) return undefined
  if (!isDay(text)) throw badRequest(`Le paramètre ${name} n'est pas une date valide, format attendu : 2020-03-31`)
  return text
}

const whole = (call: Call, name: string, otherwise: number, least: number): number => {
  const text = call.given.text(name)
  if (!text) return otherwise
  const value = /^-?\d{1,9}$/u.test(text) ? Number(text) : Number.NaN
  if (!(value >= least)) throw badRequest(`Le paramètre ${name} doit être un nombre entier valide`)
  return value
}

const searchOf = (call: Call, entityId: string): JournalSearch => {
  const { given, services } = call
  const type = given.text('type')
  const author = given.text('id_user')
  const documentId = given.text('id_d')
  return {
    entityId: entityId === '0' ? undefined : entityId,
    documentId: documentId && documentId !== '0' ? documentId : undefined,
    flowId: type ? (flowNamed(services.flows.list(), type)?.id ?? type) : undefined,
    authorId: author && author !== '0' ? author : undefined,
    text: given.text('recherche') || undefined,
    from: day(call, 'date_debut'),
    to: day(call, 'date_fin'),
  }
}

/** Oldest first, batch after batch, up to the limit: the journal of ten years fits in no memory. */
async function* csv({ given, services }: Call, search: JournalSearch, offset: number, limit: number) {
  let heading = given.text('csv_entete_colonne') === '1'
  let after: string | undefined
  for (let left = limit; left > 0;) {
    const events = await journalEvents(services.db, search, {
      order: 'oldest',
      limit: Math.min(BATCH, left),
      ...(after === undefined ? { offset } : { after }),
    })
    for (const line of await rows(services, events)) {
      if (heading) yield csvLine(Object.keys(line))
      heading = false
      yield csvLine(Object.values(line))
    }
    after = events.at(-1)?.id
    left -= events.length
    if (events.length < BATCH) return
  }
}

const exported = (call: Call, search: JournalSearch, entityId: string, limit: number): Reply => ({
  is: 'stream',
  open: () => Readable.from(csv(call, search, whole(call, 'offset', 0, 0), limit), { objectMode: false }),
  type: 'text/csv; charset=utf-8',
  name: `pastell-export-journal-${entityId}-${call.given.text('type') ?? ''}-${call.given.text('id_d') ?? '0'}.csv`,
})

const list = async (call: Call): Promise<Reply> => {
  const entityId = entityIdOf(call.given.text('id_e'))
  await requireOn(call, entityId, 'journal:lecture')
  const search = searchOf(call, entityId)
  const offset = whole(call, 'offset', 0, 0)
  const limit = whole(call, 'limit', 100, -1)
  if (call.given.text('format') === 'csv') return exported(call, search, entityId, limit < 0 ? Infinity : limit)
  const events = await journalEvents(call.services.db, search, {
    order: 'newest',
    offset,
    limit: limit < 0 ? MOST_ROWS : Math.min(limit, MOST_ROWS),
  })
  return json(await rows(call.services, events))
}

/** The journal (pastell-api.md §8.9). */
export const journal: Resource = {
  async GET(call) {
    const [id, part] = call.rest
    if (id === undefined) return list(call)
    const event = isNumber(id) ? await journalEvent(call.services.db, id) : undefined
    if (!event) throw notFound(`L'événement ${id} n'a pas été trouvé`)
    await requireOn(call, event.entityId, 'journal:lecture')
    if (part === undefined) return json(await detail(call.services, event))
    if (part !== 'jeton') throw notFound(`Ressource ${part} non trouvée`)
    const token = await tokenOf(call.services, event)
    return {
      is: 'stream',
      open: () => Readable.from(token, { objectMode: false }),
      type: 'application/timestamp-reply',
      name: `pastell-journal-preuve-${event.id}.tsr`,
    }
  },
}
