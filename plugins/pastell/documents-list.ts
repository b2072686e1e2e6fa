import { DRAFT, EntityModel, visibleEntities, type CompiledFlow, type DocumentSearch, type FoundDocument } from '#core'
import { json, type Call, type Reply } from './call.ts'
import { detailOf, isChanged, titleOf } from './documents-detail.ts'
import { onDocument, onEntity, readable, typeOf } from './documents-rights.ts'
import { badRequest } from './http/errors.ts'
import { pastellDate } from './http/dates.ts'
import type { Json } from './http/json.ts'
import { textOf } from './http/php-values.ts'
import { flowNamed, namesOf } from './names.ts'
import { entityFacts } from './resources/entite.ts'
import { fromPhpDate, isTicked, phpDay } from './names-values.ts'

/** Rows of one answer: what a list weighs is bounded, whatever is asked. */
const MOST_ROWS = 10_000

/** As PHP casts it: what is no number is 0. */
const integer = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Math.max(0, Number.parseInt(text, 10) || 0)

/** Parameters of the list that name no field. */
const OWN = new Set([
  'id_e',
  'type',
  'offset',
  'limit',
  'search',
  'lastetat',
  'last_state_begin',
  'last_state_end',
  'etatTransit',
  'state_begin',
  'state_end',
  'notEtatTransit',
  'tri',
  'sens_tri',
  'date_in_fr',
  'id_d',
  'api_function',
  'output',
])

const period = (call: Call, [after, before]: readonly [string, string]) => ({
  after: fromPhpDate(call.given.text(after) ?? ''),
  before: fromPhpDate(call.given.text(before) ?? ''),
})

const namesIn = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').flatMap(each => (each.trim() === '' ? [] : [each.trim()]))

/** Parts of indexed values that a call asks for, by our names. */
const indexedIn = (call: Call, flow: CompiledFlow | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (flow ? call.given.entries() : []).flatMap(([name, value]): [string, string][] => {
      const field = OWN.has(name) || !flow ? undefined : namesOf(flow).field(name)?.field
      const text = textOf(value) ?? ''
      return field?.options.index && text !== '' ? [[field.name, text]] : []
    }),
  )

const orderOf = (call: Call, flow: CompiledFlow | undefined): DocumentSearch['orderBy'] => {
  const wanted = call.given.text('tri') ?? ''
  if (wanted === 'titre' || wanted === 'title') return 'title'
  const field = flow && namesOf(flow).field(wanted)?.field
  return field?.options.index ? { field: field.name } : 'stateSince'
}

const searchOf = (
  call: Call,
  entityId: string,
  flows: readonly CompiledFlow[],
  flow: CompiledFlow | undefined,
): DocumentSearch => {
  const { given } = call
  const named = (name: string) =>
    flows.flatMap(each => namesIn(given.text(name)).flatMap(state => namesOf(each).statesNamed(state)))
  const asked = (name: string) => (given.text(name) ?? '') !== ''
  return {
    entityId,
    readable: flows.map(each => each.id),
    title: asked('search') ? given.text('search') : undefined,
    states: asked('lastetat') ? named('lastetat') : undefined,
    stateSince: period(call, ['last_state_begin', 'last_state_end']),
    entered: asked('etatTransit')
      ? { states: named('etatTransit').map(each => each.state), ...period(call, ['state_begin', 'state_end']) }
      : undefined,
    neverEntered: asked('notEtatTransit') ? named('notEtatTransit').map(each => each.state) : undefined,
    indexed: indexedIn(call, flow),
    orderBy: orderOf(call, flow),
    ascending: given.text('sens_tri') === 'ASC',
    offset: integer(given.text('offset'), 0),
    limit: Math.min(integer(given.text('limit'), 100), MOST_ROWS),
  }
}

/** What the interface of Pastell calls a state: its draft has two names. */
const labelOf = (flow: CompiledFlow | undefined, document: FoundDocument): string => {
  if (document.state === DRAFT) return isChanged(document) ? 'En cours de rédaction' : 'Créé'
  return flow?.states[document.state]?.label ?? document.state
}

const rowOf = ({ services }: Call, entity: EntityModel, date: (at: Date) => string, document: FoundDocument): Json => {
  const flow = services.flows.current(document.flowId)
  const names = flow && namesOf(flow)
  const state = names?.state(document.state, isChanged(document)) ?? document.state
  const type = names?.flow ?? document.flowId
  const since = document.state === DRAFT ? document.updatedAt : document.stateSince
  return {
    id_d: document.id,
    id_e: document.entityId,
    role: 'editeur',
    last_action: state,
    last_action_date: date(since),
    last_type: type,
    type,
    titre: titleOf(document),
    creation: date(document.createdAt),
    modification: date(document.updatedAt),
    denomination: entity.name,
    siren: entity.siren ?? '',
    date_inscription: pastellDate(entity.createdAt),
    entite_mere: entity.parentId ?? '0',
    centre_de_gestion: entity.managementCentreId ?? '0',
    is_active: entity.active,
    entite_base: entity.name,
    entite: [],
    last_action_display: labelOf(flow, document),
  }
}

/** The details of several documents by their identifiers; one that is not there fails the whole call. */
const several = async (call: Call, entityId: string | undefined): Promise<Reply> => {
  if (!(call.given.raw('id_d') instanceof Map)) throw badRequest('Le paramètre id_d[] ne semble pas valide')
  const details = new Map<string, Json>()
  for (const documentId of call.given.texts('id_d'))
    details.set(documentId, await detailOf(call, await onDocument(call, { entityId, documentId })))
  return json(details)
}

export const listOrSeveral = async (call: Call): Promise<Reply> => {
  const [entityId] = call.rest
  if (entityId === undefined) throw badRequest('id_e est obligatoire')
  if (call.given.has('id_d')) return several(call, entityId)
  const on = await onEntity(call, entityId)
  const type = call.given.text('type') ?? ''
  const flow = type === '' ? undefined : typeOf(call, on, type, 'lecture')
  const flows = flow ? [flow] : readable(call, on)
  const found = await call.services.documents.search(searchOf(call, entityId, flows, flow))
  const entity = await EntityModel.query(call.services.db).findById(entityId)
  if (!entity) return json([])
  const date = isTicked(call.given.text('date_in_fr') ?? '') ? phpDay : pastellDate
  return json(found.map(document => rowOf(call, entity, date, document)))
}

/** Entities where each flow may be read, one alone when it is asked for. */
const readableEverywhere = async (
  { services, caller }: Call,
  flows: readonly CompiledFlow[],
  only: string | undefined,
) => {
  const seen = async (right: string) => {
    const query = visibleEntities(services.db, caller, right)
    if (only !== undefined) void query.where('id', only)
    return query
  }
  const entities = new Map((await seen('entite:lecture')).map(entity => [entity.id, entity]))
  const byFlow = await Promise.all(
    flows.map(
      async flow =>
        [flow.id, (await seen(`${flow.id}:lecture`)).flatMap(({ id }) => (entities.has(id) ? [id] : []))] as const,
    ),
  )
  return { entities, byFlow: new Map(byFlow) }
}

const infoOf = (entity: EntityModel): Json => ({
  id_e: entity.id,
  type: entityFacts(entity).type,
  denomination: entity.name,
  siren: entity.siren ?? '',
  date_inscription: pastellDate(entity.createdAt),
  entite_mere: entity.parentId ?? '0',
  centre_de_gestion: entity.managementCentreId ?? '0',
  is_active: entity.active,
})

/** One number: documents of a type whose indexed values hold what every other parameter says. As in Pastell, those without any are not counted. */
const simpleCount = async (call: Call): Promise<Reply> => {
  const [entityId, type] = [call.given.text('id_e') ?? '', call.given.text('type') ?? '']
  if (entityId === '' || type === '') throw badRequest('Les paramètres id_e et type sont obligatoires.')
  const on = await onEntity(call, entityId)
  const flow = typeOf(call, on, type, 'lecture')
  const search = { entityId, readable: [flow.id], indexed: indexedIn(call, flow), withIndex: true } as const
  return json({ count: await call.services.documents.countFound(search) })
}

export const count = async (call: Call): Promise<Reply> => {
  const { given, services } = call
  if (given.text('output') === 'simple') return simpleCount(call)
  const [only, type] = [given.text('id_e') ?? '', given.text('type') ?? '']
  if (only !== '' && only !== '0' && !/^\d{1,18}$/u.test(only)) return json([])
  const all = services.flows.list()
  const wanted = flowNamed(all, type)
  const flows = type === '' ? all : wanted ? [wanted] : []
  const { entities, byFlow } = await readableEverywhere(call, flows, only === '' || only === '0' ? undefined : only)
  const counts = await services.documents.count({ readable: byFlow })
  const answer = new Map<string, Json>()
  for (const entity of entities.values()) {
    const mine = flows.filter(flow => byFlow.get(flow.id)?.includes(entity.id))
    if (mine.length === 0 || entity.kind === 'racine') continue
    const flux = new Map<string, Json>()
    for (const flow of mine) {
      const names = namesOf(flow)
      const states = new Map<string, number>()
      for (const each of counts) {
        if (each.entityId !== entity.id || each.flowId !== flow.id) continue
        const state = names.state(each.state, each.changed)
        states.set(state, (states.get(state) ?? 0) + each.count)
      }
      flux.set(names.flow, states)
    }
    answer.set(entity.id, { flux, info: infoOf(entity) })
  }
  return json(answer)
}
